//! A client of server-sent events in a few lines, and the rules of GraphQL over them against the real server.

use std::{pin::Pin, time::Duration};

use bytes::Bytes;
use futures_util::{Stream as Source, StreamExt as _, stream};
use graphql::{ApiOptions, Limits};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    time::{Instant, timeout_at},
};

use super::{
    api::{Api, api, api_with},
    socket::Socket,
};
use crate::facts::listed;

/// Longer than anything a test waits for.
const PATIENCE: Duration = Duration::from_secs(120);

const EVENTS: &str = "subscription($a: Cursor) { events(after: $a) { __typename ... on EventsBatch { cursor events { position } } ... on Reload { reason } } }";

/// A stream of events.
pub(super) struct Stream {
    source: Pin<Box<dyn Source<Item = Bytes> + Send>>,
    unread: Vec<u8>,
}

/// What came: the fields of one block, in which a comment is a field without a name.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Block {
    pub(super) id: Option<String>,
    pub(super) event: Option<String>,
    pub(super) data: Option<String>,
    pub(super) retry: Option<String>,
    pub(super) comment: Option<String>,
}

impl Block {
    fn read(text: &str) -> Self {
        let mut block = Self::default();
        for line in text.lines() {
            let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("a field, not {line}"));
            let place = match name {
                "id" => &mut block.id,
                "event" => &mut block.event,
                "data" => &mut block.data,
                "retry" => &mut block.retry,
                "" => &mut block.comment,
                other => panic!("no field is called {other}"),
            };
            let before = place.replace(value.strip_prefix(' ').unwrap_or(value).to_owned());
            assert_eq!(before, None, "each field once in a block:\n{text}");
        }
        block
    }
}

/// The address of an operation, as a page writes it.
fn address(query: &str, variables: &Value) -> String {
    let escaped = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    format!("/graphql/sse?query={}&variables={}", escaped(query), escaped(&variables.to_string()))
}

/// A client that waits as long as a stream lasts.
fn patient() -> reqwest::Client {
    harness::install_tls();
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

impl Stream {
    /// Asks as a browser's `EventSource` does, with the id of the last event where there was one.
    pub(super) async fn get(api: &Api, query: &str, variables: &Value, last_event_id: Option<&str>) -> Self {
        Self::open(patient().get(api.url(&address(query, variables))), last_event_id).await
    }

    /// Asks as the protocol's client does.
    pub(super) async fn post(api: &Api, body: &Value) -> Self {
        Self::open(patient().post(api.url("/graphql/sse")).json(body), None).await
    }

    async fn open(request: reqwest::RequestBuilder, last_event_id: Option<&str>) -> Self {
        let mut request = request.header("accept", "text/event-stream");
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        assert!(status == 200, "{status}: {}", answer.text().await.expect("a text"));
        for (name, value) in [
            ("content-type", "text/event-stream; charset=utf-8"),
            ("cache-control", "no-store"),
            ("x-accel-buffering", "no"),
        ] {
            assert_eq!(answer.headers()[name], value, "{name}");
        }
        let source = answer.bytes_stream().map(|bytes| bytes.expect("the stream goes on"));
        Self { source: Box::pin(source), unread: Vec::new() }
    }

    /// The same with room for a few kilobytes on its side of the network, whatever the system's own buffers grow to.
    pub(super) async fn open_narrow(api: &Api, query: &str) -> Self {
        let network = TcpSocket::new_v4().expect("a socket");
        network.set_recv_buffer_size(16 * 1024).expect("a small buffer");
        let mut network = network.connect(api.address).await.expect("a connection");
        // By HTTP/1.0 a body is what comes until the end.
        let head =
            format!("GET {} HTTP/1.0\r\naccept: text/event-stream\r\n\r\n", address(query, &json!({})));
        network.write_all(head.as_bytes()).await.expect("sent");
        let mut source = Box::pin(stream::unfold(network, piece));
        let mut unread = Vec::new();
        while !unread.windows(4).any(|end| end == b"\r\n\r\n") {
            unread.extend(source.next().await.expect("a head"));
        }
        assert!(unread.starts_with(b"HTTP/1.0 200"), "{}", String::from_utf8_lossy(&unread));
        let head = unread.windows(4).position(|end| end == b"\r\n\r\n").expect("an end of the head");
        Self { source, unread: unread.split_off(head + 4) }
    }

    /// The next block; `None` at the end of the stream.
    pub(super) async fn hear(&mut self) -> Option<Block> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(end) = self.unread.windows(2).position(|end| end == b"\n\n") {
                let rest = self.unread.split_off(end + 2);
                let block = std::mem::replace(&mut self.unread, rest);
                return Some(Block::read(std::str::from_utf8(&block).expect("UTF-8").trim_end()));
            }
            match timeout_at(deadline, self.source.next()).await.expect("something is heard in time") {
                Some(bytes) => self.unread.extend(bytes),
                None => {
                    assert!(self.unread.is_empty(), "it ends behind a whole event");
                    return None;
                }
            }
        }
    }

    /// The next event, past comments; its id and what it says.
    pub(super) async fn expect(&mut self, kind: &str) -> (Option<String>, Value) {
        loop {
            let block = self.hear().await.unwrap_or_else(|| panic!("{kind} before the end"));
            let Some(event) = block.event else { continue };
            assert_eq!(event, kind, "{:?}", block.data);
            let data = block.data.expect("an event has data");
            let said = if data.is_empty() { Value::Null } else { serde_json::from_str(&data).expect("JSON") };
            return (block.id, said);
        }
    }

    /// The data of the next answer, and its id.
    pub(super) async fn next(&mut self) -> (Option<String>, Value) {
        let (id, payload) = self.expect("next").await;
        assert!(payload.get("errors").is_none(), "{payload}");
        (id, payload["data"].clone())
    }

    /// The errors that are all it says.
    async fn errors(&mut self) -> Value {
        let (id, payload) = self.expect("next").await;
        assert_eq!((id.as_deref(), payload.get("data")), (Some(""), None), "{payload}");
        self.completes().await;
        payload["errors"].clone()
    }

    /// It says that it is complete, and ends.
    pub(super) async fn completes(&mut self) {
        assert_eq!(self.expect("complete").await, (None, Value::Null));
        assert_eq!(self.hear().await, None, "nothing follows");
    }
}

async fn piece(mut network: TcpStream) -> Option<(Bytes, TcpStream)> {
    let mut bytes = vec![0; 4_096];
    let count = network.read(&mut bytes).await.expect("the stream goes on");
    bytes.truncate(count);
    (count > 0).then(|| (Bytes::from(bytes), network))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_events_id_is_its_cursor() {
    let api = api().await;
    api.log(vec![listed("plushpepe-1", 1, 5)]).await;
    let posted = json!({"query": EVENTS, "variables": {}, "operationName": null});
    let streams = [Stream::get(&api, EVENTS, &json!({}), None).await, Stream::post(&api, &posted).await];
    for mut stream in streams {
        let first = stream.hear().await.expect("a block");
        let retry_ms: u64 = first.retry.expect("how long to wait").parse().expect("a number");
        assert!((1_000..3_000).contains(&retry_ms), "{retry_ms}");
        let (id, begin) = stream.next().await;
        assert_eq!(begin["events"]["events"], json!([]));
        assert_eq!(id.as_deref(), begin["events"]["cursor"].as_str(), "where the stream begins");
        let position = api.log(vec![listed("plushpepe-2", 2, 5)]).await;
        let (id, batch) = stream.next().await;
        assert_eq!(batch["events"]["events"], json!([{"position": position.to_string()}]));
        assert_eq!(id.as_deref(), batch["events"]["cursor"].as_str());
        assert!(id.is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_answered_and_complete() {
    let api = api().await;
    for mut stream in [
        Stream::get(&api, "{ log { position } }", &json!({}), Some("no cursor at all")).await,
        Stream::post(&api, &json!({"query": "{ log { position } }"})).await,
    ] {
        let (id, data) = stream.next().await;
        assert_eq!((id.as_deref(), data), (Some(""), json!({"log": {"position": "0"}})));
        stream.completes().await;
    }
}

/// With room for one topic, whoever is served at all is served by the same execution; and its bytes are the same.
#[tokio::test(flavor = "multi_thread")]
async fn both_transports_share_one_execution() {
    let api = api_with(ApiOptions { topics_max: 1, ..ApiOptions::default() }).await;
    let mut socket = Socket::open(&api).await;
    socket.subscribe("a", EVENTS, json!({})).await;
    socket.next("a").await;
    let spelled = EVENTS.replace(' ', "\n  ");
    let mut streams = [
        Stream::get(&api, &spelled, &json!({}), None).await,
        Stream::post(&api, &json!({"query": EVENTS})).await,
    ];
    for stream in &mut streams {
        stream.next().await;
    }
    for turn in 0..3 {
        api.log(vec![listed("plushpepe-1", turn, turn + 1)]).await;
        let heard = socket.expect("next", "a").await;
        for stream in &mut streams {
            let (_, payload) = stream.expect("next").await;
            assert_eq!(payload, heard, "serialized once, its age with it");
        }
    }
    let other = "subscription { events { __typename } }";
    let (status, error) = refusal(&api, api.client.get(api.url(&address(other, &json!({}))))).await;
    assert_eq!((status, &error["code"]), (503, &json!("TOO_MANY_SUBSCRIPTIONS")));
    assert_eq!(error["limit"], json!({"name": "topics", "value": 1, "found": 2}));
}

/// The status and the first error's extensions of a request that gets no stream.
async fn refusal(api: &Api, request: reqwest::RequestBuilder) -> (u16, Value) {
    let (answer, _) = refused(api, request.header("accept", "text/event-stream")).await;
    answer
}

/// The same with what the answer's headers allow and advise.
async fn refused(_: &Api, request: reqwest::RequestBuilder) -> ((u16, Value), [Option<String>; 2]) {
    let sent = request.send().await.expect("an answer");
    let header = |name: &str| sent.headers().get(name).map(|value| value.to_str().expect("text").to_owned());
    let (status, advice) = (sent.status().as_u16(), [header("allow"), header("retry-after")]);
    assert_eq!(header("content-type").as_deref(), Some("application/json; charset=utf-8"));
    let answer: Value = sent.json().await.expect("JSON");
    assert!(answer["errors"][0]["message"].as_str().is_some_and(|text| text.len() > 10), "{answer}");
    ((status, answer["errors"][0]["extensions"].clone()), advice)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_for_events_has_a_status() {
    let api = api().await;
    let (client, url) = (&api.client, api.url("/graphql/sse"));
    let (asked, mutation) =
        (api.url(&address(EVENTS, &json!({}))), api.url(&address("mutation { x }", &json!({}))));
    let json_of =
        |body: &str| client.post(&url).header("content-type", "application/json").body(body.to_owned());
    let good = json!({ "query": EVENTS }).to_string();
    for (request, accept, status, code, allow) in [
        (client.put(&url), "text/event-stream", 405, "METHOD_NOT_ALLOWED", Some("GET, POST")),
        (client.delete(&asked), "text/event-stream", 405, "METHOD_NOT_ALLOWED", Some("GET, POST")),
        (client.get(&mutation), "text/event-stream", 405, "METHOD_NOT_ALLOWED", Some("POST")),
        (client.get(&asked), "*/*", 406, "NOT_ACCEPTABLE", None),
        (client.get(&asked), "text/html, application/json;q=0.9, */*;q=0.8", 406, "NOT_ACCEPTABLE", None),
        (json_of(&good), "application/json", 406, "NOT_ACCEPTABLE", None),
        (client.post(&url).body(good.clone()), "text/event-stream", 415, "UNSUPPORTED_MEDIA_TYPE", None),
        (json_of("["), "text/event-stream", 400, "BAD_REQUEST", None),
        (json_of(&format!("[{good}]")), "text/event-stream", 400, "BAD_REQUEST", None),
        (client.get(&url), "text/event-stream", 400, "BAD_REQUEST", None),
        (client.get(format!("{asked}&query=x")), "text/event-stream", 400, "BAD_REQUEST", None),
        (client.get(format!("{url}?query=x&variables=5")), "text/event-stream", 400, "BAD_REQUEST", None),
    ] {
        let ((found, error), [allowed, _]) = refused(&api, request.header("accept", accept)).await;
        assert_eq!(
            (found, error["code"].as_str(), allowed.as_deref()),
            (status, Some(code), allow),
            "{accept}"
        );
    }
    let small = api_with(ApiOptions {
        limits: Limits { body_bytes: 1_024, ..Limits::default() },
        ..ApiOptions::default()
    })
    .await;
    let long = small.client.get(small.url(&format!("/graphql/sse?query={}", "x".repeat(1_100))));
    let (status, error) = refusal(&small, long).await;
    assert_eq!(
        (status, &error["limit"]),
        (413, &json!({"name": "bodyBytes", "value": 1_024, "found": 1_106}))
    );
    let closed = small.client.post(small.url("/graphql/sse")).header("content-type", "application/json");
    let (status, error) = refusal(&small, closed.body("x".repeat(1_200))).await;
    assert_eq!((status, &error["code"]), (413, &json!("TOO_MANY_BYTES")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_the_document_is_told_in_the_stream() {
    let limits = Limits { depth: 6, complexity: 2_000, aliases: 3, tokens: 200, ..Limits::default() };
    let api = api_with(ApiOptions { limits, introspection: false, ..ApiOptions::default() }).await;
    let deep = "subscription { events { ... on EventsBatch { events { gift { listings { gift { listings { id } } } } } } } }";
    let wide = "subscription { events { ... on EventsBatch { events { gift { listings { gift { name } id lot owner custody } sales { nodes { id } } } } } } }";
    for (query, code, limit) in [
        ("subscription {", "BAD_REQUEST", Value::Null),
        ("subscription { nosuch }", "BAD_REQUEST", Value::Null),
        ("mutation { x }", "WRONG_TRANSPORT", Value::Null),
        ("subscription { events(after: \"x\") { __typename } }", "BAD_CURSOR", Value::Null),
        ("subscription { floors(filter: {kinds: [MODEL]}) { __typename } }", "BAD_INPUT", Value::Null),
        ("subscription { events { __typename } floors { __typename } }", "BAD_REQUEST", Value::Null),
        (
            "subscription { ...F } fragment F on Subscription { events { __typename } }",
            "BAD_REQUEST",
            Value::Null,
        ),
        ("{ __schema { queryType { name } } }", "INTROSPECTION_OFF", Value::Null),
        (deep, "TOO_DEEP", json!({"name": "depth", "value": 6, "found": 7})),
        (wide, "TOO_COMPLEX", json!({"name": "complexity", "value": 2_000, "found": 2_152})),
    ] {
        let mut streams = vec![Stream::post(&api, &json!({ "query": query })).await];
        // By GET a mutation is refused before.
        if !query.starts_with("mutation") {
            streams.push(Stream::get(&api, query, &json!({}), None).await);
        }
        for mut stream in streams {
            let errors = stream.errors().await;
            let told = &errors[0]["extensions"];
            assert_eq!(told["code"], code, "{query}: {errors}");
            assert_eq!(told.get("limit").cloned().unwrap_or_default(), limit, "{query}: {errors}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_and_streams_have_one_bound() {
    let api = api_with(ApiOptions { sockets_max: 2, ..ApiOptions::default() }).await;
    let _socket = Socket::open(&api).await;
    let mut stream = Stream::get(&api, EVENTS, &json!({}), None).await;
    stream.next().await;
    let request =
        || api.client.get(api.url(&address(EVENTS, &json!({})))).header("accept", "text/event-stream");
    let ((status, error), [_, retry_after]) = refused(&api, request()).await;
    assert_eq!((status, retry_after.as_deref()), (503, Some("1")));
    assert_eq!(error["code"], "TOO_MANY_SUBSCRIPTIONS");
    assert_eq!(error["maySucceedLater"], true);
    assert_eq!(error["limit"], json!({"name": "sockets", "value": 2, "found": 3}));
    // The place of a client that has left is free, though it said nothing.
    drop(stream);
    let deadline = Instant::now() + PATIENCE;
    while request().send().await.expect("an answer").status() != 200 {
        assert!(Instant::now() < deadline, "a client that left is noticed");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_gone_has_a_status() {
    let api = api().await;
    api.pool.close().await;
    let floors = "subscription { floors { __typename } }";
    let (status, error) = refusal(&api, api.client.get(api.url(&address(floors, &json!({}))))).await;
    assert_eq!(
        (status, &error["code"], &error["maySucceedLater"]),
        (503, &json!("UNAVAILABLE"), &json!(true))
    );
}
