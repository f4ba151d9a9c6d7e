//! The thirty days before the epoch: sales, exports and the listings that are still open, so that a history can be read
//! backwards on the first day.

use super::{Happening, Kind, Lot, NOBODY, World, price};
use crate::{
    market::{Coin, Way},
    random::{Draw, For},
};

const SECOND_US: i64 = 1_000_000;
const HOUR_US: i64 = 3_600 * SECOND_US;
const DAY_US: i64 = 24 * HOUR_US;
/// How far the past reaches.
const REACH_US: i64 = 30 * DAY_US;

/// Happenings being gathered, one list per market.
pub(super) struct Past {
    seed: u64,
    epoch_us: i64,
    happenings: Vec<Vec<Happening>>,
    /// When the gift made last was free to be listed again.
    free_us: i64,
}

impl Past {
    pub(super) fn new(seed: u64, epoch_us: i64, markets: usize) -> Self {
        Self { seed, epoch_us, happenings: vec![Vec::new(); markets], free_us: epoch_us - REACH_US }
    }

    /// Gives a gift that was just put on a shelf its past: three in ten were sold there, one in seven on chain was
    /// exported not long ago.
    pub(super) fn live(&mut self, world: &mut World, gift: u32, draw: &mut Draw) {
        self.free_us = self.epoch_us - REACH_US;
        let shelf = usize::from(world.gifts[gift as usize].shelf);
        let held_us = self.free_us - draw.between(0, 60) * DAY_US;
        let (Some(market), rule) = (world.shelves[shelf].market, world.shelves[shelf].rule) else {
            hold(world, gift, held_us);
            return;
        };
        let owner = world.gifts[gift as usize].owner;
        if rule.tells_moves && draw.chance(150) {
            let at_us = self.free_us + draw.between(0, 10 * 24) * HOUR_US;
            self.tell(
                world,
                market,
                gift,
                at_us,
                Kind::Exported,
                (Way::Fixed, Coin::Ton, 0),
                (NOBODY, owner),
            );
            self.free_us = at_us + HOUR_US;
        }
        if draw.chance(300) {
            let seller = (owner + 1 + draw.below(u64::from(world.people) - 1) as u32) % world.people;
            let sold_us = self.free_us + draw.between(2 * HOUR_US, (self.epoch_us - self.free_us) * 95 / 100);
            let ago = draw.between(5 * 60 * SECOND_US, (sold_us - self.free_us).min(2 * DAY_US));
            let level = self.level(usize::from(world.gifts[gift as usize].collection), sold_us);
            let paid = world.worth(gift) / 1_000 * level / 1_000 * draw.between(950, 1_150);
            let terms = (self.way(world, shelf, gift), Coin::Ton, price::typed(Coin::Ton, paid));
            self.tell(world, market, gift, sold_us - ago, Kind::Listed, terms, (seller, NOBODY));
            self.tell(world, market, gift, sold_us, Kind::Sold, terms, (seller, owner));
            self.free_us = sold_us;
        }
        hold(world, gift, held_us.max(self.free_us));
    }

    /// Opens a lot whose listing lies between the gift's last sale and the epoch, more likely late than early.
    pub(super) fn list(&mut self, world: &mut World, gift: u32, lot: Lot, draw: &mut Draw) {
        let market = world.shelves[usize::from(world.gifts[gift as usize].shelf)].market;
        let span = self.epoch_us - 30 * SECOND_US - self.free_us - SECOND_US;
        let ago = span / 1_000 * draw.between(0, 1_000) / 1_000 * draw.between(0, 1_000);
        let listed_us = self.epoch_us - 30 * SECOND_US - ago;
        let kind = if lot.way == Way::Auction { Kind::AuctionStarted } else { Kind::Listed };
        let owner = world.gifts[gift as usize].owner;
        let terms = (lot.way, lot.coin, lot.amount);
        if let Some(market) = market {
            self.tell(world, market, gift, listed_us, kind, terms, (owner, NOBODY));
        }
        world.open(gift, Lot { listed_us, ..lot });
    }

    #[expect(clippy::too_many_arguments, reason = "one flat row")]
    fn tell(
        &mut self,
        world: &World,
        market: usize,
        gift: u32,
        at_us: i64,
        kind: Kind,
        (way, coin, amount): (Way, Coin, i64),
        (from, to): (u32, u32),
    ) {
        let entry = &world.gifts[gift as usize];
        let (shelf, deposits) = (entry.shelf, entry.deposits);
        self.happenings[market].push(Happening {
            at_us,
            amount,
            gift,
            from,
            to,
            kind,
            way,
            coin,
            shelf,
            deposits,
        });
    }

    /// How a gift was sold in the past: the shelf's ways in TON at a fixed price, by their shares.
    fn way(&self, world: &World, shelf: usize, gift: u32) -> Way {
        let ways = world.shelves[shelf].rule.ways.iter();
        let fixed = ways.filter(|(way, coin, _)| *way != Way::Auction && *coin == Coin::Ton);
        let whole = fixed.clone().map(|(_, _, share)| u64::from(*share)).sum();
        let mut at = Draw::of(self.seed, For::Past, u64::from(gift), u64::MAX).below(whole);
        for (way, _, share) in fixed {
            match at.checked_sub(u64::from(*share)) {
                Some(rest) => at = rest,
                None => return *way,
            }
        }
        Way::Fixed
    }

    /// The collection's price level at a time of the past, per mille: a slow wave that ends at 1000.
    fn level(&self, collection: usize, at_us: i64) -> i64 {
        let knot = |day: i64| {
            if day <= 0 {
                return 1_000;
            }
            Draw::of(self.seed, For::Past, collection as u64, (day / 3) as u64).between(850, 1_200)
        };
        let ago_us = self.epoch_us - at_us;
        let (day, rest_us) = (ago_us / DAY_US, ago_us % DAY_US);
        let (near, far) = (knot(day), knot(day + 1));
        near + (far - near) * (rest_us / SECOND_US) / (DAY_US / SECOND_US)
    }

    /// Orders what was gathered, spreads equal times, and writes the histories and the lots' listing times.
    pub(super) fn settle(self, world: &mut World) {
        for (market, mut happenings) in self.happenings.into_iter().enumerate() {
            happenings
                .sort_unstable_by_key(|happening| (happening.at_us, happening.gift, happening.kind as u8));
            for happening in happenings {
                let (gift, asked_us, kind) = (happening.gift, happening.at_us, happening.kind);
                let kept_us = world.histories[market].push(happening);
                if !matches!(kind, Kind::Listed | Kind::AuctionStarted) {
                    continue;
                }
                let Some(place) = world.gifts[gift as usize].lot else { continue };
                let lot = &mut world.lots[place.get() as usize - 1];
                if lot.listed_us == asked_us {
                    lot.listed_us = kept_us;
                }
            }
        }
    }
}

fn hold(world: &mut World, gift: u32, since_us: i64) {
    world.gifts[gift as usize].held_since_s = u32::try_from(since_us / SECOND_US).unwrap_or(0);
}
