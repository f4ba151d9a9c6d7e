//! What a fact is about: its kind, its lot or offer, its price, its tie-break.

use sha2::{Digest, Sha256};

use super::{EventKind, Fact};
use crate::{currency::Price, deal::OfferTarget, lot::LotId, sighting::ScopeId};

impl Fact {
    /// The kind's word.
    #[must_use]
    pub fn kind(&self) -> EventKind {
        match self {
            Self::Listed { .. } => EventKind::Listed,
            Self::Repriced { .. } => EventKind::Repriced,
            Self::StillListed { .. } => EventKind::StillListed,
            Self::Delisted { .. } => EventKind::Delisted,
            Self::Sold { .. } => EventKind::Sold,
            Self::AuctionStarted { .. } => EventKind::AuctionStarted,
            Self::BidPlaced { .. } => EventKind::BidPlaced,
            Self::AuctionStands { .. } => EventKind::AuctionStands,
            Self::AuctionEnded { .. } => EventKind::AuctionEnded,
            Self::OfferMade { .. } => EventKind::OfferMade,
            Self::OfferRepriced { .. } => EventKind::OfferRepriced,
            Self::OfferStands { .. } => EventKind::OfferStands,
            Self::OfferEnded { .. } => EventKind::OfferEnded,
            Self::OfferSeen { .. } => EventKind::OfferSeen,
            Self::GiftTransferred { .. } => EventKind::GiftTransferred,
            Self::Exported { .. } => EventKind::Exported,
            Self::Returned { .. } => EventKind::Returned,
            Self::MetadataSeen { .. } => EventKind::MetadataSeen,
            Self::CollectionSeen { .. } => EventKind::CollectionSeen,
            Self::AttributeSeen { .. } => EventKind::AttributeSeen,
            Self::RateObserved { .. } => EventKind::RateObserved,
            Self::MarketQuarantined { .. } => EventKind::MarketQuarantined,
            Self::MarketReleased => EventKind::MarketReleased,
        }
    }

    /// The lot and scope the fact is about, where it is about one.
    #[must_use]
    pub fn lot(&self) -> Option<(&LotId, &ScopeId)> {
        match self {
            Self::Listed { lot, scope, .. }
            | Self::Repriced { lot, scope, .. }
            | Self::StillListed { lot, scope, .. }
            | Self::Delisted { lot, scope, .. }
            | Self::Sold { lot, scope, .. }
            | Self::AuctionStarted { lot, scope, .. }
            | Self::BidPlaced { lot, scope, .. }
            | Self::AuctionStands { lot, scope, .. }
            | Self::AuctionEnded { lot, scope, .. }
            | Self::MetadataSeen { lot, scope, .. } => Some((lot, scope)),
            _ => None,
        }
    }

    /// Whether the fact's lot and scope are those of an auction.
    #[must_use]
    pub fn is_of_auction(&self) -> bool {
        match self {
            Self::AuctionStarted { .. }
            | Self::BidPlaced { .. }
            | Self::AuctionStands { .. }
            | Self::AuctionEnded { .. } => true,
            Self::MetadataSeen { details, .. } => details.auction.is_some(),
            _ => false,
        }
    }

    /// The offer, its scope and what it is for, where the fact is about one.
    #[must_use]
    pub fn offer(&self) -> Option<(&LotId, &ScopeId, &OfferTarget)> {
        match self {
            Self::OfferMade { offer, scope, target, .. }
            | Self::OfferRepriced { offer, scope, target, .. }
            | Self::OfferStands { offer, scope, target, .. }
            | Self::OfferEnded { offer, scope, target, .. }
            | Self::OfferSeen { offer, scope, target, .. } => Some((offer, scope, target)),
            _ => None,
        }
    }

    /// The tie-break of the fact in an [`OrderKey`]: the first four bytes, big-endian, of the SHA-256 of its JSON. What we knew before
    /// (`before`) is left out, so the same observation has the same tie whatever was known when it arrived.
    #[must_use]
    pub fn tie(&self) -> u32 {
        let bytes = match self {
            Self::Repriced { before: Some(_), .. }
            | Self::BidPlaced { before: Some(_), .. }
            | Self::OfferRepriced { before: Some(_), .. } => serde_json::to_vec(&self.without_before()),
            fact => serde_json::to_vec(fact),
        };
        let digest = Sha256::digest(bytes.unwrap_or_default());
        u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
    }

    /// The fact without what was known before it.
    #[must_use]
    pub fn without_before(&self) -> Self {
        let mut fact = self.clone();
        if let Self::Repriced { before, .. }
        | Self::BidPlaced { before, .. }
        | Self::OfferRepriced { before, .. } = &mut fact
        {
            *before = None;
        }
        fact
    }

    /// The price known before, where the fact carries one.
    #[must_use]
    pub fn before(&self) -> Option<&Price> {
        match self {
            Self::Repriced { before, .. }
            | Self::BidPlaced { before, .. }
            | Self::OfferRepriced { before, .. } => before.as_ref(),
            _ => None,
        }
    }

    /// The ask, the bid, the offer or the paid price, where the fact carries one.
    #[must_use]
    pub fn price(&self) -> Option<&Price> {
        match self {
            Self::Listed { price, .. }
            | Self::Repriced { price, .. }
            | Self::StillListed { price, .. }
            | Self::Sold { price, .. }
            | Self::AuctionStarted { price, .. }
            | Self::BidPlaced { price, .. }
            | Self::AuctionStands { price, .. }
            | Self::OfferMade { price, .. }
            | Self::OfferRepriced { price, .. }
            | Self::OfferStands { price, .. } => Some(price),
            _ => None,
        }
    }
}
