//! What is sent to MRKT: targets and bodies. The fields of a body and their order are part of the evidence.

use domain::{CollectionSlug, RequestRecord};
use reqwest::Method;
use serde::Serialize;
use serde_json::Value;

use super::parse::scope;
use crate::{http::Ask, json::without_mark, reader::ScanPage};

pub(super) const COLLECTIONS: &str = "/gifts/collections";
pub(super) const MODELS: &str = "/gifts/models";
pub(super) const SALING: &str = "/gifts/saling";
pub(super) const BY_IDS: &str = "/gifts/saling/by-ids";
pub(super) const FEED: &str = "/feed";
pub(super) const AUTH: &str = "/auth";

/// Entries of a page of listings or of the feed. More is cut to this without a word. Source: a client's measurement, 2026-09.
const COUNT: u32 = 20;

/// Collections that one request for models may name.
pub(super) const MODELS_MAX: usize = 10;

/// The whole body of `/gifts/saling`: since 2026-09 every field has to be there. Only `None`, `Price` and `Number` are taken as
/// ordering, and `None` is not stable between pages. Source: a client's measurement, 2026-09.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Saling<'a> {
    collection_names: [&'a str; 1],
    model_names: [&'a str; 0],
    backdrop_names: [&'a str; 0],
    symbol_names: [&'a str; 0],
    ordering: &'static str,
    low_to_high: bool,
    min_price: Option<i64>,
    max_price: Option<i64>,
    mintable: Option<bool>,
    number: Option<u32>,
    count: u32,
    cursor: &'a str,
    query: Option<&'a str>,
    promoted_first: bool,
    available_for_staking: Option<bool>,
    craftable: Option<bool>,
    for_game: Option<bool>,
    gift_type: Option<&'a str>,
    is_crafted: Option<bool>,
    is_new: Option<bool>,
    is_premarket: Option<bool>,
    is_transferable: Option<bool>,
    lucky_buy: Option<bool>,
    remove_self_sales: Option<bool>,
    tg_can_be_crafted_from: Option<bool>,
}

/// The body of `/feed`. Source: request bodies in public clients, 2026.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Feed<'a> {
    count: u32,
    cursor: Option<&'a str>,
    collection_names: [&'a str; 0],
    model_names: [&'a str; 0],
    backdrop_names: [&'a str; 0],
    number: Option<u32>,
    r#type: [&'a str; 0],
    min_price: Option<i64>,
    max_price: Option<i64>,
    ordering: &'static str,
    low_to_high: bool,
    query: Option<&'a str>,
}

#[derive(Serialize)]
struct Models<'a> {
    collections: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Auth<'a> {
    data: &'a str,
    app_id: Option<&'a str>,
}

fn post(target: &str, body: &impl Serialize) -> Ask {
    let body = serde_json::to_string(body).expect("text, numbers and lists are JSON");
    Ask { method: Method::POST, target: target.into(), body: Some(body) }
}

/// The list of collections.
pub(super) fn collections() -> Ask {
    Ask::get(COLLECTIONS.into())
}

/// Models of up to [`MODELS_MAX`] collections, spelled as MRKT spells them.
pub(super) fn models(names: &[String]) -> Ask {
    post(MODELS, &Models { collections: names })
}

/// Open listings of a collection, spelled as MRKT spells it, cheapest first.
pub(super) fn saling(name: &str, cursor: Option<&str>) -> Ask {
    let body = Saling {
        collection_names: [name],
        model_names: [],
        backdrop_names: [],
        symbol_names: [],
        ordering: "Price",
        low_to_high: true,
        min_price: None,
        max_price: None,
        mintable: None,
        number: None,
        count: COUNT,
        cursor: cursor.unwrap_or_default(),
        query: None,
        promoted_first: false,
        available_for_staking: None,
        craftable: None,
        for_game: None,
        gift_type: None,
        is_crafted: None,
        is_new: None,
        is_premarket: None,
        is_transferable: None,
        lucky_buy: None,
        remove_self_sales: None,
        tg_can_be_crafted_from: None,
    };
    post(SALING, &body)
}

/// The feed, newest first, from the cursor on into the past.
pub(super) fn feed(cursor: Option<&str>) -> Ask {
    let body = Feed {
        count: COUNT,
        cursor,
        collection_names: [],
        model_names: [],
        backdrop_names: [],
        number: None,
        r#type: [],
        min_price: None,
        max_price: None,
        ordering: "Latest",
        low_to_high: false,
        query: None,
    };
    post(FEED, &body)
}

/// The sign-in. Its body is a secret: it must not become evidence.
pub(super) fn auth(init_data: &str) -> Ask {
    post(AUTH, &Auth { data: init_data, app_id: None })
}

/// The one collection that a request for listings named.
pub(super) fn asked_collection(request: &RequestRecord) -> Option<CollectionSlug> {
    let body: Value = serde_json::from_str(request.body.as_deref()?).ok()?;
    match body.get("collectionNames")?.as_array()?.as_slice() {
        [name] => CollectionSlug::from_title(name.as_str()?).ok(),
        _ => None,
    }
}

/// The page of a scan that a request asks for: of one collection, with a body like ours but for the size and the cursor.
pub(super) fn scan_page(request: &RequestRecord) -> Option<ScanPage> {
    let sent: Value = serde_json::from_str(request.body.as_deref()?).ok()?;
    let [name] = sent.get("collectionNames")?.as_array()?.as_slice() else { return None };
    let cursor = sent.get("cursor")?.as_str()?;
    let mut ours: Value = serde_json::from_str(saling(name.as_str()?, Some(cursor)).body.as_deref()?).ok()?;
    ours["count"] = sent.get("count")?.clone();
    let is_ours = request.target == SALING && sent == ours;
    is_ours.then(|| ScanPage {
        scope: asked_collection(request).as_ref().map(scope),
        cursor: Some(cursor).filter(|cursor| !cursor.is_empty()).map(str::to_owned),
    })
}

/// What was probably asked, by the fields of the answer and of its first entry.
pub(super) fn guess(body: &[u8]) -> Option<RequestRecord> {
    let value: Value = serde_json::from_slice(without_mark(body)).ok()?;
    let (method, target) = match &value {
        Value::Object(fields) if fields.get("gifts").is_some_and(Value::is_array) => ("POST", SALING),
        Value::Object(fields) => {
            let first = fields.get("items")?.as_array()?.first()?;
            first.get("type").and(first.get("gift")).map(|_| ("POST", FEED))?
        }
        Value::Array(entries) => {
            let first = entries.first()?;
            let has = |key| first.get(key).is_some();
            if has("salePrice") {
                ("POST", BY_IDS)
            } else if has("modelName") {
                ("POST", MODELS)
            } else if has("floorPriceNanoTons") {
                ("GET", COLLECTIONS)
            } else {
                return None;
            }
        }
        _ => return None,
    };
    Some(RequestRecord { method: method.into(), target: target.into(), body: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_long_body_is_whole_and_the_name_exact() {
        let ask = saling("Durov\u{2019}s Cap", None);
        insta::assert_snapshot!(ask.body.unwrap(), @r#"{"collectionNames":["Durov’s Cap"],"modelNames":[],"backdropNames":[],"symbolNames":[],"ordering":"Price","lowToHigh":true,"minPrice":null,"maxPrice":null,"mintable":null,"number":null,"count":20,"cursor":"","query":null,"promotedFirst":false,"availableForStaking":null,"craftable":null,"forGame":null,"giftType":null,"isCrafted":null,"isNew":null,"isPremarket":null,"isTransferable":null,"luckyBuy":null,"removeSelfSales":null,"tgCanBeCraftedFrom":null}"#);
        insta::assert_snapshot!(feed(Some("c")).body.unwrap(), @r#"{"count":20,"cursor":"c","collectionNames":[],"modelNames":[],"backdropNames":[],"number":null,"type":[],"minPrice":null,"maxPrice":null,"ordering":"Latest","lowToHigh":false,"query":null}"#);
        insta::assert_snapshot!(models(&["A".into(), "B".into()]).body.unwrap(), @r#"{"collections":["A","B"]}"#);
        insta::assert_snapshot!(auth("a=1&b=2").body.unwrap(), @r#"{"data":"a=1&b=2","appId":null}"#);
    }

    #[test]
    fn pages_of_scans() {
        let scan_of = |Ask { method, target, body }: Ask| {
            scan_page(&RequestRecord { method: method.to_string(), target, body })
        };
        let page = |cursor: Option<&str>| {
            let scope = domain::sighting::ScopeId("saling:durovscap".into());
            Some(ScanPage { scope: Some(scope), cursor: cursor.map(str::to_owned) })
        };
        let name = "Durov\u{2019}s Cap";
        assert_eq!(scan_of(saling(name, None)), page(None));
        assert_eq!(scan_of(saling(name, Some("20"))), page(Some("20")));
        let mut narrow = saling(name, None);
        narrow.body = narrow.body.map(|body| body.replace("\"minPrice\":null", "\"minPrice\":5"));
        assert_eq!(scan_of(narrow), None, "a request that leaves listings out");
        assert_eq!(scan_of(feed(None)), None);
        assert_eq!(scan_of(collections()), None);
    }
}
