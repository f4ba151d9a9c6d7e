//! The statistics of all models: the only list of collections. Since 2026 the models stand in it without their rarity.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Extension, Json,
    extract::{State, rejection::JsonRejection},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    auth, bad,
    gift::as_tonnel,
    shelf,
    wire::{Stat, Stats},
};
use crate::{
    market::Coin,
    outside::Outside,
    serve::list::{Asked, decimal_number},
    world::World,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Ask {
    auth_data: String,
}

pub(super) async fn all(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    body: Result<Json<Ask>, JsonRejection>,
) -> Response {
    let Ok(Json(Ask { auth_data })) = body else { return bad("authData is required") };
    if let Err(refusal) = auth::check(&outside, &auth_data) {
        return refusal;
    }
    let world = outside.world();
    let data = data(&world, shelf(&world, asked));
    Json(Stats { status: "success", data }).into_response()
}

/// Floor and count in TON of each model, by `Collection_Model`; two models of one name are one here.
fn data(world: &World, shelf: u8) -> BTreeMap<String, Stat> {
    let mut data = BTreeMap::new();
    for at in 0..world.catalog.peopled {
        let known = &world.catalog.collections[at];
        let key = |model: &str| format!("{}_{}", as_tonnel(known.title), as_tonnel(model));
        for model in known.models.all() {
            data.entry(key(model.name)).or_insert(Stat { floor_price: None, how_many: 0 });
        }
        for (_, gift) in world.by_price(shelf, at, None) {
            let Some(lot) = world.lot(gift).filter(|lot| lot.coin == Coin::Ton) else { continue };
            let Some(stat) = data.get_mut(&key(world.view(gift).model().name)) else { continue };
            stat.floor_price.get_or_insert_with(|| decimal_number(lot.amount, lot.coin.decimals()));
            stat.how_many += 1;
        }
    }
    data
}
