//! The registered markets as settings: the one place where the registrations of `adapters` become lines of the table.

use std::sync::OnceLock;

use super::setting::Setting;

/// A registered market.
#[derive(Debug, Clone)]
pub struct Registered {
    /// Its id.
    pub id: &'static str,
    /// Its own settings.
    pub settings: Vec<Setting>,
}

impl Registered {
    /// The setting that names where the market is asked.
    #[must_use]
    pub fn base_url(&self) -> Option<Setting> {
        self.settings.iter().find(|setting| setting.name.ends_with("_BASE_URL")).copied()
    }
}

/// All of them, in the order of registration.
#[must_use]
pub fn all() -> Vec<Registered> {
    Vec::new()
}

/// Their ids.
#[must_use]
pub fn ids() -> &'static [&'static str] {
    static IDS: OnceLock<Vec<&'static str>> = OnceLock::new();
    IDS.get_or_init(|| all().into_iter().map(|market| market.id).collect())
}
