//! Collections of gifts whose address is known, by address.
//!
//! GetGems names a collection in the plural ("Hex Pots"), and a plural cannot be turned back into a slug by rule; its address can be
//! looked up. Source: public collections of addresses, 43 of 79 confirmed by a second one, checked 2026-11-20. A collection that is
//! not here is learned from the name of one of its gifts.

use std::{collections::HashMap, sync::LazyLock};

use chain::Address;
use domain::CollectionSlug;

/// One line per collection: slug, friendly address, title.
const TABLE: &str = include_str!("collections.txt");

/// A known collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) slug: CollectionSlug,
    pub(crate) title: String,
}

static BY_ADDRESS: LazyLock<HashMap<Address, Known>> = LazyLock::new(|| {
    let rows = TABLE.lines().filter_map(|line| {
        let (slug, rest) = line.split_once(' ')?;
        let (address, title) = rest.split_once(' ')?;
        let slug = CollectionSlug::from_title(slug).ok()?;
        Some((address.parse().ok()?, Known { slug, title: crate::text::tidy(title)? }))
    });
    rows.collect()
});

/// The collection at this address.
pub(crate) fn at(address: &Address) -> Option<&'static Known> {
    BY_ADDRESS.get(address)
}

/// Every collection of the table, by its slug.
pub(crate) fn all() -> impl Iterator<Item = (&'static Address, &'static Known)> {
    static SORTED: LazyLock<Vec<(&Address, &Known)>> = LazyLock::new(|| {
        let mut all: Vec<_> = BY_ADDRESS.iter().collect();
        all.sort_by(|(_, a), (_, b)| a.slug.cmp(&b.slug));
        all
    });
    SORTED.iter().copied()
}

/// The address of the collection with this slug.
pub(crate) fn address_of(slug: &CollectionSlug) -> Option<&'static Address> {
    static BY_SLUG: LazyLock<HashMap<&CollectionSlug, &Address>> =
        LazyLock::new(|| BY_ADDRESS.iter().map(|(address, known)| (&known.slug, address)).collect());
    BY_SLUG.get(slug).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        assert_eq!(BY_ADDRESS.len(), TABLE.lines().count());
        for known in BY_ADDRESS.values() {
            assert_eq!(CollectionSlug::from_title(&known.title).as_ref(), Ok(&known.slug));
        }
        let durov = "EQD9ikZq6xPgKjzmdBG0G0S80RvUJjbwgHrPZXDKc_wsE84w".parse().unwrap();
        assert_eq!(at(&durov).map(|known| known.title.as_str()), Some("Durov's Cap"));
    }
}
