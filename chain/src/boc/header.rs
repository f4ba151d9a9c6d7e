//! The header of a bag of cells: sizes, roots, index, checksum. Everything after it is exactly the cells.

use std::fmt;

use super::BocError;
use super::crc32c::crc32c;

const MAGIC: u32 = 0xb5ee_9c72;
const FLAG_INDEX: u8 = 0b1000_0000;
const FLAG_CHECKSUM: u8 = 0b0100_0000;
const FLAG_CACHE_BITS: u8 = 0b0010_0000;
const RESERVED_FLAGS: u8 = 0b0001_1000;

/// A part of the header, for error messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderField {
    /// The four bytes that name the format.
    Magic,
    /// The flags byte.
    Flags,
    /// Bytes per cell index, 1 to 4.
    ReferenceBytes,
    /// Bytes per offset, 1 to 8.
    OffsetBytes,
    /// Number of cells.
    CellCount,
    /// Number of roots.
    RootCount,
    /// Number of absent cells, which must be 0.
    AbsentCount,
    /// Bytes of cell data.
    DataBytes,
    /// Index of a root.
    Root,
    /// The table of offsets.
    Index,
}

impl fmt::Display for HeaderField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Magic => "the magic number",
            Self::Flags => "the flags",
            Self::ReferenceBytes => "the size of a cell index",
            Self::OffsetBytes => "the size of an offset",
            Self::CellCount => "the number of cells",
            Self::RootCount => "the number of roots",
            Self::AbsentCount => "the number of absent cells",
            Self::DataBytes => "the length of the cell data",
            Self::Root => "the index of a root",
            Self::Index => "the table of offsets",
        })
    }
}

pub(super) struct Header<'a> {
    pub(super) reference_bytes: usize,
    pub(super) cell_count: usize,
    /// Each below `cell_count`.
    pub(super) roots: Vec<usize>,
    pub(super) data: &'a [u8],
    index: Option<&'a [u8]>,
    offset_bytes: usize,
    cache_bits: bool,
}

impl<'a> Header<'a> {
    pub(super) fn parse(bytes: &'a [u8], cell_limit: usize) -> Result<Self, BocError> {
        let mut fields = Fields(bytes);
        let magic = fields.number(4, HeaderField::Magic)? as u32;
        if magic != MAGIC {
            return Err(BocError::Magic { magic });
        }
        let flags = fields.number(1, HeaderField::Flags)? as u8;
        let cache_bits = flags & FLAG_CACHE_BITS != 0;
        // Cache bits live in the index, so they need one.
        if flags & RESERVED_FLAGS != 0 || (cache_bits && flags & FLAG_INDEX == 0) {
            return Err(BocError::Header { field: HeaderField::Flags, value: flags.into() });
        }
        let reference_bytes = usize::from(flags & 0b111);
        if !(1..=4).contains(&reference_bytes) {
            return Err(BocError::Header {
                field: HeaderField::ReferenceBytes,
                value: reference_bytes as u64,
            });
        }
        let offset_bytes = fields.number_within(1, HeaderField::OffsetBytes, 1..=8)? as usize;
        let cells = fields.number_within(reference_bytes, HeaderField::CellCount, 1..=u64::MAX)?;
        let roots = fields.number_within(reference_bytes, HeaderField::RootCount, 1..=cells)?;
        fields.number_within(reference_bytes, HeaderField::AbsentCount, 0..=0)?;
        let data_bytes = fields.number(offset_bytes, HeaderField::DataBytes)?;

        let cell_count = usize::try_from(cells).ok().filter(|cells| *cells <= cell_limit);
        let cell_count = cell_count.ok_or(BocError::TooManyCells { cells, limit: cell_limit })?;
        if cells > data_bytes / 2 {
            return Err(BocError::ImpossibleCellCount { cells, data_bytes });
        }
        let index_bytes = if flags & FLAG_INDEX == 0 { 0 } else { cell_count * offset_bytes };
        let checksum_bytes = if flags & FLAG_CHECKSUM == 0 { 0 } else { 4 };
        let expected = (bytes.len() - fields.0.len()) as u64
            + roots * reference_bytes as u64
            + index_bytes as u64
            + checksum_bytes as u64;
        let expected = expected.saturating_add(data_bytes);
        if expected != bytes.len() as u64 {
            return Err(BocError::Length { expected, found: bytes.len() as u64 });
        }
        let body = &bytes[..bytes.len() - checksum_bytes];
        if let Some(found) = bytes[body.len()..].first_chunk().map(|found| u32::from_le_bytes(*found)) {
            let computed = crc32c(body);
            if found != computed {
                return Err(BocError::Checksum { found, computed });
            }
        }
        let roots = (0..roots)
            .map(|_| fields.number_within(reference_bytes, HeaderField::Root, 0..=cells - 1))
            .map(|root| root.map(|root| root as usize))
            .collect::<Result<_, _>>()?;
        let index = fields.take(index_bytes, HeaderField::Index)?;
        let data = &fields.0[..fields.0.len() - checksum_bytes];
        let index = (flags & FLAG_INDEX != 0).then_some(index);
        Ok(Self { reference_bytes, cell_count, roots, data, index, offset_bytes, cache_bits })
    }

    /// Where the index table says that a cell ends, in bytes from the start of the data; `None` without a table.
    pub(super) fn indexed_end(&self, cell: usize) -> Option<u64> {
        let entry = self.index?.chunks_exact(self.offset_bytes).nth(cell)?;
        let offset = big_endian(entry);
        Some(if self.cache_bits { offset >> 1 } else { offset })
    }
}

/// The unread rest of the bytes.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, bytes: usize, field: HeaderField) -> Result<&'a [u8], BocError> {
        let (taken, rest) = self.0.split_at_checked(bytes).ok_or(BocError::Truncated { field })?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self, bytes: usize, field: HeaderField) -> Result<u64, BocError> {
        Ok(big_endian(self.take(bytes, field)?))
    }

    fn number_within(
        &mut self,
        bytes: usize,
        field: HeaderField,
        allowed: std::ops::RangeInclusive<u64>,
    ) -> Result<u64, BocError> {
        let value = self.number(bytes, field)?;
        if allowed.contains(&value) { Ok(value) } else { Err(BocError::Header { field, value }) }
    }
}

/// At most eight bytes as a number.
pub(super) fn big_endian(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte))
}
