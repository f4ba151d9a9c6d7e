//! What a scan in progress remembers: which lots its pages showed, at what price, where.

use std::collections::{BTreeMap, HashMap};

use domain::{Deal, EvidenceRef, LotId, OrderKey, Price, sighting::ScopeId};

use super::scan_end;

/// One scan of one scope, from its first page to its last.
#[derive(Debug, Clone)]
pub struct ScanMemory {
    /// What is scanned.
    pub scope: ScopeId,
    /// Microseconds since 1970 on the database's clock when the scan's first request was sent.
    pub started_us: i64,
    /// How far the market's clock may be from the database's, in microseconds.
    pub skew_us: i64,
    seen: BTreeMap<Deal, HashMap<LotId, SeenLot>>,
}

/// A lot as the latest page of the scan showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenLot {
    /// The sighting's key.
    pub key: OrderKey,
    /// The ask.
    pub price: Price,
    /// Where it stood.
    pub evidence: EvidenceRef,
    /// Microseconds since 1970 when that page was whole.
    pub observed_us: i64,
}

impl ScanMemory {
    /// A scan that begins.
    #[must_use]
    pub fn begin(scope: ScopeId, started_us: i64, skew_us: i64) -> Self {
        Self { scope, started_us, skew_us, seen: BTreeMap::new() }
    }

    /// The key up to which this scan speaks once it is complete.
    #[must_use]
    pub fn end(&self) -> OrderKey {
        scan_end(self.started_us, self.skew_us)
    }

    /// The lot or offer as the latest page showed it standing so; `None` when no page did.
    #[must_use]
    pub fn seen(&self, deal: Deal, lot: &LotId) -> Option<&SeenLot> {
        self.seen.get(&deal)?.get(lot)
    }

    /// How many different lots and offers the pages showed.
    #[must_use]
    pub fn lots(&self) -> usize {
        self.seen.values().map(HashMap::len).sum()
    }

    /// How many different listings the pages showed.
    #[must_use]
    pub fn listings(&self) -> usize {
        self.seen.get(&Deal::Listing).map_or(0, HashMap::len)
    }

    /// Takes a sighting. Of two sightings of one lot the later request counts; says whether this one does.
    pub(super) fn take(&mut self, deal: Deal, lot: &LotId, seen: SeenLot) -> bool {
        let lots = self.seen.entry(deal).or_default();
        if lots.get(lot).is_some_and(|held| held.key >= seen.key) {
            return false;
        }
        lots.insert(lot.clone(), seen);
        true
    }
}
