//! The on-chain identity of a gift, computed offline from its collection's address, slug and number.
//!
//! An address made here exists on chain only after the gift's owner has exported it; before that it is a name for a
//! place where the gift would be. Source of the rule: github TelegramMessenger/telemint, checked against real items
//! 2026-11-20.

mod index;

pub use index::{IndexError, ItemIndex};

use std::fmt;
use std::str::FromStr;

use crate::address::{Address, NotOnChain};
use crate::cell::{CellBuilder, CellDigest};
use crate::contract::{ITEM_CODES, ItemCode, address_of_state};

/// Longest slug accepted, in bytes. The longest of the 119 collections known in 2026-11 has 15 (`intelligencecup`);
/// the contract would hold 255 with the number.
pub const MAX_SLUG_BYTES: usize = 64;

/// The name that a gift has in its contract: `<slug>-<number>`, such as `plushpepe-298`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenName {
    text: String,
    slug_bytes: usize,
    number: u32,
}

/// Why slug and number are no gift's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenNameError {
    /// No hyphen between slug and number.
    #[error("a gift's name is <slug>-<number>, found no hyphen")]
    Hyphen,
    /// The slug is empty.
    #[error("the slug is empty")]
    SlugEmpty,
    /// The slug is longer than [`MAX_SLUG_BYTES`].
    #[error("the slug has {bytes} bytes, at most 64 are accepted")]
    SlugLength {
        /// Bytes found.
        bytes: usize,
    },
    /// The contract hashes the slug as it stands, so only its one true spelling is accepted.
    #[error("a slug is lower-case letters and digits, found {character:?}")]
    SlugCharacter {
        /// The first character refused.
        character: char,
    },
    /// No number from 1 to 4294967295 in its one decimal spelling.
    #[error("a gift's number is from 1 to 4294967295, without sign or leading zeros")]
    Number,
}

impl TokenName {
    /// The name of gift `number` of the collection `slug`.
    ///
    /// # Errors
    /// [`TokenNameError`] for a slug that is not lower-case letters and digits, and for number 0.
    pub fn new(slug: &str, number: u32) -> Result<Self, TokenNameError> {
        if slug.is_empty() {
            return Err(TokenNameError::SlugEmpty);
        }
        if slug.len() > MAX_SLUG_BYTES {
            return Err(TokenNameError::SlugLength { bytes: slug.len() });
        }
        let allowed = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit();
        if let Some(character) = slug.chars().find(|character| !allowed(*character)) {
            return Err(TokenNameError::SlugCharacter { character });
        }
        if number == 0 {
            return Err(TokenNameError::Number);
        }
        Ok(Self { text: format!("{slug}-{number}"), slug_bytes: slug.len(), number })
    }

    /// The collection's slug.
    pub fn slug(&self) -> &str {
        &self.text[..self.slug_bytes]
    }

    /// The gift's number in its collection, from 1.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// `<slug>-<number>`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The gift's index in its collection's contract. Not its number.
    pub fn index(&self) -> ItemIndex {
        ItemIndex::of_token_name(&self.text)
    }
}

impl FromStr for TokenName {
    type Err = TokenNameError;

    fn from_str(text: &str) -> Result<Self, TokenNameError> {
        let (slug, digits) = text.rsplit_once('-').ok_or(TokenNameError::Hyphen)?;
        let number: u32 = digits.parse().map_err(|_| TokenNameError::Number)?;
        if number.to_string() != digits {
            return Err(TokenNameError::Number);
        }
        Self::new(slug, number)
    }
}

impl fmt::Display for TokenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// One address that a gift may have: exactly one of a gift's candidates is true, and which one depends on the code
/// that its collection gives its items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The item's address if the collection uses `code`. Basechain.
    pub address: Address,
    /// The item code assumed.
    pub code: &'static ItemCode,
    /// Whether the collection is proved to use this code.
    pub is_proved: bool,
}

/// Why no address can be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CandidateError {
    /// Slug or number is no gift's name.
    #[error(transparent)]
    TokenName(#[from] TokenNameError),
    /// The address given is no contract's.
    #[error("the collection's address: {0}")]
    Collection(#[from] NotOnChain),
}

/// The addresses that gift `number` of `slug` may have in the contract `collection`: one per known item code, a proved
/// one first.
///
/// # Errors
/// [`CandidateError`] when slug and number are no gift's name or the collection's address is synthetic.
pub fn candidates(
    collection: &Address,
    slug: &str,
    number: u32,
) -> Result<[Candidate; ITEM_CODES.len()], CandidateError> {
    let name = TokenName::new(slug, number)?;
    collection.on_chain()?;
    let index = name.index();
    let mut candidates = ITEM_CODES.each_ref().map(|code| Candidate {
        address: item_address(collection, &index, code.digest()),
        code,
        is_proved: code.is_proved_for(collection),
    });
    candidates.sort_by_key(|candidate| !candidate.is_proved);
    Ok(candidates)
}

/// The address of the item with this index and code in the contract `collection`. Holds for every telemint contract:
/// gifts, usernames and anonymous numbers alike.
pub fn item_address(collection: &Address, index: &ItemIndex, code: CellDigest) -> Address {
    let config = CellBuilder::new().bytes(index.as_bytes()).address(Some(collection)).build();
    let data = config.and_then(|config| CellBuilder::new().bit(false).reference(config).build());
    let data = data.expect("523 bits and one reference are within a cell's limits");
    address_of_state(0, code, data.digest())
}

#[cfg(test)]
mod tests;
