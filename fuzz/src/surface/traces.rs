//! A trace of toncenter or a list of actions of TonAPI, as `ribbon verify trace` gets it from anybody.

use adapters::traces::{self, Recorded};
use chain::trace::{consistency, meaning};

pub(super) fn corpus() -> Vec<Vec<u8>> {
    traces::FIXTURES.iter().map(|fixture| fixture.body.to_vec()).collect()
}

/// A trace is read or refused, and what is read comes to the same each time.
pub(super) fn run(bytes: &[u8]) {
    let Ok(Recorded::Toncenter(recorded)) = traces::read(bytes) else { return };
    let told = meaning::read(&recorded.trace);
    assert_eq!(format!("{told:?}"), format!("{:?}", meaning::read(&recorded.trace)));
    let _ = consistency::check(&recorded.trace);
}
