//! Makes a world from a seed: distributes the gifts over the collections, draws their attributes by rarity, puts them on
//! shelves, and gives them a past.

use std::ops::Range;

use domain::Custody;

use super::{ACCOUNTS, Gift, History, Lot, World, exported::Exported, past::Past, price, shelf::ShelfState};
use crate::{
    catalog::{Catalog, Collection},
    market::{Market, Shelf},
    random::{Draw, For},
};

static ACCOUNT_SHELF: Shelf = Shelf {
    custody: Custody::Account,
    gifts_per_mille: 0,
    listed_per_mille: 0,
    ways: &[],
    fees: &[],
    tells_moves: false,
};

impl World {
    /// A world as it stands at its epoch, with a past of thirty days.
    pub(crate) fn make(seed: u64, gifts: u32, epoch_us: i64, markets: &'static [&'static Market]) -> Self {
        let catalog = Catalog::get();
        let mut shelves = vec![ShelfState::new(None, &ACCOUNT_SHELF, catalog.collections.len())];
        for (at, market) in markets.iter().enumerate() {
            let states = market.shelves.iter();
            shelves.extend(states.map(|rule| ShelfState::new(Some(at), rule, catalog.collections.len())));
        }
        let mut world = Self {
            seed,
            epoch_us,
            catalog,
            gifts: Vec::with_capacity(gifts as usize),
            ranges: Vec::with_capacity(catalog.collections.len()),
            shelves,
            lots: Vec::new(),
            free_lots: Vec::new(),
            heat: vec![1_000; catalog.collections.len()],
            exported: Exported::default(),
            histories: markets.iter().map(|_| History::default()).collect(),
            offers: super::offers::Offers::default(),
            step: 0,
            people: super::people_of(gifts),
            now_us: epoch_us,
            markets,
        };
        let shares = shares(&catalog.collections[..catalog.peopled], gifts);
        let mut past = Past::new(seed, epoch_us, markets.len());
        for at in 0..catalog.collections.len() {
            let count = shares.get(at).copied().unwrap_or(0);
            let start = world.gifts.len() as u32;
            world.ranges.push(Range { start, end: start + count });
            world.make_collection(at, count, &mut past);
        }
        past.settle(&mut world);
        world.make_offers();
        world
    }

    fn make_collection(&mut self, at: usize, count: u32, past: &mut Past) {
        let collection = &self.catalog.collections[at];
        for place in 0..count {
            let index = self.gifts.len() as u32;
            let mut draw = Draw::of(self.seed, For::Gift, u64::from(index), 0);
            let gift = self.make_gift(at, collection, (place, count), &mut draw);
            self.gifts.push(gift);
            let shelf = self.choose_shelf(&mut draw);
            self.put(index, shelf);
            self.note_exported(index);
            past.live(self, index, &mut draw);
            let aim = u32::from(self.shelves[usize::from(shelf)].rule.listed_per_mille);
            if draw.chance(aim) {
                let lot = self.new_lot(index, &mut draw);
                past.list(self, index, lot, &mut draw);
            }
        }
    }

    fn make_gift(
        &self,
        at: usize,
        collection: &Collection,
        (place, count): (u32, u32),
        draw: &mut Draw,
    ) -> Gift {
        // Numbers rise with the place and lie anywhere in their part of the supply.
        let supply = u64::from(collection.supply.max(count));
        let low = supply * u64::from(place) / u64::from(count);
        let high = supply * u64::from(place + 1) / u64::from(count);
        let number = low + 1 + draw.below(high - low);
        Gift {
            number: u32::try_from(number).unwrap_or(u32::MAX),
            owner: draw.below(u64::from(self.people)) as u32,
            slot: 0,
            lot: None,
            held_since_s: 0,
            model: collection.models.draw(draw) as u16,
            symbol: collection.symbols.draw(draw) as u16,
            backdrop: collection.backdrops.draw(draw) as u16,
            collection: u8::try_from(at).unwrap_or(u8::MAX),
            shelf: ACCOUNTS,
            deposits: 1,
            was_exported: false,
            sales: draw.below(4) as u8,
        }
    }

    fn choose_shelf(&self, draw: &mut Draw) -> u8 {
        let mut at = draw.below(1_000);
        for (place, shelf) in self.shelves.iter().enumerate() {
            let share = u64::from(shelf.rule.gifts_per_mille);
            if at < share {
                return u8::try_from(place).unwrap_or(ACCOUNTS);
            }
            at -= share;
        }
        ACCOUNTS
    }

    /// A lot that the gift's owner would open on the shelf where it lies.
    pub(super) fn new_lot(&self, gift: u32, draw: &mut Draw) -> Lot {
        let rule = self.shelves[usize::from(self.gifts[gift as usize].shelf)].rule;
        let mut at = draw.below(1_000);
        let share = |share: u16, at: &mut u64| {
            let hit = *at < u64::from(share);
            *at = at.saturating_sub(u64::from(share));
            hit
        };
        let chosen = rule.ways.iter().find(|(_, _, per_mille)| share(*per_mille, &mut at));
        let (way, coin, _) = *chosen.or(rule.ways.first()).expect("a shelf that sells says how");
        let mut at = draw.below(1_000);
        let fees = rule.fees.iter().find(|(_, _, per_mille)| share(*per_mille, &mut at));
        let (fee_bps, royalty_bps, _) = fees.copied().unwrap_or((0, 0, 0));
        let amount = price::typed(coin, self.asking(gift, draw));
        let version = draw.below(1_000_000) as u32;
        Lot { amount, listed_us: 0, way, coin, fee_bps, royalty_bps, version, bid: None }
    }
}

/// How many gifts each collection gets: by its supply, at least one each while they last.
fn shares(collections: &[Collection], gifts: u32) -> Vec<u32> {
    let whole: u64 = collections.iter().map(|collection| u64::from(collection.supply)).sum();
    let least = u32::from(gifts as usize >= collections.len());
    let mut shares: Vec<u32> = collections
        .iter()
        .map(|collection| {
            let share = u64::from(gifts) * u64::from(collection.supply) / whole.max(1);
            u32::try_from(share).unwrap_or(0).max(least)
        })
        .collect();
    // What rounding took or gave goes to the largest collections, one each in turn.
    let mut order: Vec<usize> = (0..collections.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(collections[*at].supply));
    let mut sum: u64 = shares.iter().map(|share| u64::from(*share)).sum();
    for at in order.into_iter().cycle() {
        match sum.cmp(&u64::from(gifts)) {
            std::cmp::Ordering::Less => (shares[at], sum) = (shares[at] + 1, sum + 1),
            std::cmp::Ordering::Greater if shares[at] > least => {
                (shares[at], sum) = (shares[at] - 1, sum - 1)
            }
            std::cmp::Ordering::Greater => {}
            std::cmp::Ordering::Equal => break,
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gift_is_given_out() {
        let catalog = Catalog::get();
        let collections = &catalog.collections[..catalog.peopled];
        for gifts in [0, 1, 62, 63, 100, 20_000, 1_000_000] {
            let shares = shares(collections, gifts);
            assert_eq!(shares.iter().sum::<u32>(), gifts);
            assert!(gifts < 63 || shares.iter().all(|share| *share > 0));
            assert!(shares.iter().zip(collections).all(|(share, of)| *share <= of.supply), "{gifts}");
        }
    }
}
