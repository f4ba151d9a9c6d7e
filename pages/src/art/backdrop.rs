//! The real backdrops' colors, see `data/README.md`.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::{Deserialize, Serialize};

/// All backdrops as JSON: name to colors.
pub const BACKDROPS_JSON: &str = include_str!("../../data/backdrops.json");

static BACKDROPS: LazyLock<BTreeMap<String, Backdrop>> =
    LazyLock::new(|| serde_json::from_str(BACKDROPS_JSON).expect("a test reads the committed backdrops"));

/// A backdrop's colors as `#rrggbb`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backdrop {
    /// In the middle.
    pub center: String,
    /// At the edge.
    pub edge: String,
    /// Of the symbols.
    pub pattern: String,
    /// Of text.
    pub text: String,
}

/// The colors of a backdrop, in any case; `None` for one we have no colors of.
#[must_use]
pub fn backdrop(name: &str) -> Option<&'static Backdrop> {
    BACKDROPS.get(name).or_else(|| {
        BACKDROPS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, found)| found)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_eighty_are_read() {
        assert_eq!(BACKDROPS.len(), 80);
        assert_eq!(backdrop("pine green").map(|b| b.center.as_str()), Some("#6ba97c"));
        assert_eq!(backdrop("No Such"), None);
    }
}
