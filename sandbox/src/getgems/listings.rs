//! Pages of items: for sale by collection, off chain by collection and over all, by owner, by address.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::State,
    response::{IntoResponse, Response},
};
use chain::{Address, getgems::OffchainGift};
use domain::Custody;
use serde::Deserialize;

use super::{
    Refused,
    ask::{Ask, Of},
    cursor::Cursor,
    item::item,
    usernames,
    wire::{Items, List, envelope},
};
use crate::{
    fault::pages::Rows,
    outside::Outside,
    serve::list::{Asked, row},
    world::World,
};

/// Most addresses of one list request.
const ADDRESSES_MAX: usize = 100;

pub(super) type Answer = Result<Response, Refused>;

/// A page as it goes out.
pub(super) fn list(rows: Rows) -> Response {
    let items = rows.rows.into_iter().map(|row| row.json).collect();
    envelope(List { items, cursor: rows.cursor }).into_response()
}

pub(super) async fn on_sale(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    Of(collection): Of,
    ask: Ask,
) -> Answer {
    let world = outside.world();
    if usernames::is_collection(&collection) {
        return Ok(list(
            asked.page(&outside, ask.after.as_deref(), |after| usernames::page(&world, after, ask.limit))?,
        ));
    }
    of_shelf(&outside, &world, asked, &collection, &ask, Custody::Chain)
}

pub(super) async fn offchain_on_sale(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    Of(collection): Of,
    ask: Ask,
) -> Answer {
    of_shelf(&outside, &outside.world(), asked, &collection, &ask, Custody::Market)
}

pub(super) async fn offchain_on_sale_gifts(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    ask: Ask,
) -> Answer {
    let world = outside.world();
    let all: Vec<usize> = (0..world.catalog.peopled).collect();
    let fetch =
        |after: Option<&str>| page(&world, shelf(&world, asked, Custody::Market), &all, after, ask.limit);
    Ok(list(asked.page(&outside, ask.after.as_deref(), fetch)?))
}

fn of_shelf(
    outside: &Outside,
    world: &World,
    asked: Asked,
    collection: &Address,
    ask: &Ask,
    custody: Custody,
) -> Answer {
    // A collection that nobody knows has nothing for sale; that is no fault of the request.
    let collections: Vec<usize> = world.catalog.by_address(collection).into_iter().collect();
    let shelf = shelf(world, asked, custody);
    let fetch = |after: Option<&str>| page(world, shelf, &collections, after, ask.limit);
    Ok(list(asked.page(outside, ask.after.as_deref(), fetch)?))
}

/// The market's shelf with this custody.
pub(super) fn shelf(world: &World, asked: Asked, custody: Custody) -> u8 {
    let mut shelves = world.shelves_of(asked.market);
    shelves.find(|shelf| world.custody(*shelf) == custody).unwrap_or_default()
}

/// Lots by rising price over some collections, behind a cursor.
fn page(
    world: &World,
    shelf: u8,
    collections: &[usize],
    after: Option<&str>,
    limit: usize,
) -> Result<Rows, Refused> {
    let behind = after.map(Cursor::read).transpose()?;
    let behind = behind.map(|cursor| (cursor.key, u32::try_from(cursor.number).unwrap_or(u32::MAX)));
    let next = collections.iter().flat_map(|at| world.by_price(shelf, *at, behind).take(limit));
    let mut lots: Vec<(i64, u32)> = next.collect();
    lots.sort_unstable();
    lots.truncate(limit);
    // A full page has a cursor even when nothing comes after it; the page behind it is empty.
    let last = lots.last().filter(|_| lots.len() == limit);
    let cursor = last.map(|(key, gift)| Cursor { key: *key, number: u64::from(*gift) }.write());
    let rows = lots.iter().map(|(_, gift)| row(&item(&world.view(*gift)), None)).collect();
    Ok(Rows { rows, cursor })
}

/// A page of gifts that GetGems can see and that fit, by their place in the world.
fn page_of(
    world: &World,
    market: usize,
    after: Option<&str>,
    limit: usize,
    candidates: impl Iterator<Item = u32>,
) -> Result<Rows, Refused> {
    let behind = after.map(Cursor::read).transpose()?;
    let shelves: Vec<u8> = world.shelves_of(market).collect();
    let gifts: Vec<u32> = candidates
        .filter(|gift| behind.is_none_or(|cursor| u64::from(*gift) > cursor.number))
        .filter(|gift| shelves.contains(&world.gifts[*gift as usize].shelf))
        .take(limit)
        .collect();
    let last = gifts.last().filter(|_| gifts.len() == limit);
    let cursor = last.map(|gift| Cursor { key: 0, number: u64::from(*gift) }.write());
    Ok(Rows { rows: gifts.iter().map(|gift| row(&item(&world.view(*gift)), None)).collect(), cursor })
}

pub(super) async fn of_owner(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    Of(owner): Of,
    ask: Ask,
) -> Answer {
    let world = outside.world();
    let owner = world.person_by_address(&owner).map(|person| person.index);
    let owned = |gift: &u32| Some(world.gifts[*gift as usize].owner) == owner;
    let fetch = |after: Option<&str>| {
        let all = 0..u32::try_from(world.gifts.len()).unwrap_or(0);
        page_of(&world, asked.market, after, ask.limit, all.filter(owned))
    };
    Ok(list(asked.page(&outside, ask.after.as_deref(), fetch)?))
}

pub(super) async fn of_collection(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    Of(collection): Of,
    ask: Ask,
) -> Answer {
    let world = outside.world();
    let range = world.catalog.by_address(&collection).map_or(0..0, |at| world.ranges[at].clone());
    let fetch = |after: Option<&str>| page_of(&world, asked.market, after, ask.limit, range.clone());
    Ok(list(asked.page(&outside, ask.after.as_deref(), fetch)?))
}

pub(super) async fn one(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    Of(wanted): Of,
) -> Answer {
    let world = outside.world();
    let gift = find(&world, asked.market, &wanted).ok_or_else(|| Refused::unknown("Nft not found"))?;
    Ok(envelope(item(&world.view(gift))).into_response())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AddressList {
    address_list: Vec<String>,
}

pub(super) async fn by_address(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    body: Result<Json<AddressList>, axum::extract::rejection::JsonRejection>,
) -> Answer {
    let Json(AddressList { address_list }) =
        body.map_err(|_| Refused::bad("addressList", "addressList is required"))?;
    if address_list.len() > ADDRESSES_MAX {
        return Err(Refused::bad("addressList", "addressList must have at most 100 addresses"));
    }
    let world = outside.world();
    let mut items = Vec::new();
    for text in address_list {
        let wanted = text.parse().map_err(|_| Refused::bad("addressList", "address is invalid"))?;
        items.extend(find(&world, asked.market, &wanted).map(|gift| item(&world.view(gift))));
    }
    Ok(envelope(Items { items }).into_response())
}

/// The gift that GetGems shows under this address now.
pub(super) fn find(world: &World, market: usize, wanted: &Address) -> Option<u32> {
    let custody_of = |gift: u32| {
        let shelf = world.gifts[gift as usize].shelf;
        world.shelves_of(market).any(|own| own == shelf).then(|| world.custody(shelf))
    };
    if let Ok(offchain) = OffchainGift::from_address(wanted) {
        let same = |slug: &str| OffchainGift::new(slug, offchain.number) == Ok(offchain);
        let at = world.catalog.collections.iter().position(|collection| same(collection.slug))?;
        return world.find(at, offchain.number).filter(|gift| custody_of(*gift) == Some(Custody::Market));
    }
    world.exported_at(wanted).filter(|gift| custody_of(*gift) == Some(Custody::Chain))
}
