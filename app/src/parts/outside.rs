//! The built-in sandbox in the place of the outside world: started from the configuration, and put behind every market's settings.

use std::path::{Path, PathBuf};
use std::time::Duration;

use adapters::rates::RATES;
use adapters::{MARKETS, SandboxValue, SettingDoc};
use anyhow::Context as _;
use sandbox::{Access, Identity, Running, SandboxOptions};
use tokio_util::sync::CancellationToken;

use crate::config::own::OwnSettings;
use crate::config::sandbox::SandboxConfig;
use crate::exit::{Blame as _, Exit, Failure};

/// Folder of the sandbox's credentials in the data folder.
const FOLDER: &str = "sandbox";
/// How often initData is written anew, before any market calls it too old.
const INIT_DATA_EVERY: Duration = Duration::from_secs(600);

/// Starts the world. `held` is the world of the database: the same one goes on where it stood.
///
/// # Errors
/// Exit code 2 for options out of range, 3 for an address that is taken.
pub async fn start(config: &SandboxConfig, speed_x1000: u64, held: Option<&str>) -> Result<Running, Failure> {
    let options = SandboxOptions {
        seed: config.seed,
        gifts: config.gifts,
        speed_x1000,
        bind: config.listen,
        trading: config.trading,
        epoch_us: held.and_then(Identity::parse).and_then(|held| epoch_of(config, speed_x1000, &held)),
        ..SandboxOptions::default()
    };
    sandbox::start(options).await.map_err(|fault| {
        let exit = match &fault {
            sandbox::StartFault::Bind { .. } | sandbox::StartFault::Make { .. } => Exit::NotNow,
            _ => Exit::BadInput,
        };
        let cause = anyhow::Error::from(fault).context("RIBBON_SANDBOX_LISTEN, _GIFTS and RIBBON_SPEED");
        Failure { exit, cause }
    })
}

/// When the held world began, if it is the one that is meant.
fn epoch_of(config: &SandboxConfig, speed_x1000: u64, held: &Identity) -> Option<i64> {
    let wanted = Identity { seed: config.seed, gifts: config.gifts, speed_x1000, epoch_us: held.epoch_us };
    (wanted == *held).then_some(held.epoch_us)
}

/// The settings with which every market and rate source is asked at this sandbox, as variable and text. Credentials that are read
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
    markets.chain(rates)
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
