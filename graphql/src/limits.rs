//! What a request may ask for, counted before anything runs: bytes and tokens of the text, then depth, aliases, list sizes and
//! complexity of the parsed document. Invariant: the work of counting is linear in the text, whatever fragments it defines.

mod measure;
mod shape;
pub(crate) mod token;

use async_graphql::{
    Request, Variables,
    parser::{
        parse_query,
        types::{ExecutableDocument, OperationType},
    },
};
pub(crate) use shape::SchemaShape;

use crate::refusal::{Refusal, RefusalCode};

/// The limits, all inclusive. Each is configuration; [`Limits::default`] is what the documents state.
#[derive(Debug, Clone, PartialEq, Eq, async_graphql::SimpleObject)]
#[graphql(serial)]
pub struct Limits {
    /// Most bytes of a request's body, of one message on a WebSocket, and of the query string of a stream of events.
    pub body_bytes: usize,
    /// Most bytes of one query's text.
    pub query_bytes: usize,
    /// Most tokens of one query's text.
    pub tokens: usize,
    /// Deepest nesting of fields.
    pub depth: usize,
    /// Most complexity of one request, all operations of a batch together: each field counts 1, and a field inside a list counts as often as the list may be long.
    pub complexity: usize,
    /// Most aliases in one query, each counted where it is used.
    pub aliases: usize,
    /// Most operations in one batched request.
    pub batch: usize,
    /// Largest `first`, and the most items of a list in a filter.
    pub list: usize,
    /// Most subscriptions at once on one WebSocket. A stream of events carries one.
    pub subscriptions: usize,
    /// Milliseconds after which an answer is given up.
    pub answer_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 64 * 1024,
            query_bytes: 16 * 1024,
            tokens: 2_000,
            depth: 15,
            complexity: 20_000,
            aliases: 30,
            batch: 10,
            list: 100,
            subscriptions: 20,
            answer_ms: 10_000,
        }
    }
}

/// A request as it came, before anything was looked at.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct RawRequest {
    pub(crate) query: String,
    pub(crate) operation_name: Option<String>,
    pub(crate) variables: Variables,
}

/// A request that may run.
pub(crate) struct Admitted {
    /// The parsed document.
    pub(crate) document: ExecutableDocument,
    /// Kind of the operation that will run; `None` when the name fits none, which validation will say.
    pub(crate) kind: Option<OperationType>,
    /// Its complexity.
    pub(crate) complexity: usize,
    /// What came.
    pub(crate) raw: RawRequest,
}

impl Admitted {
    /// For the engine; the document is not parsed again.
    pub(crate) fn into_request(self) -> Request {
        let Self { document, kind: _, complexity: _, raw } = self;
        let RawRequest { query, operation_name, variables } = raw;
        let mut request = Request::new(query).variables(variables);
        request.operation_name = operation_name;
        request.set_parsed_query(document);
        request
    }
}

/// Counts a request against the limits.
///
/// # Errors
/// A [`Refusal`] that names the limit, its value and what was found, or what is wrong with the text.
pub(crate) fn admit(
    raw: RawRequest,
    limits: &Limits,
    shape: &SchemaShape,
    introspection: bool,
) -> Result<Admitted, Refusal> {
    if raw.query.len() > limits.query_bytes {
        return Err(Refusal::limit(
            RefusalCode::TooManyBytes,
            "the query's text is too long",
            "queryBytes",
            limits.query_bytes,
            raw.query.len(),
        ));
    }
    let tokens = token::count(&raw.query, limits.tokens)
        .map_err(|fault| Refusal::new(RefusalCode::BadRequest, fault.to_string()))?;
    if tokens > limits.tokens {
        return Err(Refusal::limit(
            RefusalCode::TooManyTokens,
            "the query's text has too many tokens",
            "tokens",
            limits.tokens,
            tokens,
        ));
    }
    let document = parse_query(&raw.query).map_err(|fault| {
        Refusal::new(RefusalCode::BadRequest, format!("the query cannot be read: {fault}"))
    })?;
    let complexity = measure::check(&document, &raw.variables, limits, shape, introspection)?;
    let kind = kind_of(&document, raw.operation_name.as_deref());
    Ok(Admitted { document, kind, complexity, raw })
}

fn kind_of(document: &ExecutableDocument, name: Option<&str>) -> Option<OperationType> {
    let mut operations = document.operations.iter();
    match name {
        Some(wanted) => operations.find(|(held, _)| held.is_some_and(|held| held.as_str() == wanted)),
        None => operations.next().filter(|_| document.operations.iter().len() == 1),
    }
    .map(|(_, operation)| operation.node.ty)
}

#[cfg(test)]
mod tests;
