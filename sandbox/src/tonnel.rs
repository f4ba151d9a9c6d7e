//! Tonnel's API: listings and sales by filters in the manner of MongoDB, decimal prices without the fee, rarities inside the names, a gate
//! before it that lets browsers alone through. Owns nothing; everything is read from the world.
//!
//! Source of the shapes: recorded elements of 2025-05 and 2025-10 (`fixtures/tonnel/README.md`), the client library tonnelmp 1.2, and the types
//! of public clients of 2026.

mod auth;
mod filter;
mod gift;
mod ids;
mod listings;
mod sales;
mod stats;
#[cfg(test)]
mod tests;
mod truth;
mod wire;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::Request,
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::post,
};
use domain::Custody;
use serde_json::json;

use crate::{
    fault::{Chosen, Fault},
    market::{Access, Coin, Endpoint, EndpointKind, Limit, Market, Shelf, Way},
    outside::Outside,
    serve::{gate::retry_after, list::Asked},
    telegram::Bot,
    world::World,
};

/// The bot whose Mini App it is. Its token is the sandbox's own.
pub const BOT: Bot = Bot { username: "tonnel_network_bot", token: "7000000001:sandbox-tonnel-bot-token" };

/// Its registration. Limit: twenty reads in a row went through (a client of 2026-09); how fast one may go on nobody has told, so it is a little
/// faster than the second that clients leave between two.
pub const MARKET: Market = Market {
    id: "tonnel",
    base: "/tonnel",
    shelves: &[SHELF],
    endpoints: ENDPOINTS,
    limit: Limit::Steady { every_ms: 900, burst: 20 },
    access: Access::Bot(&BOT),
    ask,
    takes_offers: false,
    router,
    over_limit: |wait_ms| retry_after(gate_page(StatusCode::TOO_MANY_REQUESTS), wait_ms),
    refusal,
    truth: Some(truth::tell),
};

/// Everything it sells lies in its own custody.
const SHELF: Shelf = Shelf {
    custody: Custody::Market,
    gifts_per_mille: 120,
    listed_per_mille: 800,
    ways: &[(Way::Fixed, Coin::Ton, 900), (Way::Fixed, Coin::Usdt, 100)],
    fees: &[],
    tells_moves: false,
};

const ENDPOINTS: &[Endpoint] = &{
    use EndpointKind::{Catalog, Happenings, Listings, Other};
    const GIFT: &[&str] = &["/gift_id", "/gift_num", "/name", "/asset", "/price", "/status"];
    const SALE: &[&str] = &["/gift_id", "/gift_num", "/gift_name", "/price", "/asset", "/type", "/timestamp"];
    const fn endpoint(
        name: &'static str,
        route: &'static str,
        kind: EndpointKind,
        required: &'static [&'static str],
    ) -> Endpoint {
        Endpoint { name, route, kind, items: "", required }
    }
    [
        endpoint("page-gifts", "/api/pageGifts", Listings, GIFT),
        endpoint("sale-history", "/api/saleHistory", Happenings, SALE),
        endpoint("filter-stats", "/api/filterStats", Catalog, &["/status", "/data"]),
        endpoint("gift-data", "/api/giftData/{id}", Other, &["/gift_num", "/name", "/price"]),
    ]
};

/// The buyer pays 6 % on top of what the seller asked for (wiki of 2025-09); it stands in no answer.
fn ask(net: i64) -> i64 {
    net + net / 50 * 3 + net % 50 * 3 / 50
}

fn router() -> Router<Arc<Outside>> {
    Router::new()
        .route("/api/pageGifts", post(listings::page))
        .route("/api/giftData/{id}", post(listings::one))
        .route("/api/saleHistory", post(sales::page))
        .route("/api/filterStats", post(stats::all))
        .layer(middleware::from_fn(only_own_site))
}

/// The gate looks at how a client speaks; a simulator can only look at where it says that it comes from.
async fn only_own_site(request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN);
    if origin.is_none_or(|origin| origin != "https://market.tonnel.network") {
        return gate_page(StatusCode::FORBIDDEN);
    }
    next.run(request).await
}

/// A page of the gate before the market. None was recorded: clients look at its first letters.
fn gate_page(code: StatusCode) -> Response {
    let page = "<!DOCTYPE html><html lang=\"en-US\"><head><title>Just a moment...</title></head><body></body></html>\n";
    (code, [(header::CONTENT_TYPE, "text/html; charset=UTF-8")], page).into_response()
}

fn refusal(status: u16) -> Response {
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match code {
        StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS => gate_page(code),
        _ => error(code, code.canonical_reason().unwrap_or("Error")),
    }
}

/// A refusal in words, as `limit is too big` is recorded.
fn error(code: StatusCode, why: &str) -> Response {
    (code, Json(json!({ "error": why }))).into_response()
}

fn bad(why: &str) -> Response {
    error(StatusCode::BAD_REQUEST, why)
}

/// The market's only shelf.
fn shelf(world: &World, asked: Asked) -> u8 {
    world.shelves_of(asked.market).next().unwrap_or_default()
}

/// The page fault as this wire can have it. No answer has a cursor: what would be done to one is left alone, and two pages that change places
/// are one that is left out, because nobody comes back for it.
fn on_wire(asked: Asked) -> Asked {
    let fault = asked.fault.and_then(|chosen| match chosen.fault {
        Fault::PageRepeated | Fault::CursorLost => None,
        Fault::PagesSwapped => Some(Chosen { fault: Fault::PageMissing, ..chosen }),
        _ => Some(chosen),
    });
    Asked { fault, ..asked }
}
