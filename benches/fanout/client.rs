//! The subscribers: another process with many sockets.

use std::{net::SocketAddr, path::Path, time::Duration};

use anyhow::Context as _;
use futures_util::{SinkExt as _, StreamExt as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::{net::TcpStream, sync::watch, time::Instant};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};

/// What is said when every socket is open.
pub(crate) const READY: &str = "ready";

/// What the subscribers are told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) address: SocketAddr,
    /// What every message of a bare broadcast is; without it, they subscribe by graphql-transport-ws.
    pub(crate) frame: Option<String>,
    pub(crate) sockets: usize,
    pub(crate) seconds: u64,
}

/// What they found out.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) messages: usize,
    /// One of them.
    pub(crate) sample: String,
}

const SUBSCRIPTION: &str = "subscription {
  events {
    ... on EventsBatch { cursor events { position kind at observedAt gift { name } price { amount currency text } } }
    ... on Reload { reason }
  }
}";

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Opens the sockets, says so, and counts.
pub(crate) async fn run(plan: &Path, say: impl Fn(&str)) -> anyhow::Result<Told> {
    let Plan { address, frame, sockets, seconds } =
        serde_json::from_slice(&std::fs::read(plan).context("the plan is read")?)?;
    let (begin, begun) = watch::channel(None);
    let mut tasks = Vec::new();
    for number in 0..sockets {
        let socket = match &frame {
            Some(_) => open(address, "/").await?,
            None => subscribe(address, number).await?,
        };
        tasks.push(tokio::spawn(count(socket, frame.clone(), begun.clone())));
    }
    let now = Instant::now();
    begin.send_replace(Some((now, now + Duration::from_secs(seconds))));
    say(READY);
    let mut told = Told::default();
    for task in tasks {
        let Told { messages, sample } = task.await.context("a socket's task")??;
        told.messages += messages;
        told.sample = sample;
    }
    anyhow::ensure!(told.messages >= sockets, "only {} messages on {sockets} sockets", told.messages);
    Ok(told)
}

async fn open(address: SocketAddr, path: &str) -> anyhow::Result<Socket> {
    let mut request = format!("ws://{address}{path}").into_client_request().context("an address")?;
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("graphql-transport-ws"));
    Ok(connect_async(request).await.context("a WebSocket opens")?.0)
}

async fn subscribe(address: SocketAddr, number: usize) -> anyhow::Result<Socket> {
    let mut socket = open(address, "/graphql/ws").await?;
    let id = format!("subscriber-{number}");
    let subscribe = json!({ "id": id, "type": "subscribe", "payload": { "query": SUBSCRIPTION } });
    for message in [json!({ "type": "connection_init" }), subscribe] {
        socket.send(Message::text(message.to_string())).await.context("a message is sent")?;
    }
    // The first message tells where the stream begins.
    loop {
        let message = socket.next().await.context("the server closed the socket")??;
        let text = message.to_text().unwrap_or_default();
        if text.contains("\"next\"") {
            return Ok(socket);
        }
        anyhow::ensure!(!text.contains("\"error\""), "the server said {text}");
    }
}

/// Counts what comes from the beginning to the end.
async fn count(
    mut socket: Socket,
    frame: Option<String>,
    mut begun: watch::Receiver<Option<(Instant, Instant)>>,
) -> anyhow::Result<Told> {
    let mut told = Told::default();
    let (mut window, mut last) = (None, None);
    loop {
        let until = window.map_or_else(|| Instant::now() + Duration::from_secs(60), |(_, until)| until);
        tokio::select! {
            changed = begun.changed(), if window.is_none() => {
                changed.context("the beginning is told")?;
                window = *begun.borrow();
            }
            () = tokio::time::sleep_until(until) => break,
            message = socket.next() => {
                let message = message.context("the server closed the socket")?.context("a message is read")?;
                let Message::Text(text) = message else { continue };
                match &frame {
                    Some(frame) => anyhow::ensure!(*frame == text.as_str(), "another message: {text}"),
                    None => follow(&mut last, &text)?,
                }
                if window.is_some() {
                    told.messages += 1;
                    told.sample = text.to_string();
                }
            }
        }
    }
    Ok(told)
}

/// Positions follow each other on every socket.
fn follow(last: &mut Option<i64>, text: &str) -> anyhow::Result<()> {
    if text.contains("\"type\":\"ping\"") {
        return Ok(());
    }
    let message: Value = serde_json::from_str(text).context("a message is JSON")?;
    let events = message.pointer("/payload/data/events/events").and_then(Value::as_array);
    let events = events.filter(|events| !events.is_empty()).with_context(|| format!("no event in {text}"))?;
    for event in events {
        let position: i64 = event["position"].as_str().unwrap_or_default().parse().context("a position")?;
        if let Some(before) = *last {
            anyhow::ensure!(position == before + 1, "position {position} came after {before}");
        }
        *last = Some(position);
    }
    Ok(())
}
