//! What is refused at the door, with its status, its code and its numbers.

use graphql::{ApiOptions, Limits};
use serde_json::{Value, json};

use super::api::{Api, api, api_with};

fn small() -> ApiOptions {
    let limits = Limits {
        body_bytes: 4_000,
        query_bytes: 1_500,
        tokens: 200,
        depth: 6,
        complexity: 2_000,
        aliases: 3,
        batch: 2,
        list: 50,
        ..Limits::default()
    };
    ApiOptions { limits, introspection: false, ..ApiOptions::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_limit_says_its_name_its_value_and_what_was_found() {
    let api = api_with(small()).await;
    let one = |query: &str| json!({ "query": query });
    let deep = "{ gift(slug: \"a\", number: 1) { listings { gift { listings { gift { collection { title } } } } } } }";
    let wide = "{ listings(first: 50) { nodes { gift { listings { id lot owner custody linkUrl evidenceUrl askPosition sincePosition } } } } }";
    for (body, status, code, limit) in [
        (
            one(&format!("{{ log {{ position }} }} #{}", "x".repeat(2_000))),
            413,
            "TOO_MANY_BYTES",
            json!({"name": "queryBytes", "value": 1_500, "found": 2_022}),
        ),
        (
            one(&format!("{{ log {{ {} }} }}", "hash ".repeat(250))),
            400,
            "TOO_MANY_TOKENS",
            json!({"name": "tokens", "value": 200, "found": 201}),
        ),
        (one(deep), 400, "TOO_DEEP", json!({"name": "depth", "value": 6, "found": 7})),
        (one(wide), 400, "TOO_COMPLEX", json!({"name": "complexity", "value": 2_000, "found": 2_151})),
        (
            one("{ a: limits { list } b: limits { list } c: limits { list } d: limits { list } }"),
            400,
            "TOO_MANY_ALIASES",
            json!({"name": "aliases", "value": 3, "found": 4}),
        ),
        (
            one("{ listings(first: 51) { totalCount } }"),
            400,
            "LIST_TOO_LONG",
            json!({"name": "list", "value": 50, "found": 51}),
        ),
        (
            json!({"query": "query($f: ListingFilter) { listings(filter: $f) { totalCount } }", "variables": {"f": {"models": vec!["x"; 51]}}}),
            400,
            "LIST_TOO_LONG",
            json!({"name": "list", "value": 50, "found": 51}),
        ),
        (
            json!([one("{ __typename }"), one("{ __typename }"), one("{ __typename }")]),
            400,
            "BATCH_TOO_LONG",
            json!({"name": "batch", "value": 2, "found": 3}),
        ),
        (
            json!([
                one("{ listings(first: 50) { nodes { gift { listings { id } } } } }"),
                one("{ listings(first: 50) { nodes { lot owner id gift { listings { id lot } } } } }")
            ]),
            200,
            "",
            Value::Null,
        ),
        (one("{ __schema { queryType { name } } }"), 400, "INTROSPECTION_OFF", Value::Null),
        (one("{ __type(name: \"Query\") { name } }"), 400, "INTROSPECTION_OFF", Value::Null),
        (one("{ nosuch }"), 400, "BAD_REQUEST", Value::Null),
        (one("{ log "), 400, "BAD_REQUEST", Value::Null),
        (one("mutation { x }"), 400, "BAD_REQUEST", Value::Null),
        (one("{ gift(slug: \"%%\", number: 1) { id } }"), 200, "BAD_INPUT", Value::Null),
        (one("{ gift(slug: \"a\", number: 0) { id } }"), 200, "BAD_INPUT", Value::Null),
        (one("{ listing(id: \"x\") { id } }"), 200, "BAD_INPUT", Value::Null),
        (one("{ listings(first: -1) { totalCount } }"), 400, "BAD_INPUT", Value::Null),
        (
            one("{ listings(filter: {price: {currency: \"?\"}}) { totalCount } }"),
            200,
            "BAD_INPUT",
            Value::Null,
        ),
        (
            one("{ listings(filter: {price: {currency: \"TON\", from: 5, to: 4}}) { totalCount } }"),
            200,
            "BAD_INPUT",
            Value::Null,
        ),
        (one("subscription { events { __typename } }"), 400, "WRONG_TRANSPORT", Value::Null),
        (
            one("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"),
            400,
            "BAD_REQUEST",
            Value::Null,
        ),
        (json!({"variables": {}}), 400, "BAD_REQUEST", Value::Null),
        (json!({"query": 5}), 400, "BAD_REQUEST", Value::Null),
        (json!({"query": "{ __typename }", "variables": [1]}), 400, "BAD_REQUEST", Value::Null),
        (json!([]), 400, "BAD_REQUEST", Value::Null),
        (json!("x"), 400, "BAD_REQUEST", Value::Null),
    ] {
        let (found, answer) = api.post(&body).await;
        let error = answer.pointer("/errors/0/extensions").cloned().unwrap_or_default();
        assert_eq!(found, status, "{body}\n{answer}");
        assert_eq!(error["code"].as_str().unwrap_or_default(), code, "{body}\n{answer}");
        assert_eq!(error.get("limit").cloned().unwrap_or_default(), limit, "{body}\n{answer}");
    }
    let (_, answer) = api.post(&one("{ limits { depth complexity list batch aliases } }")).await;
    assert_eq!(
        answer["data"]["limits"],
        json!({"depth": 6, "complexity": 2_000, "list": 50, "batch": 2, "aliases": 3})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_shares_one_allowance_and_one_position() {
    let api = api_with(small()).await;
    let query = json!({"query": "{ listings(first: 50) { nodes { id lot price { text amount currency } gift { id number slug } } } log { position } }"});
    let (status, answer) = api.post(&json!([query, query])).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer[0]["extensions"]["log"]["position"], answer[1]["extensions"]["log"]["position"]);
    let heavy =
        json!({"query": "{ listings(first: 50) { nodes { gift { listings { id lot owner custody } } } } }"});
    let (status, error) = api.refusal(&json!([heavy, heavy])).await;
    assert_eq!((status, &error["extensions"]["limit"]["name"]), (400, &json!("complexity")), "{error}");
    assert_eq!(api.post(&json!([heavy])).await.0, 200);
}

async fn send(api: &Api, request: reqwest::RequestBuilder) -> (u16, Value, Option<String>) {
    let sent = request.send().await.expect("an answer");
    let allow = sent.headers().get("allow").map(|value| value.to_str().expect("text").to_owned());
    let _ = api;
    (sent.status().as_u16(), sent.json().await.expect("JSON"), allow)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_json_by_post_is_served() {
    let api = api().await;
    let url = api.url("/graphql");
    let query = "{\"query\":\"{ __typename }\"}";
    // A mutation, like any operation, in a GET: refused before it is looked at.
    let mutation = format!("{url}?query=mutation%20%7B%20x%20%7D");
    for request in
        [api.client.get(&url), api.client.get(&mutation), api.client.put(&url), api.client.delete(&url)]
    {
        let (status, answer, allow) = send(&api, request).await;
        assert_eq!((status, allow.as_deref()), (405, Some("POST")));
        assert_eq!(answer["errors"][0]["extensions"]["code"], "METHOD_NOT_ALLOWED");
        assert!(answer["errors"][0]["message"].as_str().is_some_and(|text| text.contains("POST")));
    }
    // What any page can make a browser send without asking: a form, plain text, nothing said.
    for media in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
        "application/jsonx",
    ] {
        let (status, answer, _) =
            send(&api, api.client.post(&url).header("content-type", media).body(query)).await;
        assert_eq!(
            (status, &answer["errors"][0]["extensions"]["code"]),
            (415, &json!("UNSUPPORTED_MEDIA_TYPE")),
            "{media}"
        );
    }
    for media in ["application/json", "application/json; charset=utf-8", "Application/JSON"] {
        let (status, answer, _) =
            send(&api, api.client.post(&url).header("content-type", media).body(query)).await;
        assert_eq!((status, &answer["data"]["__typename"]), (200, &json!("Query")), "{media}");
    }
    let long = api.client.post(&url).header("content-type", "application/json").body(vec![b' '; 70_000]);
    let (status, answer, _) = send(&api, long).await;
    assert_eq!(
        (status, &answer["errors"][0]["extensions"]["limit"]),
        (413, &json!({"name": "bodyBytes", "value": 65_536, "found": 70_000}))
    );
    // Another client: the server closes the connection of a body that it does not read.
    let accept = harness::http()
        .post(&url)
        .header("content-type", "application/json")
        .header("accept", "application/graphql-response+json")
        .body(query);
    let sent = accept.send().await.expect("an answer");
    assert_eq!(sent.headers()["content-type"], "application/graphql-response+json; charset=utf-8");
    assert_eq!(sent.headers()["cache-control"], "no-store");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_is_served_and_explorers_may_read_it() {
    let api = api().await;
    let text = api
        .client
        .get(api.url("/schema.graphql"))
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("text");
    assert_eq!(text, graphql::sdl());
    // The query by which explorers read a schema fits the documented limits.
    let query = "query IntrospectionQuery { __schema { queryType { name } mutationType { name } subscriptionType { name }
        types { ...FullType } directives { name description locations args { ...InputValue } } } }
      fragment FullType on __Type { kind name description
        fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
        inputFields { ...InputValue } interfaces { ...TypeRef }
        enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
      fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
      fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
        ofType { kind name ofType { kind name ofType { kind name } } } } } } } }";
    let data = api.ask(query).await;
    assert!(data["__schema"]["types"].as_array().is_some_and(|types| types.len() > 50));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_gone_is_told_as_such() {
    let api = api().await;
    api.log(vec![crate::facts::listed("plushpepe-1", 1, 5)]).await;
    api.pool.close().await;
    let (status, error) = api.refusal(&json!({"query": "{ listings { nodes { id } } }"})).await;
    assert!(status == 200 || status == 503, "{status}");
    assert_eq!(error["extensions"]["code"], "UNAVAILABLE");
    assert_eq!(error["extensions"]["maySucceedLater"], true);
}
