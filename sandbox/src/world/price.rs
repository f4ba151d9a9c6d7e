//! What a gift is worth in this world: its collection's recorded floor, the collection's present level, its rarity. Only
//! integers; every price is what a person would type.

use super::World;
use crate::{catalog::Collection, market::Coin, random::Draw};

/// Dollars of one TON, in 10^-6, by which prices in the dollar jetton are asked. Near the rate that the sandbox serves.
const USDT_MICROS_PER_TON: i64 = 1_540_000;

/// Worth of a gift with these rarities, in nanoton, at a price level in per mille of the recorded floor.
pub(super) fn worth(collection: &Collection, rarities: [u16; 3], level_per_mille: i64) -> i64 {
    let [model, symbol, backdrop] = rarities.map(|per_mille| i64::from(per_mille.max(1)));
    // A model of 15 per mille adds 0.4 floors, one of 2 adds 3; backdrop and symbol weigh less.
    let rarity = 1_000 + 6_000 / model + 2_400 / backdrop + 800 / symbol;
    collection.floor_nanoton / 1_000 * rarity / 1_000 * level_per_mille
}

/// A typed price near a worth in nanoton: three digits or so, never 0.
pub(super) fn typed(coin: Coin, nanoton: i64) -> i64 {
    let amount = match coin {
        Coin::Ton => nanoton,
        Coin::Usdt => nanoton / 1_000_000 * (USDT_MICROS_PER_TON / 1_000),
    };
    round(coin, amount)
}

/// The typed price next to an amount in the smallest unit of its coin.
pub(super) fn round(coin: Coin, amount: i64) -> i64 {
    let one = 10_i64.pow(coin.decimals());
    let step = match amount / one {
        0..10 => one / 100,
        10..100 => one / 10,
        _ => one,
    };
    ((amount + step / 2) / step * step).max(step)
}

impl World {
    /// What a gift is worth now, in nanoton.
    pub(super) fn worth(&self, gift: u32) -> i64 {
        let view = self.view(gift);
        let rarities = [view.model(), view.symbol(), view.backdrop()].map(|t| t.per_mille);
        worth(view.collection, rarities, self.heat[usize::from(view.gift.collection)])
    }

    /// What its owner would ask, in nanoton: mostly near the worth, at times a dream.
    pub(super) fn asking(&self, gift: u32, draw: &mut Draw) -> i64 {
        let above = match draw.below(10) {
            0..4 => draw.between(-40, 60),
            4..8 => draw.between(60, 300),
            _ => draw.between(300, 2_000),
        };
        self.worth(gift) / 1_000 * (1_000 + above)
    }

    /// The collection's level wanders, and is drawn back to where the recorded floor was.
    pub(super) fn warm(&mut self, collection: usize, draw: &mut Draw) {
        let heat = &mut self.heat[collection];
        let home = (1_000 - *heat) / 100;
        *heat = (*heat + home + draw.between(-6, 6)).clamp(600, 1_600);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn people_type_round_prices() {
        for (coin, worth, typed_price) in [
            (Coin::Ton, 1_234_567_890, 1_230_000_000),
            (Coin::Ton, 12_345_678_900, 12_300_000_000),
            (Coin::Ton, 1_234_567_890_000, 1_235_000_000_000),
            (Coin::Ton, 1, 10_000_000),
            (Coin::Usdt, 10_000_000_000, 15_400_000),
        ] {
            assert_eq!(typed(coin, worth), typed_price, "{worth}");
        }
    }

    #[test]
    fn rarer_is_dearer_and_nothing_is_below_the_floor_at_level_1000() {
        let catalog = Catalog::get();
        let pepe = &catalog.collections[catalog.by_slug("plushpepe").unwrap()];
        let common = worth(pepe, [30, 10, 20], 1_000);
        let rare = worth(pepe, [2, 10, 20], 1_000);
        assert!(pepe.floor_nanoton < common && common < rare && rare < pepe.floor_nanoton * 8);
    }
}
