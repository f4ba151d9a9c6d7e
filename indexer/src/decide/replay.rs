//! Property tests of deciding: whatever the order, the repetition and the losses, the state is the one the rule states.

mod deals;
mod heal;
mod memory;
mod order;
mod statements;
mod world;

use proptest::prelude::ProptestConfig;

/// At least this many cases; more by `PROPTEST_CASES`.
fn cases(least: u32) -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig { cases: config.cases.max(least), ..config }
}
