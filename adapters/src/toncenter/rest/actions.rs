//! What happened to gifts on TON, as toncenter makes it out of traces.
//!
//! That a gift was put up by a contract of GetGems is not taken from here: an action does not tell the contract's code. The next scan does.

use std::collections::HashMap;

use chain::{Address, contract::Network};
use domain::{GiftId, Happening, LotId, Malformed, Page, Price, Seen};
use serde::{Deserialize, Serialize};

use super::{
    account, logical_time, nanoton, push, scope, some_account,
    wire::{About, Action, ActionsPage, Details},
};
use crate::{
    getgems::known,
    json::{Notes, Nullable, read_document},
    skip::{Skip, passed},
    text::cut,
    ton,
    toncenter::{malformed, source_id, wire::Accounts},
};

/// What a page of actions says to the walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::toncenter) struct Span {
    /// The first and the last logical time on the page, each of a trace's end.
    pub(in crate::toncenter) first: u64,
    pub(in crate::toncenter) last: u64,
    /// How many actions at the end of the page have the last one.
    pub(in crate::toncenter) at_last: usize,
    /// Actions on the page.
    pub(in crate::toncenter) count: usize,
    /// Of an action that is not beyond return yet, the earliest time: what comes from there on is asked for again.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(in crate::toncenter) unsettled: Option<u64>,
}

/// A page of actions; each that is taken is beyond return.
pub(super) fn page(body: &[u8]) -> Result<Page, Malformed> {
    let (ActionsPage { actions, metadata }, notes) = read_document::<ActionsPage<'_>>(body, &source_id())?;
    let names = names(metadata);
    let mut page = Page { is_final: true, ..Page::default() };
    let mut span: Option<Span> = None;
    for (place, action) in actions.into_iter().enumerate() {
        let path = format!("/actions/{place}");
        let lt = logical_time(&format!("{path}/trace_end_lt"), action.trace_end_lt)?;
        let span = span.get_or_insert(Span { first: lt, last: lt, at_last: 0, count: 0, unsettled: None });
        span.at_last = if span.last == lt { span.at_last + 1 } else { 1 };
        span.last = lt;
        span.count += 1;
        let outcome = if action.finality == "finalized" {
            happened(&path, action, &names, &notes)
        } else {
            span.unsettled = Some(span.unsettled.map_or(lt, |held| held.min(lt)));
            Err(passed(format!("{} only: asked for again", cut(&action.finality, 40))))
        };
        push(&mut page, path, outcome)?;
    }
    page.cursor = span.and_then(|span| serde_json::to_string(&span).ok());
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

/// What items say that they are called.
fn names(metadata: Accounts<'_, About<'_>>) -> HashMap<Address, GiftId> {
    let named = metadata.0.into_iter().filter_map(|(address, About { tokens })| {
        let names = tokens?.into_iter().filter_map(|token| token.name);
        let gift = names.filter(|name| name.contains(" #")).find_map(|name| GiftId::parse(&name).ok())?;
        Some((ton::account(&address)?, gift))
    });
    named.collect()
}

fn happened(
    path: &str,
    action: Action<'_>,
    names: &HashMap<Address, GiftId>,
    notes: &Notes,
) -> Result<Seen, Skip> {
    let Action { kind, is_success, end_lt, end_utime, trace_end_lt: _, transactions, finality: _, details } =
        action;
    let at = |name: &str| format!("{path}/{name}");
    if is_success != Some(true) {
        return Err(passed("it failed"));
    }
    let Nullable(Some(details)) = details else { return Err(passed("nothing is said of it")) };
    if matches!(&*kind, "nft_put_on_sale" | "nft_update_sale") {
        return Err(passed("by a contract whose code is not told here: the next scan tells it"));
    }
    let (gift, item) = gift(path, &details, names)?;
    let lt = logical_time(&at("end_lt"), end_lt)?;
    let at_us = ton::at_us(end_utime, lt)
        .ok_or_else(|| malformed(&at("end_utime"), "seconds since 1970", &end_utime.to_string()))?;
    let transaction = transaction(&at("transactions"), &transactions)?;
    let source_id = format!("{}:{}:{lt}:{transaction}", ton::friendly(&item), cut(&kind, 40));
    let (what, lot) = what(path, &kind, details, &gift, &item, transaction, notes)?;
    let scope = scope(&gift.slug);
    Ok(Seen::Happened { source_id, at_us, lot, scope, gift, what, details: None })
}

/// Whether GetGems' own address stands there, on any network: what anybody's contract calls a purchase is no sale of a market.
fn is_of_known_market(path: &str, market: Option<&str>) -> Result<bool, Malformed> {
    let market = some_account(path, market)?;
    Ok(market.is_some_and(|market| Network::all().iter().any(|network| network.is_getgems(&market))))
}

/// The gift that an action is about. Its name is the item's own word, which the item's address proves.
fn gift(
    path: &str,
    details: &Details<'_>,
    names: &HashMap<Address, GiftId>,
) -> Result<(GiftId, Address), Skip> {
    let at = |name: &str| format!("{path}/details/{name}");
    let item = some_account(&at("nft_item"), details.item.as_deref())?;
    let item = item.ok_or_else(|| passed("about no item"))?;
    let of = some_account(&at("nft_collection"), details.collection.as_deref())?;
    let Some(known_of) = of.as_ref().and_then(known::at) else {
        return Err(passed("of a collection that is none of gifts that we know"));
    };
    let Some(gift) = names.get(&item) else { return Err(passed("the item's name is not told")) };
    let is_it = gift.slug == known_of.slug && of.is_some_and(|of| ton::is_item_of(gift, &of, &item));
    if is_it {
        Ok((gift.clone(), item))
    } else {
        Err(passed(format!("an item that calls itself {gift} and is another")))
    }
}

/// The action's transaction as 64 hexadecimal digits. Several come in no order; the smallest stands for them all.
fn transaction(path: &str, told: &[crate::json::Text<'_>]) -> Result<String, Malformed> {
    let hashes = told
        .iter()
        .map(|text| ton::hash_digits(text).ok_or_else(|| malformed(path, "hashes of transactions", text)));
    let hashes: Vec<String> = hashes.collect::<Result<_, _>>()?;
    hashes.into_iter().min().ok_or_else(|| malformed(path, "a transaction", "none"))
}

fn what(
    path: &str,
    kind: &str,
    details: Details<'_>,
    gift: &GiftId,
    item: &Address,
    transaction: String,
    notes: &Notes,
) -> Result<(Happening, LotId), Skip> {
    let at = |name: &str| format!("{path}/details/{name}");
    let person = |name: &str, text: Option<&str>| {
        some_account(&at(name), text).map(|person| person.as_ref().map(ton::friendly))
    };
    let by_contract = || ton::lot(item);
    // A purchase through the item's own contract has no market's address, and none but the seller held the item before. It comes as a
    // transfer; one through a sale contract comes as a transfer and as a purchase.
    let is_its_own = details.market.is_none() && details.real_old_owner.is_none();
    Ok(match kind {
        "nft_transfer" if details.is_purchase == Some(true) && !is_its_own => {
            return Err(passed("a purchase: told by its own action"));
        }
        "nft_purchase" | "nft_transfer" if kind == "nft_purchase" || details.is_purchase == Some(true) => {
            if !is_its_own && !is_of_known_market(&at("marketplace_address"), details.market.as_deref())? {
                return Err(passed("a purchase through a market whose address is not known"));
            }
            let price = details.price.ok_or_else(|| malformed(&at("price"), "a value", "no such field"))?;
            let price = Price::nanoton(nanoton(&at("price"), price)?);
            let seller = person("real_old_owner", details.real_old_owner.as_deref())?;
            let seller = match seller {
                None => person("old_owner", details.old_owner.as_deref())?,
                some => some,
            };
            let buyer = person("new_owner", details.new_owner.as_deref())?;
            let lot = if is_its_own { ton::own_lot(gift) } else { by_contract() };
            (Happening::Sold { price, seller, buyer, transaction: Some(transaction) }, lot)
        }
        "nft_transfer" => {
            let from = person("old_owner", details.old_owner.as_deref())?;
            let new_owner = details.new_owner.as_deref();
            let to = new_owner.ok_or_else(|| malformed(&at("new_owner"), "a value", "no such field"))?;
            let to = Some(ton::friendly(&account(&at("new_owner"), to)?));
            (Happening::Transferred { from, to }, by_contract())
        }
        "nft_mint" => (Happening::Exported { address: Some(ton::friendly(item)) }, by_contract()),
        "nft_cancel_sale" => (Happening::Delisted, by_contract()),
        "teleitem_cancel_auction" => (Happening::Delisted, ton::own_lot(gift)),
        "teleitem_start_auction" => {
            let amount = |figure: Option<super::Figure<'_>>, name: &str| {
                figure.map_or(Ok(0), |figure| nanoton(&at(name), figure))
            };
            let (least, most) = (amount(details.min_bid, "min_bid")?, amount(details.max_bid, "max_bid")?);
            if least != most || most == 0 {
                return Err(passed("auction: not followed yet"));
            }
            (Happening::Listed { price: Price::nanoton(most) }, ton::own_lot(gift))
        }
        other => {
            notes.count_word("/actions/*/type", other);
            return Err(passed(format!("an action of the kind `{}`: not followed", cut(other, 40))));
        }
    })
}
