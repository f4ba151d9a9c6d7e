//! Portals by the API of its Mini App. A price is a decimal text that the buyer pays, the seller's 2 % inside; a listing has a uuid, no
//! seller, and a rarity in percent in a field that is called per mille. Pages are asked for by offset.

mod ask;
mod client;
mod credentials;
mod known;
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

const ID: &str = "portals";

/// Its name, for messages.
const NAME: &str = "Portals";

/// Its bot, for messages.
const BOT: &str = "@portals";

const BASE_URL: SettingDoc = SettingDoc {
    variable: "RIBBON_PORTALS_BASE_URL",
    doc: "Address of Portals' API, without a slash at its end. Any simulator of it can be put in its place.",
    default: Some("https://portal-market.com/api"),
    is_secret: false,
    sandbox: Some(SandboxValue::BaseUrl("/portals/api")),
};

const INIT_DATA_FILE: SettingDoc = SettingDoc {
    variable: "RIBBON_PORTALS_INIT_DATA_FILE",
    doc: "Path of a file that holds the initData of the bot @portals (Mini App `market`) for a Telegram account, as its web view gives it; \
          a bot cannot make it. It is sent with every request and read again when it changes, so it can be renewed while Ribbon runs. \
          Without it Portals is asked without: listings and collections have been answered so, what happened there may be refused. \
          What the file holds is a secret: keep it readable for Ribbon's user alone.",
    default: None,
    is_secret: false,
    sandbox: Some(SandboxValue::InitDataFile),
};

/// Portals in the registry.
pub(crate) const REGISTRATION: Registration = Registration {
    id: ID,
    info,
    settings: &[BASE_URL, INIT_DATA_FILE],
    build: |settings| Ok(Arc::new(client::Portals::new(settings)?)),
    reader: &PortalsReader,
    fixtures: FIXTURES,
};

const FIXTURES: &[Fixture] = fixtures!(
    "portals",
    recorded ["nfts-search-toybear-41771"],
    constructed [
        "collection-offers-toybear",
        "collections",
        "collections-filters-jellybunny",
        "market-actions",
        "nfts-search-durovscap",
        "nfts-search-durovscap-last-page",
        "nfts-search-nothing",
    ]
);

fn market_id() -> MarketId {
    MarketId::parse(ID).expect("the id is lower-case letters")
}

/// Limit: 2 requests a second, by the header `x-ratelimit-limit` on searches (a client's measurement of 2026-09-19); 1.67 stay clear of
/// it. About 8 listings a second at the peak (same source) and 50 on a page, so the feed is asked every 5 s.
fn info() -> MarketInfo {
    MarketInfo {
        id: market_id(),
        name: NAME,
        kind: SourceKind::Market,
        site_url: "https://t.me/portals/market",
        covers: &[
            "Fixed-price listings of upgraded gifts in Portals' custody, with rarities and the end of each gift's lock.",
            "Sales, new listings, new prices and withdrawals from sale from Portals' feed.",
            "Collections, and their models, symbols and backdrops with rarity.",
            "Offers for any gift of a collection: one request a collection, so 105 more for a picture of all.",
        ],
        not_covered: &[
            "Offers for one gift: Portals tells when one is made, and nowhere in public whether it still stands.",
            "Auctions: no answer with one was ever recorded, so neither bid nor end can be read. Bundles, pre-market lots, giveaways and lucky \
             buys are not followed yet.",
            "What of an offer the seller gets: Portals' commission is 2 %, and who pays its fee on offers of 1 % is not documented.",
            "Sellers, buyers and addresses of collections: Portals tells none.",
            "The moment a listing was made, for listings older than the feed that was read: the time on a listing's page moves without a new price.",
        ],
        image_hosts: &["nft.fragment.com"],
        budget: RequestBudget { requests: 100, window_ms: 60_000, spacing_ms: 600 },
        feed_interval_ms: 5_000,
    }
}

/// The pure reader.
struct PortalsReader;

impl Reader for PortalsReader {
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
            Seen::Offered { target, .. } => Some(parse::offers_scope(target.slug())),
            Seen::Held { .. } | Seen::Collection { .. } | Seen::Attribute { .. } => None,
        }
    }

    fn scan_page(&self, request: &RequestRecord) -> Option<ScanPage> {
        ask::scan_page(request)
    }

    fn scan_step(&self, cursor: Option<&str>, page: &Page) -> Step {
        walk::ScanCursor::read(cursor).map_or(Step::Gap(None), |walked| walked.step(page))
    }

    fn scan_place(&self, cursor: Option<&str>) -> Option<String> {
        walk::ScanCursor::read(cursor).ok().map(|walked| walked.offset).filter(|offset| *offset > 0).map(|offset| offset.to_string())
    }

    fn guess(&self, body: &[u8]) -> Option<RequestRecord> {
        ask::guess(body)
    }
}
