//! The connection pool. Every connection names its application, so an operator sees in the server's own list who is who.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// The pool all of store works on.
pub type Pool = sqlx::PgPool;

/// How to connect.
#[derive(Debug, Clone)]
pub struct PoolOptions {
    /// `postgres://...`, any server that speaks PostgreSQL 15 or later.
    pub url: String,
    /// Most connections at once.
    pub connections_max: u32,
    /// Shown in the server's list of connections.
    pub application: String,
}

/// Why no connection could be had.
#[derive(Debug, thiserror::Error)]
pub enum ConnectFault {
    /// The URL is not one of a PostgreSQL server.
    #[error("the database URL is not understood ({why}): expected postgres://user@host/database")]
    Url {
        /// The reader's message; it never repeats the URL, which may hold a password.
        why: String,
    },
    /// The server refused or is not there.
    #[error("the database cannot be reached: {0}")]
    Unreachable(#[source] sqlx::Error),
}

/// Connects, waiting at most 10 s for the first connection.
///
/// # Errors
/// [`ConnectFault`].
pub async fn connect(options: &PoolOptions) -> Result<Pool, ConnectFault> {
    let connect = options
        .url
        .parse::<PgConnectOptions>()
        .map_err(|fault| ConnectFault::Url { why: fault.to_string() })?
        .application_name(&options.application);
    PgPoolOptions::new()
        .max_connections(options.connections_max)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .connect_with(connect)
        .await
        .map_err(ConnectFault::Unreachable)
}
