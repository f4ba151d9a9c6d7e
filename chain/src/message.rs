//! Messages: header and body as the network hashes them, so that a message told field by field can be held against its hash.
//!
//! Layout: `message$_` of github ton-blockchain/ton `crypto/block/block.tlb`, checked 2026-12-01 against every message of the
//! recorded traces in `adapters/fixtures/toncenter`.

mod body;

pub use body::{AuctionConfig, BidInfo, Body, BodyError, op};

use crate::address::Address;
use crate::cell::{Cell, CellBuilder};
use crate::hash::Hash256;

/// What stands before a message's body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Header {
    /// From one contract to another.
    Internal(Internal),
    /// From outside to a contract.
    ExternalIn {
        /// The contract.
        destination: Address,
        /// Fee of its import, nanoton.
        import_fee_nanoton: u64,
    },
    /// From a contract to nobody: an entry in a log.
    ExternalOut {
        /// The contract.
        source: Address,
    },
}

/// Header of a message between contracts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Internal {
    /// Always true today.
    pub ihr_disabled: bool,
    /// Whether the message comes back when it fails.
    pub bounce: bool,
    /// Whether it is one that came back.
    pub bounced: bool,
    /// Who sent it.
    pub source: Address,
    /// Who receives it.
    pub destination: Address,
    /// What it carries, nanoton.
    pub value_nanoton: u64,
    /// Whether it carries other currencies too. They are not read, and the hash cannot be computed.
    pub has_extra_currencies: bool,
    /// Nanoton until TVM version 11, flags since.
    pub ihr_fee: u64,
    /// What is left of the fee for its way when it leaves, nanoton.
    pub forward_fee_nanoton: u64,
    /// Logical time of its making.
    pub created_lt: u64,
    /// Time of its making, seconds since 1970.
    pub created_at: u32,
}

/// The first state of a contract that a message brings along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StateInit {
    /// None.
    None,
    /// This one.
    Told(Cell),
    /// There is one, and it is not at hand.
    NotTold,
}

/// Whether a message has the hash that it is said to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashFinding {
    /// Recomputed from header and body: every field is what was hashed.
    Recomputed,
    /// No way of writing these fields has this hash: a field is another than was hashed.
    Differs,
    /// Something that is part of the message is not at hand: a first state, other currencies, an outside address.
    NotComputable,
}

impl Header {
    /// The fields of a message between contracts.
    pub const fn internal(&self) -> Option<&Internal> {
        match self {
            Self::Internal(internal) => Some(internal),
            Self::ExternalIn { .. } | Self::ExternalOut { .. } => None,
        }
    }

    /// Holds a message against a hash. First state and body may each stand in the message itself or in a cell of its own; every way of
    /// writing them is tried.
    pub fn judge_hash(&self, state_init: &StateInit, body: &Cell, hash: &Hash256) -> HashFinding {
        let heads = match (self.written(), state_init) {
            (None, _) | (_, StateInit::NotTold) => return HashFinding::NotComputable,
            (Some(head), StateInit::None) => vec![head.bit(false)],
            (Some(head), StateInit::Told(state)) => {
                vec![head.clone().uint(0b11, 2).reference(state.clone()), head.uint(0b10, 2).append(state)]
            }
        };
        let ways = heads
            .into_iter()
            .flat_map(|head| [head.clone().bit(true).reference(body.clone()), head.bit(false).append(body)]);
        let fits = ways.filter_map(|way| way.build().ok()).any(|message| message.hash() == *hash);
        if fits { HashFinding::Recomputed } else { HashFinding::Differs }
    }

    /// The header, where all of it is known.
    pub(crate) fn written(&self) -> Option<CellBuilder> {
        let head = match self {
            Self::Internal(Internal { has_extra_currencies: true, .. }) | Self::ExternalOut { .. } => {
                return None;
            }
            Self::Internal(internal) => CellBuilder::new()
                .bit(false)
                .bit(internal.ihr_disabled)
                .bit(internal.bounce)
                .bit(internal.bounced)
                .address(Some(&internal.source))
                .address(Some(&internal.destination))
                .coins(internal.value_nanoton)
                .bit(false)
                .coins(internal.ihr_fee)
                .coins(internal.forward_fee_nanoton)
                .uint(internal.created_lt, 64)
                .uint(u64::from(internal.created_at), 32),
            Self::ExternalIn { destination, import_fee_nanoton } => CellBuilder::new()
                .uint(0b10, 2)
                .address(None)
                .address(Some(destination))
                .coins(*import_fee_nanoton),
        };
        Some(head)
    }
}

#[cfg(test)]
mod tests;
