//! Recorded and constructed answers, embedded: tests read them, and a database can be filled from them.
//!
//! What is constructed is never called recorded: the folder decides, and the folder is part of the name.

use domain::{Exchange, MarketId, Origin, RequestRecord};
use serde::Deserialize;

use crate::registry::MARKETS;

/// One embedded answer.
#[derive(Debug, Clone, Copy)]
pub struct Fixture {
    /// The market's id.
    pub market: &'static str,
    /// File name without its ending, as in `nfts-on-sale-usernames`.
    pub name: &'static str,
    /// Recorded or constructed.
    pub origin: Origin,
    /// The body, exactly as in the file.
    pub body: &'static [u8],
    /// The request's description, JSON.
    pub request: &'static str,
}

/// The file beside a fixture that says what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixtureRequest {
    /// HTTP method.
    pub method: String,
    /// Path and query below the base URL.
    pub target: String,
    /// What was sent, where something was.
    #[serde(default)]
    pub body: Option<String>,
    /// When it was recorded, or when the page was built; ISO 8601. The date of the publication where the moment is unknown.
    pub recorded_at: String,
    /// Where it comes from, in a sentence.
    pub source: String,
}

impl Fixture {
    /// What was asked and where the answer comes from.
    ///
    /// # Panics
    /// Never for an embedded fixture: each is read by a test.
    #[must_use]
    pub fn request(&self) -> FixtureRequest {
        serde_json::from_str(self.request).expect("an embedded fixture has a readable request file")
    }

    /// The answer as evidence, at the time it was recorded, labelled by where it comes from.
    ///
    /// # Panics
    /// Never for an embedded fixture: each is read by a test.
    #[must_use]
    pub fn exchange(&self) -> Exchange {
        let FixtureRequest { method, target, body, recorded_at, source: _ } = self.request();
        let at_us = domain::time::us_from_iso(&recorded_at).ok().flatten();
        let at_us = at_us.expect("an embedded fixture has a date");
        Exchange {
            market: MarketId::parse(self.market).expect("a registered market has an id"),
            request: RequestRecord { method, target, body },
            status: 200,
            body: self.body.to_vec(),
            started_at_us: at_us,
            received_at_us: at_us,
            origin: self.origin,
        }
    }

    /// Path of the body below the crate's `fixtures/`.
    #[must_use]
    pub fn path(&self) -> String {
        let folder = if self.origin == Origin::Recorded { "recorded" } else { "constructed" };
        format!("{}/{folder}/{}.json", self.market, self.name)
    }
}

/// Every embedded fixture of every registered market, recorded ones first within each.
pub fn all() -> impl Iterator<Item = &'static Fixture> {
    MARKETS.iter().flat_map(|registration| registration.fixtures)
}

/// Embeds `fixtures/<market>/<folder>/<name>.json` and the request file beside it.
macro_rules! fixture {
    ($market:literal, $folder:literal, $origin:ident, $name:literal) => {
        $crate::fixtures::Fixture {
            market: $market,
            name: $name,
            origin: domain::Origin::$origin,
            body: include_bytes!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/fixtures/",
                $market,
                "/",
                $folder,
                "/",
                $name,
                ".json"
            )),
            request: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/fixtures/",
                $market,
                "/",
                $folder,
                "/",
                $name,
                ".request.json"
            )),
        }
    };
}

/// Embeds a market's fixtures by name.
macro_rules! fixtures {
    ($market:literal, recorded [$($recorded:literal),* $(,)?], constructed [$($constructed:literal),* $(,)?]) => {
        &[
            $($crate::fixtures::fixture!($market, "recorded", Recorded, $recorded),)*
            $($crate::fixtures::fixture!($market, "constructed", Constructed, $constructed),)*
        ]
    };
}

pub(crate) use {fixture, fixtures};

#[cfg(test)]
mod tests;
