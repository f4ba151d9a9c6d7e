//! What people ask of the queue: how many wait, what lies among the dead letters, and that it shall run again.

use super::JobState;
use crate::pool::Pool;

/// The jobs of one kind by how they stand. Ages are milliseconds on the database's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindCount {
    /// The kind's word.
    pub kind: String,
    /// Those that wait, the put off ones among them.
    pub waiting: i64,
    /// How long the one that is due longest has been due; `None` where none is due.
    pub waiting_age_ms: Option<i64>,
    /// Those that run.
    pub running: i64,
    /// Dead letters.
    pub dead: i64,
    /// How long the oldest dead letter has lain.
    pub dead_age_ms: Option<i64>,
    /// Those that are done and still kept.
    pub done: i64,
}

/// Counts by kind, in order of their words; kinds without a job are absent.
///
/// # Errors
/// What PostgreSQL says.
pub async fn counts(pool: &Pool) -> Result<Vec<KindCount>, sqlx::Error> {
    sqlx::query_as!(
        KindCount,
        r#"select job_type as kind,
              count(*) filter (where status = 'Pending') as "waiting!",
              floor(extract(epoch from clock_timestamp() - min(run_at) filter (where status = 'Pending' and run_at <= clock_timestamp())) * 1000)::bigint as waiting_age_ms,
              count(*) filter (where status in ('Queued', 'Running')) as "running!",
              count(*) filter (where status in ('Killed', 'Failed')) as "dead!",
              floor(extract(epoch from clock_timestamp() - min(done_at) filter (where status in ('Killed', 'Failed'))) * 1000)::bigint as dead_age_ms,
              count(*) filter (where status = 'Done') as "done!"
           from apalis.jobs group by job_type order by job_type"#
    )
    .fetch_all(pool)
    .await
}

/// A job that no worker runs any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Its own key, as in a gift's name.
    pub key: String,
    /// Attempts it had.
    pub attempts: i32,
    /// What the last one ended with, in a sentence.
    pub why: String,
    /// Since when it lies there, milliseconds since 1970.
    pub since_ms: i64,
}

/// The dead letters, of one kind or of all, the oldest first, `limit` at most.
///
/// # Errors
/// What PostgreSQL says.
pub async fn dead_letters(
    pool: &Pool,
    kind: Option<&str>,
    limit: i64,
) -> Result<Vec<DeadLetter>, sqlx::Error> {
    sqlx::query_as!(
        DeadLetter,
        r#"select id, job_type as kind, coalesce(idempotency_key, id) as "key!", attempts,
              coalesce(last_result ->> 'Err', 'it had all its attempts') as "why!",
              floor(extract(epoch from coalesce(done_at, run_at)) * 1000)::bigint as "since_ms!"
           from apalis.jobs where status in ('Killed', 'Failed') and ($1::text is null or job_type = $1)
           order by done_at, id limit $2"#,
        kind,
        limit
    )
    .fetch_all(pool)
    .await
}

/// One job, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Its own key.
    pub key: String,
    /// What it is told, as it is stored.
    pub payload: Vec<u8>,
    /// How it stands.
    pub state: JobState,
    /// Attempts so far.
    pub attempts: i32,
    /// Attempts there may be.
    pub attempts_max: i32,
    /// When it may run, milliseconds since 1970.
    pub due_ms: i64,
    /// When it was done or buried, alike.
    pub ended_ms: Option<i64>,
    /// What came of the last attempt, in a sentence.
    pub told: Option<String>,
}

/// A job by its id, or by its own key where that names one alone.
///
/// # Errors
/// What PostgreSQL says.
pub async fn job(pool: &Pool, name: &str) -> Result<Option<JobRow>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select id, job_type, coalesce(idempotency_key, id) as "key!", job, status, attempts, max_attempts,
              floor(extract(epoch from run_at) * 1000)::bigint as "due_ms!",
              floor(extract(epoch from done_at) * 1000)::bigint as ended_ms,
              coalesce(last_result ->> 'Err', last_result ->> 'Ok') as told
           from apalis.jobs where id = $1 or idempotency_key = $1 order by id limit 2"#,
        name
    )
    .fetch_all(pool)
    .await?;
    let is_one = rows.len() == 1;
    let row = rows.into_iter().find(|row| is_one || row.id == name);
    Ok(row.map(|row| JobRow {
        id: row.id,
        kind: row.job_type,
        key: row.key,
        payload: row.job,
        state: JobState::parse(&row.status),
        attempts: row.attempts,
        attempts_max: row.max_attempts,
        due_ms: row.due_ms,
        ended_ms: row.ended_ms,
        told: row.told,
    }))
}

/// Lets a dead letter run again, with all its attempts before it. `false` when it is none.
///
/// # Errors
/// What PostgreSQL says.
pub async fn retry(pool: &Pool, id: &str) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update apalis.jobs set status = 'Pending', attempts = 0, priority = 1, run_at = clock_timestamp(), done_at = null, lock_by = null, lock_at = null
         where id = $1 and status in ('Killed', 'Failed')",
        id
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Lets every dead letter, of one kind or of all, run again, and says how many there were.
///
/// # Errors
/// What PostgreSQL says.
pub async fn retry_all(pool: &Pool, kind: Option<&str>) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        "update apalis.jobs set status = 'Pending', attempts = 0, priority = 1, run_at = clock_timestamp(), done_at = null, lock_by = null, lock_at = null
         where status in ('Killed', 'Failed') and ($1::text is null or job_type = $1)",
        kind
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected())
}
