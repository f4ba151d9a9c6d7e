//! `ribbon serve`: the HTTP server alone. It waits for a database that is migrated and claimed by whoever gathers.

use std::sync::Arc;
use std::time::Duration;

use store::{DbClock, Pool};
use tokio_util::sync::CancellationToken;

use crate::answer;
use crate::config::Values;
use crate::config::roles::ServeConfig;
use crate::database::{Database, Private};
use crate::exit::{Exit, Failure};
use crate::parts::{api, serving, signals};
use crate::progress::say;

/// How often a database that is not ready is looked at again.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Serves until it is told to stop.
///
/// # Errors
/// Exit code 3 when the address is taken or the database cannot be reached at the start.
pub async fn run(values: &Values) -> Result<Exit, Failure> {
    let config = ServeConfig::read(values);
    let stop = signals::stop_token()?;
    let bound = serving::bind(&config.http).await?;
    let database = Database::open(&config.storage, Private::Existing, "serve").await?;
    let serving = bound.serve(database.pool.clone(), &config.http);
    answer::line(&format!("Ribbon serves at {}/", serving.base_url()));
    let opened = stop.run_until_cancelled(open(&database.pool, &config, serving.stop_token())).await;
    let failed = match opened {
        Some(Ok(routes)) => {
            serving.open(routes);
            stop.cancelled().await;
            None
        }
        Some(Err(failure)) => Some(failure),
        None => None,
    };
    serving.stop().await;
    database.close().await;
    failed.map_or(Ok(Exit::Fine), Err)
}

/// The routes, as soon as the database is one that they can stand on.
async fn open(pool: &Pool, config: &ServeConfig, stop: CancellationToken) -> Result<axum::Router, Failure> {
    let mut told = String::new();
    loop {
        match try_open(pool, config, stop.clone()).await {
            Ok(Ok(routes)) => return Ok(routes),
            Ok(Err(waits_for)) if told != waits_for => {
                say(&format!("Waiting: {waits_for}"));
                told = waits_for;
            }
            Ok(Err(_)) => {}
            Err(failure) if failure.exit == Exit::NotNow => say(&format!("Waiting: {failure}")),
            Err(failure) => return Err(failure),
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// The routes, or what is waited for.
async fn try_open(
    pool: &Pool,
    config: &ServeConfig,
    stop: CancellationToken,
) -> Result<Result<axum::Router, String>, Failure> {
    let away = |cause: anyhow::Error| Failure { exit: Exit::NotNow, cause };
    let standing = store::migrate::standing(pool).await.map_err(|fault| away(fault.into()))?;
    match standing.is_current() {
        Ok(()) => {}
        Err(fault @ store::migrate::MigrateFault::Pending { .. }) => return Ok(Err(fault.to_string())),
        Err(fault) => return Err(Failure { exit: Exit::BadInput, cause: fault.into() }),
    }
    // Cursors name the log they belong to, and a log has its name from the first start of whoever gathers.
    if store::world::identity(pool).await.map_err(|fault| away(fault.into()))?.is_none() {
        return Ok(Err("nobody has gathered into this database yet; start `ribbon index`".to_owned()));
    }
    let clock = DbClock::start(pool.clone()).await.map_err(|fault| away(fault.into()))?;
    Ok(Ok(api::routes(pool.clone(), Arc::new(clock), &config.graphql, stop).await?))
}
