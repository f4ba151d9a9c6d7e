//! What the loop of a rate source tells the operators.

use std::fmt::Display;

use domain::{MarketId, SourceFault, time::ms_from_us};

use crate::notice::{Notice, Notices};

/// A poll was answered and read; `logged` events came of it.
pub(super) fn polled(source: &MarketId, logged: usize) {
    count(source, "ok");
    if logged > 0 {
        tracing::debug!(source = %source, events = logged, "A rate was logged.");
    }
}

/// A poll failed. Said once loudly, then quietly: the rate's age tells the rest.
pub(super) fn failed(source: &MarketId, fault: &impl Display, faults_in_a_row: u32, wait_ms: u64) {
    count(source, "fault");
    if faults_in_a_row == 1 {
        tracing::warn!(source = %source, error = %fault, wait_ms, "A rate could not be had; the last one stays.");
    } else {
        tracing::debug!(source = %source, error = %fault, wait_ms, faults_in_a_row, "A rate could still not be had.");
    }
}

/// Tells an operator of a fault that only a person mends.
pub(super) fn tell(notices: &Notices, source: &MarketId, fault: &SourceFault, at_us: i64) {
    let (code, mend) = match fault {
        SourceFault::Retry { .. } | SourceFault::RetryAfter { .. } => return,
        SourceFault::Refused { mend, .. } => ("rate_source_refused", mend.clone()),
        SourceFault::Malformed(_) => (
            "rate_source_unreadable",
            "the last rate stays and gets old; an update of Ribbon may read the new shape".into(),
        ),
        SourceFault::Never { .. } => {
            ("rate_source_gone", format!("check RIBBON_{}_BASE_URL", source.as_str().to_uppercase()))
        }
    };
    notices.tell(Notice {
        code,
        market: Some(source.to_string()),
        path: match fault {
            SourceFault::Malformed(malformed) => Some(malformed.path.clone()),
            _ => None,
        },
        what: format!("The rates of {source} cannot be had: {fault}"),
        mend,
        at_ms: ms_from_us(at_us),
    });
}

fn count(source: &MarketId, outcome: &'static str) {
    let source = source.as_str().to_owned();
    metrics::counter!("indexer_rate_polls_total", "source" => source, "outcome" => outcome).increment(1);
}
