//! What lanes tell logs and metrics. Labels are bounded: kind, outcome.

use std::{fmt::Display, time::Duration};

use store::jobs::KindCount;

/// An attempt ended: `done`, `postponed`, `released`, `dead`, `stopped` or `lost`.
pub(super) fn ended(kind: &'static str, outcome: &'static str, key: &str, told: &str, took: Duration) {
    metrics::counter!("jobs_ended_total", "kind" => kind, "outcome" => outcome).increment(1);
    metrics::histogram!("jobs_run_seconds", "kind" => kind).record(took.as_secs_f64());
    match outcome {
        "dead" => tracing::warn!(job.kind = kind, job.key = key, "a job is a dead letter now: {told}"),
        _ => tracing::debug!(job.kind = kind, job.key = key, outcome, "an attempt ended: {told}"),
    }
}

/// How many jobs there are, and how old.
pub(super) fn counted(kind: &'static str, count: Option<&KindCount>) {
    let value = |of: fn(&KindCount) -> i64| count.map_or(0, of);
    let gauge = |name: &'static str, value: i64| {
        metrics::gauge!(name, "kind" => kind).set(f64::from(i32::try_from(value).unwrap_or(i32::MAX)));
    };
    gauge("jobs_waiting", value(|count| count.waiting));
    gauge("jobs_running", value(|count| count.running));
    gauge("jobs_dead", value(|count| count.dead));
    gauge("jobs_waiting_age_seconds", value(|count| count.waiting_age_ms.unwrap_or(0) / 1_000));
    gauge("jobs_dead_age_seconds", value(|count| count.dead_age_ms.unwrap_or(0) / 1_000));
}

/// This process has the lane, and found so many jobs that a former one had held.
pub(super) fn lane_taken(kind: &'static str, recovered: u64) {
    if recovered > 0 {
        tracing::info!(job.kind = kind, recovered, "jobs that a former process held wait again");
    }
}

/// The lane rests: the database is away, or its worker has ended.
pub(super) fn lane_rests(kind: &'static str, why: &dyn Display, wait_ms: u64) {
    metrics::counter!("jobs_lane_faults_total", "kind" => kind).increment(1);
    tracing::warn!(job.kind = kind, wait_ms, "no job is run for a while: {why}");
}

/// So many jobs were found and added.
pub(super) fn found(kind: &'static str, added: u64) {
    if added > 0 {
        metrics::counter!("jobs_added_total", "kind" => kind).increment(added);
        tracing::debug!(job.kind = kind, added, "jobs were found");
    }
}
