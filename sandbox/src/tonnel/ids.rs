//! Tonnel's numbers of gifts and stickers. They follow from the gift and can be read back, so that nothing need be stored.

use crate::{random::mix, world::World};

/// The lowest number: the recorded ones of 2025 are around five million.
const FIRST: i64 = 1_000_000;
/// A gift is given into custody at most so often before its numbers repeat.
const DEPOSITS: i64 = 256;
/// The recorded ids of stickers lie above 5.28 times 10^18.
const STICKER_FIRST: u64 = 5_200_000_000_000_000_000;
const STICKER_SPAN: u64 = 200_000_000_000_000_000;

/// The number of a gift since it was given into custody so many times.
pub(super) fn gift_id(gift: u32, deposits: u8) -> i64 {
    FIRST + i64::from(gift) * DEPOSITS + i64::from(deposits)
}

/// The gift that has this number now.
pub(super) fn gift_of(world: &World, id: i64) -> Option<u32> {
    let gift = u32::try_from(id.checked_sub(FIRST)?.div_euclid(DEPOSITS)).ok()?;
    let entry = world.gifts.get(gift as usize)?;
    (gift_id(gift, entry.deposits) == id).then_some(gift)
}

/// Telegram's id of a model's sticker.
pub(super) fn sticker(collection: u8, model: u16) -> u64 {
    STICKER_FIRST + mix(u64::from(collection) << 16 | u64::from(model)) % STICKER_SPAN
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MARKETS, testing::EPOCH_US};

    #[test]
    fn ids_lead_back() {
        let world = World::make(3, 500, EPOCH_US, MARKETS);
        for gift in [0, 7, 499] {
            let deposits = world.gifts[gift as usize].deposits;
            assert_eq!(gift_of(&world, gift_id(gift, deposits)), Some(gift));
            assert_eq!(gift_of(&world, gift_id(gift, deposits + 1)), None);
        }
        for nobody in [i64::MIN, -1, 0, FIRST - 1, gift_id(500, 1), i64::MAX] {
            assert_eq!(gift_of(&world, nobody), None, "{nobody}");
        }
        assert!(sticker(1, 2) > 1 << 53 && sticker(1, 2) != sticker(2, 1));
    }
}
