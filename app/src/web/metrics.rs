//! `/metrics` in the Prometheus text form. One recorder per process; its histograms are drained by a timer, since nobody may ever ask.

use std::fmt::Write as _;
use std::sync::OnceLock;
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use store::checks::Checked;
use store::read::PictureRow;
use tokio_util::sync::CancellationToken;

use super::Shared;

const UPKEEP: Duration = Duration::from_secs(5);
/// How long the database may take for its part.
const PATIENCE: Duration = Duration::from_secs(1);

/// Bounds of the histograms, in the unit that the metric's name says.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Starts the recorder, once per process. Later calls change nothing, so several servers of one process share it.
pub fn install() {
    let _ = handle();
}

fn handle() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    let started = HANDLE.get_or_init(|| {
        let suffix = metrics_exporter_prometheus::Matcher::Suffix("seconds".to_owned());
        let recorder =
            PrometheusBuilder::new().set_buckets_for_metric(suffix, &SECONDS).ok()?.build_recorder();
        let handle = recorder.handle();
        // Somebody else's recorder, as in a test of another crate, stays; then there is nothing to render here.
        metrics::set_global_recorder(recorder).ok().map(|()| handle)
    });
    started.as_ref()
}

/// Drains the histograms until the process stops.
pub async fn upkeep(stop: CancellationToken) {
    let Some(handle) = handle() else { return };
    while stop.run_until_cancelled(tokio::time::sleep(UPKEEP)).await.is_some() {
        handle.run_upkeep();
    }
}

pub(super) async fn render(State(shared): State<Shared>) -> Response {
    let mut text = handle().map(PrometheusHandle::render).unwrap_or_default();
    // Written by hand: as a label of the recorder every head that ever was would stay in memory.
    let head = tokio::time::timeout(PATIENCE, store::log::head(&shared.pool)).await;
    if let Ok(Ok(head)) = head {
        let (position, hash) = (head.position, hex::encode(head.head));
        let _ = writeln!(
            text,
            "# HELP ribbon_log_position Last position of the log.\n# TYPE ribbon_log_position gauge\n\
             ribbon_log_position {position}\n\
             # HELP ribbon_log_head_info Head of the log's hash chain at its last position.\n\
             # TYPE ribbon_log_head_info gauge\nribbon_log_head_info{{position=\"{position}\",hash=\"{hash}\"}} 1"
        );
    }
    let checks = tokio::time::timeout(PATIENCE, store::checks::last(&shared.pool)).await;
    if let Ok(Ok(checks)) = checks {
        write_checks(&mut text, &checks);
    }
    if let Ok(Ok(pictures)) = tokio::time::timeout(PATIENCE, store::read::pictures(&shared.pool)).await {
        write_pictures(&mut text, &pictures);
    }
    let up = u8::from(matches!(head, Ok(Ok(_))));
    let _ = writeln!(
        text,
        "# HELP ribbon_database_up Whether the database answered just now.\n# TYPE ribbon_database_up gauge\n\
         ribbon_database_up {up}\n\
         # HELP ribbon_build_info Version of this executable.\n# TYPE ribbon_build_info gauge\n\
         ribbon_build_info{{version=\"{}\"}} 1",
        env!("CARGO_PKG_VERSION")
    );
    let headers = [
        (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, text).into_response()
}

/// How old each collection's picture is on each market. Slugs are letters and digits, so a label needs no escape.
fn write_pictures(text: &mut String, pictures: &[PictureRow]) {
    if pictures.is_empty() {
        return;
    }
    text.push_str(
        "# HELP ribbon_picture_age_seconds Seconds since the last completed scan of a collection on a market began.\n\
         # TYPE ribbon_picture_age_seconds gauge\n",
    );
    for PictureRow { market, slug, age_us, .. } in pictures {
        let age_s = age_us.max(&0) / 1_000_000;
        let _ =
            writeln!(text, "ribbon_picture_age_seconds{{market=\"{market}\",collection=\"{slug}\"}} {age_s}");
    }
}

/// What the last `ribbon check` found, so that an alarm can be set on it.
fn write_checks(text: &mut String, checks: &[Checked]) {
    let Some(checked_at_s) = checks.iter().map(|check| check.checked_at_s).max() else { return };
    let _ = writeln!(
        text,
        "# HELP ribbon_check_timestamp_seconds When ribbon check ran last.\n\
         # TYPE ribbon_check_timestamp_seconds gauge\nribbon_check_timestamp_seconds {checked_at_s}\n\
         # HELP ribbon_check_wrong Whether the last ribbon check found this part wrong.\n# TYPE ribbon_check_wrong gauge"
    );
    for Checked { part, outcome, .. } in checks {
        let _ = writeln!(text, "ribbon_check_wrong{{part=\"{part}\"}} {}", u8::from(outcome == "wrong"));
    }
}
