//! What the API can be told at the start.

use crate::limits::Limits;

/// Options of the API. [`ApiOptions::default`] is what the documents state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiOptions {
    /// Limits of one request.
    pub limits: Limits,
    /// Whether `__schema` and `__type` are answered.
    pub introspection: bool,
    /// Most WebSockets and streams of events at once, both together.
    pub sockets_max: usize,
    /// Most distinct subscription queries at once: each is executed once per change, however many listen.
    pub topics_max: usize,
    /// Most positions that a resumed subscription may be behind; beyond, the answer is "reload".
    pub catch_up_max: i64,
}

impl Default for ApiOptions {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            introspection: true,
            sockets_max: 10_000,
            topics_max: 1_000,
            catch_up_max: 20_000,
        }
    }
}
