//! A job's way from row to row: added, begun, then done, put off or buried. Each step names the worker that holds the job and the attempt it is, so
//! a worker that has lost a job cannot change what has become of it since.

use crate::pool::Pool;

/// The priority of a job that was running when its process ended; any other has a higher one. It runs behind the others and alone, so that one that
/// ends its process does not use up the attempts of its neighbors.
pub const SUSPECT: usize = 0;

/// Jobs of one kind to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition<'a> {
    /// The kind's word.
    pub kind: &'a str,
    /// Attempts after which such a job is a dead letter.
    pub attempts_max: i32,
    /// Each job's own key and its payload, JSON.
    pub jobs: &'a [(String, Vec<u8>)],
    /// Whether one that is done shall run again. One that waits or runs is the same job either way, and a dead letter stays one.
    pub is_again: bool,
}

/// Adds jobs that are not there yet, and says how many were.
///
/// # Errors
/// What PostgreSQL says.
pub async fn add(pool: &Pool, addition: &Addition<'_>) -> Result<u64, sqlx::Error> {
    let Addition { kind, attempts_max, jobs, is_again } = addition;
    if jobs.is_empty() {
        return Ok(0);
    }
    let (keys, payloads): (Vec<String>, Vec<Vec<u8>>) = jobs.iter().cloned().unzip();
    let done = sqlx::query!(
        "insert into apalis.jobs as j (id, job_type, job, status, attempts, max_attempts, run_at, priority, idempotency_key)
         select apalis.generate_ulid(), $1, u.payload, 'Pending', 0, $2, clock_timestamp(), 1, u.key
         from unnest($3::text[], $4::bytea[]) as u(key, payload)
         on conflict (job_type, idempotency_key) do update
            set status = 'Pending', attempts = 0, run_at = clock_timestamp(), done_at = null, last_result = null,
                job = excluded.job, priority = excluded.priority, max_attempts = excluded.max_attempts
            where j.status = 'Done' and $5",
        kind,
        attempts_max,
        &keys,
        &payloads,
        is_again
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected())
}

/// What has become of a job that a worker was about to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// It is to run; this attempt is counted.
    Run {
        /// Its own key.
        key: String,
        /// Which attempt it is, from 1.
        attempt: i32,
        /// How many there may be.
        attempts_max: i32,
    },
    /// It had all its attempts, and is a dead letter now.
    Dead {
        /// Its own key.
        key: String,
        /// How many attempts it had.
        attempts: i32,
        /// What the last one ended with.
        why: String,
    },
    /// It is not this worker's any more.
    Lost,
}

/// Counts an attempt before it is made, or buries the job that has none left. `attempts` is how many it had when the worker took it, so that
/// asking again after a lost answer counts once.
///
/// # Errors
/// What PostgreSQL says.
pub async fn begin(pool: &Pool, id: &str, worker: &str, attempts: i32) -> Result<Begun, sqlx::Error> {
    let row = sqlx::query!(
        r#"update apalis.jobs set
             status = case when $3 >= max_attempts then 'Killed' else 'Running' end,
             attempts = case when $3 >= max_attempts then attempts else $3 + 1 end,
             done_at = case when $3 >= max_attempts then clock_timestamp() end,
             lock_by = case when $3 >= max_attempts then null else lock_by end,
             lock_at = clock_timestamp()
           where id = $1 and lock_by = $2 and ((status = 'Queued' and attempts = $3) or (status = 'Running' and attempts = $3 + 1))
           returning status = 'Killed' as "is_dead!", attempts, max_attempts, coalesce(idempotency_key, id) as "key!",
             last_result ->> 'Err' as why"#,
        id,
        worker,
        attempts
    )
    .fetch_optional(pool)
    .await?;
    Ok(match row {
        None => Begun::Lost,
        Some(row) if row.is_dead => Begun::Dead {
            key: row.key,
            attempts: row.attempts,
            why: row.why.unwrap_or_else(|| "it had all its attempts".into()),
        },
        Some(row) => Begun::Run { key: row.key, attempt: row.attempts, attempts_max: row.max_attempts },
    })
}

/// Who has which job, and which attempt of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Held<'a> {
    pub(super) id: &'a str,
    pub(super) worker: &'a str,
    pub(super) attempt: i32,
}

/// The job is done; `note` says what came of it, in a sentence. `false` when it was not this worker's any more.
///
/// # Errors
/// What PostgreSQL says.
pub async fn finish(
    pool: &Pool,
    id: &str,
    worker: &str,
    attempt: i32,
    note: &str,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update apalis.jobs set status = 'Done', done_at = clock_timestamp(), lock_by = null, last_result = jsonb_build_object('Ok', $4::text)
         where id = $1 and lock_by = $2 and attempts = $3 and status = 'Running'",
        id,
        worker,
        attempt,
        note
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The attempt failed and another is made after `wait_ms`. `false` as with [`finish`].
///
/// # Errors
/// What PostgreSQL says.
pub async fn postpone(
    pool: &Pool,
    id: &str,
    worker: &str,
    attempt: i32,
    why: &str,
    wait_ms: i64,
) -> Result<bool, sqlx::Error> {
    put_back(pool, Held { id, worker, attempt }, Some(why), wait_ms, true).await
}

/// The attempt does not count: we stopped, or it was not the job's fault. It is made again after `wait_ms`. `false` as with [`finish`].
///
/// # Errors
/// What PostgreSQL says.
pub async fn release(
    pool: &Pool,
    id: &str,
    worker: &str,
    attempt: i32,
    why: Option<&str>,
    wait_ms: i64,
) -> Result<bool, sqlx::Error> {
    put_back(pool, Held { id, worker, attempt }, why, wait_ms, false).await
}

async fn put_back(
    pool: &Pool,
    held: Held<'_>,
    why: Option<&str>,
    wait_ms: i64,
    counts: bool,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update apalis.jobs set status = 'Pending', lock_by = null, lock_at = null,
            attempts = case when $6 then attempts else attempts - 1 end,
            run_at = clock_timestamp() + $5::bigint * interval '1 millisecond',
            last_result = case when $4::text is null then last_result else jsonb_build_object('Err', $4::text) end
         where id = $1 and lock_by = $2 and attempts = $3 and status = 'Running'",
        held.id,
        held.worker,
        held.attempt,
        why,
        wait_ms,
        counts
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The job becomes a dead letter. `false` as with [`finish`].
///
/// # Errors
/// What PostgreSQL says.
pub async fn bury(pool: &Pool, id: &str, worker: &str, attempt: i32, why: &str) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "update apalis.jobs set status = 'Killed', done_at = clock_timestamp(), lock_by = null, last_result = jsonb_build_object('Err', $4::text)
         where id = $1 and lock_by = $2 and attempts = $3 and status = 'Running'",
        id,
        worker,
        attempt,
        why
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Gives the jobs of a kind back that former workers held, and says how many. Only who holds the kind's lease may call it: then nobody else
/// runs one. Attempts stay as they were counted when they began. One that ran is a suspect from now on ([`SUSPECT`]): it, or one that ran beside it,
/// has ended the process.
///
/// # Errors
/// What PostgreSQL says.
pub async fn recover(pool: &Pool, kind: &str) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        "update apalis.jobs set status = 'Pending', lock_by = null, lock_at = null,
            priority = case when status = 'Running' then 0 else priority end,
            last_result = case when status = 'Running'
                then jsonb_build_object('Err', 'its process ended in the middle of attempt ' || attempts || ' of ' || max_attempts)
                else last_result end
         where job_type = $1 and status in ('Queued', 'Running')",
        kind
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected())
}

/// Removes the jobs of a kind that have been done for so long, and workers of which nothing is left.
///
/// # Errors
/// What PostgreSQL says.
pub async fn forget_done(pool: &Pool, kind: &str, kept_ms: i64) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        "delete from apalis.jobs where job_type = $1 and status = 'Done' and done_at < clock_timestamp() - $2::bigint * interval '1 millisecond'",
        kind,
        kept_ms
    )
    .execute(pool)
    .await?;
    sqlx::query!(
        "delete from apalis.workers w where w.last_seen < clock_timestamp() - interval '1 hour'
            and not exists (select from apalis.jobs j where j.lock_by = w.id)"
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected())
}
