//! Sales, steps and transfers as JSON: each number with its unit in the name and who gave it.

use chain::contract::Network;
use chain::sale_contract::{ContractField, Standing};
use chain::trace::{
    AuctionStep, FeeKind, GivenBy as Side, Identity, ItemIdentity, MessagePrice, Payment, Sale, SaleKind,
    StepKind, Told, Transfer,
};
use chain::{Address, FriendlyFlags};
use domain::decimal::decimal_from_units;
use serde_json::{Value, json};

use super::GivenBy;

/// Digits of a nanoton behind the point of a TON.
const DECIMALS: u8 = 9;

pub(super) fn sale(
    sale: &Sale,
    standing: Option<&Standing>,
    (network, given_by): (&Network, GivenBy),
) -> Value {
    let fees = sale.fees.iter().fold(0_u64, |sum, fee| sum.saturating_add(fee.payment.amount_nanoton));
    let market = super::market_name(sale, network);
    let market_by = if sale.is_telemint() { given_by.text() } else { "interfaces" };
    let read = |nanoton| amount(nanoton, given_by.text());
    json!({
        "through": kind(sale.kind),
        "item": item(&sale.item),
        "transaction": sale.transaction.to_string(),
        "at": time(sale.at),
        "price": price(sale, given_by),
        "seller": told(&sale.seller, given_by),
        "buyer": told(&sale.buyer, given_by),
        "market": {
            "name": market,
            "given_by": market.map(|_| market_by),
            "note": (sale.is_telemint() && market.is_none()).then_some(super::NO_MARKET),
            "address": sale.market.as_ref().map(address),
        },
        "fees": sale.fees.iter().map(|fee| json!({
            "kind": fee_kind(fee.kind),
            "recipient": address(&fee.payment.recipient),
            "amount": read(fee.payment.amount_nanoton),
        })).collect::<Vec<_>>(),
        "fees_total": read(fees),
        "payout": sale.payout.as_ref().map(|payout| payment(payout, given_by)),
        "paid": sale.paid_nanoton.map(read),
        "returned": sale.returned_nanoton.map(read),
        "contract": {
            "address": address(&sale.contract),
            "code_hash": sale.code_hash.map(|hash| hash.to_string()),
            "standing": standing.map(super::describe::standing),
            "is_verified": match standing {
                Some(standing) => matches!(standing, Standing::Verified(_)),
                None => sale.item.finding == Identity::Computed,
            },
        },
        "transfer": sale.transfer,
    })
}

pub(super) fn transfer(transfer: &Transfer, given_by: GivenBy) -> Value {
    json!({
        "item": item(&transfer.item),
        "transaction": transfer.transaction.to_string(),
        "at": time(transfer.at),
        "from": transfer.from.as_ref().map(address),
        "to": transfer.to.as_ref().map(address),
        "query_id": transfer.query_id.to_string(),
        "forward": transfer.forward_amount_nanoton.map(|nanoton| amount(nanoton, given_by.text())),
        "given_by": given_by.text(),
    })
}

pub(super) fn step(step: &AuctionStep, given_by: GivenBy) -> Value {
    let read = |nanoton| amount(nanoton, given_by.text());
    let kind = match &step.kind {
        StepKind::Started { by, config } => json!({
            "step": if config.is_fixed_price() { "put_up_for_sale" } else { "started" },
            "by": address(by),
            "beneficiary": address(&config.beneficiary),
            "lowest_bid": read(config.initial_min_bid_nanoton),
            "highest_bid": read(config.max_bid_nanoton),
            "step_percent": config.min_bid_step_percent,
            "prolongs_by_seconds": config.min_extend_seconds,
            "lasts_seconds": config.duration_seconds & !(1 << 31),
        }),
        StepKind::Bid { bidder, amount_nanoton, outbid } => json!({
            "step": "bid",
            "bidder": address(bidder),
            "amount": read(*amount_nanoton),
            "outbid": outbid.as_ref().map(|outbid| payment(outbid, given_by)),
        }),
        StepKind::Canceled { by } => json!({ "step": "canceled", "by": by.as_ref().map(address) }),
        StepKind::Won { sale } => json!({ "step": "won", "sale": sale }),
    };
    let mut described = json!({
        "item": step.item.as_ref().map(item),
        "contract": address(&step.contract),
        "transaction": step.transaction.to_string(),
        "at": time(step.at),
        "given_by": given_by.text(),
    });
    if let (Some(all), Some(more)) = (described.as_object_mut(), kind.as_object()) {
        all.extend(more.clone());
    }
    described
}

pub(super) fn message_price(price: &MessagePrice) -> Value {
    match price {
        MessagePrice::Exact(exact) => json!(exact),
        MessagePrice::Within { at_least, at_most } => {
            json!({ "at_least_nanoton": at_least, "at_most_nanoton": at_most })
        }
    }
}

/// Exact from the messages, or the extract's with the range that the messages leave it.
fn price(sale: &Sale, given_by: GivenBy) -> Value {
    match (sale.price_by_messages, sale.price_by_interfaces) {
        (MessagePrice::Exact(exact), said) => {
            amount(exact, if said == Some(exact) { given_by.text_of_both() } else { given_by.text() })
        }
        (range, said) => {
            let mut price = said.map_or_else(
                || json!({ "nanoton": null, "given_by": null }),
                |said| amount(said, "interfaces"),
            );
            price["messages_allow"] = message_price(&range);
            price["range_given_by"] = given_by.text().into();
            price
        }
    }
}

pub(super) fn amount(nanoton: u64, given_by: &str) -> Value {
    let ton = i64::try_from(nanoton).map(|nanoton| decimal_from_units(nanoton, DECIMALS));
    json!({ "nanoton": nanoton, "ton": ton.ok(), "given_by": given_by })
}

pub(super) fn address(address: &Address) -> Value {
    json!({ "friendly": address.to_friendly(FriendlyFlags::BOUNCEABLE), "raw": address.to_string() })
}

fn payment(payment: &Payment, given_by: GivenBy) -> Value {
    let amount = amount(payment.amount_nanoton, given_by.text());
    json!({ "recipient": address(&payment.recipient), "amount": amount })
}

fn told(told: &Told<Address>, given_by: GivenBy) -> Value {
    let by = told.given_by().map(|by| match by {
        Side::Messages => given_by.text(),
        Side::Interfaces => "interfaces",
        Side::Both => given_by.text_of_both(),
    });
    let mut described = json!({ "address": told.value().as_ref().map(address), "given_by": by });
    if told.is_contradicted() {
        described["interfaces_say"] = told.interfaces.as_ref().map(address).unwrap_or_default();
    }
    described
}

fn item(item: &ItemIdentity) -> Value {
    let identity = match item.finding {
        Identity::Computed => "computed",
        Identity::ComputedForCollection => "computed_for_collection",
        Identity::Refuted => "refuted",
        Identity::NotJudged => "not_judged",
    };
    json!({
        "address": address(&item.item),
        "name": item.token_name,
        "collection": item.collection.as_ref().map(address),
        "identity": identity,
    })
}

fn kind(kind: SaleKind) -> &'static str {
    match kind {
        SaleKind::SaleContract => "sale_contract",
        SaleKind::AuctionContract => "auction_contract",
        SaleKind::TelemintPurchase => "telemint_purchase",
        SaleKind::TelemintAuction => "telemint_auction",
    }
}

fn fee_kind(kind: FeeKind) -> &'static str {
    match kind {
        FeeKind::Market => "market",
        FeeKind::Royalty => "royalty",
        FeeKind::MarketOrRoyalty => "market_or_royalty",
    }
}

pub(super) fn standing(standing: &Standing) -> String {
    let field = |field: &ContractField| match field {
        ContractField::Market => "market",
        ContractField::Item => "item",
        ContractField::Seller => "seller",
        ContractField::Price => "price",
        ContractField::IsComplete => "is_complete",
        ContractField::ItemOwner => "item_owner",
    };
    match standing {
        Standing::Verified(code) => format!("verified: {}", code.version),
        Standing::CodeNotTold => "code_not_told".into(),
        Standing::CodeUnknown => "code_unknown".into(),
        Standing::OtherRole(_) => "code_of_another_role".into(),
        Standing::NotTold(one) => format!("not_told: {}", field(one)),
        Standing::Disagrees(one) => format!("disagrees: {}", field(one)),
    }
}

fn time(seconds: u32) -> Option<String> {
    let time = chrono::DateTime::from_timestamp(i64::from(seconds), 0)?;
    Some(time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
}

pub(super) fn unknown_fields(pairs: &[(String, u32)]) -> Vec<Value> {
    pairs.iter().map(|(path, times)| json!({ "path": path, "times": times })).collect()
}
