//! A trace: the transactions that follow from one message, and what they come to for items.
//!
//! [`Trace`] is what a source tells, in nobody's format. [`consistency::check`] holds it against itself; [`meaning::read`] says which
//! sales, auction steps and transfers it contains, from the messages, and beside each number what the source's own extract of
//! get-methods claims. Nothing here is proven to be on chain: that needs a proof, or the reader's own look at a hash.

pub mod consistency;
mod graph;
pub mod identity;
pub mod meaning;
mod sale;
mod steps;
mod told;

use std::collections::BTreeMap;

pub use identity::{Identity, ItemIdentity};
pub use meaning::{
    AuctionStep, Fee, FeeKind, Meaning, MessagePrice, Payment, Sale, SaleKind, StepKind, Transfer, Unread,
};
pub use told::{GivenBy, Told};

use crate::address::Address;
use crate::cell::Cell;
use crate::hash::Hash256;
use crate::message::{Header, Internal, StateInit};

/// What a source tells of one trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Hash of its first transaction.
    pub id: Hash256,
    /// Whether the source says that nothing of it is missing or still to come.
    pub is_complete: bool,
    /// Its transactions, in the source's order.
    pub transactions: Vec<TraceTransaction>,
    /// What the source's get-methods said of the accounts, by account. Taken when the source looked, which may be later.
    pub extract: BTreeMap<Address, Interfaces>,
}

/// One transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceTransaction {
    /// Whose it is.
    pub account: Address,
    /// Its hash. Not recomputed: a trace does not hold all that is hashed.
    pub hash: Hash256,
    /// Logical time.
    pub lt: u64,
    /// Time, seconds since 1970.
    pub at: u32,
    /// Whether the contract ran to its end and what it did was kept.
    pub is_success: bool,
    /// Fees for storage, gas and actions, nanoton, without what messages pay for their way.
    pub total_fees_nanoton: u64,
    /// Messages in and out, in the source's order.
    pub messages: Vec<TraceMessage>,
}

/// One message as one transaction shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceMessage {
    /// Its hash.
    pub hash: Hash256,
    /// Whether it started the transaction; otherwise the transaction sent it.
    pub is_in: bool,
    /// What stands before its body.
    pub header: Header,
    /// Its body.
    pub body: Cell,
    /// Hash of the body, as told.
    pub body_hash: Hash256,
    /// The first 32 bits of the body, as told; `None` where nothing is told.
    pub op: Option<u32>,
    /// The first state of a contract that it brings along.
    pub state_init: StateInit,
}

/// What the source's extract says of one account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interfaces {
    /// As an item.
    pub item: Option<ItemSaid>,
    /// As a contract that sells at a fixed price.
    pub sale: Option<SaleSaid>,
    /// As an auction.
    pub auction: Option<AuctionSaid>,
    /// Hash of the account's code, where the source tells it.
    pub code_hash: Option<Hash256>,
}

/// What an item's get-methods said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemSaid {
    /// Its collection.
    pub collection: Option<Address>,
    /// Its owner when the source looked.
    pub owner: Option<Address>,
    /// Where its metadata stands.
    pub content_uri: Option<String>,
}

/// What a sale contract's get-methods said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SaleSaid {
    /// Whether it has sold, or was canceled.
    pub is_complete: Option<bool>,
    /// The market's own address.
    pub market: Option<Address>,
    /// The item.
    pub item: Option<Address>,
    /// Who sells.
    pub seller: Option<Address>,
    /// Price with the market's fee and the royalty inside it, nanoton.
    pub full_price_nanoton: Option<u64>,
}

/// What an auction's get-methods said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuctionSaid {
    /// The market's own address.
    pub market: Option<Address>,
    /// The item.
    pub item: Option<Address>,
    /// Who sells.
    pub seller: Option<Address>,
    /// The last bid, nanoton; 0 when there is none.
    pub last_bid_nanoton: Option<u64>,
}

impl TraceTransaction {
    /// The message that started it.
    pub fn started_by(&self) -> Option<&TraceMessage> {
        self.messages.iter().find(|message| message.is_in)
    }

    /// The messages between contracts that it sent, in the order of their making.
    pub fn sent(&self) -> Vec<(&TraceMessage, &Internal)> {
        let out = self.messages.iter().filter(|message| !message.is_in);
        let mut sent: Vec<_> =
            out.filter_map(|message| Some((message, message.header.internal()?))).collect();
        sent.sort_by_key(|(message, internal)| (internal.created_lt, message.hash));
        sent
    }
}

#[cfg(test)]
mod tests;
