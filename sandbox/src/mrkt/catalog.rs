//! Collections with their floors, and the models of some of them.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use axum::{
    Extension, Json,
    extract::{State, rejection::JsonRejection},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    ask,
    auth::SignedInAs,
    bad,
    gift::{as_telegram, floor, sticker},
    shelf,
    wire::{Collection, Model},
};
use crate::{
    outside::Outside,
    serve::list::{Asked, iso},
    world::World,
};

/// Most names of one request for models.
const NAMES_MAX: usize = 10;
/// When MRKT came to know the models, for lack of a record: a second apart from here on.
const MODELS_FIRST_US: i64 = 1_785_000_000_000_000;

/// A recorded row: name, title, sticker key, creation time, floor and volume in nanoton.
type Row = (&'static str, &'static str, &'static str, &'static str, i64, i64);

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../data/mrkt/collections.json"))
        .expect("the embedded data parses: a test reads it")
});

/// The recorded rows that are collections: a base gift has a number for a name.
pub(super) fn titles() -> impl Iterator<Item = &'static str> {
    ROWS.iter().filter(|row| !row.0.bytes().all(|b| b.is_ascii_digit())).map(|row| row.1)
}

pub(super) async fn collections(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    _: SignedInAs,
) -> Response {
    let world = outside.world();
    let shelf = shelf(&world, asked);
    let rows = ROWS.iter().map(|(name, title, key, created_at, recorded_floor, volume)| {
        let at = world.catalog.collections.iter().position(|known| known.title == *name);
        let floor = at.and_then(|at| floor(&world, shelf, at)).unwrap_or(*recorded_floor);
        let image = hex::encode(name);
        Collection {
            name,
            title,
            model_sticker_thumbnail_key: key,
            original_image_key: format!("gifts/collections/{image}.webp"),
            thumbnail_image_key: format!("gifts/collections/{image}-thumb.webp"),
            created_at,
            floor_price_nano_tons: floor,
            floor_price_for_games_nano_tons: floor,
            volume: *volume,
            is_new: created_at.starts_with("2026"),
            craftable: false,
            is_hidden: false,
        }
    });
    Json(rows.collect::<Vec<_>>()).into_response()
}

#[derive(Deserialize)]
pub(super) struct Names {
    collections: Vec<String>,
}

pub(super) async fn models(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    _: SignedInAs,
    body: Result<Json<Names>, JsonRejection>,
) -> Response {
    let Ok(Json(Names { collections })) = body else { return bad("collections is required") };
    if collections.len() > NAMES_MAX {
        return bad("at most 10 collections");
    }
    let world = outside.world();
    let shelf = shelf(&world, asked);
    let known = 0..world.catalog.peopled;
    let named =
        known.filter(|at| collections.iter().any(|name| name == world.catalog.collections[*at].title));
    Json(named.flat_map(|at| models_of(&world, shelf, at)).collect::<Vec<_>>()).into_response()
}

fn models_of(world: &World, shelf: u8, at: usize) -> Vec<Model> {
    let known = &world.catalog.collections[at];
    // By place in the list, as two models may have one name.
    let mut floors: BTreeMap<u16, i64> = BTreeMap::new();
    for (net, gift) in world.by_price(shelf, at, None) {
        floors.entry(world.view(gift).model().index).or_insert_with(|| ask(net));
    }
    let models = known.models.all().map(|model| {
        let name = as_telegram(model.name);
        let created_us = MODELS_FIRST_US + (at as i64 * 1_000 + i64::from(model.index)) * 1_000_037;
        Model {
            collection_name: known.title.to_owned(),
            collection_title: known.title.to_owned(),
            model_sticker_thumbnail_key: sticker("stickers/thumbnails", known.title, &name, "webp"),
            model_title: name.clone(),
            model_name: name,
            created_at: iso(created_us, 6),
            rarity_per_mille: model.per_mille,
            rarity_name: None,
            volume: None,
            floor_price_nano_tons: floors.get(&model.index).copied(),
            cashback_coef: None,
        }
    });
    models.collect()
}
