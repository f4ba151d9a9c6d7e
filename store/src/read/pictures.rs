//! How old each collection's picture is on each market: what the last completed scans say.

use super::ReadFault;
use crate::pool::Pool;

/// A collection on a market, as its last completed scans show it. Times are microseconds since 1970 on the database's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureRow {
    /// The market.
    pub market: String,
    /// The collection.
    pub slug: String,
    /// When the oldest of its scopes' last scans began: every listing here was looked for since then.
    pub scanned_at_us: i64,
    /// How long ago that was when it was asked, microseconds.
    pub age_us: i64,
    /// Listings that these scans saw.
    pub seen: i64,
    /// Since when the market no longer lists the collection; `None` while it does.
    pub dropped_at_us: Option<i64>,
}

/// The picture of every collection on every market that has one, by market and slug. At most one row for each pair: a few hundred.
///
/// # Errors
/// [`ReadFault`].
pub async fn pictures(pool: &Pool) -> Result<Vec<PictureRow>, ReadFault> {
    // Of a collection with several scopes, those that are still listed count; of one with none left, the dropped ones.
    let rows = sqlx::query_as!(
        PictureRow,
        r#"select market, slug as "slug!", min(started_us) as "scanned_at_us!", sum(seen)::bigint as "seen!",
                  (extract(epoch from clock_timestamp()) * 1000000)::bigint - min(started_us) as "age_us!",
                  (extract(epoch from min(dropped_at)) * 1000000)::bigint as dropped_at_us
           from market.scans s
           where slug is not null and (dropped_at is null or not exists (
             select from market.scans o where o.market = s.market and o.slug = s.slug and o.dropped_at is null))
           group by market, slug order by market, slug"#
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}
