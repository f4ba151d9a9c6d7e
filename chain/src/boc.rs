//! Bags of cells: the byte form in which cells travel, read within stated limits and written canonically.
//!
//! Every size that the bytes claim is checked against what is really there before anything is allocated for it, no
//! function recurses, and what cannot be judged here (proof cells, stored hashes) is refused by name.
//! Source of the format: TON documentation, `foundations/serialization/boc`, checked 2026-11-20.

mod crc32c;
mod header;
mod write;

pub use header::HeaderField;
pub use write::write;

use header::Header;

use crate::cell::{Cell, CellError};

/// What a reader is ready to hold. The depth needs no limit of its own: no cell is deeper than
/// [`crate::cell::MAX_DEPTH`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of input.
    pub bytes: usize,
    /// Most cells.
    pub cells: usize,
}

impl Limits {
    /// For one answer of a chain source: an account's state, a message or a get-method's stack.
    pub const ANSWER: Self = Self { bytes: 1 << 20, cells: 1 << 14 };
}

/// Why bytes are no bag of cells. Ordered by precedence: the first fault found is the one named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BocError {
    /// More bytes than the limit; nothing was read.
    #[error("{bytes} bytes are more than the limit of {limit}")]
    TooLarge {
        /// Bytes given.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The input ends inside a field.
    #[error("the bytes end inside {field}")]
    Truncated {
        /// The field that could not be read.
        field: HeaderField,
    },
    /// Another format. The two index-only forms of old are not read.
    #[error("a bag of cells starts with b5ee9c72, found {magic:08x}")]
    Magic {
        /// The first four bytes.
        magic: u32,
    },
    /// A header field with a value outside the format.
    #[error("{field} is {value}, which the format does not allow")]
    Header {
        /// The field.
        field: HeaderField,
        /// The value found.
        value: u64,
    },
    /// More cells than the limit; nothing was allocated for them.
    #[error("{cells} cells are claimed, the limit is {limit}")]
    TooManyCells {
        /// Cells that the header claims.
        cells: u64,
        /// The limit.
        limit: usize,
    },
    /// More cells are claimed than the data could hold at two bytes each; nothing was allocated for them.
    #[error("{cells} cells are claimed in {data_bytes} bytes")]
    ImpossibleCellCount {
        /// Cells that the header claims.
        cells: u64,
        /// Bytes of cell data.
        data_bytes: u64,
    },
    /// The total length is not what the header adds up to.
    #[error("the header describes {expected} bytes, found {found}")]
    Length {
        /// Bytes that the header adds up to.
        expected: u64,
        /// Bytes given.
        found: u64,
    },
    /// The closing CRC-32C does not fit: damaged bytes.
    #[error("the checksum is {found:08x}, the bytes have {computed:08x}")]
    Checksum {
        /// CRC-32C written in the bytes.
        found: u32,
        /// CRC-32C of the bytes before it.
        computed: u32,
    },
    /// One cell is malformed.
    #[error("cell {cell}: {fault}")]
    Cell {
        /// Place of the cell in the bag, from 0.
        cell: usize,
        /// What is wrong with it.
        fault: CellFault,
    },
    /// The cells do not fill the bytes that the header gives them.
    #[error("{bytes} bytes follow the last cell")]
    UnusedBytes {
        /// Bytes left over.
        bytes: usize,
    },
    /// One cell was expected at the root, the bag has several.
    #[error("one root expected, found {roots}")]
    Roots {
        /// Roots found.
        roots: usize,
    },
}

/// What is wrong with one cell of a bag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CellFault {
    /// The bytes end inside the cell.
    #[error("the bytes end inside it")]
    Truncated,
    /// A cell of level 0 has no level and stores no hashes; proofs do, and are not read here.
    #[error("its descriptor {descriptor:#04x} is that of a proof, a stored hash or an absent cell")]
    Descriptor {
        /// The first descriptor byte.
        descriptor: u8,
    },
    /// The last byte does not say where the data ends.
    #[error("the closing bit of its data is missing or out of place")]
    ClosingBit,
    /// A reference to itself, backwards, or to no cell.
    #[error("it refers to cell {target}, only later cells of the bag may be referred to")]
    Reference {
        /// The index referred to.
        target: u64,
    },
    /// The index table and the data disagree on where the cell ends.
    #[error("the index says that it ends at {indexed}, it ends at {found}")]
    Index {
        /// Offset in the index table.
        indexed: u64,
        /// Offset found.
        found: u64,
    },
    /// The cell itself is impossible.
    #[error(transparent)]
    Content(#[from] CellError),
}

/// Reads a bag of cells and returns its roots, in order, at least one.
///
/// # Errors
/// [`BocError`] naming the field or the cell; nothing is allocated for a claim that the bytes cannot hold.
pub fn parse(bytes: &[u8], limits: Limits) -> Result<Vec<Cell>, BocError> {
    if bytes.len() > limits.bytes {
        return Err(BocError::TooLarge { bytes: bytes.len(), limit: limits.bytes });
    }
    let header = Header::parse(bytes, limits.cells)?;
    let outlines = outlines(&header)?;
    let cells = assemble(&header, &outlines)?;
    Ok(header.roots.iter().map(|root| cells[outlines.len() - 1 - root].clone()).collect())
}

/// Reads a bag of cells that must have exactly one root.
///
/// # Errors
/// As [`parse`], and [`BocError::Roots`] when there are several.
pub fn parse_one(bytes: &[u8], limits: Limits) -> Result<Cell, BocError> {
    let mut roots = parse(bytes, limits)?;
    match (roots.pop(), roots.len()) {
        (Some(root), 0) => Ok(root),
        (_, others) => Err(BocError::Roots { roots: others + 1 }),
    }
}

/// Where one cell's parts lie.
struct Outline<'a> {
    exotic: bool,
    data: &'a [u8],
    whole_bytes: bool,
    references: &'a [u8],
}

/// First pass, forwards: cuts the data into cells without making any.
fn outlines<'a>(header: &Header<'a>) -> Result<Vec<Outline<'a>>, BocError> {
    let mut outlines = Vec::with_capacity(header.cell_count);
    let mut rest = header.data;
    for cell in 0..header.cell_count {
        let fault = |fault| BocError::Cell { cell, fault };
        let (outline, after) = outline(rest, header.reference_bytes).map_err(fault)?;
        let found = (header.data.len() - after.len()) as u64;
        if let Some(indexed) = header.indexed_end(cell).filter(|indexed| *indexed != found) {
            return Err(fault(CellFault::Index { indexed, found }));
        }
        outlines.push(outline);
        rest = after;
    }
    if rest.is_empty() { Ok(outlines) } else { Err(BocError::UnusedBytes { bytes: rest.len() }) }
}

fn outline(bytes: &[u8], reference_bytes: usize) -> Result<(Outline<'_>, &[u8]), CellFault> {
    let (&[first, second], rest) = bytes.split_first_chunk().ok_or(CellFault::Truncated)?;
    let references = usize::from(first & 0b111);
    // Level (3 bits), stored hashes, and five to seven references, which mark an absent cell.
    if first & 0b1111_0000 != 0 || references > crate::cell::MAX_REFERENCES {
        return Err(CellFault::Descriptor { descriptor: first });
    }
    let data_bytes = usize::from(second).div_ceil(2);
    let (data, rest) = rest.split_at_checked(data_bytes).ok_or(CellFault::Truncated)?;
    let (references, rest) =
        rest.split_at_checked(references * reference_bytes).ok_or(CellFault::Truncated)?;
    Ok((Outline { exotic: first & 0b1000 != 0, data, whole_bytes: second % 2 == 0, references }, rest))
}

/// Second pass, backwards: a cell refers to later ones only, so each finds its children made. The last cell comes first.
fn assemble(header: &Header<'_>, outlines: &[Outline<'_>]) -> Result<Vec<Cell>, BocError> {
    let mut cells: Vec<Cell> = Vec::with_capacity(outlines.len());
    for (index, outline) in outlines.iter().enumerate().rev() {
        let references = outline.references.chunks_exact(header.reference_bytes).map(|reference| {
            let target = header::big_endian(reference);
            let made =
                usize::try_from(target).ok().filter(|target| (index + 1..outlines.len()).contains(target));
            made.map(|target| cells[outlines.len() - 1 - target].clone())
                .ok_or(CellFault::Reference { target })
        });
        let cell = references
            .collect::<Result<Vec<Cell>, CellFault>>()
            .and_then(|references| cell(outline, references))
            .map_err(|fault| BocError::Cell { cell: index, fault })?;
        cells.push(cell);
    }
    Ok(cells)
}

fn cell(outline: &Outline<'_>, references: Vec<Cell>) -> Result<Cell, CellFault> {
    let bit_length = match outline.data.last() {
        _ if outline.whole_bytes => outline.data.len() * 8,
        // A closing bit in the first place would mean a byte without data.
        None | Some(0 | 0x80) => return Err(CellFault::ClosingBit),
        Some(last) => outline.data.len() * 8 - last.trailing_zeros() as usize - 1,
    };
    if outline.exotic {
        return Ok(Cell::exotic(outline.data, bit_length, references.len())?);
    }
    Ok(Cell::ordinary(outline.data.to_vec(), bit_length, references)?)
}

#[cfg(test)]
mod tests;
