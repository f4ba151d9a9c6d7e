//! What a request asks for: paging, filters of the history, addresses in the path.

use axum::{
    extract::{FromRequestParts, Path, Query},
    http::request::Parts,
};
use chain::Address;

use super::{Refused, wire::TypeData};

/// Page size when none is asked for.
const LIMIT_DEFAULT: usize = 50;
/// Largest page.
const LIMIT_MAX: usize = 100;

/// Paging and filters; parameters that an endpoint does not know are ignored, as the real one does.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) limit: usize,
    pub(super) after: Option<String>,
    pub(super) reverse: bool,
    pub(super) types: Vec<String>,
    pub(super) from_ms: Option<i64>,
    pub(super) to_ms: Option<i64>,
    pub(super) kind: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Ask {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let query = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let Query(pairs) = query.map_err(|_| Refused::bad("query", "query is no form encoding"))?;
        Self::read(&pairs)
    }
}

impl Ask {
    fn read(pairs: &[(String, String)]) -> Result<Self, Refused> {
        let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let limit = value("limit").map_or(Ok(LIMIT_DEFAULT), |text| {
            let limit = text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
            limit.ok_or_else(|| Refused::bad("limit", "limit must be between 1 and 100"))
        })?;
        let reverse = match value("reverse") {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => return Err(Refused::bad("reverse", "reverse must be a boolean")),
        };
        let types: Vec<String> = pairs
            .iter()
            .filter(|(key, _)| key == "types" || key == "types[]")
            .map(|(_, v)| v.clone())
            .collect();
        if types.iter().any(|word| !TypeData::WORDS.contains(&word.as_str())) {
            return Err(Refused::bad("types", "types must be one of the history types"));
        }
        let time = |name: &'static str| {
            let text = value(name);
            text.map(|text| text.parse().map_err(|_| Refused::bad(name, "must be milliseconds"))).transpose()
        };
        let (from_ms, to_ms) = (time("minTime")?, time("maxTime")?);
        let after = value("after").filter(|after| !after.is_empty()).map(str::to_owned);
        Ok(Self { limit, after, reverse, types, from_ms, to_ms, kind: value("kind").map(str::to_owned) })
    }
}

/// The address in the path, in any spelling.
#[derive(Debug)]
pub(super) struct Of(pub(super) Address);

impl<S: Send + Sync> FromRequestParts<S> for Of {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let address = path.ok().and_then(|Path(text)| text.parse().ok());
        address.map(Self).ok_or_else(|| Refused::bad("address", "address is invalid"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Ask, Refused> {
        let pairs: Vec<_> =
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Ask::read(&pairs)
    }

    #[test]
    fn parameters_are_read_or_named() {
        let ask =
            read(&[("types", "sold"), ("types", "mint"), ("limit", "100"), ("reverse", "true"), ("x", "y")]);
        let ask = ask.unwrap();
        assert_eq!((ask.types.len(), ask.limit, ask.reverse, ask.after), (2, 100, true, None));
        for (key, value) in [
            ("limit", "0"),
            ("limit", "101"),
            ("limit", "x"),
            ("types", "won"),
            ("reverse", "1"),
            ("minTime", "now"),
        ] {
            assert_eq!(read(&[(key, value)]).unwrap_err().path, key);
        }
    }

    proptest! {
        #[test]
        fn no_parameter_panics(key in "limit|after|types|reverse|minTime|maxTime", value in "\\PC{0,30}") {
            let _ = read(&[(&key, &value)]);
        }
    }
}
