//! Who asks: something that looks like a browser, and a Telegram user if it says so.

use std::sync::Arc;

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request},
    http::{HeaderMap, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{BOT, refusal};
use crate::{outside::Outside, serve::door::Peer, telegram};

/// initData older than a day is refused. Nobody has told how long it lasts.
const INIT_DATA_AGE_MAX_S: i64 = 86_400;
/// The site that its own pages come from.
const SITE: &str = "https://portal-market.com";

/// Resets the connection of whoever does not seem to be a browser on the market's own page (client of 2026-09).
pub(super) async fn only_browsers(request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<Peer>>().map(|info| info.0.clone());
    if is_browser(request.headers()) {
        return next.run(request).await;
    }
    match peer {
        Some(peer) => {
            peer.cut_after(0);
            header::HeaderMap::new().into_response()
        }
        None => refusal(403),
    }
}

fn is_browser(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text(header::ORIGIN) == SITE
        && text(header::REFERER).starts_with(SITE)
        && text(header::USER_AGENT).starts_with("Mozilla/5.0 ")
}

/// Who asks. Nobody in particular may read listings and collections; bad initData is refused everywhere.
#[derive(Debug, Clone, Copy)]
pub(super) struct Visitor {
    /// Telegram's id of them.
    pub(super) telegram_id: Option<u64>,
}

impl FromRequestParts<Arc<Outside>> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, outside: &Arc<Outside>) -> Result<Self, Response> {
        let Some(given) = parts.headers.get(header::AUTHORIZATION) else {
            return Ok(Self { telegram_id: None });
        };
        let init_data = given.to_str().ok().and_then(|text| text.strip_prefix("tma "));
        let user = init_data.and_then(|init_data| {
            telegram::check(init_data, &BOT, outside.now_us() / 1_000_000, INIT_DATA_AGE_MAX_S).ok()
        });
        match user {
            Some(user) => Ok(Self { telegram_id: Some(user.id) }),
            None => Err(refusal(401)),
        }
    }
}
