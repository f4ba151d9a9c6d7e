//! Moves gifts between shelves and between for sale and not. Owns the invariant that each gift stands in exactly one list
//! at the place it says, and that each open lot is in exactly one book.

use std::{collections::BTreeSet, num::NonZeroU32};

use domain::Custody;

use super::{Bid, Lot, World};
use crate::market::Shelf;

/// A shelf and the gifts on it.
#[derive(Debug)]
pub(super) struct ShelfState {
    /// Place of its market in order of registration; `None` for the accounts.
    pub(super) market: Option<usize>,
    pub(super) rule: &'static Shelf,
    pub(super) listed: Vec<u32>,
    pub(super) idle: Vec<u32>,
    /// Open lots by price, one book per collection.
    pub(super) books: Vec<BTreeSet<(i64, u32)>>,
}

impl ShelfState {
    pub(super) fn new(market: Option<usize>, rule: &'static Shelf, collections: usize) -> Self {
        let books = vec![BTreeSet::new(); collections];
        Self { market, rule, listed: Vec::new(), idle: Vec::new(), books }
    }
}

impl World {
    /// The market of a shelf; `None` for accounts.
    pub(crate) fn market_of(&self, shelf: u8) -> Option<&'static crate::market::Market> {
        self.shelves[usize::from(shelf)].market.map(|at| self.markets[at])
    }

    pub(crate) fn custody(&self, shelf: u8) -> Custody {
        self.shelves[usize::from(shelf)].rule.custody
    }

    /// Puts a gift that stands in no list on a shelf, not for sale.
    pub(super) fn put(&mut self, gift: u32, shelf: u8) {
        let idle = &mut self.shelves[usize::from(shelf)].idle;
        idle.push(gift);
        let slot = u32::try_from(idle.len() - 1).unwrap_or(u32::MAX);
        let entry = &mut self.gifts[gift as usize];
        entry.shelf = shelf;
        entry.slot = slot;
    }

    fn take(&mut self, gift: u32) {
        let entry = &self.gifts[gift as usize];
        let (shelf, slot, listed) = (usize::from(entry.shelf), entry.slot, entry.lot.is_some());
        let list = if listed { &mut self.shelves[shelf].listed } else { &mut self.shelves[shelf].idle };
        list.swap_remove(slot as usize);
        if let Some(moved) = list.get(slot as usize) {
            self.gifts[*moved as usize].slot = slot;
        }
    }

    /// Moves a gift that is not for sale to another shelf.
    pub(super) fn move_idle(&mut self, gift: u32, shelf: u8) {
        debug_assert!(self.lot(gift).is_none());
        self.take(gift);
        self.put(gift, shelf);
    }

    /// Opens a lot of a gift that has none.
    pub(super) fn open(&mut self, gift: u32, lot: Lot) {
        debug_assert!(self.lot(gift).is_none());
        self.take(gift);
        let place = self.free_lots.pop().unwrap_or(u32::try_from(self.lots.len()).unwrap_or(u32::MAX));
        let key = lot.key();
        match self.lots.get_mut(place as usize) {
            Some(free) => *free = lot,
            None => self.lots.push(lot),
        }
        let entry = &mut self.gifts[gift as usize];
        entry.lot = NonZeroU32::new(place + 1);
        let shelf = &mut self.shelves[usize::from(entry.shelf)];
        shelf.listed.push(gift);
        entry.slot = u32::try_from(shelf.listed.len() - 1).unwrap_or(u32::MAX);
        shelf.books[usize::from(entry.collection)].insert((key, gift));
    }

    /// Closes the open lot of a gift; the gift stays on its shelf.
    pub(super) fn close(&mut self, gift: u32) -> Option<Lot> {
        let place = self.gifts[gift as usize].lot?.get() - 1;
        let lot = self.lots[place as usize].clone();
        self.take(gift);
        self.free_lots.push(place);
        let entry = &mut self.gifts[gift as usize];
        entry.lot = None;
        let (shelf, collection) = (entry.shelf, usize::from(entry.collection));
        self.shelves[usize::from(shelf)].books[collection].remove(&(lot.key(), gift));
        self.put(gift, shelf);
        Some(lot)
    }

    /// Notes the highest bid of an open auction.
    pub(super) fn place_bid(&mut self, gift: u32, bid: Bid) {
        let Some(place) = self.gifts[gift as usize].lot else { return };
        self.lots[place.get() as usize - 1].bid = Some(Box::new(bid));
    }

    /// Changes the amount of an open lot and its version.
    pub(super) fn reprice(&mut self, gift: u32, amount: i64) -> Option<&Lot> {
        let entry = &self.gifts[gift as usize];
        let place = entry.lot?.get() - 1;
        let lot = &mut self.lots[place as usize];
        let book = &mut self.shelves[usize::from(entry.shelf)].books[usize::from(entry.collection)];
        book.remove(&(lot.key(), gift));
        lot.amount = amount;
        lot.version += 1;
        book.insert((lot.key(), gift));
        Some(lot)
    }
}
