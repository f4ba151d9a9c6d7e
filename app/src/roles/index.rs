//! `ribbon index`: the workers alone; until told to stop, until the picture is complete, from fixtures, or a rebuild.

mod fixtures;

use std::sync::Arc;

use store::{DbClock, Pool};

use crate::answer;
use crate::cli::IndexJob;
use crate::config::Values;
use crate::config::roles::IndexConfig;
use crate::database::{Database, Private};
use crate::exit::{Blame as _, Exit, Failure};
use crate::parts::{picture, serving, signals, sources, state, working, world};
use crate::progress::say;

/// Runs the job.
///
/// # Errors
/// Those of opening the database, of the world, of the job itself.
pub async fn run(values: &Values, job: IndexJob) -> Result<Exit, Failure> {
    let config =
        IndexConfig::read(values).map_err(|fault| Failure { exit: Exit::BadInput, cause: fault.into() })?;
    let database = Database::open_migrated(&config.storage, Private::Any, "index").await?;
    let done = run_beside_health(&config, &database.pool, job).await;
    database.close().await;
    done
}

async fn run_beside_health(config: &IndexConfig, pool: &Pool, job: IndexJob) -> Result<Exit, Failure> {
    let Some(health) = &config.health else { return run_job(config, pool, job).await };
    let serving = serving::bind(health).await?.serve_health(pool.clone(), health);
    say(&format!("Health and metrics at {}/ready and {0}/metrics", serving.base_url()));
    let done = run_job(config, pool, job).await;
    serving.stop().await;
    done
}

async fn run_job(config: &IndexConfig, pool: &Pool, job: IndexJob) -> Result<Exit, Failure> {
    match job {
        IndexJob::Rebuild => {
            state::rebuild(pool).await?;
            answer::line("State and projections are made anew from the log.");
            Ok(Exit::Fine)
        }
        IndexJob::FromFixtures => fixtures::fill(config, pool).await,
        IndexJob::Forever | IndexJob::Once => gather(config, pool, job == IndexJob::Once).await,
    }
}

async fn gather(config: &IndexConfig, pool: &Pool, once: bool) -> Result<Exit, Failure> {
    let stop = signals::stop_token()?;
    let sources = sources::build(&config.markets)?;
    let world = world::identify(&config.markets).await?;
    world::claim(pool, &world).await?;
    state::make_current(pool).await?;
    let clock = Arc::new(DbClock::start(pool.clone()).await.blame(Exit::NotNow)?);
    let notices = working::notices(&config.notices)?;
    let pace = working::pace(&config.markets);
    let working = working::start(pool.clone(), clock, sources, pace, config.evidence, notices);
    answer::line(&format!("Ribbon gathers; world: {world}"));
    stop.run_until_cancelled(picture::watch(working.progress())).await;
    let is_complete = working.progress().iter().all(|market| market.borrow().is_filled());
    if !once {
        stop.cancelled().await;
    }
    working.stop().await;
    if once && is_complete {
        indexer::project::catch_up(pool).await.map_err(|cause| Failure { exit: Exit::NotNow, cause })?;
    }
    Ok(if once && !is_complete { Exit::NotNow } else { Exit::Fine })
}
