//! Currency rates as of a position.

use super::ReadFault;
use crate::pool::Pool;

/// An observed rate: one whole coin of `base` is worth `rate_micros` millionths of one whole coin of `quote`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateRow {
    /// The event that told it.
    pub from_position: i64,
    /// Who told it.
    pub source: String,
    /// The currency converted from, by code.
    pub base: String,
    /// The currency converted to, by code.
    pub quote: String,
    /// Millionths of one whole `quote`.
    pub rate_micros: i64,
    /// When it was observed, microseconds since 1970.
    pub at_us: i64,
}

/// The rates that held, by pair and source.
///
/// # Errors
/// [`ReadFault`].
pub async fn rates(pool: &Pool, position: i64) -> Result<Vec<RateRow>, ReadFault> {
    let rows = sqlx::query_as!(
        RateRow,
        "select from_position, source, base, quote, rate_micros, at_us from market.rates
         where from_position <= $1 and (to_position is null or to_position > $1) order by base, quote, at_us desc, source",
        position
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}
