//! An item's index: a 256-bit number, shown in decimal by get-methods and indexers and in hexadecimal by people.

use std::fmt;

use crate::hash::Hash256;

/// Index of an item in a telemint collection: SHA-256 of its token name, as an unsigned 256-bit number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemIndex([u8; 32]);

/// Why a text is no index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// Not decimal digits only, or none, or leading zeros.
    #[error("an index is decimal digits without leading zeros")]
    Digits,
    /// 2^256 or more.
    #[error("an index is below 2^256")]
    TooLarge,
}

/// Nine decimal digits at a time, so that a step fits 64 bits.
const CHUNK_DIGITS: usize = 9;
const CHUNK: u64 = 1_000_000_000;

impl ItemIndex {
    /// Wraps 32 bytes, big-endian.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Index of the item with this token name: `plushpepe-298` for a gift, the bare name for a username.
    pub fn of_token_name(name: &str) -> Self {
        Self(*Hash256::of(name.as_bytes()).as_bytes())
    }

    /// The number, 32 bytes, big-endian.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 lower-case hexadecimal digits, zeros included.
    pub fn to_hex(&self) -> String {
        hex::encode(self.0)
    }

    /// Decimal digits without leading zeros, as get-methods and indexers show an index.
    pub fn to_decimal(&self) -> String {
        let mut rest = self.0;
        let mut chunks = Vec::new();
        while rest != [0; 32] {
            let mut remainder = 0;
            for byte in &mut rest {
                let value = remainder << 8 | u64::from(*byte);
                *byte = (value / CHUNK) as u8;
                remainder = value % CHUNK;
            }
            chunks.push(remainder);
        }
        let first = chunks.pop().unwrap_or(0).to_string();
        chunks.iter().rev().fold(first, |digits, chunk| format!("{digits}{chunk:09}"))
    }

    /// Reads what [`ItemIndex::to_decimal`] writes.
    ///
    /// # Errors
    /// [`IndexError`] for another spelling and for 2^256 and above.
    pub fn from_decimal(text: &str) -> Result<Self, IndexError> {
        let canonical = text == "0" || !text.starts_with('0');
        if text.is_empty() || !canonical || !text.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(IndexError::Digits);
        }
        if text.len() > 78 {
            return Err(IndexError::TooLarge);
        }
        let mut bytes = [0; 32];
        for chunk in text.as_bytes().chunks(CHUNK_DIGITS) {
            let scale = 10_u64.pow(chunk.len() as u32);
            let mut carry = chunk.iter().fold(0, |value, digit| value * 10 + u64::from(digit - b'0'));
            for byte in bytes.iter_mut().rev() {
                let value = u64::from(*byte) * scale + carry;
                *byte = value as u8;
                carry = value >> 8;
            }
            if carry != 0 {
                return Err(IndexError::TooLarge);
            }
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for ItemIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for ItemIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ItemIndex({self})")
    }
}
