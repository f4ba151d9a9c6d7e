//! Steps of auctions that do not move the item: begun, bid, called off.

use super::identity;
use super::meaning::{AuctionStep, Meaning, Payment, StepKind};
use super::{Trace, TraceTransaction};
use crate::address::Address;
use crate::message::{Body, Internal};

/// Notes the step that this transaction is, if it is one.
pub(super) fn read(trace: &Trace, transaction: &TraceTransaction, meaning: &mut Meaning) {
    let Some(started) = transaction.started_by() else { return };
    let Some(from) = started.header.internal().filter(|from| !from.bounced) else { return };
    let Ok(body) = Body::parse(&started.body) else { return };
    let said = trace.extract.get(&transaction.account);
    let auction = said.and_then(|said| said.auction.as_ref());
    let step = match body {
        Body::TelemintStartAuction { config, .. } => StepKind::Started { by: from.source, config },
        Body::TelemintCancelAuction { .. } => StepKind::Canceled { by: Some(from.source) },
        Body::TelemintDeploy { bidder, bid_nanoton } => {
            StepKind::Bid { bidder, amount_nanoton: bid_nanoton, outbid: None }
        }
        Body::Empty | Body::Comment(_) | Body::Other { op: Some(_) } => {
            match bid(transaction, from, auction.is_some()) {
                Some(step) => step,
                None => return,
            }
        }
        _ => return,
    };
    let item = match auction {
        Some(auction) => auction.item,
        None => Some(transaction.account),
    };
    meaning.auction_steps.push(AuctionStep {
        kind: step,
        item: item.map(|item: Address| identity::judge(trace, &item)),
        contract: transaction.account,
        transaction: transaction.hash,
        at: transaction.at,
    });
}

/// Money to an auction that keeps the item is a bid. What an account is, the messages tell only when somebody is outbid; a first bid is
/// recognized by the extract alone.
fn bid(transaction: &TraceTransaction, from: &Internal, is_auction: bool) -> Option<StepKind> {
    let sent = transaction.sent();
    let bodies =
        || sent.iter().filter_map(|(message, to)| Some((Body::parse(&message.body).ok()?, message, *to)));
    let hands_on = bodies().any(|(body, _, _)| {
        matches!(body, Body::NftTransfer { .. } | Body::OwnershipAssigned { bid: Some(_), .. })
    });
    let outbid = bodies().find_map(|(body, message, to)| {
        let is_refund = match body {
            Body::TelemintOutbid { .. } => true,
            Body::Comment(text) => is_auction && text.contains("outbid"),
            _ => false,
        };
        is_refund.then_some(Payment {
            recipient: to.destination,
            amount_nanoton: to.value_nanoton,
            message: message.hash,
        })
    });
    let is_bid = !hands_on && from.value_nanoton > 0 && (outbid.is_some() || (is_auction && sent.is_empty()));
    is_bid.then_some(StepKind::Bid { bidder: from.source, amount_nanoton: from.value_nanoton, outbid })
}
