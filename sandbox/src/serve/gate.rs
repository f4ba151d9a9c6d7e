//! The gate before every market: counts the request, keeps the limit, and lets faults strike.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::stream;

use super::{door::Peer, list::Asked};
use crate::{
    fault::{Chosen, Fault, drift, pages, poison},
    market::{Endpoint, EndpointKind, Market},
    outside::Outside,
};

/// Most bytes of an answer that a fault takes in hand.
const BODY_MAX: usize = 32 << 20;
/// How long a slow body takes at speed 1, in milliseconds.
const SLOW_MS: u64 = 8_000;
/// In how many pieces a slow body comes.
const PIECES: usize = 8;
/// What a throttled client is told to wait at speed 1, in seconds.
const RETRY_AFTER_S: u64 = 30;

/// The gate of one market.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) outside: Arc<Outside>,
    /// The market's place in order of registration.
    pub(crate) market: usize,
}

/// A page of a gateway that is not the market itself.
pub(crate) fn html(status: StatusCode) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    let code = status.as_u16();
    let page = format!(
        "<html>\r\n<head><title>{code} {title}</title></head>\r\n<body>\r\n<center><h1>{code} {title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    (status, [(header::CONTENT_TYPE, "text/html")], page).into_response()
}

/// A Retry-After header in whole seconds, at least one.
pub(crate) fn retry_after(response: Response, wait_ms: u64) -> Response {
    let mut response = response;
    if let Ok(value) = HeaderValue::from_str(&wait_ms.div_ceil(1_000).max(1).to_string()) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

/// Passes a request through the gate.
pub(crate) async fn pass(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let Gate { outside, market: at } = gate;
    let market = outside.world().markets[at];
    let peer = request.extensions().get::<ConnectInfo<Peer>>().map(|info| info.0.clone());
    let endpoint = endpoint(market, &request);
    outside.note_request(market.id, endpoint.name);
    if let (true, Some(peer)) = (outside.options.limits, &peer)
        && let Err(wait_ms) = outside.limiter.spend(at, market.limit, peer.address.ip())
    {
        return (market.over_limit)(wait_ms);
    }
    let chosen = outside.faults.choose(market.id, endpoint.name, |fault| can_hit(endpoint, fault));
    let speed_x1000 = outside.options.speed_x1000;
    if let Some(response) = chosen.and_then(|chosen| instead(market, chosen, peer.as_ref(), speed_x1000)) {
        return response;
    }
    let of_pages = chosen.filter(|chosen| chosen.fault.is_of_pages());
    request.extensions_mut().insert(Asked { market: at, fault: of_pages });
    let response = next.run(request).await;
    match chosen {
        Some(chosen) if response.status() == StatusCode::OK && !chosen.fault.is_of_pages() => {
            spoil(response, endpoint, chosen, peer.as_ref(), speed_x1000).await
        }
        _ => response,
    }
}

static UNKNOWN: Endpoint =
    Endpoint { name: "unknown", route: "", kind: EndpointKind::Other, items: "", required: &[] };

fn endpoint(market: &'static Market, request: &Request) -> &'static Endpoint {
    let matched = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    // The base itself is the root of the market's routes.
    let route =
        matched.strip_prefix(market.base).map_or(matched, |rest| if rest.is_empty() { "/" } else { rest });
    market.endpoints.iter().find(|endpoint| endpoint.route == route).unwrap_or(&UNKNOWN)
}

fn can_hit(endpoint: &Endpoint, fault: Fault) -> bool {
    match fault {
        Fault::FieldAdded | Fault::FieldRenamed | Fault::FieldMissing | Fault::FieldRetyped => {
            drift::can_hit(endpoint)
        }
        Fault::Poisoned => matches!(endpoint.kind, EndpointKind::Listings | EndpointKind::Happenings),
        fault if fault.is_of_pages() => pages::can_hit(endpoint.kind, fault),
        _ => true,
    }
}

/// The answer of a fault that asks nobody.
fn instead(market: &Market, chosen: Chosen, peer: Option<&Peer>, speed_x1000: u64) -> Option<Response> {
    let response = match chosen.fault {
        Fault::RetryAfter => retry_after((market.refusal)(429), RETRY_AFTER_S * 1_000_000 / speed_x1000),
        Fault::TooMany => (market.refusal)(429),
        Fault::Html => html(StatusCode::OK),
        Fault::GatewayHtml => html(StatusCode::SERVICE_UNAVAILABLE),
        Fault::Forbidden => (market.refusal)(403),
        Fault::ServerError => match chosen.dice % 3 {
            0 => (market.refusal)(500),
            1 => html(StatusCode::BAD_GATEWAY),
            _ => html(StatusCode::GATEWAY_TIMEOUT),
        },
        Fault::Reset => {
            peer?.cut_after(0);
            StatusCode::OK.into_response()
        }
        _ => return None,
    };
    Some(response)
}

/// The answer with something done to its body.
async fn spoil(
    response: Response,
    endpoint: &Endpoint,
    chosen: Chosen,
    peer: Option<&Peer>,
    speed_x1000: u64,
) -> Response {
    let (head, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, BODY_MAX).await else { return html(StatusCode::BAD_GATEWAY) };
    let body = match chosen.fault {
        Fault::Truncated => {
            if let Some(peer) = peer {
                peer.cut_after(bytes.len() as u64 / 2);
            }
            Body::from(bytes)
        }
        Fault::CutJson => Body::from(bytes.slice(..bytes.len() * 2 / 3)),
        Fault::Slow => slowly(bytes, Duration::from_millis(SLOW_MS * 1_000 / speed_x1000)),
        Fault::Poisoned => Body::from(poison::apply(&bytes).map_or(bytes, Bytes::from)),
        _ => Body::from(drift::apply(&bytes, endpoint, chosen).map_or(bytes, Bytes::from)),
    };
    let mut response = Response::from_parts(head, body);
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response
}

fn slowly(bytes: Bytes, whole: Duration) -> Body {
    let piece = bytes.len().div_ceil(PIECES).max(1);
    let pause = whole / PIECES as u32;
    Body::from_stream(stream::unfold(bytes, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let next = rest.split_to(piece.min(rest.len()));
        Some((Ok::<_, std::convert::Infallible>(next), rest))
    }))
}
