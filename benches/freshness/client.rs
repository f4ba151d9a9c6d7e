//! The subscriber: another process.

use std::{
    net::SocketAddr,
    path::Path,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::Context as _;
use domain::time::us_from_iso;
use futures_util::{SinkExt as _, StreamExt as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};

/// What the subscriber is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) address: SocketAddr,
    pub(crate) seconds: u64,
}

/// What it found out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Told {
    /// Milliseconds from a poll's answer to here, one for each event of a feed.
    pub(crate) ages_ms: Vec<f64>,
}

const SUBSCRIPTION: &str = "subscription {
  events {
    __typename
    ... on EventsBatch { cursor events { position kind cause observedAt gift { name } price { text } } }
    ... on Reload { reason }
  }
}";

/// Listens for so long.
pub(crate) async fn run(plan: &Path) -> anyhow::Result<Told> {
    let Plan { address, seconds } =
        serde_json::from_slice(&std::fs::read(plan).context("the plan is read")?)?;
    let mut request = format!("ws://{address}/graphql/ws").into_client_request().context("an address")?;
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("graphql-transport-ws"));
    let (mut socket, _) = connect_async(request).await.context("the WebSocket opens")?;
    let subscribe = json!({ "id": "1", "type": "subscribe", "payload": { "query": SUBSCRIPTION } });
    for message in [json!({ "type": "connection_init" }), subscribe] {
        socket.send(Message::text(message.to_string())).await.context("a message is sent")?;
    }
    let until = Instant::now() + Duration::from_secs(seconds);
    let (mut ages_ms, mut last) = (Vec::new(), None);
    loop {
        let wait = until.saturating_duration_since(Instant::now());
        let Ok(message) = tokio::time::timeout(wait, socket.next()).await else { break };
        let message = message.context("the server closed the socket")?.context("a message is read")?;
        let now_us = now_us();
        let Message::Text(text) = message else { continue };
        let message: Value = serde_json::from_str(&text).context("a message is JSON")?;
        match message["type"].as_str() {
            Some("connection_ack") => {}
            Some("ping") => socket.send(Message::text(json!({ "type": "pong" }).to_string())).await?,
            Some("next") => {
                for event in events(&message)? {
                    follow(&mut last, event)?;
                    // A scan also restates what an earlier page showed, with that page's time; a feed tells news alone.
                    if event["cause"] == "FEED" {
                        ages_ms.push(age_ms(event, now_us)?);
                    }
                }
            }
            _ => anyhow::bail!("the server said {text}"),
        }
    }
    Ok(Told { ages_ms })
}

fn events(message: &Value) -> anyhow::Result<&Vec<Value>> {
    let push = message.pointer("/payload/data/events").with_context(|| message.to_string())?;
    anyhow::ensure!(push["__typename"] == "EventsBatch", "not a batch but {push}");
    push["events"].as_array().context("a list of events")
}

/// Milliseconds from the poll's answer to here.
#[expect(clippy::cast_precision_loss, reason = "an age is far below 2^53 microseconds")]
fn age_ms(event: &Value, now_us: i64) -> anyhow::Result<f64> {
    let text = event["observedAt"].as_str().context("a time")?;
    let observed_us = us_from_iso(text)?.context("a time")?;
    let age_us = now_us - observed_us;
    anyhow::ensure!(age_us > 0, "{text} is not past: the clocks differ, or nobody waited for an answer");
    Ok(age_us as f64 / 1_000.0)
}

/// Positions follow each other: nothing is lost, nothing comes twice.
fn follow(last: &mut Option<i64>, event: &Value) -> anyhow::Result<()> {
    let position: i64 =
        event["position"].as_str().and_then(|text| text.parse().ok()).context("a position")?;
    if let Some(before) = *last {
        anyhow::ensure!(position == before + 1, "position {position} came after {before}");
    }
    *last = Some(position);
    Ok(())
}

fn now_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
