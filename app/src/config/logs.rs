//! What is logged, and how.

use super::setting::{Fallback, Kind, Setting};
use super::values::Values;

/// The filter.
pub const LOG: Setting = Setting {
    name: "RIBBON_LOG",
    kind: Kind::LogFilter,
    fallback: Fallback::Value("info,sqlx=warn"),
    unit: "",
    meaning: "What is logged to standard error: levels error, warn, info, debug, trace, for all or by module.",
    is_secret: false,
};

/// The form.
pub const LOG_FORMAT: Setting = Setting {
    name: "RIBBON_LOG_FORMAT",
    kind: Kind::Choice(&["text", "json"]),
    fallback: Fallback::Value("text"),
    unit: "",
    meaning: "Lines for people, or one JSON object per line.",
    is_secret: false,
};

/// The log.
#[derive(Debug, Clone)]
pub struct LogConfig {
    /// The filter, known to be readable.
    pub filter: String,
    /// Whether lines are JSON.
    pub json: bool,
}

impl LogConfig {
    /// The settings of this struct.
    pub const SETTINGS: [Setting; 2] = [LOG, LOG_FORMAT];

    /// Reads checked values.
    #[must_use]
    pub fn read(values: &Values) -> Self {
        Self { filter: values.text(&LOG).to_owned(), json: values.text(&LOG_FORMAT) == "json" }
    }
}
