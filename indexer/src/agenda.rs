//! What a worker does next. Pure; times are milliseconds of the worker's monotonic clock and may lie before its start.
//!
//! The feed comes first, because it tells times; then scans, the most overdue scope first and hot ones sooner; collections, attributes and
//! history share every fourth turn while scans wait, one after the other, so nothing starves.

mod scopes;

use domain::{CollectionSlug, ports::Scope};

use crate::pace::Pace;
use scopes::Scopes;

/// Feed pages in a row before something else has a turn.
const FEED_IN_A_ROW: u32 = 4;
/// Every so many turns one is for what is neither feed nor scan.
const SIDE_TURN: u32 = 4;

/// What is neither feed nor scan, in the order of its turns.
const SIDES: [Errand; 3] = [Errand::Collections, Errand::Attributes, Errand::History];

/// One thing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// Ask the feed.
    Feed,
    /// Read the list of collections on.
    Collections,
    /// Read the next batch of attributes.
    Attributes,
    /// Read the history further back.
    History,
    /// Begin to scan the scope of this index.
    ScanBegin(usize),
    /// Read the next page of the scan in progress.
    ScanNext,
    /// Nothing before then.
    Wait {
        /// Milliseconds of the worker's clock.
        until_ms: i64,
    },
}

/// A walk that comes back after an interval, and may have more pages at once.
#[derive(Debug, Clone, Copy)]
struct Walk {
    interval_ms: i64,
    due_ms: i64,
    is_open: bool,
}

impl Walk {
    fn is_wanted(&self, now_ms: i64) -> bool {
        self.is_open || self.due_ms <= now_ms
    }

    fn paged(&mut self, now_ms: i64, has_more: bool) {
        if !self.is_open {
            self.due_ms = now_ms + self.interval_ms;
        }
        self.is_open = has_more;
    }
}

/// The worker's appointments.
#[derive(Debug, Clone)]
pub struct Agenda {
    feed: Walk,
    feed_in_a_row: u32,
    collections: Walk,
    attributes: Walk,
    history_is_open: bool,
    is_scanning: bool,
    scopes: Scopes,
    turns: u32,
    last_side: Errand,
}

impl Agenda {
    /// An agenda that begins now, with everything due.
    #[must_use]
    pub fn new(pace: &Pace, feed_interval_ms: u64, now_ms: i64) -> Self {
        let walk = |interval_ms: u64| Walk {
            interval_ms: signed(pace.scaled_ms(interval_ms)),
            due_ms: now_ms,
            is_open: false,
        };
        Self {
            feed: walk(feed_interval_ms),
            feed_in_a_row: 0,
            collections: walk(pace.collections_ms),
            attributes: walk(pace.attributes_ms),
            history_is_open: false,
            is_scanning: false,
            scopes: Scopes::new(
                signed(pace.scaled_ms(pace.scope_hot_ms)),
                signed(pace.scaled_ms(pace.scope_cold_ms)),
            ),
            turns: 0,
            last_side: Errand::History,
        }
    }

    /// What to do now.
    pub fn choose(&mut self, now_ms: i64) -> Errand {
        let scan = if self.is_scanning {
            Some(Errand::ScanNext)
        } else {
            self.scopes.most_overdue(now_ms).map(Errand::ScanBegin)
        };
        let side = self.side(now_ms);
        let is_alone = scan.is_none() && side.is_none();
        if self.feed.is_wanted(now_ms) && (self.feed_in_a_row < FEED_IN_A_ROW || is_alone) {
            self.feed_in_a_row += 1;
            return Errand::Feed;
        }
        self.feed_in_a_row = 0;
        self.turns = self.turns.wrapping_add(1);
        let is_side_turn = self.turns.is_multiple_of(SIDE_TURN);
        match (scan, side) {
            (Some(_), Some(side)) if is_side_turn => self.take_side(side),
            (Some(scan), _) => scan,
            (None, Some(side)) => self.take_side(side),
            (None, None) => Errand::Wait { until_ms: self.next_ms(now_ms) },
        }
    }

    /// The side errand whose turn it is: of those wanted, the next one behind the last in a fixed circle. Attributes and history wait
    /// for the first picture.
    fn side(&self, now_ms: i64) -> Option<Errand> {
        let is_filled = self.scopes.is_filled();
        let is_wanted = |side: &Errand| match side {
            Errand::Collections => self.collections.is_wanted(now_ms),
            Errand::Attributes => is_filled && self.attributes.is_wanted(now_ms),
            Errand::History => is_filled && self.history_is_open,
            _ => false,
        };
        let behind = SIDES.iter().position(|side| *side == self.last_side).map_or(0, |last| last + 1);
        SIDES.into_iter().cycle().skip(behind).take(SIDES.len()).find(is_wanted)
    }

    fn take_side(&mut self, side: Errand) -> Errand {
        self.last_side = side;
        side
    }

    fn next_ms(&self, now_ms: i64) -> i64 {
        let dues = [Some(self.feed.due_ms), Some(self.collections.due_ms), self.scopes.next_ms(now_ms)];
        let next = dues.into_iter().flatten().min().unwrap_or(now_ms);
        let next = if self.scopes.is_filled() { next.min(self.attributes.due_ms) } else { next };
        next.max(now_ms + 1)
    }

    /// A page of the feed was taken, or the feed is put off till its next time.
    pub fn feed_paged(&mut self, now_ms: i64, has_more: bool) {
        self.feed.paged(now_ms, has_more);
    }

    /// A page of collections was taken.
    pub fn collections_paged(&mut self, now_ms: i64, has_more: bool) {
        self.collections.paged(now_ms, has_more);
    }

    /// A batch of attributes was taken.
    pub fn attributes_paged(&mut self, now_ms: i64, has_more: bool) {
        self.attributes.paged(now_ms, has_more);
    }

    /// Whether the history has more to read.
    pub fn set_history_open(&mut self, is_open: bool) {
        self.history_is_open = is_open;
    }

    /// Whether the history has more to read.
    #[must_use]
    pub fn is_history_open(&self) -> bool {
        self.history_is_open
    }

    /// The scopes there are now. Known ones keep their times.
    pub fn set_scopes(&mut self, scopes: Vec<Scope>) {
        self.scopes.set(scopes);
    }

    /// A scope by index.
    #[must_use]
    pub fn scope(&self, index: usize) -> Option<&Scope> {
        self.scopes.get(index)
    }

    /// A scan has begun.
    pub fn scan_begun(&mut self) {
        self.is_scanning = true;
    }

    /// The scan of a scope that began at `began_ms` is complete.
    pub fn scan_done(&mut self, scope: &Scope, began_ms: i64) {
        self.is_scanning = false;
        self.scopes.done(scope, began_ms);
    }

    /// The scan of a scope broke off; it is not tried again for a while.
    pub fn scan_abandoned(&mut self, scope: &Scope, rest_until_ms: i64) {
        self.is_scanning = false;
        self.scopes.rest(scope, rest_until_ms);
    }

    /// So many events told of a collection: it is hot.
    pub fn warm(&mut self, slug: &CollectionSlug, events: u32, now_ms: i64) {
        self.scopes.warm(slug, events, now_ms);
    }

    /// Scopes scanned whole, and all.
    #[must_use]
    pub fn scopes_done(&self) -> (usize, usize) {
        self.scopes.count()
    }

    /// Collections whose every scope has been scanned whole, and all.
    #[must_use]
    pub fn collections_done(&self) -> (usize, usize) {
        self.scopes.count_collections()
    }
}

fn signed(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX / 4)
}

#[cfg(test)]
mod tests;
