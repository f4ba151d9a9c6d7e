//! `POST /graphql`: one operation or a batch, as JSON. Nothing else is served there: a GET could be sent by any page a user visits.

use std::{sync::Arc, time::Instant};

use async_graphql::{Response, Variables, parser::types::OperationType};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response as HttpResponse},
};
use futures_util::future::join_all;
use serde::Deserialize;

use crate::{
    limits::{Admitted, RawRequest},
    observe,
    refusal::{Refusal, RefusalCode},
    schema::{Engine, refused, request_id},
};

const JSON: &str = "application/json";
const GRAPHQL_JSON: &str = "application/graphql-response+json";
/// Where subscriptions are served.
const SUBSCRIPTIONS: &str = "the WebSocket /graphql/ws by the protocol graphql-transport-ws, or as server-sent events at /graphql/sse";
/// Seconds after which what was unavailable may be asked for again.
const RETRY_AFTER_S: u64 = 1;

/// An operation as clients send it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireRequest {
    query: String,
    #[serde(default)]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Option<Variables>,
}

impl From<WireRequest> for RawRequest {
    fn from(wire: WireRequest) -> Self {
        let WireRequest { query, operation_name, variables } = wire;
        Self { query, operation_name, variables: variables.unwrap_or_default() }
    }
}

/// What stood in the body.
enum Asked {
    One(RawRequest),
    Batch(Vec<RawRequest>),
}

/// Answers anything sent to `/graphql`.
pub(crate) async fn serve(State(engine): State<Arc<Engine>>, request: Request) -> HttpResponse {
    let began = Instant::now();
    let (parts, body) = request.into_parts();
    let media = media_of(&parts.headers);
    let answered = match read(&engine, &parts.method, &parts.headers, body).await {
        Ok(asked) => answer(&engine, asked).await,
        Err(refusal) => Answer::refused(refusal),
    };
    observe::answered(answered.outcome, began.elapsed());
    answered.into_http(media, "POST")
}

/// A refusal as an answer; `allow` are the methods that would be served.
pub(crate) fn refuse(refusal: Refusal, headers: &HeaderMap, allow: &'static str) -> HttpResponse {
    Answer::refused(refusal).into_http(media_of(headers), allow)
}

struct Answer {
    status: StatusCode,
    body: Vec<u8>,
    outcome: &'static str,
}

impl Answer {
    fn refused(refusal: Refusal) -> Self {
        let status = status_of(refusal.code);
        Self { status, body: json(&refused(refusal)), outcome: "refused" }
    }

    fn into_http(self, media: &'static str, allow: &'static str) -> HttpResponse {
        let Self { status, body, outcome: _ } = self;
        let mut response = (status, Body::from(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
        }
        response
    }
}

fn json(response: &Response) -> Vec<u8> {
    serde_json::to_vec(response).unwrap_or_default()
}

fn status_of(code: RefusalCode) -> StatusCode {
    match code {
        RefusalCode::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        RefusalCode::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
        RefusalCode::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        RefusalCode::TooManyBytes => StatusCode::PAYLOAD_TOO_LARGE,
        RefusalCode::TooManySubscriptions | RefusalCode::Unavailable | RefusalCode::Timeout => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        RefusalCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// The media type of the answer: the newer one for those who ask for it.
fn media_of(headers: &HeaderMap) -> &'static str {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accept.contains(GRAPHQL_JSON) {
        "application/graphql-response+json; charset=utf-8"
    } else {
        "application/json; charset=utf-8"
    }
}

async fn read(engine: &Engine, method: &Method, headers: &HeaderMap, body: Body) -> Result<Asked, Refusal> {
    if method != Method::POST {
        return Err(Refusal::new(
            RefusalCode::MethodNotAllowed,
            format!(
                "{method} is not served: send the query as JSON by POST, subscriptions over {SUBSCRIPTIONS}"
            ),
        ));
    }
    parse(&json_bytes(engine, headers, body).await?, engine.state.options.limits.batch)
}

/// A body that was sent as JSON, within its size.
///
/// # Errors
/// A refusal of another media type, or of its size.
pub(crate) async fn json_bytes(engine: &Engine, headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
    // A form or plain text could be sent by any page without asking the browser's leave first.
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = sent.split(';').next().unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case(JSON) {
        return Err(Refusal::new(
            RefusalCode::UnsupportedMediaType,
            format!(
                "the body must be sent as `Content-Type: {JSON}`, not `{}`",
                media.chars().take(60).collect::<String>()
            ),
        ));
    }
    let limit = engine.state.options.limits.body_bytes;
    let told = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let too_long = |found| {
        Refusal::limit(RefusalCode::TooManyBytes, "the request's body is too long", "bodyBytes", limit, found)
    };
    if let Some(length) = told.filter(|length| *length > limit) {
        return Err(too_long(length));
    }
    to_bytes(body, limit).await.map_err(|_| too_long(told.unwrap_or(0).max(limit + 1)))
}

fn parse(bytes: &Bytes, batch_max: usize) -> Result<Asked, Refusal> {
    let is_batch = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let unreadable = |fault: serde_json::Error| {
        Refusal::new(RefusalCode::BadRequest, format!("the body is no GraphQL request: {fault}"))
    };
    if !is_batch {
        let wire: WireRequest = serde_json::from_slice(bytes).map_err(unreadable)?;
        return Ok(Asked::One(wire.into()));
    }
    let wires: Vec<WireRequest> = serde_json::from_slice(bytes).map_err(unreadable)?;
    if wires.len() > batch_max {
        return Err(Refusal::limit(
            RefusalCode::BatchTooLong,
            "the batch holds too many operations",
            "batch",
            batch_max,
            wires.len(),
        ));
    }
    if wires.is_empty() {
        return Err(Refusal::new(RefusalCode::BadRequest, "the batch is empty"));
    }
    Ok(Asked::Batch(wires.into_iter().map(RawRequest::from).collect()))
}

async fn answer(engine: &Engine, asked: Asked) -> Answer {
    let (raws, is_batch) = match asked {
        Asked::One(raw) => (vec![raw], false),
        Asked::Batch(raws) => (raws, true),
    };
    let admitted: Result<Vec<Admitted>, Refusal> = raws.into_iter().map(|raw| admit(engine, raw)).collect();
    let admitted = match admitted.and_then(|admitted| within_complexity(engine, admitted)) {
        Ok(admitted) => admitted,
        Err(refusal) => return Answer::refused(refusal),
    };
    let request_id = request_id();
    let frame = match engine.frame(&request_id).await {
        Ok(frame) => frame,
        Err(response) => {
            return Answer {
                status: StatusCode::SERVICE_UNAVAILABLE,
                body: json(&response),
                outcome: "failed",
            };
        }
    };
    let running =
        admitted.into_iter().map(|admitted| engine.execute(admitted.into_request(), &frame, &request_id));
    let responses = join_all(running).await;
    let outcome = match responses.iter().map(outcome_of).max() {
        Some(Outcome::Ok) | None => "ok",
        Some(Outcome::Refused) => "refused",
        Some(Outcome::Failed) => "failed",
    };
    if is_batch {
        return Answer {
            status: StatusCode::OK,
            body: serde_json::to_vec(&responses).unwrap_or_default(),
            outcome,
        };
    }
    let response = responses.into_iter().next().unwrap_or_default();
    Answer { status: status_of_response(&response), body: json(&response), outcome }
}

fn admit(engine: &Engine, raw: RawRequest) -> Result<Admitted, Refusal> {
    let admitted = engine.admit(raw)?;
    match admitted.kind {
        Some(OperationType::Subscription) => Err(Refusal::new(
            RefusalCode::WrongTransport,
            format!("subscriptions are served over {SUBSCRIPTIONS}"),
        )),
        _ => Ok(admitted),
    }
}

/// The operations of a batch share one allowance, else a batch would be a way around it.
fn within_complexity(engine: &Engine, admitted: Vec<Admitted>) -> Result<Vec<Admitted>, Refusal> {
    let limit = engine.state.options.limits.complexity;
    let total = admitted.iter().map(|one| one.complexity).fold(0, usize::saturating_add);
    if total > limit {
        let what = "the batch could return too much";
        return Err(Refusal::limit(RefusalCode::TooComplex, what, "complexity", limit, total));
    }
    Ok(admitted)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Ok,
    Refused,
    Failed,
}

fn outcome_of(response: &Response) -> Outcome {
    let is_internal = |error: &async_graphql::ServerError| {
        let code = error.extensions.as_ref().and_then(|values| values.get("code"));
        matches!(code, Some(async_graphql::Value::String(code)) if code == "INTERNAL" || code == "UNAVAILABLE" || code == "TIMEOUT")
    };
    match response.errors.iter().any(is_internal) {
        true => Outcome::Failed,
        false if response.errors.is_empty() => Outcome::Ok,
        false => Outcome::Refused,
    }
}

/// 200 for whatever was executed; 400 for what validation refused.
fn status_of_response(response: &Response) -> StatusCode {
    let is_request_error = response.data == async_graphql::Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty());
    match is_request_error {
        false => StatusCode::OK,
        true if outcome_of(response) == Outcome::Failed => StatusCode::SERVICE_UNAVAILABLE,
        true => StatusCode::BAD_REQUEST,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// How many operations were asked for, or the code of the refusal.
    fn counted(body: &[u8]) -> Result<usize, RefusalCode> {
        match parse(&Bytes::copy_from_slice(body), 3) {
            Ok(Asked::One(_)) => Ok(1),
            Ok(Asked::Batch(raws)) => Ok(raws.len()),
            Err(refusal) => Err(refusal.code),
        }
    }

    #[test]
    fn a_body_is_one_operation_or_a_batch() {
        for (body, expected) in [
            (r#"{"query":"{ log { hash } }"}"#, Ok(1)),
            (r#" {"query":"","operationName":null,"variables":null,"extensions":{}}"#, Ok(1)),
            (r#"[{"query":"a"},{"query":"b","variables":{"n":1}},{"query":"c","operationName":"C"}]"#, Ok(3)),
            (r#"[{"query":"a"},{"query":"a"},{"query":"a"},{"query":"a"}]"#, Err(RefusalCode::BatchTooLong)),
            ("", Err(RefusalCode::BadRequest)),
            ("[]", Err(RefusalCode::BadRequest)),
            ("[[]]", Err(RefusalCode::BadRequest)),
            ("{}", Err(RefusalCode::BadRequest)),
            ("null", Err(RefusalCode::BadRequest)),
            (r#"{"query":5}"#, Err(RefusalCode::BadRequest)),
            (r#"{"query":"a","variables":[]}"#, Err(RefusalCode::BadRequest)),
            (r#"{"query":"a"} {"query":"b"}"#, Err(RefusalCode::BadRequest)),
        ] {
            assert_eq!(counted(body.as_bytes()), expected, "{body}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_asked_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(matches!(counted(&bytes), Ok(1..=3) | Err(RefusalCode::BadRequest | RefusalCode::BatchTooLong)));
        }

        /// A good body with bytes changed, cut off, and an opening repeated: close enough to be read far.
        #[test]
        fn a_damaged_body_is_asked_or_refused(
            query in "\\PC{0,40}",
            is_batch: bool,
            at: prop::sample::Index,
            byte: u8,
            end: prop::sample::Index,
            depth in 0_usize..2_000,
        ) {
            let one = serde_json::json!({"query": query, "operationName": "A", "variables": {"a": {"b": [1]}}});
            let mut body = if is_batch { serde_json::json!([one]) } else { one }.to_string().into_bytes();
            let (at, end) = (at.index(body.len()), end.index(body.len()));
            body[at] = byte;
            for body in [&body[..], &body[..end], &[&b"[".repeat(depth), &body[..]].concat()] {
                prop_assert!(matches!(counted(body), Ok(1..=3) | Err(RefusalCode::BadRequest | RefusalCode::BatchTooLong)));
            }
        }
    }
}
