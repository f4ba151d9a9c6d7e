//! One function per thing worth counting or logging.

use std::time::Duration;

use crate::fanout::Line;

/// A request over HTTP was answered. `outcome` is `ok`, `refused` or `failed`.
pub(crate) fn answered(outcome: &'static str, took: Duration) {
    metrics::counter!("graphql_requests_total", "outcome" => outcome).increment(1);
    metrics::histogram!("graphql_request_seconds").record(took.as_secs_f64());
}

/// Something failed that should not; the client was told the request id.
pub(crate) fn internal_fault(request_id: &str, cause: &str) {
    metrics::counter!("graphql_internal_faults_total").increment(1);
    tracing::error!(request.id = request_id, error = cause, "an answer failed");
}

/// A WebSocket or a stream of events was opened or closed.
pub(crate) fn line(line: Line, is_open: bool) {
    let gauge = match line {
        Line::Socket => metrics::gauge!("graphql_sockets"),
        Line::Stream => metrics::gauge!("graphql_streams"),
    };
    if is_open { gauge.increment(1.0) } else { gauge.decrement(1.0) }
}

/// A WebSocket was closed by us.
pub(crate) fn socket_closed(code: u16) {
    metrics::counter!("graphql_socket_closes_total", "code" => code.to_string()).increment(1);
}

/// A stream of events was asked for, from the beginning or behind the last event of an earlier one.
pub(crate) fn stream_begun(is_resumed: bool) {
    let resumed = if is_resumed { "yes" } else { "no" };
    metrics::counter!("graphql_streams_total", "resumed" => resumed).increment(1);
}

/// A stream of events ended. `reason` is `complete`, `failed`, `stopped` (the server) or `left` (the client).
pub(crate) fn stream_ended(reason: &'static str) {
    metrics::counter!("graphql_stream_ends_total", "reason" => reason).increment(1);
}

/// A shared subscription began or ended.
pub(crate) fn topic(is_open: bool) {
    let gauge = metrics::gauge!("graphql_topics");
    if is_open { gauge.increment(1.0) } else { gauge.decrement(1.0) }
}

/// A shared subscription was executed and serialized once, for all who listen.
pub(crate) fn topic_item(readers: usize) {
    metrics::counter!("graphql_topic_items_total").increment(1);
    metrics::counter!("graphql_topic_messages_total").increment(u64::try_from(readers).unwrap_or(0));
}

/// A subscriber was told to reload.
pub(crate) fn reload(reason: &'static str) {
    metrics::counter!("graphql_reloads_total", "reason" => reason).increment(1);
}

/// The log could not be read; what was read before stays.
pub(crate) fn tail_fault(error: &dyn std::fmt::Display) {
    metrics::counter!("graphql_tail_faults_total").increment(1);
    tracing::warn!(error = %error, "the log could not be followed; trying again");
}
