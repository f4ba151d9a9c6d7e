//! Which world the configured markets belong to. A database is claimed by one world and refuses every other, so that a sandbox's
//! data never mixes with real data.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde::Deserialize;
use store::Pool;
use store::world::WorldFault;

use crate::config::markets::{LIVE, MarketsConfig};
use crate::exit::{Exit, Failure};

/// The answers that this executable carries.
pub const FIXTURES: &str = "fixtures";

/// How long a sandbox that is just being started is waited for.
const PATIENCE: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(250);
const TIMEOUT: Duration = Duration::from_secs(3);

/// The world's name for these settings. Where base URLs are set, of markets or of rate sources, the places they lead to are asked whether
/// they are a sandbox.
///
/// # Errors
/// Exit code 3 when such a place does not answer, 2 when some markets are real and other sources are not.
pub async fn identify(config: &MarketsConfig) -> Result<String, Failure> {
    if let Some(world) = &config.world {
        return Ok(world.clone());
    }
    let given = config.given_base_urls();
    if given.is_empty() {
        return Ok(LIVE.to_owned());
    }
    if let Some(real) =
        config.enabled.iter().find(|id| !given.iter().any(|(market, _)| *market == id.as_str()))
    {
        let text = format!(
            "the base URL of {} is set and that of {real} is not, so one world would be mixed of two: set the other too, \
             name the markets to gather in RIBBON_MARKETS, or name the world in RIBBON_WORLD",
            given[0].0
        );
        return Err(Failure::new(Exit::BadInput, text));
    }
    let mut names = BTreeSet::new();
    for origin in given.iter().filter_map(|(_, url)| origin(url)).collect::<BTreeSet<_>>() {
        names.insert(ask(&origin).await?.unwrap_or(origin));
    }
    Ok(names.into_iter().collect::<Vec<_>>().join(", "))
}

/// Claims the database for a world, or compares.
///
/// # Errors
/// Exit code 2 when it holds another world, 3 when the database does not answer.
pub async fn claim(pool: &Pool, identity: &str) -> Result<(), Failure> {
    store::world::claim(pool, identity).await.map_err(|fault| {
        let exit = match &fault {
            WorldFault::Other { .. } => Exit::BadInput,
            WorldFault::Database(_) => Exit::NotNow,
        };
        Failure { exit, cause: fault.into() }
    })
}

/// The name of the sandbox at this origin; `None` when none answers there now.
pub async fn ask_now(origin: &str) -> Option<String> {
    try_ask(origin).await.ok().flatten()
}

#[derive(Debug, Deserialize)]
struct Identity {
    identity: String,
}

/// Asks a place whether it is a sandbox: its name, or `None` for any other place.
async fn ask(origin: &str) -> Result<Option<String>, Failure> {
    let began = Instant::now();
    loop {
        match try_ask(origin).await {
            Ok(name) => return Ok(name),
            Err(fault) if began.elapsed() > PATIENCE => {
                let text = format!(
                    "{origin} does not answer ({fault}), so it cannot be asked which world it is: start it, or name the \
                     world in RIBBON_WORLD"
                );
                return Err(Failure::new(Exit::NotNow, text));
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

async fn try_ask(origin: &str) -> Result<Option<String>, reqwest::Error> {
    let client = reqwest::Client::builder().timeout(TIMEOUT).redirect(reqwest::redirect::Policy::none());
    let client = if is_loopback(origin) { client.no_proxy() } else { client };
    let answer = client.build()?.get(format!("{origin}/control/identity")).send().await?;
    if !answer.status().is_success() {
        return Ok(None);
    }
    // Whatever is no sandbox may answer with anything.
    Ok(answer.json::<Identity>().await.ok().map(|answer| answer.identity))
}

/// Scheme, host and port of a base URL.
fn origin(url: &str) -> Option<String> {
    let url = reqwest::Url::parse(url).ok()?;
    Some(url.origin().ascii_serialization())
}

fn is_loopback(origin: &str) -> bool {
    let url = reqwest::Url::parse(origin).ok();
    let host = url.as_ref().and_then(|url| url.host_str()).unwrap_or_default().to_owned();
    let address: Option<std::net::IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    host == "localhost" || address.is_some_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::roles::UpConfig;
    use crate::config::{Concern, Inputs, load};

    #[tokio::test]
    async fn a_rate_source_elsewhere_makes_no_world_with_real_markets() {
        let environment = [
            ("RIBBON_SANDBOX", "off"),
            ("RIBBON_MARKETS", "getgems"),
            ("RIBBON_TONAPI_BASE_URL", "http://127.0.0.1:1/x"),
        ];
        let inputs = Inputs {
            environment: environment.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            flags: Vec::new(),
            folder: std::env::temp_dir().join("no-such-folder"),
        };
        let config = UpConfig::read(&load(&inputs, &Concern::ALL).unwrap()).unwrap();
        let failure = identify(&config.markets).await.unwrap_err();
        assert_eq!(failure.exit, Exit::BadInput);
        assert!(failure.cause.to_string().contains("of tonapi is set and that of getgems is not"));
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        for (url, expected) in [
            ("http://127.0.0.1:8490/getgems/public-api", "http://127.0.0.1:8490"),
            ("https://proxy.example.org/a/b", "https://proxy.example.org"),
            ("http://[::1]:1/x", "http://[::1]:1"),
        ] {
            assert_eq!(origin(url).as_deref(), Some(expected));
        }
        assert!(
            is_loopback("http://[::1]:1")
                && is_loopback("http://localhost:1")
                && !is_loopback("http://10.0.0.1")
        );
    }
}
