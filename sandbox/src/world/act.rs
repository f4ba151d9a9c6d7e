//! The traders. Owns what one step does; which one it is follows from the seed and the step's number alone, never from
//! the clock.

use domain::Custody;

use super::{ACCOUNTS, Bid, Happening, Kind, Lot, NOBODY, TELEGRAM, World, price, shelf::ShelfState};
use crate::{
    market::{Coin, Way},
    random::{Draw, For},
};

/// The terms of what is told without being a trade.
const NO_TRADE: (Way, Coin, i64) = (Way::Fixed, Coin::Ton, 0);

impl World {
    /// One action of one trader at this time. Some steps find nothing to do; they count too.
    pub(crate) fn act(&mut self, at_us: i64) {
        let mut draw = Draw::of(self.seed, For::Step, self.step, 0);
        self.act_offers(self.step, at_us);
        self.step += 1;
        self.now_us = self.now_us.max(at_us);
        let Some(shelf) = self.busy_shelf(&mut draw) else { return };
        let state = &self.shelves[usize::from(shelf)];
        let listed = state.listed.len() as u64;
        let aim = (listed + state.idle.len() as u64) * u64::from(state.rule.listed_per_mille) / 1_000;
        // Traders list more while the shelf is emptier than usual, and less while it is fuller.
        let list = if listed < aim { 430 } else { 210 };
        let mut at = draw.below(1_000);
        for (share, action) in [
            (list, Self::act_list as fn(&mut Self, u8, i64, &mut Draw)),
            (260, Self::act_reprice),
            (190, Self::act_buy),
            (100, Self::act_cancel),
        ] {
            if at < share {
                return action(self, shelf, at_us, &mut draw);
            }
            at -= share;
        }
        self.act_move(shelf, at_us, &mut draw);
    }

    /// A shelf of some market, the more likely the more is for sale there.
    fn busy_shelf(&self, draw: &mut Draw) -> Option<u8> {
        let weight = |shelf: &ShelfState| {
            if shelf.market.is_some() { shelf.listed.len() as u64 + 1 } else { 0 }
        };
        let mut at = draw.below(self.shelves.iter().map(weight).sum());
        for (place, shelf) in self.shelves.iter().enumerate() {
            if at < weight(shelf) {
                return u8::try_from(place).ok();
            }
            at -= weight(shelf);
        }
        None
    }

    fn act_list(&mut self, shelf: u8, at_us: i64, draw: &mut Draw) {
        let Some(gift) = pick(&self.shelves[usize::from(shelf)].idle, draw) else { return };
        let lot = self.new_lot(gift, draw);
        self.list(gift, lot, at_us);
    }

    /// Opens a lot and tells it.
    fn list(&mut self, gift: u32, lot: Lot, at_us: i64) {
        let kind = if lot.way == Way::Auction { Kind::AuctionStarted } else { Kind::Listed };
        let owner = self.gifts[gift as usize].owner;
        let listed_us =
            self.tell(gift, at_us, kind, (lot.way, lot.coin, lot.amount), (owner, NOBODY)).unwrap_or(at_us);
        self.open(gift, Lot { listed_us, ..lot });
    }

    /// Puts a gift up for sale at its owner's wish; `None` when it is not theirs, not there, or already for sale.
    pub(crate) fn list_by_hand(&mut self, owner: u32, gift: u32, amount: i64, at_us: i64) -> Option<()> {
        let entry = self.gifts.get(gift as usize)?;
        let free = entry.owner == owner && entry.lot.is_none() && entry.shelf != ACCOUNTS;
        free.then(|| {
            self.now_us = self.now_us.max(at_us);
            let mut draw = Draw::of(self.seed, For::Lot, u64::from(gift), self.step);
            let lot = Lot { amount, way: Way::Fixed, coin: Coin::Ton, ..self.new_lot(gift, &mut draw) };
            self.list(gift, lot, at_us);
        })
    }

    /// Takes a gift that is for sale on a shelf back from there, exports it, and puts it up on the chain at a price in nanoton: what an owner
    /// does who moves. Returns the gift; `None` when nothing is for sale there whose collection has an address.
    pub(crate) fn export_by_hand(&mut self, from: u8, chain: u8, amount: i64, at_us: i64) -> Option<u32> {
        let listed = self.shelves[usize::from(from)].listed.iter().copied();
        let gift = listed.clone().find(|gift| self.collection(*gift).address.is_some())?;
        self.now_us = self.now_us.max(at_us);
        let lot = self.close(gift)?;
        let owner = self.gifts[gift as usize].owner;
        self.tell(gift, at_us, Kind::Cancelled, (lot.way, lot.coin, lot.amount), (owner, NOBODY));
        self.move_idle(gift, ACCOUNTS);
        self.move_idle(gift, chain);
        self.note_exported(gift);
        let entry = &mut self.gifts[gift as usize];
        entry.deposits = entry.deposits.wrapping_add(1);
        self.tell(gift, at_us, Kind::Exported, NO_TRADE, (NOBODY, owner));
        self.list_by_hand(owner, gift, amount, at_us)?;
        Some(gift)
    }

    fn act_reprice(&mut self, shelf: u8, at_us: i64, draw: &mut Draw) {
        let Some(gift) = pick(&self.shelves[usize::from(shelf)].listed, draw) else { return };
        let Some(lot) = self.lot(gift).cloned() else { return };
        if lot.way == Way::Auction {
            return self.bid(gift, &lot, at_us, draw);
        }
        // Mostly a step down towards the worth, at times a fresh thought.
        let wish = if draw.chance(800) {
            let lower = draw.between(10, 80);
            price::round(lot.coin, lot.amount / 1_000 * (1_000 - lower))
        } else {
            price::typed(lot.coin, self.asking(gift, draw))
        };
        let least = price::typed(lot.coin, self.worth(gift) / 1_000 * 920);
        let amount = wish.max(least);
        if amount == lot.amount {
            return;
        }
        self.reprice(gift, amount);
        let owner = self.gifts[gift as usize].owner;
        self.tell(gift, at_us, Kind::Repriced, (lot.way, lot.coin, amount), (owner, NOBODY));
    }

    /// Somebody bids the least that is taken; the next bid must be a twentieth higher.
    fn bid(&mut self, gift: u32, lot: &Lot, at_us: i64, draw: &mut Draw) {
        let bidder = draw.below(u64::from(self.people)) as u32;
        if bidder == self.gifts[gift as usize].owner {
            return;
        }
        let next = price::round(lot.coin, lot.amount / 1_000 * 1_050).max(lot.amount + 10_000_000);
        self.reprice(gift, next);
        self.place_bid(gift, Bid { amount: lot.amount, bidder, at_us });
    }

    fn act_buy(&mut self, shelf: u8, at_us: i64, draw: &mut Draw) {
        // Of a few lots seen, the one that is cheapest against its worth.
        let seen: Vec<u32> =
            (0..5).filter_map(|_| pick(&self.shelves[usize::from(shelf)].listed, draw)).collect();
        let bargain = seen.into_iter().min_by_key(|gift| {
            let key = self.lot(*gift).map_or(i64::MAX, Lot::key);
            (i128::from(key) * 1_000 / i128::from(self.worth(*gift).max(1)), *gift)
        });
        let Some(gift) = bargain else { return };
        let Some(lot) = self.close(gift) else { return };
        let seller = self.gifts[gift as usize].owner;
        let mut buyer = draw.below(u64::from(self.people)) as u32;
        if buyer == seller {
            buyer = (buyer + 1) % self.people;
        }
        // An auction goes to its highest bid; without one, to the first that is made.
        let (amount, buyer) = lot.bid.map_or((lot.amount, buyer), |bid| (bid.amount, bid.bidder));
        self.tell(gift, at_us, Kind::Sold, (lot.way, lot.coin, amount), (seller, buyer));
        let entry = &mut self.gifts[gift as usize];
        entry.owner = buyer;
        entry.sales = entry.sales.saturating_add(1);
        entry.held_since_s = u32::try_from(at_us / 1_000_000).unwrap_or(0);
        let collection = usize::from(entry.collection);
        self.warm(collection, draw);
    }

    fn act_cancel(&mut self, shelf: u8, at_us: i64, draw: &mut Draw) {
        let Some(gift) = pick(&self.shelves[usize::from(shelf)].listed, draw) else { return };
        let Some(lot) = self.close(gift) else { return };
        let kind = if lot.way == Way::Auction { Kind::AuctionCancelled } else { Kind::Cancelled };
        let owner = self.gifts[gift as usize].owner;
        self.tell(gift, at_us, kind, (lot.way, lot.coin, lot.amount), (owner, NOBODY));
    }

    /// Into custody and out of it, from one wallet to another, or between accounts and the chain.
    fn act_move(&mut self, shelf: u8, at_us: i64, draw: &mut Draw) {
        let rule = self.shelves[usize::from(shelf)].rule;
        if rule.custody == Custody::Chain && draw.chance(700) {
            return self.act_transfer(shelf, at_us, draw);
        }
        let here =
            self.shelves[usize::from(shelf)].listed.len() + self.shelves[usize::from(shelf)].idle.len();
        let aim = self.gifts.len() * usize::from(rule.gifts_per_mille) / 1_000;
        let inwards = here < aim || (here == aim && draw.chance(500));
        let from = if inwards { ACCOUNTS } else { shelf };
        let Some(gift) = pick(&self.shelves[usize::from(from)].idle, draw) else { return };
        let owner = self.gifts[gift as usize].owner;
        if !inwards {
            // What was exported goes back into Telegram through Telegram's own wallet.
            if rule.tells_moves {
                self.tell(gift, at_us, Kind::Transferred, NO_TRADE, (owner, TELEGRAM));
            }
            return self.move_idle(gift, ACCOUNTS);
        }
        self.move_idle(gift, shelf);
        let again = self.gifts[gift as usize].was_exported;
        self.note_exported(gift);
        let entry = &mut self.gifts[gift as usize];
        entry.deposits = entry.deposits.wrapping_add(1);
        if rule.tells_moves {
            let (kind, from) = if again { (Kind::Transferred, TELEGRAM) } else { (Kind::Exported, NOBODY) };
            self.tell(gift, at_us, kind, NO_TRADE, (from, owner));
        }
    }

    fn act_transfer(&mut self, shelf: u8, at_us: i64, draw: &mut Draw) {
        let Some(gift) = pick(&self.shelves[usize::from(shelf)].idle, draw) else { return };
        let from = self.gifts[gift as usize].owner;
        let to = draw.below(u64::from(self.people)) as u32;
        if from == to {
            return;
        }
        self.gifts[gift as usize].owner = to;
        if self.shelves[usize::from(shelf)].rule.tells_moves {
            self.tell(gift, at_us, Kind::Transferred, NO_TRADE, (from, to));
        }
    }

    /// Writes into the history of the market on whose shelf the gift lies. Returns the time kept.
    fn tell(
        &mut self,
        gift: u32,
        at_us: i64,
        kind: Kind,
        (way, coin, amount): (Way, Coin, i64),
        (from, to): (u32, u32),
    ) -> Option<i64> {
        let entry = &self.gifts[gift as usize];
        let (shelf, deposits) = (entry.shelf, entry.deposits);
        let market = self.shelves[usize::from(shelf)].market?;
        let happening = Happening { at_us, amount, gift, from, to, kind, way, coin, shelf, deposits };
        Some(self.histories[market].push(happening))
    }
}

fn pick(list: &[u32], draw: &mut Draw) -> Option<u32> {
    list.get(draw.index(list.len())).copied()
}
