//! What is sent to Tonnel: targets, bodies and filters. The fields of a body and their order are part of the evidence; what signs a request
//! is not.

use domain::{CollectionSlug, Currency, RequestRecord, sighting::ScopeId, time::iso_from_ms};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::walk::Window;
use crate::{http::Ask, json::without_mark, reader::ScanPage};

pub(super) const LISTINGS: &str = "/api/pageGifts";
pub(super) const SALES: &str = "/api/saleHistory";
pub(super) const STATS: &str = "/api/filterStats";

/// Entries of a page of listings; more is refused (`limit is too big`). Source: the client library tonnelmp 1.2.
const LISTINGS_COUNT: u32 = 30;

/// Entries of a page of sales; the most that the same library asks for.
pub(super) const SALES_COUNT: u32 = 50;

/// A coin in which gifts are priced, as requests must spell it: filters still say `TON` where the coin is called Gram elsewhere (a client of
/// 2026-08).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Asset {
    #[serde(rename = "TON")]
    Ton,
    #[serde(rename = "USDT")]
    Usdt,
}

impl Asset {
    /// Those that are followed.
    pub(super) const ALL: [Self; 2] = [Self::Ton, Self::Usdt];

    /// The asset of a currency, if it is followed.
    pub(super) fn of(currency: &Currency) -> Option<Self> {
        Self::ALL.into_iter().find(|asset| asset.code() == currency.code())
    }

    fn code(self) -> &'static str {
        match self {
            Self::Ton => "TON",
            Self::Usdt => "USDT",
        }
    }

    /// Digits behind the point.
    pub(super) fn decimals(self) -> u8 {
        match self {
            Self::Ton => 9,
            Self::Usdt => 6,
        }
    }

    /// The scope that shows listings of a collection in this coin.
    pub(super) fn scope(self, slug: &CollectionSlug) -> ScopeId {
        ScopeId(format!("{}:{slug}", self.code().to_ascii_lowercase()))
    }

    /// The asset that a scope of a collection is about.
    pub(super) fn of_scope(scope: &ScopeId, slug: &CollectionSlug) -> Option<Self> {
        Self::ALL.into_iter().find(|asset| asset.scope(slug) == *scope)
    }
}

#[derive(Serialize)]
struct Listings {
    page: u32,
    limit: u32,
    sort: &'static str,
    filter: String,
    r#ref: u32,
    price_range: Option<()>,
    user_auth: &'static str,
}

/// The filter that the site itself sends for gifts on sale, of one collection in one coin, below an id.
#[derive(Serialize)]
struct OnSale<'a> {
    price: Exists,
    refunded: Not,
    buyer: Exists,
    export_at: Exists,
    gift_name: &'a str,
    asset: Asset,
    #[serde(skip_serializing_if = "Option::is_none")]
    gift_id: Option<Below>,
}

#[derive(Serialize)]
struct Exists {
    #[serde(rename = "$exists")]
    exists: bool,
}

#[derive(Serialize)]
struct Not {
    #[serde(rename = "$ne")]
    not: bool,
}

#[derive(Serialize)]
struct Below {
    #[serde(rename = "$lt")]
    below: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sales<'a> {
    auth_data: &'a str,
    page: u32,
    limit: u32,
    r#type: &'static str,
    filter: During,
    sort: Newest,
}

#[derive(Serialize)]
struct During {
    timestamp: Times,
}

#[derive(Serialize)]
struct Times {
    #[serde(rename = "$gte")]
    from: String,
    #[serde(rename = "$lte", skip_serializing_if = "Option::is_none")]
    to: Option<String>,
}

#[derive(Serialize)]
struct Newest {
    timestamp: i8,
    gift_id: i8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Stats<'a> {
    auth_data: &'a str,
}

fn post(target: &str, body: &impl Serialize) -> Ask {
    let body = serde_json::to_string(body).expect("text, numbers and lists are JSON");
    Ask { method: Method::POST, target: target.into(), body: Some(body) }
}

/// Open listings of a collection, spelled as Tonnel spells it, in one coin: those with the highest ids, or those below an id.
pub(super) fn listings(name: &str, asset: Asset, below: Option<i64>) -> Ask {
    let filter = OnSale {
        price: Exists { exists: true },
        refunded: Not { not: true },
        buyer: Exists { exists: false },
        export_at: Exists { exists: true },
        gift_name: name,
        asset,
        gift_id: below.map(|below| Below { below }),
    };
    let filter = serde_json::to_string(&filter).expect("text, numbers and lists are JSON");
    let body = Listings {
        page: 1,
        limit: LISTINGS_COUNT,
        sort: r#"{"gift_id":-1}"#,
        filter,
        r#ref: 0,
        price_range: None,
        user_auth: "",
    };
    post(LISTINGS, &body)
}

/// What was sold during a span of time, newest first. Without a span the answer has no order (a client's measurement, 2026-08).
pub(super) fn sales(auth_data: &str, window: &Window) -> Ask {
    let times = Times { from: iso_from_ms(window.from_ms), to: window.to_ms.map(iso_from_ms) };
    let body = Sales {
        auth_data,
        page: window.page,
        limit: SALES_COUNT,
        r#type: "ALL",
        filter: During { timestamp: times },
        sort: Newest { timestamp: -1, gift_id: -1 },
    };
    post(SALES, &body)
}

/// The statistics of all collections and models.
pub(super) fn stats(auth_data: &str) -> Ask {
    post(STATS, &Stats { auth_data })
}

/// What a request for listings asked for.
pub(super) struct Asked {
    name: String,
    pub(super) slug: CollectionSlug,
    pub(super) asset: Asset,
    below: Option<i64>,
}

/// The collection and the coin that a request for listings named.
pub(super) fn asked(request: &RequestRecord) -> Option<Asked> {
    let sent: Value = serde_json::from_str(request.body.as_deref()?).ok()?;
    let filter: Value = serde_json::from_str(sent.get("filter")?.as_str()?).ok()?;
    let name = filter.get("gift_name")?.as_str()?.to_owned();
    Some(Asked {
        slug: CollectionSlug::from_title(&name).ok()?,
        name,
        asset: serde_json::from_value(filter.get("asset")?.clone()).ok()?,
        below: filter.pointer("/gift_id/$lt").and_then(Value::as_i64),
    })
}

/// The page of a scan that a request asks for: with a body like ours for the same collection, coin and id.
pub(super) fn scan_page(request: &RequestRecord) -> Option<ScanPage> {
    let Asked { name, slug, asset, below } = asked(request)?;
    let ours = listings(&name, asset, below);
    let is_ours = request.target == ours.target && request.body == ours.body;
    is_ours.then(|| ScanPage { scope: Some(asset.scope(&slug)), cursor: below.map(|below| below.to_string()) })
}

/// What was probably asked, by the fields of the answer and of its first entry.
pub(super) fn guess(body: &[u8]) -> Option<RequestRecord> {
    let value: Value = serde_json::from_slice(without_mark(body)).ok()?;
    let target = match &value {
        Value::Object(fields) if fields.get("data").is_some_and(Value::is_object) => {
            fields.get("status").map(|_| STATS)?
        }
        Value::Array(entries) => {
            let first = entries.first()?;
            first.get("gift_id")?;
            if first.get("timestamp").is_some() { SALES } else { LISTINGS }
        }
        _ => return None,
    };
    Some(RequestRecord { method: "POST".into(), target: target.into(), body: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_as_the_sites_own() {
        let ask = listings("Durov's Cap", Asset::Ton, None);
        insta::assert_snapshot!(ask.body.unwrap(), @r#"{"page":1,"limit":30,"sort":"{\"gift_id\":-1}","filter":"{\"price\":{\"$exists\":true},\"refunded\":{\"$ne\":true},\"buyer\":{\"$exists\":false},\"export_at\":{\"$exists\":true},\"gift_name\":\"Durov's Cap\",\"asset\":\"TON\"}","ref":0,"price_range":null,"user_auth":""}"#);
        let ask = listings("Toy Bear", Asset::Usdt, Some(9_007_199_254_740_993));
        insta::assert_snapshot!(ask.body.unwrap(), @r#"{"page":1,"limit":30,"sort":"{\"gift_id\":-1}","filter":"{\"price\":{\"$exists\":true},\"refunded\":{\"$ne\":true},\"buyer\":{\"$exists\":false},\"export_at\":{\"$exists\":true},\"gift_name\":\"Toy Bear\",\"asset\":\"USDT\",\"gift_id\":{\"$lt\":9007199254740993}}","ref":0,"price_range":null,"user_auth":""}"#);
        let window = Window { from_ms: 1_788_704_123_009, to_ms: None, page: 1 };
        insta::assert_snapshot!(sales("", &window).body.unwrap(), @r#"{"authData":"","page":1,"limit":50,"type":"ALL","filter":{"timestamp":{"$gte":"2026-09-06T14:15:23.009Z"}},"sort":{"timestamp":-1,"gift_id":-1}}"#);
        let window = Window { from_ms: 0, to_ms: Some(1_788_704_123_009), page: 2 };
        insta::assert_snapshot!(sales("a=1&b=2", &window).body.unwrap(), @r#"{"authData":"a=1&b=2","page":2,"limit":50,"type":"ALL","filter":{"timestamp":{"$gte":"1970-01-01T00:00:00.000Z","$lte":"2026-09-06T14:15:23.009Z"}},"sort":{"timestamp":-1,"gift_id":-1}}"#);
        insta::assert_snapshot!(stats("").body.unwrap(), @r#"{"authData":""}"#);
    }

    #[test]
    fn pages_of_scans() {
        let scan_of = |Ask { method, target, body }: Ask| {
            scan_page(&RequestRecord { method: method.to_string(), target, body })
        };
        let page = |scope: &str, cursor: Option<&str>| {
            Some(ScanPage { scope: Some(ScopeId(scope.into())), cursor: cursor.map(str::to_owned) })
        };
        assert_eq!(scan_of(listings("Durov's Cap", Asset::Ton, None)), page("ton:durovscap", None));
        assert_eq!(scan_of(listings("Durov's Cap", Asset::Usdt, Some(7))), page("usdt:durovscap", Some("7")));
        for (ours, narrow) in [
            (r#"\"asset\":"#, r#"\"model\":\"Zebra (1.5%)\",\"asset\":"#),
            (r#""page":1"#, r#""page":2"#),
            (r#""price_range":null"#, r#""price_range":[1,2]"#),
        ] {
            let mut ask = listings("Durov's Cap", Asset::Ton, None);
            let body = ask.body.unwrap();
            assert!(body.contains(ours), "{body}");
            ask.body = Some(body.replace(ours, narrow));
            assert_eq!(scan_of(ask), None, "a request that leaves listings out: {narrow}");
        }
        assert_eq!(scan_of(sales("", &Window { from_ms: 0, to_ms: None, page: 1 })), None);
        assert_eq!(scan_of(stats("")), None);
    }
}
