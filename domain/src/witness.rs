//! What a source's word is worth where several speak of one thing, as a rule that never depends on configuration: a log folded
//! anywhere gives the same state.
//!
//! A *witness* is a source that speaks of a listing or a sale. The better one leads, the others stand beside it and are never averaged:
//! a reader of the chain over the market whose listing it is, that market over another one that shows it too, and any word over an
//! inference (that a completed scan did not show something).

use serde::{Deserialize, Serialize};

use crate::market::MarketId;

/// Sources that read TON. What a sale contract or an item says there is what a buyer gets, whatever a page says.
const CHAIN: [&str; 2] = ["tonapi", "toncenter"];

/// Markets that show and tell what happened through other markets' contracts too. GetGems' pages and history are about items on TON:
/// also of those that are for sale, or were sold, through Telegram's own item contract, whose market is Fragment.
const SHOWS_OTHERS: [&str; 1] = ["getgems"];

/// Every source that reads TON.
#[must_use]
pub fn chain_sources() -> Vec<String> {
    CHAIN.map(str::to_owned).to_vec()
}

/// Every source whose lots may be another market's listings.
#[must_use]
pub fn tellers_of_others() -> Vec<String> {
    CHAIN.into_iter().chain(SHOWS_OTHERS).map(str::to_owned).collect()
}

/// A witness's standing towards one market's listing or sale; a higher one leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Another market that shows it too.
    Other,
    /// The market whose it is.
    Owner,
    /// A reader of the chain.
    Chain,
}

impl Standing {
    /// How `source` stands to what is `owner`'s.
    #[must_use]
    pub fn of(source: &MarketId, owner: &MarketId) -> Self {
        if reads_chain(source) {
            Self::Chain
        } else if source == owner {
            Self::Owner
        } else {
            Self::Other
        }
    }
}

/// Whether a source reads TON rather than a market's pages.
#[must_use]
pub fn reads_chain(source: &MarketId) -> bool {
    CHAIN.contains(&source.as_str())
}

/// Whether a source tells of other markets' listings and sales beside its own, or has none of its own.
#[must_use]
pub fn tells_of_others(source: &MarketId) -> bool {
    reads_chain(source) || SHOWS_OTHERS.contains(&source.as_str())
}

/// The market to which a thing belongs that several sources tell of: the one that the best witness names, else the one whose own
/// history is among them, else the best witness itself. `told` gives each source with the market it names.
#[must_use]
pub fn owner<'a>(told: impl Iterator<Item = (&'a MarketId, Option<&'a MarketId>)>) -> Option<&'a MarketId> {
    let rank = |source: &MarketId, named: Option<&MarketId>| match named {
        Some(_) if reads_chain(source) => 4,
        Some(_) => 3,
        None if !tells_of_others(source) => 2,
        None if !reads_chain(source) => 1,
        None => 0,
    };
    // Among equals the smaller id, so that the order in which they are given does not matter.
    told.max_by(|a, b| rank(a.0, a.1).cmp(&rank(b.0, b.1)).then_with(|| b.cmp(a)))
        .map(|(source, named)| named.unwrap_or(source))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn market(id: &str) -> MarketId {
        MarketId::parse(id).unwrap()
    }

    #[test]
    fn chain_over_owner_over_another() {
        let fragment = market("fragment");
        let standing = |source: &str| Standing::of(&market(source), &fragment);
        assert!(standing("tonapi") > standing("fragment"));
        assert!(standing("fragment") > standing("getgems"));
        assert_eq!(standing("getgems"), standing("mrkt"));
    }

    #[test]
    fn a_thing_belongs_to_whom_the_best_witness_names() {
        for (told, is) in [
            (vec![("getgems", None)], "getgems"),
            (vec![("getgems", None), ("fragment", None)], "fragment"),
            (vec![("tonapi", None), ("getgems", None)], "getgems"),
            (vec![("tonapi", Some("fragment")), ("getgems", None)], "fragment"),
            (vec![("tonapi", None), ("toncenter", None)], "tonapi"),
            (vec![("tonapi", Some("fragment")), ("getgems", Some("getgems"))], "fragment"),
        ] {
            let told: Vec<_> =
                told.into_iter().map(|(source, named)| (market(source), named.map(market))).collect();
            let forwards = told.iter().map(|(source, named)| (source, named.as_ref()));
            let backwards = told.iter().rev().map(|(source, named)| (source, named.as_ref()));
            assert_eq!(owner(forwards), Some(&market(is)), "{told:?}");
            assert_eq!(owner(backwards), Some(&market(is)), "{told:?}");
        }
    }
}
