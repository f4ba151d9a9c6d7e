//! Whether a trace agrees with itself: hashes follow from fields, both ends of a message show the same, nothing is missing.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{Trace, TraceMessage, TraceTransaction};
use crate::hash::Hash256;
use crate::message::{Body, HashFinding, Header};

/// Most faults named; the rest is only counted.
const FAULTS_MAX: usize = 20;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Consistency {
    /// Messages looked at, once for each transaction that shows them.
    pub messages: usize,
    /// Of these, messages whose hash was recomputed from their fields.
    pub hashes_recomputed: usize,
    /// Of these, messages with a part that is not at hand, so that their hash says nothing.
    pub hashes_not_computable: usize,
    /// Of these, messages other than entries in a log, which give no number: what stands in them is the source's word alone.
    pub messages_not_judged: usize,
    /// Transactions with a message, entries in a log aside, that was not recomputed at one of its ends. A number read from their messages
    /// may be any.
    pub transactions_not_recomputed: BTreeSet<Hash256>,
    /// Messages that were sent and whose receiving transaction is not in the trace.
    pub unreceived: usize,
    /// All faults.
    pub fault_count: usize,
    /// The first of them.
    pub faults: Vec<Inconsistency>,
}

/// A place where the trace contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Inconsistency {
    /// The body is another than was hashed.
    #[error("the body of message {message} has the hash {computed}, told is {told}")]
    BodyHash {
        /// The message.
        message: Hash256,
        /// As told.
        told: Hash256,
        /// Of the body at hand.
        computed: Hash256,
    },
    /// A field is another than was hashed.
    #[error(
        "message {message} of transaction {transaction} does not have this hash with the fields it is told with"
    )]
    MessageHash {
        /// The message.
        message: Hash256,
        /// Where it stands.
        transaction: Hash256,
    },
    /// The operation is not what the body begins with.
    #[error("the body of message {message} does not begin with the operation told")]
    Operation {
        /// The message.
        message: Hash256,
    },
    /// A message in that was sent to another, or a message out that another sent.
    #[error("message {message} is not of the account of transaction {transaction}")]
    Account {
        /// The message.
        message: Hash256,
        /// Where it stands.
        transaction: Hash256,
    },
    /// The two ends of one message show different fields.
    #[error("message {message} is told differently where it was sent and where it arrived")]
    Ends {
        /// The message.
        message: Hash256,
    },
    /// A message that arrived or left more than once.
    #[error("message {message} stands twice on the same side")]
    Twice {
        /// The message.
        message: Hash256,
    },
    /// Not one message started the transaction.
    #[error("transaction {transaction} was started by {found} messages")]
    Started {
        /// The transaction.
        transaction: Hash256,
        /// How many.
        found: usize,
    },
    /// A transaction that stands twice.
    #[error("transaction {transaction} stands twice")]
    TransactionTwice {
        /// The transaction.
        transaction: Hash256,
    },
}

impl Consistency {
    fn fault(&mut self, fault: Inconsistency) {
        self.fault_count += 1;
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        }
    }
}

/// Looks at every message once, and once more at both ends together.
pub fn check(trace: &Trace) -> Consistency {
    let mut found = Consistency::default();
    let mut transactions = HashMap::new();
    let (mut arrived, mut left) = (HashMap::new(), HashMap::new());
    let mut not_recomputed = HashSet::new();
    for transaction in &trace.transactions {
        if transactions.insert(transaction.hash, ()).is_some() {
            found.fault(Inconsistency::TransactionTwice { transaction: transaction.hash });
        }
        let started = transaction.messages.iter().filter(|message| message.is_in).count();
        // A tick or a tock starts by itself; two messages never start one transaction.
        if started > 1 {
            found.fault(Inconsistency::Started { transaction: transaction.hash, found: started });
        }
        for message in &transaction.messages {
            if !check_message(transaction, message, &mut found) {
                not_recomputed.insert(message.hash);
            }
            let side = if message.is_in { &mut arrived } else { &mut left };
            if side.insert(message.hash, message).is_some() {
                found.fault(Inconsistency::Twice { message: message.hash });
            }
        }
    }
    let mut sent: Vec<(&Hash256, &&TraceMessage)> = left.iter().collect();
    sent.sort_by_key(|(hash, _)| **hash);
    for (hash, message) in sent {
        match arrived.get(hash) {
            Some(end) if end.header != message.header || end.body != message.body => {
                found.fault(Inconsistency::Ends { message: *hash });
            }
            None if message.header.internal().is_some() => found.unreceived += 1,
            _ => {}
        }
    }
    let is_told = |transaction: &&TraceTransaction| {
        transaction.messages.iter().any(|message| not_recomputed.contains(&message.hash))
    };
    found.transactions_not_recomputed =
        trace.transactions.iter().filter(is_told).map(|transaction| transaction.hash).collect();
    found
}

/// Whether the message was recomputed, or is an entry in a log.
fn check_message(transaction: &TraceTransaction, message: &TraceMessage, found: &mut Consistency) -> bool {
    found.messages += 1;
    let (computed, told) = (message.body.hash(), message.body_hash);
    if computed != told {
        found.fault(Inconsistency::BodyHash { message: message.hash, told, computed });
    }
    let is_log_entry = matches!(message.header, Header::ExternalOut { .. });
    let finding = message.header.judge_hash(&message.state_init, &message.body, &message.hash);
    match finding {
        HashFinding::Recomputed => found.hashes_recomputed += 1,
        HashFinding::NotComputable => {
            found.hashes_not_computable += 1;
            found.messages_not_judged += usize::from(!is_log_entry);
        }
        HashFinding::Differs => {
            found.fault(Inconsistency::MessageHash { message: message.hash, transaction: transaction.hash })
        }
    }
    if message.op.is_some_and(|op| Body::op(&message.body) != Some(op)) {
        found.fault(Inconsistency::Operation { message: message.hash });
    }
    let is_of_account = match (&message.header, message.is_in) {
        (Header::Internal(internal), true) => internal.destination == transaction.account,
        (Header::Internal(internal), false) => internal.source == transaction.account,
        (Header::ExternalIn { destination, .. }, true) => *destination == transaction.account,
        (Header::ExternalOut { source }, false) => *source == transaction.account,
        (Header::ExternalIn { .. }, false) | (Header::ExternalOut { .. }, true) => false,
    };
    if !is_of_account {
        found.fault(Inconsistency::Account { message: message.hash, transaction: transaction.hash });
    }
    is_log_entry || finding == HashFinding::Recomputed
}
