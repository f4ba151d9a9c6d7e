//! Every message of a subscription names the position of the log that it reflects, and its age, whether it was asked for or not.

use serde_json::{Value, json};

use super::{
    api::api,
    scene::{collection, offered, on, price},
    socket::Socket,
};
use crate::facts::{listed, repriced, sold};

const EVENTS: &str = "subscription($a: Cursor) { events(after: $a) { __typename ... on EventsBatch { events { position } } } }";
const FLOORS: &str = "subscription { floors { ... on FloorsBatch { cursor } } }";

/// The position that a message's extensions name; their age must be one of now.
fn position(payload: &Value) -> i64 {
    let log = &payload["extensions"]["log"];
    assert!(log["ageMs"].as_i64().is_some_and(|age| (0..60_000).contains(&age)), "{payload}");
    assert!(log["at"].as_str().is_some_and(|at| at.ends_with('Z')), "{payload}");
    log["position"].as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{payload}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn events_reflect_the_position_they_reach() {
    let api = api().await;
    let begin = api.log((1..=120).map(|n| listed(&format!("plushpepe-{n}"), n, 5)).collect()).await;
    let mut socket = Socket::open(&api).await;
    socket.subscribe("a", EVENTS, json!({})).await;
    assert_eq!(position(&socket.expect("next", "a").await), begin);
    // Only the first fits; the message stands on the whole batch all the same.
    let sales = "subscription { events(filter: {kinds: [SOLD]}) { ... on EventsBatch { asOf { position at } events { position } } } }";
    socket.subscribe("s", sales, json!({})).await;
    socket.expect("next", "s").await;
    socket.send(json!({"type": "complete", "id": "a"})).await;
    let end = api.log(vec![sold("plushpepe-1", 130, 5, "x"), listed("lolpop-1", 131, 5)]).await;
    let message = socket.expect("next", "s").await;
    assert_eq!(position(&message), end);
    let as_of = &message["data"]["events"]["asOf"];
    assert_eq!(as_of["position"], end.to_string(), "the same as where it is asked for");
    assert_eq!(as_of["at"], message["extensions"]["log"]["at"]);
    socket.send(json!({"type": "complete", "id": "s"})).await;

    // A way up in several messages: each names as far as it goes.
    let edges = api.ask("{ activity(first: 100) { edges { cursor } } }").await;
    let after = &edges["activity"]["edges"][99]["cursor"];
    socket.subscribe("c", EVENTS, json!({ "a": after })).await;
    for expected in [73, 122] {
        let message = socket.expect("next", "c").await;
        let events = message["data"]["events"]["events"].as_array().expect("events").clone();
        assert_eq!(events.last().expect("one")["position"], expected.to_string());
        assert_eq!(position(&message), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_subscriptions_get_equal_bytes_with_what_they_reflect() {
    let api = api().await;
    let mut sockets = [Socket::open(&api).await, Socket::open(&api).await];
    for socket in &mut sockets {
        socket.subscribe("a", EVENTS, json!({})).await;
        socket.expect("next", "a").await;
    }
    let end = api.log(vec![listed("plushpepe-1", 1, 5)]).await;
    let messages = [sockets[0].expect("next", "a").await, sockets[1].expect("next", "a").await];
    assert_eq!(position(&messages[0]), end);
    assert_eq!(messages[0], messages[1], "serialized once, its age with it");
}

#[tokio::test(flavor = "multi_thread")]
async fn floors_and_reload_reflect_one_too() {
    let api = api().await;
    let begin = api.log(vec![collection("Plush Pepe", 1), offered("plushpepe-1", 2, price(9, "TON"))]).await;
    let mut socket = Socket::open(&api).await;
    socket.subscribe("f", FLOORS, json!({})).await;
    assert_eq!(position(&socket.expect("next", "f").await), begin);
    let end = api.log(vec![repriced("plushpepe-1", 3, 8), listed("plushpepe-2", 4, 9)]).await;
    let message = socket.expect("next", "f").await;
    assert_eq!(position(&message), end);
    socket.send(json!({"type": "complete", "id": "f"})).await;

    let foreign = &message["data"]["floors"]["cursor"];
    let end = api.log(vec![listed("plushpepe-3", 5, 9)]).await;
    socket.subscribe("r", EVENTS, json!({ "a": foreign })).await;
    let message = socket.expect("next", "r").await;
    assert_eq!(message["data"]["events"]["__typename"], "Reload", "a cursor of another stream");
    assert_eq!(position(&message), end, "where to read anew");
}

/// Two fields of one subscription go each at its own pace.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_reflects_its_own_field() {
    let api = api().await;
    api.log(vec![listed("plushpepe-1", 1, 5)]).await;
    let query = "subscription { all: events { ... on EventsBatch { events { position } } }
        sold: events(filter: {kinds: [SOLD]}) { ... on EventsBatch { asOf { position } events { position } } } }";
    let mut socket = Socket::open(&api).await;
    socket.subscribe("a", query, json!({})).await;
    for _ in 0..2 {
        assert_eq!(position(&socket.expect("next", "a").await), 1);
    }
    api.log(vec![listed("plushpepe-2", 2, 5)]).await;
    let message = socket.expect("next", "a").await;
    assert_eq!((position(&message), message["data"].get("sold")), (2, None));
    let end = api.log(vec![on("mrkt", sold("plushpepe-1", 3, 5, "x"))]).await;
    for _ in 0..2 {
        let message = socket.expect("next", "a").await;
        assert_eq!(position(&message), end, "{message}");
    }
}
