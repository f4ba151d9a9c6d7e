//! What can go wrong with an outside source, in the three answers a worker needs: retry, retry after, never.

use crate::market::MarketId;

/// A page that does not have the shape we know, by JSON path (or selector), without its body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{market} sent a page we cannot read: at `{path}` expected {expected}, found {found}")]
pub struct Malformed {
    /// Whose page.
    pub market: MarketId,
    /// JSON pointer of the place, as in `/response/items/3/sale/fullPrice`.
    pub path: String,
    /// What should stand there.
    pub expected: String,
    /// What stands there, in a word or cut to 60 characters.
    pub found: String,
}

/// Why a request to a source gave no page. Ordered by what a worker does about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceFault {
    /// The same request may succeed at once or soon: a reset, a timeout, a 5xx, a truncated body.
    #[error("{why}")]
    Retry {
        /// What happened, for the log.
        why: String,
    },
    /// The source asked for time: 429, with or without a Retry-After, or the HTML page it sends over its limit.
    #[error("{why}; again in {after_ms} ms")]
    RetryAfter {
        /// Milliseconds to wait, already bounded.
        after_ms: u64,
        /// What happened, for the log.
        why: String,
    },
    /// The source refuses us until somebody acts: missing or expired credentials, 403. `why` may be shown to anybody, `mend` is
    /// for operators: it may name their files.
    #[error("{why}; {mend}")]
    Refused {
        /// What happened.
        why: String,
        /// What an operator does about it.
        mend: String,
    },
    /// The page has another shape than the one we know: the market is quarantined.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// This request can never succeed: the thing is not there (404, 400).
    #[error("{why}")]
    Never {
        /// What happened.
        why: String,
    },
}

impl SourceFault {
    /// Whether the same request may succeed later without anybody acting.
    #[must_use]
    pub fn may_succeed_later(&self) -> bool {
        matches!(self, Self::Retry { .. } | Self::RetryAfter { .. } | Self::Malformed(_))
    }
}
