//! MRKT's ids: uuids of lots and events, cursors that look like uuids, and the 64-bit id of the collectible. They follow
//! from the seed and can be read back, so that nothing need be stored.

use uuid::{Builder, Uuid};

use crate::{
    random::{Draw, For, mix},
    world::World,
};

/// The recorded ids of collectibles lie between 5.81 and 5.92 times 10^18: beyond 2^53.
const COLLECTIBLE_FIRST: i64 = 5_800_000_000_000_000_000;
/// Makes a cursor look like any uuid.
const VEIL: u128 = u128::MAX / 3;
/// A prime, so that ids look unrelated.
const COLLECTIBLE_STRIDE: i64 = 100_000_000_003;

#[derive(Clone, Copy)]
enum What {
    Lot = 1,
    Event = 2,
}

fn make(seed: u64, what: What, number: u32, more: u64) -> Uuid {
    let mut draw = Draw::of(mix(seed ^ what as u64), For::Lot, u64::from(number), more);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&draw.bytes()[..16]);
    bytes[..4].copy_from_slice(&(number ^ mask(seed, what)).to_be_bytes());
    Builder::from_random_bytes(bytes).into_uuid()
}

fn mask(seed: u64, what: What) -> u32 {
    mix(seed.wrapping_mul(3).wrapping_add(what as u64)) as u32
}

fn number(seed: u64, what: What, id: Uuid) -> u32 {
    let [a, b, c, d, ..] = *id.as_bytes();
    u32::from_be_bytes([a, b, c, d]) ^ mask(seed, what)
}

/// Id of the lot that a gift is since it was given into custody so many times.
pub(super) fn lot(world: &World, gift: u32, deposits: u8) -> Uuid {
    make(world.seed, What::Lot, gift, u64::from(deposits))
}

/// The gift whose present lot has this id.
pub(super) fn gift_of_lot(world: &World, id: Uuid) -> Option<u32> {
    let gift = number(world.seed, What::Lot, id);
    let entry = world.gifts.get(gift as usize)?;
    (lot(world, gift, entry.deposits) == id).then_some(gift)
}

/// Id of an event, by its place in the history.
pub(super) fn event(world: &World, sequence: u64) -> Uuid {
    make(world.seed, What::Event, sequence as u32, sequence >> 32)
}

/// Place in the history of the event with this id.
pub(super) fn sequence_of_event(world: &World, id: Uuid) -> Option<u64> {
    let sequence = u64::from(number(world.seed, What::Event, id));
    (event(world, sequence) == id).then_some(sequence)
}

/// Telegram's id of the collectible.
pub(super) fn collectible(world: &World, gift: u32) -> i64 {
    let mut draw = Draw::of(world.seed, For::Lot, u64::from(gift), u64::MAX);
    COLLECTIBLE_FIRST + i64::from(gift) * COLLECTIBLE_STRIDE + draw.between(0, COLLECTIBLE_STRIDE - 1)
}

/// Where a page of listings ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cursor {
    /// Price in nanoton, number, or how many were shown.
    pub(super) key: i64,
    pub(super) gift: u32,
}

impl Cursor {
    pub(super) fn write(self) -> String {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.key.to_be_bytes());
        bytes[8..12].copy_from_slice(&self.gift.to_be_bytes());
        bytes[12..].copy_from_slice(&self.check().to_be_bytes());
        Uuid::from_u128(u128::from_be_bytes(bytes) ^ VEIL).to_string()
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        let bytes = (Uuid::try_parse(text).ok()?.as_u128() ^ VEIL).to_be_bytes();
        let (key, rest) = bytes.split_at(8);
        let (gift, check) = rest.split_at(4);
        let cursor = Self {
            key: i64::from_be_bytes(key.try_into().ok()?),
            gift: u32::from_be_bytes(gift.try_into().ok()?),
        };
        (cursor.check().to_be_bytes() == check).then_some(cursor)
    }

    fn check(self) -> u32 {
        mix(self.key as u64 ^ mix(u64::from(self.gift))) as u32
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{MARKETS, testing::EPOCH_US};

    #[test]
    fn ids_lead_back() {
        let world = World::make(3, 500, EPOCH_US, MARKETS);
        let mut collectibles: Vec<i64> = (0..500).map(|gift| collectible(&world, gift)).collect();
        for gift in [0, 7, 499] {
            let deposits = world.gifts[gift as usize].deposits;
            assert_eq!(gift_of_lot(&world, lot(&world, gift, deposits)), Some(gift));
            assert_eq!(gift_of_lot(&world, lot(&world, gift, deposits + 1)), None);
            assert_eq!(lot(&world, gift, deposits).get_version_num(), 4);
        }
        for sequence in [0, 1, 123_456] {
            assert_eq!(sequence_of_event(&world, event(&world, sequence)), Some(sequence));
        }
        assert_eq!(gift_of_lot(&world, Uuid::nil()), None);
        collectibles.dedup();
        assert!(collectibles.len() == 500 && collectibles.iter().all(|id| *id > 1 << 53));
    }

    proptest! {
        #[test]
        fn a_cursor_reads_back(key: i64, gift: u32) {
            let cursor = Cursor { key, gift };
            prop_assert_eq!(Cursor::read(&cursor.write()), Some(cursor));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}") { let _ = Cursor::read(&text); }

        #[test]
        fn no_uuid_but_ours_is_a_cursor(id: u128) {
            prop_assert_eq!(Cursor::read(&Uuid::from_u128(id).to_string()), None);
        }
    }
}
