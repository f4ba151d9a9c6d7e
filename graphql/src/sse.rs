//! `/graphql/sse`: subscriptions as server-sent events, in the protocol's mode of one connection for each operation. The id of an event is
//! the cursor to go on behind, so whoever comes back with `Last-Event-ID`, as a browser does by itself, misses nothing and gets nothing
//! twice.
//!
//! What is wrong with the document is told inside the stream, as the protocol demands: a browser does not show its page the body of a
//! refused stream, and the protocol's client takes every status but 200 for a fault of the network and tries again. A status is for what is
//! no such request at all, and for what may succeed later.
//! Sources: github.com/enisdenjo/graphql-sse, PROTOCOL.md; html.spec.whatwg.org, "Server-sent events"; both read 2026-12-01.

mod event;
mod request;
mod stream;

use std::{sync::Arc, time::Instant};

use async_graphql::parser::types::OperationType;
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header, request::Parts},
    response::{IntoResponse, Response},
};

use crate::{
    fanout::{self, Fanout, Line, Message, Messages, has_one_field},
    http,
    limits::{Admitted, RawRequest},
    observe,
    refusal::{Refusal, RefusalCode},
    scalar::Cursor,
};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Answers anything sent to `/graphql/sse`: with a stream, or with a refusal.
pub(crate) async fn serve(State(fanout): State<Arc<Fanout>>, request: Request) -> Response {
    let began = Instant::now();
    let (parts, body) = request.into_parts();
    match open(&fanout, &parts, body).await {
        Ok(events) => streamed(events),
        Err(refusal) => {
            observe::answered("refused", began.elapsed());
            // A GET is refused for its method only where it asks for what a GET may not.
            let allow = if parts.method == Method::GET { "POST" } else { "GET, POST" };
            http::refuse(refusal, &parts.headers, allow)
        }
    }
}

fn streamed(events: Body) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // Said to nginx and to those who took it over: pass each event on as it comes.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    (headers, events).into_response()
}

/// The stream that was asked for.
///
/// # Errors
/// A refusal before it begins.
async fn open(fanout: &Arc<Fanout>, parts: &Parts, body: Body) -> Result<Body, Refusal> {
    let raw = request::read(&fanout.engine, parts, body).await?;
    let seat = fanout.seat(Line::Stream)?;
    let after = last_event_id(&parts.headers);
    let is_resumed = after.is_some();
    let messages = match begin(fanout, &parts.method, raw, after).await {
        Err(refusal) if is_status(refusal.code) => return Err(refusal),
        begun => begun.unwrap_or_else(|refusal| fanout::one(Message::refused(refusal))),
    };
    observe::stream_begun(is_resumed);
    Ok(stream::body(messages, fanout.stop.clone(), seat))
}

async fn begin(
    fanout: &Fanout,
    method: &Method,
    raw: RawRequest,
    after: Option<Cursor>,
) -> Result<Messages, Refusal> {
    let admitted = fanout.engine.admit(raw)?;
    match admitted.kind {
        Some(OperationType::Mutation) if *method == Method::GET => {
            let what = "a mutation is not carried out by GET: send it by POST to /graphql";
            return Err(Refusal::new(RefusalCode::MethodNotAllowed, what));
        }
        Some(OperationType::Subscription) => check_one_field(&admitted)?,
        _ => {}
    }
    fanout::begin(fanout, admitted, after).await
}

/// With two fields an id would name a place in one of them, and the other would be skipped or repeated in silence.
fn check_one_field(admitted: &Admitted) -> Result<(), Refusal> {
    if has_one_field(&admitted.document, admitted.raw.operation_name.as_deref()) {
        return Ok(());
    }
    let what = "a stream of events follows one field, because the id of an event is a place in that field: open one stream for each";
    Err(Refusal::new(RefusalCode::BadRequest, what))
}

/// Whether a refusal after the request was read is told by a status, not inside the stream.
fn is_status(code: RefusalCode) -> bool {
    code == RefusalCode::MethodNotAllowed || code.may_succeed_later()
}

/// The place to go on behind, as it came; what is no cursor is refused where cursors are read.
fn last_event_id(headers: &HeaderMap) -> Option<Cursor> {
    let value = headers.get(LAST_EVENT_ID)?;
    // Without a value there was no event yet.
    (!value.is_empty()).then(|| Cursor(String::from_utf8_lossy(value.as_bytes()).into_owned()))
}
