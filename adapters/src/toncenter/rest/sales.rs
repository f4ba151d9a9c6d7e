//! Sale contracts, and items that are sold through their own contract.
//!
//! A contract of GetGems counts only by the hash of its code, and if the item itself says that this contract holds it: get-methods can lie
//! about both. An item's own contract needs no list: its address is computed from its code.

use chain::{
    Address,
    contract::{GetgemsCode, GetgemsRole},
    sale_contract::{Claim, ClaimedState, ContractField, ContractSeen, Standing, judge},
};
use domain::{Custody, GiftId, LotDetails, Malformed, MarketId, Page, Price, Seen, sighting::ToldFee};

use super::{
    Networks, account, nanoton, push, some_account,
    wire::{Item, Sale, SalesPage, Terms},
};
use crate::{
    getgems::known,
    json::{Notes, Nullable, read_document},
    skip::{Skip, passed},
    text::cut,
    ton,
    toncenter::{malformed, source_id},
};

/// From this version on a contract states its fees as parts of 100,000; before it in nanoton. Source: getgems-io/nft-contracts
/// `description_v4.md`, and toncenter/ton-indexer NftSaleV4.cpp, which copies the value as it is; checked 2026-11-20.
const PARTS: i128 = 100_000;

/// A page of sales. Its cursor names what was asked and not answered, by commas.
pub(super) fn page(body: &[u8], asked: &[Address], networks: Networks) -> Result<Page, Malformed> {
    let (SalesPage { sales }, notes) = read_document::<SalesPage<'_>>(body, &source_id())?;
    let mut page = Page::default();
    let mut answered = Vec::with_capacity(sales.len());
    for (place, sale) in sales.into_iter().enumerate() {
        let path = format!("/nft_sales/{place}");
        let address = account(&format!("{path}/address"), &sale.address)?;
        answered.push(address);
        let outcome = open(&path, address, sale, networks, &notes);
        push(&mut page, path, outcome)?;
    }
    let missing = asked.iter().filter(|address| !answered.contains(address)).map(ton::friendly);
    page.cursor = Some(missing.collect::<Vec<_>>().join(",")).filter(|missing| !missing.is_empty());
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

fn open(
    path: &str,
    address: Address,
    sale: Sale<'_>,
    networks: Networks,
    notes: &Notes,
) -> Result<Seen, Skip> {
    match &*sale.kind {
        "getgems_sale" => of_getgems(path, address, sale, networks),
        "telemint" => of_its_own(path, address, sale.terms),
        "getgems_auction" => Err(passed("auction: not followed yet")),
        other => {
            notes.count_word("/nft_sales/*/type", other);
            Err(passed(format!("a sale of the kind `{}`: not followed", cut(other, 40))))
        }
    }
}

fn of_getgems(path: &str, contract: Address, sale: Sale<'_>, networks: Networks) -> Result<Seen, Skip> {
    let Sale { kind: _, address: _, item, seller, market, code_hash, terms, shown } = sale;
    let at = |name: &str| format!("{path}/{name}");
    let (gift, address, owner) = shown_gift(path, shown)?;
    let code_hash = code_hash
        .map(|text| text.parse().map_err(|_| malformed(&at("code_hash"), "a hash", &text)))
        .transpose()?;
    let Some((network, code)) = code_hash.and_then(|hash| networks.sale_code(&hash)) else {
        return Err(passed("a sale contract whose code is not on the list of GetGems' codes"));
    };
    let price_path = at("details/full_price");
    let price = terms.full_price.ok_or_else(|| malformed(&price_path, "a value", "no such field"))?;
    let price = nanoton(&price_path, price)?;
    let seller = some_account(&at("nft_owner_address"), seller.as_deref())?;
    let seen = ContractSeen {
        code_hash,
        is_complete: terms.is_complete,
        market: some_account(&at("marketplace_address"), market.as_deref())?,
        item: some_account(&at("nft_address"), item.as_deref())?,
        seller,
        price_nanoton: u64::try_from(price).ok(),
    };
    let state = ClaimedState::Open { contract, item_owner: owner };
    let claim =
        Claim { role: GetgemsRole::FixedPriceSale, state, item: address, seller: None, price_nanoton: None };
    match judge(network, &seen, &claim) {
        Standing::Verified(_) => {}
        Standing::Disagrees(ContractField::IsComplete) => return Err(passed("its sale is over")),
        Standing::Disagrees(ContractField::ItemOwner) => {
            return Err(passed("the item says that another holds it"));
        }
        standing => return Err(passed(format!("its contract does not count: {standing:?}"))),
    }
    if price == 0 {
        return Err(passed("a price of 0: not for sale in TON"));
    }
    let details = LotDetails {
        custody: Some(Custody::Chain),
        owner: seller.as_ref().map(ton::friendly),
        address: Some(ton::friendly(&address)),
        told_fee: told_fee(path, code, price, &terms)?,
        contract_type: Some(format!("getgems {}", code.version)),
        of_market: Some(market_id("getgems")),
        link_url: Some(link(&address)),
        ..LotDetails::default()
    };
    Ok(Seen::Open { lot: ton::lot(&address), gift, price: Price::nanoton(price), details })
}

/// The gift that the contract holds, its address, and who owns it by its own word.
fn shown_gift(path: &str, shown: Option<Item<'_>>) -> Result<(GiftId, Address, Option<Address>), Skip> {
    let at = |name: &str| format!("{path}/nft_item/{name}");
    let Some(Item { address, collection: Nullable(of), owner: Nullable(owner), content, .. }) = shown else {
        return Err(passed("the item that it sells is not known"));
    };
    let address = account(&at("address"), &address)?;
    let collection = some_account(&at("collection_address"), of.as_deref())?;
    let gift = content.and_then(|content| content.uri).and_then(|uri| ton::gift_of_uri(&uri));
    let (Some(gift), Some(collection)) = (gift, collection) else { return Err(passed("sells no gift")) };
    if !is_gift_of(&gift, &collection, &address) {
        return Err(passed(format!("says that it sells {gift}, which stands at another address")));
    }
    Ok((gift, address, some_account(&at("owner_address"), owner.as_deref())?))
}

/// Whether this item is that gift: by its address, and by the collection's where that is known.
pub(super) fn is_gift_of(gift: &GiftId, collection: &Address, item: &Address) -> bool {
    known::address_of(&gift.slug).is_none_or(|known| known == collection)
        && ton::is_item_of(gift, collection, item)
}

fn told_fee(
    path: &str,
    code: &GetgemsCode,
    price: i64,
    terms: &Terms<'_>,
) -> Result<Option<ToldFee>, Malformed> {
    let are_parts = code.version.starts_with("v4");
    let fee = |figure, name: &str| {
        let Some(figure) = figure else { return Ok(None) };
        let told = nanoton(&format!("{path}/details/{name}"), figure)?;
        let amount = if are_parts { i128::from(price) * i128::from(told) / PARTS } else { i128::from(told) };
        Ok(i64::try_from(amount).ok())
    };
    let market_fee = fee(terms.market_fee, "marketplace_fee")?;
    let royalty = fee(terms.royalty, "royalty_amount")?;
    let is_told = market_fee.is_some() || royalty.is_some();
    Ok(is_told.then_some(ToldFee { for_amount: price, market_fee, royalty }))
}

/// An item's own contract: a fixed price is an auction whose first bid is its last.
fn of_its_own(path: &str, address: Address, terms: Terms<'_>) -> Result<Seen, Skip> {
    let at = |name: &str| format!("{path}/details/{name}");
    let amount = |figure: Option<super::Figure<'_>>, name: &str| {
        figure.map_or(Ok(0), |figure| nanoton(&at(name), figure))
    };
    let (least, most) =
        (amount(terms.first_bid_least, "initial_min_bid")?, amount(terms.bid_most, "max_bid")?);
    if least == 0 && most == 0 {
        return Err(passed("not for sale"));
    }
    if least != most {
        return Err(passed("auction: not followed yet"));
    }
    let gift = terms.token_name.as_deref().and_then(ton::gift_of_token_name);
    let gift = gift.ok_or_else(|| passed("an item that is no gift"))?;
    let collection = known::address_of(&gift.slug);
    if !collection.is_some_and(|collection| ton::is_item_of(&gift, collection, &address)) {
        return Err(passed(format!("says that it is {gift}, which stands at another address")));
    }
    let royalty = match (terms.royalty_numerator, terms.royalty_denominator) {
        (Some(part), Some(whole)) if part >= 0 && whole > 0 => {
            i64::try_from(i128::from(most) * i128::from(part) / i128::from(whole)).ok()
        }
        _ => None,
    };
    let seller = some_account(&at("beneficiary_address"), terms.seller.as_deref())?;
    let details = LotDetails {
        custody: Some(Custody::Chain),
        owner: seller.as_ref().map(ton::friendly),
        address: Some(ton::friendly(&address)),
        told_fee: royalty.map(|royalty| ToldFee {
            for_amount: most,
            market_fee: None,
            royalty: Some(royalty),
        }),
        contract_type: Some("telemint".into()),
        of_market: Some(market_id("fragment")),
        link_url: Some(format!("https://fragment.com/gift/{gift}")),
        ..LotDetails::default()
    };
    Ok(Seen::Open { lot: ton::own_lot(&gift), gift, price: Price::nanoton(most), details })
}

fn market_id(id: &str) -> MarketId {
    MarketId::parse(id).expect("the id is lower-case letters")
}

/// Where a reader sees the item on chain.
fn link(item: &Address) -> String {
    format!("https://tonviewer.com/{}", ton::friendly(item))
}
