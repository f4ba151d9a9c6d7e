//! What both transports of subscriptions stand on. Equal subscriptions are executed and serialized once, whoever listens and by
//! which transport, and the server has as many lines open as it takes, of both kinds together.

mod message;
mod share;
mod subscriber;
mod topic;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

pub(crate) use message::{Answer, Message};
pub(crate) use share::has_one_field;
pub(crate) use subscriber::{Messages, begin, messages, one};
use tokio_util::sync::CancellationToken;
use topic::Hub;

use crate::{
    observe,
    refusal::{Refusal, RefusalCode},
    schema::Engine,
};

/// The engine, the shared subscriptions, and the open lines.
pub(crate) struct Fanout {
    pub(crate) engine: Arc<Engine>,
    pub(crate) stop: CancellationToken,
    hub: Arc<Hub>,
    open: AtomicUsize,
}

/// How a subscriber is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// A WebSocket with any number of subscriptions.
    Socket,
    /// A stream of server-sent events: one subscription.
    Stream,
}

impl Fanout {
    pub(crate) fn new(engine: Arc<Engine>, stop: CancellationToken) -> Self {
        let hub = Arc::new(Hub::new(Arc::clone(&engine)));
        Self { engine, stop, hub, open: AtomicUsize::new(0) }
    }

    /// A place for one more line.
    ///
    /// # Errors
    /// A refusal when there is none; it may succeed later.
    pub(crate) fn seat(self: &Arc<Self>, line: Line) -> Result<Seat, Refusal> {
        let most = self.engine.state.options.sockets_max;
        let taken = self
            .open
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |open| (open < most).then_some(open + 1));
        if taken.is_err() {
            let what = "this server has as many WebSockets and streams open as it takes, try again later";
            return Err(Refusal::limit(RefusalCode::TooManySubscriptions, what, "sockets", most, most + 1));
        }
        observe::line(line, true);
        Ok(Seat { fanout: Arc::clone(self), line })
    }
}

/// Counts a line as long as it lives.
pub(crate) struct Seat {
    pub(crate) fanout: Arc<Fanout>,
    line: Line,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.fanout.open.fetch_sub(1, Ordering::AcqRel);
        observe::line(self.line, false);
    }
}
