//! `/graphql/ws`: subscriptions by the protocol graphql-transport-ws. Every listener of a shared subscription gets the same bytes behind
//! its own id.

mod frame;
mod protocol;
mod socket;

use std::sync::Arc;

use axum::{
    extract::{State, WebSocketUpgrade},
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::fanout::{Fanout, Line};

/// The one subprotocol.
const PROTOCOL: &str = "graphql-transport-ws";

/// Upgrades a request to a WebSocket.
pub(crate) async fn serve(State(fanout): State<Arc<Fanout>>, upgrade: WebSocketUpgrade) -> Response {
    let seat = match fanout.seat(Line::Socket) {
        Ok(seat) => seat,
        Err(refusal) => return (StatusCode::SERVICE_UNAVAILABLE, format!("{refusal}\n")).into_response(),
    };
    let bytes = fanout.engine.state.options.limits.body_bytes;
    upgrade.max_message_size(bytes).max_frame_size(bytes).protocols([PROTOCOL]).on_upgrade(
        move |socket| async move {
            let is_known =
                socket.protocol().is_some_and(|protocol| protocol.as_bytes() == PROTOCOL.as_bytes());
            socket::run(socket, &seat.fanout, is_known).await;
            drop(seat);
        },
    )
}
