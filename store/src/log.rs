//! Reading the log: its head, its events in order, its batches.

pub mod export;
pub mod fold;
mod rows;

use domain::LoggedEvent;

pub(crate) use rows::{EVENTS, EventRow, text, word, write_event};

use crate::{pool::Pool, seal::Head};

/// The last position and the head of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogHead {
    /// The last position given out; 0 while the log is empty.
    pub position: i64,
    /// The head after the batch that ends there.
    pub head: Head,
}

/// A committed batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    /// Its first position.
    pub first_position: i64,
    /// Its last position.
    pub last_position: i64,
    /// SHA-256 over its lines.
    pub digest: Head,
    /// The chain's head after it.
    pub head: Head,
    /// When it was committed, microseconds since 1970 on the database's clock.
    pub committed_at_us: i64,
}

/// Why the log could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LogFault {
    /// A row that this binary cannot read.
    #[error("event {position} cannot be read: {why}")]
    Unreadable {
        /// Its position.
        position: i64,
        /// What is wrong with it.
        why: String,
    },
    /// PostgreSQL refused.
    #[error("the log could not be read: {0}")]
    Database(#[from] sqlx::Error),
}

/// The head.
///
/// # Errors
/// What PostgreSQL says.
pub async fn head(pool: &Pool) -> Result<LogHead, sqlx::Error> {
    let row = sqlx::query!("select position, head from market.log_head").fetch_one(pool).await?;
    Ok(LogHead { position: row.position, head: head_of(&row.head) })
}

/// The events after a position in order, at most `limit`.
///
/// # Errors
/// [`LogFault`].
pub async fn events_after(pool: &Pool, position: i64, limit: i64) -> Result<Vec<LoggedEvent>, LogFault> {
    let rows = sqlx::query_as!(
        EventRow,
        "select position, market, slug, number, key_at_us, key_rank, key_seen_us, key_tie, observed_at_us, finality, cause,
                origin, evidence_hash, evidence_path, corrects, source_id, fact
         from market.events where position > $1 order by position limit $2",
        position,
        limit
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(EventRow::read).collect()
}

/// One event by position.
///
/// # Errors
/// [`LogFault`].
pub async fn event(pool: &Pool, position: i64) -> Result<Option<LoggedEvent>, LogFault> {
    let events = events_at(pool, &[position]).await?;
    Ok(events.into_iter().next())
}

/// Events by positions, in order; unknown positions are left out.
///
/// # Errors
/// [`LogFault`].
pub async fn events_at(pool: &Pool, positions: &[i64]) -> Result<Vec<LoggedEvent>, LogFault> {
    let rows = sqlx::query_as!(
        EventRow,
        "select position, market, slug, number, key_at_us, key_rank, key_seen_us, key_tie, observed_at_us, finality, cause,
                origin, evidence_hash, evidence_path, corrects, source_id, fact
         from market.events where position = any($1) order by position",
        positions
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(EventRow::read).collect()
}

/// The batches that end after a position, in order, at most `limit`.
///
/// # Errors
/// What PostgreSQL says.
pub async fn batches_after(pool: &Pool, position: i64, limit: i64) -> Result<Vec<Batch>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select first_position, last_position, digest, head,
                  (extract(epoch from committed_at) * 1000000)::bigint as "committed_at_us!"
           from market.log_batches where last_position > $1 order by last_position limit $2"#,
        position,
        limit
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Batch {
            first_position: row.first_position,
            last_position: row.last_position,
            digest: head_of(&row.digest),
            head: head_of(&row.head),
            committed_at_us: row.committed_at_us,
        })
        .collect())
}

/// 32 bytes of a column that a constraint holds to 32 bytes.
pub(crate) fn head_of(bytes: &[u8]) -> Head {
    let mut head = [0; 32];
    let length = bytes.len().min(32);
    head[..length].copy_from_slice(&bytes[..length]);
    head
}
