//! Pages of open listings.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    Attribute, AttributeKind, AuctionTerms, Custody, LotDetails, Malformed, MarketId, Page, Seen, Sighting,
    sighting::{Passed, ToldFee},
};

use super::{Skip, amount, auction, canonical, check_success, gift, item, malformed, passed, person, price, push};
use crate::{
    getgems::{
        market_id,
        wire::{Item, Listings, ListingsPage, Sale, Trait},
    },
    json::{Notes, Text, read_document},
    text::{cut, tidy, web_link},
};

/// Kinds of item that are gifts.
const GIFT_KINDS: [&str; 2] = ["CollectionItem", "OffchainNft"];

/// Kinds of item that are something else.
const OTHER_KINDS: [&str; 7] =
    ["Single", "DnsItem", "SbtItem", "SbtSingle", "SyntheticItem", "SyntheticSbt", "OffchainSticker"];

/// A page of listings, of one collection where the request named one.
pub(super) fn page(body: &[u8], collection: Option<&str>) -> Result<Page, Malformed> {
    let (ListingsPage { success, response }, notes) = read_document(body, &market_id())?;
    check_success(success)?;
    let Listings { items, cursor } = response;
    let mut page = Page { cursor: super::cursor(cursor)?, ..Page::default() };
    page.sightings.reserve(items.len());
    for (index, item) in items.into_iter().enumerate() {
        let outcome = listing(item, index, collection, &notes);
        push(&mut page, || place(index, ""), outcome)?;
    }
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

/// The one listing that tells which collection stands at this address.
pub(super) fn probe(body: &[u8], collection: &str) -> Result<Page, Malformed> {
    let (ListingsPage { success, response }, notes) = read_document(body, &market_id())?;
    check_success(success)?;
    let Listings { items, cursor: _ } = response;
    let mut page = Page::default();
    for (index, Item { name, .. }) in items.into_iter().enumerate() {
        let path = place(index, "");
        match collection_of(name.0.as_deref(), collection) {
            Ok(seen) => {
                page.sightings.push(Sighting { path, seen });
                break;
            }
            Err(Skip::Passed(why)) => page.passed.push(Passed { path, why }),
            Err(Skip::Malformed(fault)) => return Err(fault),
        }
    }
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

fn collection_of(name: Option<&str>, collection: &str) -> Result<Seen, Skip> {
    let gift = gift(name)?;
    let title = name.and_then(|name| name.trim().rsplit_once(" #")).and_then(|(title, _)| tidy(title));
    let title = title.ok_or_else(|| passed("its collection has no title"))?;
    let (_, address) =
        canonical(collection).ok_or_else(|| malformed("", "a request for an address of TON", collection))?;
    Ok(Seen::Collection { slug: gift.slug, title, address: Some(address), image_url: None })
}

pub(super) fn place(index: usize, rest: &str) -> String {
    format!("/response/items/{index}{rest}")
}

fn listing(entry: Item<'_>, index: usize, collection: Option<&str>, notes: &Notes) -> Result<Seen, Skip> {
    let Item { address, kind, collection_address, actual_owner_address, name, image, attributes, sale } =
        entry;
    check_kind(kind.as_deref(), notes)?;
    let gift = gift(name.0.as_deref())?;
    check_collection(collection_address.as_deref(), collection)?;
    let Some(sale) = sale.0 else { return Err(passed("is not for sale any more")) };
    let Terms { price, told_fee, contract_type, auction } = sale_terms(sale, index, notes)?;
    let super::Item { lot, address: chain_address } = item(&address, &gift, || place(index, "/address"))?;
    let collection = collection_address.as_deref().or(collection);
    let details = LotDetails {
        attributes: traits(attributes.unwrap_or_default(), notes),
        custody: Some(if chain_address.is_some() { Custody::Chain } else { Custody::Market }),
        owner: person(actual_owner_address),
        address: chain_address,
        told_fee,
        of_market: of_market(contract_type.as_deref()),
        contract_type,
        image_url: web_link(image),
        link_url: collection.map(|collection| link(collection, lot.as_str())),
        auction: auction.map(Box::new),
        ..LotDetails::default()
    };
    Ok(Seen::Open { lot, gift, price, details })
}

/// What is sold through Telegram's own item contract is a listing of Fragment, which GetGems shows too. Source: the contract types of
/// the operator's read-api-en.md, 2026-03-23; the contract is github TelegramMessenger/telemint, 2025-06-11.
fn of_market(contract_type: Option<&str>) -> Option<MarketId> {
    contract_type.filter(|kind| *kind == "telemint").and_then(|_| MarketId::parse("fragment").ok())
}

fn check_kind(kind: Option<&str>, notes: &Notes) -> Result<(), Skip> {
    match kind {
        None => Ok(()),
        Some(kind) if GIFT_KINDS.contains(&kind) => Ok(()),
        Some(kind) => {
            if !OTHER_KINDS.contains(&kind) {
                notes.count_word("/response/items/*/kind", kind);
            }
            Err(passed(format!("a {} is no gift", cut(kind, 40))))
        }
    }
}

/// Two spellings of one address are one collection.
fn check_collection(told: Option<&str>, asked: Option<&str>) -> Result<(), Skip> {
    let (Some(told), Some(asked)) = (told, asked) else { return Ok(()) };
    let is_same =
        told == asked || canonical(told).map(|(told, _)| told) == canonical(asked).map(|(asked, _)| asked);
    if is_same { Ok(()) } else { Err(passed("belongs to another collection than the one asked for")) }
}

/// How a gift is sold.
pub(super) struct Terms {
    pub(super) price: domain::Price,
    pub(super) told_fee: Option<ToldFee>,
    pub(super) contract_type: Option<String>,
    pub(super) auction: Option<AuctionTerms>,
}

fn sale_terms(sale: Sale<'_>, index: usize, notes: &Notes) -> Result<Terms, Skip> {
    match &*sale.kind {
        "FixPriceSale" => fixed_price(sale, index),
        "Auction" => auction::terms(sale, index),
        other => {
            notes.count_word("/response/items/*/sale/type", other);
            Err(passed(format!("a sale of the kind `{}`: not followed", cut(other, 40))))
        }
    }
}

fn fixed_price(sale: Sale<'_>, index: usize) -> Result<Terms, Skip> {
    let Sale { full_price, currency, marketplace_fee, royalty_amount, contract_type, .. } = sale;
    let at = |field: &'static str| move || place(index, field);
    let price = price(full_price, currency, at("/sale/fullPrice"), at("/sale/currency"))?;
    if price.amount == 0 {
        return Err(passed("a price of 0: not for sale in this currency"));
    }
    let fee = |text: Option<Text<'_>>, path| text.map(|text| amount(&text, at(path))).transpose();
    let market_fee = fee(marketplace_fee, "/sale/marketplaceFee")?;
    let royalty = fee(royalty_amount, "/sale/royaltyAmount")?;
    let told_fee = (market_fee.is_some() || royalty.is_some()).then_some(ToldFee {
        for_amount: price.amount,
        market_fee,
        royalty,
    });
    let contract_type = contract_type.and_then(|kind| tidy(&kind));
    Ok(Terms { price, told_fee, contract_type, auction: None })
}

/// At most one of each kind, in the order of kinds; a trait of another name is counted.
fn traits(told: Vec<Trait<'_>>, notes: &Notes) -> Vec<Attribute> {
    let mut attributes: Vec<Attribute> = Vec::with_capacity(told.len().min(3));
    for Trait { trait_type, value } in told {
        let Some(kind) = AttributeKind::parse(&trait_type) else {
            notes.count_word("/response/items/*/attributes/*/traitType", &trait_type);
            continue;
        };
        let Some(name) = tidy(&value) else { continue };
        if attributes.iter().all(|known| known.kind != kind) {
            attributes.push(Attribute { kind, name, rarity: None });
        }
    }
    attributes.sort_by_key(|attribute| attribute.kind);
    attributes
}

/// Deep link to the listing in GetGems' Mini App: `startapp` is base64url of the site's own path. Source: links in public repositories,
/// checked 2026-11-20.
fn link(collection: &str, item: &str) -> String {
    let path = URL_SAFE_NO_PAD.encode(format!("/collection/{collection}/{item}"));
    format!("https://t.me/GetgemsNftBot/gems?startapp={path}")
}
