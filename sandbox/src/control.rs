//! The control endpoints: what tests and operators do to the sandbox from another process. On loopback and for no browser:
//! a request that a page of another site sends is refused.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Query, Request, State},
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::json;

use crate::{
    fault::{Fault, FaultOrder, MIXES},
    market::Access,
    outside::Outside,
    registry::MARKETS,
    telegram::{User, init_data},
    truth::{Truth, TruthQuery},
};

/// Most steps of one request.
const STEPS_MAX: u64 = 100_000;

pub(crate) fn routes() -> Router<Arc<Outside>> {
    Router::new()
        .route("/identity", get(identity))
        .route("/status", get(status))
        .route("/pause", post(pause))
        .route("/resume", post(resume))
        .route("/step", post(step))
        .route("/mixes", get(mixes))
        .route("/faults", get(faults).post(order_faults).delete(end_faults))
        .route("/truth", get(tell_truth))
        .route("/init-data", get(make_init_data))
        .layer(middleware::from_fn(no_browser))
}

type Out = State<Arc<Outside>>;

async fn no_browser(request: Request, next: Next) -> Response {
    if request.headers().contains_key(header::ORIGIN) {
        return refuse(StatusCode::FORBIDDEN, "the control endpoints are not for browsers");
    }
    next.run(request).await
}

fn refuse(status: StatusCode, why: impl std::fmt::Display) -> Response {
    (status, Json(json!({ "error": why.to_string() }))).into_response()
}

async fn identity(State(outside): Out) -> Response {
    let identity = outside.identity;
    Json(json!({
        "identity": identity.to_string(),
        "seed": identity.seed,
        "gifts": identity.gifts,
        "speed_x1000": identity.speed_x1000,
        "epoch_us": identity.epoch_us,
    }))
    .into_response()
}

async fn status(State(outside): Out) -> Response {
    let requests: Vec<_> = outside
        .requests()
        .into_iter()
        .map(|(market, endpoint, count)| json!({ "market": market, "endpoint": endpoint, "count": count }))
        .collect();
    let markets: Vec<_> = MARKETS
        .iter()
        .map(|market| {
            let endpoints: Vec<_> = market.endpoints.iter().map(|endpoint| endpoint.name).collect();
            json!({ "id": market.id, "base": market.base, "endpoints": endpoints })
        })
        .collect();
    let steps = outside.world().steps();
    Json(json!({
        "identity": outside.identity.to_string(),
        "steps": steps,
        "now_us": outside.now_us(),
        "paused": outside.paused(),
        "markets": markets,
        "requests": requests,
        "faults": outside.faults.counts(),
    }))
    .into_response()
}

async fn pause(State(outside): Out) -> Response {
    outside.pause();
    Json(json!({ "paused": true })).into_response()
}

async fn resume(State(outside): Out) -> Response {
    outside.resume();
    Json(json!({ "paused": false })).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Steps {
    steps: u64,
}

async fn step(State(outside): Out, Json(Steps { steps }): Json<Steps>) -> Response {
    if steps > STEPS_MAX {
        return refuse(StatusCode::BAD_REQUEST, format_args!("at most {STEPS_MAX} steps at once"));
    }
    Json(json!({ "steps": outside.step(steps) })).into_response()
}

async fn mixes() -> Response {
    let mixes: Vec<_> = MIXES.iter().map(|mix| json!({ "name": mix.name, "doc": mix.doc })).collect();
    let faults: Vec<_> = Fault::ALL.iter().map(|fault| fault.name()).collect();
    Json(json!({ "mixes": mixes, "faults": faults })).into_response()
}

async fn faults(State(outside): Out) -> Response {
    Json(json!({ "orders": outside.faults.orders(), "counts": outside.faults.counts() })).into_response()
}

async fn order_faults(State(outside): Out, Json(order): Json<FaultOrder>) -> Response {
    match outside.faults.order(order, MARKETS) {
        Ok(()) => Json(json!({ "orders": outside.faults.orders() })).into_response(),
        Err(fault) => refuse(StatusCode::BAD_REQUEST, fault),
    }
}

async fn end_faults(State(outside): Out) -> Response {
    outside.faults.end();
    Json(json!({ "orders": [] })).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TruthAsk {
    market: String,
    #[serde(default)]
    collection: Option<String>,
    #[serde(default)]
    without_happenings: bool,
}

async fn tell_truth(State(outside): Out, Query(ask): Query<TruthAsk>) -> Response {
    let TruthAsk { market, collection, without_happenings } = ask;
    let query = TruthQuery { collection, without_happenings };
    let named = market.clone();
    let told = tokio::task::spawn_blocking(move || truth(&outside, &market, &query)).await;
    match told {
        Ok(Some(truth)) => Json(truth).into_response(),
        Ok(None) => refuse(StatusCode::NOT_FOUND, format_args!("no market `{named}` that trades gifts here")),
        Err(fault) => refuse(StatusCode::INTERNAL_SERVER_ERROR, fault),
    }
}

/// What a market's wire discloses.
pub(crate) fn truth(outside: &Outside, market: &str, query: &TruthQuery) -> Option<Truth> {
    let at = MARKETS.iter().position(|known| known.id == market)?;
    let tell = MARKETS.get(at)?.truth?;
    Some(tell(outside, &outside.world(), at, query))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InitDataAsk {
    market: String,
    #[serde(default)]
    person: u32,
}

async fn make_init_data(State(outside): Out, Query(ask): Query<InitDataAsk>) -> Response {
    let market = MARKETS.iter().find(|market| market.id == ask.market);
    let Some(Access::Bot(bot)) = market.map(|market| market.access) else {
        return refuse(
            StatusCode::NOT_FOUND,
            format_args!("no market `{}` that takes initData here", ask.market),
        );
    };
    let user = {
        let world = outside.world();
        let person = world.person(ask.person % world.people);
        let (id, first_name) = (person.telegram_id(), person.first_name().to_owned());
        User { id, first_name, username: Some(person.username()) }
    };
    Json(json!({ "initData": init_data(&user, bot, outside.now_us() / 1_000_000) })).into_response()
}
