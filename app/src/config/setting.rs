//! What a setting is: a name, a kind of value, a fallback, a meaning. Environment, file, flags, help and documents all
//! read the same description, so they cannot disagree.

pub use super::kind::{Kind, Value};

/// One documented setting.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The environment variable, as in `RIBBON_LISTEN`.
    pub name: &'static str,
    /// What may stand there.
    pub kind: Kind,
    /// What holds when nothing is given.
    pub fallback: Fallback,
    /// The unit of a number, in the plural; empty where there is none.
    pub unit: &'static str,
    /// What it does, in a sentence or two.
    pub meaning: &'static str,
    /// Whether the value is kept out of messages, logs and the command line.
    pub is_secret: bool,
}

/// What holds when a setting is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fallback {
    /// This value, as if it had been written.
    Value(&'static str),
    /// Nothing is set; the text says what happens then.
    Described(&'static str),
}

impl Setting {
    /// The key in `ribbon.toml`: `RIBBON_SANDBOX_GIFTS` is `sandbox_gifts`.
    #[must_use]
    pub fn key(&self) -> String {
        self.name.strip_prefix("RIBBON_").unwrap_or(self.name).to_ascii_lowercase()
    }

    /// The flag without its dashes; `None` for a secret, which the process list would show to everybody.
    #[must_use]
    pub fn flag(&self) -> Option<String> {
        (!self.is_secret).then(|| self.key().replace('_', "-"))
    }

    /// Reads a text as this setting's value; `None` when it does not fit the kind.
    #[must_use]
    pub fn parse(&self, text: &str) -> Option<Value> {
        let value = self.kind.parse(text)?;
        Some(match value {
            Value::Text(text) if self.is_secret => Value::Secret(text.into()),
            other => other,
        })
    }

    /// What holds when nothing is given, for a reader.
    #[must_use]
    pub fn fallback_text(&self) -> &'static str {
        match self.fallback {
            Fallback::Value(text) | Fallback::Described(text) => text,
        }
    }
}
