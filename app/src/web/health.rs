//! `/live` says that the process answers; `/ready` says whether it can serve, and names what it waits for.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use store::Pool;

use super::Shared;

/// A database that takes longer does not count as there.
const PATIENCE: Duration = Duration::from_secs(2);

/// One thing that must hold before anything can be served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Part {
    part: &'static str,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

#[derive(Debug, Serialize)]
struct Readiness {
    ready: bool,
    /// Which world the database describes: `live`, or a sandbox by its seed and size; pages say so.
    world: Option<String>,
    parts: Vec<Part>,
}

pub(super) async fn live() -> Response {
    plain(StatusCode::OK, "live\n")
}

pub(super) async fn ready(State(shared): State<Shared>) -> Response {
    let mut parts = parts(&shared.pool).await;
    if shared.is_starting {
        let why = Some("the API and the pages are still being started".to_owned());
        parts.push(Part { part: "start", ok: false, why });
    }
    let ready = parts.iter().all(|part| part.ok);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let world = if ready { store::world::identity(&shared.pool).await.ok().flatten() } else { None };
    let mut response = (status, Json(Readiness { ready, world, parts })).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// In the order in which they depend on each other; what cannot be looked at is not ready either.
async fn parts(pool: &Pool) -> Vec<Part> {
    let looks = async {
        let standing = store::migrate::standing(pool).await.map_err(|fault| fault.to_string());
        let (database, migrated) = match standing {
            Ok(standing) => (Ok(()), standing.is_current().map_err(|fault| fault.to_string())),
            Err(why) => (Err(why), Err("not looked at".to_owned())),
        };
        let log = match &migrated {
            Ok(()) => store::log::head(pool).await.map(drop).map_err(|fault| fault.to_string()),
            Err(_) => Err("not looked at".to_owned()),
        };
        [("database", database), ("migrations", migrated), ("log", log)]
    };
    let parts = tokio::time::timeout(PATIENCE, looks).await.unwrap_or_else(|_| {
        let why = format!("no answer within {} s", PATIENCE.as_secs());
        ["database", "migrations", "log"].map(|part| (part, Err(why.clone())))
    });
    let part = |(part, result): (&'static str, Result<(), String>)| Part {
        part,
        ok: result.is_ok(),
        why: result.err(),
    };
    parts.into_iter().map(part).collect()
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], text).into_response()
}
