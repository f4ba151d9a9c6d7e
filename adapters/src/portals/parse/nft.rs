//! The gift object: as a listing, and as the subject of a happening.

use std::collections::HashSet;

use chain::{Address, FriendlyFlags, Place as ChainPlace};
use domain::{
    Attribute, AttributeKind, CollectionSlug, Custody, GiftId, LotDetails, LotId, Malformed, Page, Price, Rarity,
    Seen,
    decimal::DecimalFault,
    time::{ms_from_us, us_from_iso},
};

use super::{
    Skip,
    decimals::nanoton,
    malformed, passed, push, required,
};
use crate::{
    json::{Loose, Notes, Nullable, Text, read_document},
    portals::{
        ask, market_id,
        wire::{Nft, Search, Trait},
    },
    text::{cut, tidy, web_link},
};

/// Words of a gift that the market holds, whether it is for sale or not.
const HELD: [&str; 5] = ["auction", "bundle", "giveaway_locked", "listed", "unlisted"];

/// Words of a gift that is not for sale.
const NOT_FOR_SALE: [&str; 4] = ["deleted", "giveaway_locked", "unlisted", "withdrawn"];

/// A page of listings, of one collection where the request named one by its id.
pub(super) fn search(body: &[u8], offset: u64, collection: Option<&str>) -> Result<Page, Malformed> {
    let (Search { results: Nullable(results) }, notes) = read_document(body, &market_id())?;
    let results = results.unwrap_or_default();
    let different: HashSet<&str> = results.iter().map(|nft| &*nft.id).collect();
    let next = ask::after_listings(offset, different.len());
    let mut page = Page { cursor: next.map(|next| next.to_string()), ..Page::default() };
    page.sightings.reserve(results.len());
    for (index, nft) in results.into_iter().enumerate() {
        let outcome = listing(nft, &Place { before: "/results", index, behind: "" }, collection, &notes);
        push(&mut page, || format!("/results/{index}"), outcome)?;
    }
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

/// Where a gift object stands: what is before and behind the index in its pointer.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) before: &'static str,
    pub(super) index: usize,
    pub(super) behind: &'static str,
}

impl Place {
    fn field(&self, name: &str) -> String {
        let Self { before, index, behind } = self;
        format!("{before}/{index}{behind}/{name}")
    }

    /// The same for any index.
    fn any(&self, name: &str) -> String {
        format!("{}/*{}/{name}", self.before, self.behind)
    }
}

fn listing(nft: Nft<'_>, place: &Place, asked: Option<&str>, notes: &Notes) -> Result<Seen, Skip> {
    let id = identity(&nft, place)?;
    if let (Some(asked), Some(told)) = (asked, nft.collection_id.as_deref())
        && asked != told
    {
        return Err(passed("belongs to another collection than the one asked for"));
    }
    check_live(&nft, place, notes)?;
    let text = required(nft.price.as_deref(), || place.field("price"))?;
    let amount = match amount(text, || place.field("price"))? {
        0 => return Err(passed("a price of 0")),
        amount => amount,
    };
    let lot = lot(&nft.id, place)?;
    let details = details(nft, place, &lot, notes)?;
    Ok(Seen::Open { lot, gift: id, price: Price::nanoton(amount), details })
}

/// A price in nanoton: what the buyer pays. The seller's commission is inside it.
pub(super) fn amount(text: &str, path: impl Fn() -> String) -> Result<i64, Skip> {
    nanoton(text).map_err(|fault| match fault {
        DecimalFault::TooLarge { .. } => passed("a price that does not fit 63 bits"),
        DecimalFault::NotDecimal { .. } | DecimalFault::TooFine { .. } => {
            malformed(&path(), "a decimal text in TON, never negative", text).into()
        }
    })
}

/// The lot's id: the uuid of the gift with the market.
pub(super) fn lot(id: &str, place: &Place) -> Result<LotId, Malformed> {
    LotId::parse(id).ok_or_else(|| malformed(&place.field("id"), "an id of 1 to 128 printable bytes", id))
}

/// Which gift it is, by collection and number, and by its Telegram name where `tg_id` is one: both must say the same. In answers of
/// 2025 `tg_id` is a number of Portals' own, which says nothing.
pub(super) fn identity(nft: &Nft<'_>, place: &Place) -> Result<GiftId, Malformed> {
    let number = required(nft.number, || place.field("external_collection_number"))?;
    let wrong_number = || {
        let path = place.field("external_collection_number");
        malformed(&path, "a number from 1 to 4294967295", &number.to_string())
    };
    let number = u32::try_from(number).ok().filter(|number| *number > 0).ok_or_else(wrong_number)?;
    let title = required(nft.name.as_deref(), || place.field("name"))?;
    let slug = CollectionSlug::from_title(title)
        .map_err(|fault| malformed(&place.field("name"), "a collection's name", &fault.to_string()))?;
    let id = GiftId { slug, number };
    match nft.tg_id.as_ref().map(|Loose(text)| GiftId::parse(text)) {
        Some(Ok(named)) if named != id => {
            Err(malformed(&place.field("tg_id"), &format!("the name of {id}"), &named.to_string()))
        }
        _ => Ok(id),
    }
}

/// For sale by itself at a fixed price.
fn check_live(nft: &Nft<'_>, place: &Place, notes: &Notes) -> Result<(), Skip> {
    check_alone(nft)?;
    match required(nft.status.as_deref(), || place.field("status"))? {
        "listed" => Ok(()),
        "auction" => Err(passed("auction: not followed yet")),
        "bundle" => Err(passed("part of a bundle: not for sale by itself")),
        status if NOT_FOR_SALE.contains(&status) => Err(passed(format!("is not for sale: {status}"))),
        other => {
            notes.count_word(&place.any("status"), other);
            Err(passed(format!("a gift of the status `{}`: not followed", cut(other, 40))))
        }
    }
}

/// What a price would not be this gift's alone for, or not with the market.
pub(super) fn check_alone(nft: &Nft<'_>) -> Result<(), Skip> {
    if nft.bundle_id.is_some() {
        return Err(passed("part of a bundle: not for sale by itself"));
    }
    match nft.premarket_open() {
        Some(status) => Err(passed(format!("pre-market ({}): not followed yet", cut(status, 40)))),
        None => Ok(()),
    }
}

/// What is said of the gift besides its price; whatever is left out is `None`.
pub(super) fn details(
    nft: Nft<'_>,
    place: &Place,
    lot: &LotId,
    notes: &Notes,
) -> Result<LotDetails, Malformed> {
    let Nft {
        id: _,
        collection_id: _,
        number: _,
        name: _,
        tg_id: _,
        price: _,
        attributes,
        status,
        photo_url,
        unlocks_at,
        ton_address,
        bundle_id: _,
        premarket: _,
    } = nft;
    let address = ton_address.and_then(|text| address(&text, place, notes));
    let is_held = status.as_deref().is_some_and(|status| HELD.contains(&status));
    let custody = match &address {
        Some(_) => Some(Custody::Chain),
        None => is_held.then_some(Custody::Market),
    };
    Ok(LotDetails {
        attributes: traits(attributes.unwrap_or_default(), place, notes),
        custody,
        address,
        unlocks_at_ms: date(unlocks_at, "unlocks_at", place)?,
        image_url: web_link(photo_url),
        link_url: link(lot),
        ..LotDetails::default()
    })
}

/// At most one of each kind, in the order of kinds; a trait of another kind is counted.
fn traits(told: Vec<Trait<'_>>, place: &Place, notes: &Notes) -> Vec<Attribute> {
    let mut attributes: Vec<Attribute> = Vec::with_capacity(told.len().min(3));
    for Trait { kind, value, percent } in told {
        let Some(kind) = AttributeKind::parse(&kind) else {
            notes.count_word(&place.any("attributes/*/type"), &kind);
            continue;
        };
        let Some(name) = tidy(&value) else { continue };
        if attributes.iter().all(|known| known.kind != kind) {
            let rarity = percent.and_then(|number| Rarity::from_percent(number.0).ok().flatten());
            attributes.push(Attribute { kind, name, rarity });
        }
    }
    attributes.sort_by_key(|attribute| attribute.kind);
    attributes
}

/// The address of an exported gift in the one spelling we keep; a text that is no address in the basechain is counted.
fn address(text: &str, place: &Place, notes: &Notes) -> Option<String> {
    let address = text.parse::<Address>().ok().filter(|address| address.place() == ChainPlace::Basechain);
    match address {
        Some(address) => Some(address.to_friendly(FriendlyFlags::BOUNCEABLE)),
        None if text.is_empty() => None,
        None => {
            notes.count_word(&place.any("ton_address"), text);
            None
        }
    }
}

/// Milliseconds since 1970; `0001-01-01T00:00:00` is none.
fn date(text: Option<Text<'_>>, name: &str, place: &Place) -> Result<Option<i64>, Malformed> {
    let Some(text) = text else { return Ok(None) };
    let us = us_from_iso(&text)
        .map_err(|_| malformed(&place.field(name), "a date like 2026-04-15T11:11:05Z", &text))?;
    Ok(us.map(ms_from_us))
}

/// Deep link to the listing in Portals' Mini App. Source: four public clients write it alike, 2025 and 2026, checked 2026-12-01.
fn link(lot: &LotId) -> Option<String> {
    let is_plain = lot.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    is_plain.then(|| format!("https://t.me/portals/market?startapp=gift_{lot}"))
}
