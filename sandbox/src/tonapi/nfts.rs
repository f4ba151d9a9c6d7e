//! Items, collections, accounts and what happened to them.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use chain::Address;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{refusal, write};
use crate::{
    onchain::{ChainAnswers, Happened, Item, WorldChain},
    outside::Outside,
};

/// Most entries of a page, and of a bulk request.
const LIMIT_MAX: usize = 1_000;

/// What a request may ask for; each endpoint knows its own.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Ask {
    limit: Option<usize>,
    offset: usize,
    collection: Option<String>,
    indirect_ownership: bool,
    before_lt: Option<u64>,
}

impl Ask {
    fn limit(&self, otherwise: Option<usize>) -> Result<usize, Refused> {
        let limit = self.limit.or(otherwise).filter(|limit| (1..=LIMIT_MAX).contains(limit));
        limit.ok_or(Refused(400))
    }
}

/// A refusal with this status.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refused(u16);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        refusal(self.0)
    }
}

type Answer = Result<Response, Refused>;
type Held = State<Arc<Outside>>;

fn address(text: &str) -> Result<Address, Refused> {
    text.parse().map_err(|_| Refused(400))
}

fn page<'i>(items: impl Iterator<Item = &'i Item>, ask: &Ask, limit: usize) -> Response {
    let list: Vec<Value> = items.skip(ask.offset).take(limit).map(write::item).collect();
    Json(json!({ "nft_items": list })).into_response()
}

pub(super) async fn collections(State(outside): Held, Query(ask): Query<Ask>) -> Answer {
    let limit = ask.limit(Some(100))?;
    let world = outside.world();
    let chain = WorldChain::of(&world).ok_or(Refused(404))?;
    let all = chain.collections().into_iter().skip(ask.offset).take(limit);
    let list: Vec<Value> = all.map(|(address, slug)| write::collection(&address, slug, &world)).collect();
    Ok(Json(json!({ "nft_collections": list })).into_response())
}

pub(super) async fn collection(State(outside): Held, Path(account): Path<String>) -> Answer {
    let wanted = address(&account)?;
    let world = outside.world();
    let chain = WorldChain::of(&world).ok_or(Refused(404))?;
    let found = chain.collections().into_iter().find(|(address, _)| *address == wanted);
    let (address, slug) = found.ok_or(Refused(404))?;
    Ok(Json(write::collection(&address, slug, &world)).into_response())
}

/// No filter and no order is promised.
pub(super) async fn collection_items(
    State(outside): Held,
    Path(account): Path<String>,
    Query(ask): Query<Ask>,
) -> Answer {
    let (wanted, limit) = (address(&account)?, ask.limit(Some(LIMIT_MAX))?);
    let world = outside.world();
    let chain = WorldChain::of(&world).ok_or(Refused(404))?;
    Ok(page(chain.items(&wanted).iter(), &ask, limit))
}

#[derive(Debug, Deserialize)]
pub(super) struct Accounts {
    account_ids: Vec<String>,
}

pub(super) async fn bulk(State(outside): Held, Json(asked): Json<Accounts>) -> Answer {
    if asked.account_ids.is_empty() || asked.account_ids.len() > LIMIT_MAX {
        return Err(Refused(400));
    }
    let world = outside.world();
    let chain = WorldChain::of(&world).ok_or(Refused(404))?;
    let addresses = asked.account_ids.iter().map(|text| address(text));
    let addresses: Vec<Address> = addresses.collect::<Result<_, _>>()?;
    let items: Vec<Item> = addresses.iter().filter_map(|address| chain.item(address)).collect();
    Ok(page(items.iter(), &Ask::default(), LIMIT_MAX))
}

pub(super) async fn one(State(outside): Held, Path(account): Path<String>) -> Answer {
    let wanted = address(&account)?;
    let world = outside.world();
    let item = WorldChain::of(&world).and_then(|chain| chain.item(&wanted));
    Ok(Json(write::item(&item.ok_or(Refused(404))?)).into_response())
}

pub(super) async fn of_account(
    State(outside): Held,
    Path(account): Path<String>,
    Query(ask): Query<Ask>,
) -> Answer {
    let (owner, limit) = (address(&account)?, ask.limit(Some(LIMIT_MAX))?);
    let only = ask.collection.as_deref().map(address).transpose()?;
    let world = outside.world();
    let chain = WorldChain::of(&world).ok_or(Refused(404))?;
    let collections = chain.collections().into_iter().map(|(address, _)| address);
    let collections = collections.filter(|address| only.is_none_or(|only| only == *address));
    let items: Vec<Item> = collections.flat_map(|address| chain.items(&address)).collect();
    let is_theirs =
        |item: &&Item| item.owner == owner || (ask.indirect_ownership && item.real_owner == owner);
    Ok(page(items.iter().filter(is_theirs), &ask, limit))
}

fn of_person(
    chain: &WorldChain<'_>,
    account: &Address,
    before_lt: Option<u64>,
    limit: usize,
) -> Vec<Happened> {
    let until = before_lt.map_or(u64::MAX, |lt| lt.saturating_sub(1));
    let is_theirs = |one: &Happened| {
        [one.from, one.real_from, one.to].into_iter().flatten().any(|person| person == *account)
    };
    chain.until(until).filter(is_theirs).filter(|one| one.to.is_some()).take(limit).collect()
}

pub(super) async fn history(
    State(outside): Held,
    Path(account): Path<String>,
    Query(ask): Query<Ask>,
) -> Answer {
    let (account, limit) = (address(&account)?, ask.limit(None)?);
    let world = outside.world();
    let chain = WorldChain::of(&world).ok_or(Refused(404))?;
    let found = of_person(&chain, &account, ask.before_lt, limit);
    let next = found.last().map_or(0, |last| last.lt);
    let list: Vec<Value> = found.iter().map(write::operation).collect();
    Ok(Json(json!({ "operations": list, "next_from": next })).into_response())
}

pub(super) async fn events(
    State(outside): Held,
    Path(account): Path<String>,
    Query(ask): Query<Ask>,
) -> Answer {
    let account = address(&account)?;
    let limit = ask.limit(None)?;
    if limit > 100 {
        return Err(Refused(400));
    }
    let world = outside.world();
    let chain = WorldChain::of(&world).ok_or(Refused(404))?;
    let found = of_person(&chain, &account, ask.before_lt, limit);
    let next = found.last().map_or(0, |last| last.lt);
    let list: Vec<Value> = found.iter().map(|one| write::event(one, &account)).collect();
    Ok(Json(json!({ "events": list, "next_from": next })).into_response())
}

pub(super) async fn account(State(outside): Held, Path(account): Path<String>) -> Answer {
    let wanted = address(&account)?;
    let world = outside.world();
    let chain = WorldChain::of(&world).ok_or(Refused(404))?;
    let sale = chain.sales(&[wanted]).pop();
    let code = match (&sale, chain.item(&wanted)) {
        (Some(sale), _) => Some(write::sale_code(sale.kind)),
        (None, Some(item)) => write::item_code(&item.code_hash),
        (None, None) => None,
    };
    Ok(Json(write::account(&wanted, code)).into_response())
}
