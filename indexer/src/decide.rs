//! Deciding: from what is known and what a page shows to the events that are new. Pure; the same arguments give the same events.
//!
//! The rule behind every file here: the state of a lot is the maximum over asks, proven ends and absences by their keys. An
//! unchanged sighting writes nothing, so what the last completed scan of a scope saw is *implied*: every lot of the scope that was
//! decided earlier stood at that scan as it is known. Whoever is about to make an implied fact invisible writes it down first.

pub mod absence;
pub mod ahead;
pub mod catalog;
mod desk;
mod details;
pub mod feed;
mod implied;
pub mod memory;
pub mod scan;
pub mod subject;
pub mod watch;

#[cfg(test)]
mod replay;

use std::collections::{HashMap, HashSet};

use domain::{
    AttributeKind, Cause, CollectionSlug, Event, EvidenceHash, Exchange, Fact, Lot, LotDetails, LotId,
    MarketId, OrderKey, Origin, Price, Rarity, order_key::KeyRank, sighting::ScopeId,
};

pub use memory::ScanMemory;
use subject::Subject;

/// What is known before a page is read, and, afterwards, what is known with it. Positions of events that are not logged yet are 0.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Registers of every lot that the page speaks of; a lot that is absent is unknown.
    pub lots: HashMap<LotId, Lot>,
    /// Registers of every offer that the page speaks of, alike.
    pub offers: HashMap<LotId, Lot>,
    /// The key up to which the last completed scan of each scope speaks, see [`scan_end`].
    pub scans: HashMap<ScopeId, OrderKey>,
    /// Ids of happenings on the page that are logged already.
    pub logged: HashSet<String>,
    /// What this market said of each collection last.
    pub collections: HashMap<CollectionSlug, CollectionTold>,
    /// Every attribute with its rarity that anybody told.
    pub attributes: HashSet<(CollectionSlug, AttributeKind, String, Rarity)>,
}

/// What a market says of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionTold {
    /// Its title.
    pub title: String,
    /// Its address on TON, friendly form.
    pub address: Option<String>,
    /// The picture, by reference.
    pub image_url: Option<String>,
}

/// When and where a page was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Whose page.
    pub market: MarketId,
    /// Content address of the exchange.
    pub evidence: EvidenceHash,
    /// Where the answer came from.
    pub origin: Origin,
    /// Microseconds since 1970 on the database's clock when the request was sent.
    pub started_us: i64,
    /// Microseconds since 1970 on the database's clock when the answer was whole.
    pub received_us: i64,
    /// How far the market's clock may be from the database's, in microseconds.
    pub skew_us: i64,
}

impl Frame {
    /// The frame of an exchange.
    #[must_use]
    pub fn of(exchange: &Exchange, skew_us: i64) -> Self {
        Self {
            market: exchange.market.clone(),
            evidence: exchange.evidence_hash(),
            origin: exchange.origin,
            started_us: exchange.started_at_us,
            received_us: exchange.received_at_us,
            skew_us,
        }
    }
}

/// What a page means.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decision {
    /// The new events, in the order in which they shall be logged.
    pub events: Vec<Event>,
    /// Events that restate what an earlier event said: they have no page of their own, and take the evidence of the other.
    pub restated: Vec<Restated>,
    /// Sightings that said nothing new.
    pub unchanged: usize,
}

/// An event without a page of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restated {
    /// Index into [`Decision::events`].
    pub index: usize,
    /// Position of the logged event that it restates.
    pub position: i64,
}

impl Decision {
    /// Adds another decision behind this one.
    pub fn append(&mut self, other: Self) {
        let Self { events, restated, unchanged } = other;
        let shift = self.events.len();
        self.events.extend(events);
        self.restated.extend(restated.into_iter().map(|one| Restated { index: one.index + shift, ..one }));
        self.unchanged += unchanged;
    }

    /// Whether nothing is new.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

/// The key up to which a completed scan speaks of its scope: what it saw, and what it did not.
#[must_use]
pub fn scan_end(scan_started_us: i64, skew_us: i64) -> OrderKey {
    OrderKey::scan_end(scan_started_us, skew_us)
}

/// The key of what was seen open on a page of a scan. It depends on the sighting alone, never on what was known.
#[must_use]
pub fn sighting_key(
    subject: &Subject<'_>,
    price: &Price,
    scan_started_us: i64,
    skew_us: i64,
    request_started_us: i64,
) -> OrderKey {
    let tie = subject.stands(price.clone()).tie();
    OrderKey::scan(scan_started_us, skew_us, request_started_us, tie)
}

/// The key of a gift seen on a page of a scan that is not for sale; it depends on the sighting alone, as [`sighting_key`] does.
#[must_use]
pub fn held_key(
    lot: &LotId,
    scope: &ScopeId,
    details: &LotDetails,
    scan_started_us: i64,
    skew_us: i64,
    request_started_us: i64,
) -> OrderKey {
    let fact = Fact::MetadataSeen { lot: lot.clone(), scope: scope.clone(), details: details.clone() };
    OrderKey::scan(scan_started_us, skew_us, request_started_us, fact.tie())
}

/// Whether two keys are of one scan of a scope. No market's own time lies between two such keys.
fn is_one_scan(a: OrderKey, b: OrderKey) -> bool {
    (a.rank, a.at_us) == (b.rank, b.at_us) && a.rank == KeyRank::Scan
}

/// The cause of events that come from a walk through happenings: the feed itself, or the history read later.
#[must_use]
pub fn happening_cause(is_history: bool) -> Cause {
    if is_history { Cause::History } else { Cause::Feed }
}
