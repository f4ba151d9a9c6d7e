//! Listings: by filter in pages of twenty, by id, and putting one's own gift up.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{Path, State, rejection::JsonRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    auth::SignedInAs,
    bad,
    gift::{Shown, as_telegram, gift},
    ids::{self, Cursor},
    problem, refusal, shelf,
    wire::{PutUp, Saling},
};
use crate::{
    fault::pages::Rows,
    outside::Outside,
    serve::list::{Asked, row},
    world::World,
};

/// Largest page; more is cut to it without a word.
pub(super) const COUNT_MAX: usize = 20;
/// Most ids of one request.
const IDS_MAX: usize = 100;
/// How long the order of `None` lasts at speed 1, in microseconds.
const SHUFFLE_US: u64 = 10_000_000;

/// What the body must have, be it null: less is refused (client of 2026-09).
const REQUIRED: [&str; 23] = [
    "availableForStaking",
    "backdropNames",
    "collectionNames",
    "count",
    "craftable",
    "cursor",
    "forGame",
    "giftType",
    "isCrafted",
    "isNew",
    "isPremarket",
    "isTransferable",
    "lowToHigh",
    "luckyBuy",
    "maxPrice",
    "minPrice",
    "modelNames",
    "number",
    "ordering",
    "query",
    "removeSelfSales",
    "symbolNames",
    "tgCanBeCraftedFrom",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum Ordering {
    None,
    Price,
    Number,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ask {
    #[serde(flatten)]
    names: Names,
    count: u64,
    cursor: Option<String>,
    ordering: Ordering,
    low_to_high: bool,
    min_price: Option<i64>,
    max_price: Option<i64>,
    number: Option<u32>,
    query: Option<String>,
    gift_type: Option<String>,
    is_crafted: Option<bool>,
    is_premarket: Option<bool>,
}

/// Exact names, with U+2019; an empty list is no filter.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Names {
    pub(super) collection_names: Vec<String>,
    model_names: Vec<String>,
    backdrop_names: Vec<String>,
    symbol_names: Vec<String>,
}

impl Names {
    /// The collections named, or all.
    fn collections(&self, world: &World) -> Vec<usize> {
        let all = 0..world.catalog.peopled;
        let named = |at: &usize| {
            let title = world.catalog.collections[*at].title;
            self.collection_names.is_empty() || self.collection_names.iter().any(|name| name == title)
        };
        all.filter(named).collect()
    }

    /// Whether a gift's attributes are among those named.
    pub(super) fn fit(&self, world: &World, gift: u32) -> bool {
        let view = world.view(gift);
        let among = |names: &[String], own: &str| {
            names.is_empty() || names.iter().any(|name| *name == as_telegram(own))
        };
        let title = |name: &String| name == view.collection.title;
        (self.collection_names.is_empty() || self.collection_names.iter().any(title))
            && among(&self.model_names, view.model().name)
            && among(&self.backdrop_names, view.backdrop().name)
            && among(&self.symbol_names, view.symbol().name)
    }
}

fn read(body: Map<String, Value>) -> Result<Ask, String> {
    if let Some(missing) = REQUIRED.iter().find(|name| !body.contains_key(**name)) {
        return Err(format!("{missing} is required"));
    }
    let ask: Ask = serde_json::from_value(Value::Object(body)).map_err(|fault| fault.to_string())?;
    if ask.count == 0 { Err("count must be positive".to_owned()) } else { Ok(ask) }
}

impl Ask {
    fn fits(&self, world: &World, gift: u32) -> bool {
        let Some(lot) = world.lot(gift) else { return false };
        let view = world.view(gift);
        let price = super::ask(lot.amount);
        let query = self.query.as_deref().unwrap_or_default().to_lowercase();
        self.min_price.is_none_or(|least| price >= least)
            && self.max_price.is_none_or(|most| price <= most)
            && self.number.is_none_or(|number| number == view.gift.number)
            && (query.is_empty() || view.name().to_lowercase().contains(&query))
            && self.gift_type.as_deref().is_none_or(|kind| kind == "Upgraded")
            && self.is_crafted != Some(true)
            && self.is_premarket != Some(true)
            && self.names.fit(world, gift)
    }

    /// Every gift that fits, with the key that orders it.
    fn all(&self, world: &World, shelf: u8) -> Vec<(i64, u32)> {
        let lots = self.names.collections(world).into_iter().flat_map(|at| world.by_price(shelf, at, None));
        let fitting = lots.filter(|(_, gift)| self.fits(world, *gift));
        let keyed = fitting.map(|(net, gift)| match self.ordering {
            Ordering::Number => (i64::from(world.gifts[gift as usize].number), gift),
            Ordering::Price | Ordering::None => (net, gift),
        });
        keyed.collect()
    }

    /// One page by key, and how many there are in all.
    fn by_key(&self, mut all: Vec<(i64, u32)>, behind: Option<Cursor>) -> (Vec<(i64, u32)>, bool) {
        let behind = behind.map(|cursor| (cursor.key, cursor.gift));
        all.retain(|place| {
            behind.is_none_or(|behind| if self.low_to_high { *place > behind } else { *place < behind })
        });
        all.sort_unstable();
        if !self.low_to_high {
            all.reverse();
        }
        self.cut(all)
    }

    /// One page of an order that nobody can rely on: every ten seconds it begins elsewhere.
    fn shuffled(
        &self,
        mut all: Vec<(i64, u32)>,
        behind: Option<Cursor>,
        bucket: u64,
    ) -> (Vec<(i64, u32)>, bool) {
        all.sort_unstable_by_key(|(_, gift)| {
            crate::random::mix(u64::from(*gift) ^ crate::random::mix(bucket))
        });
        let shown = behind.map_or(0, |cursor| usize::try_from(cursor.key).unwrap_or(usize::MAX));
        let rest = all.into_iter().skip(shown).zip(shown..);
        self.cut(rest.map(|((_, gift), place)| (place as i64 + 1, gift)).collect())
    }

    fn cut(&self, mut all: Vec<(i64, u32)>) -> (Vec<(i64, u32)>, bool) {
        let count = usize::try_from(self.count).unwrap_or(COUNT_MAX).min(COUNT_MAX);
        all.truncate(count);
        let full = all.len() == count;
        (all, full)
    }
}

/// The body of a request as far as it is an object.
pub(super) type Body = Result<Json<Map<String, Value>>, JsonRejection>;

pub(super) async fn page(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    user: SignedInAs,
    body: Body,
) -> Response {
    let Ok(Json(body)) = body else { return bad("the body is no JSON object") };
    let ask = match read(body) {
        Ok(ask) => ask,
        Err(why) => return bad(&why),
    };
    let world = outside.world();
    let (shelf, me) = (shelf(&world, asked), world.person_by_telegram(user.telegram_id).map(|p| p.index));
    let all = ask.all(&world, shelf);
    let total = all.len();
    let lasts_us = (SHUFFLE_US * 1_000 / outside.options.speed_x1000).max(1);
    let bucket = outside.now_us().unsigned_abs() / lasts_us;
    let after = ask.cursor.as_deref().filter(|cursor| !cursor.is_empty());
    let answer = asked.page(&outside, after, |after| {
        let behind = after.map(|text| Cursor::read(text).ok_or("cursor is invalid")).transpose()?;
        let (page, full) = match ask.ordering {
            Ordering::None => ask.shuffled(all.clone(), behind, bucket),
            Ordering::Price | Ordering::Number => ask.by_key(all.clone(), behind),
        };
        let last = page.last().filter(|_| full);
        let cursor = last.map(|(key, gift)| Cursor { key: *key, gift: *gift }.write());
        let rows = page.iter().map(|(_, at)| {
            let view = world.view(*at);
            row(&gift(&view, shelf, me, Shown::now(&view)), None)
        });
        Ok::<_, &str>(Rows { rows: rows.collect(), cursor })
    });
    match answer {
        Ok(Rows { rows, cursor }) => {
            let gifts = rows.into_iter().map(|row| row.json).collect();
            Json(Saling { gifts, cursor, total }).into_response()
        }
        Err(why) => bad(why),
    }
}

#[derive(Deserialize)]
pub(super) struct Ids {
    ids: Vec<Uuid>,
}

pub(super) async fn by_ids(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    user: SignedInAs,
    body: Result<Json<Ids>, JsonRejection>,
) -> Response {
    let Ok(Json(Ids { ids })) = body else { return bad("ids is required") };
    if ids.len() > IDS_MAX {
        return bad("too many ids");
    }
    let world = outside.world();
    let shelf = shelf(&world, asked);
    let me = world.person_by_telegram(user.telegram_id).map(|person| person.index);
    let found = ids.into_iter().filter_map(|id| here(&world, shelf, id));
    let gifts = found.map(|at| {
        let view = world.view(at);
        gift(&view, shelf, me, Shown::now(&view))
    });
    Json(gifts.collect::<Vec<_>>()).into_response()
}

/// The gift with this lot id while it lies with MRKT.
fn here(world: &World, shelf: u8, id: Uuid) -> Option<u32> {
    ids::gift_of_lot(world, id).filter(|gift| world.gifts[*gift as usize].shelf == shelf)
}

pub(super) async fn one(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    user: SignedInAs,
    Path(id): Path<String>,
) -> Response {
    let Ok(id) = Uuid::try_parse(&id) else { return bad("id is no uuid") };
    let world = outside.world();
    let shelf = shelf(&world, asked);
    let me = world.person_by_telegram(user.telegram_id).map(|person| person.index);
    let Some(at) = here(&world, shelf, id) else { return refusal(404) };
    let view = world.view(at);
    Json(gift(&view, shelf, me, Shown::now(&view))).into_response()
}

#[derive(Deserialize)]
pub(super) struct Offer {
    ids: Vec<Uuid>,
    /// What the seller wants to get, nanoton.
    price: i64,
}

/// Puts gifts of the signed-in user up for sale: the price sent is the seller's, the price answered the buyer's.
pub(super) async fn put_up(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    user: SignedInAs,
    body: Result<Json<Offer>, JsonRejection>,
) -> Response {
    let Ok(Json(Offer { ids, price })) = body else { return bad("ids and price are required") };
    if ids.len() > IDS_MAX || !(10_000_000..=1_000_000_000_000_000).contains(&price) {
        return bad("ids or price out of range");
    }
    let at_us = outside.now_us();
    let mut world = outside.world_mut();
    let shelf = shelf(&world, asked);
    let me = world.person_by_telegram(user.telegram_id).map(|person| person.index);
    let mine = ids.iter().map(|id| here(&world, shelf, *id));
    let mine: Option<Vec<u32>> = mine.collect();
    let (Some(me), Some(mine)) = (me, mine) else { return problem(StatusCode::BAD_REQUEST, "not yours") };
    if mine.iter().any(|gift| world.gifts[*gift as usize].owner != me || world.lot(*gift).is_some()) {
        return problem(StatusCode::BAD_REQUEST, "not yours, or already for sale");
    }
    for gift in mine {
        // An id may be named twice; the second time there is nothing left to do.
        let _ = world.list_by_hand(me, gift, price, at_us);
    }
    let prices = vec![super::ask(price); ids.len()];
    Json(PutUp { ids: ids.iter().map(Uuid::to_string).collect(), prices }).into_response()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_body_panics(name in proptest::sample::select(REQUIRED.to_vec()), value in "\\PC{0,20}", number: i64) {
            let mut body: Map<String, Value> = REQUIRED.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
            for value in [Value::String(value), number.into(), Value::Array(vec![]), Value::Object(Map::new())] {
                body.insert(name.to_owned(), value);
                let _ = read(body.clone());
            }
        }
    }
}
