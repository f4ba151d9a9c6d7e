//! Listings by filter, in pages of at most fifty, by offset.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::State,
    response::{IntoResponse, Response},
};

use super::{
    ask,
    ask::Ask,
    bad, ids,
    nft::{Shown, nft, title},
    shelf,
    visitor::Visitor,
    wire::Search,
};
use crate::{
    outside::Outside,
    serve::list::{Asked, row},
    world::World,
};

/// Largest page; more is cut to it without a word.
pub(super) const LIMIT_MAX: u64 = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    ListedAt,
    Price,
    Number,
    ModelRarity,
}

/// What is searched for.
#[derive(Debug)]
struct Question<'q> {
    by: By,
    falling: bool,
    collections: Vec<&'q str>,
    titles: Vec<&'q str>,
    models: Vec<&'q str>,
    backdrops: Vec<&'q str>,
    symbols: Vec<&'q str>,
    ids: Vec<&'q str>,
    /// A part of the number.
    number: Option<&'q str>,
    least: Option<i64>,
    most: Option<i64>,
    /// Nothing else is for sale by itself in this world.
    wants_listed: bool,
}

impl<'q> Question<'q> {
    fn read(ask: &'q Ask) -> Result<Self, String> {
        let (by, falling) = match ask.text("sort_by").unwrap_or("listed_at desc") {
            "listed_at desc" => (By::ListedAt, true),
            "price asc" => (By::Price, false),
            "price desc" => (By::Price, true),
            "external_collection_number asc" => (By::Number, false),
            "external_collection_number desc" => (By::Number, true),
            "model_rarity asc" => (By::ModelRarity, false),
            "model_rarity desc" => (By::ModelRarity, true),
            other => return Err(format!("sort_by {other} is unknown")),
        };
        let premarket = ask.text("premarket_status").unwrap_or("all");
        if !["all", "only_premarket", "without_premarket"].contains(&premarket) {
            return Err(format!("premarket_status {premarket} is unknown"));
        }
        Ok(Self {
            by,
            falling,
            collections: ask.list("collection_ids"),
            titles: ask.list("filter_by_collections"),
            models: ask.list("filter_by_models"),
            backdrops: ask.list("filter_by_backdrops"),
            symbols: ask.list("filter_by_symbols"),
            ids: ask.list("ids"),
            number: ask.text("external_collection_number"),
            least: ask.nanoton("min_price")?,
            most: ask.nanoton("max_price")?,
            wants_listed: ask.text("status").is_none_or(|status| status == "listed")
                && premarket != "only_premarket",
        })
    }

    fn fits(&self, world: &World, gift: u32) -> bool {
        let Some(lot) = world.lot(gift) else { return false };
        let view = world.view(gift);
        let price = ask(lot.amount);
        let among = |names: &[&str], own: &str| names.is_empty() || names.contains(&own);
        self.least.is_none_or(|least| price >= least)
            && self.most.is_none_or(|most| price <= most)
            && self.number.is_none_or(|part| view.gift.number.to_string().contains(part))
            && among(&self.models, view.model().name)
            && among(&self.backdrops, view.backdrop().name)
            && among(&self.symbols, view.symbol().name)
            && among(&self.ids, &ids::nft(world, gift, view.gift.deposits).to_string())
    }

    /// Everything that fits, in order.
    fn all(&self, world: &World, shelf: u8) -> Vec<u32> {
        if !self.wants_listed {
            return Vec::new();
        }
        let named = ids::listed().filter(|(_, known, id)| {
            (self.collections.is_empty() || self.collections.contains(id))
                && (self.titles.is_empty() || self.titles.contains(&title(known).as_str()))
        });
        let lots = named.flat_map(|(at, _, _)| world.by_price(shelf, at, None).map(|(_, gift)| gift));
        let mut all: Vec<u32> = lots.filter(|gift| self.fits(world, *gift)).collect();
        all.sort_by_cached_key(|gift| {
            let view = world.view(*gift);
            let lot = world.lot(*gift);
            let key = match self.by {
                By::ListedAt => lot.map_or(0, |lot| lot.listed_us),
                By::Price => lot.map_or(0, |lot| lot.amount),
                By::Number => i64::from(view.gift.number),
                By::ModelRarity => i64::from(view.model().per_mille),
            };
            (if self.falling { -key } else { key }, *gift)
        });
        all
    }
}

pub(super) async fn page(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    visitor: Visitor,
    ask: Ask,
) -> Response {
    let read = ask.place(LIMIT_MAX).and_then(|place| Ok((place, Question::read(&ask)?)));
    let ((offset, limit), question) = match read {
        Ok(read) => read,
        Err(why) => return bad(&why),
    };
    let world = outside.world();
    let shelf = shelf(&world, asked);
    let me = visitor.telegram_id.and_then(|id| world.person_by_telegram(id)).map(|person| person.index);
    let all = question.all(&world, shelf);
    let rows = asked.page_at(&outside, offset, limit, |offset| {
        let skipped = usize::try_from(offset).unwrap_or(usize::MAX);
        let page = all.iter().skip(skipped).take(usize::try_from(limit).unwrap_or(usize::MAX));
        let rows = page.map(|gift| {
            let view = world.view(*gift);
            row(&nft(&view, shelf, me, Shown::now(&view)), None)
        });
        Ok::<_, std::convert::Infallible>(rows.collect())
    });
    let Ok(rows) = rows;
    let results: Vec<_> = rows.into_iter().map(|row| row.json).collect();
    Json(Search {
        results: (!results.is_empty()).then_some(results),
        // Counted now and then, in tens.
        total_count: all.len() / 10 * 10,
    })
    .into_response()
}
