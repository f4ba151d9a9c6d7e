//! Portals' ids: uuids of gifts and of collections, and the id of a custom emoji. They follow from the seed or were recorded, so that
//! nothing need be stored.

use std::{collections::HashMap, sync::LazyLock};

use uuid::{Builder, Uuid};

use crate::{
    catalog::{Catalog, Collection},
    random::{Draw, For},
    world::World,
};

/// Keeps these uuids apart from those of another market's lots.
const SALT: u64 = 0x706f_7274_616c_7300;
/// The recorded ids of custom emoji lie near this.
const EMOJI_FIRST: i64 = 5_237_000_000_000_000_000;

static RECORDED: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let rows: Vec<(&str, &str)> = serde_json::from_str(include_str!("../../data/portals/collections.json"))
        .expect("the embedded data parses: a test reads it");
    rows.into_iter().collect()
});

/// Id of the gift with Portals since it was given into custody so many times.
pub(super) fn nft(world: &World, gift: u32, deposits: u8) -> Uuid {
    let mut draw = Draw::of(world.seed ^ SALT, For::Lot, u64::from(gift), u64::from(deposits));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&draw.bytes()[..16]);
    Builder::from_random_bytes(bytes).into_uuid()
}

/// Id of a collection; `None` for one that Portals does not list.
pub(super) fn collection(collection: &Collection) -> Option<&'static str> {
    RECORDED.get(collection.slug).copied()
}

/// The collections that are listed, by place in the catalog.
pub(super) fn listed() -> impl Iterator<Item = (usize, &'static Collection, &'static str)> {
    let known = Catalog::get().collections.iter().enumerate();
    known.filter_map(|(at, known)| Some((at, known, collection(known)?)))
}

/// Id of the custom emoji of a gift's model.
pub(super) fn emoji(world: &World, gift: u32) -> String {
    let view = world.view(gift);
    let (collection, model) = (u64::from(view.gift.collection), u64::from(view.model().index));
    let mut draw = Draw::of(SALT, For::Picture, collection, model);
    (EMOJI_FIRST + draw.between(0, 99_999_999_999_999_999)).to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{MARKETS, testing::EPOCH_US};

    #[test]
    fn ids_are_distinct_and_every_peopled_collection_has_one() {
        let world = World::make(3, 500, EPOCH_US, MARKETS);
        let ids: BTreeSet<Uuid> =
            (0..500).flat_map(|gift| [1, 2].map(|times| nft(&world, gift, times))).collect();
        assert_eq!(ids.len(), 1_000);
        assert_eq!((RECORDED.len(), listed().count()), (105, 105));
        let catalog = Catalog::get();
        assert!(catalog.collections[..catalog.peopled].iter().all(|known| collection(known).is_some()));
        assert!(emoji(&world, 7).parse::<i64>().is_ok_and(|id| id > 1 << 53));
    }
}
