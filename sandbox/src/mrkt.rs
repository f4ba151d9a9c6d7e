//! MRKT's API, `/api/v1`: signing in with initData, a session cookie, listings by POST, a feed of events, 64-bit ids. Owns
//! the sessions; everything else is read from the world.
//!
//! Source of the shapes: recorded answers of 2025-11 and 2026-08 (`fixtures/mrkt/README.md`) and a client's measurements of
//! 2026-09: only the cookie counts, pages have at most 20 items, of the orderings only three work, the long body must be whole.

mod auth;
mod catalog;
mod feed;
mod gift;
mod ids;
mod saling;
#[cfg(test)]
mod tests;
mod truth;
mod wire;

use std::sync::Arc;

use axum::{
    Extension, Json, Router,
    extract::Request,
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
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
use auth::Sessions;

/// The bot whose Mini App it is. Its token is the sandbox's own.
pub const BOT: Bot = Bot { username: "mrkt", token: "7000000000:sandbox-mrkt-bot-token" };

/// Its registration. Limit: none was met in ten calls 0.84 s apart, so that is the pace (client of 2026-09).
pub const MARKET: Market = Market {
    id: "mrkt",
    base: "/mrkt/api/v1",
    shelves: &[SHELF],
    endpoints: ENDPOINTS,
    limit: Limit::Steady { every_ms: 833, burst: 12 },
    access: Access::Bot(&BOT),
    ask,
    takes_offers: false,
    router,
    over_limit: |wait_ms| retry_after(refusal(429), wait_ms),
    refusal,
    truth: Some(truth::tell),
};

/// Everything it sells lies in its own custody.
const SHELF: Shelf = Shelf {
    custody: Custody::Market,
    gifts_per_mille: 250,
    listed_per_mille: 800,
    ways: &[(Way::Fixed, Coin::Ton, 1_000)],
    fees: &[],
    tells_moves: false,
};

const ENDPOINTS: &[Endpoint] = &{
    use EndpointKind::{Catalog, Happenings, Listings, Other};
    const GIFT: &[&str] = &["/id", "/salePrice", "/collectionName", "/number", "/isOnSale"];
    const EVENT: &[&str] = &["/type", "/id", "/amount", "/date", "/gift", "/gift/id", "/gift/number"];
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
        endpoint("auth", "/auth", Other, "", &["/token"]),
        endpoint("saling", "/gifts/saling", Listings, "/gifts", GIFT),
        endpoint("saling-by-ids", "/gifts/saling/by-ids", Other, "", GIFT),
        endpoint("gift", "/gifts/gift/{id}", Other, "", GIFT),
        endpoint("feed", "/feed", Happenings, "/items", EVENT),
        endpoint("collections", "/gifts/collections", Catalog, "", &["/name", "/title"]),
        endpoint(
            "models",
            "/gifts/models",
            Catalog,
            "",
            &["/collectionName", "/modelName", "/rarityPerMille"],
        ),
        endpoint("sale", "/gifts/sale", Other, "", &[]),
    ]
};

/// The buyer pays 2 % on top of what the seller asked for: 4200000000 becomes 4284000000 (`fixtures/mrkt/gifts-sale.json`).
fn ask(net: i64) -> i64 {
    net + net / 50 + net % 50 / 50
}

fn router() -> Router<Arc<Outside>> {
    let sessions = Arc::new(Sessions::default());
    Router::new()
        .route("/gifts/saling", post(saling::page))
        .route("/gifts/saling/by-ids", post(saling::by_ids))
        .route("/gifts/gift/{id}", get(saling::one))
        .route("/gifts/sale", post(saling::put_up))
        .route("/feed", post(feed::page))
        .route("/gifts/collections", get(catalog::collections))
        .route("/gifts/models", post(catalog::models))
        .route("/auth", post(auth::sign_in))
        .layer(middleware::from_fn(only_own_site))
        .layer(Extension(sessions))
}

/// A browser's page of another site is turned away; a client without an Origin is not.
async fn only_own_site(request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN);
    if origin.is_some_and(|origin| origin != "https://cdn.tgmrkt.io") {
        return refusal(403);
    }
    next.run(request).await
}

fn refusal(status: u16) -> Response {
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if code == StatusCode::TOO_MANY_REQUESTS {
        return (code, "RPS_WAIT").into_response();
    }
    problem(code, code.canonical_reason().unwrap_or("Error"))
}

/// A refusal with its reason. No real body was recorded: clients look at the status alone.
fn problem(code: StatusCode, title: &str) -> Response {
    (code, Json(json!({ "title": title, "status": code.as_u16() }))).into_response()
}

fn bad(why: &str) -> Response {
    problem(StatusCode::BAD_REQUEST, why)
}

/// The market's only shelf.
fn shelf(world: &World, asked: Asked) -> u8 {
    world.shelves_of(asked.market).next().unwrap_or_default()
}
