//! What stands before every route: a request id, a bound on requests at once, a bound on time, headers for the browser, one log
//! line and one metric per request.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use tokio::sync::Semaphore;
use tracing::Instrument as _;
use uuid::Uuid;

use super::Refusal;
use crate::config::http::HttpConfig;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Set where a route has not set its own: the pages bring a policy that lets their scripts and pictures in.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The id of a request, for handlers that tell it to the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestId(pub(crate) Uuid);

#[derive(Debug, Clone)]
struct Bounds {
    requests: Arc<Semaphore>,
    timeout: Duration,
}

/// Puts the guard before the routes.
pub(super) fn guard(routes: Router, config: &HttpConfig) -> Router {
    let bounds =
        Bounds { requests: Arc::new(Semaphore::new(config.requests_max)), timeout: config.request_timeout };
    // The last layer is the outermost: everything inside is measured, refusals included.
    routes
        .layer(middleware::from_fn_with_state(bounds, bound))
        .layer(middleware::from_fn(headers))
        .layer(middleware::from_fn(observe))
}

async fn bound(State(bounds): State<Bounds>, request: Request, next: Next) -> Response {
    // Health is answered however busy the server is, or a restart would be the answer to load.
    if matches!(request.uri().path(), "/live" | "/ready" | "/metrics") {
        return next.run(request).await;
    }
    let Ok(_permit) = bounds.requests.try_acquire() else {
        return Refusal::later("too_busy", "Too many requests at once. Try again in a moment.")
            .into_response();
    };
    match tokio::time::timeout(bounds.timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Refusal::later("timeout", "The answer took too long and was given up.").into_response(),
    }
}

async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

async fn observe(mut request: Request, next: Next) -> Response {
    let id = Uuid::new_v4();
    request.extensions_mut().insert(RequestId(id));
    let method = method_word(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", request.id = %id, http.method = method, http.route = route);
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let (took, status) = (began.elapsed(), response.status().as_u16());
    metrics::counter!("http_requests_total", "route" => route.clone(), "method" => method, "status" => status.to_string())
        .increment(1);
    metrics::histogram!("http_request_duration_seconds", "route" => route).record(took.as_secs_f64());
    tracing::debug!(parent: &span, http.status = status, duration_ms = took.as_millis() as u64, "A request was answered");
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// A metric's label takes only words that we know: a client may send any method.
fn method_word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

pub(super) async fn starting() -> Refusal {
    Refusal::later("starting", "Ribbon is starting. /ready says what it waits for.")
}

pub(super) async fn not_allowed(method: Method, uri: Uri) -> Refusal {
    let path: String = uri.path().chars().take(80).collect();
    let what = format!("{path} does not answer {method}.");
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", what)
}
