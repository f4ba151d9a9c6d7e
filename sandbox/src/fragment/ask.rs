//! What a client asked: headers of the site's own scripts, and the form of a search.

use std::collections::BTreeMap;

use axum::{
    extract::Query,
    http::{HeaderMap, Uri},
};

/// Entries of a page. Nobody recorded how many Fragment shows.
pub(super) const PAGE: usize = 60;

/// Whether the site's own scripts ask: they get JSON where a reader gets a page.
pub(super) fn is_script(headers: &HeaderMap) -> bool {
    headers.get("x-requested-with").is_some_and(|value| value == "XMLHttpRequest")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filter {
    All,
    Sale,
    Auction,
    Sold,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    PriceAsc,
    PriceDesc,
    /// The latest put up first.
    Listed,
    /// What ends first; of sold gifts the latest sale first.
    Ending,
}

/// A search for gifts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Search {
    pub(super) filter: Filter,
    pub(super) sort: Sort,
    /// By slug; all where none is named.
    pub(super) collection: Option<String>,
    pub(super) offset: Option<String>,
}

impl Search {
    /// Reads a form; what Fragment would say where it is none.
    pub(super) fn read(form: &str) -> Result<Self, &'static str> {
        let form = fields(form).ok_or("Bad request")?;
        let field = |name: &str| form.get(name).map_or("", String::as_str);
        if field("method") != "searchAuctions" || field("type") != "gifts" {
            return Err("Bad request");
        }
        let filter = match field("filter") {
            "" => Filter::All,
            "sale" => Filter::Sale,
            "auction" => Filter::Auction,
            "sold" => Filter::Sold,
            _ => return Err("Bad request"),
        };
        let sort = match field("sort") {
            "price_asc" => Sort::PriceAsc,
            "" | "price_desc" => Sort::PriceDesc,
            "listed" => Sort::Listed,
            "ending" => Sort::Ending,
            _ => return Err("Bad request"),
        };
        let text = |name: &str| form.get(name).filter(|text| !text.is_empty()).cloned();
        Ok(Self { filter, sort, collection: text("collection"), offset: text("offset") })
    }
}

fn fields(form: &str) -> Option<BTreeMap<String, String>> {
    let uri: Uri = format!("/?{form}").parse().ok()?;
    Query::<Vec<(String, String)>>::try_from_uri(&uri).ok().map(|Query(pairs)| pairs.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_form_as_clients_send_it() {
        let form = "method=searchAuctions&type=gifts&query=&sort=price_asc&filter=sale&collection=plushpepe&view=list&offset=60";
        let search = Search::read(form).unwrap();
        assert_eq!((search.filter, search.sort), (Filter::Sale, Sort::PriceAsc));
        assert_eq!((search.collection.as_deref(), search.offset.as_deref()), (Some("plushpepe"), Some("60")));
        for form in [
            "",
            "method=searchAuctions",
            "method=searchAuctions&type=gifts&filter=x",
            "method=searchAuctions&type=gifts&sort=x",
        ] {
            assert!(Search::read(form).is_err(), "{form}");
        }
    }

    proptest! {
        #[test]
        fn no_form_panics(form in "\\PC{0,60}|(method=searchAuctions|type=gifts|filter=|sort=|[&=%a-z]){0,12}") {
            let _ = Search::read(&form);
        }
    }
}
