//! The key of a shared subscription: equal keys mean equal answers.

use std::collections::BTreeMap;

use async_graphql::{Name, parser::types::ExecutableDocument};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{AfterArgument, Shareable, operation};
use crate::limits::{
    RawRequest,
    token::{Token, TokenKind, Tokens, spell},
};

/// SHA-256 of the query in one spelling, the operation's name, and the variables in one spelling.
pub(crate) type TopicKey = [u8; 32];

/// The key of a subscription, and the request by which it is executed for all. `after` is left out of both where it can be told
/// apart from everything else: it is each subscriber's own, and one subscriber's damaged cursor must not fail the others.
pub(crate) fn topic_of(
    raw: &RawRequest,
    document: &ExecutableDocument,
    shareable: &Shareable,
) -> (TopicKey, RawRequest) {
    let tokens: Vec<Token<'_>> = Tokens::new(&raw.query).map_while(Result::ok).collect();
    let mut words: Vec<&str> = tokens.iter().map(|token| token.text).collect();
    let mut shared = raw.clone();
    match &shareable.after {
        AfterArgument::Absent => {}
        AfterArgument::Variable(name) => {
            if is_only_after(&tokens, document, raw, name) {
                shared.variables.remove(&Name::new(name));
            }
        }
        AfterArgument::Literal => {
            if let Some(at) = literal_after(&tokens).filter(|_| document.operations.iter().len() == 1) {
                words[at] = "null";
                shared.query = spell(words.iter().copied());
            }
        }
    }
    let variables = variables_of(&shared, document);
    let mut hasher = Sha256::new();
    for part in [
        spell(words.into_iter()),
        raw.operation_name.clone().unwrap_or_default(),
        Value::from_iter(variables).to_string(),
    ] {
        hasher.update(u64::try_from(part.len()).unwrap_or(0).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    (hasher.finalize().into(), shared)
}

/// Whether a variable may be left out and is used nowhere but as `after`: it is spelled twice then, where it is defined and there.
fn is_only_after(tokens: &[Token<'_>], document: &ExecutableDocument, raw: &RawRequest, name: &str) -> bool {
    let spelled = tokens.windows(2).filter(|pair| pair[0].text == "$" && pair[1].text == name).count();
    let definitions =
        operation(document, raw.operation_name.as_deref()).map(|operation| &operation.variable_definitions);
    let may_be_left_out = definitions
        .into_iter()
        .flatten()
        .any(|definition| definition.node.name.node == name && definition.node.var_type.node.nullable);
    spelled == 2 && may_be_left_out
}

/// The variables that the operation defines, their objects sorted by field.
fn variables_of(raw: &RawRequest, document: &ExecutableDocument) -> BTreeMap<String, Value> {
    let Some(operation) = operation(document, raw.operation_name.as_deref()) else { return BTreeMap::new() };
    operation
        .variable_definitions
        .iter()
        .filter_map(|definition| {
            let name = &definition.node.name.node;
            let value = raw.variables.get(name)?.clone().into_json().ok()?;
            Some((name.to_string(), sorted(value)))
        })
        .collect()
}

/// Objects with their fields in order, whatever map the JSON library keeps them in.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        Value::Object(fields) => {
            let fields: BTreeMap<String, Value> =
                fields.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            Value::from_iter(fields)
        }
        other => other,
    }
}

/// Index of the text given for `after` to the root field of the only operation.
fn literal_after(tokens: &[Token<'_>]) -> Option<usize> {
    let (mut braces, mut parens, mut is_fragment) = (0_usize, 0_usize, false);
    for (at, token) in tokens.iter().enumerate() {
        match (token.kind, token.text) {
            (TokenKind::Name, "fragment") if braces == 0 && parens == 0 => is_fragment = true,
            (TokenKind::Mark, "{") => braces += 1,
            (TokenKind::Mark, "}") => {
                braces = braces.saturating_sub(1);
                if braces == 0 {
                    is_fragment = false;
                }
            }
            (TokenKind::Mark, "(") => parens += 1,
            (TokenKind::Mark, ")") => parens = parens.saturating_sub(1),
            (TokenKind::Text, _)
                if braces == 1 && parens == 1 && !is_fragment && is_value_of_after(tokens, at) =>
            {
                return Some(at);
            }
            _ => {}
        }
    }
    None
}

fn is_value_of_after(tokens: &[Token<'_>], at: usize) -> bool {
    at >= 2 && tokens[at - 1].text == ":" && tokens[at - 2].text == "after"
}
