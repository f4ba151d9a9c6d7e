//! What the API says no with: one list of stable codes, and two texts for everything unexpected (the client reads "internal"
//! and a request id, the log keeps the cause).

use std::sync::Arc;

use async_graphql::{Enum, ErrorExtensionValues, ServerError, SimpleObject, Value, value};

/// Why a request, or a part of it, was refused. Codes are stable: clients may branch on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Enum)]
pub enum RefusalCode {
    /// The request is no GraphQL request of this schema: not JSON, no `query`, a syntax error, an unknown field or argument.
    BadRequest,
    /// The value of an argument makes no sense: it cannot be read as its type, or the end of a range is below its begin.
    BadInput,
    /// The cursor was damaged, or belongs to another query, sort or filter.
    BadCursor,
    /// `asOf` names a position that the log has not reached, or a negative one.
    UnknownPosition,
    /// The request's body or the query's text is too long.
    TooManyBytes,
    /// The query has too many tokens.
    TooManyTokens,
    /// The query nests too deep.
    TooDeep,
    /// The query could return too much: fields times the sizes of the lists they stand in.
    TooComplex,
    /// The query renames too many fields.
    TooManyAliases,
    /// The request holds too many operations.
    BatchTooLong,
    /// `first` or a list in a filter is too long.
    ListTooLong,
    /// The schema may not be asked for here; it is committed as `schema.graphql`.
    IntrospectionOff,
    /// The method is not served here, or not for this operation.
    MethodNotAllowed,
    /// The answer is of a kind that `Accept` does not name: a stream of events is sent as `text/event-stream` alone.
    NotAcceptable,
    /// The body must be sent as `application/json`.
    UnsupportedMediaType,
    /// The operation cannot be carried out this way, such as a subscription over POST.
    WrongTransport,
    /// The socket, or the server, has as many subscriptions as it takes.
    TooManySubscriptions,
    /// The answer took too long and was given up.
    Timeout,
    /// The database cannot be reached now; the same request may succeed later.
    Unavailable,
    /// Our fault. The request id leads to the cause in the server's log.
    Internal,
}

impl RefusalCode {
    /// Every code, in the order of the schema.
    pub const ALL: [Self; 20] = [
        Self::BadRequest,
        Self::BadInput,
        Self::BadCursor,
        Self::UnknownPosition,
        Self::TooManyBytes,
        Self::TooManyTokens,
        Self::TooDeep,
        Self::TooComplex,
        Self::TooManyAliases,
        Self::BatchTooLong,
        Self::ListTooLong,
        Self::IntrospectionOff,
        Self::MethodNotAllowed,
        Self::NotAcceptable,
        Self::UnsupportedMediaType,
        Self::WrongTransport,
        Self::TooManySubscriptions,
        Self::Timeout,
        Self::Unavailable,
        Self::Internal,
    ];

    /// The word in `extensions.code`, the same as in the schema.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadRequest => "BAD_REQUEST",
            Self::BadInput => "BAD_INPUT",
            Self::BadCursor => "BAD_CURSOR",
            Self::UnknownPosition => "UNKNOWN_POSITION",
            Self::TooManyBytes => "TOO_MANY_BYTES",
            Self::TooManyTokens => "TOO_MANY_TOKENS",
            Self::TooDeep => "TOO_DEEP",
            Self::TooComplex => "TOO_COMPLEX",
            Self::TooManyAliases => "TOO_MANY_ALIASES",
            Self::BatchTooLong => "BATCH_TOO_LONG",
            Self::ListTooLong => "LIST_TOO_LONG",
            Self::IntrospectionOff => "INTROSPECTION_OFF",
            Self::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Self::NotAcceptable => "NOT_ACCEPTABLE",
            Self::UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
            Self::WrongTransport => "WRONG_TRANSPORT",
            Self::TooManySubscriptions => "TOO_MANY_SUBSCRIPTIONS",
            Self::Timeout => "TIMEOUT",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }

    /// Whether the same request may succeed later without being changed.
    #[must_use]
    pub fn may_succeed_later(self) -> bool {
        matches!(self, Self::TooManySubscriptions | Self::Timeout | Self::Unavailable | Self::Internal)
    }
}

/// A limit that was broken: its name, its value, and what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, SimpleObject)]
#[graphql(serial)]
pub struct LimitBroken {
    /// Name of the limit, as in the query `limits`.
    pub name: &'static str,
    /// Its value.
    pub value: u64,
    /// What the request has.
    pub found: u64,
}

/// A typed refusal: a stable code and a text for the reader.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The stable code.
    pub code: RefusalCode,
    /// For the reader: what is wrong, and what would be right.
    pub message: String,
    /// The limit, where one was broken.
    pub limit: Option<LimitBroken>,
}

impl Refusal {
    /// A refusal without a limit.
    #[must_use]
    pub fn new(code: RefusalCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), limit: None }
    }

    /// A refusal because of a limit; the text names it, its value and what was found.
    #[must_use]
    pub fn limit(code: RefusalCode, what: &str, name: &'static str, value: usize, found: usize) -> Self {
        let wide = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        Self {
            code,
            message: format!("{what}: limit `{name}` is {value}, found {found}"),
            limit: Some(LimitBroken { name, value: wide(value), found: wide(found) }),
        }
    }

    /// As an error of the engine, without a place.
    pub(crate) fn into_server_error(self) -> ServerError {
        let mut error = ServerError::new(self.message.clone(), None);
        self.describe(&mut error);
        error
    }

    fn describe(&self, error: &mut ServerError) {
        error.message.clone_from(&self.message);
        let values = error.extensions.get_or_insert_with(Default::default);
        set_code(values, self.code);
        if let Some(LimitBroken { name, value, found }) = self.limit {
            values.set("limit", value!({ "name": name, "value": value, "found": found }));
        }
    }
}

fn set_code(values: &mut ErrorExtensionValues, code: RefusalCode) {
    values.set("code", code.as_str());
    values.set("maySucceedLater", code.may_succeed_later());
}

/// What a resolver can fail with.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Fault {
    /// Expected: said to the client as it is.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Not expected: said to the client as "internal", kept for the log.
    #[error("{0}")]
    Internal(Arc<dyn std::error::Error + Send + Sync>),
}

impl Fault {
    /// An unexpected fault. A database that cannot be reached is told as such.
    pub(crate) fn internal(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Internal(Arc::new(error))
    }
}

impl From<store::read::ReadFault> for Fault {
    fn from(fault: store::read::ReadFault) -> Self {
        if fault.is_unreachable() {
            tracing::warn!(error = %fault, "the database cannot be reached");
            return Refusal::new(RefusalCode::Unavailable, "the database cannot be reached now, try again")
                .into();
        }
        Self::internal(fault)
    }
}

/// An error and its causes in one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

/// What an error of the engine is about. The engine keeps the value a resolver failed with as its source.
fn meaning(error: &ServerError) -> Meaning {
    if let Some(refusal) = error.source::<Refusal>() {
        return Meaning::Refused(refusal.clone());
    }
    match error.source::<Fault>() {
        Some(Fault::Refused(refusal)) => Meaning::Refused(refusal.clone()),
        Some(Fault::Internal(cause)) => Meaning::Internal(chain(cause.as_ref())),
        None if error.source.is_some() => Meaning::Internal(error.message.clone()),
        None => Meaning::Unnamed,
    }
}

enum Meaning {
    Refused(Refusal),
    Internal(String),
    /// The engine's own: a text or a value it cannot read.
    Unnamed,
}

/// Gives every error of an answer its code and its two texts; unexpected ones are logged here, once.
pub(crate) fn finish_errors(errors: &mut [ServerError], request_id: &str) {
    for error in errors {
        match meaning(error) {
            Meaning::Refused(refusal) => refusal.describe(error),
            Meaning::Internal(cause) => {
                crate::observe::internal_fault(request_id, &cause);
                error.message = "internal".into();
                let values = error.extensions.get_or_insert_with(Default::default);
                set_code(values, RefusalCode::Internal);
                values.set("requestId", Value::from(request_id));
            }
            Meaning::Unnamed => {
                // With a path it is the value of an argument, read when its field was reached.
                let code =
                    if error.path.is_empty() { RefusalCode::BadRequest } else { RefusalCode::BadInput };
                let values = error.extensions.get_or_insert_with(Default::default);
                if values.get("code").is_none() {
                    set_code(values, code);
                }
            }
        }
        error.source = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_schemas_words() {
        for code in RefusalCode::ALL {
            let item = <RefusalCode as async_graphql::resolver_utils::EnumType>::items()
                .iter()
                .find(|item| item.value == code)
                .map(|item| item.name);
            assert_eq!(item, Some(code.as_str()));
        }
        assert_eq!(
            RefusalCode::ALL.len(),
            <RefusalCode as async_graphql::resolver_utils::EnumType>::items().len()
        );
    }

    #[test]
    fn the_unexpected_is_told_in_two_texts() {
        let fault = Fault::internal(std::io::Error::other("password=secret"));
        let error: async_graphql::Error = fault.into();
        let mut errors = [error.into_server_error(async_graphql::Pos::default())];
        finish_errors(&mut errors, "req-1");
        let text = serde_json::to_string(&errors).unwrap();
        assert!(!text.contains("secret"), "{text}");
        assert!(text.contains("\"code\":\"INTERNAL\"") && text.contains("req-1"), "{text}");
    }

    #[test]
    fn a_limit_is_named_with_its_value_and_what_was_found() {
        let refusal = Refusal::limit(RefusalCode::TooDeep, "the query nests too deep", "depth", 15, 23);
        let text = serde_json::to_string(&refusal.into_server_error()).unwrap();
        assert!(text.contains(r#""limit":{"name":"depth","value":15,"found":23}"#), "{text}");
        assert!(text.contains("limit `depth` is 15, found 23"), "{text}");
    }
}
