//! The chain's words as TonAPI writes them: addresses raw with small digits, hashes as digits, amounts as text or as numbers.

use chain::{
    Address, Hash256,
    cell::{Cell, CellBuilder},
    contract::{GetgemsRole, ItemCode, Network},
};
use serde_json::{Value, json};

use crate::{
    onchain::{Action, Happened, HeldBy, Item},
    world::World,
};

fn person(address: &Address) -> Value {
    json!({ "address": address.to_raw(), "is_scam": false, "is_wallet": true })
}

fn market() -> Value {
    let network = Network::named("sandbox");
    let address = network.and_then(|network| network.getgems_addresses.first());
    let address = address.map(Address::to_raw).unwrap_or_default();
    json!({ "address": address, "name": "Getgems", "is_scam": false, "is_wallet": false })
}

/// TON has been called Gram here since 2026-06.
fn price(nanoton: i64) -> Value {
    json!({
        "currency_type": "native", "value": nanoton.to_string(), "decimals": 9, "token_name": "Gram",
        "verification": "whitelist", "image": "https://cache.tonapi.io/images/gram.png",
    })
}

/// An item. Its index is cut to 63 bits, as the schema's type has it.
pub(super) fn item(item: &Item) -> Value {
    let folder = format!("https://nft.fragment.com/gift/{}", item.token_name);
    let low = item.index.as_bytes().last_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    let title = item.name.rsplit_once(" #").map_or("", |(title, _)| title);
    let attributes = item.traits.iter().map(|(kind, name)| json!({ "trait_type": kind, "value": name }));
    let mut value = json!({
        "address": item.address.to_raw(),
        "index": low & i64::MAX as u64,
        "owner": person(&item.owner),
        "collection": { "address": item.collection.to_raw(), "name": format!("{title}s"), "description": "" },
        "verified": true,
        "metadata": {
            "name": item.name,
            "image": format!("{folder}.webp"),
            "lottie": format!("{folder}.lottie.json"),
            "attributes": attributes.collect::<Vec<_>>(),
        },
        "previews": [{ "resolution": "100x100", "url": format!("{folder}.small.jpg") }],
        "approved_by": ["getgems"],
        "trust": "whitelist",
        "code_hash": item.code_hash.to_hex(),
        "data_hash": Hash256::of(item.token_name.as_bytes()).to_hex(),
    });
    if let (Some((contract, _)), Some(nanoton)) = (&item.held_by, item.price_nanoton) {
        value["sale"] = json!({
            "address": contract.to_raw(), "market": market(), "owner": person(&item.real_owner), "price": price(nanoton),
        });
    }
    value
}

/// The content cell: 0x01 and the link to the metadata (TEP-64).
fn content(slug: &str) -> String {
    let uri = format!("https://nft.fragment.com/collection/{slug}.json");
    let cell = CellBuilder::new().uint(1, 8).bytes(uri.as_bytes()).build();
    cell.map_or_else(|_| String::new(), |cell| hex::encode(chain::boc::write(&cell)))
}

pub(super) fn collection(address: &Address, slug: &str, world: &World) -> Value {
    let known = world.catalog.by_slug(slug).map(|at| world.catalog.collections[at].plural);
    json!({
        "address": address.to_raw(),
        "next_item_index": -1,
        "raw_collection_content": content(slug),
        "metadata": { "name": known, "description": "", "image": format!("https://nft.fragment.com/collection/{slug}.webp") },
        "previews": [],
        "approved_by": ["getgems"],
        "trust": "whitelist",
    })
}

pub(super) fn operation(one: &Happened) -> Value {
    let mut value = json!({
        "operation": if one.action == Action::Mint { "mint" } else { "transfer" },
        "utime": one.at_s,
        "lt": one.lt,
        "transaction_hash": one.transaction.to_hex(),
        "item": item(&one.item),
    });
    for (name, who) in [("source", &one.from), ("destination", &one.to)] {
        if let Some(who) = who {
            value[name] = person(who);
        }
    }
    value
}

/// One event of one action. Actions are made for people to look at, says the schema.
pub(super) fn event(one: &Happened, account: &Address) -> Value {
    let mut action = json!({
        "status": "ok",
        "simple_preview": { "name": "", "description": "", "accounts": [] },
        "base_transactions": [one.transaction.to_hex()],
    });
    let (seller, buyer) = (one.real_from.as_ref(), one.to.as_ref());
    if let (Action::Purchase | Action::OwnPurchase, Some(seller), Some(buyer)) = (one.action, seller, buyer) {
        action["type"] = "NftPurchase".into();
        action["NftPurchase"] = json!({
            "auction_type": if one.action == Action::Purchase { "getgems" } else { "DNS.tg" },
            "amount": price(one.price_nanoton), "nft": item(&one.item), "seller": person(seller), "buyer": person(buyer),
        });
    } else {
        action["type"] = "NftItemTransfer".into();
        action["NftItemTransfer"] = json!({ "nft": one.item.address.to_raw() });
        for (name, who) in [("sender", &one.from), ("recipient", &one.to)] {
            if let Some(who) = who {
                action["NftItemTransfer"][name] = person(who);
            }
        }
    }
    json!({
        "event_id": one.transaction.to_hex(),
        "account": person(account),
        "timestamp": one.at_s,
        "actions": [action],
        "is_scam": false,
        "lt": one.lt,
        "in_progress": false,
        "extra": 0,
        "progress": 1,
    })
}

/// The code of the sandbox's own contracts: a cell with a text, whose hash the sandbox's network knows.
pub(super) fn sale_code(kind: HeldBy) -> Cell {
    let role = if kind == HeldBy::Sale { GetgemsRole::FixedPriceSale } else { GetgemsRole::Auction };
    let word = if role == GetgemsRole::FixedPriceSale { "fixed_price_sale" } else { "auction" };
    let text = format!("ribbon sandbox {word} sandbox-1");
    CellBuilder::new().bytes(text.as_bytes()).build().expect("a short text fits a cell")
}

/// The library cell of an item's code.
pub(super) fn item_code(code_hash: &Hash256) -> Option<Cell> {
    ItemCode::find(code_hash).map(|code| Cell::library(code.library_hash))
}

pub(super) fn account(address: &Address, code: Option<Cell>) -> Value {
    let mut value = json!({
        "address": address.to_raw(),
        "balance": 50_000_000,
        "last_transaction_lt": 30_000_000_000_001_i64,
        "status": if code.is_some() { "active" } else { "nonexist" },
        "storage": { "used_cells": 1, "used_bits": 0, "used_public_cells": 0, "last_paid": 0, "due_payment": 0 },
    });
    if let Some(code) = code {
        value["code"] = hex::encode(chain::boc::write(&code)).into();
    }
    value
}
