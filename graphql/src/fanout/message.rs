//! What a subscription says, whatever carries it.

use std::sync::{Arc, OnceLock};

use async_graphql::ServerError;
use bytes::Bytes;

use crate::{refusal::Refusal, scalar::Cursor};

/// One answer, serialized once for all who get it.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The execution result as JSON in one line.
    pub(crate) payload: String,
    /// Who has this answer and all before it goes on behind this cursor. Absent where nothing was told that could be gone on from:
    /// an answer with errors, the word to reload, a query.
    pub(crate) cursor: Option<Cursor>,
    /// Whether the place before it still is one to go on from, though this answer has none: its errors may be none the next time.
    pub(crate) keeps_place: bool,
    /// The answer as a server-sent event, made by the first stream that sends it: unlike a message on a WebSocket it holds nothing
    /// of the subscriber's own.
    pub(crate) event: OnceLock<Bytes>,
}

impl Answer {
    pub(crate) fn new(payload: String, cursor: Option<Cursor>) -> Arc<Self> {
        Arc::new(Self { payload, cursor, keeps_place: false, event: OnceLock::new() })
    }

    /// An answer with errors.
    pub(super) fn damaged(payload: String, errors: &[ServerError]) -> Arc<Self> {
        let keeps_place = may_succeed_later(errors);
        Arc::new(Self { payload, cursor: None, keeps_place, event: OnceLock::new() })
    }
}

/// What a subscription says.
#[derive(Debug, Clone)]
pub(crate) enum Message {
    /// An answer; another message follows.
    Next(Arc<Answer>),
    /// The operation did not begin, or broke. Nothing follows.
    Error {
        /// A list as JSON in one line.
        errors: String,
        /// Whether the same request may succeed later.
        may_succeed_later: bool,
    },
    /// It ended well. Nothing follows.
    Complete,
}

impl Message {
    /// The refusal as the last message.
    pub(crate) fn refused(refusal: Refusal) -> Self {
        Self::failed(&[refusal.into_server_error()])
    }

    /// Errors as the last message.
    pub(super) fn failed(errors: &[ServerError]) -> Self {
        Self::Error {
            errors: serde_json::to_string(errors).unwrap_or_default(),
            may_succeed_later: may_succeed_later(errors),
        }
    }

    /// Whether nothing follows.
    pub(crate) fn is_last(&self) -> bool {
        match self {
            Self::Next(_) => false,
            Self::Error { .. } | Self::Complete => true,
        }
    }
}

/// Whether each of the errors says so: one that does not comes again with the same request.
fn may_succeed_later(errors: &[ServerError]) -> bool {
    let is_told = |error: &ServerError| {
        let told = error.extensions.as_ref().and_then(|values| values.get("maySucceedLater"));
        told == Some(&async_graphql::Value::Boolean(true))
    };
    errors.iter().all(is_told)
}
