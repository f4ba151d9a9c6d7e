//! Checked values, handed out by type.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::fault::{ConfigFault, Origin};
use super::setting::{Setting, Value};

#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) value: Value,
    pub(super) origin: Origin,
    /// As it was written; `None` for a secret.
    pub(super) text: Option<String>,
}

/// Checked values of the settings of some concerns.
#[derive(Debug, Clone, Default)]
pub struct Values {
    pub(super) held: BTreeMap<&'static str, Held>,
    pub(super) file: Option<PathBuf>,
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
