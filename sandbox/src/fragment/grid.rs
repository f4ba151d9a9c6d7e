//! The search: gifts for sale and sold, by collection or all, page by page.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{Query, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    ask::{Filter, PAGE, Search, Sort, is_script},
    html::{Entry, Status},
    seller, session,
};
use crate::{
    fault::{
        Fault,
        pages::{Row, Rows},
    },
    market::Way,
    outside::Outside,
    serve::list::{Asked, row},
    world::{Happening, Kind, World},
};

/// A listing ends a year after it was made.
const LISTING_US: i64 = 365 * 86_400_000_000;

#[derive(Deserialize)]
pub(super) struct Address {
    hash: Option<String>,
}

pub(super) async fn search(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    Query(Address { hash }): Query<Address>,
    headers: HeaderMap,
    form: String,
) -> Response {
    if !is_script(&headers) || !session::is_open(&outside, &headers, hash.as_deref()) {
        return refused("Session expired");
    }
    let search = match Search::read(&form) {
        Ok(search) => search,
        Err(why) => return refused(why),
    };
    let world = outside.world();
    // Offsets are digits: a page cannot lead to the one that was left out before it.
    let fault = asked.fault.filter(|chosen| chosen.fault != Fault::PagesSwapped);
    let asked = Asked { fault, ..asked };
    let fetch = |offset: Option<&str>| page(&world, &search, offset);
    match asked.page(&outside, search.offset.as_deref(), fetch) {
        Ok(rows) => Json(json!({ "ok": true, "html": markup(rows) })).into_response(),
        Err(why) => refused(why),
    }
}

/// What cannot be answered. The words are ours: clients look at `ok` alone.
fn refused(why: &str) -> Response {
    Json(json!({ "ok": false, "error": why })).into_response()
}

fn markup(Rows { rows, cursor }: Rows) -> String {
    if rows.is_empty() {
        return "<div class=\"table-cell-name\">No gifts found</div>".to_owned();
    }
    let texts = rows.iter().filter_map(|row| serde_json::from_str::<String>(row.json.get()).ok());
    let more = cursor.map(|offset| {
        format!("<div class=\"tm-load-more js-load-more\" data-next-offset=\"{offset}\"><span>Show more</span></div>\n")
    });
    texts.chain(more).collect()
}

/// A page of the whole list, from an offset that counts entries.
fn page(world: &World, search: &Search, offset: Option<&str>) -> Result<Rows, &'static str> {
    let offset: usize = offset.map_or(Ok(0), str::parse).map_err(|_| "Bad request")?;
    let collections: Vec<usize> = match &search.collection {
        Some(slug) => {
            world.catalog.by_slug(slug).filter(|at| *at < world.catalog.peopled).into_iter().collect()
        }
        None => (0..world.catalog.peopled).collect(),
    };
    let mut rows: Vec<Row> = match search.filter {
        Filter::Sale => for_sale(world, search.sort, &collections, offset),
        Filter::Sold => sold(world, search.sort, &collections, offset),
        Filter::All => {
            let (sale, sold) =
                (for_sale(world, search.sort, &collections, 0), sold(world, search.sort, &collections, 0));
            sale.into_iter().chain(sold).skip(offset).collect()
        }
        // Auctions through the item contract are not in this world.
        Filter::Auction => Vec::new(),
    };
    let has_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let cursor = has_more.then(|| (offset + PAGE).to_string());
    Ok(Rows { rows, cursor })
}

/// What is for sale through the item contract, behind so many; one more than a page.
fn for_sale(world: &World, sort: Sort, collections: &[usize], offset: usize) -> Vec<Row> {
    let Some((_, shelf)) = seller(world) else { return Vec::new() };
    let lots = collections.iter().flat_map(|at| world.by_price(shelf, *at, None));
    let mut lots: Vec<(i64, u32)> = lots.filter(|(_, gift)| is_listed(world, *gift)).collect();
    let listed_us = |gift: &u32| world.lot(*gift).map_or(0, |lot| lot.listed_us);
    match sort {
        Sort::PriceAsc => lots.sort_unstable(),
        Sort::PriceDesc => lots.sort_unstable_by(|a, b| b.cmp(a)),
        Sort::Listed => lots.sort_unstable_by_key(|(_, gift)| (std::cmp::Reverse(listed_us(gift)), *gift)),
        Sort::Ending => lots.sort_unstable_by_key(|(_, gift)| (listed_us(gift), *gift)),
    }
    let page = lots.into_iter().skip(offset).take(PAGE + 1);
    page.filter_map(|(_, gift)| Some(row(&entry_for_sale(world, gift)?, None))).collect()
}

/// Whether the gift is for sale through the item contract.
pub(super) fn is_listed(world: &World, gift: u32) -> bool {
    world.lot(gift).is_some_and(|lot| lot.way == Way::Telemint)
}

fn entry_for_sale(world: &World, gift: u32) -> Option<String> {
    let (view, lot) = (world.view(gift), world.lot(gift)?);
    let entry = Entry {
        slug: view.collection.slug,
        title: view.collection.title,
        number: view.gift.number,
        amount: lot.amount,
        status: Status::ForSale,
        at_us: lot.listed_us + LISTING_US,
    };
    Some(entry.markup())
}

/// Sales through the item contract, newest first.
pub(super) fn sales(world: &World) -> impl Iterator<Item = (u64, &Happening)> {
    let history = seller(world).map(|(market, _)| world.history(market).below(u64::MAX));
    let is_ours =
        |(_, happening): &(u64, &Happening)| happening.kind == Kind::Sold && happening.way == Way::Telemint;
    history.into_iter().flatten().filter(is_ours)
}

/// What was sold, behind so many; one more than a page.
fn sold(world: &World, sort: Sort, collections: &[usize], offset: usize) -> Vec<Row> {
    let about =
        |happening: &Happening| collections.iter().any(|at| world.ranges[*at].contains(&happening.gift));
    let is_all = collections.len() == world.catalog.peopled;
    let all = sales(world).filter(|(_, happening)| is_all || about(happening));
    let row = |(sequence, happening): (u64, &Happening)| row(&entry_sold(world, happening), Some(sequence));
    if matches!(sort, Sort::Ending | Sort::Listed) {
        return all.skip(offset).take(PAGE + 1).map(row).collect();
    }
    let mut all: Vec<_> = all.collect();
    all.sort_by_key(|(_, happening)| happening.amount);
    if sort == Sort::PriceDesc {
        all.reverse();
    }
    all.into_iter().skip(offset).take(PAGE + 1).map(row).collect()
}

fn entry_sold(world: &World, happening: &Happening) -> String {
    let view = world.view(happening.gift);
    let entry = Entry {
        slug: view.collection.slug,
        title: view.collection.title,
        number: view.gift.number,
        amount: happening.amount,
        status: Status::Sold,
        at_us: happening.at_us,
    };
    entry.markup()
}
