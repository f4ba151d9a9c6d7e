//! The first picture: until every open listing of every market has been seen once, progress is shown.

use std::time::Instant;

use indexer::{Phase, Progress};
use tokio::sync::watch;

use crate::progress::{Step, say};

/// Shows progress until each market's first picture is complete, or its worker has ended. Then says so in one line.
pub async fn watch(markets: Vec<watch::Receiver<Progress>>) {
    let began = Instant::now();
    let all = markets.iter().map(|market| tokio::spawn(watch_one(market.clone(), began)));
    let mut listings = 0;
    for one in all.collect::<Vec<_>>() {
        listings += one.await.unwrap_or(0);
    }
    let is_complete = markets.iter().all(|market| market.borrow().is_filled());
    match (is_complete, listings) {
        (false, _) => say("The first picture is not complete."),
        (true, 0) => say("The picture is complete from an earlier start."),
        (true, _) => say(&format!(
            "The first picture is complete after {} s: {listings} listings on {} markets.",
            tenths(began),
            markets.len()
        )),
    }
}

async fn watch_one(mut market: watch::Receiver<Progress>, began: Instant) -> u64 {
    let name = market.borrow().name;
    let step = Step::begin(name);
    let mut told = None;
    loop {
        let now = market.borrow_and_update().clone();
        step.at(now.scopes_done as u64, now.scopes_total as u64, &note(&now));
        if now.is_filled() {
            if now.pages == 0 {
                // Filled by an earlier start: there is nothing to tell.
                return 0;
            }
            let seconds = tenths(began);
            step.end(&format!(
                "complete after {seconds} s, {} listings on {} pages",
                now.listings, now.pages
            ));
            return now.listings;
        }
        if now.phase == Phase::Stopped {
            step.end("stopped before the picture was complete");
            return now.listings;
        }
        // What keeps a market from going on is said once per reason, or a look at a still bar would not tell.
        let waits = matches!(now.phase, Phase::BackingOff | Phase::Quarantined | Phase::Refused);
        if waits && told != Some(now.phase) {
            told = Some(now.phase);
            say(&format!("{name}: {}", now.phase.as_str().replace('_', " ")));
        }
        if market.changed().await.is_err() {
            return now.listings;
        }
    }
}

fn note(now: &Progress) -> String {
    match now.phase {
        Phase::Starting | Phase::Filling | Phase::Following => format!("{} listings", now.listings),
        waiting => waiting.as_str().replace('_', " "),
    }
}

fn tenths(began: Instant) -> String {
    let tenths = began.elapsed().as_millis() / 100;
    format!("{}.{}", tenths / 10, tenths % 10)
}
