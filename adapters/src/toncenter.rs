//! toncenter's indexer of TON (`/api/v3`): what stands on chain, by whom it is held, and what happened to it. Its traces, recorded in
//! files, are read too.
//!
//! Answers of an indexer are no proof: whoever does not trust it recomputes what can be recomputed (an item's address from its name, a
//! contract's standing from its code hash) and asks another witness for the rest.

mod client;
mod expected;
mod parse;
mod rest;
mod target;
#[cfg(test)]
mod tests;
mod walk;
mod wire;

pub(crate) use parse::trace;

use std::sync::Arc;

use domain::{
    Exchange, Malformed, MarketId, MarketInfo, Page, RequestRecord, Seen,
    market::{RequestBudget, SourceKind},
    ports::Step,
    sighting::ScopeId,
};

use crate::{
    fixtures::{Fixture, fixtures},
    reader::{Reader, ScanPage},
    registry::Registration,
    settings::{SandboxValue, SettingDoc},
};

const ID: &str = "toncenter";

const BASE_URL: SettingDoc = SettingDoc {
    variable: "RIBBON_TONCENTER_BASE_URL",
    doc: "Address of toncenter's API v3, without a slash at its end; of an indexer of your own, too.",
    default: Some("https://toncenter.com/api/v3"),
    is_secret: false,
    sandbox: Some(SandboxValue::BaseUrl("/toncenter/api/v3")),
};

const KEY: SettingDoc = SettingDoc {
    variable: "RIBBON_TONCENTER_KEY",
    doc: "Key from the bot @toncenter, sent as X-API-Key. Not needed: without it toncenter allows one request a second instead of ten, \
          and a full picture takes ten times as long.",
    default: None,
    is_secret: true,
    sandbox: Some(SandboxValue::Key),
};

const NETWORK: SettingDoc = SettingDoc {
    variable: "RIBBON_TONCENTER_NETWORK",
    doc: "The network that is asked: mainnet, testnet or sandbox. A sale contract counts only if its code is known on this network.",
    default: Some("mainnet"),
    is_secret: false,
    sandbox: Some(SandboxValue::Word("sandbox")),
};

/// toncenter in the registry.
pub(crate) const REGISTRATION: Registration = Registration {
    id: ID,
    info,
    settings: &[BASE_URL, KEY, NETWORK],
    build: |settings| Ok(Arc::new(client::Toncenter::new(settings)?)),
    reader: &ToncenterReader,
    fixtures: FIXTURES,
};

const FIXTURES: &[Fixture] = fixtures!(
    "toncenter",
    recorded [],
    constructed ["actions", "nft-collections", "nft-items-lolpop", "nft-sales"]
);

/// toncenter as a witness, by the same variables. Sends nothing.
pub(crate) fn witness(
    settings: &crate::settings::Settings<'_>,
) -> Result<impl domain::ports::ChainWitness + 'static, crate::SettingsFault> {
    client::Toncenter::new(settings)
}

/// Without a key: one request a second, of which we leave a tenth.
const KEYLESS: RequestBudget = RequestBudget { requests: 54, window_ms: 60_000, spacing_ms: 1_100 };

fn source_id() -> MarketId {
    MarketId::parse(ID).expect("the id is lower-case letters")
}

/// Limits: 10 requests a second with a free key, 1 without. Source: docs.toncenter.com, 2026-07. With a key eight a second stay clear of it.
fn info() -> MarketInfo {
    MarketInfo {
        id: source_id(),
        name: "toncenter",
        kind: SourceKind::Chain,
        site_url: "https://toncenter.com",
        covers: &[
            "Every exported gift of the collections whose address is known, with the wallet that holds it.",
            "Listings in TON through sale contracts of GetGems, each only if its code is known and the item says that this contract holds it, and through Telegram's item contract (Fragment), at a fixed price.",
            "Sales with the price and both sides, withdrawals, transfers and exports, from actions of finalized traces.",
        ],
        not_covered: &[
            "The code of the contract by which a past sale was made: only the market's address is compared.",
            "Auctions, bids and offers are not followed yet.",
            "Listings in other coins than TON.",
            "The moment a listing through GetGems was made: what toncenter tells of it leaves out the contract's code.",
            "Attributes and rarity: the chain holds none.",
            "Collections whose address on TON nobody has published.",
        ],
        image_hosts: &[],
        budget: RequestBudget { requests: 480, window_ms: 60_000, spacing_ms: 125 },
        feed_interval_ms: 5_000,
    }
}

/// The pure reader.
struct ToncenterReader;

impl Reader for ToncenterReader {
    fn market(&self) -> MarketId {
        source_id()
    }

    fn read(&self, exchange: &Exchange) -> Result<Page, Malformed> {
        rest::page(exchange, rest::Networks::Any)
    }

    fn scope_of(&self, seen: &Seen) -> Option<ScopeId> {
        match seen {
            Seen::Open { gift, .. } | Seen::Held { gift, .. } => Some(rest::scope(&gift.slug)),
            Seen::Happened { scope, .. } => Some(scope.clone()),
            Seen::Offered { .. } | Seen::Collection { .. } | Seen::Attribute { .. } => None,
        }
    }

    fn scan_page(&self, request: &RequestRecord) -> Option<ScanPage> {
        target::scan_page(&request.target)
    }

    fn scan_step(&self, cursor: Option<&str>, page: &Page) -> Step {
        walk::scan_step(cursor, page)
    }

    fn scan_place(&self, cursor: Option<&str>) -> Option<String> {
        walk::scan_place(cursor)
    }

    fn guess(&self, body: &[u8]) -> Option<RequestRecord> {
        target::guess(body)
    }
}

fn malformed(path: &str, expected: &str, found: &str) -> Malformed {
    Malformed {
        market: source_id(),
        path: path.into(),
        expected: expected.into(),
        found: crate::text::cut(found, 60),
    }
}
