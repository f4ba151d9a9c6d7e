//! Who may ask for sales and statistics: the answer to whoever may not comes with success.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::BOT;
use crate::{outside::Outside, telegram};

/// initData older than a day is refused.
const INIT_DATA_AGE_MAX_S: i64 = 86_400;

/// Lets in who sends living initData of the bot.
///
/// # Errors
/// The refusal as it goes out.
#[expect(clippy::result_large_err, reason = "the answer goes out as it is")]
pub(super) fn check(outside: &Outside, auth_data: &str) -> Result<(), Response> {
    let now_s = outside.now_us() / 1_000_000;
    telegram::check(auth_data, &BOT, now_s, INIT_DATA_AGE_MAX_S)
        .map(drop)
        .map_err(|_| Json(json!({ "status": "error", "message": "Authentication failed" })).into_response())
}
