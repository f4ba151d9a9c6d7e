//! Gathers what flags, environment and file give, and checks it against the table of settings.
//!
//! Flags win over the environment, the environment over the file, the file over the defaults. All faults are told at once.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::concern::Concern;
use super::fault::{ConfigFault, ConfigFaults, Origin};
use super::file::{self, Entry};
use super::nearest::nearest;
use super::setting::{Fallback, Setting};
use super::values::{Held, Values};

/// The file read when `RIBBON_CONFIG` is not set and the file is there.
pub const FILE_DEFAULT: &str = "ribbon.toml";

/// Variables that begin so belong to the project's own scripts, tests and builds, and are no settings.
const FOREIGN_PREFIXES: [&str; 4] = ["RIBBON_DEV_", "RIBBON_TEST_", "RIBBON_SQL_", "RIBBON_LONG_"];

/// What a start was given, before any of it is judged.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// Environment variables.
    pub environment: Vec<(OsString, OsString)>,
    /// Flags, as the setting's name and the text given.
    pub flags: Vec<(String, String)>,
    /// Where `ribbon.toml` is looked for.
    pub folder: PathBuf,
}

impl Inputs {
    /// The environment and the working folder of this process.
    #[must_use]
    pub fn of_process(flags: Vec<(String, String)>) -> Self {
        let folder = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        Self { environment: std::env::vars_os().collect(), flags, folder }
    }
}

struct Given {
    text: Option<String>,
    origin: Origin,
}

/// Reads the settings of `concerns`. Names are checked over everything given, values only where a concern needs them.
///
/// # Errors
/// [`ConfigFaults`] with every fault found.
pub fn load(inputs: &Inputs, concerns: &[Concern]) -> Result<Values, ConfigFaults> {
    let known: Vec<Setting> = Concern::ALL.into_iter().flat_map(Concern::settings).collect();
    let mut faults = Vec::new();
    let environment = read_environment(inputs, &known, &mut faults);
    let flags: BTreeMap<&str, &str> = inputs.flags.iter().map(|(name, text)| (&**name, &**text)).collect();
    let path = file_path(inputs, &environment, &flags);
    let entries = match path.as_deref().map(file::read).transpose() {
        Ok(entries) => entries.unwrap_or_default(),
        Err(fault) => {
            faults.push(fault);
            Vec::new()
        }
    };
    let from_file = match path.as_deref() {
        Some(path) => settle_file(path, &entries, &known, &mut faults),
        None => BTreeMap::new(),
    };

    let mut held = BTreeMap::new();
    for setting in concerns.iter().flat_map(|concern| concern.settings()) {
        let flag = flags.get(setting.name).map(|text| Given {
            text: Some((*text).to_owned()),
            origin: Origin::Flag { flag: setting.flag().unwrap_or_default() },
        });
        let variable = || {
            let text = environment.get(setting.name)?.clone();
            Some(Given { text: Some(text), origin: Origin::Environment })
        };
        let entry = || {
            let entry = from_file.get(setting.name)?;
            let path = path.clone().unwrap_or_default();
            Some(Given { text: entry.text.clone(), origin: Origin::File { path, key: entry.path.clone() } })
        };
        let fallback = || match setting.fallback {
            Fallback::Value(text) => Some(Given { text: Some(text.into()), origin: Origin::Fallback }),
            Fallback::Described(_) => None,
        };
        let Some(given) = flag.or_else(variable).or_else(entry).or_else(fallback) else { continue };
        let text = given.text.unwrap_or_default();
        match setting.parse(&text) {
            Some(value) => {
                let text = (!setting.is_secret).then_some(text);
                held.insert(setting.name, Held { value, origin: given.origin, text });
            }
            None => faults.push(ConfigFault::invalid(&setting, &text, &given.origin)),
        }
    }
    if faults.is_empty() { Ok(Values { held, file: path }) } else { Err(ConfigFaults(faults)) }
}

/// The given variables of ours. One set to nothing counts as not set, as shells and compose files write it.
fn read_environment(
    inputs: &Inputs,
    known: &[Setting],
    faults: &mut Vec<ConfigFault>,
) -> BTreeMap<&'static str, String> {
    let mut found = BTreeMap::new();
    for (name, value) in &inputs.environment {
        let name = name.to_string_lossy();
        let Some(setting) = known.iter().find(|setting| setting.name == name) else {
            if name.starts_with("RIBBON_") && !FOREIGN_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
            {
                // Compared without the common prefix, which would make any two short names look alike.
                let bare = |name: &str| name.trim_start_matches("RIBBON_").to_owned();
                let names: Vec<String> = known.iter().map(|setting| bare(setting.name)).collect();
                let near = nearest(&bare(&name), names.iter().map(String::as_str));
                let near = near.and_then(|near| known.iter().find(|setting| bare(setting.name) == near));
                faults.push(ConfigFault::Unknown {
                    name: name.chars().take(80).collect(),
                    origin: Origin::Environment,
                    nearest: near.map(|setting| setting.name.into()),
                });
            }
            continue;
        };
        match value.to_str() {
            Some("") => {}
            Some(text) => drop(found.insert(setting.name, text.to_owned())),
            None => faults.push(ConfigFault::refused(
                setting,
                &value.to_string_lossy(),
                &Origin::Environment,
                format!("UTF-8 text: {}", setting.kind.expected()),
            )),
        }
    }
    found
}

fn file_path(
    inputs: &Inputs,
    environment: &BTreeMap<&'static str, String>,
    flags: &BTreeMap<&str, &str>,
) -> Option<PathBuf> {
    let name = super::FILE.name;
    let named = flags.get(name).map(|text| (*text).to_owned()).or_else(|| environment.get(name).cloned());
    match named {
        Some(path) => Some(inputs.folder.join(path)),
        None => Some(inputs.folder.join(FILE_DEFAULT)).filter(|path| path.is_file()),
    }
}

fn settle_file<'a>(
    path: &Path,
    entries: &'a [Entry],
    known: &[Setting],
    faults: &mut Vec<ConfigFault>,
) -> BTreeMap<&'static str, &'a Entry> {
    let keys: Vec<String> = known.iter().map(Setting::key).collect();
    let mut settled: BTreeMap<&'static str, &Entry> = BTreeMap::new();
    let mut told = BTreeSet::new();
    for entry in entries {
        let is_key = |setting: &&Setting| setting.key() == entry.key && setting.name != super::FILE.name;
        let Some(setting) = known.iter().find(is_key) else {
            let near = nearest(&entry.key, keys.iter().map(String::as_str));
            faults.push(ConfigFault::Unknown {
                name: entry.key.chars().take(80).collect(),
                origin: Origin::File { path: path.to_owned(), key: entry.path.clone() },
                nearest: near.map(str::to_owned),
            });
            continue;
        };
        if let Some(first) = settled.insert(setting.name, entry)
            && told.insert(setting.name)
        {
            faults.push(ConfigFault::Twice {
                name: setting.name.into(),
                path: path.to_owned(),
                first: first.path.clone(),
                second: entry.path.clone(),
            });
        }
    }
    settled
}

#[cfg(test)]
mod tests;
