//! GetGems by its public REST API (`/public-api`). Prices are the buyer's, fee and royalty inside; no rarity is told.
//!
//! Gifts in GetGems' custody have a synthetic address in workchain 7 ([`chain::getgems`]); it is the lot's id and nothing else.

mod client;
pub(crate) mod known;
mod parse;
mod target;
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

const ID: &str = "getgems";

const BASE_URL: SettingDoc = SettingDoc {
    variable: "RIBBON_GETGEMS_BASE_URL",
    doc: "Address of GetGems' public API, without a slash at its end. Any simulator of it can be put in its place.",
    default: Some("https://api.getgems.io/public-api"),
    is_secret: false,
    sandbox: Some(SandboxValue::BaseUrl("/getgems/public-api")),
};

const API_KEY: SettingDoc = SettingDoc {
    variable: "RIBBON_GETGEMS_API_KEY",
    doc: "API key, made at getgems.io/public-api after connecting a wallet; sent as the Authorization header without a scheme. \
          Needed for GetGems itself; for another base URL it is sent only when set.",
    default: None,
    is_secret: true,
    sandbox: Some(SandboxValue::Key),
};

/// GetGems in the registry.
pub(crate) const REGISTRATION: Registration = Registration {
    id: ID,
    info,
    settings: &[BASE_URL, API_KEY],
    build: |settings| Ok(Arc::new(client::GetGems::new(settings)?)),
    reader: &GetGemsReader,
    fixtures: FIXTURES,
};

const FIXTURES: &[Fixture] = fixtures!(
    "getgems",
    recorded ["nfts-on-sale-usernames"],
    constructed [
        "collection-attributes",
        "gifts-collections",
        "history-gifts",
        "history-gifts-newest",
        "nfts-offchain-on-sale-poolfloat",
        "nfts-offchain-on-sale-toybear",
        "nfts-on-sale-lolpop",
        "nfts-on-sale-plushpepe",
        "offers-collection-plushpepe",
        "probe-of-an-unknown-collection",
    ]
);

fn market_id() -> MarketId {
    MarketId::parse(ID).expect("the id is lower-case letters")
}

/// Limits: 400 requests per 5 minutes and IP. Source: getgems-io/nft-contracts docs/read-api-en.md, 2026-03-23. One request a
/// second and 350 in a window stay clear of it.
fn info() -> MarketInfo {
    MarketInfo {
        id: market_id(),
        name: "GetGems",
        kind: SourceKind::Market,
        site_url: "https://getgems.io",
        covers: &[
            "Fixed-price listings of gifts on TON and of gifts in GetGems' custody, in every currency, with the fee and the royalty each states.",
            "Sales, new listings, new prices, withdrawals from sale and gift transfers from GetGems' history of all gifts.",
            "Fragment's fixed-price sales that GetGems shows, marked as `telemint`.",
            "Auctions of gifts on TON: the highest bid, who bid and when, the least next bid, the end, and the royalty they state.",
            "Offers for any gift of a collection, with what the seller gets of each: one request a collection for up to 100 of them, \
             so 79 more requests for a picture of all.",
        ],
        not_covered: &[
            "Offers for one gift: each would be asked for by itself, and a hundred thousand gifts at one request a second take a day. \
             Of those that a collection's list shows, offers for gifts in GetGems' custody are read, for gifts on TON not.",
            "The moment an auction began, and bids below the highest.",
            "Rarity: GetGems tells none.",
            "The moment a listing was made, for listings older than the history that was read.",
        ],
        image_hosts: &["i.getgems.io", "nft.fragment.com"],
        budget: RequestBudget { requests: 350, window_ms: 300_000, spacing_ms: 1_000 },
        feed_interval_ms: 5_000,
    }
}

/// The pure reader.
struct GetGemsReader;

impl Reader for GetGemsReader {
    fn market(&self) -> MarketId {
        market_id()
    }

    fn read(&self, exchange: &Exchange) -> Result<Page, Malformed> {
        parse::page(exchange)
    }

    fn scope_of(&self, seen: &Seen) -> Option<ScopeId> {
        match seen {
            Seen::Open { gift, lot, .. } => Some(parse::scope(&gift.slug, parse::is_custody_lot(lot))),
            Seen::Offered { target, .. } => Some(parse::offers_scope(target.slug())),
            Seen::Happened { scope, .. } => Some(scope.clone()),
            Seen::Held { .. } | Seen::Collection { .. } | Seen::Attribute { .. } => None,
        }
    }

    fn scan_page(&self, request: &RequestRecord) -> Option<ScanPage> {
        target::scan_page(&request.target)
    }

    fn guess(&self, body: &[u8]) -> Option<RequestRecord> {
        target::guess(body)
    }
}
