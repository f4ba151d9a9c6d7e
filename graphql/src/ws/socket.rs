//! One WebSocket: a task that reads, and this one, which owns everything else and writes. The two halves are split because asking
//! both of one socket in turn costs half as much again.

use std::{sync::Arc, time::Duration};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::{SinkExt as _, Stream, StreamExt as _, stream::SplitSink};
use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout},
};
use tokio_stream::StreamMap;

use super::{
    frame::{ACK, Frame, QuotedId, pong},
    protocol::{Action, Close, Protocol},
};
use crate::{
    fanout::{self, Fanout, Message as Told},
    limits::RawRequest,
    observe,
    refusal::{Refusal, RefusalCode},
};

/// The client introduces itself within this time.
const INIT: Duration = Duration::from_secs(10);
/// We ask for a sign of life so often, by the transport's own ping: a browser answers it even when its page is busy.
const PING: Duration = Duration::from_secs(25);
/// Nothing heard for so long means that nobody is there.
const SILENCE: Duration = Duration::from_secs(60);
/// A message that cannot be handed to the network for so long ends the socket.
const SEND: Duration = Duration::from_secs(60);
/// Messages read ahead.
const INBOUND: usize = 16;

type Sink = SplitSink<WebSocket, Message>;
type Messages = std::pin::Pin<Box<dyn Stream<Item = Frame> + Send>>;

/// Serves a socket until either side ends it.
pub(super) async fn run(socket: WebSocket, fanout: &Arc<Fanout>, is_known: bool) {
    let (mut sink, mut source) = socket.split();
    if !is_known {
        close(&mut sink, Close::new(Close::NO_PROTOCOL, "Subprotocol not acceptable")).await;
        return;
    }
    let (inbound, mut messages) = mpsc::channel(INBOUND);
    let reader = tokio::spawn(async move {
        while let Some(Ok(message)) = source.next().await {
            if inbound.send(message).await.is_err() {
                return;
            }
        }
    });
    let ended = Session::new(fanout).serve(&mut sink, &mut messages).await;
    if let Some(ended) = ended {
        close(&mut sink, ended).await;
    }
    reader.abort();
}

async fn close(sink: &mut Sink, close: Close) {
    observe::socket_closed(close.code);
    let frame = CloseFrame { code: close.code, reason: close.reason.into() };
    // The other side may be gone already; then there is nobody to tell.
    let _ = timeout(SEND, sink.send(Message::Close(Some(frame)))).await;
    let _ = timeout(SEND, sink.close()).await;
}

struct Session<'a> {
    fanout: &'a Arc<Fanout>,
    protocol: Protocol,
    running: StreamMap<String, Messages>,
    heard_at: Instant,
}

impl<'a> Session<'a> {
    fn new(fanout: &'a Arc<Fanout>) -> Self {
        Self { fanout, protocol: Protocol::default(), running: StreamMap::new(), heard_at: Instant::now() }
    }

    /// Serves until the end; gives the close that is still to be sent.
    async fn serve(&mut self, sink: &mut Sink, messages: &mut mpsc::Receiver<Message>) -> Option<Close> {
        let init_by = Instant::now() + INIT;
        let mut ping = interval_at(Instant::now() + PING, PING);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let outbound = tokio::select! {
                biased;
                () = self.fanout.stop.cancelled() => return Some(Close::new(1001, "The server stops")),
                () = sleep_until(init_by), if !self.protocol.is_ready() => {
                    return Some(Close::new(Close::NO_INIT, "Connection initialisation timeout"));
                }
                message = messages.recv() => {
                    self.heard_at = Instant::now();
                    match self.on_message(message?) {
                        Ok(Some(text)) => Message::Text(text.into()),
                        Ok(None) => continue,
                        Err(close) => return Some(close),
                    }
                }
                _ = ping.tick() => {
                    if self.heard_at.elapsed() > SILENCE {
                        return None;
                    }
                    Message::Ping(bytes::Bytes::new())
                }
                Some((id, frame)) = self.running.next(), if !self.running.is_empty() => {
                    if frame.is_last {
                        self.running.remove(&id);
                        self.protocol.ended(&id);
                    }
                    Message::Text(frame.text)
                }
            };
            match timeout(SEND, sink.send(outbound)).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return None,
            }
        }
    }

    /// What is to be answered at once.
    fn on_message(&mut self, message: Message) -> Result<Option<String>, Close> {
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return Err(Close::new(4400, "Invalid message: expected text")),
            // The library answers pings and closes.
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => return Ok(None),
        };
        match self.protocol.on_text(text.as_str())? {
            Action::Acknowledge => Ok(Some(ACK.to_owned())),
            Action::Pong(payload) => Ok(Some(pong(payload.as_ref()))),
            Action::Nothing => Ok(None),
            Action::Complete { id } => {
                self.running.remove(&id);
                Ok(None)
            }
            Action::Subscribe { id, raw } => Ok(self.subscribe(id, raw)),
        }
    }

    fn subscribe(&mut self, id: String, raw: RawRequest) -> Option<String> {
        let most = self.fanout.engine.state.options.limits.subscriptions;
        if self.protocol.active() > most {
            self.protocol.ended(&id);
            let refusal = Refusal::limit(
                RefusalCode::TooManySubscriptions,
                "the socket has too many subscriptions",
                "subscriptions",
                most,
                most + 1,
            );
            return Some(QuotedId::new(&id).frame(&Told::refused(refusal)).text.as_str().to_owned());
        }
        let quoted = QuotedId::new(&id);
        let frames = fanout::messages(Arc::clone(self.fanout), raw).map(move |told| quoted.frame(&told));
        self.running.insert(id, Box::pin(frames));
        None
    }
}
