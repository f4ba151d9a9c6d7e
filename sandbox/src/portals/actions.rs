//! What happened, newest first, by offset. A happening has no id; the words of the filter are not those of the answer.

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
    nft::{Shown, nft, price, title},
    refusal,
    search::LIMIT_MAX,
    shelf,
    visitor::Visitor,
    wire::{Action, Actions},
};
use crate::{
    outside::Outside,
    serve::list::{Asked, iso, row},
    world::{Happening, Kind, World},
};

/// Words of the filter, each with the word of the answer. Nobody makes offers or buys by lot in this world, so these find nothing.
const FILTERS: [(&str, &str); 10] = [
    ("buy", "purchase"),
    ("sell", "purchase"),
    ("listing", "listing"),
    ("price_update", "price_update"),
    ("delist", "unlisting"),
    ("offer", "offer"),
    ("lucky_buy", "lucky_buy"),
    ("transfer", "transfer"),
    ("cancel", "cancel"),
    ("reject", "reject"),
];

/// Orders that are taken; both are the order of what happened.
const ORDERS: [&str; 2] = ["created_at desc", "listed_at desc"];

/// The answer's word for a happening; `None` for what it does not tell.
pub(super) fn word(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Listed => Some("listing"),
        Kind::Repriced => Some("price_update"),
        Kind::Cancelled => Some("unlisting"),
        Kind::Sold => Some("purchase"),
        Kind::AuctionStarted | Kind::AuctionCancelled | Kind::Transferred | Kind::Exported => None,
    }
}

/// The words that are asked for; all where none is.
fn words(ask: &Ask) -> Result<Vec<&'static str>, String> {
    let known = |word: &&str| FILTERS.iter().find(|(filter, _)| filter == word).map(|(_, told)| *told);
    let asked = ask.list("action_types");
    asked.iter().map(|word| known(word).ok_or_else(|| format!("action_types {word} is unknown"))).collect()
}

pub(super) async fn page(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    visitor: Visitor,
    ask: Ask,
) -> Response {
    let Some(reader) = visitor.telegram_id else { return refusal(401) };
    let read = ask.place(LIMIT_MAX).and_then(|place| Ok((place, words(&ask)?)));
    let ((offset, limit), words) = match read {
        Ok(read) => read,
        Err(why) => return bad(&why),
    };
    if ask.text("sort_by").is_some_and(|order| !ORDERS.contains(&order)) {
        return bad("sort_by is unknown");
    }
    let world = outside.world();
    let (shelf, me) = (shelf(&world, asked), world.person_by_telegram(reader).map(|person| person.index));
    let (collections, titles) = (ask.list("collection_ids"), ask.list("filter_by_collections"));
    let fits = |happening: &Happening| {
        let known = world.collection(happening.gift);
        let is_named =
            collections.is_empty() || ids::collection(known).is_some_and(|id| collections.contains(&id));
        let is_titled = titles.is_empty() || titles.contains(&title(known).as_str());
        let word = word(happening.kind);
        is_named && is_titled && word.is_some_and(|word| words.is_empty() || words.contains(&word))
    };
    let rows = asked.page_at(&outside, offset, limit, |offset| {
        let skipped = usize::try_from(offset).unwrap_or(usize::MAX);
        let newest = world.history(asked.market).below(u64::MAX).filter(|(_, happening)| fits(happening));
        let page = newest.skip(skipped).take(usize::try_from(limit).unwrap_or(usize::MAX));
        let rows =
            page.map(|(sequence, happening)| row(&action(&world, shelf, happening, me), Some(sequence)));
        Ok::<_, std::convert::Infallible>(rows.collect())
    });
    let Ok(rows) = rows;
    let actions: Vec<_> = rows.into_iter().map(|row| row.json).collect();
    Json(Actions { actions: (!actions.is_empty()).then_some(actions) }).into_response()
}

/// A happening with its gift as it stood then.
fn action(world: &World, shelf: u8, happening: &Happening, me: Option<u32>) -> Action {
    let amount = ask(happening.amount);
    let is_on_sale = matches!(happening.kind, Kind::Listed | Kind::Repriced);
    let shown = Shown { price: is_on_sale.then_some(amount), listed_us: None, deposits: happening.deposits };
    Action {
        kind: word(happening.kind).unwrap_or_default(),
        amount: Some(price(amount)),
        old_price: None,
        created_at: iso(happening.at_us, 6),
        offer_id: None,
        nft: nft(&world.view(happening.gift), shelf, me, shown),
    }
}
