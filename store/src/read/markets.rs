//! How the markets stand.

use super::ReadFault;
use crate::pool::Pool;

/// A market's standing now. Times are microseconds since 1970 on the database's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is a column of market.market_status and explained there")]
pub struct MarketRow {
    pub market: String,
    pub state: String,
    pub state_since_us: i64,
    pub reason: Option<String>,
    pub path: Option<String>,
    pub checked_at_us: Option<i64>,
    pub last_ok_at_us: Option<i64>,
    pub last_fault_at_us: Option<i64>,
    pub last_fault: Option<String>,
    pub faults_in_a_row: i64,
    pub next_attempt_at_us: Option<i64>,
    pub scopes_total: i64,
    pub scopes_done: i64,
    pub history_from_us: Option<i64>,
    pub history_is_done: bool,
    pub request_share_per_mille: i64,
    pub held_until_us: Option<i64>,
    /// Distinct fields on its pages that no adapter knows.
    pub unknown_fields: i64,
}

/// A time during which a market's pages could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineRow {
    /// The event that says so.
    pub from_position: i64,
    /// Whose.
    pub market: String,
    /// JSON path of what broke.
    pub path: String,
    /// What was expected and what stood there.
    pub why: String,
    /// When the first event of this quarantine was observed, microseconds since 1970: a page that breaks elsewhere goes on with it.
    pub since_us: i64,
}

/// Every market that has a standing.
///
/// # Errors
/// [`ReadFault`].
pub async fn market_rows(pool: &Pool) -> Result<Vec<MarketRow>, ReadFault> {
    let rows = sqlx::query_as!(
        MarketRow,
        r#"select s.market, s.state, (extract(epoch from s.state_since) * 1000000)::bigint as "state_since_us!", s.reason, s.path,
                  (extract(epoch from s.checked_at) * 1000000)::bigint as checked_at_us,
                  (extract(epoch from s.last_ok_at) * 1000000)::bigint as last_ok_at_us,
                  (extract(epoch from s.last_fault_at) * 1000000)::bigint as last_fault_at_us, s.last_fault, s.faults_in_a_row,
                  (extract(epoch from s.next_attempt_at) * 1000000)::bigint as next_attempt_at_us, s.scopes_total, s.scopes_done,
                  s.history_from_us, s.history_is_done, s.request_share_per_mille,
                  (extract(epoch from s.held_until) * 1000000)::bigint as held_until_us,
                  (select count(*) from market.unknown_fields u where u.market = s.market) as "unknown_fields!"
           from market.market_status s order by s.market"#
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

/// A field on a market's pages that no adapter knows. Times are microseconds since 1970 on the database's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFieldRow {
    /// JSON path, indexes as `*`.
    pub path: String,
    /// How often it stood on a page.
    pub seen: i64,
    /// When it was first counted.
    pub first_seen_at_us: i64,
    /// When it was last counted.
    pub last_seen_at_us: i64,
}

/// At most so many of a market's unknown fields, those that came last first.
///
/// # Errors
/// [`ReadFault`].
pub async fn unknown_fields(
    pool: &Pool,
    market: &str,
    at_most: i64,
) -> Result<Vec<UnknownFieldRow>, ReadFault> {
    let rows = sqlx::query_as!(
        UnknownFieldRow,
        r#"select path, seen, (extract(epoch from first_seen_at) * 1000000)::bigint as "first_seen_at_us!",
                  (extract(epoch from last_seen_at) * 1000000)::bigint as "last_seen_at_us!"
           from market.unknown_fields where market = $1 order by first_seen_at desc, path limit $2"#,
        market,
        at_most
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

/// How many listings of each market are open now, each once whoever shows it.
///
/// # Errors
/// [`ReadFault`].
pub async fn open_counts(pool: &Pool) -> Result<Vec<(String, i64)>, ReadFault> {
    let rows = sqlx::query!(
        r#"select market, count(*) as "listings!" from market.listings where to_position is null group by market order by market"#
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.market, row.listings)).collect())
}

/// How many open lots each source's pages show now, other markets' listings among them.
///
/// # Errors
/// [`ReadFault`].
pub async fn shown_counts(pool: &Pool) -> Result<Vec<(String, i64)>, ReadFault> {
    let rows = sqlx::query!(
        r#"select market, count(*) as "lots!" from market.lots where is_open group by market order by market"#
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.market, row.lots)).collect())
}

/// The quarantines in force as of a position.
///
/// # Errors
/// [`ReadFault`].
pub async fn quarantines(pool: &Pool, position: i64) -> Result<Vec<QuarantineRow>, ReadFault> {
    let rows = sqlx::query_as!(
        QuarantineRow,
        r#"with recursive chain as (
             select q.from_position as last, q.market, q.from_position as first from market.quarantines q
             where q.from_position <= $1 and (q.to_position is null or q.to_position > $1)
             union all
             select c.last, c.market, q.from_position from chain c
             join market.quarantines q on q.market = c.market and q.to_position = c.first)
         select q.from_position, q.market, q.path, q.why, e.observed_at_us as since_us
         from market.quarantines q
         join (select last, min(first) as first from chain group by last) c on c.last = q.from_position
         join market.events e on e.position = c.first order by q.market"#,
        position
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}
