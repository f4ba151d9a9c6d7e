//! How each market stands, and the fields nobody knows: the jobs' own rows, overwritten in place.

use domain::{MarketId, sighting::ScopeId};

use crate::pool::Pool;

/// What a worker says of its market after a change for the worse or the better.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// `starting`, `ok`, `backing_off`, `quarantined`, `refused` or `stopped`.
    pub state: &'static str,
    /// Why, for a reader.
    pub reason: Option<String>,
    /// JSON path of what broke, for a quarantine.
    pub path: Option<String>,
    /// The last fault in words.
    pub last_fault: Option<String>,
    /// Faults since the last answer that could be read.
    pub faults_in_a_row: i64,
    /// Milliseconds until the next attempt.
    pub next_attempt_ms: Option<i64>,
    /// Scopes there are.
    pub scopes_total: i64,
    /// Scopes whose first scan is complete.
    pub scopes_done: i64,
    /// The oldest happening of the history read since the start, microseconds since 1970.
    pub history_from_us: Option<i64>,
    /// Whether the history has nothing more to read.
    pub history_is_done: bool,
    /// Part of the documented request rate at which the market is asked, in thousandths.
    pub request_share_per_mille: i64,
    /// Milliseconds for which the market itself has asked for time.
    pub held_ms: Option<i64>,
}

/// What a market's limits have taught an earlier worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LearnedLimit {
    /// Part of the documented request rate at which it was asked, in thousandths.
    pub request_share_per_mille: i64,
    /// Milliseconds for which it has still asked for time.
    pub held_ms: Option<i64>,
}

/// What was learned of a market's limits; `None` when no worker has looked at it yet.
///
/// # Errors
/// What PostgreSQL says.
pub async fn learned_limit(pool: &Pool, market: &MarketId) -> Result<Option<LearnedLimit>, sqlx::Error> {
    sqlx::query_as!(
        LearnedLimit,
        r#"select request_share_per_mille,
                  case when held_until > clock_timestamp()
                       then ceil(extract(epoch from held_until - clock_timestamp()) * 1000)::bigint end as held_ms
           from market.market_status where market = $1"#,
        market.as_str()
    )
    .fetch_optional(pool)
    .await
}

/// Writes a market's standing; `state_since` moves only when the state changes.
///
/// # Errors
/// What PostgreSQL says.
pub async fn record(pool: &Pool, market: &MarketId, standing: &Standing) -> Result<(), sqlx::Error> {
    let Standing {
        state,
        reason,
        path,
        last_fault,
        faults_in_a_row,
        next_attempt_ms,
        scopes_total,
        scopes_done,
        history_from_us,
        history_is_done,
        request_share_per_mille,
        held_ms,
    } = standing;
    sqlx::query!(
        "insert into market.market_status as s (market, state, reason, path, last_fault, last_fault_at, faults_in_a_row, next_attempt_at, scopes_total, scopes_done,
            history_from_us, history_is_done, request_share_per_mille, held_until)
         values ($1, $2, $3, $4, $5, case when $5::text is null then null else clock_timestamp() end, $6,
                 clock_timestamp() + $7::bigint * interval '1 millisecond', $8, $9, $10, $11, $12,
                 clock_timestamp() + $13::bigint * interval '1 millisecond')
         on conflict (market) do update set state = excluded.state,
            state_since = case when s.state = excluded.state then s.state_since else clock_timestamp() end,
            reason = excluded.reason, path = excluded.path,
            last_fault = coalesce(excluded.last_fault, s.last_fault), last_fault_at = coalesce(excluded.last_fault_at, s.last_fault_at),
            faults_in_a_row = excluded.faults_in_a_row, next_attempt_at = excluded.next_attempt_at,
            scopes_total = excluded.scopes_total, scopes_done = excluded.scopes_done,
            history_from_us = least(excluded.history_from_us, s.history_from_us), history_is_done = excluded.history_is_done,
            request_share_per_mille = excluded.request_share_per_mille, held_until = excluded.held_until",
        market.as_str(),
        state,
        reason.as_deref(),
        path.as_deref(),
        last_fault.as_deref(),
        faults_in_a_row,
        *next_attempt_ms,
        scopes_total,
        scopes_done,
        *history_from_us,
        history_is_done,
        request_share_per_mille,
        *held_ms
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Adds to the counts of unknown fields. Gives the paths that were never counted before, sorted.
///
/// # Errors
/// What PostgreSQL says.
pub async fn count_unknown(
    pool: &Pool,
    market: &MarketId,
    fields: &[(String, u32)],
) -> Result<Vec<String>, sqlx::Error> {
    if fields.is_empty() {
        return Ok(Vec::new());
    }
    let paths: Vec<String> = fields.iter().map(|field| field.0.clone()).collect();
    let counts: Vec<i64> = fields.iter().map(|field| i64::from(field.1)).collect();
    // Of a row that was there before, `xmax` names the transaction that replaced it; of a new one it is 0.
    let mut fresh = sqlx::query_scalar!(
        r#"with counted as (
             insert into market.unknown_fields (market, path, seen)
             select $1, u.path, sum(u.seen)::bigint from unnest($2::text[], $3::bigint[]) as u(path, seen) group by u.path
             on conflict (market, path) do update set seen = unknown_fields.seen + excluded.seen, last_seen_at = clock_timestamp()
             returning path, xmax = 0 as is_new)
           select path from counted where is_new"#,
        market.as_str(),
        &paths,
        &counts
    )
    .fetch_all(pool)
    .await?;
    fresh.sort();
    Ok(fresh)
}

/// Notes which scopes a market still has, after a walk through its whole list of collections: the others are dropped as of now, or since
/// they were first missed.
///
/// # Errors
/// What PostgreSQL says.
pub async fn note_scopes(pool: &Pool, market: &MarketId, scopes: &[ScopeId]) -> Result<(), sqlx::Error> {
    let listed: Vec<String> = scopes.iter().map(|scope| scope.0.clone()).collect();
    sqlx::query!(
        "update market.scans set dropped_at = case when scope = any($2) then null else clock_timestamp() end
         where market = $1 and (scope = any($2)) = (dropped_at is not null)",
        market.as_str(),
        &listed
    )
    .execute(pool)
    .await?;
    Ok(())
}
