//! The markets we know. **To add one: write `src/<id>.rs` with a `REGISTRATION`, and add its line to `with_markets!` below.** The
//! configuration, the help, the checks, the readers, the fixtures and the sandbox wiring learn of it by that line alone.

/// Gives the list of markets to another macro: their modules and their registrations come from the same line.
macro_rules! with_markets {
    ($then:ident) => {
        $then! {
            getgems
            mrkt
            fragment
            tonnel
            portals
            toncenter
        }
    };
}

use std::sync::Arc;

use domain::{MarketInfo, ports::MarketSource};

use crate::{
    fixtures::Fixture,
    reader::Reader,
    settings::{SettingDoc, Settings, SettingsFault},
};

/// Everything the product needs to know of a market's adapter.
pub struct Registration {
    /// The market's id.
    pub id: &'static str,
    /// What is said of it before anything is asked.
    pub info: fn() -> MarketInfo,
    /// The variables it reads, base URL first.
    pub settings: &'static [SettingDoc],
    /// Builds the adapter. Sends nothing.
    pub build: fn(&Settings<'_>) -> Result<Arc<dyn MarketSource>, SettingsFault>,
    /// Reads its answers, without network or credentials.
    pub reader: &'static dyn Reader,
    /// Its embedded answers.
    pub fixtures: &'static [Fixture],
}

impl Registration {
    /// The variable that holds the market's address.
    #[must_use]
    pub fn base_url_setting(&self) -> Option<&'static SettingDoc> {
        self.settings.iter().find(|setting| setting.variable.ends_with("_BASE_URL"))
    }
}

/// The registration of a market by its id.
#[must_use]
pub fn find(market: &str) -> Option<&'static Registration> {
    MARKETS.iter().find(|registration| registration.id == market)
}

macro_rules! register {
    ($($market:ident)*) => {
        /// Every market, in the order in which they are shown.
        pub static MARKETS: &[Registration] = &[$(crate::$market::REGISTRATION),*];
    };
}

with_markets!(register);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registration_is_whole() {
        for registration in MARKETS {
            let Registration { id, info, settings, build: _, reader, fixtures } = registration;
            assert_eq!(info().id.as_str(), *id);
            assert_eq!(reader.market().as_str(), *id);
            assert!(find(id).is_some() && crate::reader(id).is_some());
            assert!(registration.base_url_setting().is_some_and(|setting| setting.default.is_some()));
            assert!(!fixtures.is_empty() && fixtures.iter().all(|fixture| fixture.market == *id));
            let prefix = format!("RIBBON_{}_", id.to_uppercase());
            for setting in *settings {
                assert!(setting.variable.starts_with(&prefix), "{}", setting.variable);
                assert!(setting.doc.ends_with('.'), "{}", setting.variable);
                // What has a default, and what is a credential, is set for the sandbox; a way around something that stands before the
                // real market alone is not.
                let is_needed = setting.default.is_some() || setting.is_secret;
                assert!(setting.sandbox.is_some() || !is_needed, "{}", setting.variable);
            }
        }
        let ids: std::collections::BTreeSet<_> = MARKETS.iter().map(|registration| registration.id).collect();
        assert_eq!(ids.len(), MARKETS.len());
        assert!(find("nowhere").is_none() && crate::reader("nowhere").is_none());
    }
}
