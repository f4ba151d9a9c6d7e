//! From Portals' words to ours. Pure, and by the same rule as everywhere: passed over is only what surely is no open listing.

mod actions;
mod catalog;
mod decimals;
mod nft;
mod offers;

use domain::{CollectionSlug, Exchange, Malformed, Page, sighting::ScopeId};

use super::{NAME, ask, market_id};
use crate::skip::{Skip, passed};
use crate::text::cut;

pub(super) use catalog::{Listed, listed};

/// Reads an answer. Where the next page begins follows from where this one was asked to and how much stands on it.
pub(super) fn page(exchange: &Exchange) -> Result<Page, Malformed> {
    if !(200..300).contains(&exchange.status) {
        return Err(malformed("", "a status of success", &exchange.status.to_string()));
    }
    let (body, request) = (&exchange.body, &exchange.request);
    let offset = ask::offset(request);
    match request.target.split('?').next().unwrap_or_default() {
        ask::SEARCH => nft::search(body, offset, ask::asked_collection(request).as_deref()),
        ask::ACTIONS => actions::page(body, offset),
        ask::COLLECTIONS => catalog::collections(body, offset),
        ask::FILTERS => catalog::filters(body),
        path if ask::offers_of(path).is_some() => offers::page(body, ask::offers_of(path)),
        path => Err(malformed("", &format!("the answer to a request that we send to {NAME}"), path)),
    }
}

/// The scope that shows listings of a collection.
pub(super) fn scope(slug: &CollectionSlug) -> ScopeId {
    ScopeId(format!("search:{slug}"))
}

/// The scope that shows the offers for a collection.
pub(super) fn offers_scope(slug: &CollectionSlug) -> ScopeId {
    ScopeId::of_offers(slug)
}

fn malformed(path: &str, expected: &str, found: &str) -> Malformed {
    Malformed { market: market_id(), path: path.into(), expected: expected.into(), found: cut(found, 60) }
}

/// A field that some kinds of entry must have.
fn required<T>(value: Option<T>, path: impl FnOnce() -> String) -> Result<T, Malformed> {
    value.ok_or_else(|| malformed(&path(), "a value", "nothing"))
}

/// Puts the outcome of one entry into the page.
fn push(
    page: &mut Page,
    path: impl Fn() -> String,
    outcome: Result<domain::Seen, Skip>,
) -> Result<(), Malformed> {
    match outcome {
        Ok(seen) => page.sightings.push(domain::Sighting { path: path(), seen }),
        Err(Skip::Passed(why)) => page.passed.push(domain::sighting::Passed { path: path(), why }),
        Err(Skip::Malformed(fault)) => return Err(fault),
    }
    Ok(())
}
