//! Collections: the list, the top, and what is told of one.

use std::{collections::HashSet, sync::Arc};

use axum::{Extension, extract::State, response::IntoResponse};

use super::{
    Refused,
    ask::{Ask, Of},
    cursor::Cursor,
    item::{as_telegram, collection_address, image, image_sizes},
    listings::{Answer, list},
    wire::{AttributeFloor, AttributeFloors, Attributes, BasicInfo, Collection, Stats, TopItem, envelope},
};
use crate::{
    catalog::Traits,
    fault::pages::{Row, Rows},
    market::{Coin, Way},
    outside::Outside,
    serve::list::{Asked, decimal, decimal_number, row},
    world::{Gift, Kind, World},
};

const DAY_MS: i64 = 86_400_000;

fn collection(world: &World, at: usize) -> Collection {
    let known = &world.catalog.collections[at];
    Collection {
        address: collection_address(known).unwrap_or_default(),
        owner_address: None,
        name: known.plural.to_owned(),
        description: Some(format!("An exclusive collection of {} in Telegram.", known.plural)),
        image: Some(image(world.seed, known.slug, 500)),
        image_sizes: Some(image_sizes(world.seed, known.slug)),
    }
}

/// The collections that stand on TON: GetGems knows no others.
fn addressed(world: &World) -> impl Iterator<Item = usize> {
    let collections = world.catalog.collections.iter().enumerate();
    collections.filter(|(_, known)| known.address.is_some()).map(|(at, _)| at)
}

/// Rows behind the place that a cursor names.
fn page(all: Vec<Row>, after: Option<&str>, limit: usize) -> Result<Rows, Refused> {
    let skip = after.map(Cursor::read).transpose()?.map_or(0, |cursor| cursor.number as usize);
    let whole = all.len();
    let rows: Vec<Row> = all.into_iter().skip(skip).take(limit).collect();
    let end = skip + rows.len();
    let cursor = (end < whole).then(|| Cursor { key: 0, number: end as u64 }.write());
    Ok(Rows { rows, cursor })
}

pub(super) async fn gifts(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    ask: Ask,
) -> Answer {
    let world = outside.world();
    let fetch = |after: Option<&str>| {
        page(addressed(&world).map(|at| row(&collection(&world, at), None)).collect(), after, ask.limit)
    };
    Ok(list(asked.page(&outside, ask.after.as_deref(), fetch)?))
}

pub(super) async fn top(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    ask: Ask,
) -> Answer {
    let days = match ask.kind.as_deref().unwrap_or("day") {
        "day" => 1,
        "week" => 7,
        "month" => 30,
        "all" => 36_500,
        _ => return Err(Refused::bad("kind", "kind must be one of day, week, month, all")),
    };
    let world = outside.world();
    let since_us = world.now_us() - days * DAY_MS * 1_000;
    let sold = volumes(&world, asked.market, since_us);
    let mut order: Vec<usize> = addressed(&world).filter(|at| sold[*at].count > 0).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(sold[*at].nanoton), *at));
    let fetch = |after: Option<&str>| {
        let rows = order.iter().enumerate().map(|(place, at)| {
            let item = TopItem {
                place: place + 1,
                collection: collection(&world, *at),
                value: decimal(sold[*at].nanoton, 9),
                floor_price: decimal_number(floor(&world, asked.market, *at, |_| true).unwrap_or(0), 9),
                diff_percent: decimal_number(i64::try_from(*at).unwrap_or(0) % 37 - 18, 1),
            };
            row(&item, None)
        });
        page(rows.collect(), after, ask.limit)
    };
    Ok(list(asked.page(&outside, ask.after.as_deref(), fetch)?))
}

#[derive(Default, Clone)]
struct Volume {
    nanoton: i64,
    count: usize,
}

/// What was sold for TON since a time, by collection.
fn volumes(world: &World, market: usize, since_us: i64) -> Vec<Volume> {
    let mut volumes = vec![Volume::default(); world.catalog.collections.len()];
    for (_, happening) in world.history(market).below(u64::MAX) {
        if happening.at_us < since_us {
            break;
        }
        if happening.kind == Kind::Sold && happening.coin == Coin::Ton {
            let volume = &mut volumes[usize::from(world.gifts[happening.gift as usize].collection)];
            volume.nanoton = volume.nanoton.saturating_add(happening.amount);
            volume.count += 1;
        }
    }
    volumes
}

/// The lowest fixed price in nanoton among the gifts that fit.
fn floor(world: &World, market: usize, at: usize, fits: impl Fn(&Gift) -> bool) -> Option<i64> {
    let lowest = |shelf: u8| {
        let mut lots = world.by_price(shelf, at, None);
        lots.find_map(|(_, gift)| {
            let lot = world.lot(gift).filter(|lot| lot.way != Way::Auction && lot.coin == Coin::Ton)?;
            fits(&world.gifts[gift as usize]).then_some(lot.amount)
        })
    };
    world.shelves_of(market).filter_map(lowest).min()
}

fn known(world: &World, of: &Of) -> Result<usize, Refused> {
    world.catalog.by_address(&of.0).ok_or_else(|| Refused::unknown("Collection not found"))
}

pub(super) async fn one(State(outside): State<Arc<Outside>>, of: Of) -> Answer {
    let world = outside.world();
    let at = known(&world, &of)?;
    Ok(envelope(collection(&world, at)).into_response())
}

/// Gifts of a collection that GetGems can see.
fn seen(world: &World, market: usize, at: usize) -> impl Iterator<Item = (u32, &Gift)> {
    let shelves: Vec<u8> = world.shelves_of(market).collect();
    let gifts = world.ranges[at].clone().map(|gift| (gift, &world.gifts[gift as usize]));
    gifts.filter(move |(_, gift)| shelves.contains(&gift.shelf))
}

fn owners(world: &World, market: usize, at: usize) -> usize {
    seen(world, market, at).map(|(_, gift)| gift.owner).collect::<HashSet<_>>().len()
}

pub(super) async fn basic_info(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    of: Of,
) -> Answer {
    let world = outside.world();
    let at = known(&world, &of)?;
    let known = &world.catalog.collections[at];
    let address = collection_address(known).unwrap_or_default();
    let sold = &volumes(&world, asked.market, i64::MIN)[at];
    Ok(envelope(BasicInfo {
        getgems_url: format!("https://getgems.io/collection/{address}"),
        contract_address: address,
        name: known.plural.to_owned(),
        slug: known.plural.to_lowercase().replace(' ', "-"),
        floor: decimal_number(floor(&world, asked.market, at, |_| true).unwrap_or(0), 9),
        volume: decimal_number(sold.nanoton, 9),
        total_supply: seen(&world, asked.market, at).count(),
        sales_count: sold.count,
        unique_owners: owners(&world, asked.market, at),
        image_url: Some(image(world.seed, known.slug, 500)),
        discord_url: None,
        twitter_url: None,
        website_url: None,
        description: None,
        banner_image_url: None,
        royalty_fees: 0,
    })
    .into_response())
}

pub(super) async fn stats(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    of: Of,
) -> Answer {
    let world = outside.world();
    let at = known(&world, &of)?;
    let floor = floor(&world, asked.market, at, |_| true);
    let sold = volumes(&world, asked.market, i64::MIN)[at].nanoton;
    Ok(envelope(Stats {
        floor_price: floor.map(|amount| decimal_number(amount, 9)),
        floor_price_nano: floor.map(|amount| amount.to_string()),
        items_count: seen(&world, asked.market, at).count(),
        total_volume_sold: decimal(sold, 9),
        total_volume_sold_nano: sold.to_string(),
        holders: owners(&world, asked.market, at),
    })
    .into_response())
}

/// Name of one attribute of a gift.
type NameOf = fn(&World, u32) -> &'static str;

pub(super) async fn attributes(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    of: Of,
) -> Answer {
    let world = outside.world();
    let at = known(&world, &of)?;
    let known = &world.catalog.collections[at];
    let kinds: [(&'static str, &Traits, NameOf); 3] = [
        ("Model", &known.models, |world, gift| world.view(gift).model().name),
        ("Backdrop", &known.backdrops, |world, gift| world.view(gift).backdrop().name),
        ("Symbol", &known.symbols, |world, gift| world.view(gift).symbol().name),
    ];
    let attributes = kinds
        .into_iter()
        .map(|(trait_type, traits, of)| AttributeFloors {
            trait_type,
            values: floors(&world, asked.market, at, traits, |gift| of(&world, gift)),
        })
        .collect();
    Ok(envelope(Attributes { attributes }).into_response())
}

/// Count and floor per value that occurs, by name: two models of one name are one here.
fn floors(
    world: &World,
    market: usize,
    at: usize,
    traits: &Traits,
    name_of: impl Fn(u32) -> &'static str,
) -> Vec<AttributeFloor> {
    let mut found: std::collections::BTreeMap<&'static str, (usize, Option<i64>)> = Default::default();
    for (gift, _) in seen(world, market, at) {
        let entry = found.entry(name_of(gift)).or_default();
        entry.0 += 1;
        let lot = world.lot(gift).filter(|lot| lot.way != Way::Auction && lot.coin == Coin::Ton);
        if let Some(amount) = lot.map(|lot| lot.amount) {
            entry.1 = Some(entry.1.map_or(amount, |known| known.min(amount)));
        }
    }
    let mut names: Vec<&'static str> = traits.all().map(|value| value.name).collect();
    names.dedup();
    let values = names.into_iter().filter_map(|name| {
        let (count, floor) = found.remove(name)?;
        Some(AttributeFloor {
            value: as_telegram(name),
            count,
            min_price: floor.map(|amount| decimal(amount, 9)),
            min_price_nano: floor.map(|amount| amount.to_string()),
        })
    });
    values.collect()
}
