//! Collections with their floors, their attributes with rarity, and the market's own terms.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Extension, Json,
    extract::State,
    response::{IntoResponse, Response},
};

use super::{
    ask,
    ask::Ask,
    bad, ids,
    nft::{floor, percent, price, title},
    shelf,
    visitor::Visitor,
    wire::{AllFloors, Asset, Assets, Collection, Collections, Config, Filters, Floors},
};
use crate::{catalog::Traits, outside::Outside, serve::list::Asked, world::World};

/// Largest page of collections.
const LIMIT_MAX: u64 = 500;

pub(super) async fn collections(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    _: Visitor,
    ask: Ask,
) -> Response {
    let (offset, limit) = match ask.place(LIMIT_MAX) {
        Ok(place) => place,
        Err(why) => return bad(&why),
    };
    let world = outside.world();
    let shelf = shelf(&world, asked);
    let search = ask.text("search").unwrap_or_default().to_lowercase();
    let found = ids::listed().filter(|(_, known, _)| title(known).to_lowercase().contains(&search));
    let skipped = usize::try_from(offset).unwrap_or(usize::MAX);
    let rows = found.skip(skipped).take(usize::try_from(limit).unwrap_or(usize::MAX));
    let rows: Vec<_> = rows
        .map(|(at, known, id)| Collection {
            id,
            name: title(known),
            short_name: known.slug,
            photo_url: picture(known.slug),
            floor_price: price(floor(&world, shelf, at).unwrap_or(known.floor_nanoton)),
            day_volume: price(known.floor_nanoton * 20),
            supply: known.supply,
            listed_count: world.open_count(shelf, at),
            is_premarket: false,
            is_crafted: false,
        })
        .collect();
    let floor_changes = rows.iter().map(|row| (row.id, "0".to_owned())).collect();
    Json(Collections { collections: (!rows.is_empty()).then_some(rows), floor_changes }).into_response()
}

/// The picture of a collection.
fn picture(slug: &str) -> String {
    format!("https://nft.fragment.com/collection/{slug}.large.jpg")
}

pub(super) async fn filters(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    _: Visitor,
    ask: Ask,
) -> Response {
    let names = ask.list("short_names");
    if names.is_empty() {
        return bad("short_names is required");
    }
    let world = outside.world();
    let shelf = shelf(&world, asked);
    let mut filters = Filters { collections: BTreeMap::new(), floor_prices: BTreeMap::new() };
    for (at, known, _) in ids::listed().filter(|(_, known, _)| names.contains(&known.slug)) {
        let assets = |folder: &str, traits: &Traits| {
            let asset = |value: crate::catalog::Trait| Asset {
                name: value.name,
                url: format!("https://cdn.portal-market.com/{folder}/{}/{}.png", known.slug, value.index),
                rarity_per_mille: percent(value.per_mille),
            };
            traits.all().map(asset).collect()
        };
        let told = Assets {
            models: assets("models", &known.models),
            backdrops: assets("backdrops", &known.backdrops),
            symbols: assets("symbols", &known.symbols),
        };
        filters.collections.insert(known.slug, told);
        filters.floor_prices.insert(known.slug, floors_of(&world, shelf, at));
    }
    Json(filters).into_response()
}

fn floors_of(world: &World, shelf: u8, collection: usize) -> Floors {
    let mut floors = Floors::default();
    // By rising price, so the first of a name is its floor.
    for (typed, gift) in world.by_price(shelf, collection, None) {
        let view = world.view(gift);
        for (list, name) in [
            (&mut floors.models, view.model().name),
            (&mut floors.backdrops, view.backdrop().name),
            (&mut floors.symbols, view.symbol().name),
        ] {
            list.entry(name).or_insert_with(|| price(ask(typed)));
        }
    }
    floors
}

pub(super) async fn floors(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    _: Visitor,
) -> Response {
    let world = outside.world();
    let shelf = shelf(&world, asked);
    let floors =
        ids::listed().filter_map(|(at, known, _)| Some((known.slug, price(floor(&world, shelf, at)?))));
    Json(AllFloors { floor_prices: floors.collect() }).into_response()
}

/// The terms as a client read them on 2026-09-19.
pub(super) async fn config(_: Visitor) -> Response {
    Json(Config { commission: "0.02", offer_fee: "0.01", withdrawal_fee: "0.35" }).into_response()
}
