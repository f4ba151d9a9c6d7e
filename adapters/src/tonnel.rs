//! Tonnel by the API of its site. A price is what the seller receives, the fee comes on top; a rarity stands inside an attribute's name.
//!
//! Listings are asked for by filters in the manner of MongoDB, ordered by id and not by page number, so that nothing shifts between two
//! pages. What happened is told of sales alone: a new price and a withdrawal are seen by the next scan.

mod ask;
mod auth;
mod client;
mod parse;
mod walk;
mod wire;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use domain::{
    Exchange, Malformed, MarketId, MarketInfo, Page, RequestRecord, Seen, market::{RequestBudget, SourceKind},
    ports::Step, sighting::ScopeId,
};

use crate::{
    fixtures::{Fixture, fixtures},
    reader::{Reader, ScanPage},
    registry::Registration,
    settings::{SandboxValue, SettingDoc},
};

const ID: &str = "tonnel";
const NAME: &str = "Tonnel";
/// Whose initData it takes.
const BOT: &str = "@tonnel_network_bot";

const BASE_URL: SettingDoc = SettingDoc {
    variable: "RIBBON_TONNEL_BASE_URL",
    doc: "Address of Tonnel's API for reading, without a slash at its end. Any simulator of it can be put in its place.",
    default: Some("https://gifts2.tonnel.network"),
    is_secret: false,
    sandbox: Some(SandboxValue::BaseUrl("/tonnel")),
};

const PROXY_URL: SettingDoc = SettingDoc {
    variable: "RIBBON_TONNEL_PROXY_URL",
    doc: "Address of a proxy of yours that takes the same requests, as `/api/pageGifts` below it, and passes them on to the base URL the way \
          a browser speaks; the host of the base URL is told to it in the header `Forwarded`. A gate before Tonnel lets no other client through, so \
          Tonnel itself is asked only with it; another base URL needs none.",
    default: None,
    is_secret: false,
    sandbox: None,
};

const INIT_DATA_FILE: SettingDoc = SettingDoc {
    variable: "RIBBON_TONNEL_INIT_DATA_FILE",
    doc: "Path of a file that holds the initData of the bot @tonnel_network_bot for a Telegram account, as its web view gives it. It is sent \
          with requests for sales and for the list of collections, and read anew each time; without it they are asked for unsigned, \
          which Tonnel may refuse. What the file holds is a secret: keep it readable for Ribbon's user alone.",
    default: None,
    is_secret: false,
    sandbox: Some(SandboxValue::InitDataFile),
};

/// Tonnel in the registry.
pub(crate) const REGISTRATION: Registration = Registration {
    id: ID,
    info,
    settings: &[BASE_URL, PROXY_URL, INIT_DATA_FILE],
    build: |settings| Ok(Arc::new(client::Tonnel::new(settings)?)),
    reader: &TonnelReader,
    fixtures: FIXTURES,
};

const FIXTURES: &[Fixture] = fixtures!(
    "tonnel",
    recorded ["page-gifts-premarket-2025-10", "page-gifts-toybear"],
    constructed [
        "filter-stats",
        "filter-stats-2026",
        "page-gifts-durovscap",
        "page-gifts-odd",
        "page-gifts-toybear-usdt",
        "sale-history",
    ]
);

fn market_id() -> MarketId {
    MarketId::parse(ID).expect("the id is lower-case letters")
}

/// No limit is published; twenty reads in a row went through (a client's measurement of 2026-09): one request a second. Sales are asked for
/// every 15 s; a walk that finds nothing new is one request.
fn info() -> MarketInfo {
    MarketInfo {
        id: market_id(),
        name: NAME,
        kind: SourceKind::Market,
        site_url: "https://market.tonnel.network",
        covers: &[
            "Fixed-price listings of upgraded gifts in Tonnel's custody, in TON and in USDT, with rarities and the date of export.",
            "New prices and withdrawals from sale, as the next scan finds them.",
            "Sales from Tonnel's history, with the price as Tonnel tells it there.",
            "Collections, and their models with rarity where the list tells it.",
        ],
        not_covered: &[
            "Auctions: a filter finds them, and no answer with one was ever recorded, so neither bid nor end can be read. An auction's fee is taken \
             out of the last bid, where a listing has it on top. Offers: none are known there.",
            "Bundles, pre-market and locked lots, and pledged gifts are not followed yet.",
            "Listings and sales in TONNEL: how finely that coin is divided is not documented.",
            "Sellers, buyers and addresses on TON: Tonnel tells none.",
            "The moment a listing or a new price was made: Tonnel's history tells sales alone.",
            "Gifts that Tonnel shows from Telegram's own resale market.",
        ],
        image_hosts: &[],
        budget: RequestBudget { requests: 60, window_ms: 60_000, spacing_ms: 1_000 },
        feed_interval_ms: 15_000,
    }
}

/// The pure reader.
struct TonnelReader;

impl Reader for TonnelReader {
    fn market(&self) -> MarketId {
        market_id()
    }

    fn read(&self, exchange: &Exchange) -> Result<Page, Malformed> {
        parse::page(exchange)
    }

    fn scope_of(&self, seen: &Seen) -> Option<ScopeId> {
        match seen {
            Seen::Open { gift, price, .. } => ask::Asset::of(&price.currency).map(|asset| asset.scope(&gift.slug)),
            Seen::Happened { scope, .. } => Some(scope.clone()),
            Seen::Offered { .. } | Seen::Held { .. } | Seen::Collection { .. } | Seen::Attribute { .. } => None,
        }
    }

    fn scan_page(&self, request: &RequestRecord) -> Option<ScanPage> {
        ask::scan_page(request)
    }

    fn scan_step(&self, cursor: Option<&str>, page: &Page) -> Step {
        walk::scan_step(cursor, page)
    }

    fn guess(&self, body: &[u8]) -> Option<RequestRecord> {
        ask::guess(body)
    }
}
