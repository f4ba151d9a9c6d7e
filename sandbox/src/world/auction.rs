//! The terms of an auction that no bid changes. They follow from the seed and the moment at which it began.

use super::{Lot, World};
use crate::random::{Draw, For};

/// When an auction ends, whatever is bid: from some minutes to three days after its beginning, or after the world's.
pub(crate) fn auction_end_us(world: &World, lot: &Lot) -> i64 {
    let mut draw = Draw::of(world.seed, For::Lot, lot.listed_us as u64, u64::MAX);
    let end_us = lot.listed_us.max(world.epoch_us) + draw.between(900, 3 * 86_400) * 1_000_000;
    end_us / 1_000_000 * 1_000_000
}

/// The price that ends an auction at once, which half of them have.
pub(crate) fn auction_most(world: &World, lot: &Lot) -> Option<i64> {
    let mut draw = Draw::of(world.seed, For::Lot, lot.listed_us as u64, u64::MAX - 1);
    draw.chance(500).then(|| lot.amount.saturating_mul(3))
}
