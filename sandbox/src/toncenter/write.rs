//! The chain's words as toncenter writes them: addresses raw with capital digits, hashes base64, amounts as text.

use chain::{Address, Hash256};
use serde_json::{Value, json, value::RawValue};

use crate::onchain::{Action, ChainAnswers, Happened, HeldBy, Item, OwnSale, SaleContract};

/// Fragment's royalty wallet.
const ROYALTY: &str = "0:408DA3B28B6C065A593E10391269BAAA9C5F8CAEBC0C69D9F0AABBAB2A99256B";

pub(super) fn raw(address: &Address) -> String {
    address.to_raw().to_uppercase()
}

fn maybe(address: Option<&Address>) -> Value {
    address.map_or(Value::Null, |address| raw(address).into())
}

fn hash(of: &str) -> String {
    Hash256::of(of.as_bytes()).to_base64()
}

/// An item as it stands by itself.
pub(super) fn item(item: &Item) -> Value {
    let slug = item.token_name.rsplit_once('-').map_or("", |(slug, _)| slug);
    let mut value = json!({
        "address": raw(&item.address),
        "init": true,
        "index": item.index.to_decimal(),
        "collection_address": raw(&item.collection),
        "owner_address": raw(&item.owner),
        "content": { "uri": format!("https://nft.fragment.com/gift/{}.json", item.token_name) },
        "last_transaction_lt": item.lt.to_string(),
        "code_hash": item.code_hash.to_base64(),
        "data_hash": hash(&item.token_name),
        "collection": collection(&item.collection, slug),
        "on_sale": item.held_by.is_some(),
    });
    if let Some((contract, kind)) = &item.held_by {
        let name = if *kind == HeldBy::Sale { "sale_contract_address" } else { "auction_contract_address" };
        value[name] = raw(contract).into();
        value["real_owner"] = raw(&item.real_owner).into();
    }
    value
}

pub(super) fn collection(address: &Address, slug: &str) -> Value {
    json!({
        "address": raw(address),
        "owner_address": null,
        "last_transaction_lt": "30000000000001",
        "next_item_index": "-1",
        "collection_content": { "uri": format!("https://nft.fragment.com/collection/{slug}.json") },
        "data_hash": hash(slug),
        "code_hash": hash("collection"),
    })
}

/// The item inside a sale tells nothing of the sale.
fn item_in_sale(of: &Item) -> Value {
    item(&Item { held_by: None, ..of.clone() })
}

pub(super) fn sale(sale: &SaleContract) -> Value {
    let market = raw(&sale.market);
    let (kind, details) = match sale.kind {
        HeldBy::Sale => (
            "getgems_sale",
            json!({
                "is_complete": false,
                "full_price": sale.price_nanoton.to_string(),
                "marketplace_fee_address": market,
                "marketplace_fee": sale.fee_nanoton.to_string(),
                "royalty_address": ROYALTY,
                "royalty_amount": sale.royalty_nanoton.to_string(),
            }),
        ),
        HeldBy::Auction => (
            "getgems_auction",
            json!({
                "end_flag": false, "end_time": sale.created_at_s + 2_592_000, "last_bid": "0", "min_step": 5,
                "mp_fee_address": market, "mp_fee_factor": 0, "mp_fee_base": 100, "royalty_fee_address": ROYALTY,
                "royalty_fee_factor": 0, "royalty_fee_base": 100, "max_bid": "0",
                "min_bid": sale.price_nanoton.to_string(), "last_bid_at": 0, "is_canceled": false,
            }),
        ),
    };
    json!({
        "type": kind,
        "address": raw(&sale.address),
        "nft_address": raw(&sale.item.address),
        "nft_owner_address": raw(&sale.item.real_owner),
        "marketplace_address": market,
        "created_at": sale.created_at_s,
        "last_transaction_lt": sale.item.lt.to_string(),
        "code_hash": sale.code_hash.to_base64(),
        "data_hash": hash(&raw(&sale.address)),
        "details": details,
        "nft_item": item_in_sale(&sale.item),
    })
}

pub(super) fn own_sale(sale: &OwnSale) -> Value {
    let price = sale.price_nanoton.to_string();
    let is_open = sale.price_nanoton > 0;
    let mut details = json!({
        "token_name": sale.item.token_name,
        "bid": "0",
        "bid_ts": "0",
        "min_bid": price,
        "end_time": if is_open { 4_102_444_800_i64 } else { 0 },
        "initial_min_bid": price,
        "max_bid": price,
        "min_bid_step": "5",
        "min_extend_time": "3600",
        "duration": "0",
        "royalty_numerator": sale.royalty_bps,
        "royalty_denominator": 10_000,
        "royalty_destination": ROYALTY,
    });
    if is_open {
        details["beneficiary_address"] = raw(&sale.item.real_owner).into();
    }
    json!({
        "type": "telemint",
        "address": raw(&sale.item.address),
        "last_transaction_lt": sale.item.lt.to_string(),
        "code_hash": sale.item.code_hash.to_base64(),
        "data_hash": hash(&sale.item.token_name),
        "details": details,
    })
}

/// GetGems' own address on this network.
fn market() -> String {
    let network = chain::contract::Network::named("sandbox");
    network.and_then(|network| network.getgems_addresses.first()).map(raw).unwrap_or_default()
}

pub(super) fn action_word(action: Action) -> &'static str {
    match action {
        Action::Mint => "nft_mint",
        // A purchase through the item's own contract comes as a transfer, see the recorded case "Fragment purchase".
        Action::Transfer | Action::OwnPurchase => "nft_transfer",
        Action::Purchase => "nft_purchase",
        Action::PutOnSale => "nft_put_on_sale",
        Action::UpdateSale => "nft_update_sale",
        Action::CancelSale => "nft_cancel_sale",
        Action::PutOnAuction => "nft_put_on_auction",
        Action::CancelAuction => "nft_cancel_auction",
        Action::OwnStart => "teleitem_start_auction",
        Action::OwnCancel => "teleitem_cancel_auction",
    }
}

pub(super) fn action(one: &Happened) -> Value {
    let transaction = one.transaction.to_base64();
    json!({
        "trace_id": transaction,
        "action_id": hash(&format!("{} {}", one.sequence, action_word(one.action))),
        "start_lt": one.lt.saturating_sub(3).to_string(),
        "end_lt": one.lt.to_string(),
        "start_utime": one.at_s,
        "end_utime": one.at_s,
        "trace_end_lt": one.lt.to_string(),
        "trace_end_utime": one.at_s,
        "trace_mc_seqno_end": 54_000_000,
        "transactions": [transaction],
        "success": true,
        "type": action_word(one.action),
        "details": details(one),
        "trace_external_hash": transaction,
        "finality": "finalized",
    })
}

fn details(one: &Happened) -> Value {
    let (item, of) = (raw(&one.item.address), raw(&one.item.collection));
    let (index, price) = (one.item.index.to_decimal(), one.price_nanoton.to_string());
    let (from, to) = (maybe(one.real_from.as_ref()), maybe(one.to.as_ref()));
    let contract = maybe(one.contract.as_ref());
    match one.action {
        Action::Mint => {
            json!({ "owner": to, "nft_item": item, "nft_collection": of, "nft_item_index": index })
        }
        Action::Transfer | Action::Purchase | Action::OwnPurchase => {
            let is_purchase = one.action != Action::Transfer;
            let is_by_contract = one.action == Action::Purchase;
            let mut details = json!({
                "nft_collection": of, "nft_item": item, "nft_item_index": index, "old_owner": maybe(one.from.as_ref()),
                "new_owner": to, "is_purchase": is_purchase, "query_id": "0", "response_destination": null,
                "custom_payload": null, "forward_payload": null, "forward_amount": "0", "comment": null,
                "is_encrypted_comment": null, "marketplace": null, "real_old_owner": null, "marketplace_address": null,
                "payout_amount": null, "payout_address": null, "payout_comment": null, "payout_comment_encrypted": null,
                "payout_comment_encoded": null, "royalty_amount": null, "royalty_address": null,
            });
            if is_purchase {
                details["price"] = price.into();
                details["marketplace"] = if is_by_contract { "getgems" } else { "fragment" }.into();
            }
            if is_by_contract {
                details["real_old_owner"] = from;
                details["marketplace_address"] = market().into();
            }
            details
        }
        Action::PutOnSale => json!({
            "nft_collection": of, "nft_item": item, "nft_item_index": index, "owner": from, "listing_address": contract,
            "sale_address": contract, "marketplace_address": market(), "full_price": price, "marketplace_fee": "0",
            "royalty_amount": "0", "marketplace_fee_address": contract, "royalty_address": ROYALTY, "marketplace": "getgems",
        }),
        Action::UpdateSale => json!({
            "source": from, "sale_contract": contract, "nft_address": item, "marketplace_address": market(),
            "marketplace": "getgems", "full_price": price, "marketplace_fee": "0", "royalty_amount": "0",
        }),
        Action::CancelSale => json!({
            "owner": from, "nft_item": item, "nft_collection": of, "sale_address": contract,
            "marketplace_address": market(), "marketplace": "getgems",
        }),
        Action::PutOnAuction | Action::OwnStart => {
            let is_own = one.action == Action::OwnStart;
            json!({
                "nft_collection": of, "nft_item": item, "nft_item_index": index, "owner": from, "listing_address": null,
                "auction_address": if is_own { Value::from(item.clone()) } else { contract }, "marketplace_address": null,
                "marketplace_fee_factor": null, "marketplace_fee_base": null, "royalty_fee_base": null,
                "max_bid": if is_own { price.as_str() } else { "0" }, "min_bid": price, "marketplace_fee_address": null,
                "royalty_address": null, "marketplace": if is_own { "fragment" } else { "getgems" },
            })
        }
        Action::CancelAuction | Action::OwnCancel => json!({
            "owner": from, "nft_item": item, "nft_collection": of, "auction_address": contract,
            "marketplace_address": null, "marketplace": null,
        }),
    }
}

/// What the items of a page call themselves.
pub(super) fn names(actions: &[Box<RawValue>], chain: &impl ChainAnswers) -> Value {
    let mut names = serde_json::Map::new();
    for action in actions {
        let action: Value = serde_json::from_str(action.get()).unwrap_or_default();
        let text = |name: &str| action["details"][name].as_str();
        let Some(address) = text("nft_item").or_else(|| text("nft_address")) else { continue };
        let item = address.parse().ok().and_then(|address| chain.item(&address));
        names.extend(item.map(|item| (address.to_owned(), about(&item))));
    }
    names.into()
}

fn about(item: &Item) -> Value {
    let folder = format!("https://nft.fragment.com/gift/{}", item.token_name);
    json!({
        "is_indexed": true,
        "token_info": [{
            "valid": true,
            "type": "nft_items",
            "name": item.name,
            "description": format!("An exclusive gift, {}.", item.name),
            "image": format!("{folder}.webp"),
            "nft_index": item.index.to_decimal(),
            "extra": { "lottie": format!("{folder}.lottie.json") },
        }],
    })
}

pub(super) fn transfer(one: &Happened) -> Value {
    json!({
        "query_id": "0",
        "nft_address": raw(&one.item.address),
        "nft_collection": raw(&one.item.collection),
        "transaction_hash": one.transaction.to_base64(),
        "transaction_lt": one.lt.to_string(),
        "transaction_now": one.at_s,
        "transaction_aborted": false,
        "old_owner": maybe(one.from.as_ref()),
        "new_owner": maybe(one.to.as_ref()),
        "response_destination": null,
        "custom_payload": null,
        "decoded_custom_payload": null,
        "forward_amount": "0",
        "forward_payload": null,
        "decoded_forward_payload": null,
        "trace_id": one.transaction.to_base64(),
    })
}

pub(super) fn account_state(address: &Address, code_hash: Option<Hash256>) -> Value {
    json!({
        "address": raw(address),
        "account_state_hash": hash(&raw(address)),
        "balance": "50000000",
        "extra_currencies": {},
        "status": if code_hash.is_some() { "active" } else { "nonexist" },
        "last_transaction_hash": null,
        "last_transaction_lt": "30000000000001",
        "data_hash": code_hash.map(|_| hash(&raw(address))),
        "code_hash": code_hash.map(Hash256::to_base64),
        "contract_methods": null,
        "interfaces": [],
    })
}
