//! The operation as it comes to `/graphql/sse`: as JSON by POST, or in the query string of a GET, which is all that a browser's own
//! `EventSource` can send.

use async_graphql::Variables;
use axum::{
    body::Body,
    extract::Query,
    http::{HeaderMap, Method, Uri, header, request::Parts},
};
use serde::Deserialize;

use crate::{
    http::{WireRequest, json_bytes},
    limits::RawRequest,
    refusal::{Refusal, RefusalCode},
    schema::Engine,
};

const EVENTS: &str = "text/event-stream";

/// An operation in a query string, by the names of GraphQL over HTTP.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UrlRequest {
    query: String,
    #[serde(default)]
    operation_name: Option<String>,
    /// JSON.
    #[serde(default)]
    variables: Option<String>,
}

/// Reads the operation.
///
/// # Errors
/// A refusal of what is no request for a stream of events.
pub(super) async fn read(engine: &Engine, parts: &Parts, body: Body) -> Result<RawRequest, Refusal> {
    let Parts { method, uri, headers, .. } = parts;
    if method != Method::GET && method != Method::POST {
        let what = format!("{method} is not served: ask for events by GET or POST");
        return Err(Refusal::new(RefusalCode::MethodNotAllowed, what));
    }
    if !takes_events(headers) {
        let what = format!("the answer is a stream of events: ask for it with `Accept: {EVENTS}`");
        return Err(Refusal::new(RefusalCode::NotAcceptable, what));
    }
    if method == Method::GET {
        return from_uri(uri, engine.state.options.limits.body_bytes);
    }
    from_json(&json_bytes(engine, headers, body).await?)
}

/// Whether events are asked for by name: a page that is merely opened says `*/*`.
fn takes_events(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_events = parts.next().is_some_and(|media| media.eq_ignore_ascii_case(EVENTS));
        is_events && !parts.any(is_never)
    })
}

/// A weight of nothing, as in `q=0.0`, excludes.
fn is_never(parameter: &str) -> bool {
    let weight = parameter.split_once('=').filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
    weight.is_some_and(|(_, weight)| weight.trim().chars().all(|digit| matches!(digit, '0' | '.')))
}

fn unreadable(what: &str, fault: impl std::fmt::Display) -> Refusal {
    Refusal::new(RefusalCode::BadRequest, format!("{what}: {fault}"))
}

fn from_json(bytes: &[u8]) -> Result<RawRequest, Refusal> {
    let wire: Result<WireRequest, _> = serde_json::from_slice(bytes);
    Ok(wire.map_err(|fault| unreadable("the body is no single GraphQL request", fault))?.into())
}

fn from_uri(uri: &Uri, bytes_max: usize) -> Result<RawRequest, Refusal> {
    let length = uri.query().map_or(0, str::len);
    if length > bytes_max {
        let what = "the address's query string is too long";
        return Err(Refusal::limit(RefusalCode::TooManyBytes, what, "bodyBytes", bytes_max, length));
    }
    let Query(UrlRequest { query, operation_name, variables }) = Query::try_from_uri(uri)
        .map_err(|fault| unreadable("the query string is no GraphQL request", fault.body_text()))?;
    let variables: Option<Variables> = match variables.as_deref() {
        None | Some("") => None,
        Some(text) => serde_json::from_str(text)
            .map_err(|fault| unreadable("`variables` is no object in JSON", fault))?,
    };
    let operation_name = operation_name.filter(|name| !name.is_empty());
    Ok(RawRequest { query, operation_name, variables: variables.unwrap_or_default() })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn asked(query: &str) -> Result<RawRequest, RefusalCode> {
        let uri = Uri::try_from(format!("/graphql/sse?{query}")).unwrap();
        from_uri(&uri, 500).map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_query_string_is_an_operation() {
        let request = |query: &str, name: Option<&str>, variables| RawRequest {
            query: query.into(),
            operation_name: name.map(Into::into),
            variables: Variables::from_json(variables),
        };
        let none = || serde_json::json!({});
        for (text, expected) in [
            ("query=%7Ba%7D", Ok(request("{a}", None, none()))),
            ("query={a+b}&variables=&operationName=&extensions=%7B%7D", Ok(request("{a b}", None, none()))),
            ("query=a&variables=null", Ok(request("a", None, none()))),
            (
                "variables=%7B%22n%22%3A1%7D&operationName=A&query=q",
                Ok(request("q", Some("A"), serde_json::json!({"n": 1}))),
            ),
            ("", Err(RefusalCode::BadRequest)),
            ("variables=%7B%7D", Err(RefusalCode::BadRequest)),
            ("query=a&query=b", Err(RefusalCode::BadRequest)),
            ("query=a&variables=%5B%5D", Err(RefusalCode::BadRequest)),
            ("query=a&variables=5", Err(RefusalCode::BadRequest)),
            ("query=a&variables=%7B", Err(RefusalCode::BadRequest)),
            (&format!("query={}", "a".repeat(495)), Err(RefusalCode::TooManyBytes)),
        ] {
            assert_eq!(asked(text), expected, "{text}");
        }
    }

    #[test]
    fn a_body_is_one_operation() {
        assert!(from_json(br#"{"query":"a","variables":{"n":1}}"#).is_ok());
        for body in ["", "[]", r#"[{"query":"a"}]"#, "{}", r#"{"query":5}"#] {
            assert_eq!(
                from_json(body.as_bytes()).map_err(|refusal| refusal.code),
                Err(RefusalCode::BadRequest)
            );
        }
    }

    #[test]
    fn events_are_asked_for_by_name() {
        for (accept, expected) in [
            (&["text/event-stream"][..], true),
            (&["application/json, text/Event-Stream;q=0.5"], true),
            (&["application/json", "text/event-stream"], true),
            (&[], false),
            (&["*/*"], false),
            (&["text/*"], false),
            (&["text/event-streams"], false),
            (&["text/event-stream; q=0"], false),
            (&["text/event-stream;Q=0.000"], false),
            (&["text/event-stream;q=0.001"], true),
        ] {
            let mut headers = HeaderMap::new();
            for value in accept {
                headers.append(header::ACCEPT, HeaderValue::from_static(value));
            }
            assert_eq!(takes_events(&headers), expected, "{accept:?}");
        }
    }

    proptest! {
        /// What was put in comes out, whatever it is.
        #[test]
        fn an_operation_comes_through_an_address(query in "\\PC{0,60}", name in "\\PC{1,20}", value in "\\PC{0,20}") {
            let url = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
            let variables = serde_json::json!({"v": value});
            let text = format!("query={}&operationName={}&variables={}", url(&query), url(&name), url(&variables.to_string()));
            let uri = Uri::try_from(format!("/graphql/sse?{text}")).unwrap();
            let read = from_uri(&uri, 10_000).unwrap();
            prop_assert_eq!(read.query, query);
            prop_assert_eq!(read.operation_name, Some(name));
            prop_assert_eq!(read.variables.into_value().into_json().unwrap(), variables);
        }

        /// Any query string that an address can carry is read or refused.
        #[test]
        fn any_address_is_asked_or_refused(text in "((query|variables|operationName)=)?[!-~]{0,80}") {
            if let Ok(uri) = Uri::try_from(format!("/graphql/sse?{}", text.replace('#', "&"))) {
                let code = from_uri(&uri, 60).map(drop).map_err(|refusal| refusal.code);
                prop_assert!(matches!(code, Ok(()) | Err(RefusalCode::BadRequest | RefusalCode::TooManyBytes)));
            }
        }

        #[test]
        fn any_accept_is_judged(value in "[ -~]{0,40}", tail in "[ -~]{0,10}") {
            let judge = |value: &str| {
                let mut headers = HeaderMap::new();
                headers.insert(header::ACCEPT, HeaderValue::from_str(value).unwrap());
                takes_events(&headers)
            };
            judge(&value);
            judge(&format!("text/event-stream;{tail}"));
            let listed = judge(&format!("{value},text/event-stream"));
            prop_assert!(listed);
        }
    }
}
