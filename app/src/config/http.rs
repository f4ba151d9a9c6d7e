//! Where the HTTP server listens, and what it bears.

use std::net::SocketAddr;
use std::time::Duration;

use super::setting::{Fallback, Kind, Setting};
use super::values::Values;

/// The listener.
pub const LISTEN: Setting = Setting {
    name: "RIBBON_LISTEN",
    kind: Kind::Socket,
    fallback: Fallback::Value("127.0.0.1:8480"),
    unit: "",
    meaning: "Where pages, GraphQL, /live, /ready and /metrics are served. There is no TLS here: put a proxy before it.",
    is_secret: false,
};

/// Time of a request.
pub const REQUEST_TIMEOUT_MS: Setting = Setting {
    name: "RIBBON_REQUEST_TIMEOUT_MS",
    kind: Kind::Count { min: 100, max: 600_000 },
    fallback: Fallback::Value("15000"),
    unit: "milliseconds",
    meaning: "How long a request may take until its answer begins. Streams and subscriptions go on after that.",
    is_secret: false,
};

/// Size of a body.
pub const REQUEST_BYTES_MAX: Setting = Setting {
    name: "RIBBON_REQUEST_BYTES_MAX",
    kind: Kind::Count { min: 1_024, max: 16_777_216 },
    fallback: Fallback::Value("131072"),
    unit: "bytes",
    meaning: "Largest body of a request.",
    is_secret: false,
};

/// Requests at once.
pub const REQUESTS_MAX: Setting = Setting {
    name: "RIBBON_REQUESTS_MAX",
    kind: Kind::Count { min: 1, max: 100_000 },
    fallback: Fallback::Value("512"),
    unit: "requests",
    meaning: "Most requests answered at once; one more is told 503. Open subscriptions do not count.",
    is_secret: false,
};

/// Patience at the end.
pub const STOP_TIMEOUT_MS: Setting = Setting {
    name: "RIBBON_STOP_TIMEOUT_MS",
    kind: Kind::Count { min: 100, max: 600_000 },
    fallback: Fallback::Value("10000"),
    unit: "milliseconds",
    meaning: "How long open requests may go on after Ctrl-C or SIGTERM before their connections are closed.",
    is_secret: false,
};

/// The listener of workers.
pub const HEALTH_LISTEN: Setting = Setting {
    name: "RIBBON_HEALTH_LISTEN",
    kind: Kind::Socket,
    fallback: Fallback::Described("none; `up` and `serve` have theirs at RIBBON_LISTEN"),
    unit: "",
    meaning: "Where `ribbon index` alone answers /live, /ready and /metrics.",
    is_secret: false,
};

/// The HTTP server.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The variable that names it.
    pub variable: &'static str,
    /// Time until an answer begins.
    pub request_timeout: Duration,
    /// Largest body of a request in bytes.
    pub request_bytes_max: usize,
    /// Most requests answered at once.
    pub requests_max: usize,
    /// Patience at the end.
    pub stop_timeout: Duration,
}

impl HttpConfig {
    /// The settings of this struct.
    pub const SETTINGS: [Setting; 5] =
        [LISTEN, REQUEST_TIMEOUT_MS, REQUEST_BYTES_MAX, REQUESTS_MAX, STOP_TIMEOUT_MS];

    /// Reads checked values.
    #[must_use]
    pub fn read(values: &Values) -> Self {
        let size = |setting| usize::try_from(values.count(setting)).unwrap_or(usize::MAX);
        Self {
            listen: values.socket(&LISTEN),
            variable: LISTEN.name,
            request_timeout: Duration::from_millis(values.count(&REQUEST_TIMEOUT_MS)),
            request_bytes_max: size(&REQUEST_BYTES_MAX),
            requests_max: size(&REQUESTS_MAX),
            stop_timeout: Duration::from_millis(values.count(&STOP_TIMEOUT_MS)),
        }
    }

    /// A server of health and metrics alone, where one is wanted; nobody but probes and scrapers asks it.
    #[must_use]
    pub fn read_health(values: &Values) -> Option<Self> {
        Some(Self {
            listen: values.socket_given(&HEALTH_LISTEN)?,
            variable: HEALTH_LISTEN.name,
            request_timeout: Duration::from_secs(10),
            request_bytes_max: 1_024,
            requests_max: 64,
            stop_timeout: Duration::from_secs(1),
        })
    }
}
