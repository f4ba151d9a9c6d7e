//! The friendly spelling: a tag, the workchain, the account id and a checksum, in 48 characters of base64.
//!
//! Both alphabets are read, one at a time; base64url is written. Source: TON documentation, `foundations/addresses`
//! (repository ton-org/docs), checked 2026-11-20.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Address, AddressError, AddressForm};

/// Length of a friendly address in characters: 36 bytes without padding.
const FRIENDLY_CHARACTERS: usize = 48;
const TAG_BOUNCEABLE: u8 = 0x11;
const TAG_NON_BOUNCEABLE: u8 = 0x51;
const TAG_TESTNET: u8 = 0x80;

/// What a friendly address says about its use; no part of the account's identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FriendlyFlags {
    /// Money sent to a contract that refuses it comes back. Contracts and collections are written so, wallets not.
    pub bounceable: bool,
    /// The address is meant for a test network; main network software should refuse it.
    pub testnet: bool,
}

/// An address together with the flags of its friendly spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FriendlyAddress {
    /// The account.
    pub address: Address,
    /// The flags written with it.
    pub flags: FriendlyFlags,
}

impl FriendlyFlags {
    /// Bounceable, main network: `EQ...`. The form that markets show for gifts and collections.
    pub const BOUNCEABLE: Self = Self { bounceable: true, testnet: false };
    /// Not bounceable, main network: `UQ...`. The form that wallets show.
    pub const NON_BOUNCEABLE: Self = Self { bounceable: false, testnet: false };

    const fn tag(self) -> u8 {
        let tag = if self.bounceable { TAG_BOUNCEABLE } else { TAG_NON_BOUNCEABLE };
        if self.testnet { tag | TAG_TESTNET } else { tag }
    }

    const fn from_tag(tag: u8) -> Option<Self> {
        let bounceable = match tag & !TAG_TESTNET {
            TAG_BOUNCEABLE => true,
            TAG_NON_BOUNCEABLE => false,
            _ => return None,
        };
        Some(Self { bounceable, testnet: tag & TAG_TESTNET != 0 })
    }
}

impl FriendlyAddress {
    /// 48 characters of base64url, also what [`fmt::Display`] writes.
    pub fn to_base64url(&self) -> String {
        let mut bytes = [0; 36];
        bytes[0] = self.flags.tag();
        bytes[1] = self.address.workchain().to_be_bytes()[0];
        bytes[2..34].copy_from_slice(self.address.account_id());
        let checksum = crc16(&bytes[..34]);
        bytes[34..].copy_from_slice(&checksum.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// 48 characters of standard base64 (`+` and `/`), the other spelling that some tools write.
    pub fn to_base64(&self) -> String {
        self.to_base64url().replace('-', "+").replace('_', "/")
    }
}

impl FromStr for FriendlyAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        let form = AddressForm::Friendly;
        let characters = text.chars().count();
        if characters != FRIENDLY_CHARACTERS {
            return Err(AddressError::Length { form, expected: FRIENDLY_CHARACTERS, characters });
        }
        if let Some((position, character)) = foreign_character(text) {
            return Err(AddressError::Character { form, character, position });
        }
        let url_safe = text.replace('+', "-").replace('/', "_");
        let bytes: [u8; 36] = URL_SAFE_NO_PAD
            .decode(url_safe)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .expect("48 characters of one base64 alphabet are 36 bytes");
        let found = u16::from_be_bytes([bytes[34], bytes[35]]);
        let computed = crc16(&bytes[..34]);
        if found != computed {
            return Err(AddressError::Checksum { found, computed });
        }
        let flags = FriendlyFlags::from_tag(bytes[0]).ok_or(AddressError::Tag { tag: bytes[0] })?;
        let account_id = bytes[2..34].try_into().expect("the slice has 32 bytes");
        Ok(Self { address: Address::new(i8::from_be_bytes([bytes[1]]), account_id), flags })
    }
}

impl fmt::Display for FriendlyAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_base64url())
    }
}

/// The first character outside the alphabet that the text began to use. The two alphabets differ in two characters;
/// a text that mixes them was put together from two addresses.
fn foreign_character(text: &str) -> Option<(usize, char)> {
    let standard = text.chars().find(|character| matches!(character, '+' | '/' | '-' | '_'));
    let standard = matches!(standard, Some('+' | '/'));
    text.chars().enumerate().find(|(_, character)| match character {
        '+' | '/' => !standard,
        '-' | '_' => standard,
        _ => !character.is_ascii_alphanumeric(),
    })
}

/// CRC-16/XMODEM: polynomial 0x1021, start 0, no reflection.
fn crc16(data: &[u8]) -> u16 {
    data.iter().fold(0, |crc, byte| {
        (0..8).fold(
            crc ^ u16::from(*byte) << 8,
            |crc, _| {
                if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 }
            },
        )
    })
}
