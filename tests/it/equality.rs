//! What Ribbon holds is what the markets' wires disclosed: under every mix of faults, once the faults end, the world rests, and one full
//! scan has completed. What a wire does not disclose is null with a reason.

mod catalog;
mod deals;
mod happenings;
mod lots;
pub(crate) mod once;
mod undisclosed;

use std::time::Duration;

use harness::say;
use sandbox::{FaultOrder, MIXES, TruthQuery};

use crate::world::{World, until};

/// How long traders act under faults.
const UNREST: Duration = Duration::from_millis(2_500);
/// A mix that gave out fewer faults proves little.
const FAULTS_LEAST: u64 = 12;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_wrong_without_faults() {
    equal_after("none", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_after_every_mix_of_faults() {
    let usual = 1;
    let mut seeds = harness::long::seeds("equality", usual);
    while let Some(seed) = seeds.next() {
        for mix in MIXES {
            say(&format!("equality, seed {seed}: after the mix of faults `{}`", mix.name));
            equal_after(mix.name, seed).await;
        }
        seeds.done(seed);
    }
}

async fn equal_after(mix: &str, seed: u64) {
    let gifts = u32::try_from(harness::long::count("GIFTS", 400)).expect("a number of gifts");
    let world = World::open(seed, gifts).await;
    let mut gathering = world.gather();
    if mix == "none" {
        gathering.filled().await;
    } else {
        let order = FaultOrder { market: None, endpoint: None, mix: mix.into(), seed, times: None };
        world.sandbox.order_faults(order).expect("a known mix");
    }
    tokio::time::sleep(UNREST).await;
    if mix != "none" {
        let given = || world.sandbox.fault_counts().iter().map(|count| count.count).sum::<u64>();
        until(Duration::from_secs(40), "enough faults", || async { given() >= FAULTS_LEAST }).await;
    }
    world.sandbox.pause();
    world.sandbox.end_faults();
    world.scanned_anew().await;
    let when = format!("after {mix}, seed {seed}");
    compare(&world, &when).await;
    once::compare(&world, &when).await;
    undisclosed::compare(&world, &when).await;
    let quarantined: Option<i64> =
        sqlx::query_scalar("select count(*) from market.quarantines where to_position is null")
            .fetch_one(world.pool())
            .await
            .expect("the quarantines");
    assert_eq!(quarantined, Some(0), "{mix}: every market has left quarantine");
    gathering.end().await;
}

/// Compares everything that each market's wire disclosed with what the database holds.
pub(crate) async fn compare(world: &World, when: &str) {
    for market in &world.markets {
        let truth = world.sandbox.truth(market, &TruthQuery::default()).expect("the truth");
        let what = format!("{market} {when}");
        lots::compare(world, &truth, &what).await;
        deals::compare(world, &truth, &what).await;
        happenings::compare(world, &truth, &what).await;
        happenings::compare_sales(world, &truth, &what).await;
        catalog::compare(world, &truth, &what).await;
    }
}
