//! Which subscriptions may share one execution, and under which key.
//!
//! Sharing a field that depends on who asks would show one reader what belongs to another. So the default is "no": a field is
//! shared only when it stands in [`SHAREABLE`], and a test walks the schema so that no field can be forgotten.

mod key;
mod list;

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::types::{
        ExecutableDocument, Field, FragmentDefinition, OperationDefinition, OperationType, Selection,
        SelectionSet,
    },
};
pub(super) use key::{TopicKey, topic_of};
use list::SHAREABLE;

use crate::limits::SchemaShape;

/// A subscription that may be shared: its one root field and where its `after` comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shareable {
    pub(super) field: String,
    pub(super) after: AfterArgument,
}

/// Where the argument `after` of the root field stands: it is each subscriber's own and not part of the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AfterArgument {
    Absent,
    Literal,
    Variable(String),
}

/// The operation of a document by name, or its only one.
pub(super) fn operation<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Option<&'a OperationDefinition> {
    document
        .operations
        .iter()
        .find(|(held, _)| name.is_none() || held.map(Name::as_str) == name)
        .map(|(_, operation)| &operation.node)
}

/// Whether an operation has one root field, as the language asks of a subscription; the engine lets more of them pass.
pub(crate) fn has_one_field(document: &ExecutableDocument, name: Option<&str>) -> bool {
    operation(document, name).is_some_and(|operation| operation.selection_set.node.items.len() == 1)
}

/// Whether the fields of a subscription stand in the operation itself. The engine passes over fragments there without a word.
pub(super) fn is_plain(document: &ExecutableDocument, name: Option<&str>) -> bool {
    let roots =
        operation(document, name).into_iter().flat_map(|operation| &operation.selection_set.node.items);
    roots.into_iter().all(|root| matches!(root.node, Selection::Field(_)))
}

/// Whether a subscription may be shared: one root field, and every field below it by the list.
pub(super) fn shareable(
    document: &ExecutableDocument,
    name: Option<&str>,
    shape: &SchemaShape,
) -> Option<Shareable> {
    let operation = operation(document, name)?;
    if operation.ty != OperationType::Subscription {
        return None;
    }
    let [only] = operation.selection_set.node.items.as_slice() else { return None };
    let Selection::Field(field) = &only.node else { return None };
    let root = shape.roots[2].as_deref()?;
    is_listed(&operation.selection_set.node, root, &document.fragments, shape, 0).then_some(())?;
    Some(Shareable { field: field.node.name.node.to_string(), after: after_of(&field.node) })
}

fn after_of(field: &Field) -> AfterArgument {
    // A variable is spelled `$name`; every other value begins otherwise.
    match field.get_argument("after").map(|value| value.node.to_string()) {
        None => AfterArgument::Absent,
        Some(text) => match text.strip_prefix('$') {
            Some(name) => AfterArgument::Variable(name.to_owned()),
            None => AfterArgument::Literal,
        },
    }
}

/// Fragments of an admitted document nest no deeper than this.
const NESTING_MAX: usize = 64;

fn is_listed(
    set: &SelectionSet,
    type_name: &str,
    fragments: &HashMap<Name, Positioned<FragmentDefinition>>,
    shape: &SchemaShape,
    nesting: usize,
) -> bool {
    nesting < NESTING_MAX
        && set.items.iter().all(|selection| match &selection.node {
            Selection::Field(field) => {
                let name = field.node.name.node.as_str();
                if name == "__typename" {
                    return true;
                }
                let Some(known) = shape.field(type_name, name) else { return false };
                is_field_listed(type_name, name)
                    && is_listed(
                        &field.node.selection_set.node,
                        &known.type_name,
                        fragments,
                        shape,
                        nesting + 1,
                    )
            }
            Selection::InlineFragment(inline) => {
                let on = inline.node.type_condition.as_ref().map_or(type_name, |on| on.node.on.node.as_str());
                is_listed(&inline.node.selection_set.node, on, fragments, shape, nesting + 1)
            }
            Selection::FragmentSpread(spread) => {
                fragments.get(&spread.node.fragment_name.node).is_some_and(|fragment| {
                    let on = fragment.node.type_condition.node.on.node.as_str();
                    is_listed(&fragment.node.selection_set.node, on, fragments, shape, nesting + 1)
                })
            }
        })
}

fn is_field_listed(type_name: &str, field: &str) -> bool {
    SHAREABLE.iter().any(|(of, fields)| *of == type_name && fields.contains(&field))
}

#[cfg(test)]
mod tests;
