//! Gathers what flags, environment and file give, checks it against the table of settings, and hands out typed values.
//!
//! Flags win over the environment, the environment over the file, the file over the defaults. All faults are told at once.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::concern::Concern;
use super::fault::{ConfigFault, ConfigFaults, Origin};
use super::file::{self, Entry};
use super::nearest::nearest;
use super::setting::{Fallback, Setting, Value};

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

#[derive(Debug, Clone)]
struct Held {
    value: Value,
    origin: Origin,
    /// As it was written; `None` for a secret.
    text: Option<String>,
}

/// Checked values of the settings of some concerns.
#[derive(Debug, Clone, Default)]
pub struct Values {
    held: BTreeMap<&'static str, Held>,
    file: Option<PathBuf>,
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

/// Typed access. A setting that was not among the loaded concerns, or is asked for as another kind than its own, is a
/// mistake in this program and panics.
impl Values {
    /// The file that was read, where there was one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Whether somebody gave a value, rather than the default.
    #[must_use]
    pub fn is_given(&self, setting: &Setting) -> bool {
        self.held.get(setting.name).is_some_and(|held| held.origin != Origin::Fallback)
    }

    /// The value as it was written and where; for messages. `None` when nothing holds, or for a secret.
    #[must_use]
    pub fn shown(&self, setting: &Setting) -> Option<(&str, &Origin)> {
        let held = self.held.get(setting.name)?;
        Some((held.text.as_deref()?, &held.origin))
    }

    /// A fault about a value that fits its kind and yet cannot hold.
    #[must_use]
    pub fn refuse(&self, setting: &Setting, expected: String) -> ConfigFault {
        let held = self.held.get(setting.name);
        let text = held.and_then(|held| held.text.as_deref()).unwrap_or_default();
        let origin = held.map_or(&Origin::Fallback, |held| &held.origin);
        ConfigFault::refused(setting, text, origin, expected)
    }

    /// A number, or a factor in thousandths.
    #[must_use]
    pub fn count_given(&self, setting: &Setting) -> Option<u64> {
        self.get(setting).map(|value| match value {
            Value::Count(count) => *count,
            other => mismatch(setting, other),
        })
    }

    /// A number that has a default.
    #[must_use]
    pub fn count(&self, setting: &Setting) -> u64 {
        self.count_given(setting).unwrap_or_else(|| absent(setting))
    }

    /// A switch.
    #[must_use]
    pub fn switch_given(&self, setting: &Setting) -> Option<bool> {
        self.get(setting).map(|value| match value {
            Value::Switch(on) => *on,
            other => mismatch(setting, other),
        })
    }

    /// A switch that has a default.
    #[must_use]
    pub fn switch(&self, setting: &Setting) -> bool {
        self.switch_given(setting).unwrap_or_else(|| absent(setting))
    }

    /// A text.
    #[must_use]
    pub fn text_given(&self, setting: &Setting) -> Option<&str> {
        self.get(setting).map(|value| match value {
            Value::Text(text) => text.as_str(),
            other => mismatch(setting, other),
        })
    }

    /// A text that has a default.
    #[must_use]
    pub fn text(&self, setting: &Setting) -> &str {
        self.text_given(setting).unwrap_or_else(|| absent(setting))
    }

    /// A secret.
    #[must_use]
    pub fn secret_given(&self, setting: &Setting) -> Option<SecretString> {
        self.get(setting).map(|value| match value {
            Value::Secret(secret) => secret.clone(),
            other => mismatch(setting, other),
        })
    }

    /// A path.
    #[must_use]
    pub fn path_given(&self, setting: &Setting) -> Option<PathBuf> {
        self.get(setting).map(|value| match value {
            Value::Path(path) => path.clone(),
            other => mismatch(setting, other),
        })
    }

    /// An address.
    #[must_use]
    pub fn socket_given(&self, setting: &Setting) -> Option<SocketAddr> {
        self.get(setting).map(|value| match value {
            Value::Socket(address) => *address,
            other => mismatch(setting, other),
        })
    }

    /// An address that has a default.
    #[must_use]
    pub fn socket(&self, setting: &Setting) -> SocketAddr {
        self.socket_given(setting).unwrap_or_else(|| absent(setting))
    }

    /// A list.
    #[must_use]
    pub fn list_given(&self, setting: &Setting) -> Option<Vec<String>> {
        self.get(setting).map(|value| match value {
            Value::List(list) => list.clone(),
            other => mismatch(setting, other),
        })
    }

    /// The value of any kind.
    #[must_use]
    pub fn get(&self, setting: &Setting) -> Option<&Value> {
        self.held.get(setting.name).map(|held| &held.value)
    }
}

fn mismatch<T>(setting: &Setting, value: &Value) -> T {
    // The value itself is not shown: it may be a secret in the making.
    panic!("{} is not read as {:?}", setting.name, std::mem::discriminant(value))
}

fn absent<T>(setting: &Setting) -> T {
    panic!("{} has no default or its concern was not loaded", setting.name)
}

#[cfg(test)]
mod tests;
