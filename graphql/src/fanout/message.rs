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
    /// The answer as a server-sent event, made by the first stream that sends it: unlike a message on a WebSocket it holds nothing
    /// of the subscriber's own.
    pub(crate) event: OnceLock<Bytes>,
}

impl Answer {
    pub(crate) fn new(payload: String, cursor: Option<Cursor>) -> Arc<Self> {
        Arc::new(Self { payload, cursor, event: OnceLock::new() })
    }
}

/// What a subscription says.
#[derive(Debug, Clone)]
pub(crate) enum Message {
    /// An answer; another message follows.
    Next(Arc<Answer>),
    /// The operation did not begin, or broke: a list of errors as JSON in one line. Nothing follows.
    Error(String),
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
        Self::Error(serde_json::to_string(errors).unwrap_or_default())
    }

    /// Whether nothing follows.
    pub(crate) fn is_last(&self) -> bool {
        match self {
            Self::Next(_) => false,
            Self::Error(_) | Self::Complete => true,
        }
    }
}
