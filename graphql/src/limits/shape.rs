//! The schema as far as counting and sharing need it: the type of each field, and how long its list may be. Read from the
//! schema's own text, so it cannot differ from what clients see.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Value,
    parser::{
        parse_schema,
        types::{BaseType, FieldDefinition, Type, TypeKind, TypeSystemDefinition},
    },
};

/// How often the fields of a list count where nothing bounds the list by an argument. Longer lists are named in [`LONG_LISTS`].
const LIST_LENGTH: usize = 5;

/// Lists without `first` that are longer than [`LIST_LENGTH`], by type and field.
const LONG_LISTS: [(&str, &str, usize); 3] =
    [("EventsBatch", "events", 50), ("FloorsBatch", "floors", 200), ("GiftProvenance", "steps", 100)];

/// What is known of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldShape {
    /// The named type behind lists and non-nulls.
    pub(crate) type_name: String,
    /// Whether it has the argument `first`, and its default.
    pub(crate) first: Option<usize>,
    /// How often its fields count when `first` does not say.
    pub(crate) length: usize,
}

/// The types of the schema.
#[derive(Debug, Clone, Default)]
pub(crate) struct SchemaShape {
    fields: HashMap<String, HashMap<String, FieldShape>>,
    /// Names of the root types: query, mutation, subscription.
    pub(crate) roots: [Option<String>; 3],
    leaves: HashSet<String>,
}

impl SchemaShape {
    /// Reads the schema's text. A broken text gives an empty shape; the text is our own, and a test reads it.
    pub(crate) fn read(sdl: &str) -> Self {
        let mut shape = Self::default();
        let Ok(document) = parse_schema(sdl) else { return shape };
        for definition in document.definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => {
                    let name = |root: Option<async_graphql::Positioned<async_graphql::Name>>| {
                        root.map(|name| name.node.to_string())
                    };
                    shape.roots =
                        [name(schema.node.query), name(schema.node.mutation), name(schema.node.subscription)];
                }
                TypeSystemDefinition::Type(definition) => {
                    let name = definition.node.name.node.to_string();
                    let fields = match definition.node.kind {
                        TypeKind::Object(object) => object.fields,
                        TypeKind::Interface(interface) => interface.fields,
                        TypeKind::Scalar | TypeKind::Enum(_) => {
                            shape.leaves.insert(name);
                            continue;
                        }
                        TypeKind::Union(_) | TypeKind::InputObject(_) => continue,
                    };
                    let fields = fields.into_iter().map(|field| field_shape(&name, field.node)).collect();
                    shape.fields.insert(name, fields);
                }
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        shape
    }

    /// The field of a type, where the schema has it.
    pub(crate) fn field(&self, type_name: &str, field: &str) -> Option<&FieldShape> {
        self.fields.get(type_name)?.get(field)
    }

    /// Every (type, field) of objects and interfaces.
    #[cfg(test)]
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str, &FieldShape)> {
        self.fields.iter().flat_map(|(type_name, fields)| {
            fields.iter().map(move |(field, shape)| (type_name.as_str(), field.as_str(), shape))
        })
    }
}

fn field_shape(type_name: &str, field: FieldDefinition) -> (String, FieldShape) {
    let FieldDefinition { description: _, name, arguments, ty, directives: _ } = field;
    let name = name.node.to_string();
    let first = arguments.iter().find(|argument| argument.node.name.node == "first").map(|argument| {
        match argument.node.default_value.as_ref().map(|value| &value.node) {
            Some(async_graphql::Value::Number(number)) => {
                number.as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(LIST_LENGTH)
            }
            _ => LIST_LENGTH,
        }
    });
    let (named, is_list) = unwrap(&ty.node);
    let long = LONG_LISTS.iter().find(|(of, field, _)| *of == type_name && *field == name);
    // The lists of a connection are as long as its `first`, which the field that returned the connection has counted.
    let counted = type_name.ends_with("Connection") && matches!(name.as_str(), "edges" | "nodes");
    let length = match (long, is_list && !counted) {
        (Some((_, _, length)), _) => *length,
        (None, true) => LIST_LENGTH,
        (None, false) => 1,
    };
    (name, FieldShape { type_name: named, first, length })
}

fn unwrap(ty: &Type) -> (String, bool) {
    match &ty.base {
        BaseType::Named(name) => (name.to_string(), false),
        BaseType::List(inner) => (unwrap(inner).0, true),
    }
}

/// A value of a query as a count, where it is one.
pub(crate) fn count_of(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_roots_are_read() {
        let shape = SchemaShape::read(
            "schema { query: Q } type Q { a(first: Int! = 20): AConnection! b: [B!]! }
             type AConnection { nodes: [B!]! } type B { c: Int }",
        );
        assert_eq!(shape.roots[0].as_deref(), Some("Q"));
        assert_eq!(
            shape.field("Q", "a"),
            Some(&FieldShape { type_name: "AConnection".into(), first: Some(20), length: 1 })
        );
        assert_eq!(shape.field("Q", "b").map(|f| f.length), Some(LIST_LENGTH));
        assert_eq!(shape.field("AConnection", "nodes").map(|f| f.length), Some(1));
        assert_eq!(shape.field("B", "d"), None);
    }
}
