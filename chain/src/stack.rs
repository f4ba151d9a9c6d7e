//! The result of a get-method: a stack of TVM values in a bag of cells, as indexers and liteservers return it.
//!
//! Reads the values that gift contracts return and refuses the others by name (tuples, builders, continuations). Source
//! of the layout: github ton-blockchain/ton `crypto/block/block.tlb` (VmStack), checked 2026-11-20.

use crate::boc::{BocError, Limits, parse_one};
use crate::cell::{Cell, CellReader, ReadError};
use crate::gift::ItemIndex;

/// Most values read from one stack. The richest get-method known here (a GetGems auction) returns 26.
pub const MAX_VALUES: usize = 256;

/// One value.
#[derive(Debug, Clone)]
pub enum StackValue {
    /// No value.
    Null,
    /// A number.
    Integer(StackInteger),
    /// Not a number, the result of an overflow.
    NotANumber,
    /// A cell.
    Cell(Cell),
    /// A part of a cell.
    Slice(Slice),
}

/// A signed 257-bit number in two's complement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StackInteger {
    is_negative: bool,
    low: [u8; 32],
}

/// A part of a cell; the bounds were checked when it was read.
#[derive(Debug, Clone)]
pub struct Slice {
    cell: Cell,
    bits: (usize, usize),
    references: (usize, usize),
}

/// Why bytes are no stack that is read here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StackError {
    /// The bag of cells is malformed.
    #[error(transparent)]
    Boc(#[from] BocError),
    /// More values than [`MAX_VALUES`].
    #[error("a stack of {values} values, at most 256 are read")]
    TooManyValues {
        /// Values that the stack claims.
        values: u64,
    },
    /// A value is cut short or out of bounds.
    #[error("value {place}: {fault}")]
    Value {
        /// Place of the value, from 0 at the bottom of the stack, which is the first value returned.
        place: usize,
        /// What is wrong.
        fault: ReadError,
    },
    /// A type that gift contracts do not return.
    #[error("value {place} has type {kind:#04x}, which is not read here")]
    Type {
        /// Place of the value, from 0 at the bottom.
        place: usize,
        /// The type byte.
        kind: u8,
    },
    /// The stack's own cells are malformed.
    #[error("the stack: {0}")]
    Frame(ReadError),
    /// Something follows the last value.
    #[error("data follows the last value")]
    TrailingData,
}

/// Reads a stack. The first value that the get-method returns comes first.
///
/// # Errors
/// [`StackError`] naming the value.
pub fn parse_stack(boc: &[u8]) -> Result<Vec<StackValue>, StackError> {
    let root = parse_one(boc, Limits::ANSWER)?;
    let mut reader = root.reader();
    let count = reader.uint(24).map_err(StackError::Frame)?;
    let mut left = usize::try_from(count)
        .ok()
        .filter(|count| *count <= MAX_VALUES)
        .ok_or(StackError::TooManyValues { values: count })?;
    // The list hangs from its top: each frame refers to the frame below it first, then holds its own value.
    let mut values = Vec::with_capacity(left);
    while left > 0 {
        left -= 1;
        let below = reader.reference().map_err(StackError::Frame)?;
        values.push(read_value(&mut reader, left)?);
        check_end(&reader)?;
        reader = below.reader();
    }
    check_end(&reader)?;
    values.reverse();
    Ok(values)
}

fn check_end(reader: &CellReader<'_>) -> Result<(), StackError> {
    if reader.bits_left() == 0 && reader.references_left() == 0 {
        Ok(())
    } else {
        Err(StackError::TrailingData)
    }
}

fn read_value(reader: &mut CellReader<'_>, place: usize) -> Result<StackValue, StackError> {
    let kind = reader.uint(8).map_err(|fault| StackError::Value { place, fault })? as u8;
    let value = match kind {
        0 => Ok(StackValue::Null),
        1 => reader.uint(64).map(|value| StackValue::Integer(StackInteger::small(value as i64))),
        2 => read_large_integer(reader),
        3 => reader.reference().map(|cell| StackValue::Cell(cell.clone())),
        4 => read_slice(reader).map(StackValue::Slice),
        _ => return Err(StackError::Type { place, kind }),
    };
    value.map_err(|fault| StackError::Value { place, fault })
}

/// `0x02 0xff` is not a number; otherwise seven zero bits follow the type and then the 257 bits.
fn read_large_integer(reader: &mut CellReader<'_>) -> Result<StackValue, ReadError> {
    if reader.uint(7)? == 0 {
        let is_negative = reader.bit()?;
        return Ok(StackValue::Integer(StackInteger { is_negative, low: reader.bytes()? }));
    }
    reader.bit().map(|_| StackValue::NotANumber)
}

fn read_slice(reader: &mut CellReader<'_>) -> Result<Slice, ReadError> {
    let cell = reader.reference()?.clone();
    let mut bound = |bits| reader.uint(bits).map(|bound| bound as usize);
    let bits = (bound(10)?, bound(10)?);
    let references = (bound(3)?, bound(3)?);
    CellReader::of_slice(&cell, bits, references)?;
    Ok(Slice { cell, bits, references })
}

impl Slice {
    /// Reads the slice from its start.
    pub fn reader(&self) -> CellReader<'_> {
        CellReader::of_slice(&self.cell, self.bits, self.references)
            .expect("the bounds were checked when it was read")
    }
}

impl StackInteger {
    /// A number of 64 bits.
    pub fn small(value: i64) -> Self {
        let mut low = if value < 0 { [0xff; 32] } else { [0; 32] };
        low[24..].copy_from_slice(&value.to_be_bytes());
        Self { is_negative: value < 0, low }
    }

    /// The number when it fits 64 bits.
    pub fn to_i64(&self) -> Option<i64> {
        let value = i64::from_be_bytes(*self.low.last_chunk()?);
        (Self::small(value) == *self).then_some(value)
    }

    /// The number as an item's index, when it is not negative.
    pub fn to_index(&self) -> Option<ItemIndex> {
        (!self.is_negative).then_some(ItemIndex::new(self.low))
    }
}

#[cfg(test)]
mod tests;
