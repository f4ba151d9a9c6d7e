//! Offers for any gift of a collection, on the markets that take such. What a step does to them follows from the seed and the
//! step's number alone, on a stream of its own.

use super::{World, price};
use crate::{
    market::Coin,
    random::{Draw, For},
};

const HOUR_US: i64 = 3_600_000_000;
/// As many stand per collection and market when the world begins, at most.
const FIRST_MAX: u64 = 3;
/// No more than this stand per collection and market.
const OPEN_MAX: usize = 6;

/// An offer that stands.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    /// Its number in the world, from 1; never given twice.
    pub(crate) id: u64,
    pub(crate) market: usize,
    pub(crate) collection: usize,
    pub(crate) maker: u32,
    /// What the maker pays for each gift, in nanoton.
    pub(crate) amount: i64,
    pub(crate) made_us: i64,
    pub(crate) changed_us: i64,
    pub(crate) expires_us: i64,
    /// For how many gifts.
    pub(crate) quantity: u32,
    /// How many of them it has got.
    pub(crate) taken: u32,
}

/// Offers that stand, oldest first.
#[derive(Debug, Default)]
pub(super) struct Offers {
    pub(super) open: Vec<Offer>,
    given: u64,
}

impl World {
    /// The offers that stand on a market for a collection, highest first.
    pub(crate) fn offers_for(&self, market: usize, collection: usize) -> Vec<&Offer> {
        let mut offers: Vec<&Offer> = self.offers_of(market).filter(|o| o.collection == collection).collect();
        offers.sort_by_key(|offer| (std::cmp::Reverse(offer.amount), offer.id));
        offers
    }

    /// Every offer that stands on a market, oldest first.
    pub(crate) fn offers_of(&self, market: usize) -> impl Iterator<Item = &Offer> {
        self.offers.open.iter().filter(move |offer| offer.market == market)
    }

    /// The offers that stand when the world begins.
    pub(super) fn make_offers(&mut self) {
        for market in self.offer_markets() {
            for collection in 0..self.catalog.peopled {
                let mut draw = Draw::of(self.seed, For::Offer, market as u64, collection as u64);
                for _ in 0..draw.below(FIRST_MAX + 1) {
                    let at_us = self.epoch_us - draw.between(1, 72) * HOUR_US;
                    self.make_offer(market, collection, at_us, &mut draw);
                }
            }
        }
    }

    /// What one step does to offers: mostly nothing.
    pub(super) fn act_offers(&mut self, step: u64, at_us: i64) {
        let mut draw = Draw::of(self.seed, For::Offer, step, u64::MAX);
        if !draw.chance(250) {
            return;
        }
        let markets = self.offer_markets();
        let Some(market) = markets.get(draw.index(markets.len())).copied() else { return };
        let collection = draw.index(self.catalog.peopled);
        let here: Vec<usize> = (0..self.offers.open.len())
            .filter(|at| {
                let offer = &self.offers.open[*at];
                offer.market == market && offer.collection == collection
            })
            .collect();
        let chosen = here.get(draw.index(here.len())).copied();
        match (draw.below(10), chosen) {
            (0..4, _) | (_, None) if here.len() < OPEN_MAX => {
                self.make_offer(market, collection, at_us, &mut draw);
            }
            (4..7, Some(at)) => {
                let offer = &mut self.offers.open[at];
                let raised = offer.amount / 1_000 * draw.between(1_010, 1_060);
                offer.amount = price::round(Coin::Ton, raised).max(offer.amount + 10_000_000);
                offer.changed_us = at_us;
            }
            (7, Some(at)) if self.offers.open[at].taken + 1 < self.offers.open[at].quantity => {
                self.offers.open[at].taken += 1;
                self.offers.open[at].changed_us = at_us;
            }
            (_, Some(at)) => {
                self.offers.open.remove(at);
            }
            (_, None) => {}
        }
    }

    fn offer_markets(&self) -> Vec<usize> {
        let takes = |at: &usize| self.markets[*at].takes_offers;
        (0..self.markets.len()).filter(takes).collect()
    }

    fn make_offer(&mut self, market: usize, collection: usize, at_us: i64, draw: &mut Draw) {
        let floor = self.catalog.collections[collection].floor_nanoton;
        let worth = floor / 1_000 * self.heat[collection] / 1_000 * draw.between(700, 960);
        self.offers.given += 1;
        self.offers.open.push(Offer {
            id: self.offers.given,
            market,
            collection,
            maker: draw.below(u64::from(self.people)) as u32,
            amount: price::typed(Coin::Ton, worth),
            made_us: at_us,
            changed_us: at_us,
            expires_us: at_us + draw.between(5 * 24, 7 * 24) * HOUR_US,
            quantity: draw.between(1, 5) as u32,
            taken: 0,
        });
    }
}
