//! Streams that are cut and go on with `Last-Event-ID`: what it takes the place of, what it refuses, and what outlives the server.

use graphql::ApiOptions;
use serde_json::{Value, json};

use super::{
    api::{Api, api, api_on, api_with, texts},
    scene::{offered, price},
    stream::Stream,
};
use crate::facts::{listed, repriced};

const EVENTS: &str = "subscription($a: Cursor) { events(after: $a) { __typename
    ... on EventsBatch { cursor events { position } } ... on Reload { reason } } }";
const FLOORS: &str = "subscription($f: FloorFilter, $a: Cursor) { floors(filter: $f, after: $a) { __typename
    ... on FloorsBatch { cursor isSnapshot floors { slug price { text } } } ... on Reload { reason } } }";

fn gifts(count: i64) -> Vec<domain::Event> {
    (1..=count).map(|n| listed(&format!("plushpepe-{n}"), n, 5)).collect()
}

/// Cursors of the log, the newest first.
async fn cursors(api: &Api) -> Vec<String> {
    texts(&api.ask("{ activity(first: 50) { edges { cursor } } }").await["activity"]["edges"], "/cursor")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_id_takes_the_place_of_the_argument() {
    let api = api().await;
    api.log(gifts(10)).await;
    let newest_first = cursors(&api).await;
    let (third, eighth) = (&newest_first[7], &newest_first[2]);
    let literal = format!(
        "subscription {{ events(after: \"{third}\") {{ ... on EventsBatch {{ events {{ position }} }} }} }}"
    );
    let damaged =
        "subscription { events(after: \"damaged\") { ... on EventsBatch { events { position } } } }";
    let needed = EVENTS.replace("$a: Cursor", "$a: Cursor!");
    for (query, variables, last_event_id, expected) in [
        (EVENTS, json!({ "a": third }), None, 4..=10),
        (EVENTS, json!({ "a": third }), Some(eighth), 9..=10),
        (EVENTS, json!({ "a": eighth }), Some(third), 4..=10),
        (EVENTS, json!({}), Some(eighth), 9..=10),
        (&needed, json!({ "a": third }), Some(eighth), 9..=10),
        (&literal, json!({}), Some(eighth), 9..=10),
        (damaged, json!({}), Some(eighth), 9..=10),
        // Nothing was heard yet.
        (EVENTS, json!({ "a": third }), Some(&String::new()), 4..=10),
    ] {
        let mut stream = Stream::get(&api, query, &variables, last_event_id.map(String::as_str)).await;
        let mut positions = Vec::new();
        let expected: Vec<String> = expected.map(|position: i64| position.to_string()).collect();
        // The topic may be a tick behind the log; then the rest comes behind the first message.
        while positions.len() < expected.len() {
            positions.extend(texts(&stream.next().await.1["events"]["events"], "/position"));
        }
        assert_eq!(positions, expected, "{query} {variables} {last_event_id:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_leads_nowhere_is_refused_or_answered_with_reload() {
    let api = api_with(ApiOptions { catch_up_max: 10, ..ApiOptions::default() }).await;
    let other = super::api::api().await;
    for api in [&api, &other] {
        api.log(gifts(20)).await;
    }
    let api = &api;
    let (own, foreign) = (cursors(api).await, cursors(&other).await);
    for (query, last_event_id, reason) in [
        (EVENTS, own[11].as_str(), "TOO_FAR"),
        (EVENTS, &foreign[0], "UNKNOWN_CURSOR"),
        (FLOORS, &own[0], "UNKNOWN_CURSOR"),
    ] {
        let mut stream = Stream::get(api, query, &json!({}), Some(last_event_id)).await;
        let (id, data) = stream.next().await;
        let field = if query == EVENTS { "events" } else { "floors" };
        assert_eq!(data[field], json!({"__typename": "Reload", "reason": reason}));
        assert_eq!(id.as_deref(), Some(""), "the word to reload is no place to go on from");
        stream.completes().await;
        // A browser that comes back now has no id any more, and begins where the log is.
        for nothing in [None, id.as_deref()] {
            let mut stream = Stream::get(api, query, &json!({}), nothing).await;
            let (id, data) = stream.next().await;
            assert_ne!(data[field]["__typename"], "Reload");
            assert_eq!(id.as_deref(), data[field]["cursor"].as_str());
        }
    }
    for damaged in ["x", "not a cursor", &own[0][1..], &"A".repeat(2_000)] {
        for query in [EVENTS, FLOORS] {
            let mut stream = Stream::get(api, query, &json!({ "a": own[0] }), Some(damaged)).await;
            let (id, payload) = stream.expect("next").await;
            let error = &payload["errors"][0];
            let told = (id.as_deref(), &error["extensions"]["code"]);
            assert_eq!(told, (Some(""), &json!("BAD_CURSOR")), "{payload}");
            assert_eq!(error["message"], "the cursor is damaged: give it back as it came");
            stream.completes().await;
        }
    }
}

/// The floors' picture comes in several messages: cut in the middle of it, it comes anew; behind it, only what changed.
#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_whole_or_comes_anew() {
    let api = api().await;
    api.log((1..=450).map(|n| offered(&format!("c{n}-1"), 1, price(n, "TON"))).collect()).await;
    let variables = json!({"f": {"bestOnly": true}});
    let (mut last_event_id, mut id_of_the_whole) = (None, None);
    for messages in [1, 2, 3] {
        let mut stream = Stream::get(&api, FLOORS, &variables, last_event_id.as_deref()).await;
        let mut slugs = Vec::new();
        for _ in 0..messages {
            let (id, data) = stream.next().await;
            assert_eq!(data["floors"]["isSnapshot"], true);
            assert_eq!(id.as_deref(), data["floors"]["cursor"].as_str());
            slugs.extend(texts(&data["floors"]["floors"], "/slug"));
            last_event_id = id;
        }
        slugs.sort();
        slugs.dedup();
        assert_eq!(slugs.len(), (messages * 200).min(450), "each floor once, from the first on");
        id_of_the_whole.clone_from(&last_event_id);
    }
    api.log(vec![repriced("c7-1", 2, 1_000_000_000)]).await;
    let mut stream = Stream::get(&api, FLOORS, &variables, id_of_the_whole.as_deref()).await;
    let (_, data) = stream.next().await;
    let floors = &data["floors"];
    assert_eq!(
        (&floors["isSnapshot"], texts(&floors["floors"], "/price/text")),
        (&json!(false), vec!["1 TON".into()])
    );
}

/// A server that stops does not say `complete`: a browser would not come back. Its successor goes on where it ended.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_goes_on_with_the_next_server() {
    let api = api().await;
    api.log(gifts(3)).await;
    let mut stream = Stream::get(&api, EVENTS, &json!({}), None).await;
    stream.next().await;
    api.log(vec![listed("lolpop-1", 10, 5)]).await;
    let (last_event_id, data) = stream.next().await;
    assert_eq!(texts(&data["events"]["events"], "/position"), ["4"]);
    let database = api.stop().expect("a database");
    let last = stream.hear().await.expect("a last word");
    assert_eq!((last.comment.as_deref(), last.event), (Some("the server stops"), None));
    assert_eq!(stream.hear().await, None, "its end");

    let api = api_on(database.pool.clone(), ApiOptions::default()).await;
    api.log(vec![listed("lolpop-2", 11, 5), listed("lolpop-3", 11, 5)]).await;
    let mut stream = Stream::get(&api, EVENTS, &json!({}), last_event_id.as_deref()).await;
    let mut positions: Vec<String> = Vec::new();
    while positions.len() < 2 {
        let (_, data) = stream.next().await;
        assert_ne!(data["events"], Value::Null);
        positions.extend(texts(&data["events"]["events"], "/position"));
    }
    assert_eq!(positions, ["5", "6"]);
}
