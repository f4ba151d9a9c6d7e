use async_graphql::Variables;
use proptest::prelude::*;
use serde_json::json;

use super::*;

const SDL: &str = "schema { query: Query subscription: Sub }
    type Query { gifts(first: Int! = 20, ids: [Int!]): GiftConnection! gift: Gift log: Int! }
    type GiftConnection { nodes: [Gift!]! }
    type Gift { id: Int! lines: [Line!]! gifts(first: Int! = 20): GiftConnection! next: Gift }
    type Line { amount: Int! }
    type Sub { log: Int! }";

fn limits() -> Limits {
    Limits {
        query_bytes: 2_000,
        tokens: 300,
        depth: 6,
        complexity: 1_000,
        aliases: 3,
        list: 50,
        ..Limits::default()
    }
}

fn admit_with(query: &str, variables: serde_json::Value) -> Result<Admitted, Refusal> {
    let raw =
        RawRequest { query: query.into(), operation_name: None, variables: Variables::from_json(variables) };
    admit(raw, &limits(), &SchemaShape::read(SDL), false)
}

type Expected = Result<usize, (RefusalCode, Option<(&'static str, u64, u64)>)>;

fn check(query: &str, variables: serde_json::Value, expected: Expected) {
    let found = admit_with(query, variables).map(|admitted| admitted.complexity).map_err(|refusal| {
        let limit = refusal.limit.map(|limit| (limit.name, limit.value, limit.found));
        (refusal.code, limit)
    });
    assert_eq!(found, expected, "{query}");
}

#[test]
fn complexity_multiplies_lists() {
    check("{ log }", json!({}), Ok(1));
    check("{ gift { id lines { amount } } }", json!({}), Ok(1 + 1 + 1 + 5));
    check("{ gifts { nodes { id } } }", json!({}), Ok(1 + 20 * 2));
    check("{ gifts(first: 3) { nodes { id } } }", json!({}), Ok(1 + 3 * 2));
    check("query($n: Int! = 4) { gifts(first: $n) { nodes { id } } }", json!({}), Ok(1 + 4 * 2));
    check("query($n: Int! = 4) { gifts(first: $n) { nodes { id } } }", json!({"n": 7}), Ok(1 + 7 * 2));
    check(
        "{ gifts(first: 30) { nodes { gifts(first: 30) { nodes { id } } } } }",
        json!({}),
        Err((RefusalCode::TooComplex, Some(("complexity", 1_000, 1 + 30 * (1 + 1 + 30 * 2))))),
    );
}

#[test]
fn each_limit_is_named() {
    check(
        "{ gift { next { next { next { next { next { id } } } } } } }",
        json!({}),
        Err((RefusalCode::TooDeep, Some(("depth", 6, 7)))),
    );
    check("{ a: log b: log c: log }", json!({}), Ok(3));
    check(
        "{ a: log b: log c: log d: log }",
        json!({}),
        Err((RefusalCode::TooManyAliases, Some(("aliases", 3, 4)))),
    );
    check(
        "{ gifts(first: 51) { nodes { id } } }",
        json!({}),
        Err((RefusalCode::ListTooLong, Some(("list", 50, 51)))),
    );
    check(
        "query($n: Int!) { gifts(first: $n) { nodes { id } } }",
        json!({"n": 1_000}),
        Err((RefusalCode::ListTooLong, Some(("list", 50, 1_000)))),
    );
    check("{ gifts(first: -1) { nodes { id } } }", json!({}), Err((RefusalCode::BadInput, None)));
    let many: Vec<u32> = (0..51).collect();
    check(
        "query($i: [Int!]) { gifts(ids: $i) { nodes { id } } }",
        json!({ "i": many }),
        Err((RefusalCode::ListTooLong, Some(("list", 50, 51)))),
    );
    check(
        &format!("{{ gifts(ids: {many:?}) {{ nodes {{ id }} }} }}"),
        json!({}),
        Err((RefusalCode::ListTooLong, Some(("list", 50, 51)))),
    );
    check(
        &format!("{{ {} }}", "log ".repeat(400)),
        json!({}),
        Err((RefusalCode::TooManyTokens, Some(("tokens", 300, 301)))),
    );
    check(
        &format!("{{ log }} #{}", " ".repeat(2_000)),
        json!({}),
        Err((RefusalCode::TooManyBytes, Some(("queryBytes", 2_000, 2_009)))),
    );
    check("{ __schema { queryType { name } } }", json!({}), Err((RefusalCode::IntrospectionOff, None)));
    check("{ __typename }", json!({}), Ok(1));
    check("{ log", json!({}), Err((RefusalCode::BadRequest, None)));
    check("", json!({}), Err((RefusalCode::BadRequest, None)));
    check("{ log ? }", json!({}), Err((RefusalCode::BadRequest, None)));
}

#[test]
fn fragments_count_where_they_are_spread_and_are_measured_once() {
    check("{ gift { ...F ...F } } fragment F on Gift { id }", json!({}), Ok(3));
    // Each of 15 fragments spreads the next twice: 2^15 fields, refused by their number without walking them.
    let mut bomb = String::from("{ gift { ...F0 } }");
    for n in 0..15 {
        bomb.push_str(&format!(" fragment F{n} on Gift {{ ...F{} ...F{} }}", n + 1, n + 1));
    }
    bomb.push_str(" fragment F15 on Gift { id }");
    check(&bomb, json!({}), Err((RefusalCode::TooComplex, Some(("complexity", 1_000, 1 + (1 << 15))))));
    check(
        "{ gift { ...A } } fragment A on Gift { ...B } fragment B on Gift { ...A }",
        json!({}),
        Err((RefusalCode::BadRequest, None)),
    );
}

#[test]
fn introspection_lists_may_not_multiply() {
    let query = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    let raw = RawRequest { query: query.into(), ..RawRequest::default() };
    let loose = Limits { depth: 20, ..limits() };
    let refusal = admit(raw, &loose, &SchemaShape::read(SDL), true).err();
    assert_eq!(refusal.and_then(|r| r.limit).map(|l| (l.name, l.found)), Some(("introspectionLists", 3)));
}

#[test]
fn the_kind_of_the_chosen_operation() {
    let raw = |name: Option<&str>| RawRequest {
        query: "query A { log } subscription B { log }".into(),
        operation_name: name.map(Into::into),
        variables: Variables::default(),
    };
    let kind = |name| {
        admit(raw(name), &limits(), &SchemaShape::read(SDL), false).ok().and_then(|admitted| admitted.kind)
    };
    assert_eq!(kind(Some("A")), Some(OperationType::Query));
    assert_eq!(kind(Some("B")), Some(OperationType::Subscription));
    assert_eq!(kind(Some("C")), None);
    assert_eq!(kind(None), None);
}

proptest! {
    #[test]
    fn no_query_panics(text in "[{}()\\[\\]\":.$@a-c0-9!\n ]{0,80}") {
        let _ = admit_with(&text, json!({}));
    }
}
