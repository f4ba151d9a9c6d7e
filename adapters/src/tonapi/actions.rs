//! TonAPI's decoded actions of a trace, in the shape of its own tests: claims without the messages they rest on.

mod wire;

use std::collections::BTreeMap;

use chain::{Address, Hash256};
use domain::Malformed;

use super::source_id;
use crate::{
    json::{Text, read_document},
    text::cut,
    traces::{ActionList, BalanceSaid, BidSaid, PaymentSaid, PurchaseSaid, TransferSaid},
};

/// Reads a list of actions.
///
/// # Errors
/// [`Malformed`] at the place that could not be read.
pub(crate) fn actions(body: &[u8]) -> Result<ActionList, Malformed> {
    let (wire::ActionsFile { actions, accounts }, notes) =
        read_document::<wire::ActionsFile<'_>>(body, &source_id())?;
    let mut list = ActionList::default();
    for (place, action) in actions.into_iter().enumerate() {
        read_action(&format!("/Actions/{place}"), action, &mut list)?;
    }
    list.balances = balances(accounts)?;
    list.unknown_fields = notes.into_unknown();
    Ok(list)
}

fn read_action(path: &str, action: wire::Action<'_>, list: &mut ActionList) -> Result<(), Malformed> {
    let wire::Action { kind, success: is_success, transactions, purchase, bid, transfer, payment } = action;
    let at = |name: &str| format!("{path}/{name}");
    match (&*kind, purchase, bid, transfer, payment) {
        ("NftPurchase", Some(one), ..) => {
            let hashes = transactions.iter().map(|text| {
                text.parse::<Hash256>()
                    .map_err(|fault| malformed(&at("BaseTransactions"), &format!("a hash ({fault})"), text))
            });
            list.purchases.push(PurchaseSaid {
                is_success,
                item: address(&at("NftPurchase/Nft"), &one.item)?,
                buyer: address(&at("NftPurchase/Buyer"), &one.buyer)?,
                seller: address(&at("NftPurchase/Seller"), &one.seller)?,
                through: cut(&one.through, 60),
                price_nanoton: nanoton(&at("NftPurchase/Price/Amount"), one.price)?,
                transactions: hashes.collect::<Result<_, _>>()?,
            });
        }
        ("AuctionBid", _, Some(one), ..) => list.bids.push(BidSaid {
            is_success,
            item: optional(&at("AuctionBid/NftAddress"), one.item)?,
            auction: address(&at("AuctionBid/Auction"), &one.auction)?,
            bidder: address(&at("AuctionBid/Bidder"), &one.bidder)?,
            through: cut(&one.through, 60),
            amount_nanoton: nanoton(&at("AuctionBid/Amount/Amount"), one.amount)?,
        }),
        ("NftItemTransfer", _, _, Some(one), _) => list.transfers.push(TransferSaid {
            is_success,
            item: address(&at("NftItemTransfer/Nft"), &one.item)?,
            from: optional(&at("NftItemTransfer/Sender"), one.from)?,
            to: optional(&at("NftItemTransfer/Recipient"), one.to)?,
        }),
        ("TonTransfer", _, _, _, Some(one)) => list.payments.push(PaymentSaid {
            from: address(&at("TonTransfer/Sender"), &one.from)?,
            to: address(&at("TonTransfer/Recipient"), &one.to)?,
            amount_nanoton: whole(&at("TonTransfer/Amount"), one.amount)?,
        }),
        ("NftPurchase" | "AuctionBid" | "NftItemTransfer" | "TonTransfer", ..) => {
            return Err(malformed(path, &format!("a member {}", cut(&kind, 60)), "none"));
        }
        (other, ..) => list.others.push(cut(other, 60)),
    }
    Ok(())
}

fn balances(accounts: Vec<wire::Account<'_>>) -> Result<BTreeMap<Address, BalanceSaid>, Malformed> {
    let mut balances = BTreeMap::new();
    for (place, wire::Account { account, change, fee }) in accounts.into_iter().enumerate() {
        let path = format!("/Accounts/{place}/Account");
        let account = address(&path, &account)?;
        let said = BalanceSaid { change_nanoton: change, fee_nanoton: fee };
        if balances.insert(account, said).is_some() {
            return Err(malformed(&path, "an account once", "it twice"));
        }
    }
    Ok(balances)
}

fn nanoton(path: &str, price: wire::Price<'_>) -> Result<Option<u64>, Malformed> {
    let amount = whole(path, price.amount)?;
    Ok((price.currency.kind == "native").then_some(amount))
}

fn whole(path: &str, amount: i64) -> Result<u64, Malformed> {
    u64::try_from(amount).map_err(|_| malformed(path, "an amount from 0 on", &amount.to_string()))
}

fn optional(path: &str, text: Option<Text<'_>>) -> Result<Option<Address>, Malformed> {
    text.map(|text| address(path, &text)).transpose()
}

fn address(path: &str, text: &str) -> Result<Address, Malformed> {
    Address::from_raw(text).map_err(|fault| malformed(path, &format!("a raw address ({fault})"), text))
}

fn malformed(path: &str, expected: &str, found: &str) -> Malformed {
    Malformed { market: source_id(), path: path.into(), expected: expected.into(), found: cut(found, 60) }
}
