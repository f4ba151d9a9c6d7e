//! What adapters tell the operators: one function per thing that matters. Labels are bounded, secrets have no way in.

use std::time::Duration;

use domain::MarketId;

/// A request ended. `outcome` is `ok` or the kind of the fault.
pub(crate) fn request_ended(market: &MarketId, outcome: &'static str, took: Duration, bytes: usize) {
    let market_label = market.as_str().to_owned();
    metrics::counter!("adapter_requests_total", "market" => market_label.clone(), "outcome" => outcome)
        .increment(1);
    metrics::counter!("adapter_received_bytes_total", "market" => market_label.clone())
        .increment(u64::try_from(bytes).unwrap_or(0));
    metrics::histogram!("adapter_request_duration_seconds", "market" => market_label)
        .record(took.as_secs_f64());
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    tracing::debug!(market = %market, outcome, duration_ms, bytes, "A request to a market ended.");
}
