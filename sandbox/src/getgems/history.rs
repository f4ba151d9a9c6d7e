//! What happened: one feed of all gifts, of one collection, of one item.

use std::sync::Arc;

use axum::{Extension, extract::State};
use chain::Address;
use domain::Custody;

use super::{
    Refused,
    ask::{Ask, Of},
    cursor::Cursor,
    item::{address, collection_address},
    listings::{Answer, find, list},
    wire::{HistoryItem, TypeData},
};
use crate::{
    fault::pages::Rows,
    onchain::logical_time,
    outside::Outside,
    random::{Draw, For},
    serve::list::{Asked, decimal, iso, row},
    world::{Happening, Kind, World, friendly},
};

pub(super) async fn of_gifts(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    ask: Ask,
) -> Answer {
    answer(&outside, &outside.world(), asked, &ask, |_| true)
}

pub(super) async fn of_collection(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    Of(collection): Of,
    ask: Ask,
) -> Answer {
    let world = outside.world();
    let range = world.catalog.by_address(&collection).map_or(0..0, |at| world.ranges[at].clone());
    answer(&outside, &world, asked, &ask, |happening| range.contains(&happening.gift))
}

pub(super) async fn of_item(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    Of(wanted): Of,
    ask: Ask,
) -> Answer {
    let world = outside.world();
    let gift = find(&world, asked.market, &wanted).ok_or_else(|| Refused::unknown("Nft not found"))?;
    answer(&outside, &world, asked, &ask, |happening| happening.gift == gift)
}

fn answer(
    outside: &Outside,
    world: &World,
    asked: Asked,
    ask: &Ask,
    about: impl Fn(&Happening) -> bool,
) -> Answer {
    let fetch = |after: Option<&str>| page(world, asked.market, ask, after, &about);
    Ok(list(asked.page(outside, ask.after.as_deref(), fetch)?))
}

/// Newest first; `reverse` walks the other way. The cursor is the last item shown, so the walk can turn around there. An
/// empty page has none, and a walk backwards has none on its last page.
fn page(
    world: &World,
    market: usize,
    ask: &Ask,
    after: Option<&str>,
    about: &impl Fn(&Happening) -> bool,
) -> Result<Rows, Refused> {
    let after = after.map(Cursor::read).transpose()?.map(|cursor| cursor.number);
    let history = world.history(market);
    let fits = |(_, happening): &(u64, &Happening)| {
        let at_ms = happening.at_us / 1_000;
        let word = word(happening.kind);
        about(happening)
            && (ask.types.is_empty() || ask.types.iter().any(|wanted| wanted == word))
            && ask.from_ms.is_none_or(|from| at_ms >= from)
            && ask.to_ms.is_none_or(|to| at_ms <= to)
    };
    let page: Vec<(u64, &Happening)> = if ask.reverse {
        history.from(after.map_or(0, |at| at.saturating_add(1))).filter(fits).take(ask.limit).collect()
    } else {
        history.below(after.unwrap_or(u64::MAX)).filter(fits).take(ask.limit).collect()
    };
    let more = ask.reverse || page.len() == ask.limit;
    let cursor = page
        .last()
        .filter(|_| more)
        .map(|(sequence, happening)| Cursor { key: happening.at_us / 1_000, number: *sequence }.write());
    let item = |(sequence, happening): &(u64, &Happening)| {
        row(&item(world, market, *sequence, happening), Some(*sequence))
    };
    Ok(Rows { rows: page.iter().map(item).collect(), cursor })
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Listed | Kind::Repriced => "putUpForSale",
        Kind::Cancelled => "cancelSale",
        Kind::Sold => "sold",
        Kind::AuctionStarted => "putUpForAuction",
        Kind::AuctionCancelled => "cancelAuction",
        Kind::Transferred => "transfer",
        Kind::Exported => "mint",
    }
}

/// GetGems' address of the gift when it happened.
pub(super) fn address_then(world: &World, happening: &Happening) -> Address {
    let gift = &world.gifts[happening.gift as usize];
    address(world.collection(happening.gift), gift.number, world.custody(happening.shelf))
}

/// Identifies one happening: the transaction's hash on chain, GetGems' own word off chain.
pub(crate) fn hash(world: &World, market: usize, sequence: u64) -> String {
    let seed = world.seed ^ crate::random::mix(world.epoch_us as u64);
    Draw::of(seed, For::Happening, sequence, market as u64).hex(64)
}

fn item(world: &World, market: usize, sequence: u64, happening: &Happening) -> HistoryItem {
    let view = world.view(happening.gift);
    let at_ms = happening.at_us / 1_000;
    let chain = world.custody(happening.shelf) == Custody::Chain;
    HistoryItem {
        address: friendly(&address_then(world, happening)),
        name: view.name(),
        time: iso(happening.at_us, 3),
        timestamp: at_ms,
        collection_address: collection_address(view.collection),
        lt: logical_time(happening.at_us).to_string(),
        hash: hash(world, market, sequence),
        is_offchain: !chain,
        type_data: type_data(world, happening),
    }
}

fn type_data(world: &World, happening: &Happening) -> TypeData {
    let person = |index: u32| world.person(index).friendly();
    let Happening { amount, coin, from, to, kind, .. } = happening;
    let (price, price_nano) = (decimal(*amount, coin.decimals()), amount.to_string());
    let currency = coin.code();
    match kind {
        Kind::Listed => {
            let is_price_change = Some(false);
            TypeData::PutUpForSale { owner: person(*from), price, price_nano, currency, is_price_change }
        }
        Kind::Repriced => {
            let is_price_change = Some(true);
            TypeData::PutUpForSale { owner: person(*from), price, price_nano, currency, is_price_change }
        }
        Kind::Cancelled => TypeData::CancelSale { owner: person(*from), price, price_nano, currency },
        Kind::Sold => TypeData::Sold {
            old_owner: person(*from),
            new_owner: person(*to),
            price,
            price_nano,
            currency,
            reject_from_global_top: happening.gift.is_multiple_of(97),
        },
        Kind::AuctionStarted => TypeData::PutUpForAuction { owner: person(*from) },
        Kind::AuctionCancelled => TypeData::CancelAuction { owner: person(*from) },
        Kind::Transferred => TypeData::Transfer { old_owner: person(*from), new_owner: person(*to) },
        Kind::Exported => TypeData::Mint,
    }
}
