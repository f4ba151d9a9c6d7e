//! Who sent what to whom: transactions by the messages between them.

use std::collections::HashMap;

use super::{Trace, TraceTransaction};
use crate::hash::Hash256;

/// A trace with its links. Building it takes one pass over the messages.
pub(super) struct Graph<'t> {
    senders: HashMap<Hash256, &'t TraceTransaction>,
    receivers: HashMap<Hash256, &'t TraceTransaction>,
}

impl<'t> Graph<'t> {
    pub(super) fn new(trace: &'t Trace) -> Self {
        let (mut senders, mut receivers) = (HashMap::new(), HashMap::new());
        for transaction in &trace.transactions {
            for message in &transaction.messages {
                let side = if message.is_in { &mut receivers } else { &mut senders };
                side.entry(message.hash).or_insert(transaction);
            }
        }
        Self { senders, receivers }
    }

    /// The transaction that sent this message.
    pub(super) fn sender(&self, message: &Hash256) -> Option<&'t TraceTransaction> {
        self.senders.get(message).copied()
    }

    /// The transaction that this message started.
    pub(super) fn receiver(&self, message: &Hash256) -> Option<&'t TraceTransaction> {
        self.receivers.get(message).copied()
    }
}
