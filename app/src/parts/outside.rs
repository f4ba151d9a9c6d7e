//! The built-in sandbox in the place of the outside world: started from the configuration, and put behind every market's settings.

use std::path::{Path, PathBuf};
use std::time::Duration;

use adapters::metadata::METADATA;
use adapters::rates::RATES;
use adapters::{MARKETS, SandboxValue, SettingDoc};
use anyhow::Context as _;
use sandbox::{Access, Identity, Running, SandboxOptions, StartFault};
use tokio_util::sync::CancellationToken;

use crate::config::own::OwnSettings;
use crate::config::sandbox::SandboxConfig;
use crate::exit::{Blame as _, Exit, Failure};

/// Folder of the sandbox's credentials in the data folder.
const FOLDER: &str = "sandbox";
/// How often initData is written anew, before any market calls it too old.
const INIT_DATA_EVERY: Duration = Duration::from_secs(600);

/// Starts the world. `held` is the world of the database: the same one goes on where it stood, and no other takes its place.
///
/// # Errors
/// Exit code 2 for options out of range or a database of another world, 3 for an address that is taken.
pub async fn start(config: &SandboxConfig, speed_x1000: u64, held: Option<&str>) -> Result<Running, Failure> {
    let epoch_us = held.map(|held| epoch_of(config, speed_x1000, held)).transpose()?;
    let options = SandboxOptions {
        seed: config.seed,
        gifts: config.gifts,
        speed_x1000,
        bind: config.listen,
        trading: config.trading,
        epoch_us,
        ..SandboxOptions::default()
    };
    sandbox::start(options).await.map_err(|fault| {
        let (exit, variable) = match &fault {
            StartFault::Gifts { .. } => (Exit::BadInput, "RIBBON_SANDBOX_GIFTS"),
            StartFault::Speed { .. } => (Exit::BadInput, "RIBBON_SPEED"),
            StartFault::NotLoopback { .. } => (Exit::BadInput, "RIBBON_SANDBOX_LISTEN"),
            StartFault::Bind { .. } => (Exit::NotNow, "RIBBON_SANDBOX_LISTEN"),
            StartFault::Epoch { .. } | StartFault::LogicalStep { .. } | StartFault::Make { .. } => {
                (Exit::NotNow, "RIBBON_SANDBOX")
            }
        };
        Failure { exit, cause: anyhow::Error::from(fault).context(variable) }
    })
}

/// When the held world began, if it is the one that is meant.
fn epoch_of(config: &SandboxConfig, speed_x1000: u64, held: &str) -> Result<i64, Failure> {
    let speed = |x1000: u64| domain::decimal::decimal_from_units(i64::try_from(x1000).unwrap_or(i64::MAX), 3);
    let parsed = Identity::parse(held);
    if let Some(held) = parsed {
        let wanted =
            Identity { seed: config.seed, gifts: config.gifts, speed_x1000, epoch_us: held.epoch_us };
        if wanted == held {
            return Ok(held.epoch_us);
        }
    }
    let go_on = parsed.map_or_else(String::new, |Identity { seed, gifts, speed_x1000, .. }| {
        let speed = speed(speed_x1000);
        format!("go on with it by --sandbox-gifts {gifts} --sandbox-seed {seed} --speed {speed}, or ")
    });
    Err(Failure::new(
        Exit::BadInput,
        format!(
            "this database holds the world `{held}`, and this start is for a sandbox of {} gifts with seed {} at speed {}: \
             {go_on}give another --data-dir or DATABASE_URL, or `./dev clean` if the old world is no longer wanted",
            config.gifts,
            config.seed,
            speed(speed_x1000)
        ),
    ))
}

/// The settings with which every market and other source is asked at this sandbox, as variable and text. Credentials that are read
/// from files are written into a folder of their own in the data folder.
///
/// # Errors
/// Exit code 3 when a file cannot be written.
pub fn settings(running: &Running, data_dir: &Path) -> Result<Vec<(&'static str, String)>, Failure> {
    let folder = data_dir.join(FOLDER);
    let mut settings = Vec::new();
    for (id, doc) in documented() {
        let Some(value) = doc.sandbox else { continue };
        let text = match value {
            SandboxValue::BaseUrl(path) => Some(format!("{}{path}", running.base_url())),
            SandboxValue::Word(word) => Some(word.to_owned()),
            SandboxValue::Key => key(id).map(str::to_owned),
            SandboxValue::InitDataFile => {
                let path = init_data_path(&folder, id);
                write_init_data(running, id, &path).blame(Exit::NotNow)?;
                Some(path.display().to_string())
            }
        };
        settings.extend(text.map(|text| (doc.variable, text)));
    }
    Ok(settings)
}

/// Puts the sandbox behind the markets' settings. What was configured for the real markets is taken out: no real credential goes to
/// a sandbox.
///
/// # Errors
/// Those of [`settings`].
pub fn put_behind(running: &Running, data_dir: &Path, own: &mut OwnSettings) -> Result<(), Failure> {
    *own = OwnSettings::default();
    for (variable, text) in settings(running, data_dir)? {
        own.set(variable, text);
    }
    Ok(())
}

/// Writes initData anew until it is told to stop, for markets that sign in with a file.
pub async fn refresh_init_data(running: &Running, data_dir: &Path, stop: CancellationToken) {
    let folder = data_dir.join(FOLDER);
    let files: Vec<&'static str> = documented()
        .filter(|(_, doc)| doc.sandbox == Some(SandboxValue::InitDataFile))
        .map(|(id, _)| id)
        .collect();
    while stop.run_until_cancelled(tokio::time::sleep(INIT_DATA_EVERY)).await.is_some() {
        for id in &files {
            if let Err(fault) = write_init_data(running, id, &init_data_path(&folder, id)) {
                tracing::error!(
                    market = id,
                    error = format!("{fault:#}"),
                    "The sandbox's initData could not be written"
                );
            }
        }
    }
}

fn documented() -> impl Iterator<Item = (&'static str, &'static SettingDoc)> {
    let markets = MARKETS.iter().flat_map(|market| market.settings.iter().map(|doc| (market.id, doc)));
    let rates = RATES.iter().flat_map(|source| source.settings.iter().map(|doc| (source.id, doc)));
    let metadata = METADATA.iter().flat_map(|source| source.settings.iter().map(|doc| (source.id, doc)));
    markets.chain(rates).chain(metadata)
}

fn key(id: &str) -> Option<&'static str> {
    let market = sandbox::MARKETS.iter().find(|market| market.id == id)?;
    match market.access {
        Access::Key(key) => Some(key),
        Access::Open | Access::Bot(_) => None,
    }
}

fn init_data_path(folder: &Path, id: &str) -> PathBuf {
    folder.join(format!("{id}.init-data"))
}

/// Written beside and renamed, so that nobody reads half of it.
fn write_init_data(running: &Running, id: &str, path: &Path) -> anyhow::Result<()> {
    let Some(text) = running.init_data(id, &running.resident(0)) else {
        anyhow::bail!("the sandbox has no initData for {id}");
    };
    let folder = path.parent().context("the file has a folder")?;
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let fresh = path.with_extension("fresh");
    std::fs::write(&fresh, text).with_context(|| format!("cannot write {}", fresh.display()))?;
    std::fs::rename(&fresh, path).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_world_goes_on_or_says_how() {
        let config =
            SandboxConfig { gifts: 2_000, seed: 1, listen: "127.0.0.1:0".parse().unwrap(), trading: true };
        let same = "sandbox seed=1 gifts=2000 speed_x1000=30000 epoch_us=1795261164900315";
        assert_eq!(epoch_of(&config, 30_000, same).unwrap(), 1_795_261_164_900_315);
        let other = epoch_of(&config, 60_500, same).unwrap_err();
        assert_eq!(other.exit, Exit::BadInput);
        let told = other.to_string();
        assert!(
            told.contains("seed 1 at speed 60.5") && told.contains("--sandbox-seed 1 --speed 30,"),
            "{told}"
        );
        let live = epoch_of(&config, 30_000, "live").unwrap_err().to_string();
        assert!(live.contains("holds the world `live`") && !live.contains("go on"), "{live}");
    }
}
