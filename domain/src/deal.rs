//! The three ways in which a market holds something open, and the terms that only auctions and offers have.

use serde::{Deserialize, Serialize};

use crate::{
    attribute::AttributeKind,
    gift::{CollectionSlug, GiftId},
};

/// What stands open. A gift's lot may stand as a listing and, later, as an auction; an offer is somebody else's, and has an id of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deal {
    /// A gift at a fixed price.
    Listing,
    /// A gift that goes to the highest bid.
    Auction,
    /// Money for a gift, for any gift with an attribute, or for any gift of a collection.
    Offer,
}

/// What an offer is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum OfferTarget {
    /// One gift.
    Gift {
        /// Which.
        gift: GiftId,
    },
    /// Any gift of a collection that has an attribute.
    Attribute {
        /// The collection.
        slug: CollectionSlug,
        /// Which kind.
        attribute: AttributeKind,
        /// Its name, tidied.
        name: String,
    },
    /// Any gift of a collection.
    Collection {
        /// Which.
        slug: CollectionSlug,
    },
}

impl OfferTarget {
    /// The collection it is about.
    #[must_use]
    pub fn slug(&self) -> &CollectionSlug {
        match self {
            Self::Gift { gift } => &gift.slug,
            Self::Attribute { slug, .. } | Self::Collection { slug } => slug,
        }
    }

    /// The gift, where it is for one.
    #[must_use]
    pub fn gift(&self) -> Option<&GiftId> {
        match self {
            Self::Gift { gift } => Some(gift),
            Self::Attribute { .. } | Self::Collection { .. } => None,
        }
    }

    /// The attribute, where it is for one.
    #[must_use]
    pub fn attribute(&self) -> Option<(AttributeKind, &str)> {
        match self {
            Self::Attribute { attribute, name, .. } => Some((*attribute, name)),
            Self::Gift { .. } | Self::Collection { .. } => None,
        }
    }
}

/// What a page says of an offer besides its price. `None` means that the source does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OfferTerms {
    /// Whose money it is, as the source names people.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub maker: Option<String>,
    /// When it was made, by the market's clock; milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub made_at_ms: Option<i64>,
    /// When it lapses; milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires_at_ms: Option<i64>,
    /// For how many gifts it is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub quantity: Option<u32>,
    /// How many of them it has got.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub quantity_taken: Option<u32>,
}

/// A bid.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Bid {
    /// Amount in the smallest unit of the auction's currency.
    pub amount: i64,
    /// Who bids, as the source names people.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bidder: Option<String>,
    /// When, by the market's clock; milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub at_ms: Option<i64>,
}

/// What a page says of an auction. Amounts are in the smallest unit of its currency; `None` means that the source does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AuctionTerms {
    /// The least that the next bid must be.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bid_min: Option<i64>,
    /// A bid of this much ends it at once.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bid_max: Option<i64>,
    /// The highest bid so far.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_bid: Option<Bid>,
    /// Whether somebody has bid, where the source says so without naming the bid apart from the price.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub has_bid: Option<bool>,
    /// When it ends unless a late bid moves the end; milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ends_at_ms: Option<i64>,
    /// The market's own id of this auction, where it has one beside the lot's.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub auction_id: Option<String>,
}

impl AuctionTerms {
    /// Whether somebody has bid; `None` where the source does not say.
    #[must_use]
    pub fn has_bid(&self) -> Option<bool> {
        if self.last_bid.is_some() { Some(true) } else { self.has_bid }
    }
}
