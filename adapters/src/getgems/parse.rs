//! From GetGems' words to ours. Pure; the rule of what to do with the odd: an entry that is surely no listing or happening we
//! follow is passed over and says why; whatever might be one and cannot be understood makes the page malformed, because a
//! listing passed over in error would count as gone.

mod auction;
mod catalog;
mod history;
mod listings;
mod offers;

use std::borrow::Cow;

use chain::{Address, FriendlyAddress, FriendlyFlags, Place};
use domain::{
    CollectionSlug, Currency, Exchange, FeeBasis, GiftId, LotId, Malformed, Page, Price,
    sighting::{Passed, ScopeId},
};

use super::{
    market_id,
    target::{self, Target},
};
use crate::{skip::{Skip, passed}, 
    json::Text,
    text::{CURSOR_BYTES_MAX, cut, is_keepable},
};

/// Reads an answer.
pub(super) fn page(exchange: &Exchange) -> Result<Page, Malformed> {
    if !(200..300).contains(&exchange.status) {
        return Err(malformed("", "a status of success", &exchange.status.to_string()));
    }
    let body = &exchange.body;
    match target::parse(&exchange.request.target) {
        Some(Target::Listings { collection }) => listings::page(body, collection),
        Some(Target::Probe { collection }) => listings::probe(body, collection),
        Some(Target::Offers { collection }) => offers::page(body, collection),
        Some(Target::History) => history::page(body),
        Some(Target::Collections) => catalog::collections(body),
        Some(Target::Attributes) => catalog::attributes(body),
        None => {
            Err(malformed("", "the answer to a request that we send to GetGems", &exchange.request.target))
        }
    }
}

/// The scope that shows lots of a collection: gifts on chain and gifts in custody are listed apart.
pub(super) fn scope(slug: &CollectionSlug, is_custody: bool) -> ScopeId {
    ScopeId(format!("{}:{slug}", if is_custody { "offchain" } else { "onchain" }))
}

/// The scope that shows the offers for a collection.
pub(super) fn offers_scope(slug: &CollectionSlug) -> ScopeId {
    ScopeId::of_offers(slug)
}

/// Whether the lot is of a gift in GetGems' custody, by its address.
pub(super) fn is_custody_lot(lot: &LotId) -> bool {
    lot.as_str().parse::<Address>().is_ok_and(|address| address.place() == Place::GetgemsOffchain)
}

fn malformed(path: &str, expected: &str, found: &str) -> Malformed {
    Malformed { market: market_id(), path: path.into(), expected: expected.into(), found: cut(found, 60) }
}

fn check_success(success: bool) -> Result<(), Malformed> {
    if success { Ok(()) } else { Err(malformed("/success", "true", "false")) }
}

/// Where the page says that the next one begins.
fn cursor(told: Option<Text<'_>>) -> Result<Option<String>, Malformed> {
    let cursor = told.map(Text::into_owned);
    match cursor {
        Some(cursor) if !is_keepable(&cursor, CURSOR_BYTES_MAX) => {
            Err(malformed("/response/cursor", "a cursor of at most 2000 printable bytes", &cursor))
        }
        cursor => Ok(cursor),
    }
}

/// Puts the outcome of one entry into the page.
fn push(
    page: &mut Page,
    path: impl Fn() -> String,
    outcome: Result<domain::Seen, Skip>,
) -> Result<(), Malformed> {
    match outcome {
        Ok(seen) => page.sightings.push(domain::Sighting { path: path(), seen }),
        Err(Skip::Passed(why)) => page.passed.push(Passed { path: path(), why }),
        Err(Skip::Malformed(fault)) => return Err(fault),
    }
    Ok(())
}

/// An address in the one spelling we keep: friendly, bounceable, base64url.
fn canonical(text: &str) -> Option<(Address, String)> {
    let bounceable = FriendlyFlags::BOUNCEABLE;
    if text.contains(':') {
        let address = Address::from_raw(text).ok()?;
        return Some((address, address.to_friendly(bounceable)));
    }
    let friendly: FriendlyAddress = text.parse().ok()?;
    let is_canonical = friendly.flags == bounceable && !text.contains(['+', '/']);
    let spelled = if is_canonical { text.to_owned() } else { friendly.address.to_friendly(bounceable) };
    Some((friendly.address, spelled))
}

/// An item's address as a lot: on chain, or synthetic and then of the very gift that the item names.
struct Item {
    lot: LotId,
    /// Friendly form, where the item is on chain.
    address: Option<String>,
}

fn item(address: &str, gift: &GiftId, path: impl Fn() -> String) -> Result<Item, Malformed> {
    let (parsed, spelled) =
        canonical(address).ok_or_else(|| malformed(&path(), "an address of TON", address))?;
    let lot = LotId::parse(&spelled).ok_or_else(|| malformed(&path(), "an address of TON", address))?;
    match parsed.place() {
        Place::Basechain => Ok(Item { lot, address: Some(spelled) }),
        Place::GetgemsOffchain => {
            let check = chain::getgems::check_offchain_address(&parsed, gift.slug.as_str(), gift.number);
            check.map_err(|fault| {
                malformed(&path(), &format!("the synthetic address of {gift}"), &fault.to_string())
            })?;
            Ok(Item { lot, address: None })
        }
        Place::Masterchain | Place::Unknown => {
            Err(malformed(&path(), "an address in the basechain or a synthetic one", address))
        }
    }
}

/// The gift that a name tells; everything else that GetGems sells has another form of name.
fn gift(name: Option<&str>) -> Result<GiftId, Skip> {
    let name = name.ok_or_else(|| passed("has no name"))?;
    if !name.contains(" #") {
        return Err(passed(format!("`{}` is no gift's name", cut(name, 60))));
    }
    GiftId::parse(name).map_err(|_| passed(format!("`{}` is no gift's name", cut(name, 60))))
}

/// Who owns, sells or buys, in the one spelling we keep where it is an address.
fn person(text: Option<Cow<'_, str>>) -> Option<String> {
    let text = text?;
    let is_canonical = text.len() == 48
        && text.starts_with("EQ")
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if is_canonical {
        return Some(text.into_owned());
    }
    canonical(&text).map(|(_, spelled)| spelled).or_else(|| crate::text::tidy(&text))
}

/// An amount in the smallest unit, from text of digits.
fn amount(text: &str, path: impl Fn() -> String) -> Result<i64, Skip> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(malformed(&path(), "an amount in the smallest unit as text of digits", text).into());
    }
    text.parse().map_err(|_| passed(format!("an amount of {} digits does not fit 63 bits", text.len())))
}

/// A required text that only some kinds of entry have.
fn required<'a>(text: Option<Cow<'a, str>>, path: impl Fn() -> String) -> Result<Cow<'a, str>, Malformed> {
    text.ok_or_else(|| malformed(&path(), "a value", "no such field"))
}

/// A price as GetGems states it: what the buyer pays, fee and royalty inside.
fn price(
    amount_text: Option<Cow<'_, str>>,
    currency: Option<Cow<'_, str>>,
    amount_path: impl Fn() -> String,
    currency_path: impl Fn() -> String,
) -> Result<Price, Skip> {
    let currency = required(currency, currency_path)?;
    let amount = amount(&required(amount_text, &amount_path)?, &amount_path)?;
    let currency = Currency::parse(&currency)
        .map_err(|_| passed(format!("`{}` is no currency code we can read", cut(&currency, 40))))?;
    Ok(Price { amount, currency, fee_basis: FeeBasis::BuyerPays })
}
