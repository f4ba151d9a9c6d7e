//! What a request was for, told from its target alone, so that evidence can be read on any machine.

use domain::RequestRecord;
use reqwest::Url;
use serde_json::Value;

use super::{
    known,
    parse::{offers_scope, scope},
};
use crate::{json::without_mark, reader::ScanPage};

/// The targets we send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target<'a> {
    /// Open listings of a collection; `None` where the page shows all collections.
    Listings { collection: Option<&'a str> },
    /// One listing of a collection that we do not know by its address: tells its slug.
    Probe { collection: &'a str },
    /// Offers for a collection.
    Offers { collection: &'a str },
    /// History of all gifts.
    History,
    /// Collections of gifts.
    Collections,
    /// Attributes of a collection.
    Attributes,
}

/// The query of a probe and of nothing else.
pub(super) const PROBE_QUERY: &str = "limit=1";

const ON_SALE: &str = "/v1/nfts/on-sale/";
const OFFCHAIN_ON_SALE: &str = "/v1/nfts/offchain/on-sale/";
const OFFERS: &str = "/v1/offers/collection/";
const HISTORY: &str = "/v1/nfts/history/gifts";
const COLLECTIONS: &str = "/v1/gifts/collections";
const ATTRIBUTES: &str = "/v1/collection/attributes/";

/// Reads a target; `None` for one that we never send.
pub(super) fn parse(target: &str) -> Option<Target<'_>> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if let Some(collection) = path.strip_prefix(OFFERS) {
        return (!collection.is_empty() && !collection.contains('/')).then_some(Target::Offers { collection });
    }
    let listed = path.strip_prefix(OFFCHAIN_ON_SALE).or_else(|| path.strip_prefix(ON_SALE));
    match (path, listed) {
        (HISTORY, _) => Some(Target::History),
        (COLLECTIONS, _) => Some(Target::Collections),
        (_, Some("")) => None,
        // We write addresses in base64url, so a `/` leads elsewhere.
        (_, Some(collection)) if collection.contains('/') => None,
        (_, Some("gifts")) => Some(Target::Listings { collection: None }),
        (_, Some(collection)) if query == PROBE_QUERY => Some(Target::Probe { collection }),
        (_, Some(collection)) => Some(Target::Listings { collection: Some(collection) }),
        _ if path.starts_with(ATTRIBUTES) => Some(Target::Attributes),
        _ => None,
    }
}

/// The path of a collection's listings.
pub(super) fn listings_path(collection: &str, is_custody: bool) -> String {
    format!("{}{collection}", if is_custody { OFFCHAIN_ON_SALE } else { ON_SALE })
}

/// The path of the offers for a collection.
pub(super) fn offers_path(collection: &str) -> String {
    format!("{OFFERS}{collection}")
}

/// The path of the history of all gifts.
pub(super) fn history_path() -> &'static str {
    HISTORY
}

/// The path of the collections of gifts.
pub(super) fn collections_path() -> &'static str {
    COLLECTIONS
}

/// The path of a collection's attributes.
pub(super) fn attributes_path(collection: &str) -> String {
    format!("{ATTRIBUTES}{collection}")
}

/// The page of a scan that a target asks for: of one collection, with nothing in its query but a size and a cursor.
pub(super) fn scan_page(target: &str) -> Option<ScanPage> {
    let (collection, is_of_offers) = match parse(target)? {
        Target::Listings { collection: Some(collection) } => (collection, false),
        Target::Offers { collection } => (collection, true),
        _ => return None,
    };
    let mut page = ScanPage { scope: None, cursor: None };
    for (name, value) in Url::parse("http://getgems.invalid").ok()?.join(target).ok()?.query_pairs() {
        match name.as_ref() {
            "limit" => {}
            "after" => page.cursor = Some(value.into_owned()),
            _ => return None,
        }
    }
    let known = collection.parse().ok().and_then(|address| known::at(&address));
    page.scope = known.map(|known| match is_of_offers {
        true => offers_scope(&known.slug),
        false => scope(&known.slug, target.starts_with(OFFCHAIN_ON_SALE)),
    });
    Some(page)
}

/// What was probably asked, by what the first entry has.
pub(super) fn guess(body: &[u8]) -> Option<RequestRecord> {
    let value: Value = serde_json::from_slice(without_mark(body)).ok()?;
    let response = value.get("response")?;
    let target = match response.get("items").and_then(Value::as_array) {
        None => response.get("attributes").map(|_| attributes_path("unknown"))?,
        Some(items) => match items.first() {
            Some(item) if item.get("typeData").is_some() => HISTORY.to_owned(),
            Some(item) if item.get("offerAddress").is_some() => {
                offers_path(item.get("collectionAddress").and_then(Value::as_str)?)
            }
            Some(item) if item.get("sale").is_some() => {
                match item.get("collectionAddress").and_then(Value::as_str) {
                    Some(collection)
                        if items.iter().all(|item| {
                            item.get("collectionAddress") == items[0].get("collectionAddress")
                        }) =>
                    {
                        listings_path(collection, false)
                    }
                    _ => format!("{OFFCHAIN_ON_SALE}gifts"),
                }
            }
            Some(_) => COLLECTIONS.to_owned(),
            None => return None,
        },
    };
    Some(RequestRecord { method: "GET".into(), target, body: None })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_is_a_target_or_none(text in "\\PC{0,60}|/v1/nfts/(offchain/)?on-sale/\\PC{0,20}", address in "[A-Za-z0-9_-]{48}") {
            if let Some(Target::Listings { collection: Some(collection) } | Target::Probe { collection }) = parse(&text) {
                prop_assert!(text.contains(collection) && !collection.contains(['/', '?']));
            }
            for is_custody in [false, true] {
                let listings = listings_path(&address, is_custody);
                prop_assert_eq!(parse(&listings), Some(Target::Listings { collection: Some(&address) }));
            }
        }
    }

    #[test]
    fn targets() {
        for (target, want) in [
            ("/v1/nfts/on-sale/EQa?limit=100", Some(Target::Listings { collection: Some("EQa") })),
            (
                "/v1/nfts/offchain/on-sale/EQa?limit=100&after=x",
                Some(Target::Listings { collection: Some("EQa") }),
            ),
            ("/v1/nfts/offchain/on-sale/gifts", Some(Target::Listings { collection: None })),
            ("/v1/nfts/offchain/on-sale/EQa?limit=1", Some(Target::Probe { collection: "EQa" })),
            ("/v1/nfts/history/gifts?limit=1&reverse=false", Some(Target::History)),
            ("/v1/gifts/collections", Some(Target::Collections)),
            ("/v1/collection/attributes/EQa", Some(Target::Attributes)),
            ("/v1/nfts/on-sale/", None),
            ("/v1/nfts/on-sale/EQa/x", None),
            ("/v1/nfts/offchain/on-sale/gifts/EQa", None),
            ("/v1/nfts/offchain/on-sale/gifts/EQa?limit=1", None),
            ("/v1/offers/collection/EQa?limit=100", Some(Target::Offers { collection: "EQa" })),
            ("/v1/offers/collection/", None),
            ("/v1/nfts/history/stickers", None),
            ("", None),
        ] {
            assert_eq!(parse(target), want, "{target}");
        }
    }

    #[test]
    fn pages_of_scans() {
        let pepe = "EQBG-g6ahkAUGWpefWbx-D_9sQ8oWbvy6puuq78U2c4NUDFS";
        let page = |scope: Option<&str>, cursor: Option<&str>| {
            let scope = scope.map(|scope| domain::sighting::ScopeId(scope.into()));
            Some(ScanPage { scope, cursor: cursor.map(str::to_owned) })
        };
        for (target, want) in [
            (format!("/v1/nfts/on-sale/{pepe}?limit=100"), page(Some("onchain:plushpepe"), None)),
            (
                format!("/v1/nfts/offchain/on-sale/{pepe}?limit=100&after=5%252C7%20%2B"),
                page(Some("offchain:plushpepe"), Some("5%2C7 +")),
            ),
            (format!("/v1/offers/collection/{pepe}?limit=100"), page(Some("offers:plushpepe"), None)),
            ("/v1/nfts/on-sale/EQunknown?limit=100".into(), page(None, None)),
            (format!("/v1/nfts/on-sale/{pepe}?limit=100&currency=usdt"), None),
            (format!("/v1/nfts/on-sale/{pepe}?limit=1"), None),
            ("/v1/nfts/offchain/on-sale/gifts?limit=100".into(), None),
            ("/v1/nfts/history/gifts?limit=100".into(), None),
        ] {
            assert_eq!(scan_page(&target), want, "{target}");
        }
    }
}
