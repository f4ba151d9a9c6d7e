//! toncenter's API v3 as far as gifts go: items, sales, transfers, actions, collections and account states. Owns no state; everything is
//! asked of the chain.
//!
//! Source of the shapes: github toncenter/ton-indexer ton-index-go (commit eb9fbfa3, 2026-07-17) and the actions that its authors expect
//! of recorded traces; nobody recorded a REST answer for a gift.

mod ask;
mod truth;
mod write;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::{
    Extension, Json, Router,
    extract::{ConnectInfo, Request, State},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};

use crate::{
    market::{Access, Endpoint, EndpointKind, Limit, Market, ask_is_price},
    onchain::{ChainAnswers as _, Happened, WorldChain},
    outside::Outside,
    serve::{
        door::Peer,
        list::{Asked, row},
    },
};
use ask::{Ask, Refused};

/// The key that opens the wider limit.
pub const API_KEY: &str = "sandbox-toncenter-key";

/// Its registration. Limits: ten requests a second with a free key, one without (docs.toncenter.com, 2026-07).
pub const MARKET: Market = Market {
    id: "toncenter",
    base: "/toncenter/api/v3",
    shelves: &[],
    endpoints: ENDPOINTS,
    limit: Limit::Steady { every_ms: 100, burst: 10 },
    access: Access::Key(API_KEY),
    ask: ask_is_price,
    takes_offers: false,
    router,
    over_limit: |_| over_limit(),
    refusal,
    truth: Some(truth::tell),
};

/// Without a key.
const KEYLESS: Limit = Limit::Steady { every_ms: 1_000, burst: 1 };
/// Where the limiter counts those: beyond every market's place.
const KEYLESS_PLACE: usize = 1_000;

const ENDPOINTS: &[Endpoint] = &{
    use EndpointKind::{Catalog, Happenings, Listings, Other};
    const fn endpoint(
        name: &'static str,
        route: &'static str,
        kind: EndpointKind,
        items: &'static str,
        required: &'static [&'static str],
    ) -> Endpoint {
        Endpoint { name, route, kind, items, required }
    }
    [
        endpoint("items", "/nft/items", Listings, "/nft_items", &["/address", "/index", "/on_sale"]),
        // By address: there are no pages in it that could be mixed up.
        endpoint("sales", "/nft/sales", Other, "/nft_sales", &["/type", "/address", "/details"]),
        endpoint(
            "actions",
            "/actions",
            Happenings,
            "/actions",
            &["/type", "/end_lt", "/end_utime", "/trace_end_lt", "/transactions", "/finality"],
        ),
        endpoint(
            "transfers",
            "/nft/transfers",
            Other,
            "/nft_transfers",
            &["/nft_address", "/transaction_lt"],
        ),
        endpoint("collections", "/nft/collections", Catalog, "/nft_collections", &["/address"]),
        endpoint("account-states", "/accountStates", Other, "/accounts", &["/address", "/code_hash"]),
    ]
};

fn router() -> Router<Arc<Outside>> {
    Router::new()
        .route("/nft/items", get(items))
        .route("/nft/sales", get(sales))
        .route("/nft/transfers", get(transfers))
        .route("/nft/collections", get(collections))
        .route("/actions", get(actions))
        .route("/accountStates", get(account_states))
        .layer(middleware::from_fn(mark_keyless))
}

/// A request without the key, for the handlers' sake.
#[derive(Debug, Clone, Copy)]
struct Keyless(bool);

/// An unknown key is refused; none at all is let in slowly.
async fn mark_keyless(mut request: Request, next: Next) -> Response {
    let header = request.headers().get("x-api-key").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let query = request.uri().query().unwrap_or_default();
    let in_query = query.split('&').find_map(|pair| pair.strip_prefix("api_key=")).map(str::to_owned);
    match header.or(in_query) {
        Some(key) if key != API_KEY => return refusal(401),
        key => request.extensions_mut().insert(Keyless(key.is_none())),
    };
    next.run(request).await
}

/// Whether a request without a key comes too soon.
fn is_too_soon(outside: &Outside, Keyless(is_keyless): Keyless, peer: Option<&ConnectInfo<Peer>>) -> bool {
    let (true, true, Some(ConnectInfo(peer))) = (is_keyless, outside.options.limits, peer) else {
        return false;
    };
    outside.limiter.spend(KEYLESS_PLACE, KEYLESS, peer.address.ip()).is_err()
}

/// As documented; there is no Retry-After.
fn over_limit() -> Response {
    let body = json!({ "ok": false, "result": "Ratelimit exceed", "code": 429 });
    (StatusCode::TOO_MANY_REQUESTS, Json(body)).into_response()
}

fn refusal(status: u16) -> Response {
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match code {
        StatusCode::TOO_MANY_REQUESTS => over_limit(),
        StatusCode::UNAUTHORIZED => {
            let body = json!({ "ok": false, "result": "API key does not exist", "code": 401 });
            (code, Json(body)).into_response()
        }
        _ => (code, Json(json!({ "error": code.canonical_reason().unwrap_or("error") }))).into_response(),
    }
}

/// What every handler needs, past the limit.
struct Door {
    outside: Arc<Outside>,
    asked: Asked,
}

impl axum::extract::FromRequestParts<Arc<Outside>> for Door {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        outside: &Arc<Outside>,
    ) -> Result<Self, Response> {
        let State(outside) = State::<Arc<Outside>>::from_request_parts(parts, outside)
            .await
            .map_err(IntoResponse::into_response)?;
        let Extension(asked) = Extension::<Asked>::from_request_parts(parts, &outside)
            .await
            .map_err(IntoResponse::into_response)?;
        let keyless = parts.extensions.get::<Keyless>().copied().unwrap_or(Keyless(true));
        let peer = parts.extensions.get::<ConnectInfo<Peer>>();
        if is_too_soon(&outside, keyless, peer) {
            return Err(over_limit());
        }
        Ok(Self { outside, asked })
    }
}

/// A list under its name, with the two books that stand beside it.
fn envelope(name: &str, list: Value, metadata: Value) -> Response {
    Json(json!({ name: list, "address_book": {}, "metadata": metadata })).into_response()
}

async fn items(door: Door, ask: Ask) -> Result<Response, Refused> {
    let world = door.outside.world();
    let chain = WorldChain::of(&world).ok_or(Refused("no chain"))?;
    let addresses = ask.accounts("address")?;
    let collections = ask.accounts("collection_address")?;
    let indexes = ask.values("index");
    if collections.is_empty() && !indexes.is_empty() {
        return Err(Refused("index parameter is not allowed without the collection_address"));
    }
    if collections.len() > 1 {
        return Err(Refused("exact one owner_address required for multiple collection_address"));
    }
    let mut found = match collections.first() {
        Some(collection) => chain.items(collection),
        None => addresses.iter().filter_map(|address| chain.item(address)).collect(),
    };
    found.retain(|item| {
        (addresses.is_empty() || addresses.contains(&item.address))
            && (indexes.is_empty() || indexes.contains(&item.index.to_decimal()))
    });
    let (limit, offset) = (ask.limit()?, ask.offset()?);
    let fetch = |offset: u64| {
        let page = found.iter().skip(usize::try_from(offset).unwrap_or(usize::MAX)).take(limit);
        Ok::<_, Refused>(page.map(|item| row(&write::item(item), None)).collect())
    };
    let rows = door.asked.page_at(&door.outside, offset, limit as u64, fetch)?;
    let list: Vec<_> = rows.into_iter().map(|row| row.json).collect();
    Ok(envelope("nft_items", json!(list), json!({})))
}

async fn sales(door: Door, ask: Ask) -> Result<Response, Refused> {
    let addresses = ask.accounts("address")?;
    if addresses.is_empty() {
        return Err(Refused("at least 1 address required"));
    }
    let world = door.outside.world();
    let chain = WorldChain::of(&world).ok_or(Refused("no chain"))?;
    let mut list: Vec<Value> = chain.sales(&addresses).iter().map(write::sale).collect();
    list.extend(chain.own_sales(&addresses).iter().map(write::own_sale));
    Ok(envelope("nft_sales", json!(list), json!({})))
}

async fn collections(door: Door, ask: Ask) -> Result<Response, Refused> {
    let wanted = ask.accounts("collection_address")?;
    let (limit, offset) = (ask.limit()?, ask.offset()?);
    let world = door.outside.world();
    let chain = WorldChain::of(&world).ok_or(Refused("no chain"))?;
    let all = chain.collections().into_iter();
    let found = all.filter(|(address, _)| wanted.is_empty() || wanted.contains(address));
    let page = found.skip(usize::try_from(offset).unwrap_or(usize::MAX)).take(limit);
    let list: Vec<Value> = page.map(|(address, slug)| write::collection(&address, slug)).collect();
    Ok(envelope("nft_collections", json!(list), json!({})))
}

async fn actions(door: Door, ask: Ask) -> Result<Response, Refused> {
    let world = door.outside.world();
    let chain = WorldChain::of(&world).ok_or(Refused("no chain"))?;
    let kinds = ask.values("action_type");
    let is_wanted = |happened: &Happened| {
        kinds.is_empty() || kinds.iter().any(|kind| kind == write::action_word(happened.action))
    };
    let (limit, offset) = (ask.limit()?, ask.offset()?);
    let (from, to) = (ask.logical_time("start_lt")?, ask.logical_time("end_lt")?);
    let fetch = |offset: u64| {
        let skip = usize::try_from(offset).unwrap_or(usize::MAX);
        let found: Vec<Happened> = if ask.is_ascending() {
            let all = chain.since(from.unwrap_or(0)).take_while(|one| to.is_none_or(|to| one.lt <= to));
            all.filter(|one| is_wanted(one)).skip(skip).take(limit).collect()
        } else {
            let all =
                chain.until(to.unwrap_or(u64::MAX)).take_while(|one| from.is_none_or(|from| one.lt >= from));
            all.filter(|one| is_wanted(one)).skip(skip).take(limit).collect()
        };
        Ok::<_, Refused>(found.iter().map(|one| row(&write::action(one), Some(one.sequence))).collect())
    };
    let rows = door.asked.page_at(&door.outside, offset, limit as u64, fetch)?;
    let list: Vec<_> = rows.into_iter().map(|row| row.json).collect();
    let metadata = write::names(&list, &chain);
    Ok(envelope("actions", json!(list), metadata))
}

async fn transfers(door: Door, ask: Ask) -> Result<Response, Refused> {
    let world = door.outside.world();
    let chain = WorldChain::of(&world).ok_or(Refused("no chain"))?;
    let (limit, offset) = (ask.limit()?, ask.offset()?);
    let (items, collections) = (ask.accounts("item_address")?, ask.accounts("collection_address")?);
    let (from, to) = (ask.logical_time("start_lt")?, ask.logical_time("end_lt")?);
    let is_wanted = |one: &Happened| {
        one.to.is_some()
            && (items.is_empty() || items.contains(&one.item.address))
            && (collections.is_empty() || collections.contains(&one.item.collection))
    };
    let skip = usize::try_from(offset).unwrap_or(usize::MAX);
    let found: Vec<Happened> = if ask.is_ascending() {
        let all = chain.since(from.unwrap_or(0)).take_while(|one| to.is_none_or(|to| one.lt <= to));
        all.filter(is_wanted).skip(skip).take(limit).collect()
    } else {
        let all =
            chain.until(to.unwrap_or(u64::MAX)).take_while(|one| from.is_none_or(|from| one.lt >= from));
        all.filter(is_wanted).skip(skip).take(limit).collect()
    };
    let list: Vec<Value> = found.iter().map(write::transfer).collect();
    Ok(envelope("nft_transfers", json!(list), json!({})))
}

async fn account_states(door: Door, ask: Ask) -> Result<Response, Refused> {
    let addresses = ask.accounts("address")?;
    if addresses.is_empty() {
        return Err(Refused("address of account is required"));
    }
    let world = door.outside.world();
    let chain = WorldChain::of(&world).ok_or(Refused("no chain"))?;
    let sales = chain.sales(&addresses);
    let list = addresses.iter().map(|address| {
        let sale = sales.iter().find(|sale| sale.address == *address);
        write::account_state(
            address,
            sale.map(|sale| sale.code_hash).or_else(|| chain.item(address).map(|item| item.code_hash)),
        )
    });
    Ok(envelope("accounts", json!(list.collect::<Vec<_>>()), json!({})))
}
