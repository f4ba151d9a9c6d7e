//! The three attributes of a gift and their rarity, which belongs to the pair (collection, attribute).

use serde::{Deserialize, Serialize};

use crate::decimal::{DecimalFault, units_rounded_from_decimal};

/// Longest attribute name accepted, in bytes.
pub const NAME_BYTES_MAX: usize = 96;

/// Which attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttributeKind {
    /// The gift's figure.
    Model,
    /// The pattern behind it.
    Symbol,
    /// The colors behind both.
    Backdrop,
}

impl AttributeKind {
    /// All three, in display order.
    pub const ALL: [Self; 3] = [Self::Model, Self::Symbol, Self::Backdrop];

    /// The word used in SQL, logs and files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Symbol => "symbol",
            Self::Backdrop => "backdrop",
        }
    }

    /// Reads a market's word in any case; `pattern` and `background` are other markets' words for the same.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "model" => Some(Self::Model),
            "symbol" | "pattern" => Some(Self::Symbol),
            "backdrop" | "background" => Some(Self::Backdrop),
            _ => None,
        }
    }
}

/// How rare an attribute is in its collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rarity {
    /// Parts in a thousand, 1 to 1000.
    PerMille(u16),
    /// The named tier of a crafted model: uncommon.
    Uncommon,
    /// The named tier of a crafted model: rare.
    Rare,
    /// The named tier of a crafted model: epic.
    Epic,
    /// The named tier of a crafted model: legendary.
    Legendary,
}

impl Rarity {
    /// A rarity from integer per mille; 0 and values above 1000 are no rarity.
    #[must_use]
    pub fn per_mille(value: u64) -> Option<Self> {
        u16::try_from(value).ok().filter(|v| (1..=1000).contains(v)).map(Self::PerMille)
    }

    /// A rarity from the decimal text of a percent: the nearest per mille, halves up, so that `1.4999999999999998` is 15 per mille. `None` for
    /// what would be 0.
    ///
    /// # Errors
    /// A [`DecimalFault`], never [`DecimalFault::TooFine`]; [`DecimalFault::TooLarge`] above 100 percent.
    pub fn from_percent(text: &str) -> Result<Option<Self>, DecimalFault> {
        let too_large = || DecimalFault::TooLarge { text: text.chars().take(40).collect() };
        match units_rounded_from_decimal(text, 1)? {
            0 => Ok(None),
            per_mille => {
                let rarity = u64::try_from(per_mille).ok().and_then(Self::per_mille);
                rarity.map(Some).ok_or_else(too_large)
            }
        }
    }

    /// A named tier in any case.
    #[must_use]
    pub fn tier(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "uncommon" => Some(Self::Uncommon),
            "rare" => Some(Self::Rare),
            "epic" => Some(Self::Epic),
            "legendary" => Some(Self::Legendary),
            _ => None,
        }
    }
}

/// One attribute as a source told it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Attribute {
    /// Which of the three.
    pub kind: AttributeKind,
    /// Its name, tidied by [`tidy_name`].
    pub name: String,
    /// Rarity where the source tells it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rarity: Option<Rarity>,
}

/// An attribute name or a title as we keep it: both apostrophes become `'`, runs of white space one space, ends trimmed.
/// `None` when nothing is left or it exceeds [`NAME_BYTES_MAX`].
#[must_use]
pub fn tidy_name(name: &str) -> Option<String> {
    let tidy = name
        .replace(['\u{2019}', '\u{02BC}', '\u{2018}'], "'")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    (!tidy.is_empty() && tidy.len() <= NAME_BYTES_MAX && !tidy.chars().any(char::is_control)).then_some(tidy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percent_becomes_the_nearest_per_mille() {
        for (percent, per_mille) in [
            ("1.5", Some(15)),
            ("0.2", Some(2)),
            ("2", Some(20)),
            ("0.25", Some(3)),
            ("1.4999999999999998", Some(15)),
            ("1.5499999999999998", Some(15)),
            ("0.05", Some(1)),
            ("0.04", None),
            ("0", None),
            ("100", Some(1_000)),
        ] {
            assert_eq!(Rarity::from_percent(percent), Ok(per_mille.map(Rarity::PerMille)), "{percent}");
        }
        for text in ["100.1", "101", "99999999999999999999"] {
            assert!(matches!(Rarity::from_percent(text), Err(DecimalFault::TooLarge { .. })), "{text}");
        }
        for text in ["", "-1.5", "1,5", "a"] {
            assert!(matches!(Rarity::from_percent(text), Err(DecimalFault::NotDecimal { .. })), "{text}");
        }
    }

    #[test]
    fn names_are_told_alike() {
        assert_eq!(tidy_name(" Durov\u{2019}s  Cap "), Some("Durov's Cap".into()));
        assert_eq!(tidy_name("  "), None);
        assert_eq!(tidy_name(&"x".repeat(97)), None);
    }

    #[test]
    fn rarity_has_bounds() {
        assert_eq!(Rarity::per_mille(15), Some(Rarity::PerMille(15)));
        assert_eq!(Rarity::per_mille(0), None);
        assert_eq!(Rarity::per_mille(1001), None);
        assert_eq!(Rarity::tier("Epic"), Some(Rarity::Epic));
    }
}
