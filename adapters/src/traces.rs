//! Recorded traces, read without asking anybody: toncenter's transactions and messages, and TonAPI's decoded actions.
//!
//! What they mean is not decided here: messages go to `chain::trace`, claims stay claims.

use std::collections::{BTreeMap, BTreeSet};

use chain::{Address, Hash256, trace::Trace};
use domain::{Malformed, MarketId};
use serde::{Deserialize, de::IgnoredAny};

use crate::{tonapi, toncenter};

/// A trace in one of the forms that are known.
#[derive(Debug, Clone, PartialEq)]
pub enum Recorded {
    /// Transactions with their messages.
    Toncenter(Box<RecordedTrace>),
    /// Actions that somebody decoded, without the messages.
    Tonapi(Box<ActionList>),
}

/// A trace of toncenter's indexer.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedTrace {
    /// Transactions, messages and the extract of get-methods.
    pub trace: Trace,
    /// Name of the case that the trace stands for, where the file has one.
    pub case: Option<String>,
    /// What must be found in it; `None` where the file does not say.
    pub expected: Option<Vec<ExpectedAction>>,
    /// Fields that nobody declared, by path, with their count.
    pub unknown_fields: Vec<(String, u32)>,
}

/// An action that must be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedAction {
    /// The source's word for it, as in `nft_transfer`.
    pub kind: String,
    /// What is said of it, with the JSON pointer of each.
    pub claims: Vec<(String, Claim)>,
    /// Members that are not read.
    pub unread: Vec<String>,
}

/// One thing that is said of an action on an item. `None` means that nothing is said to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Whether it succeeded.
    Success(bool),
    /// Its transactions.
    Transactions(BTreeSet<Hash256>),
    /// Accounts that it touches.
    Accounts(BTreeSet<Address>),
    /// Who gave the item.
    Source(Option<Address>),
    /// Who received it.
    Destination(Option<Address>),
    /// The collection.
    Collection(Option<Address>),
    /// The item.
    Item(Option<Address>),
    /// Number that ties the messages together.
    QueryId(u64),
    /// Whether it is part of a sale.
    IsPurchase(bool),
    /// The price, nanoton.
    Price(Option<u64>),
    /// What went to the new owner with the notice, nanoton.
    ForwardAmount(Option<u64>),
    /// Hash of the payload for the item.
    CustomPayload(Option<Hash256>),
    /// Hash of the payload for the new owner.
    ForwardPayload(Option<Hash256>),
    /// Who gets back what is left.
    ResponseDestination(Option<Address>),
    /// The market's name.
    Market(String),
    /// The market's own address.
    MarketAddress(Option<Address>),
    /// Who sold, when a contract held the item.
    Seller(Option<Address>),
    /// What the seller was sent, nanoton.
    Payout(Option<u64>),
    /// The text that came with it.
    PayoutComment(Option<String>),
    /// Whether that text is hidden in some way.
    PayoutCommentIsHidden(bool),
}

/// Actions as TonAPI decodes them from a trace, in the shape of its own tests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActionList {
    /// Sales.
    pub purchases: Vec<PurchaseSaid>,
    /// Bids.
    pub bids: Vec<BidSaid>,
    /// Changes of owner.
    pub transfers: Vec<TransferSaid>,
    /// Money that went on its own way.
    pub payments: Vec<PaymentSaid>,
    /// Kinds of the other actions.
    pub others: Vec<String>,
    /// What each account gained or lost, by account.
    pub balances: BTreeMap<Address, BalanceSaid>,
    /// Fields that nobody declared, by path, with their count.
    pub unknown_fields: Vec<(String, u32)>,
}

/// A sale as it is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurchaseSaid {
    /// Whether it succeeded.
    pub is_success: bool,
    /// The item.
    pub item: Address,
    /// Who bought.
    pub buyer: Address,
    /// Who sold.
    pub seller: Address,
    /// What it was sold through, in the source's word: `getgems`, `DNS.tg`.
    pub through: String,
    /// The price, nanoton; `None` when it is in another currency.
    pub price_nanoton: Option<u64>,
    /// Its transactions.
    pub transactions: BTreeSet<Hash256>,
}

/// A bid as it is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BidSaid {
    /// Whether it succeeded.
    pub is_success: bool,
    /// The item, where it is said.
    pub item: Option<Address>,
    /// The auction.
    pub auction: Address,
    /// Who bid.
    pub bidder: Address,
    /// What it was placed through, in the source's word.
    pub through: String,
    /// How much, nanoton; `None` when it is in another currency.
    pub amount_nanoton: Option<u64>,
}

/// A change of owner as it is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferSaid {
    /// Whether it succeeded.
    pub is_success: bool,
    /// The item.
    pub item: Address,
    /// From whom, where it is said.
    pub from: Option<Address>,
    /// To whom, where it is said.
    pub to: Option<Address>,
}

/// A payment as it is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentSaid {
    /// From whom.
    pub from: Address,
    /// To whom.
    pub to: Address,
    /// How much, nanoton.
    pub amount_nanoton: u64,
}

/// What an account gained or lost in a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BalanceSaid {
    /// The change, nanoton, below zero for a loss, fees already taken off.
    pub change_nanoton: i64,
    /// Fees that the account paid, nanoton.
    pub fee_nanoton: i64,
}

/// Largest trace read, in bytes. The largest recorded one has 50 kB.
pub const TRACE_BYTES_MAX: usize = 16 << 20;

/// Reads a trace, whichever form it has.
///
/// # Errors
/// [`Malformed`] when the form is none that is known, or at the place that could not be read.
pub fn read(body: &[u8]) -> Result<Recorded, Malformed> {
    #[derive(Deserialize)]
    struct Shape {
        transactions: Option<IgnoredAny>,
        #[serde(rename = "Actions")]
        actions: Option<IgnoredAny>,
    }
    let unknown = |expected: &str, found: &str| Malformed {
        market: MarketId::parse("toncenter").expect("the id is lower-case letters"),
        path: String::new(),
        expected: expected.into(),
        found: crate::text::cut(found, 60),
    };
    if body.len() > TRACE_BYTES_MAX {
        return Err(unknown("a trace of at most 16 MB", &format!("{} bytes", body.len())));
    }
    const FORMS: &str = "a trace with `transactions`, or a list of `Actions`";
    match serde_json::from_slice(crate::json::without_mark(body)) {
        Ok(Shape { transactions: Some(_), .. }) => {
            toncenter::trace(body).map(|trace| Recorded::Toncenter(Box::new(trace)))
        }
        Ok(Shape { actions: Some(_), .. }) => {
            tonapi::actions(body).map(|actions| Recorded::Tonapi(Box::new(actions)))
        }
        Ok(_) => Err(unknown(FORMS, "neither")),
        Err(fault) => Err(unknown(FORMS, &fault.to_string())),
    }
}

/// A recorded trace, embedded for tests and for whoever wants to try `ribbon verify trace`.
#[derive(Debug, Clone, Copy)]
pub struct TraceFixture {
    /// Path below the crate's `fixtures/`.
    pub path: &'static str,
    /// The file.
    pub body: &'static [u8],
}

macro_rules! embedded {
    ($($path:literal),* $(,)?) => {
        &[$(TraceFixture { path: $path, body: include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/", $path)) }),*]
    };
}

/// Every recorded trace and list of actions.
pub static FIXTURES: &[TraceFixture] = embedded![
    "toncenter/traces/trace-fragment-sale-username-mapps.json",
    "toncenter/traces/trace-getgems-auction-nekohelmet-5385.json",
    "toncenter/traces/trace-getgems-sale-lolpop-242675.json",
    "toncenter/traces/case-jetton-mints-jetton-mint-0x15-1.json",
    "toncenter/traces/case-nft-fragment-purchase.json",
    "toncenter/traces/case-nft-getgems-auction-purchase.json",
    "toncenter/traces/case-nft-getgems-purchase.json",
    "toncenter/traces/case-ton-transfers-simple-ton-transfer.json",
    "toncenter/traces/case-tonstakers-ts-withdrawal-request.json",
    "toncenter/traces/case-tonstakers-ts-withdrawal-via-nft-burn.json",
    "tonapi/actions/buy-nft-on-fragment.json",
    "tonapi/actions/getgems-nft-purchase-v4.json",
    "tonapi/actions/getgems-nft-purchase.json",
    "tonapi/actions/getgems-cancel-sale.json",
    "tonapi/actions/telemint-deploy.json",
];

#[cfg(test)]
mod tests;
