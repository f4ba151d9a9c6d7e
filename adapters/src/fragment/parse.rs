//! From Fragment's words to ours. Pure, and by the same rule as everywhere: passed over is only what surely is no open listing. HTML has no
//! schema, so the rule is held by more: a page without a mark we know is malformed, and so is one where a gift, a price or a status stands
//! outside the entries that were read.
//!
//! A place is a JSON pointer to the text that holds the HTML, then for each step inside it `//` and a selector, with a count from 0 in brackets
//! where several fit: `/html//a.tm-grid-item[3]//.item-num`.

mod catalog;
mod gift;
mod grid;
mod metadata;
mod price;

use domain::{CollectionSlug, Exchange, GiftId, LotId, Malformed, Page, RequestRecord, sighting::ScopeId};
use serde_json::Value;

use super::{
    ask::{self, Asked},
    html::{Element, Markup},
    market_id,
    wire::{Framed, Search, State},
};
use crate::{skip::{Skip, passed}, 
    json::{Notes, Text, read_document, without_mark},
    text::cut,
};

pub(super) use grid::row_of;

/// Reads an answer.
pub(super) fn page(exchange: &Exchange) -> Result<Page, Malformed> {
    if !(200..300).contains(&exchange.status) {
        return Err(malformed("", "a status of success", &exchange.status.to_string()));
    }
    let body = &exchange.body;
    match ask::parse(&exchange.request) {
        Some(Asked::Sale { collection, offset }) => grid::sale(body, collection.as_ref(), offset),
        Some(Asked::Auction { collection, offset }) => grid::auctions(body, &collection, offset),
        Some(Asked::Sold { offset }) => grid::sold(body, offset),
        Some(Asked::Probe { collection }) => grid::probe(body, &collection),
        Some(Asked::Collections) => catalog::collections(body),
        Some(Asked::Gift(gift)) => gift::page(body, &gift),
        Some(Asked::Metadata(gift)) => metadata::page(body, &gift),
        None => {
            Err(malformed("", "the answer to a request that we send to Fragment", &exchange.request.target))
        }
    }
}

/// The scope that shows the fixed-price listings of a collection.
pub(super) fn scope(slug: &CollectionSlug) -> ScopeId {
    ScopeId(format!("sale:{slug}"))
}

/// The scope that shows the auctions of a collection.
pub(super) fn auction_scope(slug: &CollectionSlug) -> ScopeId {
    ScopeId::of_auctions(slug)
}

/// A listing's id: the gift's name. The listing is a state of the gift's own contract, so there is at most one, whoever shows it; the
/// contract's address follows from the name ([`chain::gift::candidates`]), but for most collections nobody has proved which of two codes it has,
/// and an id must not change when somebody does.
fn lot(gift: &GiftId) -> LotId {
    LotId::parse(&gift.to_string()).expect("a gift's name is short and printable")
}

/// Why Fragment does not answer a search, in its own words; `None` for any answer.
pub(super) fn refusal(body: &[u8]) -> Option<String> {
    let (Search { ok, html: _, error }, _) = read_document(body, &market_id()).ok()?;
    (!ok).then(|| cut(error.as_deref().unwrap_or("no"), 60))
}

pub(super) fn malformed(path: &str, expected: &str, found: &str) -> Malformed {
    Malformed { market: market_id(), path: path.into(), expected: expected.into(), found: cut(found, 60) }
}

/// Puts the outcome of one entry into the page.
fn push(page: &mut Page, path: String, outcome: Result<domain::Seen, Skip>) -> Result<(), Malformed> {
    match outcome {
        Ok(seen) => page.sightings.push(domain::Sighting { path, seen }),
        Err(Skip::Passed(why)) => page.passed.push(domain::sighting::Passed { path, why }),
        Err(Skip::Malformed(fault)) => return Err(fault),
    }
    Ok(())
}

/// The HTML of a search.
fn search(body: &[u8]) -> Result<(Markup, Notes), Malformed> {
    let (Search { ok, html, error }, notes) = read_document(body, &market_id())?;
    if !ok {
        return Err(malformed("/ok", "true", error.as_deref().unwrap_or("false")));
    }
    let html = html.ok_or_else(|| malformed("/html", "a value", "no such field"))?;
    Ok((Markup::read(&html, "/html")?, notes))
}

/// The HTML of a page, and what the page is about.
fn framed<'a>(body: &'a [u8]) -> Result<(Markup, Option<Text<'a>>, Notes), Malformed> {
    let (Framed { html, state, redirect }, notes) = read_document(body, &market_id())?;
    if let Some(redirect) = redirect {
        return Err(malformed("/r", "the page itself", &redirect));
    }
    let html = html.ok_or_else(|| malformed("/h", "a value", "no such field"))?;
    let title = state.and_then(|State { title }| title);
    Ok((Markup::read(&html, "/h")?, title, notes))
}

/// The one element with this class inside another.
fn one<'m>(inside: Element<'m>, class: &str, place: &str) -> Result<Element<'m>, Malformed> {
    let mut all = inside.all(class);
    let path = || format!("{place}//.{class}");
    let first = all.next().ok_or_else(|| malformed(&path(), "an element", "none"))?;
    match all.next() {
        None => Ok(first),
        Some(_) => Err(malformed(&path(), "one element", "more")),
    }
}

/// What several copies of one thing say, as wide and narrow ones do; `None` where there is none.
fn agreed<T: PartialEq>(
    told: impl Iterator<Item = Result<T, Malformed>>,
    path: &str,
) -> Result<Option<T>, Malformed> {
    let mut agreed = None;
    for one in told {
        let one = one?;
        match &agreed {
            None => agreed = Some(one),
            Some(held) if *held == one => {}
            Some(_) => return Err(malformed(path, "copies that say the same", "different ones")),
        }
    }
    Ok(agreed)
}

/// The picture on Fragment's own static host.
fn picture(address: Option<&str>) -> Option<String> {
    let address = address.filter(|address| address.starts_with("https://nft.fragment.com/"))?;
    crate::text::web_link(Some(address.into()))
}

/// What was probably asked, by the fields of the answer and the classes in its HTML.
pub(super) fn guess(body: &[u8]) -> Option<RequestRecord> {
    let value: Value = serde_json::from_slice(without_mark(body)).ok()?;
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    if let (Some(html), Some(true)) = (text("html"), value.get("ok").and_then(Value::as_bool)) {
        return grid::guess(html).map(ask::record);
    }
    if let Some(html) = text("h") {
        let markup = Markup::read(html, "/h").ok()?;
        if catalog::is_list(&markup) {
            return Some(ask::record(ask::collections()));
        }
        let title = value.get("s")?.get("itemTitle")?.as_str()?;
        return GiftId::parse(title).ok().map(|gift| ask::record(ask::gift_target(&gift, false)));
    }
    let has_traits = value.get("attributes")?.as_array()?.first()?.get("trait_type").is_some();
    let gift = text("name").and_then(|name| GiftId::parse(name).ok()).filter(|_| has_traits)?;
    Some(ask::record(ask::gift_target(&gift, true)))
}
