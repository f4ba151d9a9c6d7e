//! Cells: up to 1,023 bits and four references, hashed as TON hashes them.
//!
//! Only cells of level 0 exist here: ordinary cells and library cells. Hash and depth are computed when a cell is made
//! and never again, so a small file that unfolds into a huge tree costs nothing, and no cell is deeper than
//! [`MAX_DEPTH`], so walking down is always bounded.

mod builder;
mod reader;

use std::fmt;
use std::sync::Arc;

pub use builder::CellBuilder;
pub use reader::{CellReader, ReadError};

use crate::hash::Hash256;

/// Most bits that one cell holds. Source: TON documentation, `foundations/serialization/cells`, checked 2026-11-20.
pub const MAX_BITS: usize = 1023;
/// Most references that one cell holds. Same source.
pub const MAX_REFERENCES: usize = 4;
/// Deepest tree that the network accepts: a cell without references has depth 0. Same source.
pub const MAX_DEPTH: u16 = 1024;

/// Type byte of a library cell.
const LIBRARY_TYPE: u8 = 2;

/// An immutable cell. Cloning shares it; two cells are equal when their representation hashes are.
#[derive(Clone)]
pub struct Cell(Arc<Content>);

struct Content {
    kind: CellKind,
    data: Vec<u8>,
    bit_length: usize,
    references: Vec<Cell>,
    digest: CellDigest,
}

/// What a cell's data means to the hash function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CellKind {
    /// Plain data.
    Ordinary,
    /// Exotic: stands for a cell that the network's library holds under this hash.
    Library(Hash256),
}

/// All that a parent's hash needs to know of a cell. Lets an address be computed from a code hash without the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CellDigest {
    /// Representation hash.
    pub hash: Hash256,
    /// Longest way down: 0 for a cell without references.
    pub depth: u16,
}

/// Why no cell can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CellError {
    /// More than [`MAX_BITS`] bits.
    #[error("a cell holds at most 1023 bits, found {bits}")]
    TooManyBits {
        /// Bits asked for.
        bits: usize,
    },
    /// More than [`MAX_REFERENCES`] references.
    #[error("a cell holds at most 4 references, found {references}")]
    TooManyReferences {
        /// References asked for.
        references: usize,
    },
    /// The tree would be deeper than [`MAX_DEPTH`].
    #[error("a tree of cells is at most 1024 deep")]
    TooDeep,
    /// An integer does not fit the bits it was to be stored in.
    #[error("a number needs more than {bits} bits")]
    NumberTooLarge {
        /// Bits that were given.
        bits: usize,
    },
    /// An exotic cell of a type that is not read here (pruned branch, Merkle proof, Merkle update, or none known).
    #[error("exotic cells of type {kind} are not read here")]
    UnsupportedExotic {
        /// The type byte.
        kind: u8,
    },
    /// An exotic cell without the eight bits of its type, or a library cell that is not 264 bits without references.
    #[error("a malformed exotic cell: {bits} bits, {references} references")]
    MalformedExotic {
        /// Bits found.
        bits: usize,
        /// References found.
        references: usize,
    },
}

impl Cell {
    /// A library cell: the network resolves it to the code whose hash is `library_hash`.
    pub fn library(library_hash: Hash256) -> Self {
        let mut data = vec![LIBRARY_TYPE];
        data.extend_from_slice(library_hash.as_bytes());
        let digest = CellDigest { hash: representation(1 << 3, 66, &data, &[]), depth: 0 };
        let bit_length = data.len() * 8;
        Self(Arc::new(Content {
            kind: CellKind::Library(library_hash),
            data,
            bit_length,
            references: Vec::new(),
            digest,
        }))
    }

    /// An ordinary cell. `data` holds `bit_length` bits from the most significant on; bits beyond are ignored.
    pub(crate) fn ordinary(
        mut data: Vec<u8>,
        bit_length: usize,
        references: Vec<Self>,
    ) -> Result<Self, CellError> {
        if bit_length > MAX_BITS {
            return Err(CellError::TooManyBits { bits: bit_length });
        }
        if references.len() > MAX_REFERENCES {
            return Err(CellError::TooManyReferences { references: references.len() });
        }
        let depth = match references.iter().map(Self::depth).max() {
            None => 0,
            Some(deepest) if deepest < MAX_DEPTH => deepest + 1,
            Some(_) => return Err(CellError::TooDeep),
        };
        data.truncate(bit_length.div_ceil(8));
        if let (Some(last), used @ 1..) = (data.last_mut(), bit_length % 8) {
            *last &= 0xff << (8 - used);
        }
        let mut cell = Content {
            kind: CellKind::Ordinary,
            data,
            bit_length,
            references,
            digest: CellDigest { hash: Hash256::new([0; 32]), depth },
        };
        let children: Vec<CellDigest> = cell.references.iter().map(Self::digest).collect();
        let (first, second) = cell.descriptors();
        cell.digest.hash = representation(first, second, &cell.padded_data(), &children);
        Ok(Self(Arc::new(cell)))
    }

    /// An exotic cell as it stands in a bag of cells: whole bytes, the first of which is its type.
    pub(crate) fn exotic(data: &[u8], bit_length: usize, references: usize) -> Result<Self, CellError> {
        let malformed = CellError::MalformedExotic { bits: bit_length, references };
        match data {
            _ if bit_length < 8 => Err(malformed),
            [LIBRARY_TYPE, library_hash @ ..] if bit_length == 264 && references == 0 => {
                Ok(Self::library(Hash256::new(library_hash.try_into().map_err(|_| malformed)?)))
            }
            [LIBRARY_TYPE, ..] | [] => Err(malformed),
            [kind, ..] => Err(CellError::UnsupportedExotic { kind: *kind }),
        }
    }

    /// Ordinary or library.
    pub fn kind(&self) -> CellKind {
        self.0.kind
    }

    /// Representation hash. For the code of an account this is the `code_hash` that indexers show.
    pub fn hash(&self) -> Hash256 {
        self.0.digest.hash
    }

    /// Longest way down, 0 without references, at most [`MAX_DEPTH`].
    pub fn depth(&self) -> u16 {
        self.0.digest.depth
    }

    /// Hash and depth together.
    pub fn digest(&self) -> CellDigest {
        self.0.digest
    }

    /// Number of data bits, at most [`MAX_BITS`].
    pub fn bit_length(&self) -> usize {
        self.0.bit_length
    }

    /// The data bits from the most significant on; unused bits of the last byte are zero.
    pub fn data(&self) -> &[u8] {
        &self.0.data
    }

    /// The cells referred to, in order, at most [`MAX_REFERENCES`].
    pub fn references(&self) -> &[Self] {
        &self.0.references
    }

    /// Reads the cell from its first bit and first reference.
    pub fn reader(&self) -> CellReader<'_> {
        CellReader::new(self)
    }

    pub(crate) fn descriptors(&self) -> (u8, u8) {
        self.0.descriptors()
    }

    pub(crate) fn padded_data(&self) -> Vec<u8> {
        self.0.padded_data()
    }
}

impl Content {
    /// The two bytes that open a cell: references and kind, then twice the bytes of data, less one when they are not whole.
    fn descriptors(&self) -> (u8, u8) {
        let exotic = u8::from(self.kind != CellKind::Ordinary);
        let first = self.references.len() as u8 + (exotic << 3);
        let second = (self.bit_length / 8 + self.bit_length.div_ceil(8)) as u8;
        (first, second)
    }

    /// The data with the closing bit that marks where it ends inside its last byte.
    fn padded_data(&self) -> Vec<u8> {
        let mut data = self.data.clone();
        if let (Some(last), used @ 1..) = (data.last_mut(), self.bit_length % 8) {
            *last |= 0x80 >> used;
        }
        data
    }
}

impl PartialEq for Cell {
    fn eq(&self, other: &Self) -> bool {
        self.hash() == other.hash()
    }
}

impl Eq for Cell {}

impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Cell({}, {} bits, {} references, depth {})",
            self.hash(),
            self.bit_length(),
            self.references().len(),
            self.depth()
        )
    }
}

/// SHA-256 of descriptors, data, the children's depths and the children's hashes: the representation hash of level 0.
pub(crate) fn representation(first: u8, second: u8, padded_data: &[u8], children: &[CellDigest]) -> Hash256 {
    let mut bytes = Vec::with_capacity(2 + padded_data.len() + children.len() * 34);
    bytes.extend([first, second]);
    bytes.extend_from_slice(padded_data);
    for child in children {
        bytes.extend(child.depth.to_be_bytes());
    }
    for child in children {
        bytes.extend_from_slice(child.hash.as_bytes());
    }
    Hash256::of(&bytes)
}

#[cfg(test)]
mod tests;
