//! TonAPI v2 as far as rates go: `/v2/rates`. The price of TON follows from the seed and the time alone and moves slowly.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
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
    endpoints: &[Endpoint {
        name: "rates",
        route: "/v2/rates",
        kind: EndpointKind::Catalog,
        items: "/rates",
        required: &["/TON", "/TON/prices", "/TON/prices/USD"],
    }],
    limit: Limit::Steady { every_ms: 4_000, burst: 2 },
    access: Access::Open,
    ask: ask_is_price,
    router: || Router::new().route("/v2/rates", get(rates)),
    over_limit: |wait_ms| retry_after(refusal(429), wait_ms),
    refusal,
    truth: None,
};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Dollars of one TON in 10^-4, around which the rate moves.
const HOME_X10000: i64 = 15_400;

fn refusal(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let why = match status {
        StatusCode::TOO_MANY_REQUESTS => "rate limit: free tier",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_moves_slowly_within_a_tenth() {
        for seed in [1, 2, 3] {
            let mut before = usd_per_ton_x10000(seed, 0);
            for minute in 1..20_000 {
                let now = usd_per_ton_x10000(seed, minute * 60_000);
                assert!((now - before).abs() <= 10, "{minute}: {before} {now}");
                assert!((13_800..17_000).contains(&now), "{now}");
                before = now;
            }
        }
        assert_ne!(usd_per_ton_x10000(1, DAY_MS), usd_per_ton_x10000(2, DAY_MS));
    }

    #[test]
    fn changes_are_spelled_as_recorded() {
        for (now, then, text) in [
            (10_052, 10_000, "+0.52%"),
            (9_622, 10_000, "\u{2212}3.78%"),
            (7, 7, "0.00%"),
            (21_234, 10_000, "+112.34%"),
        ] {
            assert_eq!(change(now, then), text);
        }
    }
}
