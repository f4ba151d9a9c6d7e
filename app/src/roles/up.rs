//! `ribbon up`: everything in one process, for whoever sits before it.

use std::time::Instant;

use crate::answer;
use crate::config::Values;
use crate::config::roles::UpConfig;
use crate::exit::{Exit, Failure};
use crate::parts::{picture, signals};
use crate::up;

/// Starts everything, shows how far the first picture is, runs until it is told to stop.
///
/// # Errors
/// Those of the start; exit code 3 when the private cluster gives up.
pub async fn run(values: &Values) -> Result<Exit, Failure> {
    let began = Instant::now();
    let config =
        UpConfig::read(values).map_err(|fault| Failure { exit: Exit::BadInput, cause: fault.into() })?;
    let stop = signals::stop_token()?;
    let Some(started) = stop.run_until_cancelled(up::start(config)).await else { return Ok(Exit::Fine) };
    let running = started?;
    let url = running.base_url();
    answer::line(&format!(
        "Ribbon is open after {} ms; world: {}\n  market page  {url}/\n  status page  {url}/status\n  GraphQL      \
         {url}/explorer  (endpoint {url}/graphql)",
        began.elapsed().as_millis(),
        running.world(),
    ));
    let picture = tokio::spawn(picture::watch(running.progress()));
    let lost = tokio::select! {
        () = stop.cancelled() => None,
        reason = running.database_lost() => Some(reason),
    };
    picture.abort();
    running.stop().await;
    match lost {
        None => Ok(Exit::Fine),
        Some(reason) => {
            Err(Failure::new(Exit::NotNow, format!("PostgreSQL is gone and does not come back: {reason}")))
        }
    }
}
