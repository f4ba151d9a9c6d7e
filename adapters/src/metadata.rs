//! The sources of the metadata of single gifts. **To add one: write `src/<id>.rs` with a `REGISTRATION`, and add it below.**

use std::sync::Arc;

use domain::{
    Exchange, Malformed, RequestRecord,
    ports::{MetadataPage, MetadataSource},
};

use crate::{
    fixtures::Fixture,
    nftfragment,
    settings::{SettingDoc, Settings, SettingsFault},
};

/// Everything the product needs to know of such a source's adapter.
pub struct MetadataRegistration {
    /// Its id; it is none of a market or a rate source.
    pub id: &'static str,
    /// The variables it reads, base URL first.
    pub settings: &'static [SettingDoc],
    /// Builds the adapter. Sends nothing.
    pub build: fn(&Settings<'_>) -> Result<Arc<dyn MetadataSource>, SettingsFault>,
    /// Reads its answers, without network or credentials.
    pub read: fn(&Exchange) -> Result<MetadataPage, Malformed>,
    /// What was probably asked when this body was the answer; `None` when its shape is none we know.
    pub guess: fn(&[u8]) -> Option<RequestRecord>,
    /// Its embedded answers.
    pub fixtures: &'static [Fixture],
}

/// Every source of metadata, the one that is asked first.
pub static METADATA: &[MetadataRegistration] = &[nftfragment::REGISTRATION];

/// The registration of a source by its id.
#[must_use]
pub fn find(source: &str) -> Option<&'static MetadataRegistration> {
    METADATA.iter().find(|registration| registration.id == source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registration_is_whole() {
        for MetadataRegistration { id, settings, build: _, read, guess, fixtures } in METADATA {
            assert!(find(id).is_some());
            assert!(crate::registry::find(id).is_none() && crate::rates::find(id).is_none(), "{id}");
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
                assert!(guess(fixture.body).is_some(), "{}", fixture.path());
            }
        }
        assert!(find("nowhere").is_none());
    }
}
