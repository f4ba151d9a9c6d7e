//! What is followed: events in order, floors by their latest value, one execution for all who ask the same.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    api::{api, texts},
    scene::{about, collection, offered, on, price, rate},
    socket::{Heard, Socket},
};
use crate::facts::{delisted, listed, repriced, sold};

const EVENTS: &str = "subscription($f: EventFilter, $a: Cursor) { events(filter: $f, after: $a) { __typename
    ... on EventsBatch { cursor asOf { position } events { position kind gift { id name } price { text } } } ... on Reload { reason } } }";
const FLOORS: &str = "subscription($f: FloorFilter, $a: Cursor) { floors(filter: $f, after: $a) { __typename
    ... on FloorsBatch { cursor isSnapshot asOf { position } floors { slug name market { id } price { text } listingsCount } gone { slug name market { id } } }
    ... on Reload { reason } } }";

#[tokio::test(flavor = "multi_thread")]
async fn events_come_in_order_and_filtered() {
    let api = api().await;
    api.log(vec![collection("Plush Pepe", 1), listed("plushpepe-1", 2, 5)]).await;
    let mut socket = Socket::open(&api).await;
    socket.subscribe("all", EVENTS, json!({})).await;
    let begin = socket.next("all").await;
    assert_eq!(begin["events"]["events"], json!([]));
    socket.subscribe("sold", EVENTS, json!({"f": {"kinds": ["SOLD"], "collections": ["plushpepe"]}})).await;
    socket.next("sold").await;
    api.log(vec![listed("plushpepe-2", 3, 6), listed("lolpop-1", 3, 6)]).await;
    let two = socket.next("all").await;
    assert_eq!(texts(&two["events"]["events"], "/gift/name"), ["Plush Pepe #2", "lolpop #1"]);
    assert_eq!(two["events"]["asOf"]["position"], "4");
    api.log(vec![sold("lolpop-1", 4, 7, "x"), sold("plushpepe-1", 4, 7, "y")]).await;
    let mut seen = BTreeMap::new();
    for _ in 0..2 {
        let Heard::Message(message) = socket.hear().await else { panic!("closed") };
        seen.insert(
            message["id"].as_str().expect("an id").to_owned(),
            message["payload"]["data"]["events"]["events"].clone(),
        );
    }
    assert_eq!(texts(&seen["all"], "/position"), ["5", "6"]);
    assert_eq!(texts(&seen["sold"], "/position"), ["6"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_a_query_goes_on_as_a_subscription() {
    let api = api().await;
    api.log(vec![listed("plushpepe-1", 2, 5), listed("plushpepe-2", 3, 5)]).await;
    let data = api.ask("{ activity { edges { cursor node { position } } } }").await;
    let edges = data["activity"]["edges"].as_array().expect("edges");
    let mut socket = Socket::open(&api).await;
    for (at, expected) in [(1, vec!["2"]), (0, vec![])] {
        socket.subscribe("a", EVENTS, json!({"a": edges[at]["cursor"]})).await;
        let mut positions = texts(&socket.next("a").await["events"]["events"], "/position");
        // The topic may be a tick behind the log; then what is new comes behind the first message.
        while positions.len() < expected.len() {
            positions.extend(texts(&socket.next("a").await["events"]["events"], "/position"));
        }
        assert_eq!(positions, expected);
        socket.send(json!({"type": "complete", "id": "a"})).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_third_answer_is_reload() {
    let options = graphql::ApiOptions { catch_up_max: 10, ..graphql::ApiOptions::default() };
    let api = super::api::api_with(options).await;
    let other = super::api::api().await;
    for api in [&api, &other] {
        api.log((1..=20).map(|n| listed(&format!("plushpepe-{n}"), n, 5)).collect()).await;
    }
    let cursors = |data: Value| -> Vec<Value> {
        data["activity"]["edges"]
            .as_array()
            .expect("edges")
            .iter()
            .map(|edge| edge["cursor"].clone())
            .collect()
    };
    let query = "{ activity(first: 50) { edges { cursor } } }";
    let (own, foreign) = (cursors(api.ask(query).await), cursors(other.ask(query).await));
    let mut socket = Socket::open(&api).await;
    for (cursor, expected) in [
        (&own[0], None),
        (&own[10], None),
        (&own[11], Some("TOO_FAR")),
        (&foreign[0], Some("UNKNOWN_CURSOR")),
    ] {
        socket.subscribe("a", EVENTS, json!({ "a": cursor })).await;
        let first = socket.next("a").await;
        let Some(reason) = expected else {
            assert_eq!(first["events"]["__typename"], "EventsBatch");
            socket.send(json!({"type": "complete", "id": "a"})).await;
            continue;
        };
        assert_eq!(first["events"], json!({"__typename": "Reload", "reason": reason}));
        socket.expect("complete", "a").await;
    }
    socket.subscribe("f", FLOORS, json!({ "a": own[0] })).await;
    assert_eq!(socket.next("f").await["floors"], json!({"__typename": "Reload", "reason": "UNKNOWN_CURSOR"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn floors_are_a_picture_and_then_its_changes() {
    let api = api().await;
    api.log(vec![
        offered("plushpepe-1", 1, price(9_000_000_000, "TON")),
        offered("lolpop-1", 1, price(4_000_000_000, "TON")),
    ])
    .await;
    let mut socket = Socket::open(&api).await;
    let filter = json!({"f": {"collections": ["plushpepe"], "bestOnly": true}});
    socket.subscribe("f", FLOORS, filter.clone()).await;
    let picture = socket.next("f").await["floors"].clone();
    assert_eq!(
        (&picture["isSnapshot"], texts(&picture["floors"], "/price/text")),
        (&json!(true), vec!["9 TON".to_owned()])
    );
    api.log(vec![
        on("mrkt", offered("plushpepe-1", 2, price(8_000_000_000, "TON"))),
        offered("lolpop-2", 2, price(3, "TON")),
    ])
    .await;
    let change = socket.next("f").await["floors"].clone();
    assert_eq!(
        (&change["isSnapshot"], texts(&change["floors"], "/price/text")),
        (&json!(false), vec!["8 TON".to_owned()])
    );
    socket.send(json!({"type": "complete", "id": "f"})).await;
    // Away meanwhile: only the latest value of what changed is sent.
    api.log(vec![repriced("plushpepe-1", 3, 7_000_000_000)]).await;
    api.log(vec![repriced("plushpepe-1", 4, 6_000_000_000)]).await;
    let mut resumed = filter.clone();
    resumed["a"] = change["cursor"].clone();
    socket.subscribe("f", FLOORS, resumed).await;
    let since = socket.next("f").await["floors"].clone();
    assert_eq!(
        (&since["isSnapshot"], texts(&since["floors"], "/price/text")),
        (&json!(false), vec!["6 TON".to_owned()])
    );
    api.log(vec![delisted("plushpepe-1", 5), on("mrkt", delisted("plushpepe-1", 5))]).await;
    let gone = socket.next("f").await["floors"].clone();
    assert_eq!((&gone["floors"], texts(&gone["gone"], "/slug")), (&json!([]), vec!["plushpepe".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_the_floors_late_sees_them_as_they_are() {
    let api = api().await;
    api.log((1..=450).map(|n| offered(&format!("c{n}-1"), 1, price(n, "TON"))).collect()).await;
    let mut socket = Socket::open(&api).await;
    socket.subscribe("f", FLOORS, json!({"f": {"bestOnly": true}})).await;
    let (mut count, mut last) = (0, Value::Null);
    while count < 450 {
        let batch = socket.next("f").await["floors"].clone();
        let floors = batch["floors"].as_array().expect("floors").len();
        assert!(floors <= 200 && batch["isSnapshot"] == json!(true));
        count += floors;
        last = batch["cursor"].clone();
    }
    // More changes at once than one message holds: the topic gives up and each reader is brought up by itself.
    api.log((1..=300).map(|n| repriced(&format!("c{n}-1"), 2, n + 1_000)).collect()).await;
    let mut changed = 0;
    while changed < 300 {
        let batch = socket.next("f").await["floors"].clone();
        assert_eq!(batch["isSnapshot"], json!(false));
        changed += batch["floors"].as_array().expect("floors").len();
        last = batch["cursor"].clone();
    }
    assert_eq!(changed, 300);
    socket.subscribe("g", FLOORS, json!({"f": {"bestOnly": true}, "a": last})).await;
    assert_eq!(socket.next("g").await["floors"]["floors"], json!([]), "the last cursor is behind all of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn rates_and_markets_are_events_too() {
    let api = api().await;
    let mut socket = Socket::open(&api).await;
    let query = "subscription { events { ... on EventsBatch { events { kind market { id name } gift { id } fact { ... on RateObserved { base quote rateMicros } ... on MarketReleased { market } } } } } }";
    socket.subscribe("e", query, json!({})).await;
    socket.next("e").await;
    api.log(vec![
        rate(1, 3_000_000),
        about("mrkt", 2, "r", domain::Cause::Watch, domain::Fact::MarketReleased),
    ])
    .await;
    let events = socket.next("e").await["events"]["events"].clone();
    assert_eq!(events[0]["fact"], json!({"base": "TON", "quote": "USD", "rateMicros": "3000000"}));
    assert_eq!(
        (&events[1]["market"]["name"], &events[1]["fact"]["market"]),
        (&json!("MRKT"), &json!("mrkt"))
    );
}

/// What cannot be shared is executed for its subscriber alone, with the same promises.
#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_is_not_shared_keeps_the_promises() {
    let api = api().await;
    api.log((1..=120).map(|n| listed(&format!("plushpepe-{n}"), n, 5)).collect()).await;
    let data = api.ask("{ activity(first: 100) { edges { cursor node { position } } } }").await;
    let edge = &data["activity"]["edges"][99];
    assert_eq!(edge["node"]["position"], "21");
    // Two fields in one subscription are nobody else's topic.
    let query = "subscription($a: Cursor) { events(after: $a) { __typename ... on EventsBatch { cursor events { position } } }
        sales: events(filter: {kinds: [SOLD]}) { __typename } }";
    let mut socket = Socket::open(&api).await;
    socket.subscribe("a", query, json!({ "a": edge["cursor"] })).await;
    let mut positions = Vec::new();
    let mut more = async |count: usize| {
        while positions.len() < count {
            let data = socket.next("a").await;
            if let Some(batch) = data.get("events") {
                positions.extend(texts(&batch["events"], "/position"));
            }
        }
    };
    more(99).await;
    api.log(vec![listed("lolpop-1", 200, 1), listed("lolpop-2", 200, 1)]).await;
    more(101).await;
    let expected: Vec<String> = (22..=122).map(|position: i64| position.to_string()).collect();
    assert_eq!(positions, expected);
    let damaged = query.replace("$a: Cursor", "$a: Cursor = \"x\"");
    let hidden = "subscription { ...F } fragment F on Subscription { events { __typename } }";
    for (id, query, code) in [("b", damaged.as_str(), "BAD_CURSOR"), ("c", hidden, "BAD_REQUEST")] {
        let mut socket = Socket::open(&api).await;
        socket.subscribe(id, query, json!({})).await;
        // The sound field may have answered before.
        let errors = loop {
            match socket.hear().await {
                Heard::Message(message) if message["type"] == "next" => {}
                Heard::Message(message) => break message["payload"].clone(),
                closed => panic!("{closed:?}"),
            }
        };
        assert_eq!(errors[0]["extensions"]["code"], code, "{errors}");
    }
}
