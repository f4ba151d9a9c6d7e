//! Reads the embedded files.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde::Deserialize;

use super::{Backdrop, Catalog, Collection, Traits};

const COLLECTIONS: &str = include_str!("../../data/collections.json");
const ATTRIBUTES: &str = include_str!("../../data/attributes.json");
const BACKDROPS: &str = include_str!("../../data/backdrops.json");

/// Floor of a collection that MRKT's recording does not have, in nanoton.
const FLOOR_UNKNOWN_NANOTON: i64 = 2_000_000_000;
/// Supply of a collection whose supply nobody recorded.
const SUPPLY_UNKNOWN: u32 = 10_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CollectionRow<'d> {
    slug: &'d str,
    title: &'d str,
    prefix: &'d str,
    plural: &'d str,
    #[serde(rename = "plural_recorded")]
    _plural_recorded: bool,
    address: Option<&'d str>,
    type_id: Option<u64>,
    supply: Option<u32>,
    collectible_max: Option<u32>,
    floor_nanoton: Option<i64>,
}

#[derive(Deserialize)]
struct AttributeFile<'d> {
    #[serde(borrow)]
    symbols: Vec<&'d str>,
    #[serde(borrow)]
    collections: Vec<AttributeRow<'d>>,
}

#[derive(Deserialize)]
struct AttributeRow<'d> {
    slug: &'d str,
    #[serde(borrow)]
    models: Vec<(&'d str, u16)>,
    symbols: Vec<(u16, u16)>,
    backdrops: Vec<(u16, u16)>,
}

pub(super) fn catalog() -> anyhow::Result<Catalog> {
    let rows: Vec<CollectionRow<'static>> = serde_json::from_str(COLLECTIONS).context("collections.json")?;
    let file: AttributeFile<'static> = serde_json::from_str(ATTRIBUTES).context("attributes.json")?;
    let colors: Vec<(&'static str, u32, u32, u32, u32)> =
        serde_json::from_str(BACKDROPS).context("backdrops.json")?;
    let backdrops: Vec<Backdrop> = colors
        .into_iter()
        .map(|(name, center, edge, symbol, text)| Backdrop { name, center, edge, symbol, text })
        .collect();
    let mut traits = BTreeMap::new();
    for row in &file.collections {
        traits.insert(row.slug, read_traits(row, &file.symbols, &backdrops)?);
    }
    let peopled = traits.len();
    let mut collections = rows
        .into_iter()
        .map(|row| {
            let traits = traits.remove(row.slug).unwrap_or_default();
            read_collection(row, traits)
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    anyhow::ensure!(traits.is_empty(), "attributes of unknown collections");
    collections.sort_by_key(|collection| collection.models.len() == 0);
    Ok(Catalog { collections, peopled, backdrops })
}

type ThreeTraits = (Traits, Traits, Traits);

fn read_traits(
    row: &AttributeRow<'static>,
    symbols: &[&'static str],
    backdrops: &[Backdrop],
) -> anyhow::Result<ThreeTraits> {
    let mut all = ThreeTraits::default();
    for (place, (name, per_mille)) in row.models.iter().enumerate() {
        all.0.push(name, u16::try_from(place)?, *per_mille);
    }
    for (place, (symbol, per_mille)) in row.symbols.iter().enumerate() {
        let name = symbols.get(usize::from(*symbol)).context("a symbol out of the list")?;
        all.1.push(name, u16::try_from(place)?, *per_mille);
    }
    for (backdrop, per_mille) in &row.backdrops {
        let name = backdrops.get(usize::from(*backdrop)).context("a backdrop out of the list")?.name;
        all.2.push(name, *backdrop, *per_mille);
    }
    Ok(all)
}

fn read_collection(row: CollectionRow<'static>, traits: ThreeTraits) -> anyhow::Result<Collection> {
    let CollectionRow {
        slug,
        title,
        prefix,
        plural,
        _plural_recorded,
        address,
        type_id,
        supply,
        collectible_max,
        floor_nanoton,
    } = row;
    let (models, symbols, backdrops) = traits;
    Ok(Collection {
        slug,
        title,
        prefix,
        plural,
        address: address.map(str::parse).transpose().with_context(|| slug)?,
        type_id,
        supply: collectible_max.or(supply).unwrap_or(SUPPLY_UNKNOWN),
        floor_nanoton: floor_nanoton.unwrap_or(FLOOR_UNKNOWN_NANOTON),
        models,
        symbols,
        backdrops,
    })
}
