//! The vocabulary of the append-only log and the canonical line that is hashed and exported.
//!
//! A field is never renamed or reordered once logged: the line of an old event must stay what it was, or the chain breaks.

mod about;
mod kind;

use serde::{Deserialize, Serialize};

use crate::{
    attribute::{AttributeKind, Rarity},
    currency::{Currency, Price},
    deal::OfferTarget,
    evidence::EvidenceRef,
    exchange::Origin,
    gift::{CollectionSlug, GiftId},
    lot::LotId,
    market::MarketId,
    order_key::OrderKey,
    sighting::{Custody, LotDetails, ScopeId},
    time::ms_from_us,
};

pub use kind::EventKind;

/// How far a fact is from being undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finality {
    /// Announced, not yet settled where it happens.
    Pending,
    /// Stated by the place where it happened.
    Confirmed,
    /// Proven on chain and beyond return.
    Finalized,
    /// Taken back; the event that says so names the one it corrects.
    Retracted,
}

/// How we came to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The market's own feed of happenings.
    Feed,
    /// The market's history, read later.
    History,
    /// A page of open listings.
    Scan,
    /// A completed scan that did not show it.
    Absence,
    /// A list of collections or attributes.
    Catalog,
    /// A gift's own metadata, asked for by its name.
    Metadata,
    /// Ribbon itself: quarantine and its end.
    Watch,
    /// Ribbon's conclusion from other events; no source said it.
    Inference,
}

/// Why a listing, an auction or an offer ended without a known sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DelistReason {
    /// The market says that its owner took it back.
    Cancelled,
    /// It vanished; whether it was sold is not proven.
    Unseen,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fact {
    /// Offered for sale, or first seen open.
    Listed {
        /// The market's id of the lot.
        lot: LotId,
        /// Where a scan shows it.
        scope: ScopeId,
        /// The ask.
        price: Price,
    },
    /// The ask changed.
    Repriced {
        /// The market's id of the lot.
        lot: LotId,
        /// Where a scan shows it.
        scope: ScopeId,
        /// The new ask.
        price: Price,
        /// The ask we knew before, where we knew one.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        before: Option<Price>,
    },
    /// A completed scan saw it open at this price, which a late and older report would otherwise have hidden.
    StillListed {
        /// The market's id of the lot.
        lot: LotId,
        /// Where a scan shows it.
        scope: ScopeId,
        /// The ask.
        price: Price,
    },
    /// No longer for sale.
    Delisted {
        /// The market's id of the lot.
        lot: LotId,
        /// Where a scan showed it.
        scope: ScopeId,
        /// Why, as far as known.
        reason: DelistReason,
    },
    /// Sold.
    Sold {
        /// The market's id of the lot.
        lot: LotId,
        /// Where a scan showed it.
        scope: ScopeId,
        /// What was paid.
        price: Price,
        /// Who sold, as the source names people.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        seller: Option<String>,
        /// Who bought.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        buyer: Option<String>,
        /// Hash of the transaction on TON, 64 hexadecimal digits.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        transaction: Option<String>,
        /// The market whose sale it is, where the source tells of another's.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        of_market: Option<MarketId>,
    },
    /// Put up for auction, or first seen open in one.
    AuctionStarted {
        /// The market's id of the lot.
        lot: LotId,
        /// Where a scan shows it.
        scope: ScopeId,
        /// The highest bid, or the least that the first must be.
        price: Price,
    },
    /// Somebody bid: the highest bid is another one than was known.
    BidPlaced {
        /// The market's id of the lot.
        lot: LotId,
        /// Where a scan shows it.
        scope: ScopeId,
        /// The highest bid.
        price: Price,
        /// Who bid, as the source names people.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        bidder: Option<String>,
        /// The price we knew before, where we knew one.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        before: Option<Price>,
    },
    /// A completed scan saw the auction open at this price, which a late and older report would otherwise have hidden.
    AuctionStands {
        /// The market's id of the lot.
        lot: LotId,
        /// Where a scan shows it.
        scope: ScopeId,
        /// The highest bid, or the least that the first must be.
        price: Price,
    },
    /// The auction is over without a sale that is known. A won auction is its sale, [`Fact::Sold`], and has no event of its own.
    AuctionEnded {
        /// The market's id of the lot.
        lot: LotId,
        /// Where a scan showed it.
        scope: ScopeId,
        /// Why, as far as known.
        reason: DelistReason,
    },
    /// Somebody offers money for a gift, an attribute or a collection, or was first seen to.
    OfferMade {
        /// The market's id of the offer.
        offer: LotId,
        /// Where a scan shows it.
        scope: ScopeId,
        /// What it is for.
        target: OfferTarget,
        /// What its maker pays for each gift.
        price: Price,
    },
    /// The offer was raised or lowered.
    OfferRepriced {
        /// The market's id of the offer.
        offer: LotId,
        /// Where a scan shows it.
        scope: ScopeId,
        /// What it is for.
        target: OfferTarget,
        /// What its maker pays for each gift now.
        price: Price,
        /// What we knew before, where we knew it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        before: Option<Price>,
    },
    /// A completed scan saw the offer stand at this price, which a late and older report would otherwise have hidden.
    OfferStands {
        /// The market's id of the offer.
        offer: LotId,
        /// Where a scan shows it.
        scope: ScopeId,
        /// What it is for.
        target: OfferTarget,
        /// What its maker pays for each gift.
        price: Price,
    },
    /// The offer stands no longer: taken, taken back or lapsed.
    OfferEnded {
        /// The market's id of the offer.
        offer: LotId,
        /// Where a scan showed it.
        scope: ScopeId,
        /// What it was for.
        target: OfferTarget,
        /// Why, as far as known.
        reason: DelistReason,
    },
    /// What a market's page says of an offer changed, or was seen first.
    OfferSeen {
        /// The market's id of the offer.
        offer: LotId,
        /// Where a scan shows it.
        scope: ScopeId,
        /// What it is for.
        target: OfferTarget,
        /// All that it says now.
        details: LotDetails,
    },
    /// Given to another owner without a sale.
    GiftTransferred {
        /// From whom.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        from: Option<String>,
        /// To whom.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        to: Option<String>,
    },
    /// Exported to TON.
    Exported {
        /// The NFT's address, friendly form.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        address: Option<String>,
    },
    /// Came back from TON. Always an inference: a page shows it off TON later than the last word that it was there.
    Returned {
        /// Where it is since.
        custody: Custody,
        /// The market that shows it there.
        shown_by: MarketId,
        /// Since when by that word, microseconds since 1970.
        shown_at_us: i64,
        /// The last word that it was on TON, microseconds since 1970.
        on_chain_at_us: i64,
    },
    /// What a market's page says of a gift changed, or was seen first.
    MetadataSeen {
        /// The market's id of the lot whose page said it.
        lot: LotId,
        /// Where a scan shows it.
        scope: ScopeId,
        /// All that it says now.
        details: LotDetails,
    },
    /// A collection was seen first, or what is said of it changed.
    CollectionSeen {
        /// Its slug.
        slug: CollectionSlug,
        /// Its title.
        title: String,
        /// Its address on TON, friendly form.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        address: Option<String>,
        /// The picture, by reference.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        image_url: Option<String>,
    },
    /// An attribute's rarity was seen first, or changed.
    AttributeSeen {
        /// Whose.
        slug: CollectionSlug,
        /// Which kind.
        attribute: AttributeKind,
        /// Its name.
        name: String,
        /// How rare.
        rarity: Rarity,
    },
    /// A currency's rate.
    RateObserved {
        /// One whole coin of this ...
        base: Currency,
        /// ... is worth this many millionths ...
        rate_micros: i64,
        /// ... of one whole coin of this.
        quote: Currency,
    },
    /// The market's pages can no longer be read; its listings stay and are stale.
    MarketQuarantined {
        /// JSON pointer of the place that broke.
        path: String,
        /// What was expected and what stood there.
        why: String,
    },
    /// The market's pages can be read again.
    MarketReleased,
}

/// One thing that is logged, before it has a position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Whose word it is. Rates and the like carry the id of their source.
    pub market: MarketId,
    /// The gift, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub gift: Option<GiftId>,
    /// The order in which it holds among the same market's facts.
    pub key: OrderKey,
    /// Microseconds since 1970 when it was seen, on the database's clock.
    pub observed_at_us: i64,
    /// How far from being undone.
    pub finality: Finality,
    /// How we came to know.
    pub cause: Cause,
    /// Where it was seen.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub evidence: Option<EvidenceRef>,
    /// Where the answer came from.
    pub origin: Origin,
    /// Position of the event that this one corrects.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub corrects: Option<i64>,
    /// The market's own id of the happening; logged once per market.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source_id: Option<String>,
    /// What happened.
    pub fact: Fact,
}

impl Event {
    /// Milliseconds since 1970 when it happened as far as known: the market's time, or the time it was seen.
    #[must_use]
    pub fn at_ms(&self) -> i64 {
        match self.key.rank {
            crate::order_key::KeyRank::Market => ms_from_us(self.key.at_us),
            crate::order_key::KeyRank::Scan => ms_from_us(self.observed_at_us),
        }
    }
}

/// An event with its place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedEvent {
    /// Position, from 1, without gaps.
    pub position: i64,
    /// The event.
    #[serde(flatten)]
    pub event: Event,
}

impl LoggedEvent {
    /// The canonical line, without line end: what is hashed into the chain and exported.
    #[must_use]
    pub fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tie_does_not_depend_on_what_was_known() {
        let repriced = |before| Fact::Repriced {
            lot: LotId::parse("a").unwrap(),
            scope: ScopeId("all".into()),
            price: Price::nanoton(5),
            before,
        };
        assert_eq!(repriced(None).tie(), repriced(Some(Price::nanoton(4))).tie());
        let other = Fact::Repriced {
            lot: LotId::parse("a").unwrap(),
            scope: ScopeId("all".into()),
            price: Price::nanoton(6),
            before: None,
        };
        assert_ne!(repriced(None).tie(), other.tie());
    }
}
