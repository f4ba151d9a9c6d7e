use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::cell::{CellBuilder, MAX_DEPTH};
use crate::hash::Hash256;

/// One cell with 267 bits: the address of Plush Pepes, as a collection's item stores it. Recorded.
const ADDRESS_BOC: &str =
    "b5ee9c720101010100240000438008df41d350c802832d4bcfacde3f07ffb621e50b377e5d5375d577e29b39c1aa10";

fn bytes(digits: &str) -> Vec<u8> {
    hex::decode(digits.replace(' ', "")).unwrap()
}

fn refusal(digits: &str) -> BocError {
    parse(&bytes(digits), Limits::ANSWER).unwrap_err()
}

fn cell_fault(digits: &str) -> (usize, CellFault) {
    match refusal(digits) {
        BocError::Cell { cell, fault } => (cell, fault),
        other => panic!("{other}"),
    }
}

#[test]
fn a_recorded_bag_is_read_and_written() {
    let cell = parse_one(&bytes(ADDRESS_BOC), Limits::ANSWER).unwrap();
    assert_eq!(cell.bit_length(), 267);
    let address = cell.reader().address().unwrap().unwrap();
    assert_eq!(address.to_raw(), "0:46fa0e9a864014196a5e7d66f1f83ffdb10f2859bbf2ea9baeabbf14d9ce0d50");
    assert_eq!(parse_one(&write(&cell), Limits::ANSWER), Ok(cell));
}

#[test]
fn headers_are_refused_by_name() {
    use HeaderField::*;
    let truncated = |field| BocError::Truncated { field };
    let header = |field, value| BocError::Header { field, value };
    let cases = [
        ("", truncated(Magic)),
        ("b5ee9c", truncated(Magic)),
        ("68ff65f3 01010101000200 0000", BocError::Magic { magic: 0x68ff_65f3 }),
        ("b5ee9c72", truncated(Flags)),
        ("b5ee9c72 09", header(Flags, 0x09)),
        ("b5ee9c72 21", header(Flags, 0x21)),
        ("b5ee9c72 00", header(ReferenceBytes, 0)),
        ("b5ee9c72 05", header(ReferenceBytes, 5)),
        ("b5ee9c72 01", truncated(OffsetBytes)),
        ("b5ee9c72 01 00", header(OffsetBytes, 0)),
        ("b5ee9c72 01 09", header(OffsetBytes, 9)),
        ("b5ee9c72 01 01", truncated(CellCount)),
        ("b5ee9c72 01 01 00", header(CellCount, 0)),
        ("b5ee9c72 01 01 01", truncated(RootCount)),
        ("b5ee9c72 01 01 01 00", header(RootCount, 0)),
        ("b5ee9c72 01 01 01 02", header(RootCount, 2)),
        ("b5ee9c72 01 01 01 01", truncated(AbsentCount)),
        ("b5ee9c72 01 01 01 01 01", header(AbsentCount, 1)),
        ("b5ee9c72 01 01 01 01 00", truncated(DataBytes)),
        // 2^31 cells, and as many as the limit allows but without bytes for them.
        (
            "b5ee9c72 04 04 80000000 00000001 00000000 7fffffff",
            BocError::TooManyCells { cells: 1 << 31, limit: 1 << 14 },
        ),
        (
            "b5ee9c72 02 02 4000 0001 0000 7fff",
            BocError::ImpossibleCellCount { cells: 1 << 14, data_bytes: 0x7fff },
        ),
        // More data than there is, up to the largest number, and less.
        ("b5ee9c72 01 01 01 01 00 03 00 0000", BocError::Length { expected: 14, found: 13 }),
        (
            "b5ee9c72 01 08 01 01 00 ffffffffffffffff 00 0000",
            BocError::Length { expected: u64::MAX, found: 20 },
        ),
        ("b5ee9c72 01 01 01 01 00 02 00 0000 00", BocError::Length { expected: 13, found: 14 }),
        ("b5ee9c72 41 01 01 01 00 02 00 0000", BocError::Length { expected: 17, found: 13 }),
        (
            "b5ee9c72 41 01 01 01 00 02 00 0000 00000000",
            BocError::Checksum { found: 0, computed: 0xa93e_39fd },
        ),
        ("b5ee9c72 01 01 01 01 00 02 01 0000", header(Root, 1)),
        ("b5ee9c72 01 01 01 01 00 04 00 0000 0000", BocError::UnusedBytes { bytes: 2 }),
    ];
    for (digits, expected) in cases {
        let found = refusal(digits);
        match (&found, &expected) {
            (BocError::Checksum { found: a, .. }, BocError::Checksum { found: b, .. }) => assert_eq!(a, b),
            _ => assert_eq!(found, expected, "{digits}"),
        }
    }
}

#[test]
fn cells_are_refused_by_name() {
    let one =
        |data: &str| format!("b5ee9c72 01 01 01 01 00 {:02x} 00 {data}", data.replace(' ', "").len() / 2);
    let descriptor = |descriptor| CellFault::Descriptor { descriptor };
    let cases = [
        // Five and seven references, stored hashes, a level.
        ("0500", descriptor(0x05)),
        ("0700", descriptor(0x07)),
        ("1000", descriptor(0x10)),
        ("2000", descriptor(0x20)),
        ("0002", CellFault::Truncated),
        ("0004ff", CellFault::Truncated),
        ("0100", CellFault::Truncated),
        ("000100", CellFault::ClosingBit),
        ("000180", CellFault::ClosingBit),
        ("0003ff00", CellFault::ClosingBit),
        ("0003ff80", CellFault::ClosingBit),
        ("010000", CellFault::Reference { target: 0 }),
        ("010001", CellFault::Reference { target: 1 }),
        ("0100ff", CellFault::Reference { target: 255 }),
        // Exotic: no type, pruned branch, a library of the wrong size, a Merkle proof, an unknown type.
        ("0800", CellError::MalformedExotic { bits: 0, references: 0 }.into()),
        // Six bits cannot name a type.
        ("080102", CellError::MalformedExotic { bits: 6, references: 0 }.into()),
        ("080201", CellError::UnsupportedExotic { kind: 1 }.into()),
        ("080202", CellError::MalformedExotic { bits: 8, references: 0 }.into()),
        ("080203", CellError::UnsupportedExotic { kind: 3 }.into()),
        ("080204", CellError::UnsupportedExotic { kind: 4 }.into()),
        ("0802ff", CellError::UnsupportedExotic { kind: 255 }.into()),
    ];
    for (data, expected) in cases {
        assert_eq!(cell_fault(&one(data)), (0, expected), "{data}");
    }
}

#[test]
fn references_point_forward_only() {
    // Cell 1 refers to cell 0, its parent.
    let cycle = "b5ee9c72 01 01 02 01 00 06 00 010001 010000";
    assert_eq!(cell_fault(cycle), (1, CellFault::Reference { target: 0 }));
}

#[test]
fn several_roots_are_returned_in_order() {
    // Root list 1, 0; cell 0 refers to cell 1.
    let bag = bytes("b5ee9c72 01 01 02 02 00 06 0100 010001 0002aa");
    let roots = parse(&bag, Limits::ANSWER).unwrap();
    assert_eq!(roots.iter().map(Cell::depth).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(roots[0].data(), [0xaa]);
    assert_eq!(roots[1].references(), &roots[..1]);
    assert_eq!(parse_one(&bag, Limits::ANSWER), Err(BocError::Roots { roots: 2 }));
}

#[test]
fn an_index_is_checked_against_the_cells() {
    let plain = parse(&bytes("b5ee9c72 01 01 02 01 00 06 00 010001 0002aa"), Limits::ANSWER).unwrap();
    let indexed = parse(&bytes("b5ee9c72 81 01 02 01 00 06 00 0306 010001 0002aa"), Limits::ANSWER);
    let cached = parse(&bytes("b5ee9c72 a1 01 02 01 00 06 00 070c 010001 0002aa"), Limits::ANSWER);
    assert_eq!(indexed, Ok(plain.clone()));
    assert_eq!(cached, Ok(plain));
    let wrong = cell_fault("b5ee9c72 81 01 02 01 00 06 00 0406 010001 0002aa");
    assert_eq!(wrong, (0, CellFault::Index { indexed: 4, found: 3 }));
}

#[test]
fn limits_hold_before_anything_is_read() {
    let limits = Limits { bytes: 12, cells: 1 };
    let two = bytes("b5ee9c72 01 01 02 01 00 06 00 010001 0002aa");
    assert_eq!(parse(&two, limits), Err(BocError::TooLarge { bytes: 17, limit: 12 }));
    let limits = Limits { bytes: 17, ..limits };
    assert_eq!(parse(&two, limits), Err(BocError::TooManyCells { cells: 2, limit: 1 }));
}

/// `count` cells, each referring `references` times to the next, the last one empty.
fn chain(count: usize, references: usize) -> Vec<u8> {
    let mut data = Vec::new();
    for next in 1..count as u16 {
        data.extend([references as u8, 0]);
        (0..references).for_each(|_| data.extend(next.to_be_bytes()));
    }
    data.extend([0, 0]);
    let mut bag = vec![0xb5, 0xee, 0x9c, 0x72, 2, 4];
    bag.extend((count as u16).to_be_bytes());
    bag.extend([0, 1, 0, 0]);
    bag.extend((data.len() as u32).to_be_bytes());
    bag.extend([0, 0]);
    bag.extend(data);
    bag
}

#[test]
fn a_small_bag_that_unfolds_into_4_to_the_200_cells_is_read_at_once() {
    let bag = chain(200, 4);
    let root = parse_one(&bag, Limits::ANSWER).unwrap();
    assert_eq!(root.depth(), 199);
    let written = write(&root);
    assert!(written.len() < bag.len());
    assert_eq!(parse_one(&written, Limits::ANSWER), Ok(root));
}

#[test]
fn a_chain_deeper_than_the_network_accepts_is_refused() {
    let limits = Limits { bytes: 1 << 20, cells: 1 << 16 };
    let deepest = usize::from(MAX_DEPTH) + 1;
    assert_eq!(parse_one(&chain(deepest, 1), limits).unwrap().depth(), MAX_DEPTH);
    // Cells are made from the last on, so the first that is too deep is named.
    let refused = BocError::Cell { cell: 0, fault: CellError::TooDeep.into() };
    assert_eq!(parse_one(&chain(deepest + 1, 1), limits), Err(refused));
    let refused = BocError::Cell { cell: 60_000 - deepest - 1, fault: CellError::TooDeep.into() };
    assert_eq!(parse_one(&chain(60_000, 1), limits), Err(refused));
}

#[test]
fn every_cut_of_a_bag_is_refused() {
    let whole = bytes(ADDRESS_BOC);
    for length in 0..whole.len() {
        assert!(parse(&whole[..length], Limits::ANSWER).is_err(), "{length} bytes");
    }
}

#[test]
fn the_checksum_finds_every_flipped_bit() {
    let whole = write(&parse_one(&bytes(ADDRESS_BOC), Limits::ANSWER).unwrap());
    for bit in 0..whole.len() * 8 {
        let mut damaged = whole.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(parse(&damaged, Limits::ANSWER).is_err(), "bit {bit}");
    }
}

/// What one cell is made of: data bits, and earlier cells to refer to.
type Recipe = (Vec<bool>, Vec<Index>, Option<[u8; 32]>);

fn recipe() -> impl Strategy<Value = Recipe> {
    let bits = prop_oneof![
        proptest::collection::vec(any::<bool>(), 0..40),
        proptest::collection::vec(any::<bool>(), 1000..1024),
    ];
    (
        bits,
        proptest::collection::vec(any::<Index>(), 0..=4),
        proptest::option::weighted(0.1, any::<[u8; 32]>()),
    )
}

/// A tree whose root is the last cell cooked; cells share children freely.
fn cook(recipes: &[Recipe]) -> Cell {
    let mut cells: Vec<Cell> = Vec::new();
    for (bits, references, library) in recipes {
        let mut builder = bits.iter().fold(CellBuilder::new(), |builder, bit| builder.bit(*bit));
        for reference in references.iter().filter(|_| !cells.is_empty()) {
            builder = builder.reference(cells[reference.index(cells.len())].clone());
        }
        let library = library.map(|hash| Cell::library(Hash256::new(hash)));
        cells.push(library.unwrap_or_else(|| builder.build().unwrap()));
    }
    cells.pop().unwrap()
}

proptest! {
    #[test]
    fn trees_round_trip(recipes in proptest::collection::vec(recipe(), 1..60)) {
        let root = cook(&recipes);
        let written = write(&root);
        let read = parse_one(&written, Limits::ANSWER);
        prop_assert_eq!(read.as_ref(), Ok(&root));
        // Equality is by hash; the writer sees the content.
        prop_assert_eq!(write(&read.unwrap()), written);
    }

    #[test]
    fn any_bytes_are_a_bag_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = parse(&bytes, Limits::ANSWER);
    }

    /// A right magic number and small sizes lead deeper into the reader than noise does.
    #[test]
    fn nearly_bags_never_panic(
        flags in prop_oneof![Just(1_u8), Just(0x81), Just(0xa1), Just(2), any::<u8>()],
        offset_bytes in 0..10_u8,
        rest in proptest::collection::vec(prop_oneof![0..5_u8, any::<u8>()], 0..120),
    ) {
        let mut bytes = vec![0xb5, 0xee, 0x9c, 0x72, flags, offset_bytes];
        bytes.extend(rest);
        let _ = parse(&bytes, Limits::ANSWER);
    }

    /// Damage behind the header, where no checksum guards it, is an error or another tree, never a panic.
    #[test]
    fn damaged_cells_never_panic(
        recipes in proptest::collection::vec(recipe(), 1..20),
        damage in proptest::collection::vec((any::<Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = write(&cook(&recipes));
        // Without the checksum's flag and bytes.
        bytes[4] &= !0b0100_0000;
        bytes.truncate(bytes.len() - 4);
        let cells = 6..bytes.len();
        for (at, value) in damage {
            bytes[cells.start + at.index(cells.len())] = value;
        }
        if let Ok(roots) = parse(&bytes, Limits::ANSWER) {
            for root in roots {
                prop_assert_eq!(parse_one(&write(&root), Limits::ANSWER), Ok(root));
            }
        }
    }
}
