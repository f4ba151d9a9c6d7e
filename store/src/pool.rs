//! The connection pool. Every connection names its application, so an operator sees in the server's own list who is who.

use std::time::Duration;

use sqlx::{
    Connection as _, Postgres, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
};

/// Classes of faults that pass: 08 no connection, 40 a transaction rolled back, 53 no resources, 55 not now, 57 an operator's intervention
/// (shutdown, crash), 58 a fault of the system. Source: the PostgreSQL manual, appendix A, 2026-11.
const AWAY_CLASSES: [&str; 6] = ["08", "40", "53", "55", "57", "58"];
/// A server that takes no writes, as a standby does until it takes over.
const READ_ONLY: &str = "25006";

/// A connection that rested so long is tried before it is given out: the server may have gone and come back meanwhile. To try each one each
/// time would ask the server twice for every statement.
const PINGED_AFTER: Duration = Duration::from_secs(1);

const BEGIN_PLANNED: &str = "begin; set local plan_cache_mode = force_custom_plan";

/// The pool all of store works on.
pub type Pool = sqlx::PgPool;

/// What PostgreSQL says where it refuses or is gone; see [`is_away`].
pub type DatabaseFault = sqlx::Error;

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
        .test_before_acquire(false)
        .before_acquire(|connection, metadata| {
            Box::pin(async move {
                if metadata.idle_for >= PINGED_AFTER {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(connect)
        .await
        .map_err(ConnectFault::Unreachable)
}

/// Begins a transaction whose statements are planned for the tables as they are. What writes, and what is asked before it, goes this way: a
/// kept plan may have fitted when the tables were empty, and would read them whole as they grow. Readers keep their plans: to plan a small
/// statement takes longer than to run it.
///
/// # Errors
/// What PostgreSQL says.
pub async fn begin_planned(pool: &Pool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    pool.begin_with(BEGIN_PLANNED).await
}

/// Whether a fault says that the database is away for a while, so that the same statement may succeed later. Any other fault comes again
/// with the same values.
#[must_use]
pub fn is_away(fault: &sqlx::Error) -> bool {
    match fault {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        // A connection that broke in the middle of a message.
        | sqlx::Error::Protocol(_)
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed => true,
        sqlx::Error::Database(fault) => fault.code().is_some_and(|code| {
            AWAY_CLASSES.iter().any(|class| code.starts_with(class)) || code == READ_ONLY
        }),
        _ => false,
    }
}
