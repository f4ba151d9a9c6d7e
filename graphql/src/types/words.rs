//! Small words that several types share, and their translation from the domain's.

use async_graphql::{Enum, SimpleObject};

use super::offer::OfferTargetKind;

/// Where a gift lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Enum)]
pub(crate) enum Custody {
    /// In its owner's Telegram account.
    Account,
    /// With the market that lists it: the buyer must take it out, which may cost.
    Market,
    /// Exported to TON as an NFT.
    Chain,
}

impl Custody {
    pub(crate) fn of_domain(custody: domain::Custody) -> Self {
        match custody {
            domain::Custody::Account => Self::Account,
            domain::Custody::Market => Self::Market,
            domain::Custody::Chain => Self::Chain,
        }
    }

    pub(crate) fn of_word(word: &str) -> Option<Self> {
        domain::Custody::parse(word).map(Self::of_domain)
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Account => domain::Custody::Account,
            Self::Market => domain::Custody::Market,
            Self::Chain => domain::Custody::Chain,
        }
        .as_str()
    }
}

/// Which of a gift's three attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Enum)]
pub(crate) enum AttributeKind {
    /// The gift's figure.
    Model,
    /// The pattern behind it.
    Symbol,
    /// The colors behind both.
    Backdrop,
}

impl AttributeKind {
    pub(crate) fn of_domain(kind: domain::AttributeKind) -> Self {
        match kind {
            domain::AttributeKind::Model => Self::Model,
            domain::AttributeKind::Symbol => Self::Symbol,
            domain::AttributeKind::Backdrop => Self::Backdrop,
        }
    }

    pub(crate) fn of_word(word: &str) -> Self {
        domain::AttributeKind::parse(word).map_or(Self::Model, Self::of_domain)
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Model => domain::AttributeKind::Model,
            Self::Symbol => domain::AttributeKind::Symbol,
            Self::Backdrop => domain::AttributeKind::Backdrop,
        }
        .as_str()
    }
}

/// What an offer is for, taken apart.
pub(crate) struct TrioOfTarget {
    pub(crate) kind: OfferTargetKind,
    pub(crate) number: Option<i64>,
    pub(crate) attribute: Option<(AttributeKind, String)>,
}

impl TrioOfTarget {
    pub(crate) fn of_domain(target: &domain::OfferTarget) -> Self {
        let (kind, number, attribute) = match target {
            domain::OfferTarget::Gift { gift } => (OfferTargetKind::Gift, Some(i64::from(gift.number)), None),
            domain::OfferTarget::Attribute { slug: _, attribute, name } => {
                let attribute = (AttributeKind::of_domain(*attribute), name.clone());
                (OfferTargetKind::Attribute, None, Some(attribute))
            }
            domain::OfferTarget::Collection { slug: _ } => (OfferTargetKind::Collection, None, None),
        };
        Self { kind, number, attribute }
    }
}

/// The named rarity of a crafted model; other attributes have a rarity in per mille instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum RarityTier {
    /// Uncommon.
    Uncommon,
    /// Rare.
    Rare,
    /// Epic.
    Epic,
    /// Legendary.
    Legendary,
}

/// A rarity as number or tier.
pub(crate) fn rarity_parts(rarity: Option<domain::Rarity>) -> (Option<i32>, Option<RarityTier>) {
    match rarity {
        None => (None, None),
        Some(domain::Rarity::PerMille(value)) => (Some(i32::from(value)), None),
        Some(domain::Rarity::Uncommon) => (None, Some(RarityTier::Uncommon)),
        Some(domain::Rarity::Rare) => (None, Some(RarityTier::Rare)),
        Some(domain::Rarity::Epic) => (None, Some(RarityTier::Epic)),
        Some(domain::Rarity::Legendary) => (None, Some(RarityTier::Legendary)),
    }
}

/// A stored rarity: a number in per mille, or a tier's word.
pub(crate) fn rarity_of_word(word: &str) -> Option<domain::Rarity> {
    match word.parse::<u64>() {
        Ok(value) => domain::Rarity::per_mille(value),
        Err(_) => domain::Rarity::tier(word),
    }
}

/// Whether the amount a market states holds its fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum FeeBasis {
    /// What the buyer pays the market; the fee is inside.
    BuyerPays,
    /// What the seller receives; the buyer's fee comes on top.
    SellerReceives,
}

impl FeeBasis {
    pub(crate) fn of_domain(basis: domain::FeeBasis) -> Self {
        match basis {
            domain::FeeBasis::BuyerPays => Self::BuyerPays,
            domain::FeeBasis::SellerReceives => Self::SellerReceives,
        }
    }

    pub(crate) fn of_word(word: &str) -> Self {
        if word == "seller_receives" { Self::SellerReceives } else { Self::BuyerPays }
    }
}

/// Where a source's answer came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum Origin {
    /// Fetched from the configured address.
    Fetched,
    /// Really recorded by somebody and published; a fixture.
    Recorded,
    /// Built from the documented shape; a fixture, never real.
    Constructed,
}

impl Origin {
    pub(crate) fn of_domain(origin: domain::Origin) -> Self {
        match origin {
            domain::Origin::Fetched => Self::Fetched,
            domain::Origin::Recorded => Self::Recorded,
            domain::Origin::Constructed => Self::Constructed,
        }
    }

    pub(crate) fn of_word(word: &str) -> Self {
        match word {
            "recorded" => Self::Recorded,
            "constructed" => Self::Constructed,
            _ => Self::Fetched,
        }
    }
}

/// A field that is null, and why.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub(crate) struct Missing {
    /// Name of the field, as in this schema; behind a dot a field of it.
    pub(crate) field: &'static str,
    /// Why it is null, for a reader.
    pub(crate) reason: String,
}

/// Collects the fields that are null.
pub(crate) struct MissingFields(pub(crate) Vec<Missing>);

impl MissingFields {
    pub(crate) fn note(&mut self, is_missing: bool, field: &'static str, reason: impl FnOnce() -> String) {
        if is_missing {
            self.0.push(Missing { field, reason: reason() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back() {
        for custody in [Custody::Account, Custody::Market, Custody::Chain] {
            assert_eq!(Custody::of_word(custody.word()), Some(custody));
        }
        for kind in [AttributeKind::Model, AttributeKind::Symbol, AttributeKind::Backdrop] {
            assert_eq!(AttributeKind::of_word(kind.word()), kind);
        }
        assert_eq!(rarity_of_word("15"), Some(domain::Rarity::PerMille(15)));
        assert_eq!(rarity_of_word("legendary"), Some(domain::Rarity::Legendary));
        assert_eq!(rarity_of_word("0"), None);
    }
}
