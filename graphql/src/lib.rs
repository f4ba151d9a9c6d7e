#![doc = include_str!("../README.md")]

mod batch;
mod cursor;
mod fanout;
mod http;
mod input;
mod limits;
mod observe;
mod options;
mod query;
mod reading;
mod refusal;
mod scalar;
mod schema;
mod sse;
mod state;
mod subscription;
mod tail;
mod types;
mod ws;

use std::sync::Arc;

use axum::{
    Router,
    http::header,
    response::IntoResponse,
    routing::{any, get},
};
pub use limits::Limits;
pub use options::ApiOptions;
pub use refusal::{LimitBroken, Refusal, RefusalCode};
pub use schema::sdl;
pub use state::{AddressCandidates, ApiParts, ApiState};
use tokio_util::sync::CancellationToken;

/// The routes `/graphql` (POST), `/graphql/ws` (WebSocket), `/graphql/sse` (server-sent events) and `/schema.graphql` (GET). Sockets are
/// closed and streams end when `stop` is cancelled.
pub fn router(state: ApiState, stop: CancellationToken) -> Router {
    let engine = Arc::new(schema::Engine::new(state));
    let fanout = Arc::new(fanout::Fanout::new(Arc::clone(&engine), stop));
    Router::new()
        .route("/graphql", any(http::serve).with_state(engine))
        .route("/graphql/ws", get(ws::serve).with_state(Arc::clone(&fanout)))
        .route("/graphql/sse", any(sse::serve).with_state(fanout))
        .route("/schema.graphql", get(schema_text))
}

async fn schema_text() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], sdl())
}
