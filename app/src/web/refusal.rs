//! What a client is told when it gets nothing: a status, a stable code, a sentence. The log keeps the rest.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: StatusCode,
    /// A stable word.
    pub code: &'static str,
    /// A sentence for the reader.
    pub what: String,
    /// Seconds after which the same request may succeed.
    pub retry_after_s: Option<u64>,
}

impl Refusal {
    /// A refusal that asking again does not mend.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, what: impl Into<String>) -> Self {
        Self { status, code, what: what.into(), retry_after_s: None }
    }

    /// The server has too much to do, or its database is away.
    #[must_use]
    pub fn later(code: &'static str, what: impl Into<String>) -> Self {
        Self { retry_after_s: Some(1), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, code, what) }
    }

    /// The database does not answer. The cause goes to the log, not to the client.
    #[must_use]
    pub fn database(fault: &(dyn std::error::Error + 'static)) -> Self {
        tracing::warn!(error = fault, "The database did not answer a request");
        Self::later("database_away", "The database does not answer. Try again in a moment.")
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "error": { "code": self.code, "message": self.what } });
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            let name: HeaderName = header::RETRY_AFTER;
            headers.insert(name, HeaderValue::from(seconds));
        }
        response
    }
}
