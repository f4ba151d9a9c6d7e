//! One client for every source: bounded time, bounded size, typed faults, no secret in evidence or in a message.
//!
//! Nothing is retried here: the worker owns time. A redirect is followed only to the host that was configured.

mod base_url;
mod judge;
mod retry_after;
mod standing;

#[cfg(test)]
pub(crate) mod canned;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    time::{Duration, Instant},
};

use domain::{
    Exchange, MarketId, Origin, RequestRecord, SourceFault, exchange::BODY_BYTES_MAX, ports::Clock,
};
use reqwest::{
    Client, Method, Response, Url,
    header::{CONTENT_TYPE, HeaderMap, HeaderValue},
    redirect::Policy,
};

pub(crate) use base_url::BaseUrl;
pub(crate) use standing::Standing;

use crate::{
    observe,
    settings::{Settings, SettingsFault},
};

/// Redirects followed on the configured host.
const REDIRECTS_MAX: usize = 3;

/// Bytes of an error's body that are read for its message.
const ERROR_BYTES_MAX: usize = 16 * 1024;

/// Bounds of every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// To a connection, TLS included; milliseconds.
    pub(crate) connect_ms: u64,
    /// From the start to the last byte of the body; milliseconds.
    pub(crate) total_ms: u64,
    /// Body after decompression; bytes.
    pub(crate) body_bytes_max: usize,
    /// Pause after a refusal that names none, in this run's time; milliseconds.
    pub(crate) pause_ms: u64,
    /// Longest pause a source may ask for; milliseconds.
    pub(crate) retry_after_max_ms: u64,
}

impl Limits {
    /// The usual bounds, with the pause that a market is known to need (milliseconds of the real world).
    pub(crate) fn new(settings: &Settings<'_>, pause_real_ms: u64) -> Self {
        Self {
            connect_ms: 10_000,
            total_ms: 30_000,
            body_bytes_max: BODY_BYTES_MAX,
            pause_ms: settings.scaled_ms(pause_real_ms),
            retry_after_max_ms: 3_600_000,
        }
    }
}

/// One request below the base URL. Its body may hold initData and its query a session's hash, where a market wants them there: whoever keeps
/// a request leaves them out, and `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) body: Option<String>,
}

impl Ask {
    /// A GET.
    pub(crate) fn get(target: String) -> Self {
        Self { method: Method::GET, target, body: None }
    }

    /// Method and path, for messages and labels.
    fn name(&self) -> String {
        let path = self.target.split('?').next().filter(|path| !path.is_empty()).unwrap_or("/");
        format!("{} {path}", self.method)
    }
}

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method: _, target: _, body } = self;
        let body_bytes = body.as_ref().map(String::len);
        f.debug_struct("Ask")
            .field("name", &self.name())
            .field("body_bytes", &body_bytes)
            .finish_non_exhaustive()
    }
}

/// Why a request gave no page. What a refusal of credentials means is the market's to say.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Said in full.
    Fault(SourceFault),
    /// 401.
    Unauthorized {
        /// What happened.
        why: String,
    },
    /// 403.
    Forbidden {
        /// What happened.
        why: String,
    },
}

impl Failure {
    pub(crate) fn retry(why: String) -> Self {
        Self::Fault(SourceFault::Retry { why })
    }

    fn outcome(&self) -> &'static str {
        match self {
            Self::Fault(SourceFault::Retry { .. }) => "retry",
            Self::Fault(SourceFault::RetryAfter { .. }) => "retry_after",
            Self::Fault(SourceFault::Refused { .. }) | Self::Unauthorized { .. } | Self::Forbidden { .. } => {
                "refused"
            }
            Self::Fault(SourceFault::Malformed(_)) => "malformed",
            Self::Fault(SourceFault::Never { .. }) => "never",
        }
    }
}

/// What a body has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    Json,
    Html,
}

/// An answer with a status of success.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// The client of one source.
pub(crate) struct Http {
    client: Client,
    base: BaseUrl,
    limits: Limits,
    market: MarketId,
}

impl Http {
    /// A client for the source at `base`. The process must have installed a TLS provider before.
    pub(crate) fn new(market: MarketId, base: BaseUrl, limits: Limits) -> Result<Self, SettingsFault> {
        let mut builder = Client::builder()
            .user_agent(concat!("ribbon/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_millis(limits.connect_ms))
            .timeout(Duration::from_millis(limits.total_ms))
            .redirect(Policy::custom(|attempt| {
                let is_home =
                    attempt.previous().first().is_some_and(|from| is_same_host(from, attempt.url()));
                if is_home && attempt.previous().len() <= REDIRECTS_MAX {
                    attempt.follow()
                } else {
                    attempt.stop()
                }
            }));
        if base.is_loopback() {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|fault| SettingsFault::Client { why: fault.to_string() })?;
        Ok(Self { client, base, limits, market })
    }

    /// The pause after a refusal that names none; milliseconds.
    pub(crate) fn pause_ms(&self) -> u64 {
        self.limits.pause_ms
    }

    /// Sends a request and gives the answer as evidence: a whole JSON text with a status of success.
    pub(crate) async fn exchange(
        &self,
        ask: Ask,
        headers: HeaderMap,
        clock: &dyn Clock,
    ) -> Result<Exchange, Failure> {
        let started_at_us = clock.now_us();
        let (status, body) = self.send(&ask, headers, clock).await?;
        let Ask { method, target, body: sent } = ask;
        Ok(Exchange {
            market: self.market.clone(),
            request: RequestRecord { method: method.as_str().into(), target, body: sent },
            status,
            body,
            started_at_us,
            received_at_us: clock.now_us(),
            origin: Origin::Fetched,
        })
    }

    /// Sends a request that must not become evidence, such as a sign-in.
    pub(crate) async fn send(
        &self,
        ask: &Ask,
        headers: HeaderMap,
        clock: &dyn Clock,
    ) -> Result<(u16, Vec<u8>), Failure> {
        let started = Instant::now();
        let outcome = self.attempt(ask, headers, clock, Expected::Json).await;
        self.ended(started, outcome).map(|Answer { status, body, .. }| (status, body))
    }

    /// Asks for a page of HTML: whatever comes with success is the page, and its headers come with it. It must not become evidence.
    pub(crate) async fn page(
        &self,
        ask: &Ask,
        headers: HeaderMap,
        clock: &dyn Clock,
    ) -> Result<(HeaderMap, Vec<u8>), Failure> {
        let started = Instant::now();
        let outcome = self.attempt(ask, headers, clock, Expected::Html).await;
        self.ended(started, outcome).map(|Answer { headers, body, .. }| (headers, body))
    }

    fn ended(&self, started: Instant, outcome: Result<Answer, Failure>) -> Result<Answer, Failure> {
        let (word, bytes) = match &outcome {
            Ok(answer) => ("ok", answer.body.len()),
            Err(failure) => (failure.outcome(), 0),
        };
        observe::request_ended(&self.market, word, started.elapsed(), bytes);
        outcome
    }

    async fn attempt(
        &self,
        ask: &Ask,
        headers: HeaderMap,
        clock: &dyn Clock,
        expected: Expected,
    ) -> Result<Answer, Failure> {
        let name = ask.name();
        let url = self.base.join(&ask.target).map_err(|why| {
            Failure::Fault(SourceFault::Never { why: format!("{name} cannot be asked: {why}") })
        })?;
        let is_json = !headers.contains_key(CONTENT_TYPE);
        let mut request = self.client.request(ask.method.clone(), url).headers(headers);
        if let Some(body) = &ask.body {
            if is_json {
                request = request.header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            }
            request = request.body(body.clone());
        }
        let mut response = request.send().await.map_err(|fault| self.lost(&name, &fault))?;
        let status = response.status().as_u16();
        let wait_ms =
            retry_after::wait_ms(response.headers(), clock.now_us(), self.limits.retry_after_max_ms);
        let is_html = judge::is_html_type(response.headers());
        let verdict =
            judge::Verdict { name: &name, status, wait_ms, pause_ms: self.limits.pause_ms, is_html };
        if !response.status().is_success() {
            let body = self.error_body(&mut response).await;
            return Err(verdict.of_error(&body));
        }
        let body = self.body(&name, &mut response).await?;
        if expected == Expected::Json {
            verdict.of_body(&body)?;
        }
        Ok(Answer { status, headers: std::mem::take(response.headers_mut()), body })
    }

    /// The body, decompressed piece by piece, so that a small answer cannot become a large one unseen.
    async fn body(&self, name: &str, response: &mut Response) -> Result<Vec<u8>, Failure> {
        let max = self.limits.body_bytes_max;
        let told = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        if told > max {
            return Err(too_large(name, max));
        }
        let mut body = Vec::with_capacity(told);
        while let Some(piece) = response.chunk().await.map_err(|fault| self.lost(name, &fault))? {
            if body.len() + piece.len() > max {
                return Err(too_large(name, max));
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }

    /// The beginning of an error's body; its own faults do not matter any more.
    async fn error_body(&self, response: &mut Response) -> Vec<u8> {
        let mut body = Vec::new();
        while let Ok(Some(piece)) = response.chunk().await {
            body.extend_from_slice(&piece);
            if body.len() >= ERROR_BYTES_MAX {
                body.truncate(ERROR_BYTES_MAX);
                break;
            }
        }
        body
    }

    fn lost(&self, name: &str, fault: &reqwest::Error) -> Failure {
        let host = self.base.host();
        let why = if fault.is_timeout() {
            format!("{name} at {host}: no whole answer within {} ms", self.limits.total_ms)
        } else if fault.is_connect() {
            format!("{name}: no connection to {host} ({})", deepest(fault))
        } else if fault.is_body() || fault.is_decode() {
            format!("{name} at {host}: the answer broke off ({})", deepest(fault))
        } else {
            format!("{name} at {host}: the connection failed ({})", deepest(fault))
        };
        Failure::retry(why)
    }
}

fn too_large(name: &str, max: usize) -> Failure {
    Failure::retry(format!("{name}: the answer has more than {max} bytes"))
}

fn is_same_host(from: &Url, to: &Url) -> bool {
    (from.scheme(), from.host(), from.port_or_known_default())
        == (to.scheme(), to.host(), to.port_or_known_default())
}

/// The innermost cause: the outer ones repeat the address.
fn deepest(fault: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = fault;
    while let Some(source) = cause.source() {
        cause = source;
    }
    crate::text::cut(&cause.to_string(), 120)
}
