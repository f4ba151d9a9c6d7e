//! Listings: by filter in pages of thirty, and one by its number.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{Path, State, rejection::JsonRejection},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::Value;

use super::{
    auth, bad, error,
    filter::Filter,
    gift::{as_tonnel, element, export_at, gift_id, rated},
    ids, on_wire, shelf,
};
use crate::{
    fault::pages::Rows,
    outside::Outside,
    serve::list::{Asked, row},
    world::{GiftView, World},
};

/// Largest page.
const COUNT_MAX: usize = 30;

#[derive(Debug, Deserialize)]
pub(super) struct Ask {
    page: usize,
    limit: usize,
    sort: String,
    filter: String,
    #[serde(default)]
    price_range: Option<Value>,
}

/// What a page is ordered by, and which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Price,
    Latest,
    Exportable,
    Number,
    Id,
    Rarity,
}

/// The first key of a sort like `{"price":1,"gift_id":-1}`, and whether it falls; the id decides between equals.
fn read_sort(sort: &str) -> Option<(Key, bool)> {
    let sort: Value = serde_json::from_str(sort).ok()?;
    let sort = sort.as_object()?;
    // An object's keys come in alphabetical order here, so the one that is not the id is the first.
    let (name, way) = sort.iter().find(|(name, _)| *name != "gift_id").or_else(|| sort.iter().next())?;
    let key = match name.as_str() {
        "price" => Key::Price,
        "message_post_time" => Key::Latest,
        "export_at" => Key::Exportable,
        "gift_num" => Key::Number,
        "gift_id" => Key::Id,
        "rarity" => Key::Rarity,
        _ => return None,
    };
    match way.as_i64()? {
        1 => Some((key, false)),
        -1 => Some((key, true)),
        _ => None,
    }
}

/// A field of a listing as filters know it.
fn field(view: &GiftView<'_>, name: &str) -> Option<Value> {
    let lot = view.world.lot(view.index)?;
    Some(match name {
        "gift_id" => gift_id(view).into(),
        "gift_num" => view.gift.number.into(),
        "gift_name" | "name" => as_tonnel(view.collection.title).into(),
        "model" => rated(view.model()).into(),
        "symbol" => rated(view.symbol()).into(),
        "backdrop" => rated(view.backdrop()).into(),
        "asset" => lot.coin.code().into(),
        "export_at" => export_at(view).into(),
        "status" => "forsale".into(),
        // Only whether there is one is ever asked.
        "price" => true.into(),
        _ => return None,
    })
}

/// The open lots that fit, in order.
fn fitting(world: &World, shelf: u8, filter: &Filter, (key, is_falling): (Key, bool)) -> Vec<u32> {
    let all = 0..world.catalog.peopled;
    let named = filter.named("gift_name").and_then(Value::as_str);
    let wanted =
        all.filter(|at| named.is_none_or(|name| as_tonnel(world.catalog.collections[*at].title) == name));
    let lots = wanted.flat_map(|at| world.by_price(shelf, at, None));
    let fits = |gift: &u32| {
        let view = world.view(*gift);
        filter.fits(|name| field(&view, name))
    };
    let mut fitting: Vec<(i64, i64, u32)> = lots
        .map(|(_, gift)| gift)
        .filter(fits)
        .filter_map(|gift| {
            let (view, lot) = (world.view(gift), world.lot(gift)?);
            let value = match key {
                Key::Price => lot.key(),
                Key::Latest => lot.listed_us,
                Key::Exportable => i64::from(super::gift::export_s(&view)),
                Key::Number => i64::from(view.gift.number),
                Key::Id => gift_id(&view),
                Key::Rarity => i64::from(view.model().per_mille),
            };
            Some((if is_falling { -value } else { value }, -gift_id(&view), gift))
        })
        .collect();
    fitting.sort_unstable();
    fitting.into_iter().map(|(_, _, gift)| gift).collect()
}

pub(super) async fn page(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    body: Result<Json<Ask>, JsonRejection>,
) -> Response {
    let Ok(Json(Ask { page, limit, sort, filter, price_range })) = body else {
        return bad("Invalid request");
    };
    if limit > COUNT_MAX {
        return bad("limit is too big");
    }
    let Some(sort) = read_sort(&sort) else { return bad("Invalid sort") };
    let filter = serde_json::from_str(&filter).ok().and_then(|filter| Filter::read(&filter));
    let (Some(filter), None) = (filter, price_range) else { return bad("Invalid gift filter") };
    if page == 0 || limit == 0 {
        return bad("Invalid page");
    }
    let world = outside.world();
    let found = fitting(&world, shelf(&world, asked), &filter, sort);
    let start = (page - 1).saturating_mul(limit);
    // Where a page begins is a number of listings; it is on the wire as the page's number alone.
    let answer = on_wire(asked).page(&outside, Some(&start.to_string()), |after| {
        let start: usize = after.and_then(|text| text.parse().ok()).unwrap_or(0);
        let end = start.saturating_add(limit);
        let shown = found.iter().skip(start).take(limit);
        let rows = shown.filter_map(|gift| Some(row(&element(&world.view(*gift), world.lot(*gift)?), None)));
        let cursor = (end < found.len()).then(|| end.to_string());
        Ok::<_, std::convert::Infallible>(Rows { rows: rows.collect(), cursor })
    });
    let Ok(Rows { rows, cursor: _ }) = answer;
    Json(rows.into_iter().map(|row| row.json).collect::<Vec<_>>()).into_response()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Signed {
    auth_data: String,
}

/// One listing by its number, which stands in the address and not in the answer (a client of 2026-08).
pub(super) async fn one(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    Path(id): Path<i64>,
    body: Result<Json<Signed>, JsonRejection>,
) -> Response {
    let Ok(Json(Signed { auth_data })) = body else { return bad("authData is required") };
    if let Err(refusal) = auth::check(&outside, &auth_data) {
        return refusal;
    }
    let world = outside.world();
    let shelf = shelf(&world, asked);
    let found = ids::gift_of(&world, id).filter(|gift| world.gifts[*gift as usize].shelf == shelf);
    match found.and_then(|gift| Some((world.view(gift), world.lot(gift)?))) {
        Some((view, lot)) => Json(super::wire::Gift { gift_id: None, ..element(&view, lot) }).into_response(),
        None => error(axum::http::StatusCode::NOT_FOUND, "Gift not found"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sorts() {
        for (sort, expected) in [
            (r#"{"price":1,"gift_id":-1}"#, Some((Key::Price, false))),
            (r#"{"message_post_time":-1,"gift_id":-1}"#, Some((Key::Latest, true))),
            (r#"{"gift_id":-1}"#, Some((Key::Id, true))),
            (r#"{"gift_num":1,"gift_id":-1}"#, Some((Key::Number, false))),
            (r#"{"gift_id":2}"#, None),
            (r#"{"luck":1}"#, None),
            ("{}", None),
            ("price", None),
        ] {
            assert_eq!(read_sort(sort), expected, "{sort}");
        }
    }

    proptest! {
        #[test]
        fn no_sort_panics(sort in "\\PC{0,30}|\\{\"[a-z_]{1,8}\":-?[0-9]{1,20}\\}") { let _ = read_sort(&sort); }
    }
}
