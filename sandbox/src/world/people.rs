//! People: a Telegram account and a wallet on TON each. Nothing is stored; everything follows from the seed and the
//! person's index, and the index can be read back from both.

use chain::Address;

use super::World;
use crate::random::{Draw, For};

/// No person.
pub(crate) const NOBODY: u32 = u32::MAX;

/// Telegram itself, whose wallet holds what went back from the chain into an account.
pub(crate) const TELEGRAM: u32 = u32::MAX - 1;

/// A person.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Person {
    pub(crate) index: u32,
    seed: u64,
}

const FIRST: [&str; 16] = [
    "Ada", "Boris", "Chloe", "Dmitri", "Elena", "Farid", "Grace", "Hugo", "Irina", "Jonas", "Kira", "Leo",
    "Mira", "Nikita", "Olga", "Pavel",
];
const NOUN: [&str; 16] = [
    "pepe", "tonner", "gem", "whale", "fox", "lantern", "comet", "otter", "pixel", "raven", "cobalt",
    "maple", "quill", "saffron", "tundra", "violet",
];
/// Telegram ids of the world's people begin here; beyond any id given out to a real account.
const TELEGRAM_ID_FIRST: u64 = 900_000_000_000;

/// How many people a world of so many gifts has.
pub(crate) fn people_of(gifts: u32) -> u32 {
    (gifts / 6).max(16)
}

/// A person of the world with this seed.
pub(crate) fn person(seed: u64, index: u32) -> Person {
    Person { index, seed }
}

impl World {
    pub(crate) fn person(&self, index: u32) -> Person {
        Person { index, seed: self.seed }
    }

    /// The person with this wallet.
    pub(crate) fn person_by_address(&self, address: &Address) -> Option<Person> {
        let [a, b, c, d, ..] = *address.account_id();
        let index = u32::from_be_bytes([a, b, c, d]) ^ mask(self.seed);
        let person = self.person(index);
        (index < self.people && person.address() == *address).then_some(person)
    }

    /// The person with this Telegram id.
    pub(crate) fn person_by_telegram(&self, id: u64) -> Option<Person> {
        let index = u32::try_from(id.checked_sub(TELEGRAM_ID_FIRST)?).ok()?;
        (index < self.people).then(|| self.person(index))
    }
}

fn mask(seed: u64) -> u32 {
    (Draw::of(seed, For::Person, u64::MAX, 0).next() >> 32) as u32
}

impl Person {
    fn draw(self) -> Draw {
        Draw::of(self.seed, For::Person, u64::from(self.index), 0)
    }

    /// Their wallet.
    pub(crate) fn address(self) -> Address {
        if self.index == TELEGRAM {
            return crate::onchain::telegram_wallet();
        }
        let mut id = self.draw().bytes();
        id[..4].copy_from_slice(&(self.index ^ mask(self.seed)).to_be_bytes());
        Address::new(0, id)
    }

    /// Their wallet as GetGems writes it.
    pub(crate) fn friendly(self) -> String {
        super::gift::friendly(&self.address())
    }

    pub(crate) fn telegram_id(self) -> u64 {
        TELEGRAM_ID_FIRST + u64::from(self.index)
    }

    pub(crate) fn first_name(self) -> &'static str {
        FIRST[self.draw().index(FIRST.len())]
    }

    pub(crate) fn username(self) -> String {
        let mut draw = self.draw();
        draw.next();
        format!("{}_{}", NOUN[draw.index(NOUN.len())], self.index)
    }
}
