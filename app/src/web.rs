//! The HTTP server: health, metrics, evidence and log for download, and whatever GraphQL and the pages bring, all behind the
//! same guard. It only reads: nothing here changes the database.

mod download;
mod evidence;
mod guard;
mod health;
mod log;
pub mod metrics;
mod refusal;
mod server;
mod slot;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use store::Pool;
use tokio::sync::Semaphore;
use tower_http::compression::CompressionLayer;

use crate::config::http::HttpConfig;

pub use refusal::Refusal;
pub use server::Server;
pub use slot::Slot;

/// Downloads answered at once, of evidence and of the log each; one more is told to come again.
const DOWNLOADS_MAX: usize = 8;

/// What the handlers share.
#[derive(Debug, Clone)]
struct Shared {
    pool: Pool,
    evidence_downloads: Arc<Semaphore>,
    log_downloads: Arc<Semaphore>,
    /// Whether more routes are to come than those that are served now.
    is_starting: bool,
}

impl Shared {
    fn new(pool: Pool, is_starting: bool) -> Self {
        Self {
            pool,
            is_starting,
            evidence_downloads: Arc::new(Semaphore::new(DOWNLOADS_MAX)),
            log_downloads: Arc::new(Semaphore::new(DOWNLOADS_MAX)),
        }
    }
}

/// What is served while the rest is being started: health and metrics, and for everything else the advice to come again.
pub fn waiting(pool: Pool, config: &HttpConfig) -> Router {
    let routes = health().with_state(Shared::new(pool, true)).fallback(guard::starting);
    guard::guard(routes, config)
}

/// Health and metrics, and never more.
pub fn health_alone(pool: Pool, config: &HttpConfig) -> Router {
    guard::guard(health().with_state(Shared::new(pool, false)), config)
}

/// Everything that is served, behind the guard. `more` are the routes of GraphQL and the pages; what nobody knows is theirs to answer.
pub fn router(pool: Pool, config: &HttpConfig, more: Router) -> Router {
    let own = health()
        .route("/evidence/{position}", get(evidence::download))
        .route("/log", get(log::download))
        .with_state(Shared::new(pool, false));
    let routes = own
        .merge(more)
        .method_not_allowed_fallback(guard::not_allowed)
        .layer(DefaultBodyLimit::max(config.request_bytes_max))
        .layer(CompressionLayer::new());
    guard::guard(routes, config)
}

fn health() -> Router<Shared> {
    Router::new()
        .route("/live", get(health::live))
        .route("/ready", get(health::ready))
        .route("/metrics", get(metrics::render))
}

#[cfg(test)]
mod tests;
