//! Titles of collections by slug.
//!
//! Fragment lists a collection in the plural ("Hex Pots"), and a plural cannot be turned back into a title by rule. Source: public lists of
//! collections, checked 2026-11-20. A collection that is not here is learned from the name of one of its gifts.

use std::{collections::HashMap, sync::LazyLock};

use domain::CollectionSlug;

/// One line per collection: slug, title.
const TABLE: &str = include_str!("collections.txt");

static BY_SLUG: LazyLock<HashMap<&'static str, String>> = LazyLock::new(|| {
    let rows = TABLE.lines().filter_map(|line| {
        let (slug, title) = line.split_once(' ')?;
        Some((slug, crate::text::tidy(title)?))
    });
    rows.collect()
});

/// The title of this collection, tidied.
pub(super) fn title(slug: &CollectionSlug) -> Option<&'static str> {
    BY_SLUG.get(slug.as_str()).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        assert_eq!(BY_SLUG.len(), TABLE.lines().count());
        for (slug, known) in BY_SLUG.iter() {
            assert_eq!(CollectionSlug::from_title(known).unwrap().as_str(), *slug);
        }
        assert_eq!(title(&CollectionSlug::from_title("durovscap").unwrap()), Some("Durov's Cap"));
    }
}
