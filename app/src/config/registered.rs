//! The registered markets and other sources as settings: the one place where the registrations of `adapters` become lines of the
//! table.

use std::sync::OnceLock;

use adapters::metadata::METADATA;
use adapters::rates::RATES;
use adapters::{MARKETS, Registration, SettingDoc};

use super::setting::{Fallback, Kind, Setting};

/// A registered market or other source.
#[derive(Debug, Clone)]
pub struct Registered {
    /// Its id.
    pub id: &'static str,
    /// Its own settings.
    pub settings: Vec<Setting>,
}

impl Registered {
    /// The setting that names where it is asked.
    #[must_use]
    pub fn base_url(&self) -> Option<Setting> {
        self.settings.iter().find(|setting| setting.name.ends_with("_BASE_URL")).copied()
    }
}

/// All markets, in the order of registration.
#[must_use]
pub fn markets() -> Vec<Registered> {
    let market = |registration: &Registration| {
        let settings = registration.settings.iter().map(setting).collect();
        Registered { id: registration.id, settings }
    };
    MARKETS.iter().map(market).collect()
}

/// All sources beside the markets: of rates, then of metadata.
#[must_use]
pub fn others() -> Vec<Registered> {
    let rates = RATES.iter().map(|source| (source.id, source.settings));
    let metadata = METADATA.iter().map(|source| (source.id, source.settings));
    let source = |(id, settings): (&'static str, &'static [SettingDoc])| Registered {
        id,
        settings: settings.iter().map(setting).collect(),
    };
    rates.chain(metadata).map(source).collect()
}

/// The markets' ids.
#[must_use]
pub fn market_ids() -> &'static [&'static str] {
    static IDS: OnceLock<Vec<&'static str>> = OnceLock::new();
    IDS.get_or_init(|| MARKETS.iter().map(|registration| registration.id).collect())
}

/// A variable's ending tells its kind: an address, a file, or text.
fn setting(doc: &SettingDoc) -> Setting {
    let SettingDoc { variable, doc, default, is_secret, sandbox: _ } = *doc;
    let kind = match variable {
        name if name.ends_with("_URL") => Kind::Url,
        name if name.ends_with("_FILE") => Kind::Path,
        _ => Kind::Text,
    };
    let fallback = default.map_or(Fallback::Described("not set"), Fallback::Value);
    Setting { name: variable, kind, fallback, unit: "", meaning: doc, is_secret }
}
