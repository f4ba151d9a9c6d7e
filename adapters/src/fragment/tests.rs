//! Quirks of Fragment, each by name; the session and the walks against a server that answers with prepared pages.

use domain::{
    AttributeKind, CollectionSlug, Currency, Custody, GiftId, Happening, LotDetails, Rarity, SourceFault,
    ports::{KnownCollection, MarketSource, Scope, Step, Want},
};
use serde_json::{Value, json};

use super::*;
use crate::{
    http::canned::{Canned, Reply, Ticks, install_tls},
    settings::Settings,
};

mod quirks;
mod sessions;
mod walks;

fn fixture(name: &str) -> (Exchange, Value) {
    let fixture = FIXTURES.iter().find(|fixture| fixture.name == name).unwrap();
    (fixture.exchange(), serde_json::from_slice(fixture.body).unwrap())
}

fn read(name: &str) -> Page {
    FragmentReader.read(&fixture(name).0).unwrap()
}

/// The page of a fixture with other HTML.
fn changed(name: &str, field: &str, change: impl FnOnce(&str) -> String) -> Result<Page, Malformed> {
    let (exchange, mut body) = fixture(name);
    let before = body[field].as_str().unwrap().to_owned();
    let after = change(&before);
    assert_ne!(before, after, "the change changes something");
    body[field] = after.into();
    FragmentReader.read(&Exchange { body: serde_json::to_vec(&body).unwrap(), ..exchange })
}

fn sale(change: impl FnOnce(&str) -> String) -> Result<Page, Malformed> {
    changed("search-sale-plushpepe", "html", change)
}

fn replaced(from: &str, to: &str) -> Result<Page, Malformed> {
    sale(|html| html.replace(from, to))
}

fn told(outcome: Result<Page, Malformed>) -> String {
    let Malformed { path, expected, found, .. } = outcome.unwrap_err();
    format!("{path} expected {expected}, found {found}")
}

fn open(page: &Page) -> Vec<(String, domain::Price, LotDetails)> {
    let open = page.sightings.iter().filter_map(|sighting| match &sighting.seen {
        Seen::Open { gift, price, details, .. } => Some((gift.to_string(), price.clone(), details.clone())),
        _ => None,
    });
    open.collect()
}

fn slug(text: &str) -> CollectionSlug {
    CollectionSlug::from_title(text).unwrap()
}

fn scan_of(text: &str) -> Want {
    let collection = KnownCollection { slug: slug(text), title: text.into(), address: None };
    Want::Scan(Scope { id: parse::scope(&collection.slug), collection })
}

/// An adapter and its server.
struct Stand {
    source: Arc<dyn MarketSource>,
    server: Canned,
}

impl Stand {
    async fn start(replies: Vec<Reply>) -> Self {
        install_tls();
        let server = Canned::start(replies).await;
        let base = server.base.clone();
        let lookup = move |variable: &str| (variable == BASE_URL.variable).then(|| base.clone());
        let source = (REGISTRATION.build)(&Settings::new(&lookup).with_speed(60_000)).unwrap();
        Self { source, server }
    }

    async fn fetch(&self, want: &Want, cursor: Option<&str>) -> Result<Exchange, SourceFault> {
        self.source.fetch(want, cursor, &Ticks::default()).await
    }

    /// First lines of the requests so far.
    fn asked(&self) -> Vec<String> {
        let line = |request: String| request.lines().next().unwrap().replace(" HTTP/1.1", "");
        self.server.requests().into_iter().map(line).collect()
    }
}

/// A front page that opens the session of this number.
fn front(session: u32) -> Reply {
    let page = format!(
        "<!DOCTYPE html><html><head></head><body><script>ajInit({{\"apiUrl\":\"\\/api?hash=abc{session}\"}});</script></body></html>\n"
    );
    let cookies = format!(
        "content-type: text/html; charset=utf-8\r\nset-cookie: stel_ssid=ssid-{session}; path=/; HttpOnly\r\n"
    );
    Reply::of(200, &cookies, page)
}

fn fixture_reply(name: &str) -> Reply {
    Reply::json(&fixture(name).1.to_string())
}
