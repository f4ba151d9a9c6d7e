//! Fragment's site: a front page that opens a session, a search whose rows are HTML inside JSON, framed pages, and the static host with the
//! metadata of gifts. Owns no state; everything is read from the world.
//!
//! It lists what other markets' shelves on the chain sell through Telegram's own item contract. Source of the shapes: one recorded page of
//! metadata, quoted lines of HTML, and the classes that eight public clients of 2025 and 2026 read; see `fixtures/fragment/README.md`.

mod ask;
mod catalog;
mod gift;
mod grid;
mod html;
mod session;
#[cfg(test)]
mod tests;
mod truth;

use crate::onchain::seller;

use std::sync::Arc;

use axum::{
    Router,
    http::StatusCode,
    response::Response,
    routing::{get, post},
};

use crate::{
    market::{Access, Endpoint, EndpointKind, Limit, Market, ask_is_price},
    outside::Outside,
    serve::gate::html,
};

/// Its registration. Limit: clients met 429 and nobody said at which pace; two requests a second are twice what a reader's browser sends.
pub const MARKET: Market = Market {
    id: "fragment",
    base: "/fragment",
    shelves: &[],
    endpoints: ENDPOINTS,
    limit: Limit::Steady { every_ms: 500, burst: 20 },
    access: Access::Open,
    ask: ask_is_price,
    takes_offers: false,
    router,
    over_limit: |_| html(StatusCode::TOO_MANY_REQUESTS),
    refusal,
    truth: Some(truth::tell),
};

const ENDPOINTS: &[Endpoint] = &{
    use EndpointKind::{Catalog, Happenings, Other};
    const ENTRY: &[&str] = &[".item-name", ".item-num", ".tm-grid-item-value", ".tm-grid-item-status"];
    const FILTER: &[&str] = &[".tm-main-filters-item"];
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
        endpoint("front", "/", Other, "", &[]),
        // Listings and sales are one endpoint, told apart by the form; what holds for histories holds for both.
        endpoint("search", "/api", Happenings, "/html", ENTRY),
        endpoint("gifts", "/gifts", Catalog, "/h", FILTER),
        endpoint("gift", "/gift/{name}", Other, "/h", &[".tm-rarity"]),
        endpoint("metadata", "/nft/gift/{file}", Other, "", &["/name", "/attributes"]),
    ]
};

fn router() -> Router<Arc<Outside>> {
    Router::new()
        .route("/", get(session::front))
        .route("/api", post(grid::search))
        .route("/gifts", get(catalog::gifts))
        .route("/gift/{name}", get(gift::page))
        .route("/nft/gift/{file}", get(gift::metadata))
}

/// Nobody recorded a refusal: a page, as sites have it.
fn refusal(status: u16) -> Response {
    html(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
}
