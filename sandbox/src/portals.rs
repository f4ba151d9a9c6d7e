//! Portals' API, `/api`: everything by GET and by offset, initData in a header, prices as decimal texts with the digits of a float now and
//! then, rarity in percent. Everything is read from the world.
//!
//! Source of the shapes: a recorded element of 2025 (`fixtures/portals/README.md`), and for the rest what clients of 2026 read and
//! measured: the connection is reset for who seems to be no browser, two requests a second, pages of at most 50.

mod actions;
mod ask;
mod catalog;
mod ids;
mod nft;
mod offers;
mod search;
#[cfg(test)]
mod tests;
mod truth;
mod visitor;
mod wire;

use std::sync::Arc;

use axum::{
    Json, Router,
    http::StatusCode,
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use domain::Custody;
use serde_json::json;

use crate::{
    market::{Access, Coin, Endpoint, EndpointKind, Limit, Market, Shelf, Way},
    outside::Outside,
    serve::{gate::retry_after, list::Asked},
    telegram::Bot,
    world::World,
};

/// The bot whose Mini App it is. Its token is the sandbox's own.
pub const BOT: Bot = Bot { username: "portals", token: "7000000001:sandbox-portals-bot-token" };

/// Its registration. Limit: `x-ratelimit-limit` says 2 a second on searches (client of 2026-09); over a few seconds, so that a client's
/// own unevenness is not taken for haste.
pub const MARKET: Market = Market {
    id: "portals",
    base: "/portals/api",
    shelves: &[SHELF],
    endpoints: ENDPOINTS,
    limit: Limit::Steady { every_ms: 500, burst: 12 },
    access: Access::Bot(&BOT),
    ask,
    takes_offers: true,
    router,
    over_limit: |wait_ms| retry_after(refusal(429), wait_ms),
    refusal,
    truth: Some(truth::tell),
};

/// Everything it sells lies in its own custody.
const SHELF: Shelf = Shelf {
    custody: Custody::Market,
    gifts_per_mille: 120,
    listed_per_mille: 800,
    ways: &[(Way::Fixed, Coin::Ton, 1_000)],
    fees: &[],
    tells_moves: false,
};

const ENDPOINTS: &[Endpoint] = &{
    use EndpointKind::{Catalog, Happenings, Listings, Other};
    const NFT: &[&str] = &["/id", "/external_collection_number", "/name", "/price", "/status"];
    const ACTION: &[&str] = &["/type", "/created_at", "/nft", "/nft/id", "/nft/name"];
    const fn endpoint(
        name: &'static str,
        route: &'static str,
        kind: EndpointKind,
        items: &'static str,
        required: &'static [&'static str],
    ) -> Endpoint {
        Endpoint { name, route, kind, items, required }
    }
    [
        endpoint("search", "/nfts/search", Listings, "/results", NFT),
        endpoint("actions", "/market/actions/", Happenings, "/actions", ACTION),
        endpoint("collections", "/collections", Catalog, "/collections", &["/id", "/name"]),
        endpoint("filters", "/collections/filters", Catalog, "", &["/collections"]),
        endpoint("collection-offers", "/collection-offers/{id}/all", Listings, "", &["/id", "/amount"]),
        endpoint("collection-offers-top", "/collection-offers/{id}/top", Other, "", &["/id", "/amount"]),
        endpoint("floors", "/collections/floors", Other, "", &["/floorPrices"]),
        endpoint("config", "/market/config", Other, "", &["/commission"]),
    ]
};

/// The buyer pays what the seller asked for, of which the seller gives 2 %. Some prices lack five nanoton, as those of clients that
/// count in floats do: 4.08 becomes 4.079999995.
fn ask(typed: i64) -> i64 {
    if typed / 10_000_000 % 7 == 3 { typed - 5 } else { typed }
}

fn router() -> Router<Arc<Outside>> {
    Router::new()
        .route("/nfts/search", get(search::page))
        .route("/market/actions/", get(actions::page))
        .route("/collection-offers/{id}/all", get(offers::all))
        .route("/collection-offers/{id}/top", get(offers::top))
        .route("/market/config", get(catalog::config))
        .route("/collections", get(catalog::collections))
        .route("/collections/filters", get(catalog::filters))
        .route("/collections/floors", get(catalog::floors))
        .layer(middleware::from_fn(visitor::only_browsers))
}

fn refusal(status: u16) -> Response {
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    problem(code, &code.canonical_reason().unwrap_or("error").to_lowercase())
}

/// A refusal with its reason. The field is that of the partners' interface; no real body was recorded.
fn problem(code: StatusCode, message: &str) -> Response {
    (code, Json(json!({ "message": message }))).into_response()
}

fn bad(why: &str) -> Response {
    problem(StatusCode::BAD_REQUEST, why)
}

/// The market's only shelf.
fn shelf(world: &World, asked: Asked) -> u8 {
    world.shelves_of(asked.market).next().unwrap_or_default()
}
