//! The one identity of a gift: (collection slug, number). Every naming a market uses folds into it here; market ids and
//! addresses are attributes, never identity.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Longest slug accepted, in bytes. The longest of the 119 collections known in 2026-11 has 15 (`intelligencecup`); room for what comes.
pub const SLUG_BYTES_MAX: usize = 64;

/// A collection's slug: lower-case ASCII letters and digits of its title, as in `plushpepe`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CollectionSlug(String);

/// Why a text names no gift or collection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// Nothing that can stand in a slug is left of the text.
    #[error("`{text}` has no letter or digit to make a collection slug from")]
    EmptySlug {
        /// The refused text, cut to 80 characters.
        text: String,
    },
    /// The slug would be longer than [`SLUG_BYTES_MAX`].
    #[error("a collection slug has at most {SLUG_BYTES_MAX} characters, this one has {length}")]
    LongSlug {
        /// Length of the refused slug in bytes.
        length: usize,
    },
    /// The text has no number where a gift's number stands.
    #[error("`{text}` is not a gift: expected `Title #123` or `Slug-123` with a number from 1 to 4294967295")]
    NoNumber {
        /// The refused text, cut to 80 characters.
        text: String,
    },
}

impl CollectionSlug {
    /// Slug of a title or a Telegram name in any spelling: case, spaces and both apostrophes fall away.
    ///
    /// # Errors
    /// [`NameFault::EmptySlug`] or [`NameFault::LongSlug`].
    pub fn from_title(title: &str) -> Result<Self, NameFault> {
        let slug: String =
            title.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        if slug.is_empty() {
            return Err(NameFault::EmptySlug { text: cut(title) });
        }
        if slug.len() > SLUG_BYTES_MAX {
            return Err(NameFault::LongSlug { length: slug.len() });
        }
        Ok(Self(slug))
    }

    /// The slug's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for CollectionSlug {
    type Error = NameFault;

    fn try_from(text: String) -> Result<Self, NameFault> {
        Self::from_title(&text)
    }
}

impl From<CollectionSlug> for String {
    fn from(slug: CollectionSlug) -> Self {
        slug.0
    }
}

impl fmt::Display for CollectionSlug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A gift: `plushpepe-298`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GiftId {
    /// The collection's slug.
    pub slug: CollectionSlug,
    /// Telegram's number inside the collection, from 1.
    pub number: u32,
}

impl GiftId {
    /// Reads `Plush Pepe #298`, `PlushPepe-298`, `plushpepe-298`, or a link that ends in one of them.
    ///
    /// # Errors
    /// A [`NameFault`] that says which part is missing. `@username` and `+888...` are no gifts.
    pub fn parse(text: &str) -> Result<Self, NameFault> {
        let trimmed = text.trim();
        let name = if trimmed.contains("://") || trimmed.starts_with("t.me/") {
            let path = trimmed.split(['?', '#']).next().unwrap_or(trimmed).trim_end_matches('/');
            path.rsplit('/').next().unwrap_or(path)
        } else {
            trimmed
        };
        let split = name.rsplit_once(" #").or_else(|| name.rsplit_once('-'));
        let Some((title, digits)) = split else { return Err(NameFault::NoNumber { text: cut(text) }) };
        if title.starts_with(['@', '+']) || digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NameFault::NoNumber { text: cut(text) });
        }
        let number = digits.parse::<u32>().ok().filter(|n| *n > 0);
        let Some(number) = number else { return Err(NameFault::NoNumber { text: cut(text) }) };
        Ok(Self { slug: CollectionSlug::from_title(title)?, number })
    }
}

impl TryFrom<String> for GiftId {
    type Error = NameFault;

    fn try_from(text: String) -> Result<Self, NameFault> {
        Self::parse(&text)
    }
}

impl From<GiftId> for String {
    fn from(gift: GiftId) -> Self {
        gift.to_string()
    }
}

impl fmt::Display for GiftId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.slug, self.number)
    }
}

fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn any_naming_is_one_gift() {
        for (text, gift) in [
            ("Plush Pepe #298", "plushpepe-298"),
            ("PlushPepe-298", "plushpepe-298"),
            ("plushpepe-298", "plushpepe-298"),
            ("Durov's Cap #5", "durovscap-5"),
            ("Durov\u{2019}s Cap #5", "durovscap-5"),
            ("Jack-in-the-Box #7", "jackinthebox-7"),
            ("JackintheBox-7", "jackinthebox-7"),
            ("B-Day Candle #12", "bdaycandle-12"),
            ("https://t.me/nft/PlushPepe-1", "plushpepe-1"),
            ("t.me/nft/PlushPepe-1", "plushpepe-1"),
            ("https://fragment.com/gift/lolpop-242675?sort=price_asc", "lolpop-242675"),
        ] {
            assert_eq!(GiftId::parse(text).map(|g| g.to_string()), Ok(gift.into()), "{text}");
        }
    }

    #[test]
    fn what_is_no_gift_says_so() {
        for text in [
            "",
            "@notpixelroyale",
            "+888 0123",
            "Plush Pepe",
            "Plush Pepe #",
            "Plush Pepe #0",
            "x-4294967296",
            "#5",
            "-5",
            "@a-5",
        ] {
            assert!(GiftId::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,120}") { let _ = GiftId::parse(&text); }

        #[test]
        fn a_gift_reads_its_own_text(title in "[A-Za-z][A-Za-z0-9' -]{0,30}[a-z0-9]", number in 1..u32::MAX) {
            let gift = GiftId::parse(&format!("{title} #{number}"));
            prop_assert!(gift.is_ok());
            if let Ok(gift) = gift {
                prop_assert_eq!(GiftId::parse(&gift.to_string()), Ok(gift));
            }
        }
    }
}
