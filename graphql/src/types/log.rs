//! What an answer stands on: a position of the log, and the log's head.

use std::sync::Arc;

use async_graphql::{Object, SimpleObject};

use crate::{
    reading::Reading,
    scalar::{DateTime, Position, clamp_ms},
};

/// The position of the log that an answer reflects, and how old that picture is.
pub(crate) struct AsOf {
    pub(crate) reading: Arc<Reading>,
    pub(crate) position: i64,
}

/// The position of the log that an answer reflects, and how old that picture is.
#[Object(serial)]
impl AsOf {
    /// Every event up to here is in the answer, none behind it.
    async fn position(&self) -> Position {
        Position(self.position)
    }

    /// Until when the answer is known to hold. For now: when the log was last seen to end here. For an earlier position: when its batch was committed. By the database's clock; null for the empty log.
    async fn at(&self) -> async_graphql::Result<Option<DateTime>> {
        Ok(self.reading.at_us().await?.map(DateTime))
    }

    /// Milliseconds between `at` and the answer, at most 2147483647 (24 days). Null for the empty log.
    async fn age_ms(&self) -> async_graphql::Result<Option<i32>> {
        Ok(self.reading.at_us().await?.map(|at_us| clamp_ms(self.reading.now_us() - at_us)))
    }
}

/// The end of the event log: compare it with what others were told, or with an exported log.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct LogHead {
    /// The last position; 0 while the log is empty.
    pub(crate) position: Position,
    /// Head of the hash chain after that position, 64 hexadecimal digits: SHA-256 of the previous head and the digest of the last batch's lines.
    pub(crate) hash: String,
    /// When the last batch was committed, by the database's clock; null while the log is empty.
    pub(crate) committed_at: Option<DateTime>,
    /// When this answer was made, by the database's clock.
    pub(crate) answered_at: DateTime,
    /// Where the whole log can be fetched as a stream of lines that anyone can fold and check.
    pub(crate) export_url: &'static str,
}
