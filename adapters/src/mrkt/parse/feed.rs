//! The feed of happenings, newest first.

use domain::{Happening, Malformed, Page, Price, Seen, time::us_from_iso};

use super::{
    Skip,
    gift::{Place, details, identity, lot},
    malformed, passed, push, required, scope,
};
use crate::{
    json::{Notes, Nullable, read_document},
    mrkt::{
        market_id,
        wire::{Entry, Feed},
    },
    text::{cut, is_keepable},
};

/// A page of the feed.
pub(super) fn page(body: &[u8]) -> Result<Page, Malformed> {
    let (Feed { items, cursor }, notes) = read_document(body, &market_id())?;
    let mut page = Page { cursor: super::cursor(cursor)?, ..Page::default() };
    page.sightings.reserve(items.len());
    for (index, entry) in items.into_iter().enumerate() {
        let outcome = happening(entry, index, &notes);
        push(&mut page, || format!("/items/{index}"), outcome)?;
    }
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

fn happening(entry: Entry<'_>, index: usize, notes: &Notes) -> Result<Seen, Skip> {
    let Entry { kind, id, amount, date, gift: Nullable(gift) } = entry;
    let at = |name: &str| format!("/items/{index}/{name}");
    let gift = gift.ok_or_else(|| passed("names no gift"))?;
    let place = Place { before: "/items", index, behind: "/gift" };
    if gift.number.is_none() && gift.name.is_none() {
        return Err(passed("is about a gift without a number: not upgraded"));
    }
    let gift_id = identity(&gift, &place, notes)?;
    let what = match &*kind {
        "listing" => Happening::Listed { price: price(amount, index)? },
        "change_price" => Happening::Repriced { price: price(amount, index)? },
        "unlisting" => Happening::Delisted,
        // A lucky buy is a sale in which the price was drawn by lot; what was paid is told the same way.
        "sale" | "lucky_buy" => {
            Happening::Sold { price: price(amount, index)?, seller: None, buyer: None, transaction: None }
        }
        other => {
            notes.count_word("/items/*/type", other);
            return Err(passed(format!("a happening of the kind `{}`: not followed", cut(other, 40))));
        }
    };
    let at_us = us_from_iso(&date).ok().flatten();
    let at_us =
        at_us.ok_or_else(|| malformed(&at("date"), "a date like 2026-09-06T14:15:23.009076Z", &date))?;
    if id.is_empty() || !is_keepable(&id, 100) {
        return Err(malformed(&at("id"), "an id of 1 to 100 printable bytes", &id).into());
    }
    let lot = lot(&gift.id, &place)?;
    let details = details(gift, &place, &lot)?;
    Ok(Seen::Happened {
        source_id: format!("{kind}:{id}"),
        at_us,
        lot,
        scope: scope(&gift_id.slug),
        gift: gift_id,
        what,
        details: Some(details),
    })
}

/// Nanoton that the buyer pays or is asked, the fee inside.
fn price(amount: Option<i64>, index: usize) -> Result<Price, Skip> {
    let at = || format!("/items/{index}/amount");
    let amount = required(amount, at)?;
    match amount {
        0 => Err(passed("tells no price")),
        ..0 => Err(malformed(&at(), "nanoton, never negative", &amount.to_string()).into()),
        _ => Ok(Price::nanoton(amount)),
    }
}
