//! Decoded actions without their messages: what is said, held against what each account gained or lost.

use adapters::traces::{ActionList, BalanceSaid, BidSaid, PurchaseSaid, TransferSaid};
use chain::Address;
use serde_json::{Value, json};

use super::super::report::{Checks, Finding};
use super::super::{Answer, Verdict};
use super::describe::{address, amount, unknown_fields};

/// Judges a list of actions. Every number of it is the source's word; the balances may contradict it.
pub(super) fn judge(list: &ActionList) -> Answer {
    let ActionList { purchases, bids, transfers, payments, others, balances, unknown_fields: unknown } = list;
    let mut checks = Checks::default();
    if !balances.is_empty() {
        let sum: i128 =
            balances.values().map(|one| i128::from(one.change_nanoton) + i128::from(one.fee_nanoton)).sum();
        // As text: a sum may be longer than any number of JSON that is read exactly.
        checks.compare(
            "what all accounts gained and lost, with fees, comes to nothing",
            "0",
            sum.to_string(),
        );
    }
    for purchase in purchases.iter().filter(|purchase| purchase.is_success) {
        judge_purchase(purchase, list, &mut checks);
    }
    for bid in bids.iter().filter(|bid| bid.is_success) {
        const BID: &str = "the bidder parted with the bid";
        match (bid.amount_nanoton, balances.get(&bid.bidder)) {
            (Some(said), Some(BalanceSaid { change_nanoton, .. })) => {
                let lost = change_nanoton.saturating_neg();
                checks.require(
                    BID,
                    i128::from(said) <= i128::from(lost),
                    format!("{said}, lost {lost} nanoton"),
                );
            }
            _ => checks.note(
                BID,
                Finding::NotJudged,
                "The amount or the bidder's balance is not told in nanoton.",
            ),
        }
    }
    let verdict = match checks.verdict() {
        Verdict::Refuted => Verdict::Refuted,
        Verdict::CannotBeJudged if !purchases.is_empty() || !bids.is_empty() => Verdict::CannotBeJudged,
        _ => Verdict::Understood,
    };
    Answer::new(verdict)
        .with("form", "tonapi_actions")
        .with("sales", purchases.iter().map(|one| described(one, list)).collect::<Vec<_>>())
        .with("auctions", bids.iter().map(bid).collect::<Vec<_>>())
        .with("transfers", transfers.iter().map(transfer).collect::<Vec<_>>())
        .with(
            "payments",
            payments
                .iter()
                .map(|one| {
                    json!({
                        "from": address(&one.from),
                        "to": address(&one.to),
                        "amount": amount(one.amount_nanoton, "actions"),
                    })
                })
                .collect::<Vec<_>>(),
        )
        .with("other_actions", others)
        .with("unknown_fields", unknown_fields(unknown))
        .with("checks", &checks)
        .with(
            "note",
            "`actions`: claimed by whoever decoded the trace; the messages are not in the file, so nothing is recomputed. \
             `balances`: computed from what each account gained or lost.",
        )
}

/// Lowest and highest price that the balances allow, nanoton. Accounts that are neither buyer nor seller, a sale contract above all, may
/// have added to what the seller received or to what came back to the buyer, but no more than they lost.
fn allowed(purchase: &PurchaseSaid, list: &ActionList) -> Option<(i128, i128)> {
    let seller = list.balances.get(&purchase.seller)?;
    let buyer = list.balances.get(&purchase.buyer)?;
    let is_other = |account: &Address| *account != purchase.seller && *account != purchase.buyer;
    let losses = list.balances.iter().filter(|(account, _)| is_other(account));
    let lost: i128 = losses.map(|(_, one)| i128::from(one.change_nanoton).min(0)).sum::<i128>().abs();
    let gained = i128::from(seller.change_nanoton) + i128::from(seller.fee_nanoton);
    let paid = -i128::from(buyer.change_nanoton);
    Some(((gained - lost).max(0), paid + lost))
}

/// The range as text, for sums of balances may be longer than any number of JSON that is read exactly.
fn range(at_least: i128, at_most: i128) -> Value {
    json!({ "at_least_nanoton": at_least.to_string(), "at_most_nanoton": at_most.to_string() })
}

fn judge_purchase(purchase: &PurchaseSaid, list: &ActionList, checks: &mut Checks) {
    const PRICE: &str = "price of the actions is one that the balances allow";
    match (purchase.price_nanoton, allowed(purchase, list)) {
        (Some(said), Some((at_least, at_most))) => {
            let holds = (at_least..=at_most).contains(&i128::from(said));
            if holds {
                checks.require(PRICE, true, format!("{said} nanoton"));
            } else {
                checks.compare(PRICE, json!(said), range(at_least, at_most));
            }
        }
        _ => checks.note(PRICE, Finding::NotJudged, "The price or a balance is not told in nanoton."),
    }
}

fn described(purchase: &PurchaseSaid, list: &ActionList) -> Value {
    let PurchaseSaid { is_success, item, buyer, seller, through, price_nanoton, transactions } = purchase;
    let market = match through.as_str() {
        "getgems" => Some("getgems"),
        // Usernames, numbers and gifts of Telegram's own contracts.
        "DNS.tg" | "NUMBER.tg" => Some("fragment"),
        _ => None,
    };
    let fees: Vec<Value> = list
        .payments
        .iter()
        .filter(|one| one.from == *item && one.to != *seller && one.to != *buyer)
        .map(|one| {
            json!({
                "kind": "royalty",
                "recipient": address(&one.to),
                "amount": amount(one.amount_nanoton, "actions"),
            })
        })
        .collect();
    let mut price = price_nanoton.map_or(Value::Null, |price| amount(price, "actions"));
    if let (true, Some((at_least, at_most))) = (price.is_object(), allowed(purchase, list)) {
        price["balances_allow"] = range(at_least, at_most);
    }
    json!({
        "is_success": is_success,
        "item": { "address": address(item) },
        "price": price,
        "seller": { "address": address(seller), "given_by": "actions" },
        "buyer": { "address": address(buyer), "given_by": "actions" },
        "market": { "name": market, "given_by": market.map(|_| "actions"), "told_as": through },
        "fees": fees,
        "transactions": transactions.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn bid(bid: &BidSaid) -> Value {
    let BidSaid { is_success, item, auction, bidder, through, amount_nanoton } = bid;
    json!({
        "step": "bid",
        "is_success": is_success,
        "item": item.as_ref().map(|item| json!({ "address": address(item) })),
        "contract": address(auction),
        "bidder": address(bidder),
        "amount": amount_nanoton.map(|nanoton| amount(nanoton, "actions")),
        "told_as": through,
    })
}

fn transfer(transfer: &TransferSaid) -> Value {
    let TransferSaid { is_success, item, from, to } = transfer;
    json!({
        "is_success": is_success,
        "item": { "address": address(item) },
        "from": from.as_ref().map(address),
        "to": to.as_ref().map(address),
        "given_by": "actions",
    })
}
