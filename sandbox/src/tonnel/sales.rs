//! The history: sales by filter in pages of fifty.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{State, rejection::JsonRejection},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::{
    auth, bad,
    filter::Filter,
    gift::{as_tonnel, rated},
    ids, on_wire,
    wire::Sale,
};
use crate::{
    fault::pages::Rows,
    outside::Outside,
    serve::list::{Asked, decimal, iso, row},
    world::{Happening, Kind, World},
};

/// Largest page.
const COUNT_MAX: usize = 50;

/// The words of the `type` filter. Nobody bids in this world, so `BID` finds nothing.
const KINDS: [&str; 4] = ["ALL", "SALE", "INTERNAL_SALE", "BID"];

/// Digits of a price of the history: as many as a floating-point number is written with.
const DIGITS: u32 = 16;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Ask {
    auth_data: String,
    page: usize,
    limit: usize,
    r#type: String,
    filter: Value,
    sort: Value,
}

/// The word for a sale that was paid between two of Tonnel's balances, and for any other. Which are which nobody has told; here it is one in
/// four.
pub(super) fn kind(gift_num: u32) -> &'static str {
    if gift_num.is_multiple_of(4) { "INTERNAL_SALE" } else { "SALE" }
}

/// A price as the history tells it, as text and in the coin's smallest unit, rounded to the nearest: what was asked for divided by 1.005.
pub(super) fn told(amount: i64, decimals: u32) -> (String, i64) {
    // 1.005 is 201 / 200.
    let (dividend, divisor) = (u128::from(amount.unsigned_abs()) * 200, 201);
    let mut places = decimals;
    while places < 18 && dividend * 10_u128.pow(places - decimals) / divisor < 10_u128.pow(DIGITS - 1) {
        places += 1;
    }
    let finer = 10_u128.pow(places - decimals);
    let units = (dividend * finer * 2 + divisor) / (divisor * 2);
    let text = decimal(i64::try_from(units).unwrap_or(i64::MAX), places);
    (text, i64::try_from((units + finer / 2) / finer).unwrap_or(i64::MAX))
}

/// Tonnel tells when in milliseconds.
pub(super) fn timestamp(happening: &Happening) -> String {
    iso(happening.at_us, 3)
}

fn sale(world: &World, happening: &Happening) -> Sale {
    let view = world.view(happening.gift);
    let (price, _) = told(happening.amount, happening.coin.decimals());
    Sale {
        gift_id: ids::gift_id(happening.gift, happening.deposits),
        gift_num: view.gift.number,
        gift_name: as_tonnel(view.collection.title),
        model: rated(view.model()),
        backdrop: rated(view.backdrop()),
        symbol: rated(view.symbol()),
        price: RawValue::from_string(price).expect("digits and a point are a number"),
        asset: happening.coin.code(),
        kind: kind(view.gift.number),
        bidder: 0,
        timestamp: timestamp(happening),
    }
}

/// A field of a sale as filters know it.
fn field(world: &World, happening: &Happening, name: &str) -> Option<Value> {
    let view = world.view(happening.gift);
    Some(match name {
        "timestamp" => timestamp(happening).into(),
        "gift_id" => ids::gift_id(happening.gift, happening.deposits).into(),
        "gift_num" => view.gift.number.into(),
        "gift_name" => as_tonnel(view.collection.title).into(),
        "model" => rated(view.model()).into(),
        "symbol" => rated(view.symbol()).into(),
        "backdrop" => rated(view.backdrop()).into(),
        "asset" => happening.coin.code().into(),
        _ => return None,
    })
}

pub(super) async fn page(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    body: Result<Json<Ask>, JsonRejection>,
) -> Response {
    let Ok(Json(Ask { auth_data, page, limit, r#type: wanted, filter, sort })) = body else {
        return bad("Invalid request");
    };
    if let Err(refusal) = auth::check(&outside, &auth_data) {
        return refusal;
    }
    let Some(filter) = Filter::read(&filter) else { return bad("Invalid filter") };
    if limit > COUNT_MAX {
        return bad("limit is too big");
    }
    if page == 0 || limit == 0 || !KINDS.contains(&wanted.as_str()) {
        return bad("Invalid request");
    }
    // Without a filter the sort is not looked at (a client of 2026-08): the oldest come first.
    let is_newest_first = match sort.get("timestamp").and_then(Value::as_i64) {
        Some(-1) => !filter.is_empty(),
        Some(1) => false,
        _ => return bad("Invalid sort"),
    };
    let world = outside.world();
    let fits = |(_, happening): &(u64, &Happening)| {
        let kind = kind(world.gifts[happening.gift as usize].number);
        happening.kind == Kind::Sold
            && (wanted == "ALL" || wanted == kind)
            && filter.fits(|name| field(&world, happening, name))
    };
    let history = world.history(asked.market);
    let start = (page - 1).saturating_mul(limit);
    // Enough to know of the page after the next; a fault may show that one instead.
    let enough = start.saturating_add(limit * 3);
    let found: Vec<(u64, &Happening)> = if is_newest_first {
        history.below(u64::MAX).filter(fits).take(enough).collect()
    } else {
        history.from(0).filter(fits).take(enough).collect()
    };
    let answer = on_wire(asked).page(&outside, Some(&start.to_string()), |after| {
        let start: usize = after.and_then(|text| text.parse().ok()).unwrap_or(0);
        let end = start.saturating_add(limit);
        let shown = found.iter().skip(start).take(limit);
        let rows = shown.map(|(sequence, happening)| row(&sale(&world, happening), Some(*sequence)));
        let cursor = (end < found.len()).then(|| end.to_string());
        Ok::<_, std::convert::Infallible>(Rows { rows: rows.collect(), cursor })
    });
    let Ok(Rows { rows, cursor: _ }) = answer;
    Json(rows.into_iter().map(|row| row.json).collect::<Vec<_>>()).into_response()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn prices_of_the_history_are_written_with_sixteen_digits() {
        for (amount, decimals, text, units) in [
            (10_000_000_000, 9, "9.950248756218905", 9_950_248_756),
            (846_500_000_000, 9, "842.2885572139303", 842_288_557_214),
            (19_850_000, 6, "19.75124378109453", 19_751_244),
            (10_000_000, 9, "0.009950248756218905", 9_950_249),
            (1_005_000_000, 9, "1", 1_000_000_000),
        ] {
            assert_eq!(told(amount, decimals), (text.to_owned(), units));
        }
    }

    proptest! {
        #[test]
        fn what_is_told_is_what_the_text_says(amount in 10_000_000..i64::MAX / 2) {
            let (text, units) = told(amount, 9);
            prop_assert_eq!(domain::decimal::units_rounded_from_decimal(&text, 9), Ok(units));
            // It was round before: nothing is lost that a reader could not find again.
            prop_assert!((i128::from(units) * 201 / 200 - i128::from(amount)).abs() <= i128::from(amount) / 1_000_000_000_000_000 + 1);
        }
    }
}
