//! What is sent to Portals: targets with their queries. Pages are asked for by offset; there is no cursor on the wire.

use std::collections::BTreeMap;

use domain::RequestRecord;
use reqwest::Url;
use serde_json::Value;

use super::{
    known,
    parse::{offers_scope, scope},
};
use crate::{http::Ask, json::without_mark, reader::ScanPage, text::query_value};

pub(super) const SEARCH: &str = "/nfts/search";
const OFFERS: &str = "/collection-offers/";
pub(super) const ACTIONS: &str = "/market/actions/";
pub(super) const COLLECTIONS: &str = "/collections";
pub(super) const FILTERS: &str = "/collections/filters";

/// Entries of a page of listings or of happenings. More is cut to this without a word. Source: a client's measurement, 2026-09.
const LIMIT: u64 = 50;

/// Collections of one page; about 120 are known. Source: a public client, 2026.
const COLLECTIONS_LIMIT: u64 = 200;

/// So many entries of a page of listings are asked for again with the next one: a listing that ends meanwhile moves those behind it
/// up, and only what stands on both pages proves that none was passed by.
const OVERLAP: u64 = 5;

/// A page of at most so many listings is the last one. A page that is merely short of [`LIMIT`] is not believed to be.
const LAST_PAGE_MAX: u64 = 2 * OVERLAP;

/// Open listings of a collection by rising number: the one order in which a new price moves nothing.
pub(super) fn search(collection_id: &str, offset: u64) -> Ask {
    Ask::get(format!(
        "{SEARCH}?offset={offset}&limit={LIMIT}&sort_by=external_collection_number+asc&status=listed&exclude_bundled=true\
         &premarket_status=without_premarket&collection_ids={}",
        query_value(collection_id)
    ))
}

/// Every offer that stands for a collection: the list is not cut into pages.
pub(super) fn offers(collection_id: &str) -> Ask {
    Ask::get(format!("{OFFERS}{}/all", query_value(collection_id)))
}

/// The collection whose offers a target asks for.
pub(super) fn offers_of(target: &str) -> Option<&str> {
    target.strip_prefix(OFFERS)?.strip_suffix("/all").filter(|id| !id.is_empty() && !id.contains(['/', '?']))
}

/// What happened, newest first.
pub(super) fn actions(offset: u64) -> Ask {
    Ask::get(format!("{ACTIONS}?offset={offset}&limit={LIMIT}&sort_by=created_at+desc"))
}

/// The list of collections.
pub(super) fn collections(offset: u64) -> Ask {
    Ask::get(format!("{COLLECTIONS}?limit={COLLECTIONS_LIMIT}&offset={offset}"))
}

/// Attributes of a collection by its short name. The parameter is in the plural; only single names have been seen in it.
pub(super) fn filters(short_name: &str) -> Ask {
    Ask::get(format!("{FILTERS}?short_names={}", query_value(short_name)))
}

/// Where the page of listings behind one of so many different entries begins; `None` behind the last.
pub(super) fn after_listings(offset: u64, entries: usize) -> Option<u64> {
    let entries = entries as u64;
    (entries > LAST_PAGE_MAX).then(|| offset.saturating_add(entries - OVERLAP))
}

/// Where the page of happenings behind one of so many different entries begins. What comes on top meanwhile moves the rest down, so pages
/// overlap by themselves, and only an empty page is the end.
pub(super) fn after_actions(offset: u64, entries: usize) -> Option<u64> {
    (entries > 0).then(|| offset.saturating_add(entries as u64))
}

/// Where the page of collections behind one of so many entries begins.
pub(super) fn after_collections(offset: u64, entries: usize) -> Option<u64> {
    (entries as u64 >= COLLECTIONS_LIMIT).then(|| offset.saturating_add(entries as u64))
}

fn query(request: &RequestRecord) -> BTreeMap<String, String> {
    let url = Url::parse("http://portals.invalid").and_then(|base| base.join(&request.target));
    url.map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default()
}

/// Where the page that was asked for begins; 0 where nothing is said.
pub(super) fn offset(request: &RequestRecord) -> u64 {
    query(request).get("offset").and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// The id of the one collection that a request for listings named.
pub(super) fn asked_collection(request: &RequestRecord) -> Option<String> {
    query(request).remove("collection_ids").filter(|id| !id.is_empty() && !id.contains(','))
}

/// The page of a scan that a request asks for: of one collection, with a query like ours but for the size and the offset.
pub(super) fn scan_page(request: &RequestRecord) -> Option<ScanPage> {
    if let Some(id) = offers_of(&request.target) {
        return Some(ScanPage { scope: known::by_id(id).map(offers_scope), cursor: None });
    }
    let id = asked_collection(request)?;
    let offset = offset(request);
    let Ask { method, target, body } = search(&id, offset);
    let ours = RequestRecord { method: method.as_str().into(), target, body };
    let path = |request: &RequestRecord| request.target.split('?').next().map(str::to_owned);
    let without_size = |request: &RequestRecord| {
        let mut query = query(request);
        query.remove("limit");
        query
    };
    let is_ours = request.method == ours.method
        && path(request) == path(&ours)
        && without_size(request) == without_size(&ours);
    is_ours.then(|| ScanPage {
        scope: known::by_id(&id).map(scope),
        cursor: (offset > 0).then(|| offset.to_string()),
    })
}

/// What was probably asked, by the list that the answer has.
pub(super) fn guess(body: &[u8]) -> Option<RequestRecord> {
    let value: Value = serde_json::from_slice(without_mark(body)).ok()?;
    if let Value::Array(entries) = &value {
        let first = entries.first().filter(|first| first.get("amount").is_some())?;
        let Ask { target, .. } = offers(first.get("collection_id")?.as_str()?);
        return Some(RequestRecord { method: "GET".into(), target, body: None });
    }
    let list = |name: &str| value.get(name).filter(|list| list.is_array() || list.is_null());
    let target = if list("results").is_some() {
        SEARCH
    } else if list("actions").is_some() {
        ACTIONS
    } else if list("collections").is_some() {
        COLLECTIONS
    } else if value.get("collections").is_some_and(Value::is_object) {
        FILTERS
    } else {
        return None;
    };
    Some(RequestRecord { method: "GET".into(), target: target.into(), body: None })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TOY_BEAR: &str = "060d4cef-3a21-47e6-98fc-cd338ae0b5e0";

    fn record(Ask { method, target, body }: Ask) -> RequestRecord {
        RequestRecord { method: method.as_str().into(), target, body }
    }

    #[test]
    fn targets_are_whole() {
        insta::assert_snapshot!(search(TOY_BEAR, 45).target, @"/nfts/search?offset=45&limit=50&sort_by=external_collection_number+asc&status=listed&exclude_bundled=true&premarket_status=without_premarket&collection_ids=060d4cef-3a21-47e6-98fc-cd338ae0b5e0");
        insta::assert_snapshot!(actions(50).target, @"/market/actions/?offset=50&limit=50&sort_by=created_at+desc");
        insta::assert_snapshot!(collections(0).target, @"/collections?limit=200&offset=0");
        insta::assert_snapshot!(filters("a&b").target, @"/collections/filters?short_names=a%26b");
    }

    #[test]
    fn a_short_page_is_not_the_last_and_a_very_short_one_is() {
        for (offset, entries, next) in
            [(0, 50, Some(45)), (45, 50, Some(90)), (90, 37, Some(122)), (0, 11, Some(6)), (122, 10, None), (0, 0, None)]
        {
            assert_eq!(after_listings(offset, entries), next, "{offset} {entries}");
        }
        assert_eq!((after_actions(50, 50), after_actions(50, 3), after_actions(50, 0)), (Some(100), Some(53), None));
        assert_eq!((after_collections(0, 199), after_collections(0, 200)), (None, Some(200)));
    }

    #[test]
    fn pages_of_scans() {
        let page = |cursor: Option<&str>, scope: Option<&str>| {
            let scope = scope.map(|scope| domain::sighting::ScopeId(scope.into()));
            Some(ScanPage { scope, cursor: cursor.map(str::to_owned) })
        };
        assert_eq!(scan_page(&record(search(TOY_BEAR, 0))), page(None, Some("search:toybear")));
        assert_eq!(scan_page(&record(search(TOY_BEAR, 45))), page(Some("45"), Some("search:toybear")));
        let unknown = "00000000-0000-0000-0000-000000000000";
        assert_eq!(scan_page(&record(search(unknown, 0))), page(None, None));
        for (ours, other) in [
            ("&status=listed", ""),
            ("&status=listed", "&status=listed&min_price=5"),
            ("asc", "desc"),
            ("exclude_bundled=true", "exclude_bundled=false"),
            ("/nfts/search", "/nfts/elsewhere"),
            (TOY_BEAR, "a,b"),
            (TOY_BEAR, ""),
        ] {
            let mut narrow = record(search(TOY_BEAR, 0));
            narrow.target = narrow.target.replace(ours, other);
            assert_eq!(scan_page(&narrow), None, "{}", narrow.target);
        }
        assert_eq!(scan_page(&record(actions(0))), None);
        assert_eq!(scan_page(&record(collections(0))), None);
    }

    proptest! {
        #[test]
        fn any_target_is_a_page_or_none(target in "\\PC{0,60}|/nfts/search\\?\\PC{0,60}", id in "[ -~]{1,40}", offset: u64) {
            let _ = scan_page(&RequestRecord { method: "GET".into(), target, body: None });
            let ours = scan_page(&record(search(&id, offset)));
            prop_assert_eq!(ours.is_some(), !id.contains(','), "{}", id);
        }
    }
}
