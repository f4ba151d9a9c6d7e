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
    world::{Happening, Kind, World, auction_end_us},
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
        Filter::Sale => open(world, Status::ForSale, search.sort, &collections, offset),
        Filter::Auction => open(world, Status::OnAuction, search.sort, &collections, offset),
        Filter::Sold => sold(world, search.sort, &collections, offset),
        Filter::All => {
            let (sale, sold) = (
                open(world, Status::ForSale, search.sort, &collections, 0),
                sold(world, search.sort, &collections, 0),
            );
            sale.into_iter().chain(sold).skip(offset).collect()
        }
    };
    let has_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let cursor = has_more.then(|| (offset + PAGE).to_string());
    Ok(Rows { rows, cursor })
}

/// What stands so through the item contract, behind so many; one more than a page.
fn open(world: &World, status: Status, sort: Sort, collections: &[usize], offset: usize) -> Vec<Row> {
    let Some((_, shelf)) = seller(world) else { return Vec::new() };
    let lots = collections.iter().flat_map(|at| world.by_price(shelf, *at, None));
    let mut lots: Vec<(i64, u32)> = lots.filter(|(_, gift)| stands(world, *gift) == Some(status)).collect();
    let listed_us = |gift: &u32| world.lot(*gift).map_or(0, |lot| lot.listed_us);
    match sort {
        Sort::PriceAsc => lots.sort_unstable(),
        Sort::PriceDesc => lots.sort_unstable_by(|a, b| b.cmp(a)),
        Sort::Listed => lots.sort_unstable_by_key(|(_, gift)| (std::cmp::Reverse(listed_us(gift)), *gift)),
        Sort::Ending => lots.sort_unstable_by_key(|(_, gift)| (listed_us(gift), *gift)),
    }
    let page = lots.into_iter().skip(offset).take(PAGE + 1);
    page.filter_map(|(_, gift)| Some(row(&entry_open(world, gift)?, None))).collect()
}

/// How the gift stands open through the item contract; `None` where it does not.
pub(super) fn stands(world: &World, gift: u32) -> Option<Status> {
    let lot = world.lot(gift)?;
    let status = if lot.way == Way::Auction { Status::OnAuction } else { Status::ForSale };
    lot.way.is_telemint(world.view(gift).gift.number).then_some(status)
}

fn entry_open(world: &World, gift: u32) -> Option<String> {
    let (view, lot, status) = (world.view(gift), world.lot(gift)?, stands(world, gift)?);
    let is_auction = status == Status::OnAuction;
    let entry = Entry {
        slug: view.collection.slug,
        title: view.collection.title,
        number: view.gift.number,
        // Of an auction the highest bid, or the least that the first must be.
        amount: lot.bid.as_ref().map_or(lot.amount, |bid| bid.amount),
        status,
        at_us: if is_auction { auction_end_us(world, lot) } else { lot.listed_us + LISTING_US },
    };
    Some(entry.markup())
}

/// Sales through the item contract, newest first.
pub(super) fn sales(world: &World) -> impl Iterator<Item = (u64, &Happening)> {
    let history = seller(world).map(|(market, _)| world.history(market).below(u64::MAX));
    let is_ours = |(_, happening): &(u64, &Happening)| {
        let number = world.view(happening.gift).gift.number;
        happening.kind == Kind::Sold && happening.way.is_telemint(number)
    };
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
