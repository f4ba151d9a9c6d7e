//! Reads a cell bit by bit, within the bounds of the cell or of a slice of it.

use super::{Cell, CellKind};
use crate::address::Address;

/// A place in a cell. Every read moves it forward or fails and leaves it where it was.
#[derive(Debug, Clone)]
pub struct CellReader<'a> {
    cell: &'a Cell,
    bit: usize,
    bit_end: usize,
    reference: usize,
    reference_end: usize,
}

/// Why a cell does not hold what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Fewer bits than needed.
    #[error("{wanted} bits expected, {left} left in the cell")]
    Bits {
        /// Bits needed.
        wanted: usize,
        /// Bits left.
        left: usize,
    },
    /// No reference left.
    #[error("a reference expected, none left in the cell")]
    Reference,
    /// A slice that does not lie inside its cell.
    #[error("a slice that does not lie inside its cell")]
    Slice,
    /// A library cell where data was expected: only the network knows what it stands for.
    #[error("data expected, found the library cell of {library_hash}")]
    Library {
        /// The hash it refers to.
        library_hash: crate::Hash256,
    },
    /// An amount longer than 64 bits.
    #[error("an amount of {bytes} bytes, at most 8 are read")]
    Amount {
        /// Bytes that the amount claims.
        bytes: usize,
    },
    /// An address form that is not read here: external, variable or with anycast.
    #[error("an address that is neither addr_none nor addr_std without anycast (first bits {prefix:03b})")]
    AddressForm {
        /// The first three bits of the address (two, shifted left, when only two are there).
        prefix: u8,
    },
}

impl<'a> CellReader<'a> {
    pub(super) fn new(cell: &'a Cell) -> Self {
        Self {
            cell,
            bit: 0,
            bit_end: cell.bit_length(),
            reference: 0,
            reference_end: cell.references().len(),
        }
    }

    /// Narrows a fresh reader to a slice: bits and references from (inclusive) and to (exclusive).
    ///
    /// # Errors
    /// [`ReadError::Slice`] when the bounds are reversed or outside the cell.
    pub fn of_slice(
        cell: &'a Cell,
        bits: (usize, usize),
        references: (usize, usize),
    ) -> Result<Self, ReadError> {
        let inside = bits.0 <= bits.1
            && bits.1 <= cell.bit_length()
            && references.0 <= references.1
            && references.1 <= cell.references().len();
        if !inside {
            return Err(ReadError::Slice);
        }
        Ok(Self { cell, bit: bits.0, bit_end: bits.1, reference: references.0, reference_end: references.1 })
    }

    /// Data bits left.
    pub fn bits_left(&self) -> usize {
        self.bit_end - self.bit
    }

    /// References left.
    pub fn references_left(&self) -> usize {
        self.reference_end - self.reference
    }

    /// One bit.
    ///
    /// # Errors
    /// [`ReadError::Bits`] at the end of the data.
    pub fn bit(&mut self) -> Result<bool, ReadError> {
        Ok(self.uint(1)? == 1)
    }

    /// An unsigned number of `bits` bits, at most 64.
    ///
    /// # Errors
    /// [`ReadError::Bits`] when fewer are left.
    ///
    /// # Panics
    /// When more than 64 bits are asked for.
    pub fn uint(&mut self, bits: usize) -> Result<u64, ReadError> {
        assert!(bits <= 64, "a number read at once has at most 64 bits");
        self.check(bits)?;
        let mut value = 0;
        for bit in self.bit..self.bit + bits {
            value = value << 1 | u64::from(self.cell.data()[bit / 8] >> (7 - bit % 8) & 1);
        }
        self.bit += bits;
        Ok(value)
    }

    /// `N` bytes, from any bit on.
    ///
    /// # Errors
    /// [`ReadError::Bits`] when fewer are left.
    pub fn bytes<const N: usize>(&mut self) -> Result<[u8; N], ReadError> {
        self.check(N * 8)?;
        let mut bytes = [0; N];
        for byte in &mut bytes {
            *byte = self.uint(8)? as u8;
        }
        Ok(bytes)
    }

    /// The next reference.
    ///
    /// # Errors
    /// [`ReadError::Reference`] when none is left.
    pub fn reference(&mut self) -> Result<&'a Cell, ReadError> {
        if self.reference == self.reference_end {
            return Err(ReadError::Reference);
        }
        self.reference += 1;
        Ok(&self.cell.references()[self.reference - 1])
    }

    /// An amount of nanoton (`VarUInteger 16`): a length in four bits, then so many bytes.
    ///
    /// # Errors
    /// [`ReadError::Bits`] at the end of the data, [`ReadError::Amount`] beyond 64 bits, more than there ever is of the coin.
    pub fn coins(&mut self) -> Result<u64, ReadError> {
        let mut ahead = self.clone();
        let bytes = ahead.uint(4)? as usize;
        if bytes > 8 {
            return Err(ReadError::Amount { bytes });
        }
        let amount = ahead.uint(bytes * 8)?;
        *self = ahead;
        Ok(amount)
    }

    /// A reference that one bit says is there.
    ///
    /// # Errors
    /// [`ReadError::Bits`] and [`ReadError::Reference`] when bit or reference are missing.
    pub fn maybe_reference(&mut self) -> Result<Option<&'a Cell>, ReadError> {
        let mut ahead = self.clone();
        let cell = if ahead.bit()? { Some(ahead.reference()?) } else { None };
        *self = ahead;
        Ok(cell)
    }

    /// All that is left, as a cell of its own.
    ///
    /// # Errors
    /// [`ReadError::Library`] when there is no data to read.
    pub fn rest(&mut self) -> Result<Cell, ReadError> {
        self.check(0)?;
        let mut builder = super::CellBuilder::new();
        while self.bits_left() > 0 {
            let bits = self.bits_left().min(64);
            builder = builder.uint(self.uint(bits)?, bits);
        }
        while self.references_left() > 0 {
            builder = builder.reference(self.reference()?.clone());
        }
        Ok(builder.build().expect("a part of a cell is within a cell's limits"))
    }

    /// An address: `addr_none` is `None`, `addr_std` without anycast is `Some`.
    ///
    /// # Errors
    /// [`ReadError::Bits`] at the end of the data, [`ReadError::AddressForm`] for the other forms.
    pub fn address(&mut self) -> Result<Option<Address>, ReadError> {
        let mut ahead = self.clone();
        let address = match ahead.uint(2)? {
            0b00 => None,
            0b10 if !ahead.bit()? => {
                let [workchain] = ahead.bytes()?;
                Some(Address::new(i8::from_be_bytes([workchain]), ahead.bytes()?))
            }
            0b10 => return Err(ReadError::AddressForm { prefix: 0b101 }),
            prefix => return Err(ReadError::AddressForm { prefix: (prefix as u8) << 1 }),
        };
        *self = ahead;
        Ok(address)
    }

    fn check(&self, wanted: usize) -> Result<(), ReadError> {
        if let CellKind::Library(library_hash) = self.cell.kind() {
            return Err(ReadError::Library { library_hash });
        }
        let left = self.bits_left();
        if wanted > left { Err(ReadError::Bits { wanted, left }) } else { Ok(()) }
    }
}
