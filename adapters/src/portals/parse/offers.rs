//! Offers for any gift of a collection: the whole list is one answer, a bare list.

use domain::{
    CollectionSlug, LotDetails, LotId, Malformed, OfferTarget, OfferTerms, Page, Price, Seen,
    time::{ms_from_us, us_from_iso},
};

use super::{Skip, malformed, nft::amount, passed, push};
use crate::{
    json::{Notes, Text, read_document},
    portals::{known, market_id, wire::CollectionOffer},
    text::cut,
};

/// Words of an offer that stands no longer.
const OVER: [&str; 5] = ["accepted", "cancelled", "completed", "expired", "rejected"];

/// The offers for the collection with this id.
pub(super) fn page(body: &[u8], collection: Option<&str>) -> Result<Page, Malformed> {
    let (offers, notes): (Vec<CollectionOffer<'_>>, Notes) = read_document(body, &market_id())?;
    let mut page = Page::default();
    let slug = collection.and_then(known::by_id);
    for (index, entry) in offers.into_iter().enumerate() {
        let outcome = offer(entry, index, (collection, slug), &notes);
        push(&mut page, || format!("/{index}"), outcome)?;
    }
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

fn offer(
    entry: CollectionOffer<'_>,
    index: usize,
    (asked, slug): (Option<&str>, Option<&CollectionSlug>),
    notes: &Notes,
) -> Result<Seen, Skip> {
    let CollectionOffer {
        id,
        collection_id,
        amount: told,
        max_nfts,
        current_nfts,
        status,
        created_at,
        expires_at,
    } = entry;
    let at = |name: &str| format!("/{index}/{name}");
    if collection_id.as_deref().zip(asked).is_some_and(|(told, asked)| told != asked) {
        return Err(passed("is for another collection than the one asked for"));
    }
    let slug = slug.ok_or_else(|| passed("its collection is not known by its id"))?;
    if let Some(status) = status.as_deref().filter(|status| *status != "active") {
        if OVER.contains(&status) {
            return Err(passed(format!("stands no longer: {}", cut(status, 40))));
        }
        notes.count_word("/*/status", status);
    }
    let price = match amount(told.0, || at("amount"))? {
        0 => return Err(passed("an amount of 0")),
        nano => Price::nanoton(nano),
    };
    let count = |told: Option<i64>, name: &str| {
        let read = |count: i64| u32::try_from(count).map_err(|_| refuse(&at(name), &count.to_string()));
        told.map(read).transpose()
    };
    let terms = OfferTerms {
        maker: None,
        made_at_ms: date(created_at, || at("created_at"))?,
        expires_at_ms: date(expires_at, || at("expires_at"))?,
        quantity: count(max_nfts, "max_nfts")?,
        quantity_taken: count(current_nfts, "current_nfts")?,
    };
    let expected = "an id of 1 to 128 printable bytes";
    let offer = LotId::parse(&id).ok_or_else(|| malformed(&at("id"), expected, &id))?;
    let details = LotDetails { offer: Some(Box::new(terms)), ..LotDetails::default() };
    Ok(Seen::Offered { offer, target: OfferTarget::Collection { slug: slug.clone() }, price, details })
}

fn refuse(path: &str, found: &str) -> Malformed {
    malformed(path, "a number from 0 to 4294967295", found)
}

fn date(text: Option<Text<'_>>, path: impl Fn() -> String) -> Result<Option<i64>, Malformed> {
    let Some(text) = text else { return Ok(None) };
    let read = us_from_iso(&text).map_err(|_| malformed(&path(), "a date like 2026-04-27T09:47:21.368822Z", &text))?;
    Ok(read.map(ms_from_us))
}
