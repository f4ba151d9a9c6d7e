//! What an adapter must be told before it can ask: variables by name, each documented, each fault naming its variable.

use std::fmt;

use secrecy::SecretString;

/// A variable that a market's adapter reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingDoc {
    /// Name of the variable, as in `RIBBON_GETGEMS_BASE_URL`.
    pub variable: &'static str,
    /// What it is for, its unit and what happens without it, in a few plain sentences.
    pub doc: &'static str,
    /// Value when unset; `None` when there is none.
    pub default: Option<&'static str>,
    /// Never to be printed.
    pub is_secret: bool,
    /// What to set it to when the built-in sandbox stands in for the outside world; `None` leaves it unset.
    pub sandbox: Option<SandboxValue>,
}

/// How a variable is set for the built-in sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SandboxValue {
    /// The sandbox's base URL followed by this path.
    BaseUrl(&'static str),
    /// This word.
    Word(&'static str),
    /// The API key that the sandbox asks for in this market's stead.
    Key,
    /// Path of a file with initData that the sandbox takes for this market; whoever starts the sandbox writes it, and writes it anew
    /// before it is too old.
    InitDataFile,
}

/// Why an adapter could not be built. Never holds a secret's value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsFault {
    /// Required and unset: the market is not configured.
    #[error("{variable} is not set; {mend}")]
    Missing {
        /// The variable.
        variable: &'static str,
        /// What an operator does about it.
        mend: String,
    },
    /// Set to something unusable.
    #[error("{variable} is `{value}`; expected {expected}")]
    Invalid {
        /// The variable.
        variable: &'static str,
        /// The refused value, cut to 120 characters; `(secret)` for a secret.
        value: String,
        /// What would be accepted.
        expected: &'static str,
    },
    /// The HTTP client itself could not be made.
    #[error("the HTTP client could not be made: {why}")]
    Client {
        /// The library's own message.
        why: String,
    },
}

impl SettingsFault {
    /// Whether the market is simply not configured, as against configured wrongly.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing { .. })
    }

    pub(crate) fn invalid(variable: &'static str, value: &str, expected: &'static str) -> Self {
        Self::Invalid { variable, value: value.chars().take(120).collect(), expected }
    }
}

/// The variables as somebody looks them up (environment, file, sandbox wiring), and the speed factor.
pub struct Settings<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    speed_x1000: u64,
}

impl<'a> Settings<'a> {
    /// Settings over a lookup by variable name, at the speed of the real world.
    #[must_use]
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, speed_x1000: 1_000 }
    }

    /// The same, with pauses that an adapter chooses itself divided by this factor (thousandths; 0 counts as 1).
    #[must_use]
    pub fn with_speed(self, speed_x1000: u64) -> Self {
        Self { speed_x1000: speed_x1000.max(1), ..self }
    }

    /// A pause of the real world in this run's time, in milliseconds; at least 1.
    #[must_use]
    pub fn scaled_ms(&self, real_ms: u64) -> u64 {
        (real_ms.saturating_mul(1_000) / self.speed_x1000).max(1)
    }

    /// The value of a documented variable: what is set, else its default. White space around it and an empty value count as unset.
    #[must_use]
    pub fn text(&self, setting: &SettingDoc) -> Option<String> {
        let set = (self.lookup)(setting.variable).map(|value| value.trim().to_owned());
        set.filter(|value| !value.is_empty()).or_else(|| setting.default.map(str::to_owned))
    }

    /// The value of a secret variable.
    #[must_use]
    pub fn secret(&self, setting: &SettingDoc) -> Option<SecretString> {
        self.text(setting).map(SecretString::from)
    }
}

impl fmt::Debug for Settings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("speed_x1000", &self.speed_x1000).finish_non_exhaustive()
    }
}
