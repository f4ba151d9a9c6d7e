//! An event of the log.

use std::sync::Arc;

use async_graphql::{Enum, ID, Object, SimpleObject};
use domain::LoggedEvent;

use super::{
    collection::Collection,
    connection::connection,
    fact::{Fact, fact_of},
    gift::Gift,
    listing::Listing,
    market::Market,
    price::Price,
    words::Origin,
};
use crate::{
    cursor::CursorScope,
    reading::Reading,
    scalar::{Cursor, DateTime, Position},
};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Enum)]
#[graphql(remote = "domain::EventKind")]
pub(crate) enum EventKind {
    /// Offered for sale, or first seen open.
    Listed,
    /// The ask changed.
    Repriced,
    /// A completed scan saw it open, which a late and older report would otherwise have hidden.
    StillListed,
    /// No longer for sale; `reason` says as much as is known.
    Delisted,
    /// Sold.
    Sold,
    /// Somebody offers money for a gift, an attribute or a collection, or was first seen to.
    OfferMade,
    /// An offer was raised or lowered.
    OfferRepriced,
    /// A completed scan saw an offer stand, which a late and older report would otherwise have hidden.
    OfferStands,
    /// An offer stands no longer; `reason` says as much as is known.
    OfferEnded,
    /// What a market's page says of an offer changed, or was seen first.
    OfferSeen,
    /// Put up for auction, or first seen open in one.
    AuctionStarted,
    /// Somebody bid.
    BidPlaced,
    /// A completed scan saw an auction open, which a late and older report would otherwise have hidden.
    AuctionStands,
    /// An auction is over without a sale that is known; a won one is its `SOLD`.
    AuctionEnded,
    /// Given to another owner without a sale.
    GiftTransferred,
    /// Exported to TON.
    Exported,
    /// Came back from TON: always an inference, because no source tells it.
    Returned,
    /// What a market's page says of a gift changed, or was seen first.
    MetadataSeen,
    /// A collection was seen first, or what is said of it changed.
    CollectionSeen,
    /// An attribute's rarity was seen first, or changed.
    AttributeSeen,
    /// A currency's rate was observed.
    RateObserved,
    /// The market's pages can no longer be read.
    MarketQuarantined,
    /// The market's pages can be read again.
    MarketReleased,
}

/// How far a fact is from being undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::Finality")]
pub(crate) enum Finality {
    /// Announced, not yet settled where it happens.
    Pending,
    /// Stated by the place where it happened.
    Confirmed,
    /// Proven on chain and beyond return.
    Finalized,
    /// Taken back; the event that says so names the one it corrects.
    Retracted,
}

/// How it became known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::Cause")]
pub(crate) enum Cause {
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
    /// This server itself: quarantine and its end.
    Watch,
    /// This server's conclusion from other events; no source said it.
    Inference,
}

/// Where an event's evidence can be downloaded, below this server's address.
pub(crate) fn evidence_url(position: i64) -> String {
    format!("/evidence/{position}")
}

/// Where a place in the log is bound to this very log.
pub(crate) fn log_scope(reading: &Reading) -> CursorScope {
    CursorScope::of(&format!("log {}", reading.state.identity.0))
}

/// The cursor of a position of the log: `activity` pages by it, `events` resumes by it.
pub(crate) fn log_cursor(reading: &Reading, position: i64) -> Cursor {
    log_scope(reading).cursor(&position)
}

/// An event as of a reading.
pub(crate) struct Event {
    reading: Arc<Reading>,
    logged: Arc<LoggedEvent>,
}

impl Event {
    pub(crate) fn new(reading: &Arc<Reading>, logged: Arc<LoggedEvent>) -> Self {
        Self { reading: Arc::clone(reading), logged }
    }
}

/// One entry of the append-only log. Everything shown is a fold of these.
#[Object]
impl Event {
    /// `event_` and the position.
    async fn id(&self) -> ID {
        ID(format!("event_{}", self.logged.position))
    }

    /// Its position in the log, from 1 without gaps.
    async fn position(&self) -> Position {
        Position(self.logged.position)
    }

    /// Its place in the log, to be given as `after` to `activity` or to the subscription `events`.
    async fn cursor(&self) -> Cursor {
        log_cursor(&self.reading, self.logged.position)
    }

    /// What happened, in a word.
    async fn kind(&self) -> EventKind {
        self.logged.event.fact.kind().into()
    }

    /// What happened, with everything told.
    async fn fact(&self) -> Fact {
        fact_of(&self.reading, &self.logged.event.market, &self.logged.event.fact)
    }

    /// The market, or another source, whose word it is.
    async fn market(&self) -> Market {
        Market::new(&self.reading, self.logged.event.market.as_str())
    }

    /// The gift. Null when it is not about one.
    async fn gift(&self) -> Option<Gift> {
        self.logged.event.gift.clone().map(|gift| Gift::new(&self.reading, gift))
    }

    /// The collection: of the gift, or the one it speaks of. Null when it is about none, or no source has told its title yet.
    async fn collection(&self) -> async_graphql::Result<Option<Collection>> {
        let of_fact = match &self.logged.event.fact {
            domain::Fact::CollectionSeen { slug, .. } | domain::Fact::AttributeSeen { slug, .. } => {
                Some(slug)
            }
            _ => None,
        };
        let of_offer = self.logged.event.fact.offer().map(|(_, _, target)| target.slug());
        let Some(slug) = of_fact.or(of_offer).or(self.logged.event.gift.as_ref().map(|gift| &gift.slug))
        else {
            return Ok(None);
        };
        let row = self.reading.collection(slug.as_str()).await?;
        Ok(row.map(|row| Collection::new(&self.reading, row)))
    }

    /// The ask, the bid, the offer or the paid price. Null when it tells none.
    async fn price(&self) -> Option<Price> {
        self.logged.event.fact.price().map(|price| Price::of_domain(&self.reading, price))
    }

    /// The market's own id of the lot. Null when it is not about one.
    async fn lot(&self) -> Option<&str> {
        self.logged.event.fact.lot().map(|(lot, _)| lot.as_str())
    }

    /// The market's own id of the offer. Null when it is not about one.
    async fn offer(&self) -> Option<&str> {
        self.logged.event.fact.offer().map(|(offer, _, _)| offer.as_str())
    }

    /// The listing whose ask it set, if that still stands as of the answer's position.
    async fn listing(&self) -> async_graphql::Result<Option<Listing>> {
        if self.logged.event.fact.price().is_none() {
            return Ok(None);
        }
        let row = self.reading.listing_by_ask(self.logged.position).await?;
        Ok(row.map(|row| Listing::new(&self.reading, row.as_ref().clone())))
    }

    /// When it happened as far as known: the market's time, or the time it was seen where the market tells none.
    async fn at(&self) -> DateTime {
        match self.logged.event.key.rank {
            domain::order_key::KeyRank::Market => DateTime(self.logged.event.key.at_us),
            domain::order_key::KeyRank::Scan => DateTime(self.logged.event.observed_at_us),
        }
    }

    /// When it was seen, by the database's clock.
    async fn observed_at(&self) -> DateTime {
        DateTime(self.logged.event.observed_at_us)
    }

    /// How far from being undone.
    async fn finality(&self) -> Finality {
        self.logged.event.finality.into()
    }

    /// How it became known.
    async fn cause(&self) -> Cause {
        self.logged.event.cause.into()
    }

    /// Where the source's answer came from.
    async fn origin(&self) -> Origin {
        Origin::of_domain(self.logged.event.origin)
    }

    /// Position of the event that this one corrects. Null when it corrects none.
    async fn corrects(&self) -> Option<Position> {
        self.logged.event.corrects.map(Position)
    }

    /// The market's own id of the happening, logged once per market. Null when it has none.
    async fn source_id(&self) -> Option<&str> {
        self.logged.event.source_id.as_deref()
    }

    /// Where it was seen. Null for what this server says itself.
    async fn evidence(&self) -> Option<Evidence> {
        self.logged.event.evidence.as_ref().map(|evidence| Evidence {
            hash: evidence.hash.to_string(),
            path: evidence.path.clone(),
            url: evidence_url(self.logged.position),
        })
    }

    /// The canonical line of the log: with the lines of its batch it hashes to the chain's head.
    async fn line(&self) -> String {
        self.logged.line()
    }
}

/// The raw answer in which an event was seen.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct Evidence {
    /// SHA-256 of the evidence bytes, 64 hexadecimal digits.
    hash: String,
    /// JSON pointer into the answer's body; empty for the whole.
    path: String,
    /// Where it can be downloaded, below this server's address, as long as it is kept: `ribbon verify event` recomputes the event from it.
    url: String,
}

connection!(Event, EventConnection, EventEdge, "A page of events, newest first.");
