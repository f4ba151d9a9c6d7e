//! Writes a cell bit by bit.
//!
//! The first fault is kept until [`CellBuilder::build`], so that a layout reads as one chain.

use super::{Cell, CellError, MAX_BITS};
use crate::address::Address;

/// A cell in the making.
#[derive(Debug, Clone, Default)]
pub struct CellBuilder {
    data: Vec<u8>,
    bit_length: usize,
    references: Vec<Cell>,
    fault: Option<CellError>,
}

impl CellBuilder {
    /// An empty cell.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends one bit.
    #[must_use]
    pub fn bit(mut self, bit: bool) -> Self {
        self.push(u8::from(bit) << 7, 1);
        self
    }

    /// Appends `value` as an unsigned number of `bits` bits, at most 64.
    #[must_use]
    pub fn uint(mut self, value: u64, bits: usize) -> Self {
        if bits > 64 || (bits < 64 && value >> bits != 0) {
            self.fault.get_or_insert(CellError::NumberTooLarge { bits });
            return self;
        }
        for bit in (0..bits).rev() {
            self.push(((value >> bit & 1) as u8) << 7, 1);
        }
        self
    }

    /// Appends whole bytes.
    #[must_use]
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        for byte in bytes {
            self.push(*byte, 8);
        }
        self
    }

    /// Appends an address as `addr_std` without anycast (267 bits), or `addr_none` (2 bits).
    #[must_use]
    pub fn address(self, address: Option<&Address>) -> Self {
        match address {
            None => self.uint(0b00, 2),
            Some(address) => {
                self.uint(0b100, 3).bytes(&address.workchain().to_be_bytes()).bytes(address.account_id())
            }
        }
    }

    /// Appends an amount of nanoton (`VarUInteger 16`) in as few bytes as it needs, as the network requires.
    #[must_use]
    pub fn coins(self, amount: u64) -> Self {
        let bytes = (u64::BITS - amount.leading_zeros()).div_ceil(8) as usize;
        self.uint(bytes as u64, 4).uint(amount, bytes * 8)
    }

    /// Appends the data and the references of another cell, which is an ordinary one.
    #[must_use]
    pub fn append(mut self, cell: &Cell) -> Self {
        let mut reader = cell.reader();
        while let bits @ 1.. = reader.bits_left().min(64) {
            let Ok(value) = reader.uint(bits) else { break };
            self = self.uint(value, bits);
        }
        cell.references().iter().fold(self, |builder, reference| builder.reference(reference.clone()))
    }

    /// Appends a reference.
    #[must_use]
    pub fn reference(mut self, cell: Cell) -> Self {
        self.references.push(cell);
        self
    }

    /// The finished ordinary cell.
    ///
    /// # Errors
    /// [`CellError`] when a limit of the format was passed on the way.
    pub fn build(self) -> Result<Cell, CellError> {
        match self.fault {
            Some(fault) => Err(fault),
            None => Cell::ordinary(self.data, self.bit_length, self.references),
        }
    }

    /// Appends the `count` most significant bits of `byte`.
    fn push(&mut self, byte: u8, count: usize) {
        if self.bit_length + count > MAX_BITS {
            self.fault.get_or_insert(CellError::TooManyBits { bits: self.bit_length + count });
            return;
        }
        let used = self.bit_length % 8;
        if used == 0 {
            self.data.push(byte);
        } else {
            if let Some(last) = self.data.last_mut() {
                *last |= byte >> used;
            }
            if used + count > 8 {
                self.data.push(byte << (8 - used));
            }
        }
        self.bit_length += count;
    }
}
