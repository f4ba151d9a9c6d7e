//! Offers for any gift of a collection: all of one, highest first, and the highest alone. A bare list.
//!
//! Source of the fields: public clients of 2025; nobody recorded an answer.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use uuid::{Builder, Uuid};

use super::{ids, nft::price, wire};
use crate::{
    outside::Outside,
    random::{Draw, For},
    serve::list::{Asked, iso, row},
    world::{Offer, World},
};

/// So many at most; how many the real one gives nobody has told.
const LIMIT: u64 = 1_000;

pub(super) async fn all(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    Path(collection): Path<String>,
) -> Response {
    list(&outside, asked, &collection, LIMIT)
}

pub(super) async fn top(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    Path(collection): Path<String>,
) -> Response {
    list(&outside, asked, &collection, 1)
}

fn list(outside: &Outside, asked: Asked, collection: &str, limit: u64) -> Response {
    let world = outside.world();
    let known = ids::listed().find(|(_, _, id)| *id == collection);
    let rows = asked.page_at(outside, 0, limit, |offset| {
        let offers = known.map(|(at, ..)| world.offers_for(asked.market, at)).unwrap_or_default();
        let skipped = usize::try_from(offset).unwrap_or(usize::MAX);
        let page = offers.into_iter().skip(skipped).take(usize::try_from(limit).unwrap_or(usize::MAX));
        let rows = page.map(|offer| row(&wire_of(&world, offer), None));
        Ok::<_, std::convert::Infallible>(rows.collect())
    });
    let Ok(rows) = rows;
    Json(rows.into_iter().map(|row| row.json).collect::<Vec<_>>()).into_response()
}

/// The id of an offer.
pub(super) fn id(world: &World, offer: &Offer) -> Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Draw::of(world.seed, For::Offer, offer.id, u64::MAX - 2).bytes()[..16]);
    Builder::from_random_bytes(bytes).into_uuid()
}

fn wire_of(world: &World, offer: &Offer) -> wire::CollectionOffer {
    let collection = &world.catalog.collections[offer.collection];
    wire::CollectionOffer {
        id: id(world, offer).to_string(),
        collection_id: ids::collection(collection).unwrap_or_default(),
        amount: price(offer.amount),
        max_nfts: offer.quantity,
        current_nfts: offer.taken,
        status: "active",
        created_at: iso(offer.made_us, 6),
        updated_at: (offer.changed_us > offer.made_us).then(|| iso(offer.changed_us, 6)),
        expires_at: iso(offer.expires_us, 6),
    }
}
