//! What is sent to Fragment: targets and forms, and what a request was for, told from itself alone. The order of a form's fields is part
//! of the evidence; the session's hash, which travels in the query, is not: it is added where a request is sent.

use std::collections::BTreeMap;

use chain::gift::TokenName;
use domain::{CollectionSlug, GiftId, RequestRecord};
use reqwest::{Method, Url};

use super::parse::{auction_scope, scope};
use crate::{http::Ask, reader::ScanPage, text::query_value};

/// Where searches go.
pub(super) const API: &str = "/api";

/// The page that lists the collections.
const GIFTS: &str = "/gifts";

/// Pages of single gifts on the site, and with `.json` behind them their metadata on the static host.
const GIFT: &str = "/gift/";

/// What is searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    /// Gifts at a fixed price.
    Sale,
    /// Gifts in auctions.
    Auction,
    /// Gifts that were sold.
    Sold,
    /// All gifts of a collection.
    All,
}

impl Filter {
    fn word(self) -> &'static str {
        match self {
            Self::Sale => "sale",
            Self::Auction => "auction",
            Self::Sold => "sold",
            Self::All => "",
        }
    }

    /// Sold gifts by the time of the sale, the latest first; all others by rising price. Source: the words in public clients, 2026; that
    /// `ending` sorts the sold ones so is inferred, and the walk does not rely on it.
    fn sort(self) -> &'static str {
        match self {
            Self::Sold => "ending",
            Self::Sale | Self::Auction | Self::All => "price_asc",
        }
    }
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// Open listings of a collection, of all where none is named, from this place on.
    Sale { collection: Option<CollectionSlug>, offset: u64 },
    /// Open auctions of a collection, from this place on.
    Auction { collection: CollectionSlug, offset: u64 },
    /// Sales of all collections, from this place on.
    Sold { offset: u64 },
    /// Any gift of a collection whose title we do not know.
    Probe { collection: CollectionSlug },
    /// The collections.
    Collections,
    /// The page of a gift.
    Gift(GiftId),
    /// The metadata of a gift.
    Metadata(GiftId),
}

/// A search in the shape in which Fragment's own page sends it, as a grid. Source: request bodies in public clients, 2026; `offset` is
/// the `data-next-offset` of the page before.
fn search(filter: Filter, collection: &str, offset: Option<&str>) -> Ask {
    let mut form = format!(
        "method=searchAuctions&type=gifts&query=&sort={}&filter={}&collection={}&view=",
        filter.sort(),
        filter.word(),
        query_value(collection)
    );
    if let Some(offset) = offset {
        form.push_str("&offset=");
        form.push_str(&query_value(offset));
    }
    Ask { method: Method::POST, target: API.into(), body: Some(form) }
}

/// A page of a collection's open listings.
pub(super) fn sale(collection: &CollectionSlug, offset: Option<&str>) -> Ask {
    search(Filter::Sale, collection.as_str(), offset)
}

/// A page of a collection's open auctions.
pub(super) fn auction(collection: &CollectionSlug, offset: Option<&str>) -> Ask {
    search(Filter::Auction, collection.as_str(), offset)
}

/// A page of sales.
pub(super) fn sold(offset: Option<&str>) -> Ask {
    search(Filter::Sold, "", offset)
}

/// Some gifts of a collection, for its title.
pub(super) fn probe(collection: &str) -> Ask {
    search(Filter::All, collection, None)
}

/// The collections.
pub(super) fn collections() -> Ask {
    Ask::get(GIFTS.into())
}

/// A gift by the name in a link: lower-case letters and digits, a hyphen, and a number without leading zeros.
pub(super) fn gift(name: &str) -> Option<GiftId> {
    let name: TokenName = name.parse().ok()?;
    let slug = CollectionSlug::from_title(name.slug()).ok()?;
    Some(GiftId { slug, number: name.number() })
}

/// What a request asked for; `None` for one that we never send.
pub(super) fn parse(request: &RequestRecord) -> Option<Asked> {
    let path = request.target.split('?').next().unwrap_or_default();
    match path {
        GIFTS => Some(Asked::Collections),
        API => searched(request.body.as_deref()?),
        _ => {
            let name = path.strip_prefix(GIFT)?;
            match name.strip_suffix(".json") {
                Some(name) => gift(name).map(Asked::Metadata),
                None => gift(name).map(Asked::Gift),
            }
        }
    }
}

fn searched(form: &str) -> Option<Asked> {
    let form = fields(form)?;
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    if field("method") != "searchAuctions" || field("type") != "gifts" {
        return None;
    }
    let collection = match field("collection") {
        "" => None,
        slug => Some(CollectionSlug::from_title(slug).ok().filter(|known| known.as_str() == slug)?),
    };
    let offset = match field("offset") {
        "" => 0,
        digits => digits.parse().ok()?,
    };
    match (field("filter"), collection) {
        ("sale", collection) => Some(Asked::Sale { collection, offset }),
        ("auction", Some(collection)) => Some(Asked::Auction { collection, offset }),
        ("sold", _) => Some(Asked::Sold { offset }),
        ("", Some(collection)) => Some(Asked::Probe { collection }),
        _ => None,
    }
}

fn fields(form: &str) -> Option<BTreeMap<String, String>> {
    let mut url = Url::parse("http://fragment.invalid").ok()?;
    url.set_query(Some(form));
    Some(url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
}

/// The page of a scan that a request asks for: of one collection, with a form like ours but for the place where it begins.
pub(super) fn scan_page(request: &RequestRecord) -> Option<ScanPage> {
    let (ours, scope) = match parse(request)? {
        Asked::Sale { collection: Some(collection), .. } => (sale(&collection, None), scope(&collection)),
        Asked::Auction { collection, .. } => (auction(&collection, None), auction_scope(&collection)),
        _ => return None,
    };
    let mut sent = fields(request.body.as_deref()?)?;
    let cursor = sent.remove("offset");
    let ours = fields(&ours.body?)?;
    let is_ours = request.target == API && sent == ours;
    is_ours.then_some(ScanPage { scope: Some(scope), cursor })
}

/// The request of which this is probably the answer, by what was read off the answer.
pub(super) fn record(ask: Ask) -> RequestRecord {
    let Ask { method, target, body } = ask;
    RequestRecord { method: method.to_string(), target, body }
}

/// The target of a gift's page, or of its metadata.
pub(super) fn gift_target(gift: &GiftId, is_metadata: bool) -> Ask {
    Ask::get(format!("{GIFT}{gift}{}", if is_metadata { ".json" } else { "" }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn slug(text: &str) -> CollectionSlug {
        CollectionSlug::from_title(text).unwrap()
    }

    #[test]
    fn forms_are_whole_and_read_back() {
        let ask = sale(&slug("plushpepe"), Some("59"));
        insta::assert_snapshot!(ask.body.clone().unwrap(), @"method=searchAuctions&type=gifts&query=&sort=price_asc&filter=sale&collection=plushpepe&view=&offset=59");
        insta::assert_snapshot!(sold(None).body.unwrap(), @"method=searchAuctions&type=gifts&query=&sort=ending&filter=sold&collection=&view=");
        let gift = gift("plushpepe-42").unwrap();
        for (ask, want) in [
            (ask, Asked::Sale { collection: Some(slug("plushpepe")), offset: 59 }),
            (sold(Some("60")), Asked::Sold { offset: 60 }),
            (probe("newgift"), Asked::Probe { collection: slug("newgift") }),
            (collections(), Asked::Collections),
            (gift_target(&gift, false), Asked::Gift(gift.clone())),
            (gift_target(&gift, true), Asked::Metadata(gift.clone())),
        ] {
            assert_eq!(parse(&record(ask)), Some(want));
        }
    }

    #[test]
    fn names_in_links() {
        assert_eq!(gift("plushpepe-42").map(|gift| gift.to_string()), Some("plushpepe-42".into()));
        for name in ["PlushPepe-42", "plushpepe-042", "plushpepe-0", "plushpepe", "-1", "plush pepe-1", ""] {
            assert_eq!(gift(name), None, "{name}");
        }
    }

    #[test]
    fn pages_of_scans() {
        let page = |cursor: Option<&str>| {
            Some(ScanPage { scope: Some(scope(&slug("plushpepe"))), cursor: cursor.map(str::to_owned) })
        };
        assert_eq!(scan_page(&record(sale(&slug("plushpepe"), None))), page(None));
        assert_eq!(scan_page(&record(sale(&slug("plushpepe"), Some("59")))), page(Some("59")));
        let mut narrow = record(sale(&slug("plushpepe"), None));
        narrow.body = narrow.body.map(|form| form + "&attr[Model]=Hypno");
        assert!(matches!(parse(&narrow), Some(Asked::Sale { .. })));
        assert_eq!(scan_page(&narrow), None, "a request that leaves listings out");
        assert_eq!(scan_page(&record(sold(None))), None);
        assert_eq!(scan_page(&record(probe("plushpepe"))), None);
        assert_eq!(scan_page(&record(collections())), None);
    }

    proptest! {
        #[test]
        fn any_request_is_ours_or_none(target in "\\PC{0,30}|/api|/gift/\\PC{0,20}", body in prop::option::of("\\PC{0,80}|(method=searchAuctions|type=gifts|filter=s[a-z]{0,4}|collection=[a-zA-Z%0-9]{0,9}|offset=[0-9x]{0,30}|&){0,9}")) {
            let request = RequestRecord { method: "POST".into(), target, body };
            let asked = parse(&request);
            let is_scan = matches!(asked, Some(Asked::Sale { collection: Some(_), .. }));
            prop_assert!(scan_page(&request).is_none() || is_scan);
        }
    }
}
