//! The world: every gift, where it lives, who owns it, what it is offered for, and what happened. Owns the state that all
//! markets look at; a pure function of seed, size, registered markets and the steps made, so that the same seed and steps
//! give the same world on any machine. Wall-clock times come in from outside and decide nothing.

mod act;
mod auction;
mod dates;
mod exported;
mod gift;
mod history;
mod make;
mod offers;
mod past;
mod people;
mod price;
mod shelf;
#[cfg(test)]
mod tests;

pub(crate) use auction::{auction_end_us, auction_most};
pub(crate) use dates::Dates;
pub(crate) use gift::{Bid, Gift, GiftView, Lot, chain_address, friendly};
pub(crate) use history::{Happening, History, Kind};
pub(crate) use offers::Offer;
pub(crate) use people::{NOBODY, TELEGRAM, people_of, person};

use std::ops::Range;

use crate::{
    catalog::{Catalog, Collection},
    market::Market,
};
use shelf::ShelfState;

/// The shelf of gifts in Telegram accounts; no market shows it.
pub(crate) const ACCOUNTS: u8 = 0;

/// Everything.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) seed: u64,
    /// When the world began, microseconds since 1970. Everything before it is its past, made up at once.
    pub(crate) epoch_us: i64,
    pub(crate) catalog: &'static Catalog,
    /// By collection, then by number.
    pub(crate) gifts: Vec<Gift>,
    /// Each collection's part of `gifts`; empty for collections without recorded attributes.
    pub(crate) ranges: Vec<Range<u32>>,
    /// First the accounts, then each market's shelves in order of registration.
    shelves: Vec<ShelfState>,
    lots: Vec<Lot>,
    free_lots: Vec<u32>,
    /// Price level of each collection, per mille of its recorded floor.
    heat: Vec<i64>,
    /// Where the exported gifts stand on TON.
    exported: exported::Exported,
    /// By market, in order of registration.
    histories: Vec<History>,
    offers: offers::Offers,
    /// Steps made since the beginning.
    step: u64,
    /// How many people own gifts.
    pub(crate) people: u32,
    /// Time of the latest step or of the epoch.
    now_us: i64,
    pub(crate) markets: &'static [&'static Market],
}

impl World {
    /// How many steps were made.
    pub(crate) fn steps(&self) -> u64 {
        self.step
    }

    /// Time of the latest step or of the epoch.
    pub(crate) fn now_us(&self) -> i64 {
        self.now_us
    }

    pub(crate) fn collection(&self, gift: u32) -> &'static Collection {
        &self.catalog.collections[usize::from(self.gifts[gift as usize].collection)]
    }

    /// The gift of this collection with this number.
    pub(crate) fn find(&self, collection: usize, number: u32) -> Option<u32> {
        let range = self.ranges.get(collection)?.clone();
        let gifts = &self.gifts[range.start as usize..range.end as usize];
        let at = gifts.binary_search_by_key(&number, |gift| gift.number).ok()?;
        Some(range.start + u32::try_from(at).ok()?)
    }

    /// The open lot of a gift.
    pub(crate) fn lot(&self, gift: u32) -> Option<&Lot> {
        let lot = self.gifts[gift as usize].lot?;
        Some(&self.lots[lot.get() as usize - 1])
    }

    /// What a market's own history says, with the shelves it is about.
    pub(crate) fn history(&self, market: usize) -> &History {
        &self.histories[market]
    }

    /// The shelves of a market: global numbers.
    pub(crate) fn shelves_of(&self, market: usize) -> impl Iterator<Item = u8> + '_ {
        self.shelves
            .iter()
            .enumerate()
            .filter(move |(_, shelf)| shelf.market == Some(market))
            .filter_map(|(at, _)| u8::try_from(at).ok())
    }

    /// Gifts on a shelf: for sale, and not.
    pub(crate) fn shelf_gifts(&self, shelf: u8) -> (&[u32], &[u32]) {
        let shelf = &self.shelves[usize::from(shelf)];
        (&shelf.listed, &shelf.idle)
    }

    /// Open lots of a shelf in one collection by rising price, from just behind a place on; the key is the price in
    /// 10^-9 of its coin.
    pub(crate) fn by_price(
        &self,
        shelf: u8,
        collection: usize,
        behind: Option<(i64, u32)>,
    ) -> impl DoubleEndedIterator<Item = (i64, u32)> + '_ {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = behind.map_or(Unbounded, Excluded);
        self.shelves[usize::from(shelf)].books[collection].range((from, Unbounded)).copied()
    }

    /// Like [`World::by_price`], by falling price.
    pub(crate) fn by_falling_price(
        &self,
        shelf: u8,
        collection: usize,
        behind: Option<(i64, u32)>,
    ) -> impl Iterator<Item = (i64, u32)> + '_ {
        use std::ops::Bound::{Excluded, Unbounded};
        let to = behind.map_or(Unbounded, Excluded);
        self.shelves[usize::from(shelf)].books[collection].range((Unbounded, to)).rev().copied()
    }

    /// How many lots are open on a shelf in a collection.
    pub(crate) fn open_count(&self, shelf: u8, collection: usize) -> usize {
        self.shelves[usize::from(shelf)].books[collection].len()
    }
}
