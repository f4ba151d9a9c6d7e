//! One gift and its open lot, as small as they can be: a million of them live in memory.

use std::num::NonZeroU32;

use chain::{Address, FriendlyFlags, gift::item_address};
use domain::Custody;

use super::{Dates, World};
use crate::{
    catalog::{Collection, Trait},
    market::{Coin, Way},
};

/// A gift. Attributes are places in the collection's lists.
#[derive(Debug, Clone)]
pub(crate) struct Gift {
    pub(crate) number: u32,
    pub(crate) owner: u32,
    /// Its place in its shelf's list of gifts for sale, or of those that are not.
    pub(super) slot: u32,
    /// One above the place of its open lot.
    pub(super) lot: Option<NonZeroU32>,
    /// When its owner got it, seconds since 1970.
    pub(crate) held_since_s: u32,
    pub(super) model: u16,
    pub(super) symbol: u16,
    pub(super) backdrop: u16,
    pub(crate) collection: u8,
    pub(crate) shelf: u8,
    /// How often it was given into custody.
    pub(crate) deposits: u8,
    /// Whether it was ever on TON: its item contract exists since then.
    pub(super) was_exported: bool,
    /// How often it was sold.
    pub(crate) sales: u8,
}

/// An open lot.
#[derive(Debug, Clone)]
pub(crate) struct Lot {
    /// What the seller asks, in the smallest unit of the coin; the market's `ask` makes the buyer's price of it. For an
    /// auction the least bid.
    pub(crate) amount: i64,
    pub(crate) listed_us: i64,
    pub(crate) way: Way,
    pub(crate) coin: Coin,
    /// Market fee inside the price, basis points.
    pub(crate) fee_bps: u16,
    /// Royalty inside the price, basis points.
    pub(crate) royalty_bps: u16,
    /// Changes with every listing and re-pricing.
    pub(crate) version: u32,
    /// The highest bid of an auction; `amount` is then what the next one must be.
    pub(crate) bid: Option<Box<Bid>>,
}

/// A bid.
#[derive(Debug, Clone)]
pub(crate) struct Bid {
    pub(crate) amount: i64,
    pub(crate) bidder: u32,
    pub(crate) at_us: i64,
}

impl Lot {
    /// The price in 10^-9 of its coin, by which lots are ordered.
    pub(crate) fn key(&self) -> i64 {
        nano_of(self.coin, self.amount)
    }
}

/// An amount in 10^-9 of its coin.
pub(crate) fn nano_of(coin: Coin, amount: i64) -> i64 {
    amount.saturating_mul(10_i64.pow(9 - coin.decimals()))
}

/// A gift with all that can be said of it.
#[derive(Clone, Copy)]
pub(crate) struct GiftView<'w> {
    pub(crate) world: &'w World,
    pub(crate) index: u32,
    pub(crate) gift: &'w Gift,
    pub(crate) collection: &'static Collection,
}

impl World {
    /// A gift with all that can be said of it.
    pub(crate) fn view(&self, index: u32) -> GiftView<'_> {
        GiftView { world: self, index, gift: &self.gifts[index as usize], collection: self.collection(index) }
    }
}

impl GiftView<'_> {
    pub(crate) fn model(&self) -> Trait {
        self.collection.models.at(usize::from(self.gift.model))
    }

    pub(crate) fn symbol(&self) -> Trait {
        self.collection.symbols.at(usize::from(self.gift.symbol))
    }

    pub(crate) fn backdrop(&self) -> Trait {
        self.collection.backdrops.at(usize::from(self.gift.backdrop))
    }

    /// As in `Plush Pepe #298`.
    pub(crate) fn name(&self) -> String {
        format!("{} #{}", self.collection.title, self.gift.number)
    }

    pub(crate) fn custody(&self) -> Custody {
        self.world.custody(self.gift.shelf)
    }

    pub(crate) fn dates(&self) -> Dates {
        Dates::of(self.world, self.index)
    }
}

/// Where a gift is on TON if it is exported: the collection's own item code where it is proved, else one of both by the
/// collection's address. `None` for a collection whose address nobody recorded.
pub(crate) fn chain_address(collection: &Collection, number: u32) -> Option<Address> {
    let address = collection.address?;
    let codes = &chain::contract::ITEM_CODES;
    let code = codes
        .iter()
        .find(|code| code.is_proved_for(&address))
        .unwrap_or(&codes[usize::from(address.account_id()[0] & 1)]);
    let name = chain::gift::TokenName::new(collection.slug, number).ok()?;
    Some(item_address(&address, &name.index(), code.digest()))
}

/// An address as markets write contracts and people.
pub(crate) fn friendly(address: &Address) -> String {
    address.to_friendly(FriendlyFlags::BOUNCEABLE)
}
