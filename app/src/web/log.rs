//! `/log`: the log as a stream of lines, the same as `ribbon export log`.

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::TryStreamExt as _;
use serde::Deserialize;

use super::{Refusal, Shared, download};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    #[serde(default)]
    after: Option<String>,
}

pub(super) async fn download(
    State(shared): State<Shared>,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Refusal> {
    let bad = |what: String| Refusal::new(StatusCode::BAD_REQUEST, "bad_query", what);
    let Query(Asked { after }) =
        asked.map_err(|_| bad("The one parameter of /log is `after`, a position.".into()))?;
    let after = match after.as_deref() {
        None => 0,
        Some(text) => text.parse::<i64>().ok().filter(|after| *after >= 0).ok_or_else(|| {
            let cut: String = text.chars().take(40).collect();
            bad(format!("`after` is `{cut}`: expected a position, a whole number from 0."))
        })?,
    };
    let permit = shared.log_downloads.clone().try_acquire_owned().map_err(|_| {
        Refusal::later(
            "too_many_downloads",
            "The log is being downloaded by too many at once. Try again in a moment.",
        )
    })?;
    let lines = store::log::export::export(shared.pool.clone(), after).map_ok(Bytes::from);
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"ribbon-log.ndjson\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, download::body(lines, permit, download::STALL)).into_response())
}
