//! Pages of open listings.

use domain::{Custody, LotDetails, LotId, Malformed, Page, Seen, time::us_from_iso};
use serde::{Deserialize, Serialize};

use super::{
    Skip, malformed, passed, push, required,
    value::{asset, attributes, gift, lot, price},
};
use crate::{
    json::{Notes, Text, read_document},
    text::cut,
    tonnel::{
        ask::Asked,
        market_id,
        wire::{Gift, Mark},
    },
};

/// The ids that a page covers, whatever its entries are. Written as the page's cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::tonnel) struct Ids {
    pub(in crate::tonnel) highest: i64,
    pub(in crate::tonnel) lowest: i64,
    /// Whether each is below the one before it, as they were asked for.
    pub(in crate::tonnel) is_falling: bool,
}

impl Ids {
    fn of(gifts: &[Gift<'_>]) -> Option<Self> {
        let ids = || gifts.iter().map(|gift| gift.id);
        let is_falling = gifts.windows(2).all(|pair| matches!(pair, [first, next] if first.id > next.id));
        Some(Self { highest: ids().max()?, lowest: ids().min()?, is_falling })
    }

    /// Reads a page's cursor.
    pub(in crate::tonnel) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    fn text(self) -> String {
        serde_json::to_string(&self).expect("numbers are JSON")
    }
}

/// A page of listings, of one collection and coin where the request named them. Its cursor tells which ids it covers,
/// whatever stands there; only a page without any entry is the last, so that a page from which entries were lost does not end a walk.
pub(super) fn page(body: &[u8], asked: Option<&Asked>) -> Result<Page, Malformed> {
    let (gifts, notes): (Vec<Gift<'_>>, Notes) = read_document(body, &market_id())?;
    let mut page = Page { cursor: Ids::of(&gifts).map(Ids::text), ..Page::default() };
    page.sightings.reserve(gifts.len());
    for (index, gift) in gifts.into_iter().enumerate() {
        let outcome = listing(gift, index, asked, &notes);
        push(&mut page, index, outcome)?;
    }
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

fn listing(entry: Gift<'_>, index: usize, asked: Option<&Asked>, notes: &Notes) -> Result<Seen, Skip> {
    check_live(&entry, index, notes)?;
    let Gift {
        id,
        number,
        name,
        model,
        symbol,
        backdrop,
        asset: code,
        price: amount,
        status: _,
        is_locked: _,
        is_premarket: _,
        is_of_telegram: _,
        is_refunded: _,
        auction: _,
        auction_id: _,
        falling: _,
        bundle: _,
        buyer: _,
        loan: _,
        export_at,
    } = entry;
    let name = required(name, index, "name")?;
    let gift = gift((&name, "name"), required(number, index, "gift_num")?, index)?;
    if asked.is_some_and(|asked| asked.slug != gift.slug) {
        return Err(passed("belongs to another collection than the one asked for"));
    }
    let (asset, currency) = asset(&required(code, index, "asset")?, "/*/asset", notes)?;
    if asked.is_some_and(|asked| asked.asset != asset) {
        return Err(passed("is priced in another coin than the one asked for"));
    }
    let price = price(&required(amount, index, "price")?, (asset, currency), index)?;
    let lot = lot(id, index)?;
    let details = LotDetails {
        attributes: attributes(model, symbol, backdrop),
        custody: Some(Custody::Market),
        exportable_at_ms: date(export_at, index)?,
        link_url: Some(link(&lot)),
        ..LotDetails::default()
    };
    Ok(Seen::Open { lot, gift, price, details })
}

/// A plain listing at a fixed price, and nothing that stands in the way of buying it.
fn check_live(gift: &Gift<'_>, index: usize, notes: &Notes) -> Result<(), Skip> {
    let is = |flag: Option<bool>| flag == Some(true);
    let has = |mark: &Option<Mark>| mark.as_ref().is_some_and(|mark| mark.0);
    if gift.id < 0 || has(&gift.bundle) {
        return Err(passed("a bundle of gifts: not followed yet"));
    }
    if has(&gift.auction) || has(&gift.auction_id) {
        return Err(passed("auction: not followed yet"));
    }
    if has(&gift.falling) {
        return Err(passed("a price that falls by itself: not followed yet"));
    }
    if is(gift.is_premarket) {
        return Err(passed("pre-market: not followed yet"));
    }
    if is(gift.is_of_telegram) {
        return Err(passed("stands in Telegram's own resale market: not followed"));
    }
    if has(&gift.buyer) || is(gift.is_refunded) {
        return Err(passed("is sold or was taken back"));
    }
    if has(&gift.loan) {
        return Err(passed("is pledged for a loan"));
    }
    if is(gift.is_locked) {
        return Err(passed("is locked"));
    }
    match required(gift.status.as_deref(), index, "status")? {
        "forsale" => Ok(()),
        "auction" => Err(passed("auction: not followed yet")),
        other => {
            notes.count_word("/*/status", other);
            Err(passed(format!("has the status `{}`: not for sale", cut(other, 40))))
        }
    }
}

/// Milliseconds since 1970.
fn date(text: Option<Text<'_>>, index: usize) -> Result<Option<i64>, Malformed> {
    let Some(text) = text else { return Ok(None) };
    let us = us_from_iso(&text)
        .map_err(|_| malformed(&format!("/{index}/export_at"), "a date like 2025-05-28T12:25:01.000Z", &text))?;
    Ok(us.map(domain::time::ms_from_us))
}

/// Link to the lot in Tonnel's Mini App, as eight public clients write it (2025-05 to 2026-09). Not verified.
pub(super) fn link(lot: &LotId) -> String {
    format!("https://t.me/tonnel_network_bot/gift?startapp={lot}")
}
