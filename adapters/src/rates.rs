//! The sources of currency rates we know. **To add one: write `src/<id>.rs` with a `REGISTRATION`, and add it below.**

use std::sync::Arc;

use domain::{
    Exchange, Malformed,
    ports::{RatePage, RateSource},
};

use crate::{
    fixtures::Fixture,
    settings::{SettingDoc, Settings, SettingsFault},
    tonapi,
};

/// Everything the product needs to know of a rate source's adapter.
pub struct RateRegistration {
    /// Its id; it is none of a market.
    pub id: &'static str,
    /// The variables it reads, base URL first.
    pub settings: &'static [SettingDoc],
    /// Builds the adapter. Sends nothing.
    pub build: fn(&Settings<'_>) -> Result<Arc<dyn RateSource>, SettingsFault>,
    /// Reads its answers, without network or credentials.
    pub read: fn(&Exchange) -> Result<RatePage, Malformed>,
    /// Its embedded answers.
    pub fixtures: &'static [Fixture],
}

/// Every source of rates.
pub static RATES: &[RateRegistration] = &[tonapi::REGISTRATION];

/// The registration of a source by its id.
#[must_use]
pub fn find(source: &str) -> Option<&'static RateRegistration> {
    RATES.iter().find(|registration| registration.id == source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registration_is_whole() {
        for RateRegistration { id, settings, build: _, read, fixtures } in RATES {
            assert!(find(id).is_some() && crate::registry::find(id).is_none(), "{id}");
            assert!(settings[0].variable.ends_with("_BASE_URL") && settings[0].default.is_some());
            let prefix = format!("RIBBON_{}_", id.to_uppercase());
            for setting in *settings {
                assert!(
                    setting.variable.starts_with(&prefix) && setting.doc.ends_with('.'),
                    "{}",
                    setting.variable
                );
            }
            assert!(!fixtures.is_empty());
            for fixture in *fixtures {
                assert_eq!(fixture.market, *id);
                assert!(read(&fixture.exchange()).is_ok(), "{}", fixture.path());
            }
        }
        assert!(find("nowhere").is_none());
    }
}
