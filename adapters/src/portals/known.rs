//! Collections whose id on Portals somebody recorded. Portals' own list is what requests are made from; this table only tells, without
//! a network, which collection an old request named. Source: package aportalsmp 1.3 (2025-11), 105 of them, checked 2026-12-01.

use std::{collections::HashMap, sync::LazyLock};

use domain::CollectionSlug;

/// One line per collection: slug, uuid.
const TABLE: &str = include_str!("collections.txt");

static BY_ID: LazyLock<HashMap<&str, CollectionSlug>> = LazyLock::new(|| {
    let rows = TABLE.lines().filter_map(|line| {
        let (slug, id) = line.split_once(' ')?;
        Some((id, CollectionSlug::from_title(slug).ok()?))
    });
    rows.collect()
});

/// The collection with this id.
pub(super) fn by_id(id: &str) -> Option<&'static CollectionSlug> {
    BY_ID.get(id)
}

/// Whether a collection is one whose id is known.
pub(super) fn has(slug: &CollectionSlug) -> bool {
    BY_ID.values().any(|known| known == slug)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        assert_eq!((BY_ID.len(), TABLE.lines().count()), (105, 105));
        let toy_bear = by_id("060d4cef-3a21-47e6-98fc-cd338ae0b5e0");
        assert_eq!(toy_bear.map(CollectionSlug::as_str), Some("toybear"));
        assert_eq!(by_id("00000000-0000-0000-0000-000000000000"), None);
    }
}
