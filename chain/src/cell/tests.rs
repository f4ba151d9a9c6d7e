use proptest::prelude::*;

use super::*;
use crate::address::Address;

fn empty() -> Cell {
    CellBuilder::new().build().unwrap()
}

#[test]
fn the_empty_cell_has_its_well_known_hash() {
    let expected = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
    assert_eq!(empty().hash().to_hex(), expected);
    assert_eq!(empty().depth(), 0);
}

#[test]
fn a_library_cell_is_hashed_as_exotic() {
    // Item code of Plush Pepes: the account's code hash is the hash of this cell.
    let library_hash = "91d9e2ac169fc785ce00de0a81af27622b9b7d1764415c775e7e50c03ce98aa2".parse().unwrap();
    let cell = Cell::library(library_hash);
    let expected = "30dcd7d5b6fcf5968c2791e1e31ad732f2672f2986e1d6970eb03cca22d23251";
    assert_eq!(cell.hash().to_hex(), expected);
    assert_eq!(cell.depth(), 0);
    assert_eq!(cell.kind(), CellKind::Library(library_hash));
    assert_eq!(cell.reader().uint(8), Err(ReadError::Library { library_hash }));
}

#[test]
fn a_cell_holds_1023_bits_and_four_references() {
    let full = CellBuilder::new().bytes(&[0xff; 127]).uint(0x7f, 7);
    assert_eq!(full.clone().build().unwrap().bit_length(), 1023);
    assert_eq!(full.bit(true).build(), Err(CellError::TooManyBits { bits: 1024 }));
    let four = (0..4).fold(CellBuilder::new(), |builder, _| builder.reference(empty()));
    assert_eq!(four.clone().build().unwrap().depth(), 1);
    assert_eq!(four.reference(empty()).build(), Err(CellError::TooManyReferences { references: 5 }));
}

#[test]
fn a_number_that_does_not_fit_is_refused() {
    assert_eq!(CellBuilder::new().uint(4, 2).build(), Err(CellError::NumberTooLarge { bits: 2 }));
    assert_eq!(CellBuilder::new().uint(0, 65).build(), Err(CellError::NumberTooLarge { bits: 65 }));
    assert!(CellBuilder::new().uint(u64::MAX, 64).uint(3, 2).uint(0, 0).build().is_ok());
}

#[test]
fn a_tree_is_at_most_1024_deep() {
    let mut cell = empty();
    for depth in 1..=MAX_DEPTH {
        cell = CellBuilder::new().reference(cell).build().unwrap();
        assert_eq!(cell.depth(), depth);
    }
    assert_eq!(CellBuilder::new().reference(cell).build(), Err(CellError::TooDeep));
}

#[test]
fn a_slice_must_lie_inside_its_cell() {
    let cell = CellBuilder::new().uint(0b1011, 4).reference(empty()).build().unwrap();
    let mut slice = CellReader::of_slice(&cell, (1, 3), (1, 1)).unwrap();
    assert_eq!(slice.references_left(), 0);
    assert_eq!(slice.reference(), Err(ReadError::Reference));
    assert_eq!(slice.uint(3), Err(ReadError::Bits { wanted: 3, left: 2 }));
    assert_eq!(slice.uint(2), Ok(0b01));
    for (bits, references) in [((3, 1), (0, 0)), ((0, 5), (0, 0)), ((0, 0), (1, 0)), ((0, 0), (0, 2))] {
        assert_eq!(CellReader::of_slice(&cell, bits, references).unwrap_err(), ReadError::Slice);
    }
}

#[test]
fn address_forms_that_are_not_read_are_named() {
    let read = |builder: CellBuilder| builder.build().unwrap().reader().address();
    assert_eq!(read(CellBuilder::new().uint(0b00, 2)), Ok(None));
    assert_eq!(read(CellBuilder::new().uint(0b01, 2)), Err(ReadError::AddressForm { prefix: 0b010 }));
    assert_eq!(read(CellBuilder::new().uint(0b11, 2)), Err(ReadError::AddressForm { prefix: 0b110 }));
    assert_eq!(read(CellBuilder::new().uint(0b101, 3)), Err(ReadError::AddressForm { prefix: 0b101 }));
    assert_eq!(read(CellBuilder::new().uint(0b100, 3)), Err(ReadError::Bits { wanted: 8, left: 0 }));
    assert_eq!(read(CellBuilder::new()), Err(ReadError::Bits { wanted: 2, left: 0 }));
}

#[test]
fn an_amount_is_as_long_as_it_must_be() {
    for (amount, bits) in [(0, 4), (1, 12), (255, 12), (256, 20), (u64::MAX, 68)] {
        let cell = CellBuilder::new().coins(amount).build().unwrap();
        assert_eq!(cell.bit_length(), bits, "{amount}");
        assert_eq!(cell.reader().coins(), Ok(amount));
    }
    let nine = CellBuilder::new().uint(9, 4).bytes(&[1; 9]).build().unwrap();
    assert_eq!(nine.reader().coins(), Err(ReadError::Amount { bytes: 9 }));
    let short = CellBuilder::new().uint(2, 4).uint(7, 8).build().unwrap();
    assert_eq!(short.reader().coins(), Err(ReadError::Bits { wanted: 16, left: 8 }));
}

#[test]
fn a_library_cell_has_nothing_to_take_apart() {
    let cell = Cell::library(crate::Hash256::of(b"code"));
    assert!(matches!(cell.reader().rest(), Err(ReadError::Library { .. })));
    assert_eq!(CellBuilder::new().append(&cell).build().unwrap(), empty());
}

proptest! {
    /// What is left of a cell, put behind what was read of it, is the cell.
    #[test]
    fn a_cell_is_its_parts(data: [u8; 60], at in 0..480_usize, references in 0..5_usize, maybe in 0..5_usize) {
        let build = |builder: CellBuilder| (0..references).fold(builder, |builder, _| builder.reference(empty()));
        let cell = build(CellBuilder::new().bytes(&data)).build().unwrap();
        let mut reader = cell.reader();
        let mut head = CellBuilder::new();
        for _ in 0..at {
            head = head.bit(reader.bit().unwrap());
        }
        for _ in 0..maybe.min(references) {
            head = head.reference(reader.reference().unwrap().clone());
        }
        let rest = reader.rest().unwrap();
        prop_assert_eq!(rest.bit_length(), 480 - at);
        prop_assert_eq!((reader.bits_left(), reader.references_left()), (0, 0));
        prop_assert_eq!(head.append(&rest).build().unwrap(), cell);
    }

    #[test]
    fn what_is_written_is_read(
        lead in 0..8_usize, number: u64, bits in 0..=64_usize, bytes: [u8; 32], workchain: i8, account: [u8; 32],
    ) {
        let number = if bits == 64 { number } else { number & ((1 << bits) - 1) };
        let address = Address::new(workchain, account);
        let cell = CellBuilder::new()
            .uint(0, lead)
            .uint(number, bits)
            .bytes(&bytes)
            .address(Some(&address))
            .address(None)
            .build()
            .unwrap();
        prop_assert_eq!(cell.bit_length(), lead + bits + 256 + 267 + 2);
        let mut reader = cell.reader();
        prop_assert_eq!(reader.uint(lead), Ok(0));
        prop_assert_eq!(reader.uint(bits), Ok(number));
        prop_assert_eq!(reader.bytes(), Ok(bytes));
        prop_assert_eq!(reader.address(), Ok(Some(address)));
        prop_assert_eq!(reader.address(), Ok(None));
        prop_assert_eq!(reader.bits_left(), 0);
    }

    /// The hash depends on every bit and on the length.
    #[test]
    fn one_bit_makes_another_cell(bits in proptest::collection::vec(any::<bool>(), 1..300), at: proptest::sample::Index) {
        let build = |bits: &[bool]| {
            bits.iter().fold(CellBuilder::new(), |builder, bit| builder.bit(*bit)).build().unwrap()
        };
        let cell = build(&bits);
        let mut other = bits.clone();
        let at = at.index(bits.len());
        other[at] = !other[at];
        prop_assert_ne!(&build(&other), &cell);
        prop_assert_ne!(build(&bits[1..]), cell);
    }
}
