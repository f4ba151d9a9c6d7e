//! What workers tell logs and metrics: one function per event that matters. Labels are bounded: market, walk, kind, outcome.

use std::time::Duration;

use domain::{Event, MarketId, ScopeId, SourceFault};

fn label(market: &MarketId) -> String {
    market.as_str().to_owned()
}

/// A page was read and what it means is committed. `since_answer` is the time from the whole answer to the commit.
pub(crate) fn page_taken(
    market: &MarketId,
    walk: &'static str,
    events: &[(&'static str, u64)],
    since_answer: Duration,
) {
    metrics::counter!("indexer_pages_total", "market" => label(market), "walk" => walk).increment(1);
    metrics::histogram!("indexer_answer_to_commit_seconds", "market" => label(market), "walk" => walk)
        .record(since_answer.as_secs_f64());
    for (kind, count) in events {
        metrics::counter!("indexer_events_total", "market" => label(market), "kind" => *kind)
            .increment(*count);
    }
}

/// Sightings that said nothing new, and entries that were passed over.
pub(crate) fn page_counted(market: &MarketId, unchanged: usize, passed: usize) {
    let count = |value: usize| u64::try_from(value).unwrap_or(u64::MAX);
    metrics::counter!("indexer_unchanged_total", "market" => label(market)).increment(count(unchanged));
    metrics::counter!("indexer_passed_total", "market" => label(market)).increment(count(passed));
}

/// A request gave no page.
pub(crate) fn fault(market: &MarketId, walk: &'static str, fault: &SourceFault, wait_ms: u64) {
    let kind = match fault {
        SourceFault::Retry { .. } => "retry",
        SourceFault::RetryAfter { .. } => "retry_after",
        SourceFault::Refused { .. } => "refused",
        SourceFault::Malformed(_) => "malformed",
        SourceFault::Never { .. } => "never",
    };
    metrics::counter!("indexer_faults_total", "market" => label(market), "fault" => kind).increment(1);
    tracing::info!(market.id = %market, walk, fault = kind, wait_ms, "a request gave no page: {fault}");
}

/// A scan ended: complete, broken off, or not believed.
pub(crate) fn scan_ended(
    market: &MarketId,
    scope: &ScopeId,
    outcome: &'static str,
    lots: usize,
    duration: Duration,
) {
    metrics::counter!("indexer_scans_total", "market" => label(market), "outcome" => outcome).increment(1);
    metrics::histogram!("indexer_scan_seconds", "market" => label(market)).record(duration.as_secs_f64());
    tracing::debug!(
        market.id = %market, scope.id = %scope, outcome, lots,
        duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX), "a scan ended"
    );
}

/// The circuit of a market changed.
pub(crate) fn circuit(market: &MarketId, state: &'static str) {
    for known in ["closed", "half_open", "open"] {
        metrics::gauge!("indexer_circuit", "market" => label(market), "state" => known)
            .set(if known == state { 1.0 } else { 0.0 });
    }
}

/// The part of its documented request rate at which a market is asked, in thousandths.
pub(crate) fn share(market: &MarketId, share: u16) {
    metrics::gauge!("indexer_request_share_per_mille", "market" => label(market)).set(f64::from(share));
}

/// The database could not be read or written; the worker waits and goes on.
pub(crate) fn store_away(market: &MarketId, fault: &dyn std::fmt::Display, wait_ms: u64) {
    metrics::counter!("indexer_store_faults_total", "market" => label(market)).increment(1);
    tracing::warn!(market.id = %market, wait_ms, "what was seen could not be kept, it will be asked for again: {fault}");
}

/// A task panicked and is started again: a market's worker, a rate source's loop (both by their ids), a projection.
pub(crate) fn task_fell(task: &str, why: &str) {
    metrics::counter!("indexer_task_panics_total", "task" => task.to_owned()).increment(1);
    tracing::error!(task, "a task broke an invariant and is started again: {why}");
}

/// The floors have followed the log.
pub(crate) fn floors_advanced(from: i64, to: i64, changed: usize, duration: Duration) {
    metrics::counter!("indexer_floors_changed_total").increment(u64::try_from(changed).unwrap_or(u64::MAX));
    metrics::histogram!("indexer_floors_step_seconds").record(duration.as_secs_f64());
    tracing::debug!(from, to, changed, "the floors have followed the log");
}

/// Events by kind, for the metric.
pub(crate) fn kinds(events: &[Event]) -> Vec<(&'static str, u64)> {
    let mut kinds: Vec<(&'static str, u64)> = Vec::new();
    for event in events {
        let kind = event.fact.kind().as_str();
        match kinds.iter_mut().find(|(held, _)| *held == kind) {
            Some((_, count)) => *count += 1,
            None => kinds.push((kind, 1)),
        }
    }
    kinds
}
