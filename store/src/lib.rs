#![doc = include_str!("../README.md")]

pub mod checks;
pub mod clock;
pub mod cluster;
mod copy;
pub mod evidence;
pub mod floors;
pub mod fold;
pub mod ingest;
pub mod jobs;
pub mod known;
pub mod lease;
pub mod log;
pub mod migrate;
pub mod pool;
pub mod read;
pub mod returns;
pub mod seal;
pub mod state;
pub mod status;
pub mod witness;
pub mod world;

pub use clock::DbClock;
pub use ingest::{Batch, Committed, Ingest, IngestFault, IngestOptions, Mark};
pub use migrate::migrate;
pub use pool::{Pool, PoolOptions, connect};

/// A count as a metric's value. Metrics are floating point by their nature; nothing is computed from them.
#[expect(clippy::cast_precision_loss, reason = "a gauge shows at most 2^53 exactly, far above any position")]
pub(crate) fn as_metric(value: i64) -> f64 {
    value as f64
}
