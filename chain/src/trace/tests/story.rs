//! Writes a trace down as one tells it: who called whom with what, and what was sent on.

use std::collections::BTreeMap;

use super::super::{AuctionSaid, Interfaces, SaleSaid, Trace, TraceMessage, TraceTransaction};
use crate::address::Address;
use crate::cell::{Cell, CellBuilder};
use crate::hash::Hash256;
use crate::message::{Body, Header, Internal, StateInit, op};

pub(super) const TON: u64 = 1_000_000_000;
/// What every message pays for its way, nanoton.
pub(super) const WAY: u64 = 5;
/// What every transaction pays, nanoton.
pub(super) const FEES: u64 = 7;
/// When everything happens, seconds since 1970.
pub(super) const AT: u32 = 1_750_000_000;

pub(super) const BUYER: Address = Address::new(0, [1; 32]);
pub(super) const SELLER: Address = Address::new(0, [2; 32]);
pub(super) const SALE: Address = Address::new(0, [3; 32]);
pub(super) const AUCTION: Address = Address::new(0, [4; 32]);
pub(super) const ITEM: Address = Address::new(0, [5; 32]);
pub(super) const MARKET: Address = Address::new(0, [6; 32]);
pub(super) const CREATOR: Address = Address::new(0, [7; 32]);
pub(super) const OTHER: Address = Address::new(0, [8; 32]);

/// A message to send: to whom, with how much, saying what.
pub(super) type Sent = (Address, u64, Cell);

pub(super) struct Story {
    trace: Trace,
    lt: u64,
}

impl Story {
    pub(super) fn new() -> Self {
        let id = Hash256::of(b"story");
        let trace = Trace { id, is_complete: true, transactions: Vec::new(), extract: BTreeMap::new() };
        Self { trace, lt: 1_000 }
    }

    pub(super) fn trace(self) -> Trace {
        self.trace
    }

    /// The extract calls `SALE` a sale of the item.
    pub(super) fn sale(&mut self, seller: Address, price_nanoton: u64) {
        let sale = SaleSaid {
            is_complete: Some(true),
            market: Some(MARKET),
            item: Some(ITEM),
            seller: Some(seller),
            full_price_nanoton: Some(price_nanoton),
        };
        self.trace.extract.insert(SALE, Interfaces { sale: Some(sale), ..Interfaces::default() });
    }

    /// The extract calls `AUCTION` an auction of the item.
    pub(super) fn auction(&mut self, seller: Address, last_bid_nanoton: u64) {
        let auction = AuctionSaid {
            market: Some(MARKET),
            item: Some(ITEM),
            seller: Some(seller),
            last_bid_nanoton: Some(last_bid_nanoton),
        };
        self.trace.extract.insert(AUCTION, Interfaces { auction: Some(auction), ..Interfaces::default() });
    }

    /// One account sends another a message, which sends on what it must; everybody who receives something takes it.
    pub(super) fn call(&mut self, from: Address, to: Address, value: u64, body: Cell, sent: &[Sent]) {
        let started = self.message(from, (to, value, body));
        self.run(to, started, sent);
    }

    /// Somebody outside starts a contract.
    pub(super) fn start(&mut self, account: Address, sent: &[Sent]) {
        let header = Header::ExternalIn { destination: account, import_fee_nanoton: 0 };
        self.lt += 1;
        let body = CellBuilder::new().uint(self.lt, 64).build().unwrap();
        self.run(account, seal(header, body), sent);
    }

    fn run(&mut self, account: Address, started: TraceMessage, sent: &[Sent]) {
        let (lt, hash) = (self.lt, self.name());
        let out: Vec<TraceMessage> = sent.iter().map(|one| self.message(account, one.clone())).collect();
        let messages = [vec![TraceMessage { is_in: true, ..started }], out.clone()].concat();
        self.trace.transactions.push(transaction(account, hash, lt, messages));
        for message in out {
            let Some(to) = message.header.internal().map(|internal| internal.destination) else { continue };
            let (lt, hash) = (self.lt, self.name());
            let messages = vec![TraceMessage { is_in: true, ..message }];
            self.trace.transactions.push(transaction(to, hash, lt, messages));
        }
    }

    fn name(&mut self) -> Hash256 {
        self.lt += 1;
        Hash256::of(&self.lt.to_be_bytes())
    }

    fn message(&mut self, source: Address, (destination, value_nanoton, body): Sent) -> TraceMessage {
        self.lt += 1;
        let header = Header::Internal(Internal {
            ihr_disabled: true,
            bounce: false,
            bounced: false,
            source,
            destination,
            value_nanoton,
            has_extra_currencies: false,
            ihr_fee: 0,
            forward_fee_nanoton: WAY,
            created_lt: self.lt,
            created_at: AT,
        });
        seal(header, body)
    }
}

fn transaction(account: Address, hash: Hash256, lt: u64, messages: Vec<TraceMessage>) -> TraceTransaction {
    TraceTransaction { account, hash, lt, at: AT, is_success: true, total_fees_nanoton: FEES, messages }
}

/// The message with its true hashes, as one that is sent.
fn seal(header: Header, body: Cell) -> TraceMessage {
    let written = header.written().unwrap().bit(false).bit(true).reference(body.clone());
    TraceMessage {
        hash: written.build().unwrap().hash(),
        is_in: false,
        header,
        body_hash: body.hash(),
        op: Body::op(&body),
        body,
        state_init: StateInit::None,
    }
}

pub(super) fn empty() -> Cell {
    CellBuilder::new().build().unwrap()
}

pub(super) fn comment(text: &str) -> Cell {
    CellBuilder::new().uint(0, 32).bytes(text.as_bytes()).build().unwrap()
}

/// An operation with a query id.
pub(super) fn with_op(op: u32) -> Cell {
    CellBuilder::new().uint(u64::from(op), 32).uint(9, 64).build().unwrap()
}

pub(super) fn proceeds() -> Cell {
    with_op(op::TELEMINT_PROCEEDS)
}

pub(super) fn transfer(to: Address, notice_nanoton: u64) -> Cell {
    let head = CellBuilder::new().append(&with_op(op::NFT_TRANSFER)).address(Some(&to)).address(Some(&to));
    head.bit(false).coins(notice_nanoton).bit(false).build().unwrap()
}

pub(super) fn assigned(previous: Option<Address>, payload: Cell) -> Cell {
    let head = CellBuilder::new().append(&with_op(op::OWNERSHIP_ASSIGNED)).address(previous.as_ref());
    head.bit(false).append(&payload).build().unwrap()
}

pub(super) fn bid_info(bid_nanoton: u64, at: u32) -> Cell {
    let info = CellBuilder::new().uint(u64::from(op::TELEMINT_BID_INFO), 32).coins(bid_nanoton);
    info.uint(u64::from(at), 32).build().unwrap()
}
