//! GetGems' public REST API, `/public-api/v1`: auth, envelope, errors, cursors, limits, and every endpoint that a reader
//! uses. Owns no state; everything is read from the world.
//!
//! Source of the shapes: github getgems-io/nft-contracts docs/read-api-en.md (2026-03-23), the types that clients generate
//! from the operator's schema, and one recorded page; see `fixtures/README.md`. Where nobody recorded an answer, it
//! follows those types.

mod ask;
mod collections;
mod cursor;
mod history;
mod item;
mod listings;
mod offers;
#[cfg(test)]
mod tests;
mod truth;
mod usernames;
mod wire;

pub(crate) use history::hash as happening_hash;
pub(crate) use item::part;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::Request,
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use domain::Custody;
use serde_json::json;

use crate::{
    market::{Access, Coin, Endpoint, EndpointKind, Limit, Market, Shelf, Way, ask_is_price},
    outside::Outside,
    serve::gate::html,
};

/// The key that opens it.
pub const API_KEY: &str = "sandbox-getgems-key";

/// Its registration. Limit: 400 requests per 5 minutes and address, over it an HTML page (docs/read-api-en.md).
pub const MARKET: Market = Market {
    id: "getgems",
    base: "/getgems/public-api",
    shelves: &[CHAIN, OFFCHAIN],
    endpoints: ENDPOINTS,
    limit: Limit::Window { requests: 400, window_ms: 300_000 },
    access: Access::Key(API_KEY),
    ask: ask_is_price,
    takes_offers: true,
    router,
    over_limit: |_| html(StatusCode::SERVICE_UNAVAILABLE),
    refusal,
    truth: Some(truth::tell),
};

/// Exported gifts: sold through GetGems' contracts, in auctions, or through Telegram's own item contract.
const CHAIN: Shelf = Shelf {
    custody: Custody::Chain,
    gifts_per_mille: 260,
    listed_per_mille: 560,
    ways: &[
        (Way::Fixed, Coin::Ton, 250),
        (Way::Fixed, Coin::Usdt, 30),
        (Way::Auction, Coin::Ton, 20),
        (Way::Telemint, Coin::Ton, 700),
    ],
    fees: &[(0, 0, 700), (200, 0, 150), (500, 500, 150)],
    tells_moves: true,
};

/// Gifts in GetGems' own custody, kind `OffchainNft`.
const OFFCHAIN: Shelf = Shelf {
    custody: Custody::Market,
    gifts_per_mille: 170,
    listed_per_mille: 850,
    ways: &[(Way::Fixed, Coin::Ton, 1_000)],
    fees: &[(0, 0, 1_000)],
    tells_moves: false,
};

const ITEM: &[&str] = &["/address", "/name", "/sale/type", "/sale/fullPrice", "/sale/currency"];
const HAPPENING: &[&str] = &["/address", "/name", "/typeData/type", "/hash"];
const OFFER: &[&str] = &["/fullPrice", "/currency", "/offerAddress", "/isCollectionOffer"];
const COLLECTION: &[&str] = &["/address", "/name"];

const fn endpoint(
    name: &'static str,
    route: &'static str,
    kind: EndpointKind,
    required: &'static [&'static str],
) -> Endpoint {
    Endpoint { name, route, kind, items: "/response/items", required }
}

const ENDPOINTS: &[Endpoint] = &{
    use EndpointKind::{Catalog, Happenings, Listings, Other};
    [
        endpoint("gifts-collections", "/v1/gifts/collections", Catalog, COLLECTION),
        endpoint("gifts-collections-top", "/v1/gifts/collections/top", Catalog, &[]),
        endpoint("collections-top", "/v1/collections/top", Catalog, &[]),
        endpoint("collection", "/v1/collection/{address}", Catalog, &[]),
        endpoint("collection-basic-info", "/v1/collection/basic-info/{address}", Catalog, &[]),
        endpoint("collection-stats", "/v1/collection/stats/{address}", Catalog, &[]),
        endpoint("collection-attributes", "/v1/collection/attributes/{address}", Catalog, &[]),
        endpoint("collection-history", "/v1/collection/history/{address}", Happenings, HAPPENING),
        endpoint("on-sale", "/v1/nfts/on-sale/{address}", Listings, ITEM),
        endpoint("offchain-on-sale", "/v1/nfts/offchain/on-sale/{address}", Listings, ITEM),
        endpoint("offchain-on-sale-gifts", "/v1/nfts/offchain/on-sale/gifts", Listings, ITEM),
        endpoint("history-gifts", "/v1/nfts/history/gifts", Happenings, HAPPENING),
        endpoint("offers-collection", "/v1/offers/collection/{address}", Listings, OFFER),
        endpoint("nfts-list", "/v1/nfts/list", Other, &["/address"]),
        endpoint("nfts-owner", "/v1/nfts/owner/{address}", Other, &["/address"]),
        endpoint("nfts-collection", "/v1/nfts/collection/{address}", Other, &["/address"]),
        endpoint("nft", "/v1/nft/{address}", Other, &[]),
        endpoint("nft-history", "/v1/nft/history/{address}", Happenings, HAPPENING),
    ]
};

fn router() -> Router<Arc<Outside>> {
    Router::new()
        .route("/v1/gifts/collections", get(collections::gifts))
        .route("/v1/gifts/collections/top", get(collections::top))
        .route("/v1/collections/top", get(collections::top))
        .route("/v1/collection/{address}", get(collections::one))
        .route("/v1/collection/basic-info/{address}", get(collections::basic_info))
        .route("/v1/collection/stats/{address}", get(collections::stats))
        .route("/v1/collection/attributes/{address}", get(collections::attributes))
        .route("/v1/collection/history/{address}", get(history::of_collection))
        .route("/v1/nfts/on-sale/{address}", get(listings::on_sale))
        .route("/v1/nfts/offchain/on-sale/{address}", get(listings::offchain_on_sale))
        .route("/v1/nfts/offchain/on-sale/gifts", get(listings::offchain_on_sale_gifts))
        .route("/v1/nfts/history/gifts", get(history::of_gifts))
        .route("/v1/offers/collection/{address}", get(offers::of_collection))
        .route("/v1/nfts/list", post(listings::by_address))
        .route("/v1/nfts/owner/{address}", get(listings::of_owner))
        .route("/v1/nfts/collection/{address}", get(listings::of_collection))
        .route("/v1/nft/{address}", get(listings::one))
        .route("/v1/nft/history/{address}", get(history::of_item))
        .layer(middleware::from_fn(authorize))
}

/// The key stands bare in the header; some clients write `Bearer` before it and get in too.
async fn authorize(request: Request, next: Next) -> Response {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = header.map(|value| value.strip_prefix("Bearer ").unwrap_or(value));
    if key != Some(API_KEY) {
        return refusal(401);
    }
    next.run(request).await
}

fn refusal(status: u16) -> Response {
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if code == StatusCode::UNAUTHORIZED {
        return (code, Json(json!({ "success": false, "name": "Unauthorized" }))).into_response();
    }
    let reason = code.canonical_reason().unwrap_or("Error");
    let body = json!({ "name": reason, "status": status, "errors": [{ "message": reason }] });
    (code, Json(body)).into_response()
}

/// A refusal of what was asked.
#[derive(Debug)]
struct Refused {
    status: u16,
    message: String,
    path: &'static str,
}

impl Refused {
    fn bad(path: &'static str, message: impl Into<String>) -> Self {
        Self { status: 400, message: message.into(), path }
    }

    fn unknown(message: &str) -> Self {
        Self { status: 404, message: message.to_owned(), path: "address" }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self { status, message, path } = self;
        let code = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        let error = json!({ "message": message, "path": path, "errorCode": "validation" });
        let body = json!({ "name": "Logic Error", "status": status, "errors": [error] });
        (code, Json(body)).into_response()
    }
}
