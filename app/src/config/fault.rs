//! Everything that can be wrong with the configuration. Each message names the variable, where its value came from, the
//! value unless it is a secret, and what is expected.

use std::fmt;
use std::path::PathBuf;

use super::setting::Setting;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Nobody gave it.
    Fallback,
    /// The configuration file.
    File {
        /// The file.
        path: PathBuf,
        /// The key as it stands there, tables joined by points.
        key: String,
    },
    /// The environment variable of the setting's name.
    Environment,
    /// A flag of the command line.
    Flag {
        /// The flag without its dashes.
        flag: String,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fallback => f.write_str("the default"),
            Self::File { path, key } => write!(f, "`{key}` in {}", path.display()),
            Self::Environment => f.write_str("the environment"),
            Self::Flag { flag } => write!(f, "--{flag}"),
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigFault {
    /// The value does not fit.
    #[error("{name} {shown}: expected {expected}")]
    Invalid {
        /// The variable.
        name: String,
        /// Value and origin, for a reader; a secret's value is not in it.
        shown: String,
        /// What is expected.
        expected: String,
    },
    /// No setting has this name.
    #[error("{name} ({origin}) is no setting of ribbon{}; `ribbon config` lists them all", hint(nearest))]
    Unknown {
        /// The name as it was given.
        name: String,
        /// Where.
        origin: Origin,
        /// The nearest known name.
        nearest: Option<String>,
    },
    /// A setting that this role cannot do without.
    #[error("{name} is not set, and {why}: expected {expected}")]
    Missing {
        /// The variable.
        name: &'static str,
        /// Why it is needed.
        why: String,
        /// What is expected.
        expected: String,
    },
    /// Two settings that cannot both hold.
    #[error("{why}")]
    Conflict {
        /// Which ones, why, and what to do.
        why: String,
    },
    /// The same setting stands twice in the file.
    #[error("{name} stands twice in {}: as `{first}` and as `{second}`", path.display())]
    Twice {
        /// The variable.
        name: String,
        /// The file.
        path: PathBuf,
        /// One key.
        first: String,
        /// The other.
        second: String,
    },
    /// The file cannot be read.
    #[error("RIBBON_CONFIG names {}, which cannot be read ({why}): expected a TOML file of at most 1 MB", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's or the reader's word.
        why: String,
    },
    /// The file is no TOML.
    #[error("{} is no TOML: {why}", path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// The reader's word, with line and column.
        why: String,
    },
}

fn hint(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|name| format!(" (did you mean {name}?)")).unwrap_or_default()
}

impl ConfigFault {
    /// A value that does not fit its setting.
    #[must_use]
    pub fn invalid(setting: &Setting, text: &str, origin: &Origin) -> Self {
        Self::refused(setting, text, origin, setting.kind.expected())
    }

    /// The same with another word for what is expected.
    #[must_use]
    pub fn refused(setting: &Setting, text: &str, origin: &Origin, expected: String) -> Self {
        let shown = if setting.is_secret {
            format!("(from {origin}; its value is not shown)")
        } else {
            let cut: String = text.chars().take(80).flat_map(char::escape_debug).collect();
            format!("is `{cut}` (from {origin})")
        };
        Self::Invalid { name: setting.name.into(), shown, expected }
    }
}

/// All that is wrong, told at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFaults(pub Vec<ConfigFault>);

impl std::error::Error for ConfigFaults {}

impl From<ConfigFault> for ConfigFaults {
    fn from(fault: ConfigFault) -> Self {
        Self(vec![fault])
    }
}

impl fmt::Display for ConfigFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration is not usable:")?;
        for fault in &self.0 {
            write!(f, "\n  {fault}")?;
        }
        Ok(())
    }
}
