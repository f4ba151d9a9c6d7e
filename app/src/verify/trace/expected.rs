//! What a file says must be found in its trace, against what was found, claim by claim.

use std::collections::BTreeSet;

use adapters::traces::{Claim, ExpectedAction};
use chain::contract::Network;
use chain::message::Body;
use chain::trace::{Meaning, Sale, SaleKind, Trace, TraceMessage, Transfer};
use chain::{Address, Hash256};
use serde::Serialize;
use serde_json::{Value, json};

use super::super::report::{Checks, Finding};

const FOUND: &str = "an expected action is found";

/// What came of all of them.
pub(super) struct Compared {
    /// Claims that were compared.
    pub(super) claims: usize,
    /// Each action in short.
    pub(super) described: Vec<Value>,
}

/// An action of ours: a change of owner, and the sale that it belongs to.
struct Ours<'a> {
    trace: &'a Trace,
    network: &'a Network,
    transfer: &'a Transfer,
    sale: Option<&'a Sale>,
    is_purchase: bool,
}

/// Compares each action of a kind that is read here; of the others the kind is told.
pub(super) fn compare(
    expected: &[ExpectedAction],
    (trace, meaning, network): (&Trace, &Meaning, &Network),
    checks: &mut Checks,
) -> Compared {
    let mut compared = Compared { claims: 0, described: Vec::new() };
    for action in expected {
        let ExpectedAction { kind, claims, unread } = action;
        let is_purchase = kind == "nft_purchase";
        if claims.is_empty() {
            checks.note(FOUND, Finding::Stated, format!("`{kind}` is of a kind that is not judged here."));
        } else if let Some(ours) = find(claims, is_purchase, (trace, meaning, network)) {
            checks.require(FOUND, true, format!("`{kind}`"));
            claims.iter().for_each(|(_, claim)| ours.check(claim, checks));
            compared.claims += claims.len();
        } else {
            let fails = claims.iter().any(|(_, claim)| *claim == Claim::Success(false));
            checks.require(
                FOUND,
                fails,
                format!("`{kind}` {}", if fails { "failed" } else { "is not there" }),
            );
            compared.claims += 1;
        }
        if !unread.is_empty() {
            let note = format!("not compared: {}", unread.join(", "));
            checks.note("every member of an expected action is compared", Finding::Stated, note);
        }
        compared.described.push(json!({ "kind": kind, "claims": claims.len(), "not_compared": unread }));
    }
    compared
}

/// The change of owner that is meant: of the item, to whom it is said to have gone.
fn find<'a>(
    claims: &[(String, Claim)],
    is_purchase: bool,
    (trace, meaning, network): (&'a Trace, &'a Meaning, &'a Network),
) -> Option<Ours<'a>> {
    let fits = |transfer: &Transfer| {
        claims.iter().all(|(_, claim)| match claim {
            Claim::Item(item) => *item == Some(transfer.item.item),
            Claim::Destination(to) => *to == transfer.to,
            _ => true,
        })
    };
    let mut found = meaning.transfers.iter().enumerate().filter(|(_, transfer)| fits(transfer));
    let (place, transfer) = found.next()?;
    let sale = super::sale_of(meaning, place);
    (sale.is_some() || !is_purchase).then_some(Ours { trace, network, transfer, sale, is_purchase })
}

impl Ours<'_> {
    fn check(&self, claim: &Claim, checks: &mut Checks) {
        let transfer = self.transfer;
        let sale = self.sale;
        let payout = sale.and_then(|sale| sale.payout);
        match claim {
            Claim::Success(said) => checks.compare("success", said, true),
            Claim::Transactions(said) => {
                let hashes =
                    |all: &BTreeSet<Hash256>| all.iter().map(|one| one.to_base64()).collect::<Vec<_>>();
                checks.compare("transactions", hashes(said), hashes(&self.transactions()));
            }
            Claim::Accounts(said) => {
                let texts = |all: &BTreeSet<Address>| all.iter().map(Address::to_raw).collect::<Vec<_>>();
                checks.compare("accounts", texts(said), texts(&self.accounts()));
            }
            Claim::Source(said) => checks.compare("from", text(said), text(&transfer.from)),
            Claim::Destination(said) => checks.compare("to", text(said), text(&transfer.to)),
            Claim::Collection(said) => {
                checks.compare("collection", text(said), text(&transfer.item.collection));
            }
            Claim::Item(said) => checks.compare("item", text(said), transfer.item.item.to_raw()),
            Claim::QueryId(said) => checks.compare("query id", said, transfer.query_id),
            Claim::IsPurchase(said) => checks.compare("is a purchase", said, sale.is_some()),
            Claim::Price(said) => checks.compare("price", said, sale.and_then(super::price)),
            Claim::ForwardAmount(said) => {
                checks.compare("forward amount", said, transfer.forward_amount_nanoton);
            }
            Claim::CustomPayload(said) => {
                let ours = transfer.custom_payload.as_ref().map(|cell| cell.hash());
                checks.compare("custom payload", text(said), text(&ours));
            }
            Claim::ForwardPayload(said) => {
                checks.compare("forward payload", text(said), transfer.forward_payload.hash().to_string());
            }
            Claim::ResponseDestination(said) => {
                checks.compare("response destination", text(said), text(&transfer.response_destination));
            }
            // Which market an item sold itself through is not known where it is not known to be Telegram's.
            Claim::Market(_)
                if sale.is_some_and(|sale| {
                    sale.is_telemint() && super::market_name(sale, self.network).is_none()
                }) =>
            {
                checks.note("market", Finding::NotJudged, super::NO_MARKET);
            }
            Claim::Market(said) => {
                let ours = sale.and_then(|sale| super::market_name(sale, self.network));
                checks.compare("market", said, ours);
            }
            Claim::MarketAddress(said) => {
                checks.compare("address of the market", text(said), text(&sale.and_then(|sale| sale.market)));
            }
            Claim::Seller(said) => checks.compare("seller", text(said), text(&self.hidden_seller())),
            Claim::Payout(said) => {
                checks.compare("payout", said, payout.map(|payout| payout.amount_nanoton));
            }
            Claim::PayoutComment(said) => {
                let ours = self.payout_body().and_then(|body| match body {
                    Body::Comment(text) => Some(text),
                    _ => None,
                });
                checks.compare("comment of the payout", said, ours);
            }
            Claim::PayoutCommentIsHidden(said) => {
                let is_hidden = matches!(self.payout_body(), Some(Body::Other { .. }));
                checks.compare("comment of the payout is hidden", said, is_hidden);
            }
        }
    }

    /// Who sold, where somebody else held the item: a contract's seller.
    fn hidden_seller(&self) -> Option<Address> {
        let sale = self.sale?;
        match sale.kind {
            SaleKind::SaleContract | SaleKind::AuctionContract => sale.seller.value(),
            SaleKind::TelemintPurchase | SaleKind::TelemintAuction => None,
        }
    }

    /// Of a sale with what led to it; of a purchase with the seller's, too.
    fn transactions(&self) -> BTreeSet<Hash256> {
        let Some(sale) = self.sale else { return self.transfer.transactions.clone() };
        let mut all = sale.transactions.clone();
        if let Some(payout) = sale.payout.filter(|_| self.is_purchase) {
            let received = |message: &TraceMessage| message.is_in && message.hash == payout.message;
            let mut with = self.trace.transactions.iter().filter(|one| one.messages.iter().any(received));
            all.extend(with.next().map(|transaction| transaction.hash));
        }
        all
    }

    fn accounts(&self) -> BTreeSet<Address> {
        let mut all = BTreeSet::from([self.transfer.item.item]);
        all.extend(self.transfer.from);
        all.extend(self.transfer.to);
        if self.is_purchase {
            all.extend(self.sale.and_then(|sale| sale.seller.value()));
        }
        all
    }

    fn payout_body(&self) -> Option<Body> {
        let payout = self.sale?.payout?;
        let mut messages = self.trace.transactions.iter().flat_map(|one| &one.messages);
        Body::parse(&messages.find(|message| message.hash == payout.message)?.body).ok()
    }
}

/// Nothing, or its text.
fn text(value: &Option<impl ToString>) -> impl Serialize {
    value.as_ref().map(ToString::to_string)
}
