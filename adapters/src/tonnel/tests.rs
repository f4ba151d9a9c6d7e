//! Quirks of Tonnel, each by name; the walks, and the requests against a server that answers with prepared pages.

use domain::{
    AttributeKind, CollectionSlug, Currency, Custody, FeeBasis, Happening, LotDetails, Price, Rarity,
    SourceFault,
    ports::{KnownCollection, MarketSource, Scope, Step, Want},
};
use serde_json::{Value, json};

use super::*;
use crate::{
    http::canned::{Canned, Reply, Ticks, install_tls},
    settings::{Settings, SettingsFault},
};

mod quirks;
mod requests;
mod walks;

fn fixture(name: &str) -> (Exchange, Value) {
    let fixture = FIXTURES.iter().find(|fixture| fixture.name == name).unwrap();
    (fixture.exchange(), serde_json::from_slice(fixture.body).unwrap())
}

/// The page of a fixture as it stands.
fn whole(name: &str) -> Page {
    TonnelReader.read(&fixture(name).0).unwrap()
}

/// The page of a fixture after one change. What is a floating-point number in the file passes through one here too.
fn changed(name: &str, change: impl FnOnce(&mut Value)) -> Result<Page, Malformed> {
    let (exchange, mut body) = fixture(name);
    change(&mut body);
    TonnelReader.read(&Exchange { body: serde_json::to_vec(&body).unwrap(), ..exchange })
}

/// The page of a fixture after a change of its text.
fn replaced(name: &str, from: &str, to: &str) -> Result<Page, Malformed> {
    let (exchange, _) = fixture(name);
    let body = String::from_utf8(exchange.body.clone()).unwrap();
    assert!(body.contains(from), "{name} has no {from}");
    TonnelReader.read(&Exchange { body: body.replacen(from, to, 1).into_bytes(), ..exchange })
}

fn open(page: &Page, index: usize) -> (String, &Price, &LotDetails) {
    let Seen::Open { gift, price, details, .. } = &page.sightings[index].seen else { panic!() };
    (gift.to_string(), price, details)
}

fn net(amount: i64, code: &str) -> Price {
    Price { amount, currency: Currency::parse(code).unwrap(), fee_basis: FeeBasis::SellerReceives }
}

fn collection(title: &str) -> KnownCollection {
    KnownCollection { slug: CollectionSlug::from_title(title).unwrap(), title: title.into(), address: None }
}
