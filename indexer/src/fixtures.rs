//! Filling a database from pages that are at hand: recordings, constructed pages, pages written to disk. The same decisions and the same
//! commit as a worker's; rows are labelled by where each page came from.

use std::collections::HashMap;

use domain::{Cause, Exchange, MarketId, Page, Seen, Sighting, sighting::ScopeId};
use store::evidence;

use crate::{
    decide::{Decision, Frame, Known, ScanMemory, catalog, feed, scan},
    intake::{Intake, IntakeFault},
};

/// Pages that are decided together and committed as one batch.
const PAGES_PER_COMMIT: usize = 32;

/// A page at hand.
#[derive(Debug, Clone)]
pub struct PageAtHand {
    /// The request and its answer.
    pub exchange: Exchange,
    /// What the market's reader says of it.
    pub page: Page,
}

/// What was filled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filled {
    /// Pages taken.
    pub pages: usize,
    /// Sightings on them.
    pub sightings: usize,
    /// Events logged.
    pub events: usize,
}

/// Takes pages in, in their order. `scope_of` names the scan scope of a lot seen open, as the market's reader does. A page of open listings
/// counts as a look at its scope, never as a completed scan: what it does not show says nothing. `skew_us` is how far the market's clock may
/// be from the pages' times: none for a recording's. Idempotent for unchanged pages.
///
/// # Errors
/// [`IntakeFault`]; the batches before stay.
pub async fn fill(
    intake: &Intake,
    pages: &[PageAtHand],
    skew_us: i64,
    scope_of: impl Fn(&MarketId, &Seen) -> Option<ScopeId>,
) -> Result<Filled, IntakeFault> {
    let mut filled = Filled::default();
    let mut rest = pages;
    while let Some(first) = rest.first() {
        let market = &first.exchange.market;
        let together =
            rest.iter().take(PAGES_PER_COMMIT).take_while(|page| page.exchange.market == *market).count();
        let (batch, later) = rest.split_at(together);
        let shown: Vec<&Page> = batch.iter().map(|at_hand| &at_hand.page).collect();
        let mut known = intake.known(market, &shown, &HashMap::new()).await?;
        let (mut decision, mut kept) = (Decision::default(), Vec::new());
        for PageAtHand { exchange, page } in batch {
            let decided = decide(&mut known, exchange, page, skew_us, &scope_of);
            if !decided.is_empty() {
                kept.push(evidence::pack(market.as_str(), &exchange.evidence_bytes())?);
            }
            decision.append(decided);
            filled.pages += 1;
            filled.sightings += page.sightings.len();
        }
        if let Some(committed) = intake.commit(decision, kept, Vec::new(), Vec::new()).await? {
            filled.events += committed.logged;
        }
        rest = later;
    }
    Ok(filled)
}

/// Decides one page by what stands on it.
fn decide(
    known: &mut Known,
    exchange: &Exchange,
    page: &Page,
    skew_us: i64,
    scope_of: &impl Fn(&MarketId, &Seen) -> Option<ScopeId>,
) -> Decision {
    let frame = Frame::of(exchange, skew_us);
    let mut decision = Decision::default();
    for (scope, page) in by_scope(&exchange.market, page, scope_of) {
        let mut memory = ScanMemory::begin(scope, exchange.started_at_us, skew_us);
        decision.append(scan::decide_scan_page(known, &mut memory, &frame, &page));
    }
    let is_listing = |sighting: &&Sighting| is_of_scan(&sighting.seen);
    let others = page.sightings.iter().filter(|sighting| !is_listing(sighting)).cloned().collect();
    let others = Page { sightings: others, is_final: page.is_final, ..Page::default() };
    if others.sightings.iter().any(|sighting| matches!(sighting.seen, Seen::Happened { .. })) {
        decision.append(feed::decide_feed_page(known, None, &frame, Cause::History, &others));
    } else {
        decision.append(catalog::decide_catalog(known, &frame, &others));
    }
    decision
}

/// Whether a scan shows it.
fn is_of_scan(seen: &Seen) -> bool {
    matches!(seen, Seen::Open { .. } | Seen::Held { .. } | Seen::Offered { .. })
}

fn by_scope(
    market: &MarketId,
    page: &Page,
    scope_of: &impl Fn(&MarketId, &Seen) -> Option<ScopeId>,
) -> Vec<(ScopeId, Page)> {
    let mut scopes: Vec<(ScopeId, Page)> = Vec::new();
    for sighting in &page.sightings {
        if !is_of_scan(&sighting.seen) {
            continue;
        }
        let Some(scope) = scope_of(market, &sighting.seen) else { continue };
        match scopes.iter_mut().find(|(held, _)| *held == scope) {
            Some((_, page)) => page.sightings.push(sighting.clone()),
            None => scopes.push((scope, Page { sightings: vec![sighting.clone()], ..Page::default() })),
        }
    }
    scopes
}
