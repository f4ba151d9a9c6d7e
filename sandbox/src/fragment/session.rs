//! The front page and the session that it opens: a cookie and a hash that belong together and grow old. Nothing is stored: both follow from
//! the seed and the moment, and can be checked.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header},
    response::{Html, IntoResponse, Response},
};
use serde_json::json;

use super::ask;
use crate::{
    outside::Outside,
    random::{Draw, For},
    serve::list::decimal_number,
};

/// How long a session lasts at speed 1, in microseconds. Nobody recorded it; clients open a new one every half an hour.
const LIFE_US: i64 = 3_600_000_000;

/// How much a TON is worth in dollars by the page, in hundredths.
const TON_RATE_CENTS: i64 = 241;

/// A session, by the moment of its beginning.
#[derive(Clone, Copy)]
struct Session {
    began_us: i64,
}

impl Session {
    fn draw(self, outside: &Outside) -> Draw {
        Draw::of(outside.identity.seed, For::Lot, self.began_us.unsigned_abs(), u64::MAX - 1)
    }

    fn cookie(self, outside: &Outside) -> String {
        format!("{:x}_{}", self.began_us, self.draw(outside).hex(24))
    }

    fn hash(self, outside: &Outside) -> String {
        let mut draw = self.draw(outside);
        let _ = draw.hex(24);
        draw.hex(18)
    }

    /// The living session of a cookie.
    fn read(text: &str, outside: &Outside) -> Option<Self> {
        let (began, _) = text.split_once('_')?;
        let session = Self { began_us: i64::from_str_radix(began, 16).ok()? };
        let life_us = (i128::from(LIFE_US) * 1_000 / i128::from(outside.options.speed_x1000)).max(1);
        let age_us = i128::from(outside.now_us()) - i128::from(session.began_us);
        (session.cookie(outside) == text && (0..life_us).contains(&age_us)).then_some(session)
    }
}

/// Whether the request belongs to a living session.
pub(super) fn is_open(outside: &Outside, headers: &HeaderMap, hash: Option<&str>) -> bool {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies = lines.flat_map(|line| line.split(';'));
    let told = cookies.find_map(|cookie| Session::read(cookie.trim().strip_prefix("stel_ssid=")?, outside));
    told.is_some_and(|session| hash == Some(session.hash(outside).as_str()))
}

/// The front page.
pub(super) async fn front(State(outside): State<Arc<Outside>>) -> Response {
    page(&outside, "<main class=\"tm-main\"></main>")
}

/// A page as a reader gets it: with a session, and with the address that its scripts ask.
pub(super) fn page(outside: &Outside, main: &str) -> Response {
    let session = Session { began_us: outside.now_us() };
    let state =
        json!({ "version": 251, "apiUrl": format!("/api?hash={}", session.hash(outside)) }).to_string();
    let state = state.replace('/', "\\/").replacen('}', &format!(",\"tonRate\":{}}}", rate()), 1);
    let page = format!(
        "<!DOCTYPE html>\n<html>\n<head><meta charset=\"utf-8\"><title>Fragment</title></head>\n<body>{main}\n<script>ajInit({state});</script>\n</body>\n</html>\n"
    );
    let cookie = format!("stel_ssid={}; path=/; samesite=None; secure; HttpOnly", session.cookie(outside));
    ([(header::SET_COOKIE, cookie)], Html(page)).into_response()
}

/// A page as the site's own scripts get it, or a reader.
pub(super) fn framed(
    outside: &Outside,
    headers: &HeaderMap,
    kind: &str,
    title: &str,
    main: &str,
) -> Response {
    if !ask::is_script(headers) {
        return page(outside, main);
    }
    let mut state = json!({ "type": kind });
    if !title.is_empty() {
        state["itemTitle"] = title.into();
    }
    state["tonRate"] = serde_json::from_str(&rate()).unwrap_or_default();
    Json(json!({ "h": main, "s": state })).into_response()
}

fn rate() -> String {
    decimal_number(TON_RATE_CENTS, 2).get().to_owned()
}
