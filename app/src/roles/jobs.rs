//! `ribbon admin jobs`: the queue of discrete work, for whoever runs the workers.

use domain::GiftId;
use indexer::jobs::{NewJob, chain_check, metadata, rebuild};
use serde_json::{Value, json};
use store::Pool;
use store::jobs::{self, Addition, DeadLetter, JobRow, JobState, KindCount};

use crate::answer;
use crate::cli::JobsJob;
use crate::config::Values;
use crate::config::storage::StorageConfig;
use crate::database::{self, Private};
use crate::exit::{Blame as _, Exit, Failure};

/// Looks, or changes what was asked for, and prints it as JSON.
///
/// # Errors
/// Exit code 2 for a job or kind that is not there, 3 for a database that does not answer.
pub async fn run(values: &Values, job: &JobsJob) -> Result<Exit, Failure> {
    let storage = StorageConfig::read(values);
    let told = database::with(&storage, Private::Existing, "admin", async |pool| {
        let standing = store::migrate::standing(pool).await.blame(Exit::NotNow)?;
        standing.is_current().blame(Exit::BadInput)?;
        match job {
            JobsJob::List { kind, limit } => list(pool, kind.as_deref(), *limit).await,
            JobsJob::Show { job } => find(pool, job).await.map(|row| show(&row)),
            JobsJob::Retry { job } => retry(pool, job).await,
            JobsJob::RetryAll { kind } => {
                let again = jobs::retry_all(pool, kind.as_deref()).await.blame(Exit::NotNow)?;
                Ok(json!({ "run_again": again }))
            }
            JobsJob::Add { kind, about } => add(pool, kind, about.as_deref()).await,
        }
    });
    answer::json(&told.await?);
    Ok(Exit::Fine)
}

async fn list(pool: &Pool, kind: Option<&str>, limit: i64) -> Result<Value, Failure> {
    let counts = jobs::counts(pool).await.blame(Exit::NotNow)?;
    let letters = jobs::dead_letters(pool, kind, limit).await.blame(Exit::NotNow)?;
    let counts = counts.into_iter().filter(|count| kind.is_none_or(|kind| kind == count.kind)).map(counted);
    let letters = letters.into_iter().map(|letter| {
        let DeadLetter { id, kind, key, attempts, why, since_ms } = letter;
        json!({ "id": id, "kind": kind, "key": key, "attempts": attempts, "why": why, "since": time(since_ms) })
    });
    Ok(json!({ "kinds": counts.collect::<Vec<_>>(), "dead_letters": letters.collect::<Vec<_>>() }))
}

fn counted(count: KindCount) -> Value {
    let KindCount { kind, waiting, waiting_age_ms, running, dead, dead_age_ms, done } = count;
    json!({
        "kind": kind, "waiting": waiting, "due_for_ms": waiting_age_ms, "running": running, "dead": dead,
        "dead_for_ms": dead_age_ms, "done": done,
    })
}

fn show(row: &JobRow) -> Value {
    let JobRow { id, kind, key, payload, state, attempts, attempts_max, due_ms, ended_ms, told } = row;
    // One that is no JSON is shown as text, so that it can be looked at all the same.
    let payload = serde_json::from_slice(payload)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(payload).into_owned()));
    json!({
        "id": id, "kind": kind, "key": key, "state": state.as_str(), "attempts": attempts, "attempts_max": attempts_max,
        "due": time(*due_ms), "ended": ended_ms.map(time), "told": told, "payload": payload,
    })
}

async fn find(pool: &Pool, name: &str) -> Result<JobRow, Failure> {
    let cut: String = name.chars().take(80).collect();
    let row = jobs::job(pool, name).await.blame(Exit::NotNow)?;
    row.ok_or_else(|| {
        let text = format!("`{cut}` is no job, or the key of several: expected an id or a key as `ribbon admin jobs list` shows them");
        Failure::new(Exit::BadInput, text)
    })
}

async fn retry(pool: &Pool, name: &str) -> Result<Value, Failure> {
    let row = find(pool, name).await?;
    if row.state != JobState::Dead || !jobs::retry(pool, &row.id).await.blame(Exit::NotNow)? {
        let text =
            format!("the {} job {} is no dead letter: it is {}", row.kind, row.key, row.state.as_str());
        return Err(Failure::new(Exit::BadInput, text));
    }
    Ok(json!({ "run_again": 1, "id": row.id, "kind": row.kind, "key": row.key }))
}

async fn add(pool: &Pool, kind: &str, about: Option<&str>) -> Result<Value, Failure> {
    let (attempts_max, job) = new_job(kind, about)?;
    let key = job.0.clone();
    let addition = Addition { kind, attempts_max, jobs: &[job], is_again: true };
    let is_new = jobs::add(pool, &addition).await.blame(Exit::NotNow)? > 0;
    let state = match jobs::job(pool, &key).await.blame(Exit::NotNow)? {
        Some(row) => row.state.as_str(),
        None => "waiting",
    };
    Ok(json!({ "added": is_new, "kind": kind, "key": key, "state": state }))
}

fn new_job(kind: &str, about: Option<&str>) -> Result<(i32, NewJob), Failure> {
    let refuse = |text: String| Err(Failure::new(Exit::BadInput, text));
    match (kind, about) {
        (rebuild::KIND, None) => Ok((rebuild::RULES.attempts_max, rebuild::job())),
        (rebuild::KIND, Some(_)) => refuse("a rebuild is about everything: it takes no gift".into()),
        (metadata::KIND, Some(gift)) => match GiftId::parse(gift) {
            Ok(gift) => Ok((metadata::ATTEMPTS_MAX, metadata::job(&gift))),
            Err(fault) => refuse(fault.to_string()),
        },
        (metadata::KIND, None) => refuse("metadata is of a gift: name it, as in plushpepe-298".into()),
        (chain_check::KIND, _) => refuse("checks of the chain are added by themselves".into()),
        (other, _) => {
            let cut: String = other.chars().take(40).collect();
            refuse(format!("`{cut}` is no kind of job: expected rebuild or metadata"))
        }
    }
}

fn time(ms: i64) -> String {
    let time = chrono::DateTime::from_timestamp_millis(ms).unwrap_or_default();
    time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_named_by_kind_and_gift() {
        assert_eq!(new_job("rebuild", None).unwrap().1.0, "state");
        let (attempts_max, (key, payload)) = new_job("metadata", Some("Plush Pepe #298")).unwrap();
        assert_eq!((attempts_max, key.as_str()), (metadata::ATTEMPTS_MAX, "plushpepe-298"));
        assert!(String::from_utf8(payload).unwrap().contains("plushpepe-298"));
        for (kind, about, told) in [
            ("rebuild", Some("plushpepe-298"), "takes no gift"),
            ("metadata", None, "name it"),
            ("metadata", Some("plushpepe"), "is not a gift"),
            ("history", None, "expected rebuild or metadata"),
        ] {
            let failure = new_job(kind, about).unwrap_err();
            assert!(failure.to_string().contains(told), "{failure}");
            assert_eq!(failure.exit, Exit::BadInput);
        }
    }
}
