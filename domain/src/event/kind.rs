//! The words of the log's kinds.

use serde::{Deserialize, Serialize};

/// Every kind the log may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is explained at the variant of `Fact` that it names")]
pub enum EventKind {
    Listed,
    Repriced,
    StillListed,
    Delisted,
    Sold,
    OfferMade,
    OfferRepriced,
    OfferStands,
    OfferEnded,
    OfferSeen,
    AuctionStarted,
    BidPlaced,
    AuctionStands,
    AuctionEnded,
    GiftTransferred,
    Exported,
    Returned,
    MetadataSeen,
    CollectionSeen,
    AttributeSeen,
    RateObserved,
    MarketQuarantined,
    MarketReleased,
}

impl EventKind {
    /// All kinds.
    pub const ALL: [Self; 23] = [
        Self::Listed,
        Self::Repriced,
        Self::StillListed,
        Self::Delisted,
        Self::Sold,
        Self::OfferMade,
        Self::OfferRepriced,
        Self::OfferStands,
        Self::OfferEnded,
        Self::OfferSeen,
        Self::AuctionStarted,
        Self::BidPlaced,
        Self::AuctionStands,
        Self::AuctionEnded,
        Self::GiftTransferred,
        Self::Exported,
        Self::Returned,
        Self::MetadataSeen,
        Self::CollectionSeen,
        Self::AttributeSeen,
        Self::RateObserved,
        Self::MarketQuarantined,
        Self::MarketReleased,
    ];

    /// The word used in SQL, logs and files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Repriced => "repriced",
            Self::StillListed => "still_listed",
            Self::Delisted => "delisted",
            Self::Sold => "sold",
            Self::OfferMade => "offer_made",
            Self::OfferRepriced => "offer_repriced",
            Self::OfferStands => "offer_stands",
            Self::OfferEnded => "offer_ended",
            Self::OfferSeen => "offer_seen",
            Self::AuctionStarted => "auction_started",
            Self::BidPlaced => "bid_placed",
            Self::AuctionStands => "auction_stands",
            Self::AuctionEnded => "auction_ended",
            Self::GiftTransferred => "gift_transferred",
            Self::Exported => "exported",
            Self::Returned => "returned",
            Self::MetadataSeen => "metadata_seen",
            Self::CollectionSeen => "collection_seen",
            Self::AttributeSeen => "attribute_seen",
            Self::RateObserved => "rate_observed",
            Self::MarketQuarantined => "market_quarantined",
            Self::MarketReleased => "market_released",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}
