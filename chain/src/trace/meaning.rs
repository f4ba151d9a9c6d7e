//! What a trace comes to: sales, auction steps, transfers.
//!
//! The messages decide that something happened; the extract may only add what they do not tell and contradict what they do.

use std::collections::BTreeSet;

use super::graph::Graph;
use super::identity::{self, ItemIdentity};
use super::{Told, Trace, TraceTransaction, sale, steps};
use crate::address::Address;
use crate::cell::Cell;
use crate::hash::Hash256;
use crate::message::{Body, BodyError};

/// Everything that was understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meaning {
    /// Completed trades.
    pub sales: Vec<Sale>,
    /// What happened to auctions.
    pub auction_steps: Vec<AuctionStep>,
    /// Changes of owner, those of sales among them.
    pub transfers: Vec<Transfer>,
    /// What should have been understood and was not.
    pub unread: Vec<Unread>,
}

/// A completed trade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    /// What the item was sold through.
    pub kind: SaleKind,
    /// The item, and whether it is what it is called.
    pub item: ItemIdentity,
    /// The contract that sold it; the item itself in an auction of Telemint.
    pub contract: Address,
    /// The transaction in which it was sold.
    pub transaction: Hash256,
    /// When, seconds since 1970.
    pub at: u32,
    /// What the messages say of the price.
    pub price_by_messages: MessagePrice,
    /// The price as the extract says, nanoton.
    pub price_by_interfaces: Option<u64>,
    /// Who sold.
    pub seller: Told<Address>,
    /// Who bought.
    pub buyer: Told<Address>,
    /// The item that was handed over, and the one that the extract says was for sale.
    pub sold: Told<Address>,
    /// The market's own address, as the extract says.
    pub market: Option<Address>,
    /// What the buyer sent, nanoton, where the buyer's message started it.
    pub paid_nanoton: Option<u64>,
    /// What came back to the buyer as too much, nanoton, where that can be seen.
    pub returned_nanoton: Option<u64>,
    /// What the seller was sent. May be more than the price, for a sale contract hands on what it held.
    pub payout: Option<Payment>,
    /// What others were sent.
    pub fees: Vec<Fee>,
    /// Code hash of the contract, where the source tells it.
    pub code_hash: Option<Hash256>,
    /// Transactions of the change of owner: the buyer's, the contract's, the item's and those that it started.
    pub transactions: BTreeSet<Hash256>,
    /// Place of the change of owner among [`Meaning::transfers`].
    pub transfer: usize,
}

impl Sale {
    /// Whether the item sold itself, as Telemint's do.
    pub const fn is_telemint(&self) -> bool {
        matches!(self.kind, SaleKind::TelemintPurchase | SaleKind::TelemintAuction)
    }
}

/// What an item was sold through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaleKind {
    /// A contract that holds the item and sells it at its price.
    SaleContract,
    /// A contract that holds the item and sells it to the highest bidder.
    AuctionContract,
    /// Telemint's item itself, to a buyer who paid its price at once.
    TelemintPurchase,
    /// Telemint's item itself, to the highest bidder.
    TelemintAuction,
}

/// What the messages say of a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessagePrice {
    /// Exactly this, nanoton.
    Exact(u64),
    /// Within these, both included, nanoton: the contract's own balance and its fees are not told apart.
    Within {
        /// Lowest.
        at_least: u64,
        /// Highest.
        at_most: u64,
    },
}

impl MessagePrice {
    /// Whether a price is one that the messages allow.
    pub fn allows(&self, price_nanoton: u64) -> bool {
        match *self {
            Self::Exact(exact) => exact == price_nanoton,
            Self::Within { at_least, at_most } => (at_least..=at_most).contains(&price_nanoton),
        }
    }
}

/// Money to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payment {
    /// Who was sent it.
    pub recipient: Address,
    /// How much, nanoton, as the message carries it.
    pub amount_nanoton: u64,
    /// Hash of the message.
    pub message: Hash256,
}

/// A payment out of the price to somebody else than the seller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fee {
    /// What for.
    pub kind: FeeKind,
    /// The payment.
    pub payment: Payment,
}

/// What a fee is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeeKind {
    /// The market's.
    Market,
    /// The creator's.
    Royalty,
    /// One of the two; the messages do not say which.
    MarketOrRoyalty,
}

/// A change of owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// The item, and whether it is what it is called.
    pub item: ItemIdentity,
    /// The item's transaction.
    pub transaction: Hash256,
    /// When, seconds since 1970.
    pub at: u32,
    /// Who owned it before; nobody when it was just made. A sale contract while it holds the item.
    pub from: Option<Address>,
    /// Who owns it afterwards.
    pub to: Option<Address>,
    /// Chosen by who started it.
    pub query_id: u64,
    /// Sent to the new owner with the notice, nanoton; `None` where the item moved by itself.
    pub forward_amount_nanoton: Option<u64>,
    /// For the item; `None` where there is none.
    pub custom_payload: Option<Cell>,
    /// For the new owner.
    pub forward_payload: Cell,
    /// Who gets back what is left.
    pub response_destination: Option<Address>,
    /// The item's transaction and those that it started.
    pub transactions: BTreeSet<Hash256>,
}

/// Something that happened to an auction or a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuctionStep {
    /// What.
    pub kind: StepKind,
    /// The item, where it is known.
    pub item: Option<ItemIdentity>,
    /// The contract: the auction's, or the item itself with Telemint.
    pub contract: Address,
    /// The transaction.
    pub transaction: Hash256,
    /// When, seconds since 1970.
    pub at: u32,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// Telemint: an auction began, or a listing when its terms are a fixed price.
    Started {
        /// Who started it.
        by: Address,
        /// The terms.
        config: crate::message::AuctionConfig,
    },
    /// A bid was placed.
    Bid {
        /// Who placed it.
        bidder: Address,
        /// How much, nanoton.
        amount_nanoton: u64,
        /// Who was outbid and what came back, nanoton.
        outbid: Option<Payment>,
    },
    /// It ended with the item back at its owner.
    Canceled {
        /// Who asked for it; `None` when nobody inside the chain did.
        by: Option<Address>,
    },
    /// It ended with a sale.
    Won {
        /// Place among [`Meaning::sales`].
        sale: usize,
    },
}

/// Something that should have been understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// A body with a known operation and other fields.
    #[error("message {message}: {fault}")]
    Body {
        /// The message.
        message: Hash256,
        /// What is wrong.
        fault: BodyError,
    },
    /// A sale that was paid in a jetton: its price stands in other messages.
    #[error("transaction {transaction} sells for a jetton, whose amounts are not read")]
    JettonSale {
        /// The transaction.
        transaction: Hash256,
    },
}

/// Reads a trace. The order of its transactions does not matter.
pub fn read(trace: &Trace) -> Meaning {
    let graph = Graph::new(trace);
    let mut ordered: Vec<&TraceTransaction> = trace.transactions.iter().collect();
    ordered.sort_by_key(|transaction| (transaction.lt, transaction.hash));
    let mut meaning = Meaning::default();
    let mut seen = BTreeSet::new();
    for transaction in ordered {
        if !seen.insert(transaction.hash) {
            continue;
        }
        for message in &transaction.messages {
            if message.is_in
                && let Err(fault) = Body::parse(&message.body)
            {
                meaning.unread.push(Unread::Body { message: message.hash, fault });
            }
        }
        if transaction.is_success {
            steps::read(trace, transaction, &mut meaning);
            read_change(trace, &graph, transaction, &mut meaning);
        }
    }
    meaning
}

/// A change of owner in an item's transaction, and the sale that it belongs to.
fn read_change(trace: &Trace, graph: &Graph<'_>, transaction: &TraceTransaction, meaning: &mut Meaning) {
    let Some(transfer) = transfer(trace, graph, transaction) else { return };
    let place = meaning.transfers.len();
    let sale = match transaction.started_by() {
        Some(message) if matches!(Body::parse(&message.body), Ok(Body::NftTransfer { .. })) => graph
            .sender(&message.hash)
            .filter(|seller| seller.is_success)
            .map(|seller| sale::through_contract(trace, graph, seller, message, (&transfer, place))),
        _ => Some(sale::telemint(trace, graph, transaction, (&transfer, place))),
    };
    meaning.transfers.push(transfer);
    match sale.unwrap_or(Ok(sale::Outcome::Nothing)) {
        Ok(sale::Outcome::Sold(sale)) => {
            if matches!(sale.kind, SaleKind::AuctionContract | SaleKind::TelemintAuction) {
                meaning.auction_steps.push(AuctionStep {
                    kind: StepKind::Won { sale: meaning.sales.len() },
                    item: Some(sale.item.clone()),
                    contract: sale.contract,
                    transaction: sale.transaction,
                    at: sale.at,
                });
            }
            meaning.sales.push(*sale);
        }
        Ok(sale::Outcome::Canceled(step)) => meaning.auction_steps.push(*step),
        Ok(sale::Outcome::Nothing) => {}
        Err(unread) => meaning.unread.push(unread),
    }
}

fn transfer(trace: &Trace, graph: &Graph<'_>, transaction: &TraceTransaction) -> Option<Transfer> {
    let item = identity::judge(trace, &transaction.account);
    let mut transactions = BTreeSet::from([transaction.hash]);
    let started = transaction.messages.iter().filter(|message| !message.is_in);
    transactions.extend(started.filter_map(|message| Some(graph.receiver(&message.hash)?.hash)));
    let change = Transfer {
        item,
        transaction: transaction.hash,
        at: transaction.at,
        from: None,
        to: None,
        query_id: 0,
        forward_amount_nanoton: None,
        custom_payload: None,
        forward_payload: crate::cell::CellBuilder::new().build().ok()?,
        response_destination: None,
        transactions,
    };
    if let Some(message) = transaction.started_by()
        && let Some(internal) = message.header.internal().filter(|internal| !internal.bounced)
        && let Ok(Body::NftTransfer {
            query_id,
            new_owner,
            response_destination,
            custom_payload,
            forward_amount_nanoton,
            forward_payload,
        }) = Body::parse(&message.body)
    {
        return Some(Transfer {
            from: Some(internal.source),
            to: new_owner,
            query_id,
            forward_amount_nanoton: Some(forward_amount_nanoton),
            custom_payload,
            forward_payload,
            response_destination,
            ..change
        });
    }
    // An item that moves by itself: it was just made, or its auction ended.
    transaction.sent().into_iter().find_map(|(message, internal)| match Body::parse(&message.body) {
        Ok(Body::OwnershipAssigned { query_id, previous_owner, payload, .. }) => Some(Transfer {
            from: previous_owner,
            to: Some(internal.destination),
            query_id,
            forward_payload: payload,
            ..change.clone()
        }),
        _ => None,
    })
}
