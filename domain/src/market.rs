//! A market's id and what is said of it. Ids are an open set: a new market is a registration, not a change here.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A market's id, 1 to 24 lower-case ASCII letters and digits, as in `getgems`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MarketId(String);

/// Why a market id was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a market id: expected 1 to 24 lower-case letters and digits, as in `getgems`")]
pub struct MarketIdFault {
    /// The refused text, cut to 40 characters.
    pub text: String,
}

impl MarketId {
    /// Reads an id.
    ///
    /// # Errors
    /// [`MarketIdFault`] when the text cannot be one.
    pub fn parse(text: &str) -> Result<Self, MarketIdFault> {
        let fits = (1..=24).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if fits {
            Ok(Self(text.into()))
        } else {
            Err(MarketIdFault { text: text.chars().take(40).collect() })
        }
    }

    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for MarketId {
    type Error = MarketIdFault;

    fn try_from(text: String) -> Result<Self, MarketIdFault> {
        Self::parse(&text)
    }
}

impl From<MarketId> for String {
    fn from(id: MarketId) -> Self {
        id.0
    }
}

impl fmt::Display for MarketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How many requests a market allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestBudget {
    /// Requests allowed in one window.
    pub requests: u32,
    /// Length of the window in milliseconds.
    pub window_ms: u64,
    /// Least time between two requests in milliseconds.
    pub spacing_ms: u64,
}

/// What a source is to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SourceKind {
    /// A place to buy on.
    Market,
    /// A witness of what stands on TON. It shows the listings of others and sells nothing itself.
    Chain,
}

/// What is said of a market before anything is asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarketInfo {
    /// The id.
    pub id: MarketId,
    /// The name people know, as in `GetGems`.
    pub name: &'static str,
    /// Whether it is a place to buy on.
    pub kind: SourceKind,
    /// Its site, for a reader.
    pub site_url: &'static str,
    /// What we gather from it, one plain sentence each.
    pub covers: &'static [&'static str],
    /// What exists there and is *not* gathered, one plain sentence each.
    pub not_covered: &'static [&'static str],
    /// Hosts of the pictures that it refers to: a page shows pictures from these and from nowhere else.
    pub image_hosts: &'static [&'static str],
    /// The documented limits, before any speed factor.
    pub budget: RequestBudget,
    /// Least time between two polls of the feed in milliseconds, before any speed factor.
    pub feed_interval_ms: u64,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_id_is_its_own_text(text in "\\PC{0,30}|[a-z0-9]{1,26}") {
            if let Ok(id) = MarketId::parse(&text) {
                prop_assert_eq!(id.as_str(), text);
            }
        }
    }
}
