//! What a request asks for.

use axum::{
    Json,
    extract::{FromRequestParts, Query},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use chain::Address;
use serde_json::json;

/// Page size when none is asked for, and the largest.
const LIMIT_DEFAULT: usize = 10;
const LIMIT_MAX: usize = 1_000;

/// A refusal of what was asked, in toncenter's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refused(pub(super) &'static str);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "error": self.0 }))).into_response()
    }
}

/// The pairs of the query.
#[derive(Debug)]
pub(super) struct Ask(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Ask {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let query = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        query.map(|Query(pairs)| Self(pairs)).map_err(|_| Refused("the query is no form encoding"))
    }
}

impl Ask {
    /// Every value of a parameter that may stand more than once.
    pub(super) fn values(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Addresses in any spelling, at most 1,000.
    pub(super) fn accounts(&self, name: &str) -> Result<Vec<Address>, Refused> {
        let values = self.values(name);
        if values.len() > LIMIT_MAX {
            return Err(Refused("maximum 1000 addresses allowed"));
        }
        values.iter().map(|value| value.parse().map_err(|_| Refused("invalid address"))).collect()
    }

    pub(super) fn limit(&self) -> Result<usize, Refused> {
        let Some(text) = self.value("limit") else { return Ok(LIMIT_DEFAULT) };
        let limit = text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
        limit.ok_or(Refused("limit must be between 1 and 1000"))
    }

    pub(super) fn offset(&self) -> Result<u64, Refused> {
        self.value("offset").map_or(Ok(0), |text| text.parse().map_err(|_| Refused("offset is no number")))
    }

    pub(super) fn logical_time(&self, name: &str) -> Result<Option<u64>, Refused> {
        self.value(name)
            .map(|text| text.parse().map_err(|_| Refused("a logical time is a number")))
            .transpose()
    }

    /// Oldest first; newest first where nothing is said.
    pub(super) fn is_ascending(&self) -> bool {
        self.value("sort") == Some("asc")
    }
}
