//! Quirks of GetGems, each by name, and the walks against a server that answers with prepared pages.

use domain::{
    Custody, Happening, Seen, SourceFault,
    ports::{KnownCollection, MarketSource, Step, Want},
};
use serde_json::{Value, json};

use super::*;
use crate::{
    http::canned::{Canned, Reply, Ticks, install_tls},
    settings::Settings,
};

mod quirks;
mod walks;

const LOL_POPS: &str = "EQC6zjid8vJNEWqcXk10XjsdDLRKbcPZzbHusuEW6FokOWIm";
const TOY_BEAR: &str = "EQf_tg_gift_______________________8V9WjCAACqIPY6";

fn read(target: &str, body: &Value) -> Result<Page, Malformed> {
    let fixture = FIXTURES[0].exchange();
    let request = RequestRecord { method: "GET".into(), target: target.into(), body: None };
    GetGemsReader.read(&Exchange { request, body: serde_json::to_vec(body).unwrap(), ..fixture })
}

fn fixture(name: &str) -> (String, Value) {
    let fixture = FIXTURES.iter().find(|fixture| fixture.name == name).unwrap();
    (fixture.request().target, serde_json::from_slice(fixture.body).unwrap())
}

/// The page of a fixture after one change.
fn changed(name: &str, change: impl FnOnce(&mut Value)) -> Result<Page, Malformed> {
    let (target, mut body) = fixture(name);
    change(&mut body);
    read(&target, &body)
}

fn collection(slug: &str, address: Option<&str>) -> KnownCollection {
    KnownCollection {
        slug: domain::CollectionSlug::from_title(slug).unwrap(),
        title: slug.into(),
        address: address.map(str::to_owned),
    }
}
