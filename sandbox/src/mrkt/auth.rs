//! Signing in and staying in.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Extension, Json,
    extract::{FromRequestParts, State, rejection::JsonRejection},
    http::{header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use uuid::{Builder, Uuid};

use super::{BOT, bad, refusal, wire::SignedIn};
use crate::{
    outside::Outside,
    random::{Draw, For},
    telegram,
};

/// initData older than a day is refused.
const INIT_DATA_AGE_MAX_S: i64 = 86_400;
/// A token lives a little over a day at speed 1.
const TOKEN_LIFE_US: i64 = 26 * 3_600 * 1_000_000;
/// Most sessions kept; the oldest is forgotten first.
const SESSIONS_MAX: usize = 1_000;

#[derive(Debug)]
struct Session {
    token: Uuid,
    telegram_id: u64,
    until_us: i64,
}

#[derive(Debug, Default)]
struct Book {
    made: u64,
    open: VecDeque<Session>,
}

/// Who is signed in.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<Book>);

/// The user of a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct SignedInAs {
    pub(super) telegram_id: u64,
}

impl Sessions {
    fn begin(&self, outside: &Outside, telegram_id: u64) -> Uuid {
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        book.made += 1;
        let mut draw = Draw::of(outside.options.seed, For::Person, u64::MAX - 1, book.made);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&draw.bytes()[..16]);
        let token = Builder::from_random_bytes(bytes).into_uuid();
        let life_us = i128::from(TOKEN_LIFE_US) * 1_000 / i128::from(outside.options.speed_x1000);
        let until_us = outside.now_us().saturating_add(i64::try_from(life_us).unwrap_or(i64::MAX));
        if book.open.len() == SESSIONS_MAX {
            book.open.pop_front();
        }
        book.open.push_back(Session { token, telegram_id, until_us });
        token
    }

    fn find(&self, token: Uuid, now_us: i64) -> Option<SignedInAs> {
        let book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let session = book.open.iter().find(|session| session.token == token)?;
        (session.until_us > now_us).then_some(SignedInAs { telegram_id: session.telegram_id })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Credentials {
    data: String,
}

pub(super) async fn sign_in(
    State(outside): State<Arc<Outside>>,
    Extension(sessions): Extension<Arc<Sessions>>,
    body: Result<Json<Credentials>, JsonRejection>,
) -> Response {
    let Ok(Json(Credentials { data })) = body else { return bad("data is required") };
    match telegram::check(&data, &BOT, outside.now_us() / 1_000_000, INIT_DATA_AGE_MAX_S) {
        Ok(user) => {
            let token = sessions.begin(&outside, user.id).to_string();
            Json(SignedIn { token, is_first_time: false, gift_id: None, profile: None }).into_response()
        }
        Err(_) => refusal(403),
    }
}

/// Lets in who shows a living token in the cookie; the Authorization header counts for nothing.
impl FromRequestParts<Arc<Outside>> for SignedInAs {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, outside: &Arc<Outside>) -> Result<Self, Response> {
        let sessions = parts.extensions.get::<Arc<Sessions>>();
        let cookies = parts.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let token = cookies
            .flat_map(|line| line.split(';'))
            .find_map(|cookie| Uuid::try_parse(cookie.trim().strip_prefix("access_token=")?).ok());
        let user = token.and_then(|token| sessions?.find(token, outside.now_us()));
        user.ok_or_else(|| refusal(401))
    }
}
