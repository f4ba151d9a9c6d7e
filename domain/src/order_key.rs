//! The order in which a source's observations hold, whatever the order in which they reach us.

use serde::{Deserialize, Serialize};

/// What kind of time a key carries; at the same instant a market's own time beats our scan's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyRank {
    /// A page without times: the start of its scan on the database's clock, less the stated skew.
    Scan,
    /// The market's own time.
    Market,
}

/// A total order over the observations of one market. State is the maximum by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OrderKey {
    /// Microseconds since 1970.
    pub at_us: i64,
    /// Whose time that is.
    pub rank: KeyRank,
    /// Microseconds since 1970 of the request that saw it: the tie-break between two pages of one scan. 0 for a market's own time.
    pub seen_us: i64,
    /// First bytes of the value's hash: two different values at the same instant are still ordered the same way everywhere.
    pub tie: u32,
}

impl OrderKey {
    /// Key of a fact that carries the market's own time.
    #[must_use]
    pub fn market(at_us: i64, tie: u32) -> Self {
        Self { at_us, rank: KeyRank::Market, seen_us: 0, tie }
    }

    /// Key of a sighting on a page of a scan that began at `scan_started_us`; `skew_us` is how far the market's clock may be from ours.
    #[must_use]
    pub fn scan(scan_started_us: i64, skew_us: i64, request_started_us: i64, tie: u32) -> Self {
        Self { at_us: scan_started_us - skew_us, rank: KeyRank::Scan, seen_us: request_started_us, tie }
    }

    /// The latest key a completed scan can give: what it saw or missed holds up to here.
    #[must_use]
    pub fn scan_end(scan_started_us: i64, skew_us: i64) -> Self {
        Self { at_us: scan_started_us - skew_us, rank: KeyRank::Scan, seen_us: i64::MAX, tie: u32::MAX }
    }
}
