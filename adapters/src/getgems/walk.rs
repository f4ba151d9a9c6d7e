//! Where each walk over GetGems' pages stands: pure, from what was wanted, the cursor and the page.

use std::collections::BTreeSet;

use domain::{
    Page, Seen,
    ports::{KnownCollection, Scope, Step, Want},
};
use serde::{Deserialize, Serialize};

use super::{
    known, parse,
    target::{PROBE_QUERY, attributes_path, collections_path, history_path, listings_path, offers_path},
};
use crate::reader::follow;
use crate::text::query_value;

/// Entries asked for on a page; the most that GetGems gives.
const LIMIT: usize = 100;

/// Unknown collections that one walk asks about.
const ASK_MAX: usize = 256;

/// Where the walk over collections stands. It lists them all and then asks about those that it could not name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CatalogCursor {
    /// The list goes on here.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    after: Option<String>,
    /// Addresses of unknown collections, first one to ask next.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    ask: Vec<String>,
    /// The first of `ask` has no gift in custody for sale; ask for one on chain.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    is_on_chain: bool,
}

impl CatalogCursor {
    pub(super) fn new(after: Option<String>, ask: Vec<String>) -> Self {
        Self { after, ask, is_on_chain: false }
    }

    /// The cursor's text; `None` when the walk is over.
    pub(super) fn into_text(self) -> Option<String> {
        if self == Self::default() { None } else { serde_json::to_string(&self).ok() }
    }

    /// The same walk without asking about these addresses.
    pub(super) fn without(mut self, learned: &BTreeSet<String>) -> Self {
        if !self.is_on_chain {
            self.ask.retain(|address| !learned.contains(address));
        }
        self
    }

    pub(super) fn read(text: Option<&str>) -> Option<Self> {
        text.map_or_else(|| Some(Self::default()), |text| serde_json::from_str(text).ok())
    }

    /// The request that the walk sends from here.
    fn target(&self) -> String {
        match (&self.after, self.ask.first()) {
            (None, Some(address)) => format!("{}?{PROBE_QUERY}", listings_path(address, !self.is_on_chain)),
            (after, _) => paged(collections_path(), after.as_deref()),
        }
    }

    fn next(mut self, page: &Page) -> Self {
        if self.after.is_some() || self.ask.is_empty() {
            let told = Self::read(page.cursor.as_deref()).unwrap_or_default();
            self.ask.extend(told.ask);
            self.ask.truncate(ASK_MAX);
            self.after = told.after.filter(|after| Some(after) != self.after.as_ref());
            return self;
        }
        let is_learned =
            page.sightings.iter().any(|sighting| matches!(sighting.seen, Seen::Collection { .. }));
        if is_learned || self.is_on_chain {
            self.ask.remove(0);
            self.is_on_chain = false;
        } else {
            self.is_on_chain = true;
        }
        self
    }
}

fn paged(path: &str, after: Option<&str>) -> String {
    let after = after.map(|after| format!("&after={}", query_value(after))).unwrap_or_default();
    format!("{path}?limit={LIMIT}{after}")
}

/// Both scopes of each collection whose address is known, and behind them all the offers for each: a listing is wanted first. Offers are
/// read only for a collection that the reader knows by its address, because their page names it by nothing else.
pub(super) fn scopes(collections: &[KnownCollection]) -> Vec<Scope> {
    let with_address: Vec<_> = collections.iter().filter(|collection| collection.address.is_some()).collect();
    let both = with_address.iter().flat_map(|collection| {
        [false, true].map(|is_custody| Scope {
            id: parse::scope(&collection.slug, is_custody),
            collection: (*collection).clone(),
        })
    });
    let is_known = |collection: &&&KnownCollection| {
        let address = collection.address.as_deref().and_then(|address| address.parse().ok());
        address.and_then(|address| known::at(&address)).is_some_and(|known| known.slug == collection.slug)
    };
    let offers = with_address.iter().filter(is_known).map(|collection| Scope {
        id: parse::offers_scope(&collection.slug),
        collection: (*collection).clone(),
    });
    both.chain(offers).collect()
}

/// The target of the request that a walk sends from this cursor; a fault in words when there is none.
pub(super) fn target(want: &Want, cursor: Option<&str>) -> Result<String, String> {
    match want {
        Want::Collections => {
            let cursor = CatalogCursor::read(cursor);
            Ok(cursor.ok_or("the saved cursor of the collections cannot be read")?.target())
        }
        Want::Attributes(collections) => match collections.as_slice() {
            [KnownCollection { address: Some(address), .. }] => Ok(attributes_path(address)),
            _ => Err("GetGems tells attributes of one collection with an address at a time".into()),
        },
        Want::Scan(Scope { id, collection }) => {
            let KnownCollection { slug, address, .. } = collection;
            let address = address.as_deref().ok_or_else(|| format!("the address of {slug} is not known"))?;
            let path = match id.0.split_once(':') {
                Some(("onchain", _)) => listings_path(address, false),
                Some(("offchain", _)) => listings_path(address, true),
                Some(("offers", _)) => offers_path(address),
                _ => return Err(format!("`{id}` is no scope of GetGems")),
            };
            Ok(paged(&path, cursor))
        }
        Want::Feed => Ok(match cursor {
            None => format!("{}?limit=1&reverse=false", history_path()),
            after => format!("{}&reverse=true", paged(history_path(), after)),
        }),
        Want::History => Ok(format!("{}&reverse=false", paged(history_path(), cursor))),
    }
}

/// Where the walk stands after the page that `cursor` fetched.
pub(super) fn step(want: &Want, cursor: Option<&str>, page: &Page) -> Step {
    let next = page.cursor.clone().filter(|next| Some(next.as_str()) != cursor);
    match want {
        Want::Collections => {
            let walked = CatalogCursor::read(cursor).unwrap_or_default();
            walked.next(page).into_text().map_or(Step::Done(None), Step::Continue)
        }
        Want::Attributes(_) => Step::Done(None),
        Want::Scan(_) => follow(cursor, page),
        Want::Feed => {
            // Forwards in time. A full page may have more behind it; a page without a cursor leaves the walk where it was.
            let is_full = page.sightings.len() + page.passed.len() >= LIMIT;
            match next {
                Some(next) if is_full && cursor.is_some() => Step::Continue(next),
                Some(next) => Step::Done(Some(next)),
                None => Step::Done(cursor.map(str::to_owned)),
            }
        }
        // Backwards in time. The last cursor is kept at the end: from there nothing comes again.
        Want::History => next.map_or_else(|| Step::Done(cursor.map(str::to_owned)), Step::Continue),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_reads_its_own_text(
            text in any::<String>(),
            after in prop::option::of(any::<String>()),
            ask in prop::collection::vec(any::<String>(), 0..3),
            is_on_chain: bool,
        ) {
            let _ = CatalogCursor::read(Some(&text));
            let cursor = CatalogCursor { after, ask, is_on_chain };
            prop_assert_eq!(CatalogCursor::read(cursor.clone().into_text().as_deref()), Some(cursor));
        }
    }
}
