//! Pages of offers. An offer for one gift on TON names its address alone, from which nobody can tell the number: such are passed over.

use chain::{Address, Place, getgems::OffchainGift};
use domain::{CollectionSlug, GiftId, LotDetails, LotId, Malformed, OfferTarget, OfferTerms, Page, Seen};

use super::{Skip, amount, canonical, check_success, malformed, passed, price, push};
use crate::{
    getgems::{
        known, market_id,
        wire::{Offer, Offers, OffersPage},
    },
    json::{Loose, Text, read_document},
    text::{cut, is_keepable},
};

/// A count of milliseconds since 1970 is larger than this; one of seconds is not.
const SECONDS_MAX: i64 = 100_000_000_000;

/// A page of offers for a collection.
pub(super) fn page(body: &[u8], collection: &str) -> Result<Page, Malformed> {
    let (OffersPage { success, response }, notes) = read_document(body, &market_id())?;
    check_success(success)?;
    let Offers { items, cursor } = response;
    let mut page = Page { cursor: super::cursor(cursor)?, ..Page::default() };
    let slug = canonical(collection).and_then(|(address, _)| known::at(&address)).map(|known| &known.slug);
    for (index, entry) in items.into_iter().enumerate() {
        let outcome = offer(entry, index, slug);
        push(&mut page, || place(index, ""), outcome)?;
    }
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

fn place(index: usize, rest: &str) -> String {
    format!("/response/items/{index}{rest}")
}

fn offer(entry: Offer<'_>, index: usize, slug: Option<&CollectionSlug>) -> Result<Seen, Skip> {
    let Offer {
        nft_address,
        full_price,
        profit_price,
        royalty_price,
        fee_price,
        currency,
        offer_address,
        finish_at,
        is_collection_offer,
        purchased_quantity,
        max_quantity,
    } = entry;
    let slug = slug.ok_or_else(|| passed("the collection is not known by its address"))?;
    let target = target(slug, is_collection_offer, nft_address.as_deref())?;
    let at = |field: &'static str| move || place(index, field);
    let price = price(Some(full_price), Some(currency), at("/fullPrice"), at("/currency"))?;
    let told = |text: Option<Text<'_>>, field| text.map(|text| amount(&text, at(field))).transpose();
    let (profit, royalty) = (told(profit_price, "/profitPrice")?, told(royalty_price, "/royaltyPrice")?);
    let fee = told(fee_price, "/feePrice")?;
    let terms = OfferTerms {
        maker: None,
        made_at_ms: None,
        expires_at_ms: finish_at.map(|told| finish_ms(&told, index)).transpose()?.flatten(),
        quantity: max_quantity.map(|told| count(&told, index, "/maxQuantity")).transpose()?,
        quantity_taken: purchased_quantity.map(|t| count(&t, index, "/purchasedQuantity")).transpose()?,
    };
    let details = LotDetails {
        told_fee: fees(price.amount, profit, fee, royalty),
        offer: Some(Box::new(terms)),
        ..LotDetails::default()
    };
    Ok(Seen::Offered { offer: id(&offer_address, index)?, target, price, details })
}

fn target(slug: &CollectionSlug, is_of_collection: bool, nft: Option<&str>) -> Result<OfferTarget, Skip> {
    let Some(nft) = nft.filter(|_| !is_of_collection) else {
        return Ok(OfferTarget::Collection { slug: slug.clone() });
    };
    let (address, _) = canonical(nft).ok_or_else(|| passed("its gift has no address that can be read"))?;
    if address.place() != Place::GetgemsOffchain {
        return Err(passed("for one gift on TON, whose address does not tell its number"));
    }
    let gift = gift_of(&address, slug).ok_or_else(|| passed("for a gift of another collection"))?;
    Ok(OfferTarget::Gift { gift })
}

fn gift_of(address: &Address, slug: &CollectionSlug) -> Option<GiftId> {
    let number = OffchainGift::from_address(address).ok()?.number;
    chain::getgems::check_offchain_address(address, slug.as_str(), number).ok()?;
    Some(GiftId { slug: slug.clone(), number })
}

fn id(address: &str, index: usize) -> Result<LotId, Malformed> {
    let spelled = canonical(address).map_or_else(|| address.to_owned(), |(_, spelled)| spelled);
    let expected = "the offer's address, at most 128 printable bytes";
    LotId::parse(&spelled)
        .filter(|_| is_keepable(&spelled, 128))
        .ok_or_else(|| malformed(&place(index, "/offerAddress"), expected, address))
}

/// The fees stated, where they and what is left for the seller make the whole.
fn fees(
    whole: i64,
    profit: Option<i64>,
    market_fee: Option<i64>,
    royalty: Option<i64>,
) -> Option<domain::sighting::ToldFee> {
    let taken = market_fee?.checked_add(royalty?)?;
    let is_whole = profit.is_none_or(|profit| profit.checked_add(taken) == Some(whole));
    is_whole.then_some(domain::sighting::ToldFee { for_amount: whole, market_fee, royalty })
}

/// When it lapses: a count of milliseconds, or of seconds, since 1970; 0 is never.
fn finish_ms(told: &Loose<'_>, index: usize) -> Result<Option<i64>, Malformed> {
    let number = told.0.parse::<i64>().ok().filter(|number| *number >= 0);
    let expected = "a count of milliseconds or seconds since 1970";
    let number = number.ok_or_else(|| malformed(&place(index, "/finishAt"), expected, &cut(&told.0, 40)))?;
    Ok((number > 0).then(|| if number > SECONDS_MAX { number } else { number * 1_000 }))
}

fn count(told: &Loose<'_>, index: usize, field: &str) -> Result<u32, Malformed> {
    let expected = "a whole number";
    told.0.parse().map_err(|_| malformed(&place(index, field), expected, &cut(&told.0, 40)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees_are_told_only_where_they_add_up() {
        assert!(fees(100, Some(93), Some(5), Some(2)).is_some());
        assert!(fees(100, None, Some(5), Some(2)).is_some());
        for (profit, fee, royalty) in
            [(Some(92), Some(5), Some(2)), (Some(93), None, Some(2)), (Some(93), Some(5), None)]
        {
            assert_eq!(fees(100, profit, fee, royalty), None, "{profit:?} {fee:?} {royalty:?}");
        }
    }

    #[test]
    fn an_end_is_read_in_either_unit() {
        let loose = |text: &'static str| Loose(text.into());
        assert_eq!(finish_ms(&loose("1788704123009"), 0), Ok(Some(1_788_704_123_009)));
        assert_eq!(finish_ms(&loose("1788704123"), 0), Ok(Some(1_788_704_123_000)));
        assert_eq!(finish_ms(&loose("0"), 0), Ok(None));
        assert_eq!(finish_ms(&loose("soon"), 3).unwrap_err().path, "/response/items/3/finishAt");
    }
}
