//! The raw peer: a bare axum server that broadcasts ready bytes to whoever listens.

use std::{path::Path, time::Duration};

use anyhow::Context as _;
use axum::{
    Router,
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, Utf8Bytes, WebSocket},
    },
    response::Response,
    routing::get,
};
use serde::{Deserialize, Serialize};
use tokio::{net::TcpListener, sync::broadcast};

/// What it is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) frame: String,
    pub(crate) every_ms: u64,
}

/// Says its address and serves until it is killed.
pub(crate) async fn run(plan: &Path, say: impl Fn(&str)) -> anyhow::Result<()> {
    let Plan { frame, every_ms } = serde_json::from_slice(&std::fs::read(plan).context("the plan is read")?)?;
    let frame = Utf8Bytes::from(frame);
    let (sender, _) = broadcast::channel::<Utf8Bytes>(64);
    let app = Router::new().route("/", get(upgrade)).with_state(sender.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.context("an address")?;
    say(&listener.local_addr().context("its address")?.to_string());
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(every_ms));
        loop {
            ticks.tick().await;
            // Nobody listens yet, or any more.
            let _ = sender.send(frame.clone());
        }
    });
    axum::serve(listener, app).await.context("it serves")
}

async fn upgrade(State(sender): State<broadcast::Sender<Utf8Bytes>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.protocols(["graphql-transport-ws"]).on_upgrade(move |socket| serve(socket, sender.subscribe()))
}

async fn serve(mut socket: WebSocket, mut frames: broadcast::Receiver<Utf8Bytes>) {
    while let Ok(frame) = frames.recv().await {
        if socket.send(Message::Text(frame)).await.is_err() {
            return;
        }
    }
}
