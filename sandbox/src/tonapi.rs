//! TonAPI v2 as far as gifts and rates go. Items, collections, accounts and what happened are asked of the chain; the price of TON follows
//! from the seed and the time alone and moves slowly.
//!
//! Source of the shapes: github tonkeeper/opentonapi `api/openapi.yml` (commit f41c2cbf, 2026-08-21); nobody recorded an answer for a gift.

mod nfts;
mod write;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Query, Request, State},
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{json, value::RawValue};

use crate::{
    market::{Access, Endpoint, EndpointKind, Limit, Market, ask_is_price},
    outside::Outside,
    random::{Draw, For},
    serve::{gate::retry_after, list::decimal_number},
};

/// Its registration. Limit without a key: one request per 4 seconds (`docs.tonconsole.com`, 2026-07).
pub const MARKET: Market = Market {
    id: "tonapi",
    base: "/tonapi",
    shelves: &[],
    endpoints: ENDPOINTS,
    limit: Limit::Steady { every_ms: 4_000, burst: 2 },
    access: Access::Open,
    ask: ask_is_price,
    takes_offers: false,
    router,
    over_limit: |wait_ms| retry_after(refusal(429), wait_ms),
    refusal,
    truth: None,
};

const ENDPOINTS: &[Endpoint] = &{
    use EndpointKind::{Catalog, Other};
    const fn endpoint(name: &'static str, route: &'static str, items: &'static str) -> Endpoint {
        Endpoint { name, route, kind: Other, items, required: &[] }
    }
    [
        Endpoint {
            name: "rates",
            route: "/v2/rates",
            kind: Catalog,
            items: "/rates",
            required: &["/TON", "/TON/prices", "/TON/prices/USD"],
        },
        endpoint("collections", "/v2/nfts/collections", "/nft_collections"),
        endpoint("collection", "/v2/nfts/collections/{account}", ""),
        endpoint("collection-items", "/v2/nfts/collections/{account}/items", "/nft_items"),
        endpoint("nfts-bulk", "/v2/nfts/_bulk", "/nft_items"),
        endpoint("nft", "/v2/nfts/{account}", ""),
        endpoint("account-nfts", "/v2/accounts/{account}/nfts", "/nft_items"),
        endpoint("account-nfts-history", "/v2/accounts/{account}/nfts/history", "/operations"),
        endpoint("account-events", "/v2/accounts/{account}/events", "/events"),
        endpoint("blockchain-account", "/v2/blockchain/accounts/{account}", ""),
    ]
};

fn router() -> Router<Arc<Outside>> {
    Router::new()
        .route("/v2/rates", get(rates))
        .route("/v2/nfts/collections", get(nfts::collections))
        .route("/v2/nfts/collections/{account}", get(nfts::collection))
        .route("/v2/nfts/collections/{account}/items", get(nfts::collection_items))
        .route("/v2/nfts/_bulk", post(nfts::bulk))
        .route("/v2/nfts/{account}", get(nfts::one))
        .route("/v2/accounts/{account}/nfts", get(nfts::of_account))
        .route("/v2/accounts/{account}/nfts/history", get(nfts::history))
        .route("/v2/accounts/{account}/events", get(nfts::events))
        .route("/v2/blockchain/accounts/{account}", get(nfts::account))
        .layer(middleware::from_fn(authorize))
}

/// The key that it knows. None is needed.
pub const API_KEY: &str = "sandbox-tonapi-key";

/// A token that is not known is refused; none at all is let in.
async fn authorize(request: Request, next: Next) -> Response {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = header.map(|value| value.strip_prefix("Bearer ").unwrap_or(value));
    if key.is_some_and(|key| key != API_KEY) {
        return refusal(401);
    }
    next.run(request).await
}

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Dollars of one TON in 10^-4, around which the rate moves.
const HOME_X10000: i64 = 15_400;

fn refusal(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let why = match status {
        StatusCode::TOO_MANY_REQUESTS => "rate limit: free tier",
        StatusCode::NOT_FOUND => "entity not found",
        _ => status.canonical_reason().unwrap_or("error"),
    };
    (status, Json(json!({ "error": why }))).into_response()
}

/// Dollars of one TON in 10^-4 at a time in milliseconds since 1970: straight lines between hourly points that lie within
/// 8 % of home, drawn by three days, plus 1 % drawn by the hour.
pub fn usd_per_ton_x10000(seed: u64, at_ms: i64) -> i64 {
    let point = |hour: i64| {
        let wave = line(seed, 1, hour, 72, 800);
        let ripple = Draw::of(seed, For::Rate, 2, hour as u64).between(-100, 100);
        HOME_X10000 + HOME_X10000 * (wave + ripple) / 10_000
    };
    let (hour, rest) = (at_ms.div_euclid(HOUR_MS), at_ms.rem_euclid(HOUR_MS));
    let (from, to) = (point(hour), point(hour + 1));
    from + (to - from) * rest / HOUR_MS
}

fn line(seed: u64, stream: u64, at: i64, every: i64, width: i64) -> i64 {
    let point = |place: i64| Draw::of(seed, For::Rate, stream, place as u64).between(-width, width);
    let (place, rest) = (at.div_euclid(every), at.rem_euclid(every));
    let (from, to) = (point(place), point(place + 1));
    from + (to - from) * rest / every
}

/// A change in hundredths of a percent as TonAPI writes it: with a sign, the minus being U+2212 (seen in recorded answers).
fn change(now: i64, then: i64) -> String {
    let bps = (now - then) * 10_000 / then.max(1);
    let sign = match bps {
        0 => "",
        1.. => "+",
        _ => "\u{2212}",
    };
    format!("{sign}{}.{:02}%", bps.abs() / 100, bps.abs() % 100)
}

type Pairs = Query<Vec<(String, String)>>;

async fn rates(State(outside): State<Arc<Outside>>, Query(pairs): Pairs) -> Response {
    let list = |name: &str| -> Vec<String> {
        let values = pairs.iter().filter(|(key, _)| key == name);
        values.flat_map(|(_, value)| value.split(',')).map(str::to_ascii_uppercase).collect()
    };
    let (tokens, currencies) = (list("tokens"), list("currencies"));
    if tokens.is_empty() || currencies.is_empty() || tokens.len() > 100 || currencies.len() > 50 {
        return refusal(400);
    }
    let now_ms = outside.now_us() / 1_000;
    let rate = |ago_ms: i64| usd_per_ton_x10000(outside.options.seed, now_ms - ago_ms);
    let wanted = |list: &[String], word: &str| list.iter().any(|entry| entry == word);
    let mut rates = serde_json::Map::new();
    if wanted(&tokens, "TON") && wanted(&currencies, "USD") {
        let now = rate(0);
        let diff = |days: i64| json!({ "USD": change(now, rate(days * DAY_MS)) });
        let price: &RawValue = &decimal_number(now, 4);
        let token = json!({
            "prices": { "USD": price },
            "diff_24h": diff(1),
            "diff_7d": diff(7),
            "diff_30d": diff(30),
        });
        rates.insert("TON".to_owned(), token);
    }
    Json(json!({ "rates": rates })).into_response()
}
