//! The history of all gifts, in either direction.

use domain::{GiftId, Happening, Malformed, Page, Seen, time::us_from_iso};

use super::{Skip, check_success, gift, item, malformed, passed, person, price, push, required, scope};
use crate::{
    getgems::{
        market_id,
        wire::{Entry, Happenings, HappeningsPage, What},
    },
    json::{Loose, Notes, Nullable, read_document},
    text::{cut, is_keepable},
};

/// Most bytes of a logical time, which becomes part of an id.
const LT_BYTES_MAX: usize = 200;

/// A page of the history.
pub(super) fn page(body: &[u8]) -> Result<Page, Malformed> {
    let (HappeningsPage { success, response }, notes) = read_document(body, &market_id())?;
    check_success(success)?;
    let Happenings { items, cursor } = response;
    let mut page = Page { cursor: super::cursor(cursor)?, ..Page::default() };
    for (index, entry) in items.into_iter().enumerate() {
        let outcome = happening(entry, index, &notes);
        push(&mut page, || place(index, ""), outcome)?;
    }
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

fn place(index: usize, rest: &str) -> String {
    format!("/response/items/{index}{rest}")
}

fn happening(entry: Entry<'_>, index: usize, notes: &Notes) -> Result<Seen, Skip> {
    let Entry { address, name, time, timestamp, lt: Nullable(lt), hash: Nullable(hash), what } = entry;
    let gift = gift(name.0.as_deref())?;
    let at_us = at_us(time.as_deref(), timestamp.as_ref(), index)?;
    let super::Item { lot, address: chain_address } = item(&address, &gift, || place(index, "/address"))?;
    let is_custody = chain_address.is_none();
    let moment = match lt {
        Some(Loose(lt)) if !is_keepable(&lt, LT_BYTES_MAX) => {
            let expected = "a logical time of at most 200 printable bytes";
            return Err(malformed(&place(index, "/lt"), expected, &lt).into());
        }
        Some(Loose(lt)) => lt.into_owned(),
        None => at_us.to_string(),
    };
    let hash_text = hash.as_deref().unwrap_or("-");
    let source_id = format!("{lot}:{}:{moment}:{}", cut(&what.kind, 40), cut(hash_text, 88));
    // In custody nothing happens on TON, whatever the market calls a hash there.
    let transaction = transaction(hash.as_deref().filter(|_| !is_custody));
    let what = what_happened(what, &gift, index, chain_address, transaction, notes)?;
    let scope = scope(&gift.slug, is_custody);
    Ok(Seen::Happened { source_id, at_us, lot, scope, gift, what, details: None })
}

/// The ISO time, else the count of milliseconds.
fn at_us(time: Option<&str>, timestamp: Option<&Loose<'_>>, index: usize) -> Result<i64, Malformed> {
    if let Some(time) = time {
        let expected = "a date like 2026-09-06T14:15:23.009Z";
        let read = us_from_iso(time).ok().flatten();
        return read.ok_or_else(|| malformed(&place(index, "/time"), expected, time));
    }
    let at = || place(index, "/timestamp");
    let Loose(text) = timestamp.ok_or_else(|| malformed(&at(), "a value", "no such field"))?;
    // Later than 1973 and before 5138: seconds would fall outside.
    let ms = text.parse::<i64>().ok().filter(|ms| (100_000_000_000..100_000_000_000_000).contains(ms));
    let ms = ms.ok_or_else(|| malformed(&at(), "milliseconds since 1970", text))?;
    Ok(ms * 1_000)
}

fn what_happened(
    what: What<'_>,
    gift: &GiftId,
    index: usize,
    chain_address: Option<String>,
    transaction: Option<String>,
    notes: &Notes,
) -> Result<Happening, Skip> {
    let What { kind, price_nano, currency, is_price_change, old_owner, new_owner } = what;
    let at = |field: &'static str| move || place(index, field);
    let priced = || price(price_nano, currency, at("/typeData/priceNano"), at("/typeData/currency"));
    match &*kind {
        "putUpForSale" => {
            let price = priced()?;
            if price.amount == 0 {
                return Err(passed("put up at a price of 0: not for sale in this currency"));
            }
            Ok(if is_price_change.unwrap_or(false) {
                Happening::Repriced { price }
            } else {
                Happening::Listed { price }
            })
        }
        "cancelSale" => Ok(Happening::Delisted),
        "sold" => Ok(Happening::Sold {
            price: priced()?,
            seller: person(old_owner),
            buyer: person(new_owner),
            transaction,
        }),
        "transfer" => Ok(Happening::Transferred {
            from: person(old_owner),
            to: Some(required(new_owner, at("/typeData/newOwner"))?).and_then(|owner| person(Some(owner))),
        }),
        // A gift's item is minted when its owner exports it; GetGems' own custody mints nothing on TON.
        "mint" if chain_address.is_some() => Ok(Happening::Exported { address: chain_address }),
        "mint" => Err(passed(format!("{gift} came into GetGems' custody: no export"))),
        "burn" => Err(passed("burn: not followed yet")),
        "cancelAuction" => Ok(Happening::AuctionCancelled),
        // Its terms are not told here; the pages of what is for sale have them.
        "putUpForAuction" => Err(passed("an auction begins: its terms stand on the pages of what is for sale")),
        other => {
            notes.count_word("/response/items/*/typeData/type", other);
            Err(passed(format!("a happening of the kind `{}`: not followed", cut(other, 40))))
        }
    }
}

/// A transaction's hash as 64 hexadecimal digits, from that or from base64 of 32 bytes.
fn transaction(hash: Option<&str>) -> Option<String> {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let hash = hash?;
    if hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Some(hash.to_ascii_lowercase());
    }
    let text = hash.trim_end_matches('=').replace('+', "-").replace('/', "_");
    let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == 32)?;
    Some(hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_in_any_spelling() {
        let hex = "25a4c2e585379af593ec3ec86a6c380963c7edc0a648c69f730fa85542b30073";
        for text in [
            hex,
            &hex.to_uppercase(),
            "JaTC5YU3mvWT7D7Iamw4CWPH7cCmSMafcw+oVUKzAHM=",
            "JaTC5YU3mvWT7D7Iamw4CWPH7cCmSMafcw-oVUKzAHM",
        ] {
            assert_eq!(transaction(Some(text)).as_deref(), Some(hex), "{text}");
        }
        for text in ["", "zz", "JaTC5YU3mvWT7D7IamwA"] {
            assert_eq!(transaction(Some(text)), None, "{text}");
        }
    }

    #[test]
    fn a_time_by_text_or_by_milliseconds() {
        let loose = |text: &'static str| Loose(text.into());
        assert_eq!(at_us(Some("2026-09-06T14:15:23.009Z"), None, 0), Ok(1_788_704_123_009_000));
        assert_eq!(at_us(None, Some(&loose("1788704123009")), 0), Ok(1_788_704_123_009_000));
        assert_eq!(
            at_us(None, Some(&loose("1788704123")), 3).unwrap_err().path,
            "/response/items/3/timestamp"
        );
        assert_eq!(at_us(Some("yesterday"), None, 3).unwrap_err().path, "/response/items/3/time");
        assert_eq!(at_us(None, None, 3).unwrap_err().path, "/response/items/3/timestamp");
    }
}
