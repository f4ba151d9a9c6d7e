//! 256-bit hashes and their two text forms.
//!
//! Indexers disagree on the spelling of one and the same code hash (TonAPI: hexadecimal, toncenter: base64), so
//! hashes are compared as bytes and never as text.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// A SHA-256 value: a cell hash, a code hash, a library hash or a transaction hash. 32 bytes, big-endian.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash256([u8; 32]);

/// Why a text is no 256-bit hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// Neither 64 hexadecimal digits nor 44 base64 characters.
    #[error("a hash has 64 hexadecimal digits or 44 base64 characters, found {characters} characters")]
    Length {
        /// Length of the text given, in characters.
        characters: usize,
    },
    /// The length fits, the characters do not.
    #[error("a hash holds a character that is neither hexadecimal nor base64")]
    Characters,
}

impl Hash256 {
    /// Wraps 32 bytes, big-endian.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// SHA-256 of `data`.
    pub fn of(data: &[u8]) -> Self {
        Self(Sha256::digest(data).into())
    }

    /// The 32 bytes, big-endian.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 lower-case hexadecimal digits, as TonAPI shows a hash.
    pub fn to_hex(self) -> String {
        hex::encode(self.0)
    }

    /// 44 characters of padded standard base64, as toncenter shows a hash.
    pub fn to_base64(self) -> String {
        STANDARD.encode(self.0)
    }

    /// Reads 64 hexadecimal digits at compile time; a malformed literal does not compile in a constant.
    pub(crate) const fn from_literal(digits: &str) -> Self {
        let digits = digits.as_bytes();
        assert!(digits.len() == 64, "a hash literal has 64 hexadecimal digits");
        let mut bytes = [0; 32];
        let mut i = 0;
        while i < 32 {
            bytes[i] = nibble(digits[2 * i]) << 4 | nibble(digits[2 * i + 1]);
            i += 1;
        }
        Self(bytes)
    }
}

const fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => panic!("a hash literal holds lower-case hexadecimal digits"),
    }
}

impl FromStr for Hash256 {
    type Err = HashError;

    /// Reads 64 hexadecimal digits (either case) or 44 characters of padded standard base64.
    fn from_str(text: &str) -> Result<Self, HashError> {
        let characters = text.chars().count();
        let mut bytes = [0; 32];
        match characters {
            64 => hex::decode_to_slice(text, &mut bytes).map_err(|_| HashError::Characters)?,
            44 => {
                let decoded = STANDARD.decode(text).map_err(|_| HashError::Characters)?;
                bytes = decoded.try_into().map_err(|_| HashError::Characters)?;
            }
            _ => return Err(HashError::Length { characters }),
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Hash256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for Hash256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash256({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_is_a_hash_or_an_error(bytes: [u8; 32], text in "\\PC{0,70}|[0-9a-fA-F]{64}|[A-Za-z0-9+/]{43}=") {
            let hash = Hash256::new(bytes);
            prop_assert_eq!(hash.to_string().parse(), Ok(hash));
            prop_assert_eq!(hash.to_base64().parse(), Ok(hash));
            if let Ok(hash) = text.parse::<Hash256>() {
                prop_assert!([hash.to_hex(), hash.to_base64()].contains(&text) || hash.to_hex() == text.to_ascii_lowercase());
            }
        }
    }

    #[test]
    fn both_text_forms_are_one_value() {
        let hash = Hash256::of(b"plushpepe-298");
        assert_eq!(hash.to_hex(), "25a4c2e585379af593ec3ec86a6c380963c7edc0a648c69f730fa85542b30073");
        assert_eq!(hash.to_hex().parse(), Ok(hash));
        assert_eq!(hash.to_hex().to_uppercase().parse(), Ok(hash));
        assert_eq!(hash.to_base64().parse(), Ok(hash));
        assert_eq!(Hash256::from_literal(&hash.to_hex()), hash);
    }

    #[test]
    fn refusals_name_what_is_wrong() {
        let cases = [
            ("", HashError::Length { characters: 0 }),
            ("25a4", HashError::Length { characters: 4 }),
            (&"g".repeat(64), HashError::Characters),
            (&"é".repeat(64), HashError::Characters),
            (&"!".repeat(44), HashError::Characters),
            // 44 base64 characters without padding hold 33 bytes.
            (&"A".repeat(44), HashError::Characters),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Hash256>(), Err(expected), "{text}");
        }
    }
}
