//! How far a worker is, for progress bars and the status page.

use domain::MarketId;

/// What a worker is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Not a page read yet.
    Starting,
    /// The first picture is being gathered: some scope has never been scanned whole.
    Filling,
    /// Every scope has been scanned whole at least once.
    Following,
    /// Waiting for a failing market.
    BackingOff,
    /// The market's pages cannot be read.
    Quarantined,
    /// The market refuses until somebody acts.
    Refused,
    /// Ended.
    Stopped,
}

impl Phase {
    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Filling => "filling",
            Self::Following => "following",
            Self::BackingOff => "backing_off",
            Self::Quarantined => "quarantined",
            Self::Refused => "refused",
            Self::Stopped => "stopped",
        }
    }
}

/// How far one market's worker is. Counts are since the worker's start, except scopes and collections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Whose.
    pub market: MarketId,
    /// The name people know.
    pub name: &'static str,
    /// What it does.
    pub phase: Phase,
    /// Collections whose every scope has been scanned whole, ever.
    pub collections_done: usize,
    /// Collections the market lists.
    pub collections_total: usize,
    /// Scopes scanned whole, ever.
    pub scopes_done: usize,
    /// Scopes there are.
    pub scopes_total: usize,
    /// Open listings seen on pages of scans, repeated ones included.
    pub listings: u64,
    /// Pages read.
    pub pages: u64,
    /// Events logged.
    pub events: u64,
    /// Requests that failed.
    pub faults: u64,
    /// Whether the history has been read back to the configured depth.
    pub is_history_done: bool,
}

impl Progress {
    /// A worker that begins.
    #[must_use]
    pub fn start(market: MarketId, name: &'static str) -> Self {
        Self {
            market,
            name,
            phase: Phase::Starting,
            collections_done: 0,
            collections_total: 0,
            scopes_done: 0,
            scopes_total: 0,
            listings: 0,
            pages: 0,
            events: 0,
            faults: 0,
            is_history_done: false,
        }
    }

    /// Whether the first picture is complete.
    #[must_use]
    pub fn is_filled(&self) -> bool {
        self.scopes_total > 0 && self.scopes_done == self.scopes_total
    }
}
