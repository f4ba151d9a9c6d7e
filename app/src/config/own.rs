//! What the markets' and other sources' own settings say, by variable. Nothing of it is printed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};

use super::setting::{Setting, Value};
use super::values::Values;

/// Values by variable, each as text.
#[derive(Clone, Default)]
pub struct OwnSettings {
    values: BTreeMap<&'static str, SecretString>,
    given: BTreeSet<&'static str>,
}

impl fmt::Debug for OwnSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

impl OwnSettings {
    /// The values of these settings, defaults included.
    #[must_use]
    pub fn read<'a>(values: &Values, settings: impl IntoIterator<Item = &'a Setting>) -> Self {
        let mut own = Self::default();
        for setting in settings {
            let Some(value) = values.get(setting) else { continue };
            own.values.insert(setting.name, text(value).into());
            if values.is_given(setting) {
                own.given.insert(setting.name);
            }
        }
        own
    }

    /// The value of a variable, its default included.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|text| text.expose_secret())
    }

    /// The value of a variable that somebody gave.
    #[must_use]
    pub fn given(&self, name: &str) -> Option<&str> {
        self.given.contains(name).then(|| self.get(name)).flatten()
    }

    /// Puts a value in the place of another.
    pub fn set(&mut self, name: &'static str, text: String) {
        self.values.insert(name, text.into());
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Secret(secret) => secret.expose_secret().to_owned(),
        Value::Path(path) => path.to_string_lossy().into_owned(),
        Value::Socket(address) => address.to_string(),
        Value::Switch(on) => on.to_string(),
        Value::Count(count) => count.to_string(),
        Value::List(list) => list.join(","),
    }
}
