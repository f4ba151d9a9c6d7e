//! `/graphql/ws`: subscriptions by the protocol graphql-transport-ws. Equal subscriptions are executed and serialized once, and
//! every listener gets the same bytes behind its own id.

mod frame;
mod protocol;
mod share;
mod socket;
mod subscriber;
mod topic;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    extract::{State, WebSocketUpgrade},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tokio_util::sync::CancellationToken;
pub(crate) use topic::Hub;

use crate::{observe, schema::Engine};

/// The one subprotocol.
const PROTOCOL: &str = "graphql-transport-ws";

/// What the WebSocket route stands on.
pub(crate) struct Sockets {
    pub(crate) engine: Arc<Engine>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) stop: CancellationToken,
    open: AtomicUsize,
}

impl Sockets {
    pub(crate) fn new(engine: Arc<Engine>, stop: CancellationToken) -> Self {
        let hub = Arc::new(Hub::new(Arc::clone(&engine)));
        Self { engine, hub, stop, open: AtomicUsize::new(0) }
    }
}

/// Counts a socket as long as it lives.
struct Seat(Arc<Sockets>);

impl Seat {
    fn take(sockets: &Arc<Sockets>) -> Option<Self> {
        let most = sockets.engine.state.options.sockets_max;
        let taken = sockets
            .open
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |open| (open < most).then_some(open + 1));
        taken.ok()?;
        observe::socket(true);
        Some(Self(Arc::clone(sockets)))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::AcqRel);
        observe::socket(false);
    }
}

/// Upgrades a request to a WebSocket.
pub(crate) async fn serve(State(sockets): State<Arc<Sockets>>, upgrade: WebSocketUpgrade) -> Response {
    let Some(seat) = Seat::take(&sockets) else {
        let most = sockets.engine.state.options.sockets_max;
        let text = format!("this server has {most} WebSockets open, as many as it takes; try again later\n");
        return (StatusCode::SERVICE_UNAVAILABLE, text).into_response();
    };
    let bytes = sockets.engine.state.options.limits.body_bytes;
    upgrade.max_message_size(bytes).max_frame_size(bytes).protocols([PROTOCOL]).on_upgrade(
        move |socket| async move {
            let is_known =
                socket.protocol().is_some_and(|protocol| protocol.as_bytes() == PROTOCOL.as_bytes());
            socket::run(socket, &seat.0, is_known).await;
            drop(seat);
        },
    )
}
