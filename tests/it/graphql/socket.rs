//! A client of graphql-transport-ws in a few lines, and the protocol's rules against the real server.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{
    net::{TcpSocket, TcpStream},
    time::{Instant, timeout_at},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, client_async, connect_async,
    tungstenite::{Message, client::IntoClientRequest, handshake::client::Request, http::HeaderValue},
};

use super::api::{Api, api};

/// Longer than anything a test waits for.
const PATIENCE: Duration = Duration::from_secs(120);

const PROTOCOL: &str = "graphql-transport-ws";

/// A socket.
pub(super) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// What came.
#[derive(Debug, PartialEq)]
pub(super) enum Heard {
    Message(Value),
    Closed(u16, String),
}

impl Socket {
    /// Connects with the subprotocol, or without.
    pub(super) async fn connect(api: &Api, protocol: Option<&'static str>) -> Self {
        Self(connect_async(Self::request(api, protocol)).await.expect("a socket").0)
    }

    /// Connected and introduced.
    pub(super) async fn open(api: &Api) -> Self {
        Self::connect(api, Some(PROTOCOL)).await.introduced().await
    }

    /// The same with room for a few kilobytes on its side of the network, whatever the system's own buffers grow to.
    pub(super) async fn open_narrow(api: &Api) -> Self {
        let network = TcpSocket::new_v4().expect("a socket");
        network.set_recv_buffer_size(16 * 1024).expect("a small buffer");
        let stream = MaybeTlsStream::Plain(network.connect(api.address).await.expect("a connection"));
        let socket = client_async(Self::request(api, Some(PROTOCOL)), stream).await.expect("a socket").0;
        Self(socket).introduced().await
    }

    async fn introduced(mut self) -> Self {
        self.send(json!({"type": "connection_init"})).await;
        assert_eq!(self.hear().await, Heard::Message(json!({"type": "connection_ack"})));
        self
    }

    fn request(api: &Api, protocol: Option<&'static str>) -> Request {
        let mut request =
            format!("ws://{}/graphql/ws", api.address).into_client_request().expect("a request");
        if let Some(protocol) = protocol {
            request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(protocol));
        }
        request
    }

    pub(super) async fn send(&mut self, message: Value) {
        self.send_text(&message.to_string()).await;
    }

    pub(super) async fn send_text(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.expect("sent");
    }

    pub(super) async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        self.send(
            json!({"type": "subscribe", "id": id, "payload": {"query": query, "variables": variables}}),
        )
        .await;
    }

    /// The next message or the close.
    pub(super) async fn hear(&mut self) -> Heard {
        // One deadline for all that is passed over, or the server's pings would make a message that never comes be waited for always.
        let deadline = Instant::now() + PATIENCE;
        loop {
            let message = timeout_at(deadline, self.0.next()).await.expect("something is heard in time");
            match message {
                Some(Ok(Message::Text(text))) => {
                    return Heard::Message(serde_json::from_str(&text).expect("JSON"));
                }
                Some(Ok(Message::Close(frame))) => {
                    let frame = frame.expect("a reason");
                    return Heard::Closed(frame.code.into(), frame.reason.as_str().to_owned());
                }
                Some(Ok(_)) => {}
                other => panic!("the socket broke: {other:?}"),
            }
        }
    }

    /// The payload of the next message, which must be of this type and id.
    pub(super) async fn expect(&mut self, kind: &str, id: &str) -> Value {
        match self.hear().await {
            Heard::Message(message) if message["type"] == kind && message["id"] == id => {
                message["payload"].clone()
            }
            other => panic!("expected {kind} for {id}: {other:?}"),
        }
    }

    /// The id and data of the next answer, whichever it is for.
    pub(super) async fn any(&mut self) -> (String, Value) {
        match self.hear().await {
            Heard::Message(message) if message["type"] == "next" => {
                (message["id"].as_str().expect("an id").to_owned(), message["payload"]["data"].clone())
            }
            other => panic!("expected an answer: {other:?}"),
        }
    }

    /// The data of the next answer for an id.
    pub(super) async fn next(&mut self, id: &str) -> Value {
        let payload = self.expect("next", id).await;
        assert!(payload.get("errors").is_none(), "{payload}");
        payload["data"].clone()
    }
}

const EVENTS: &str =
    "subscription { events { __typename ... on EventsBatch { cursor events { position } } } }";

#[tokio::test(flavor = "multi_thread")]
async fn every_broken_rule_closes_with_its_code() {
    let api = api().await;
    let init = json!({"type": "connection_init"}).to_string();
    let subscribe = json!({"type": "subscribe", "id": "1", "payload": {"query": EVENTS}}).to_string();
    for (messages, code) in [
        (vec![subscribe.as_str()], 4401),
        (vec![&init, &init], 4429),
        (vec![&init, &subscribe, &subscribe], 4409),
        (vec!["{}"], 4400),
        (vec!["nonsense"], 4400),
    ] {
        let mut socket = Socket::connect(&api, Some(PROTOCOL)).await;
        for message in &messages {
            socket.send_text(message).await;
        }
        let closed = loop {
            if let Heard::Closed(code, _) = socket.hear().await {
                break code;
            }
        };
        assert_eq!(closed, code, "{messages:?}");
    }
    for protocol in [None, Some("graphql-ws")] {
        let mut socket = match protocol {
            // The client refuses an answer without the protocol it asked for, so only the closing is left to see.
            Some(_) => continue,
            None => Socket::connect(&api, protocol).await,
        };
        assert_eq!(socket.hear().await, Heard::Closed(4406, "Subprotocol not acceptable".into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pings_queries_and_completion() {
    let api = api().await;
    let mut socket = Socket::open(&api).await;
    socket.send(json!({"type": "ping", "payload": {"n": 1}})).await;
    assert_eq!(socket.hear().await, Heard::Message(json!({"type": "pong", "payload": {"n": 1}})));
    socket.subscribe("q", "{ log { position } }", json!({})).await;
    let payload = socket.expect("next", "q").await;
    assert_eq!(payload["data"]["log"]["position"], "0");
    assert_eq!(payload["extensions"]["log"]["position"], "0");
    socket.expect("complete", "q").await;
    // The id is free again.
    socket.subscribe("q", EVENTS, json!({})).await;
    socket.next("q").await;
    socket.send(json!({"type": "complete", "id": "q"})).await;
    socket.subscribe("q", EVENTS, json!({})).await;
    socket.next("q").await;
    for (query, code) in [
        ("{ nosuch }", "BAD_REQUEST"),
        ("subscription { events(after: \"x\") { __typename } }", "BAD_CURSOR"),
        ("subscription { floors(filter: {kinds: [MODEL]}) { __typename } }", "BAD_INPUT"),
        ("mutation { x }", "WRONG_TRANSPORT"),
        ("{", "BAD_REQUEST"),
    ] {
        socket.subscribe("bad", query, json!({})).await;
        let errors = socket.expect("error", "bad").await;
        assert_eq!(errors[0]["extensions"]["code"], code, "{query}: {errors}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_has_bounds() {
    let api = api().await;
    let mut socket = Socket::open(&api).await;
    for n in 0..20 {
        socket.subscribe(&n.to_string(), EVENTS, json!({})).await;
        socket.next(&n.to_string()).await;
    }
    socket.subscribe("20", EVENTS, json!({})).await;
    let errors = socket.expect("error", "20").await;
    assert_eq!(errors[0]["extensions"]["limit"], json!({"name": "subscriptions", "value": 20, "found": 21}));
    socket.send(json!({"type": "complete", "id": "3"})).await;
    socket.subscribe("20", EVENTS, json!({})).await;
    socket.next("20").await;
    // More than 64 kB in one message: the transport ends it.
    let long = "x".repeat(70_000);
    let _ = socket.0.send(Message::text(long)).await;
    let ended =
        tokio::time::timeout(PATIENCE, async { while let Some(Ok(_)) = socket.0.next().await {} }).await;
    assert!(ended.is_ok(), "the socket is ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_has_bounds_too() {
    let options = graphql::ApiOptions { sockets_max: 1, topics_max: 1, ..graphql::ApiOptions::default() };
    let api = super::api::api_with(options).await;
    let mut socket = Socket::open(&api).await;
    let refused =
        connect_async(Socket::request(&api, Some(PROTOCOL))).await.expect_err("one socket is enough");
    assert!(refused.to_string().contains("503"), "{refused}");
    socket.subscribe("a", EVENTS, json!({})).await;
    socket.next("a").await;
    // The same again is the same topic; another one is too many, until the first is left.
    socket.subscribe("b", EVENTS, json!({})).await;
    socket.next("b").await;
    let other = "subscription { events { __typename } }";
    socket.subscribe("c", other, json!({})).await;
    let errors = socket.expect("error", "c").await;
    assert_eq!(errors[0]["extensions"]["limit"], json!({"name": "topics", "value": 1, "found": 2}));
    for id in ["a", "b"] {
        socket.send(json!({"type": "complete", "id": id})).await;
    }
    socket.subscribe("c", other, json!({})).await;
    socket.next("c").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_introduce_itself_is_shown_out() {
    let api = api().await;
    let mut socket = Socket::connect(&api, Some(PROTOCOL)).await;
    socket.send(json!({"type": "ping"})).await;
    assert_eq!(socket.hear().await, Heard::Message(json!({"type": "pong"})));
    assert_eq!(socket.hear().await, Heard::Closed(4408, "Connection initialisation timeout".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_says_so() {
    let api = api().await;
    let mut socket = Socket::open(&api).await;
    socket.subscribe("a", EVENTS, json!({})).await;
    socket.next("a").await;
    let _database = api.stop();
    loop {
        match socket.hear().await {
            Heard::Closed(code, _) => break assert_eq!(code, 1001),
            Heard::Message(message) => assert_eq!(message["type"], "complete", "{message}"),
        }
    }
}
