//! What a market registers: where it stands, which gifts it holds, how it asks, which endpoints it has. The world is made
//! from the registered markets, so that one more market is one more registration.

use std::sync::Arc;

use axum::{Router, response::Response};
use domain::Custody;

use crate::{outside::Outside, telegram::Bot, truth::TruthFn};

/// A market or another outsider of the sandbox.
#[derive(Debug)]
pub struct Market {
    /// Its id, as in `getgems`; also the word in control requests.
    pub id: &'static str,
    /// The path below the sandbox's base URL where its API begins: what a client's own base URL ends with.
    pub base: &'static str,
    /// The gifts it holds.
    pub shelves: &'static [Shelf],
    /// Its endpoints.
    pub endpoints: &'static [Endpoint],
    /// How many requests it allows.
    pub limit: Limit,
    /// What opens it to a client of the sandbox.
    pub access: Access,
    /// The buyer's price in the smallest unit, from what the seller asked for.
    pub ask: fn(i64) -> i64,
    /// Whether people offer money there for any gift of a collection.
    pub takes_offers: bool,
    /// Its routes below `base`.
    pub(crate) router: fn() -> Router<Arc<Outside>>,
    /// Its answer to a request beyond its limit; the argument is the time until the next is allowed, in milliseconds.
    pub(crate) over_limit: fn(u64) -> Response,
    /// Its own error body for a fault with this status.
    pub(crate) refusal: fn(u16) -> Response,
    /// What its wire discloses; `None` for an outsider that trades no gifts.
    pub(crate) truth: Option<TruthFn>,
}

/// What opens a market to a client of the sandbox. Known to everybody, worth nothing elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing is asked for.
    Open,
    /// This API key.
    Key(&'static str),
    /// initData of this bot's Mini App, see [`crate::telegram::init_data`].
    Bot(&'static Bot),
}

/// Gifts that a market holds in one kind of custody.
#[derive(Debug)]
pub struct Shelf {
    /// Where they live.
    pub custody: Custody,
    /// Share of all gifts of the world, per mille.
    pub gifts_per_mille: u16,
    /// Share of them that is for sale, per mille; traders keep it near.
    pub listed_per_mille: u16,
    /// How they are sold, in which coin, each with its share per mille.
    pub ways: &'static [(Way, Coin, u16)],
    /// Market fee and royalty inside the price in basis points, each pair with its share per mille.
    pub fees: &'static [(u16, u16, u16)],
    /// Whether the market's history tells of gift transfers and exports.
    pub tells_moves: bool,
}

/// How a gift is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// At a fixed price, by the market's own means.
    Fixed,
    /// In an auction.
    Auction,
    /// At a fixed price through Telegram's own item contract: a listing of Fragment that others show too.
    Telemint,
}

impl Way {
    /// Whether a gift of this number is sold so through Telegram's own item contract: every fixed price of that kind, and every third auction.
    pub(crate) fn is_telemint(self, number: u32) -> bool {
        match self {
            Self::Telemint => true,
            Self::Auction => number.is_multiple_of(3),
            Self::Fixed => false,
        }
    }
}

/// The coin of a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coin {
    /// The TON network's coin, 9 digits behind the point.
    Ton,
    /// The dollar jetton, 6 digits behind the point.
    Usdt,
}

impl Coin {
    /// The code that markets write.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Ton => "TON",
            Self::Usdt => "USDT",
        }
    }

    /// Digits behind the point.
    #[must_use]
    pub fn decimals(self) -> u32 {
        match self {
            Self::Ton => 9,
            Self::Usdt => 6,
        }
    }
}

/// What an endpoint's answer holds; page faults that can be mended by asking again differ from those that cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointKind {
    /// A page of open listings: the next scan mends whatever went wrong.
    Listings,
    /// A page of a history or feed: an item that never comes is lost, and the truth says so.
    Happenings,
    /// Collections, attributes, rates.
    Catalog,
    /// Everything else.
    Other,
}

/// An endpoint.
#[derive(Debug)]
pub struct Endpoint {
    /// Its short name, the word in control requests.
    pub name: &'static str,
    /// The route below the market's base, as axum spells it.
    pub route: &'static str,
    /// What its answer holds.
    pub kind: EndpointKind,
    /// JSON pointer to the list of items in its answer; empty for an answer that is the list.
    pub items: &'static str,
    /// JSON pointers, inside an item, to fields that no client can do without.
    pub required: &'static [&'static str],
}

/// How many requests an address may send.
#[derive(Debug, Clone, Copy)]
pub enum Limit {
    /// So many in any window of this length.
    Window {
        /// Requests.
        requests: u32,
        /// Length in milliseconds at speed 1.
        window_ms: u64,
    },
    /// One each so often, and so many at once.
    Steady {
        /// Milliseconds between two at speed 1.
        every_ms: u64,
        /// How many may come at once.
        burst: u32,
    },
}

/// A listing's own price is what the buyer pays.
pub(crate) fn ask_is_price(amount: i64) -> i64 {
    amount
}
