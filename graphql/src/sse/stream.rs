//! The body of a stream: messages as they come, a heartbeat where none come, and an end when the server stops. It is asked for more only
//! while the network takes what it gave, so a slow reader is found out by the shared subscription, like that of a WebSocket.

use std::{convert::Infallible, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::event;
use crate::{
    fanout::{Message, Messages, Seat},
    observe,
};

/// So long nothing is said before a comment is. The standard advises about 15 seconds, because of proxies that cut quiet lines.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// A client that lost its line waits at least so long, ...
const RETRY_MS: u64 = 1_000;
/// ... and up to so much longer, each its own time, so that after a restart not all come back at once.
const RETRY_SPREAD_MS: u64 = 2_000;

/// How a stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// With its last message.
    Complete,
    /// With errors.
    Failed,
    /// Because the server stops.
    Stopped,
}

/// The body, to its end. The seat is given back when it is dropped, however that comes.
pub(super) fn body(messages: Messages, stop: CancellationToken, seat: Seat) -> Body {
    let spread = uuid::Uuid::new_v4().as_u64_pair().1 % RETRY_SPREAD_MS;
    let events = Events { messages, stop, heartbeat: HEARTBEAT, end: None, _seat: Some(seat) };
    Body::from_stream(bytes_of(events, RETRY_MS + spread).map(Ok::<_, Infallible>))
}

fn bytes_of(events: Events, retry_ms: u64) -> impl Stream<Item = Bytes> + Send {
    let first = stream::iter([event::retry(retry_ms)]);
    first.chain(stream::unfold(events, |mut events| async move {
        let bytes = events.next().await?;
        Some((bytes, events))
    }))
}

struct Events {
    messages: Messages,
    stop: CancellationToken,
    heartbeat: Duration,
    end: Option<End>,
    /// None in tests.
    _seat: Option<Seat>,
}

impl Events {
    async fn next(&mut self) -> Option<Bytes> {
        if self.end.is_some() {
            return None;
        }
        tokio::select! {
            biased;
            () = self.stop.cancelled() => {
                self.end = Some(End::Stopped);
                Some(event::STOPS)
            }
            message = self.messages.next() => {
                let message = message.unwrap_or(Message::Complete);
                self.end = match &message {
                    Message::Next(_) => None,
                    Message::Error { .. } => Some(End::Failed),
                    Message::Complete => Some(End::Complete),
                };
                Some(event::of(&message))
            }
            () = sleep(self.heartbeat) => Some(event::HEARTBEAT),
        }
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        observe::stream_ended(match self.end {
            Some(End::Complete) => "complete",
            Some(End::Failed) => "failed",
            Some(End::Stopped) => "stopped",
            None => "left",
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fanout::Answer, scalar::Cursor};

    /// What a stream says; one without a last message goes on in silence.
    fn said(messages: Vec<Message>, stop: &CancellationToken) -> impl Stream<Item = String> + Unpin + use<> {
        let is_ended = messages.last().is_some_and(Message::is_last);
        let silence = if is_ended { stream::empty().boxed() } else { stream::pending().boxed() };
        let messages = stream::iter(messages).chain(silence).boxed();
        let heartbeat = Duration::from_millis(5);
        let events = Events { messages, stop: stop.clone(), heartbeat, end: None, _seat: None };
        Box::pin(bytes_of(events, 7).map(|bytes| String::from_utf8(bytes.to_vec()).unwrap()))
    }

    fn next() -> Message {
        Message::Next(Answer::new("1".into(), Some(Cursor("c".into()))))
    }

    const RETRY: &str = "retry: 7\n\n";
    const NEXT: &str = "id: c\nevent: next\ndata: 1\n\n";
    const COMPLETE: &str = "event: complete\ndata:\n\n";

    #[tokio::test]
    async fn the_last_message_ends_it() {
        for (messages, last) in [
            (vec![next(), Message::Complete], COMPLETE.to_owned()),
            (
                vec![next(), Message::Error { errors: "[]".into(), may_succeed_later: true }],
                format!("event: next\ndata: {{\"errors\":[]}}\n\n{COMPLETE}"),
            ),
        ] {
            let all: Vec<String> = said(messages, &CancellationToken::new()).collect().await;
            assert_eq!(all, [RETRY, NEXT, &last]);
        }
    }

    #[tokio::test]
    async fn silence_is_filled_with_comments() {
        let stop = CancellationToken::new();
        let begin: Vec<String> = said(vec![next()], &stop).take(4).collect().await;
        assert_eq!(begin, [RETRY, NEXT, ":\n\n", ":\n\n"]);
    }

    #[tokio::test]
    async fn a_server_that_stops_ends_it_without_complete() {
        let stop = CancellationToken::new();
        let mut said = said(vec![next()], &stop);
        for expected in [RETRY, NEXT] {
            assert_eq!(said.next().await.as_deref(), Some(expected));
        }
        stop.cancel();
        assert_eq!(said.collect::<Vec<_>>().await, [": the server stops\n\n"]);
    }
}
