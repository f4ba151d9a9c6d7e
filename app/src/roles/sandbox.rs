//! `ribbon sandbox`: the outside world alone, for whoever wants to gather from it.

use std::sync::Arc;

use crate::answer;
use crate::config::Values;
use crate::config::markets::SPEED;
use crate::config::sandbox::SandboxConfig;
use crate::config::storage;
use crate::exit::{Exit, Failure};
use crate::parts::{outside, signals};

/// Speed factor in thousandths where nothing was said.
const SPEED_X1000: u64 = 30_000;

/// Serves until it is told to stop. Prints the settings with which it is gathered from.
///
/// # Errors
/// Those of the sandbox's start.
pub async fn run(values: &Values) -> Result<Exit, Failure> {
    let stop = signals::stop_token()?;
    let config = SandboxConfig::read(values);
    let speed_x1000 = values.count_given(&SPEED).unwrap_or(SPEED_X1000);
    let data_dir = store::cluster::open_data_dir(&storage::data_dir(values))
        .map_err(|fault| Failure { exit: Exit::BadInput, cause: fault.into() })?;
    let running = Arc::new(outside::start(&config, speed_x1000, None).await?);
    let speed = domain::decimal::decimal_from_units(i64::try_from(speed_x1000).unwrap_or(i64::MAX), 3);
    answer::line(&format!(
        "# {}\n# base URL {}\n# control  {}",
        running.identity(),
        running.base_url(),
        running.control_url()
    ));
    for (variable, text) in outside::settings(&running, &data_dir)? {
        answer::line(&format!("{variable}={text}"));
    }
    answer::line(&format!("RIBBON_SPEED={speed}"));
    let refresh = tokio::spawn({
        let (running, stop) = (running.clone(), stop.clone());
        async move { outside::refresh_init_data(&running, &data_dir, stop).await }
    });
    stop.cancelled().await;
    // The task holds the other handle; without it the sandbox can be stopped as a whole.
    let _ = refresh.await;
    if let Some(running) = Arc::into_inner(running) {
        running.stop().await;
    }
    Ok(Exit::Fine)
}

/// Prints initData of one of the world's people, signed now. No sandbox need run.
///
/// # Errors
/// Exit code 2 for a market whose bot signs nobody in.
pub fn init_data(values: &Values, user: u32, market: &str) -> Result<Exit, Failure> {
    let config = SandboxConfig::read(values);
    let Some(bot) = sandbox::telegram::bot_of(market) else {
        let with_bots = sandbox::MARKETS.iter().map(|market| market.id);
        let with_bots: Vec<&str> = with_bots.filter(|id| sandbox::telegram::bot_of(id).is_some()).collect();
        let why = format!(
            "--market is `{market}`; expected one that signs in by Telegram: {}",
            with_bots.join(", ")
        );
        return Err(Failure::new(Exit::BadInput, why));
    };
    let person = sandbox::telegram::resident(config.seed, config.gifts, user);
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let now_s = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    answer::line(&sandbox::telegram::init_data(&person, bot, now_s));
    Ok(Exit::Fine)
}
