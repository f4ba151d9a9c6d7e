//! Sales: through a contract that holds the item, and through Telemint's item itself.
//!
//! In every fixed-price contract of GetGems the seller's money leaves first. Versions 1 to 3 always send the market's fee last, be it
//! nothing, and hand what the contract held on to the seller, so that the price follows from the messages up to the fee for storage.
//! Version 4 (told by its notice of one nanoton) sends exactly the parts of the price. Auctions of versions 2 and 3 name each payment
//! in a comment, version 4 pays the seller last. Source: github getgems-io/nft-contracts `packages/contracts/sources` (2026-03-23),
//! checked 2026-12-01.

use super::graph::Graph;
use super::identity;
use super::meaning::{
    AuctionStep, Fee, FeeKind, MessagePrice, Payment, Sale, SaleKind, StepKind, Transfer, Unread,
};
use super::{Interfaces, Told, Trace, TraceMessage, TraceTransaction};
use crate::address::Address;
use crate::message::{Body, Internal};

/// What a contract's transaction was, beside handing an item on.
pub(super) enum Outcome {
    Sold(Box<Sale>),
    Canceled(Box<AuctionStep>),
    Nothing,
}

/// What the notice to the buyer carries in version 4 of the fixed-price contract, nanoton.
const VERSION_4_NOTICE: u64 = 1;

/// Comments of auction contracts, as their payments carry them.
const PROFIT: &str = "Profit";
const ROYALTY: &str = "Royalty";
/// Begins the comment of the market's fee.
const MARKET_FEE: &str = "Market";
/// Begins or ends every comment with which a bid is sent back.
const REFUNDS: [&str; 2] = ["outbid", "canceled"];

struct Paid {
    payment: Payment,
    forward_fee_nanoton: u64,
    comment: Option<String>,
}

/// A sale by the contract that sent the item its order, as its transaction `seller` shows it.
pub(super) fn through_contract(
    trace: &Trace,
    graph: &Graph<'_>,
    seller: &TraceTransaction,
    order: &TraceMessage,
    (transfer, place): (&Transfer, usize),
) -> Result<Outcome, Unread> {
    let said = trace.extract.get(&seller.account).cloned().unwrap_or_default();
    let trigger = seller.started_by();
    let trigger_body = trigger.and_then(|message| Body::parse(&message.body).ok());
    let is_contract = said.sale.is_some() || said.auction.is_some();
    if is_contract && matches!(trigger_body, Some(Body::JettonNotification { .. })) {
        return Err(Unread::JettonSale { transaction: seller.hash });
    }
    let paid = payments(seller, order);
    let is_auction = said.auction.is_some()
        || (said.sale.is_none() && paid.iter().any(|paid| paid.comment.as_deref() == Some(PROFIT)));
    let started_by = trigger.and_then(|message| message.header.internal());
    let buys = started_by.is_some_and(|from| transfer.to == Some(from.source));
    let is_sale = !paid.is_empty() && (is_auction || (buys && is_purchase(trigger_body.as_ref())));
    if !is_sale {
        let seller_said = said.sale.as_ref().and_then(|sale| sale.seller);
        let seller_said = seller_said.or(said.auction.as_ref().and_then(|auction| auction.seller));
        if is_contract && paid.is_empty() && seller_said.is_some() && seller_said == transfer.to {
            return Ok(Outcome::Canceled(Box::new(AuctionStep {
                kind: StepKind::Canceled { by: started_by.map(|from| from.source) },
                item: Some(transfer.item.clone()),
                contract: seller.account,
                transaction: seller.hash,
                at: seller.at,
            })));
        }
        return Ok(Outcome::Nothing);
    }
    let Some(order_header) = order.header.internal() else { return Ok(Outcome::Nothing) };
    let (payout, fees) = if is_auction { auction_parts(&paid) } else { sale_parts(&paid, transfer) };
    let price = if is_auction {
        auction_price(&paid, seller, order_header)
    } else {
        sale_price(&paid, seller, order_header, started_by, transfer)
    };
    let mut transactions = transfer.transactions.clone();
    transactions.insert(seller.hash);
    transactions
        .extend(trigger.and_then(|message| graph.sender(&message.hash)).map(|transaction| transaction.hash));
    let (market, item_said, seller_said, price_said) = claimed(&said);
    Ok(Outcome::Sold(Box::new(Sale {
        kind: if is_auction { SaleKind::AuctionContract } else { SaleKind::SaleContract },
        item: transfer.item.clone(),
        contract: seller.account,
        transaction: seller.hash,
        at: seller.at,
        price_by_messages: price,
        price_by_interfaces: price_said,
        seller: Told { messages: payout.map(|payout| payout.recipient), interfaces: seller_said },
        buyer: transfer.to.map_or_else(Told::default, Told::by_messages),
        sold: Told { messages: Some(transfer.item.item), interfaces: item_said },
        market,
        paid_nanoton: started_by.filter(|_| buys).map(|from| from.value_nanoton),
        returned_nanoton: transfer.to.and_then(|buyer| returned(trace, transfer, &buyer)),
        payout,
        fees,
        code_hash: said.code_hash,
        transactions,
        transfer: place,
    })))
}

/// Money alone, a word with it, or operation 2: what the contracts sell for.
fn is_purchase(body: Option<&Body>) -> bool {
    match body {
        Some(Body::Comment(text)) => text != "cancel",
        // Versions 1 to 3 buy by operation 2, version 4 by one of its own; those that do not buy pay nobody.
        Some(Body::Empty | Body::Other { op: Some(_) }) => true,
        _ => false,
    }
}

fn claimed(said: &Interfaces) -> (Option<Address>, Option<Address>, Option<Address>, Option<u64>) {
    match (&said.sale, &said.auction) {
        (Some(sale), _) => (sale.market, sale.item, sale.seller, sale.full_price_nanoton),
        (None, Some(auction)) => {
            (auction.market, auction.item, auction.seller, auction.last_bid_nanoton.filter(|bid| *bid > 0))
        }
        (None, None) => (None, None, None, None),
    }
}

/// Money that a contract sent before it handed the item on; bids that came back are not among it.
fn payments(seller: &TraceTransaction, order: &TraceMessage) -> Vec<Paid> {
    let sent = seller.sent().into_iter().filter(|(message, _)| message.hash != order.hash);
    let read = sent.filter_map(|(message, internal)| {
        let comment = match Body::parse(&message.body) {
            Ok(Body::Empty) => None,
            Ok(Body::Comment(text)) => Some(text),
            _ => return None,
        };
        let is_refund = comment.as_deref().is_some_and(|text| REFUNDS.iter().any(|word| text.contains(word)));
        let payment = Payment {
            recipient: internal.destination,
            amount_nanoton: internal.value_nanoton,
            message: message.hash,
        };
        let forward_fee_nanoton = internal.forward_fee_nanoton;
        (!is_refund).then_some(Paid { payment, forward_fee_nanoton, comment })
    });
    read.collect()
}

fn sale_parts(paid: &[Paid], transfer: &Transfer) -> (Option<Payment>, Vec<Fee>) {
    let Some((first, rest)) = paid.split_first() else { return (None, Vec::new()) };
    let is_version_4 = transfer.forward_amount_nanoton == Some(VERSION_4_NOTICE);
    let last = rest.len().saturating_sub(1);
    let kind = |place: usize| match (is_version_4, rest.len()) {
        (true, 1) => FeeKind::MarketOrRoyalty,
        (true, _) if place == 0 => FeeKind::Market,
        (false, _) if place == last => FeeKind::Market,
        _ => FeeKind::Royalty,
    };
    let fees = rest.iter().enumerate().map(|(place, paid)| Fee { kind: kind(place), payment: paid.payment });
    (Some(first.payment), fees.collect())
}

fn auction_parts(paid: &[Paid]) -> (Option<Payment>, Vec<Fee>) {
    let named = |paid: &Paid| match paid.comment.as_deref() {
        Some(ROYALTY) => FeeKind::Royalty,
        Some(text) if text.starts_with(MARKET_FEE) => FeeKind::Market,
        _ => FeeKind::MarketOrRoyalty,
    };
    let payout = paid.iter().rposition(|paid| paid.comment.as_deref() == Some(PROFIT));
    let payout = payout.unwrap_or(paid.len().saturating_sub(1));
    let fees = paid.iter().enumerate().filter(|(place, _)| *place != payout);
    let fees = fees.map(|(_, paid)| Fee { kind: named(paid), payment: paid.payment }).collect();
    (paid.get(payout).map(|paid| paid.payment), fees)
}

fn total(paid: &[Paid]) -> u64 {
    paid.iter().fold(0, |sum, paid| sum.saturating_add(paid.payment.amount_nanoton))
}

fn ways(paid: &[Paid], order: &Internal) -> u64 {
    paid.iter().fold(order.forward_fee_nanoton, |sum, paid| sum.saturating_add(paid.forward_fee_nanoton))
}

/// What the buyer sent, less what went on with the item, less fees. Which part of the fees was for storage, which the contract pays
/// out of what it held, a trace does not tell: hence the two ends.
fn sale_price(
    paid: &[Paid],
    seller: &TraceTransaction,
    order: &Internal,
    started_by: Option<&Internal>,
    transfer: &Transfer,
) -> MessagePrice {
    if transfer.forward_amount_nanoton == Some(VERSION_4_NOTICE) {
        return MessagePrice::Exact(total(paid));
    }
    let sent = started_by.map_or(0, |from| from.value_nanoton);
    let at_most = sent.saturating_sub(order.value_nanoton).saturating_sub(ways(paid, order));
    MessagePrice::Within { at_least: at_most.saturating_sub(seller.total_fees_nanoton), at_most }
}

/// At least what was paid out, at most all that left.
fn auction_price(paid: &[Paid], seller: &TraceTransaction, order: &Internal) -> MessagePrice {
    let at_least = total(paid);
    let rest =
        order.value_nanoton.saturating_add(ways(paid, order)).saturating_add(seller.total_fees_nanoton);
    MessagePrice::Within { at_least, at_most: at_least.saturating_add(rest) }
}

/// What the item sent back to the buyer.
fn returned(trace: &Trace, transfer: &Transfer, buyer: &Address) -> Option<u64> {
    let item = trace.transactions.iter().find(|transaction| transaction.hash == transfer.transaction)?;
    item.sent().into_iter().find_map(|(message, internal)| {
        let is_excess = matches!(Body::parse(&message.body), Ok(Body::Excesses { .. }));
        (is_excess && internal.destination == *buyer).then_some(internal.value_nanoton)
    })
}

/// A sale by Telemint's item itself: it tells the winner of the bid and pays the royalty first, the seller last.
pub(super) fn telemint(
    trace: &Trace,
    graph: &Graph<'_>,
    item: &TraceTransaction,
    (transfer, place): (&Transfer, usize),
) -> Result<Outcome, Unread> {
    let sent = item.sent();
    let notice = sent.iter().find_map(|(message, internal)| match Body::parse(&message.body) {
        Ok(Body::OwnershipAssigned { bid: Some(bid), .. }) => Some((bid, internal.destination)),
        _ => None,
    });
    let Some((bid, buyer)) = notice else { return Ok(Outcome::Nothing) };
    let proceeds = sent.iter().filter_map(|(message, internal)| {
        let is_payment = matches!(Body::parse(&message.body), Ok(Body::TelemintProceeds { .. }));
        is_payment.then_some(Payment {
            recipient: internal.destination,
            amount_nanoton: internal.value_nanoton,
            message: message.hash,
        })
    });
    let mut proceeds: Vec<Payment> = proceeds.collect();
    let payout = proceeds.pop();
    let started_by = item.started_by().and_then(|message| message.header.internal());
    let at_once = started_by.filter(|from| {
        from.source == buyer && from.value_nanoton == bid.bid_nanoton && bid.bid_at == item.at
    });
    let mut transactions = transfer.transactions.clone();
    let parent = item.started_by().and_then(|message| graph.sender(&message.hash));
    transactions.extend(parent.map(|transaction| transaction.hash));
    Ok(Outcome::Sold(Box::new(Sale {
        kind: if at_once.is_some() { SaleKind::TelemintPurchase } else { SaleKind::TelemintAuction },
        item: identity::judge(trace, &item.account),
        contract: item.account,
        transaction: item.hash,
        at: item.at,
        price_by_messages: MessagePrice::Exact(bid.bid_nanoton),
        price_by_interfaces: None,
        seller: transfer
            .from
            .or(payout.map(|payout| payout.recipient))
            .map_or_else(Told::default, Told::by_messages),
        buyer: Told::by_messages(buyer),
        sold: Told::by_messages(item.account),
        market: None,
        paid_nanoton: at_once.map(|from| from.value_nanoton),
        returned_nanoton: None,
        payout,
        fees: proceeds.into_iter().map(|payment| Fee { kind: FeeKind::Royalty, payment }).collect(),
        code_hash: trace.extract.get(&item.account).and_then(|said| said.code_hash),
        transactions,
        transfer: place,
    })))
}
