//! What a request asks for: its query, lists joined by commas.

use axum::{
    extract::{FromRequestParts, Query},
    http::request::Parts,
    response::Response,
};

use super::bad;

/// Page size when none is asked for.
const LIMIT_DEFAULT: u64 = 20;

/// A query. Parameters that an endpoint does not know are ignored.
#[derive(Debug)]
pub(super) struct Ask(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Ask {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let query = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        query.map(|Query(pairs)| Self(pairs)).map_err(|_| bad("query is no form encoding"))
    }
}

impl Ask {
    #[cfg(test)]
    pub(super) fn of(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    /// The value of a parameter; an empty one is none.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        value.filter(|value| !value.is_empty())
    }

    /// The values of a list.
    pub(super) fn list(&self, name: &str) -> Vec<&str> {
        self.text(name).map(|text| text.split(',').collect()).unwrap_or_default()
    }

    fn number(&self, name: &str, otherwise: u64) -> Result<u64, String> {
        self.text(name)
            .map_or(Ok(otherwise), |text| text.parse().map_err(|_| format!("{name} must be a number")))
    }

    /// Offset and size of the page; more than `limit_max` is cut to it without a word.
    pub(super) fn place(&self, limit_max: u64) -> Result<(u64, u64), String> {
        let (offset, limit) = (self.number("offset", 0)?, self.number("limit", LIMIT_DEFAULT)?);
        if limit == 0 {
            return Err("limit must be positive".to_owned());
        }
        Ok((offset, limit.min(limit_max)))
    }

    /// A price in nanoton.
    pub(super) fn nanoton(&self, name: &str) -> Result<Option<i64>, String> {
        let read = |text| domain::decimal::units_from_decimal(text, 9).map_err(|fault| fault.to_string());
        self.text(name).map(read).transpose()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_page_has_a_place() {
        assert_eq!(Ask::of(&[]).place(50), Ok((0, 20)));
        assert_eq!(Ask::of(&[("offset", "45"), ("limit", "500")]).place(50), Ok((45, 50)));
        assert_eq!(Ask::of(&[("min_price", "4.079999995")]).nanoton("min_price"), Ok(Some(4_079_999_995)));
        assert_eq!(Ask::of(&[("ids", "a,b"), ("x", "")]).list("ids"), ["a", "b"]);
        for wrong in [[("offset", "-1")], [("limit", "0")], [("limit", "x")]] {
            assert!(Ask::of(&wrong).place(50).is_err(), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(name in "offset|limit|min_price", text in "\\PC{0,30}") {
            let ask = Ask::of(&[(name.as_str(), text.as_str())]);
            let _ = (ask.place(50), ask.nanoton("min_price"), ask.list(&name));
        }
    }
}
