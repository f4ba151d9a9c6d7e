use std::collections::{BTreeSet, HashMap};

use async_graphql::{
    Variables,
    parser::{
        parse_query, parse_schema,
        types::{TypeKind, TypeSystemDefinition},
    },
};
use serde_json::json;

use super::*;
use crate::{limits::RawRequest, schema::sdl};

/// Fields that depend on who asks. None does yet; a field added here is never shared.
const PERSONAL: &[(&str, &[&str])] = &[];

/// Types a name can stand for: a union's members, else itself.
fn unions() -> HashMap<String, Vec<String>> {
    let document = parse_schema(sdl()).unwrap();
    let unions = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => match definition.node.kind {
            TypeKind::Union(union) => Some((
                definition.node.name.node.to_string(),
                union.members.iter().map(|m| m.node.to_string()).collect(),
            )),
            _ => None,
        },
        _ => None,
    });
    unions.collect()
}

#[test]
fn every_field_that_can_be_followed_is_either_public_or_personal() {
    let (shape, unions) = (SchemaShape::read(&sdl()), unions());
    let mut fields: HashMap<&str, Vec<(&str, &str)>> = HashMap::new();
    for (of, field, known) in shape.all() {
        fields.entry(of).or_default().push((field, known.type_name.as_str()));
    }
    let is_in = |list: &[(&str, &[&str])], of: &str, field: &str| {
        list.iter().any(|(type_name, fields)| *type_name == of && fields.contains(&field))
    };
    let (mut todo, mut seen, mut count) = (vec!["Subscription"], BTreeSet::new(), 0);
    while let Some(of) = todo.pop() {
        if !seen.insert(of.to_owned()) {
            continue;
        }
        if let Some(members) = unions.get(of) {
            todo.extend(members.iter().map(String::as_str));
        }
        for (field, below) in fields.get(of).into_iter().flatten() {
            count += 1;
            let (public, personal) = (is_in(SHAREABLE, of, field), is_in(PERSONAL, of, field));
            assert!(public != personal, "{of}.{field} must stand in exactly one of SHAREABLE and PERSONAL");
            todo.push(below);
        }
    }
    assert_eq!(
        count,
        SHAREABLE.iter().chain(PERSONAL).map(|(_, fields)| fields.len()).sum::<usize>(),
        "a listed field does not exist"
    );
}

fn parsed(
    query: &str,
    variables: serde_json::Value,
) -> (RawRequest, async_graphql::parser::types::ExecutableDocument) {
    let raw =
        RawRequest { query: query.into(), operation_name: None, variables: Variables::from_json(variables) };
    let document = parse_query(query).unwrap();
    (raw, document)
}

fn key(query: &str, variables: serde_json::Value) -> TopicKey {
    let (raw, document) = parsed(query, variables);
    let shared = shareable(&document, None, &SchemaShape::read(&sdl())).expect("shareable");
    topic_of(&raw, &document, &shared).0
}

#[test]
fn equal_subscriptions_have_one_key() {
    let plain = key("subscription { events { __typename } }", json!({}));
    for query in [
        "subscription{events{__typename}}",
        "subscription { events # now\n { __typename, } }",
        "subscription { events { __typename } }\n",
    ] {
        assert_eq!(key(query, json!({})), plain, "{query}");
    }
    let with = |variables| {
        key(
            "subscription($f: EventFilter, $a: Cursor) { events(filter: $f, after: $a) { __typename } }",
            variables,
        )
    };
    let base = with(json!({"f": {"number": 1, "collections": ["a"]}}));
    assert_eq!(with(json!({"f": {"collections": ["a"], "number": 1}, "a": "x", "unknown": 5})), base);
    assert_eq!(with(json!({"a": "y", "f": {"collections": ["a"], "number": 1}})), base);
    assert_ne!(with(json!({"f": {"collections": ["b"], "number": 1}})), base);
    let literal =
        |after: &str| key(&format!("subscription {{ events(after: {after}) {{ __typename }} }}"), json!({}));
    assert_eq!(literal("\"x\""), literal("\"y\""));
    assert_eq!(literal("null"), literal("\"y\""));
}

#[test]
fn a_cursor_is_not_part_of_what_is_shared() {
    let request = |query: &str, variables| {
        let (raw, document) = parsed(query, variables);
        let shared = shareable(&document, None, &SchemaShape::read(&sdl())).expect("shareable");
        let raw = topic_of(&raw, &document, &shared).1;
        (raw.query, raw.variables.into_value().to_string())
    };
    let literal = request("subscription { events(after: \"damaged\") { __typename } }", json!({}));
    assert_eq!(literal.0, "subscription { events ( after : null ) { __typename } }");
    let variable =
        request("subscription($a: Cursor) { events(after: $a) { __typename } }", json!({"a": "damaged"}));
    assert_eq!(variable.1, "{}");
    // Without it the query would not be valid: then it stays, and nobody else shares it.
    let needed = "subscription($a: Cursor!) { events(after: $a) { __typename } }";
    assert_ne!(key(needed, json!({"a": "x"})), key(needed, json!({"a": "y"})));
}

#[test]
fn different_subscriptions_have_different_keys() {
    let keys: Vec<TopicKey> = [
        ("subscription { events { __typename } }", json!({})),
        ("subscription { floors { __typename } }", json!({})),
        ("subscription A { events { __typename } }", json!({})),
        ("subscription { events(filter: {number: 1}) { __typename } }", json!({})),
        ("subscription { events(filter: {number: 2}) { __typename } }", json!({})),
        // The variable is used elsewhere too: it stays in the key.
        ("subscription($a: Cursor) { events(after: $a) { __typename @skip(if: false) ...F } } fragment F on EventsPush { __typename }", json!({"a": "x"})),
        ("subscription($n: Int) { events(filter: {number: $n}) { __typename } }", json!({"n": 1})),
        ("subscription($n: Int) { events(filter: {number: $n}) { __typename } }", json!({"n": 2})),
    ]
    .into_iter()
    .map(|(query, variables)| key(query, variables))
    .collect();
    let distinct: BTreeSet<_> = keys.iter().collect();
    assert_eq!(distinct.len(), keys.len());
}

#[test]
fn what_is_not_listed_is_not_shared() {
    let shape = SchemaShape::read(&sdl());
    let is_shared = |query: &str| shareable(&parse_query(query).unwrap(), None, &shape).is_some();
    assert!(is_shared(
        "subscription { events { ... on EventsBatch { cursor events { position } } ... on Reload { reason } } }"
    ));
    assert!(is_shared("subscription { events { ...F } } fragment F on EventsBatch { cursor }"));
    for query in [
        "{ log { position } }",
        "subscription { events { ... on EventsBatch { secret } } }",
        "subscription { me { balance } }",
        "subscription { events { __typename } floors { __typename } }",
        "subscription { ...F } fragment F on Subscription { events { __typename } }",
        "subscription { events { ...G } }",
    ] {
        assert!(!is_shared(query), "{query}");
    }
}
