//! Collections and attributes: what a market lists, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AttributeKind, Fact, Rarity};
use sandbox::Truth;

use crate::world::World;

/// Title and address by slug.
type Collections = BTreeMap<String, (String, Option<String>)>;
/// Slug, kind, name, rarity.
type Attributes = BTreeSet<(String, AttributeKind, String, Rarity)>;

pub(super) async fn compare(world: &World, truth: &Truth, what: &str) {
    let Said { collections, attributes, elsewhere } = Said::read(world, truth).await;
    compare_collections(world, truth, &collections, what).await;

    let told: Attributes = truth
        .attributes
        .iter()
        .map(|told| (told.slug.to_string(), told.kind, told.name.clone(), told.rarity))
        .collect();
    let untold: Vec<_> = attributes.difference(&told).collect();
    assert!(untold.is_empty(), "{what}: attributes that it does not list: {untold:?}");
    // What a gift's page has told already is no news in a list, so the list is compared with all that is known.
    let shown = shown(world).await;
    let missing: Vec<_> = told.difference(&shown).collect();
    assert!(missing.is_empty(), "{what}: of {} attributes missing {missing:?}", told.len());
    let lists_kind = |kind| told.iter().any(|told| told.1 == kind);
    for row in &shown {
        if lists_kind(row.1) {
            assert!(told.contains(row), "{what}: {row:?} is shown and not listed");
        } else if !told.is_empty() {
            assert!(
                elsewhere.contains(row),
                "{what}: {row:?} is shown, and neither a list nor a gift has it"
            );
        }
    }
}

async fn compare_collections(world: &World, truth: &Truth, collections: &Collections, what: &str) {
    let told: Collections = truth
        .collections
        .iter()
        .map(|told| (told.slug.to_string(), (told.title.clone(), told.address.clone())))
        .collect();
    let untold: Vec<_> = collections.iter().filter(|held| told.get(held.0) != Some(held.1)).collect();
    let missing: Vec<_> = told.iter().filter(|told| collections.get(told.0) != Some(told.1)).collect();
    assert!(
        untold.is_empty() && missing.is_empty(),
        "{what}: collections missing {missing:?}, untold {untold:?}"
    );

    // What is shown is the latest telling of any market, and an address that one has told.
    let rows: Vec<(String, String, Option<String>)> =
        sqlx::query_as("select slug, title, address from market.collections")
            .fetch_all(world.pool())
            .await
            .expect("collections");
    let shown: Collections =
        rows.into_iter().map(|(slug, title, address)| (slug, (title, address))).collect();
    for (slug, (title, address)) in told {
        let (shown_title, shown_address) = &shown[&slug];
        assert_eq!(*shown_title, title, "{what}: {slug}");
        if address.is_some() {
            assert_eq!(*shown_address, address, "{what}: {slug}");
        }
    }
}

/// Every attribute that is known, whoever told it.
async fn shown(world: &World) -> Attributes {
    let rows: Vec<(String, String, String, String)> =
        sqlx::query_as("select slug, kind, name, rarity from market.attributes")
            .fetch_all(world.pool())
            .await
            .expect("attributes");
    rows.into_iter()
        .map(|(slug, kind, name, rarity)| {
            let kind = AttributeKind::parse(&kind).expect("a kind");
            let rarity = match rarity.parse() {
                Ok(per_mille) => Rarity::per_mille(per_mille),
                Err(_) => Rarity::tier(&rarity),
            };
            (slug, kind, name, rarity.expect("a rarity"))
        })
        .collect()
}

/// What the log has.
#[derive(Default)]
struct Said {
    /// Of this market's lists: of collections the latest telling.
    collections: Collections,
    attributes: Attributes,
    /// On the pages of gifts, of any market, and in the lists of the others.
    elsewhere: Attributes,
}

impl Said {
    async fn read(world: &World, truth: &Truth) -> Self {
        let facts: Vec<(String, Option<String>, String)> = sqlx::query_as(
            "select market, slug, fact from market.events
             where kind in ('metadata_seen', 'attribute_seen') or market = $1 and kind = 'collection_seen' order by position",
        )
        .bind(&truth.market)
        .fetch_all(world.pool())
        .await
        .expect("the events");
        let mut said = Self::default();
        for (market, of, fact) in facts {
            match serde_json::from_str(&fact).expect("a fact") {
                Fact::CollectionSeen { slug, title, address, image_url: _ } => {
                    said.collections.insert(slug.to_string(), (title, address));
                }
                Fact::AttributeSeen { slug, attribute, name, rarity } => {
                    let own = market == truth.market;
                    let list = if own { &mut said.attributes } else { &mut said.elsewhere };
                    list.insert((slug.to_string(), attribute, name, rarity));
                }
                Fact::MetadataSeen { details, .. } => {
                    let of = of.expect("about a gift");
                    let told = details.attributes.into_iter();
                    said.elsewhere.extend(
                        told.filter_map(|told| Some((of.clone(), told.kind, told.name, told.rarity?))),
                    );
                }
                other => panic!("{other:?}"),
            }
        }
        said
    }
}
