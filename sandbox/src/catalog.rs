//! The real collections with their attributes, rarities, addresses and floors, as recorded and embedded. Owns the
//! parsing of `data/`; everything in it is fact with a source (`data/README.md`), nothing is drawn.

mod read;
mod traits;

use std::sync::OnceLock;

use chain::Address;

pub(crate) use traits::{Trait, Traits};

/// Everything that is known before a seed.
#[derive(Debug)]
pub(crate) struct Catalog {
    /// Every known collection; those with recorded attributes first, as only they can hold gifts.
    pub(crate) collections: Vec<Collection>,
    /// How many of them have recorded attributes.
    pub(crate) peopled: usize,
    /// The backdrops, by index in [`Trait::index`].
    pub(crate) backdrops: Vec<Backdrop>,
}

/// A backdrop's name and its four colors, 24-bit RGB.
#[derive(Debug)]
pub(crate) struct Backdrop {
    pub(crate) name: &'static str,
    pub(crate) center: u32,
    pub(crate) edge: u32,
    pub(crate) symbol: u32,
    pub(crate) text: u32,
}

/// A collection.
#[derive(Debug)]
pub(crate) struct Collection {
    pub(crate) slug: &'static str,
    /// The title as Telegram writes it, apostrophes as U+2019.
    pub(crate) title: &'static str,
    /// The slug as Telegram links write it, as in `PlushPepe`.
    pub(crate) prefix: &'static str,
    /// The on-chain collection's name, in the plural.
    pub(crate) plural: &'static str,
    pub(crate) address: Option<Address>,
    /// Telegram's id of the gift type.
    pub(crate) type_id: Option<u64>,
    /// Most gifts that can ever carry a number.
    pub(crate) supply: u32,
    /// Recorded floor in nanoton.
    pub(crate) floor_nanoton: i64,
    pub(crate) models: Traits,
    pub(crate) symbols: Traits,
    pub(crate) backdrops: Traits,
}

impl Catalog {
    /// The embedded catalog, read once.
    ///
    /// # Panics
    /// If the embedded data is not what it was when the tests ran: a broken build.
    pub(crate) fn get() -> &'static Self {
        static CATALOG: OnceLock<Catalog> = OnceLock::new();
        CATALOG.get_or_init(|| read::catalog().expect("the embedded data parses: a test reads it"))
    }

    /// The collection with this address.
    pub(crate) fn by_address(&self, address: &Address) -> Option<usize> {
        self.collections.iter().position(|collection| collection.address.as_ref() == Some(address))
    }

    /// The collection with this slug.
    pub(crate) fn by_slug(&self, slug: &str) -> Option<usize> {
        self.collections.iter().position(|collection| collection.slug == slug)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalog_is_the_recorded_one() {
        let catalog = Catalog::get();
        assert_eq!((catalog.collections.len(), catalog.peopled, catalog.backdrops.len()), (119, 63, 80));
        let pepe = &catalog.collections[catalog.by_slug("plushpepe").unwrap()];
        assert_eq!((pepe.title, pepe.plural, pepe.supply), ("Plush Pepe", "Plush Pepes", 2_861));
        assert_eq!(pepe.floor_nanoton, 5_538_500_000_000);
        let cap = &catalog.collections[catalog.by_slug("durovscap").unwrap()];
        assert_eq!(cap.title, "Durov\u{2019}s Cap");
        for collection in &catalog.collections[..catalog.peopled] {
            assert!(collection.address.is_some() && collection.supply > 0 && collection.floor_nanoton > 0);
            assert_eq!(collection.backdrops.total(), 1_000, "{}", collection.slug);
            assert!((995..=1_005).contains(&collection.models.total()), "{}", collection.slug);
            assert!((995..=1_005).contains(&collection.symbols.total()), "{}", collection.slug);
        }
        let addressed = catalog.collections.iter().filter(|collection| collection.address.is_some()).count();
        assert_eq!(addressed, 79);
    }

    #[test]
    fn a_model_name_may_stand_twice() {
        let catalog = Catalog::get();
        let hat = &catalog.collections[catalog.by_slug("santahat").unwrap()];
        let raves: Vec<_> = hat.models.all().filter(|t| t.name == "Rave").map(|t| t.per_mille).collect();
        assert_eq!(raves, [2, 10]);
    }
}
