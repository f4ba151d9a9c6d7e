//! Where the log stands, and which log it is.

use super::ReadFault;
use crate::{pool::Pool, seal::Head};

/// The log's head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadRow {
    /// The last position; 0 while the log is empty.
    pub position: i64,
    /// Head of the hash chain after it.
    pub head: Head,
    /// When the batch that ends there was committed, microseconds since 1970 on the database's clock; `None` while the log is empty.
    pub committed_at_us: Option<i64>,
}

/// The head of the log.
///
/// # Errors
/// [`ReadFault`].
pub async fn head(pool: &Pool) -> Result<HeadRow, ReadFault> {
    let row = sqlx::query!(
        r#"select h.position, h.head, (extract(epoch from b.committed_at) * 1000000)::bigint as "committed_at_us?"
           from market.log_head h left join market.log_batches b on b.last_position = h.position"#
    )
    .fetch_one(pool)
    .await?;
    Ok(HeadRow {
        position: row.position,
        head: crate::log::head_of(&row.head),
        committed_at_us: row.committed_at_us,
    })
}

/// When the batch that holds a position was committed, microseconds since 1970 on the database's clock; `None` when the log has
/// not reached it.
///
/// # Errors
/// [`ReadFault`].
pub async fn committed_at_us(pool: &Pool, position: i64) -> Result<Option<i64>, ReadFault> {
    let at = sqlx::query_scalar!(
        r#"select (extract(epoch from committed_at) * 1000000)::bigint as "committed_at_us!"
           from market.log_batches where last_position >= $1 order by last_position limit 1"#,
        position
    )
    .fetch_optional(pool)
    .await?;
    Ok(at)
}

/// Which log this is: two databases of the same world are still two logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogIdentity(pub String);

/// The identity of this database's log.
///
/// # Errors
/// [`ReadFault`].
pub async fn log_identity(pool: &Pool) -> Result<LogIdentity, ReadFault> {
    let row = sqlx::query!(
        r#"select identity, (extract(epoch from claimed_at) * 1000000)::bigint as "claimed_at_us!" from market.worlds"#
    )
    .fetch_optional(pool)
    .await?;
    Ok(LogIdentity(
        row.map_or_else(|| "unclaimed".to_owned(), |row| format!("{} {}", row.identity, row.claimed_at_us)),
    ))
}
