//! The gift object: as a listing, and as the subject of a happening.

use domain::{
    Attribute, AttributeKind, CollectionSlug, Custody, GiftId, LotDetails, LotId, Malformed, Page, Price,
    Seen,
    sighting::ToldFee,
    time::{ms_from_us, us_from_iso},
};

use super::{Skip, malformed, passed, picture, push, rarity, required};
use crate::{
    json::{Notes, Text, read_document},
    mrkt::{
        market_id,
        wire::{Gift, Saling},
    },
    text::{cut, tidy},
};

/// A page of listings, of one collection where the request named one.
pub(super) fn saling(body: &[u8], collection: Option<CollectionSlug>) -> Result<Page, Malformed> {
    let (Saling { gifts, cursor }, notes) = read_document(body, &market_id())?;
    listings(gifts, super::cursor(cursor)?, "/gifts", collection.as_ref(), notes)
}

/// Listings asked for by their ids: a bare list.
pub(super) fn by_ids(body: &[u8]) -> Result<Page, Malformed> {
    let (gifts, notes) = read_document(body, &market_id())?;
    listings(gifts, None, "", None, notes)
}

fn listings(
    gifts: Vec<Gift<'_>>,
    cursor: Option<String>,
    root: &'static str,
    collection: Option<&CollectionSlug>,
    notes: Notes,
) -> Result<Page, Malformed> {
    let mut page = Page { cursor, ..Page::default() };
    page.sightings.reserve(gifts.len());
    for (index, gift) in gifts.into_iter().enumerate() {
        let outcome = listing(gift, &Place { before: root, index, behind: "" }, collection, &notes);
        push(&mut page, || format!("{root}/{index}"), outcome)?;
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

fn listing(
    gift: Gift<'_>,
    place: &Place,
    asked: Option<&CollectionSlug>,
    notes: &Notes,
) -> Result<Seen, Skip> {
    let id = identity(&gift, place, notes)?;
    if asked.is_some_and(|asked| *asked != id.slug) {
        return Err(passed("belongs to another collection than the one asked for"));
    }
    check_live(&gift, place)?;
    let amount = required(gift.sale_price, || place.field("salePrice"))?;
    match amount {
        0 => return Err(passed("a price of 0")),
        ..0 => {
            return Err(
                malformed(&place.field("salePrice"), "nanoton, never negative", &amount.to_string()).into()
            );
        }
        _ => {}
    }
    let lot = lot(&gift.id, place)?;
    let details = details(gift, place, &lot)?;
    Ok(Seen::Open { lot, gift: id, price: Price::nanoton(amount), details })
}

/// The lot's id: a uuid.
pub(super) fn lot(id: &str, place: &Place) -> Result<LotId, Malformed> {
    LotId::parse(id).ok_or_else(|| malformed(&place.field("id"), "an id of 1 to 128 printable bytes", id))
}

/// Which gift it is, by collection and number, and by its name where it has one: both must say the same.
pub(super) fn identity(gift: &Gift<'_>, place: &Place, notes: &Notes) -> Result<GiftId, Skip> {
    match gift.gift_type.as_deref() {
        None | Some("Upgraded") => {}
        Some("Regular") => return Err(passed("is not upgraded: it has no number")),
        Some(other) => {
            notes.count_word(&place.any("giftType"), other);
            return Err(passed(format!("a gift of the type `{}`: not followed", cut(other, 40))));
        }
    }
    let number = required(gift.number, || place.field("number"))?;
    let wrong_number =
        || malformed(&place.field("number"), "a number from 1 to 4294967295", &number.to_string());
    let number = u32::try_from(number).ok().filter(|number| *number > 0).ok_or_else(wrong_number)?;
    let title = gift.collection_name.as_deref().or(gift.title.as_deref());
    let title = required(title, || place.field("collectionName"))?;
    let slug = CollectionSlug::from_title(title).map_err(|fault| {
        malformed(&place.field("collectionName"), "a collection's name", &fault.to_string())
    })?;
    let id = GiftId { slug, number };
    match gift.name.as_deref().map(GiftId::parse) {
        Some(Ok(named)) if named != id => {
            Err(malformed(&place.field("name"), &format!("the name of {id}"), &named.to_string()).into())
        }
        _ => Ok(id),
    }
}

/// On sale, and nothing that stands in the way of buying it.
fn check_live(gift: &Gift<'_>, place: &Place) -> Result<(), Skip> {
    let flag = |value: Option<bool>, name| required(value, || place.field(name));
    if !flag(gift.is_on_sale, "isOnSale")? {
        return Err(passed("is not on sale"));
    }
    if flag(gift.is_on_auction, "isOnAuction")? {
        return Err(passed("auction: not followed yet"));
    }
    if flag(gift.is_locked, "isLocked")? {
        return Err(passed("is locked"));
    }
    if flag(gift.is_locked_for_sale, "isLockedForSale")? {
        return Err(passed("is locked for sale"));
    }
    match gift.premarket_status.as_deref() {
        None | Some("None") => Ok(()),
        Some(status) => Err(passed(format!("pre-market ({}): not followed yet", cut(status, 40)))),
    }
}

/// What is said of the gift besides its price; whatever is left out is `None`.
pub(super) fn details(gift: Gift<'_>, place: &Place, lot: &LotId) -> Result<LotDetails, Malformed> {
    let Gift {
        id: _,
        name: _,
        number: _,
        title: _,
        collection_name: _,
        gift_type: _,
        model_name,
        model_per_mille,
        model_tier,
        symbol_name,
        symbol_per_mille,
        symbol_tier,
        backdrop_name,
        backdrop_per_mille,
        backdrop_tier,
        picture_key,
        sale_price,
        sale_price_without_fee,
        is_on_sale: _,
        is_on_auction: _,
        is_locked: _,
        is_locked_for_sale: _,
        premarket_status: _,
        is_minted,
        is_on_platform,
        export_date,
        next_resale_date,
        next_transfer_date,
        unlock_date,
    } = gift;
    let attributes = [
        (AttributeKind::Model, model_name, model_per_mille, model_tier),
        (AttributeKind::Symbol, symbol_name, symbol_per_mille, symbol_tier),
        (AttributeKind::Backdrop, backdrop_name, backdrop_per_mille, backdrop_tier),
    ];
    let attributes = attributes.into_iter().filter_map(|(kind, name, per_mille, tier)| {
        Some(Attribute { kind, name: tidy(&name?)?, rarity: rarity(per_mille, tier.as_deref()) })
    });
    let custody = match (is_minted, is_on_platform) {
        (Some(true), _) => Some(Custody::Chain),
        (_, Some(true)) => Some(Custody::Market),
        _ => None,
    };
    Ok(LotDetails {
        attributes: attributes.collect(),
        custody,
        owner: None,
        address: None,
        told_fee: told_fee(sale_price, sale_price_without_fee),
        transferable_at_ms: date(next_transfer_date, "nextTransferDate", place)?,
        exportable_at_ms: date(export_date, "exportDate", place)?,
        resellable_at_ms: date(next_resale_date, "nextResaleDate", place)?,
        unlocks_at_ms: date(unlock_date, "unlockDate", place)?,
        contract_type: None,
        of_market: None,
        image_url: picture(picture_key),
        link_url: link(lot),
        auction: None,
        offer: None,
    })
}

/// The buyer's fee inside the price. A net price of 0 stands for "not told": feeds and one's own inventory have it.
fn told_fee(price: Option<i64>, net: Option<i64>) -> Option<ToldFee> {
    let (price, net) = (price?, net?);
    (0 < net && net <= price).then_some(ToldFee {
        for_amount: price,
        market_fee: Some(price - net),
        royalty: None,
    })
}

/// Milliseconds since 1970; `0001-01-01T00:00:00` is none.
fn date(text: Option<Text<'_>>, name: &str, place: &Place) -> Result<Option<i64>, Malformed> {
    let Some(text) = text else { return Ok(None) };
    let us = us_from_iso(&text)
        .map_err(|_| malformed(&place.field(name), "a date like 2026-04-15T11:11:05Z", &text))?;
    Ok(us.map(ms_from_us))
}

/// Deep link to the lot in MRKT's Mini App. **Not verified**: public clients write the id in several forms; the uuid without hyphens is
/// the most frequent. Source: public clients, 2026-11.
fn link(lot: &LotId) -> Option<String> {
    let id = lot.as_str().replace('-', "");
    let is_plain = id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_plain.then(|| format!("https://t.me/mrkt/app?startapp={id}"))
}
