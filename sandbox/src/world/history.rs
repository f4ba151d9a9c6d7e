//! What happened on one market, oldest first, bounded: the oldest falls off, as on the real ones.

use std::collections::VecDeque;

use crate::market::{Coin, Way};

/// Most happenings kept per market.
pub(crate) const HISTORY_MAX: usize = 1_000_000;

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Listed,
    Repriced,
    Cancelled,
    Sold,
    AuctionStarted,
    AuctionCancelled,
    Transferred,
    Exported,
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub(crate) struct Happening {
    /// Strictly rising within a market by at least a millisecond, the coarsest unit any of them writes.
    pub(crate) at_us: i64,
    /// The seller's amount in the smallest unit of the coin.
    pub(crate) amount: i64,
    pub(crate) gift: u32,
    /// Owner or seller.
    pub(crate) from: u32,
    /// Buyer or receiver.
    pub(crate) to: u32,
    pub(crate) kind: Kind,
    /// How the gift was offered; of what is no trade [`Way::Fixed`].
    pub(crate) way: Way,
    pub(crate) coin: Coin,
    /// The shelf the gift lay on.
    pub(crate) shelf: u8,
    /// How often the gift had been given into custody.
    pub(crate) deposits: u8,
}

/// A market's history.
#[derive(Debug)]
pub(crate) struct History {
    first: u64,
    items: VecDeque<Happening>,
    max: usize,
    last_us: i64,
}

impl Default for History {
    fn default() -> Self {
        Self { first: 0, items: VecDeque::new(), max: HISTORY_MAX, last_us: i64::MIN }
    }
}

impl History {
    /// Appends; the time moves up where it would not rise by a millisecond. Returns the time kept.
    pub(super) fn push(&mut self, mut happening: Happening) -> i64 {
        happening.at_us = happening.at_us.max(self.last_us.saturating_add(1_000));
        self.last_us = happening.at_us;
        if self.items.len() == self.max {
            self.items.pop_front();
            self.first += 1;
        }
        let at_us = happening.at_us;
        self.items.push_back(happening);
        at_us
    }

    /// Sequence number of the oldest kept, from 0 at the world's beginning.
    pub(crate) fn first(&self) -> u64 {
        self.first
    }

    /// Sequence number that the next one will have.
    pub(crate) fn end(&self) -> u64 {
        self.first + self.items.len() as u64
    }

    pub(crate) fn get(&self, sequence: u64) -> Option<&Happening> {
        self.items.get(usize::try_from(sequence.checked_sub(self.first)?).ok()?)
    }

    /// Those from a sequence number on, oldest first.
    pub(crate) fn from(&self, sequence: u64) -> impl Iterator<Item = (u64, &Happening)> {
        let start = sequence.clamp(self.first, self.end());
        (start..self.end()).filter_map(|at| Some((at, self.get(at)?)))
    }

    /// Those below a sequence number, newest first.
    pub(crate) fn below(&self, sequence: u64) -> impl Iterator<Item = (u64, &Happening)> {
        let end = sequence.clamp(self.first, self.end());
        (self.first..end).rev().filter_map(|at| Some((at, self.get(at)?)))
    }

    #[cfg(test)]
    pub(super) fn bounded(max: usize) -> Self {
        Self { max, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn happening(at_us: i64) -> Happening {
        let (kind, way, coin) = (Kind::Listed, Way::Fixed, Coin::Ton);
        Happening { at_us, amount: 1, gift: 0, from: 0, to: 0, kind, way, coin, shelf: 1, deposits: 0 }
    }

    #[test]
    fn times_rise_and_the_oldest_falls_off() {
        let mut history = History::bounded(3);
        let kept: Vec<_> = [5_000, 5_000, 4_000, 90_000].map(|at| history.push(happening(at))).to_vec();
        assert_eq!(kept, [5_000, 6_000, 7_000, 90_000]);
        assert_eq!((history.first(), history.end()), (1, 4));
        assert!(history.get(0).is_none());
        let newest_first: Vec<_> = history.below(u64::MAX).map(|(at, _)| at).collect();
        assert_eq!(newest_first, [3, 2, 1]);
        let oldest_first: Vec<_> = history.from(0).map(|(at, _)| at).collect();
        assert_eq!(oldest_first, [1, 2, 3]);
    }
}
