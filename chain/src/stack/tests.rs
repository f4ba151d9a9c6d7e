use proptest::prelude::*;

use super::*;
use crate::boc;
use crate::cell::CellBuilder;

fn empty() -> Cell {
    CellBuilder::new().build().unwrap()
}

/// A stack of the given values, bottom first; each value is written behind the reference to the frame below it.
fn stack(values: &[&dyn Fn(CellBuilder) -> CellBuilder]) -> Vec<u8> {
    let mut below = empty();
    let count = values.len() as u64;
    for (place, value) in values.iter().enumerate() {
        let top = place + 1 == values.len();
        let builder = if top { CellBuilder::new().uint(count, 24) } else { CellBuilder::new() };
        below = value(builder.reference(below)).build().unwrap();
    }
    boc::write(&below)
}

#[test]
fn values_come_bottom_first() {
    let slice_of = CellBuilder::new().uint(0b1_0101, 5).reference(empty()).build().unwrap();
    let values = parse_stack(&stack(&[
        &|builder| builder.uint(0, 8),
        &|builder| builder.uint(1, 8).uint(u64::MAX, 64),
        &|builder| builder.uint(0x0100, 15).bit(true).bytes(&[0xff; 32]),
        &|builder| builder.uint(0x0100, 15).bit(false).bytes(&[0xff; 32]),
        &|builder| builder.uint(0x02ff, 16),
        &|builder| builder.uint(3, 8).reference(empty()),
        &|builder| {
            builder.uint(4, 8).reference(slice_of.clone()).uint(1, 10).uint(4, 10).uint(0, 3).uint(1, 3)
        },
    ]))
    .unwrap();
    let [
        StackValue::Null,
        StackValue::Integer(small),
        StackValue::Integer(large),
        StackValue::Integer(index),
        StackValue::NotANumber,
        StackValue::Cell(cell),
        StackValue::Slice(slice),
    ] = &values[..]
    else {
        panic!("{values:?}");
    };
    assert_eq!((small.to_i64(), small.to_index()), (Some(-1), None));
    assert_eq!(small, large);
    assert_eq!((index.to_i64(), index.to_index()), (None, Some(ItemIndex::new([0xff; 32]))));
    assert_eq!(*cell, empty());
    let mut reader = slice.reader();
    assert_eq!((reader.uint(3), reader.bits_left(), reader.references_left()), (Ok(0b010), 0, 1));
}

#[test]
fn refusals_name_the_value() {
    let value = |place, fault| StackError::Value { place, fault };
    type Write = dyn Fn(CellBuilder) -> CellBuilder;
    let null: &Write = &|builder| builder.uint(0, 8);
    let cases: [(&Write, StackError); 7] = [
        (&|builder| builder, value(1, ReadError::Bits { wanted: 8, left: 0 })),
        (&|builder| builder.uint(1, 8).uint(0, 63), value(1, ReadError::Bits { wanted: 64, left: 63 })),
        (&|builder| builder.uint(3, 8), value(1, ReadError::Reference)),
        (&|builder| builder.uint(4, 8).reference(empty()).uint(1 << 6, 26), value(1, ReadError::Slice)),
        (&|builder| builder.uint(7, 8), StackError::Type { place: 1, kind: 7 }),
        (&|builder| builder.uint(0, 9), StackError::TrailingData),
        (&|builder| builder.uint(0, 8).reference(empty()), StackError::TrailingData),
    ];
    for (write, expected) in cases {
        assert_eq!(parse_stack(&stack(&[null, write])).unwrap_err(), expected);
    }
}

#[test]
fn a_stack_must_hold_what_it_claims() {
    let claim = |count| boc::write(&CellBuilder::new().uint(count, 24).build().unwrap());
    assert_eq!(parse_stack(&claim(0)).map(|values| values.len()), Ok(0));
    assert_eq!(parse_stack(&claim(1)).unwrap_err(), StackError::Frame(ReadError::Reference));
    assert_eq!(parse_stack(&claim(257)).unwrap_err(), StackError::TooManyValues { values: 257 });
    assert_eq!(parse_stack(&claim(0xff_ffff)).unwrap_err(), StackError::TooManyValues { values: 0xff_ffff });
    let short = boc::write(&empty());
    assert_eq!(parse_stack(&short).unwrap_err(), StackError::Frame(ReadError::Bits { wanted: 24, left: 0 }));
    assert!(matches!(parse_stack(b"").unwrap_err(), StackError::Boc(_)));
    let library = boc::write(&Cell::library(crate::Hash256::of(b"")));
    assert!(matches!(parse_stack(&library).unwrap_err(), StackError::Frame(ReadError::Library { .. })));
}

proptest! {
    #[test]
    fn small_numbers_round_trip(number: i64) {
        let values = parse_stack(&stack(&[&|builder| builder.uint(1, 8).uint(number as u64, 64)])).unwrap();
        let [StackValue::Integer(read)] = &values[..] else { panic!("{values:?}") };
        prop_assert_eq!(read.to_i64(), Some(number));
        prop_assert_eq!(read.to_index().is_some(), number >= 0);
    }

    #[test]
    fn any_frames_are_a_stack_or_an_error(
        count in 0..5_u64, frames in proptest::collection::vec(proptest::collection::vec(0..8_u8, 0..40), 1..5),
    ) {
        let mut below = empty();
        for frame in &frames {
            below = CellBuilder::new().bytes(frame).reference(below.clone()).reference(below).build().unwrap();
        }
        let root = CellBuilder::new().uint(count, 24).bytes(below.data()).reference(below).build();
        if let Ok(root) = root {
            let _ = parse_stack(&boc::write(&root));
        }
    }
}
