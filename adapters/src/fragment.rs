//! Fragment by its site: HTML inside JSON, read strictly, without an account. The price is what the buyer pays.
//!
//! A fixed-price listing here is a state of the gift's own contract on TON, so a gift has at most one and its name is the lot's id.

mod ask;
mod client;
pub(crate) mod html;
mod known;
mod parse;
mod session;
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

const ID: &str = "fragment";

const BASE_URL: SettingDoc = SettingDoc {
    variable: "RIBBON_FRAGMENT_BASE_URL",
    doc: "Address of Fragment's site, without a slash at its end. Any simulator of it can be put in its place. \
          No account and no key is needed: a session without a name is opened by itself.",
    default: Some("https://fragment.com"),
    is_secret: false,
    sandbox: Some(SandboxValue::BaseUrl("/fragment")),
};

/// Fragment in the registry.
pub(crate) const REGISTRATION: Registration = Registration {
    id: ID,
    info,
    settings: &[BASE_URL],
    build: |settings| Ok(Arc::new(client::Fragment::new(settings)?)),
    reader: &FragmentReader,
    fixtures: FIXTURES,
};

const FIXTURES: &[Fixture] = fixtures!(
    "fragment",
    recorded ["nft-metadata-hexpot-14619"],
    constructed [
        "gift-plushpepe-42",
        "gifts-collections",
        "probe-of-an-unknown-collection",
        "search-auction-plushpepe",
        "search-sale-durovscap",
        "search-sale-plushpepe",
        "search-sale-plushpepe-last",
        "search-sold",
    ]
);

fn market_id() -> MarketId {
    MarketId::parse(ID).expect("the id is lower-case letters")
}

/// No limit is published; clients met 429 without saying at which pace. One request a second is what a reader's browser does.
fn info() -> MarketInfo {
    MarketInfo {
        id: market_id(),
        name: "Fragment",
        kind: SourceKind::Market,
        site_url: "https://fragment.com/gifts",
        covers: &[
            "Fixed-price listings of gifts on TON, in TON and in Stars, with what the buyer pays.",
            "Sales from Fragment's list of sold gifts, newest first and back to its end.",
            "Collections.",
            "Auctions of gifts: the price as the list shows it and the end, by one more walk a collection.",
        ],
        not_covered: &[
            "Whether an auction's price is a bid or the least that the first must be, who bid, and the step: the page of a single gift alone \
             tells, a request each.",
            "Offers: they stand on the page of a single gift alone (\"Latest Offers\"), a request each, and no such page was ever recorded.",
            "One row for an auction that GetGems shows too: such an auction stands twice, once from each.",
            "Attributes and rarity: Fragment's lists tell none, and its page of a single gift costs a request each.",
            "Sellers and buyers: Fragment's lists name none.",
            "The moment a listing was made, and new prices and withdrawals from sale before the next scan.",
        ],
        image_hosts: &["nft.fragment.com"],
        budget: RequestBudget { requests: 60, window_ms: 60_000, spacing_ms: 1_000 },
        feed_interval_ms: 30_000,
    }
}

/// The pure reader.
struct FragmentReader;

impl Reader for FragmentReader {
    fn market(&self) -> MarketId {
        market_id()
    }

    fn read(&self, exchange: &Exchange) -> Result<Page, Malformed> {
        parse::page(exchange)
    }

    fn scope_of(&self, seen: &Seen) -> Option<ScopeId> {
        match seen {
            Seen::Open { gift, details, .. } if details.auction.is_some() => {
                Some(parse::auction_scope(&gift.slug))
            }
            Seen::Open { gift, .. } => Some(parse::scope(&gift.slug)),
            Seen::Happened { scope, .. } => Some(scope.clone()),
            Seen::Offered { .. } | Seen::Held { .. } | Seen::Collection { .. } | Seen::Attribute { .. } => None,
        }
    }

    fn scan_page(&self, request: &RequestRecord) -> Option<ScanPage> {
        ask::scan_page(request)
    }

    fn scan_step(&self, cursor: Option<&str>, page: &Page) -> Step {
        walk::ScanCursor::read(cursor).map_or(Step::Gap(None), |walked| walked.step(page))
    }

    fn scan_place(&self, cursor: Option<&str>) -> Option<String> {
        walk::ScanCursor::read(cursor).ok()?.offset().map(str::to_owned)
    }

    fn guess(&self, body: &[u8]) -> Option<RequestRecord> {
        parse::guess(body)
    }
}
