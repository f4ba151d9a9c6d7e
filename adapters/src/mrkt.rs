//! MRKT by the API of its Mini App. The buyer's fee is inside the price; a lot has a uuid, no address, no seller and no listing time.
//!
//! A session is signed in to with the initData of a real Telegram user, read from a file that whoever holds the account renews.

mod ask;
mod client;
mod parse;
mod session;
mod walk;
mod wire;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use domain::{
    Exchange, Malformed, MarketId, MarketInfo, Page, RequestRecord, Seen, market::{RequestBudget, SourceKind},
    sighting::ScopeId,
};

use crate::{
    fixtures::{Fixture, fixtures},
    reader::{Reader, ScanPage},
    registry::Registration,
    settings::{SandboxValue, SettingDoc},
};

const ID: &str = "mrkt";

const BASE_URL: SettingDoc = SettingDoc {
    variable: "RIBBON_MRKT_BASE_URL",
    doc: "Address of MRKT's API, without a slash at its end. Any simulator of it can be put in its place.",
    default: Some("https://api.tgmrkt.io/api/v1"),
    is_secret: false,
    sandbox: Some(SandboxValue::BaseUrl("/mrkt/api/v1")),
};

const INIT_DATA_FILE: SettingDoc = SettingDoc {
    variable: "RIBBON_MRKT_INIT_DATA_FILE",
    doc: "Path of a file that holds the initData of the bot @mrkt (Mini App `app`) for a Telegram account, as its web view gives it; \
          a bot cannot make it. It is read again when it changes and when the session ends, so it can be renewed while Ribbon runs. \
          What the file holds is a secret: keep it readable for Ribbon's user alone.",
    default: None,
    is_secret: false,
    sandbox: Some(SandboxValue::InitDataFile),
};

/// MRKT in the registry.
pub(crate) const REGISTRATION: Registration = Registration {
    id: ID,
    info,
    settings: &[BASE_URL, INIT_DATA_FILE],
    build: |settings| Ok(Arc::new(client::Mrkt::new(settings)?)),
    reader: &MrktReader,
    fixtures: FIXTURES,
};

const FIXTURES: &[Fixture] = fixtures!(
    "mrkt",
    recorded [
        "feed-abridged",
        "gifts-collections-2025-11",
        "gifts-collections-2026-08-item",
        "gifts-models",
        "gifts-saling-by-ids",
    ],
    constructed ["feed", "gifts-collections", "gifts-models-crafted", "gifts-saling-durovscap", "gifts-saling-last-page"]
);

fn market_id() -> MarketId {
    MarketId::parse(ID).expect("the id is lower-case letters")
}

/// No limit is published. Ten calls in a row at 0.84 s each went through (a client's measurement of 2026-09), others met 429: one
/// request a second. The feed moves at about 1.2 happenings a second and shows 20, so it is asked every 8 s (same source).
fn info() -> MarketInfo {
    MarketInfo {
        id: market_id(),
        name: "MRKT",
        kind: SourceKind::Market,
        site_url: "https://t.me/mrkt/app",
        covers: &[
            "Fixed-price listings of upgraded gifts in MRKT's custody, with rarities, dates and the fee inside the price.",
            "Sales, lucky buys, new listings, new prices and withdrawals from sale from MRKT's feed.",
            "Collections, and their models with rarity.",
        ],
        not_covered: &[
            "Auctions: a gift is marked as in one, and no terms of it are told. Offers: a client reads those of its own account alone.",
            "Pre-market and locked lots are not followed yet.",
            "Sellers, buyers and addresses on TON: MRKT tells none.",
            "Symbols and backdrops that no listing shows: MRKT lists models alone.",
            "The moment a listing was made, for listings older than the feed that was read.",
        ],
        image_hosts: &["cdn.tgmrkt.io"],
        budget: RequestBudget { requests: 60, window_ms: 60_000, spacing_ms: 1_000 },
        feed_interval_ms: 8_000,
    }
}

/// The pure reader.
struct MrktReader;

impl Reader for MrktReader {
    fn market(&self) -> MarketId {
        market_id()
    }

    fn read(&self, exchange: &Exchange) -> Result<Page, Malformed> {
        parse::page(exchange)
    }

    fn scope_of(&self, seen: &Seen) -> Option<ScopeId> {
        match seen {
            Seen::Open { gift, .. } => Some(parse::scope(&gift.slug)),
            Seen::Happened { scope, .. } => Some(scope.clone()),
            Seen::Offered { .. } | Seen::Held { .. } | Seen::Collection { .. } | Seen::Attribute { .. } => None,
        }
    }

    fn scan_page(&self, request: &RequestRecord) -> Option<ScanPage> {
        ask::scan_page(request)
    }

    fn guess(&self, body: &[u8]) -> Option<RequestRecord> {
        ask::guess(body)
    }
}
