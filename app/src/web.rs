//! The HTTP server: health, metrics, evidence and log for download, and whatever GraphQL and the pages bring, all behind the
//! same guard. It only reads: nothing here changes the database.

mod evidence;
mod guard;
mod health;
mod log;
pub mod metrics;
mod refusal;
mod server;

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

/// Downloads answered at once, of evidence and of the log each; one more is told to come again.
const DOWNLOADS_MAX: usize = 8;

/// What the handlers share.
#[derive(Debug, Clone)]
struct Shared {
    pool: Pool,
    evidence_downloads: Arc<Semaphore>,
    log_downloads: Arc<Semaphore>,
}

/// Everything that is served, behind the guard. `more` are the routes of GraphQL and the pages.
pub fn router(pool: Pool, config: &HttpConfig, more: Router) -> Router {
    let shared = Shared {
        pool,
        evidence_downloads: Arc::new(Semaphore::new(DOWNLOADS_MAX)),
        log_downloads: Arc::new(Semaphore::new(DOWNLOADS_MAX)),
    };
    let own = Router::new()
        .route("/live", get(health::live))
        .route("/ready", get(health::ready))
        .route("/metrics", get(metrics::render))
        .route("/evidence/{position}", get(evidence::download))
        .route("/log", get(log::download))
        .with_state(shared);
    let routes = own
        .merge(more)
        .fallback(guard::not_found)
        .method_not_allowed_fallback(guard::not_allowed)
        .layer(DefaultBodyLimit::max(config.request_bytes_max))
        .layer(CompressionLayer::new());
    guard::guard(routes, config)
}
