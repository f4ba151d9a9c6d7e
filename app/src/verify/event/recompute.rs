//! The indexer's own rules, run again over the page and over what the log said before.

use std::collections::HashSet;

use domain::order_key::KeyRank;
use domain::{Cause, Event, EvidenceRef, LoggedEvent, Lot, OrderKey, Page, sighting::ScopeId};
use indexer::decide::feed::decide_feed_page;
use indexer::decide::scan::decide_scan_page;
use indexer::decide::{Frame, Known, ScanMemory};

/// Whether the rules give exactly this event; `None` when it is of a kind that one page does not give.
pub(super) fn recompute(
    logged: &LoggedEvent,
    earlier: &[LoggedEvent],
    page: &Page,
    scope: &ScopeId,
) -> Option<bool> {
    let event = &logged.event;
    let EvidenceRef { hash, .. } = event.evidence.as_ref()?;
    let mut known = known(event, earlier);
    let mut frame = Frame {
        market: event.market.clone(),
        evidence: *hash,
        origin: event.origin,
        started_us: event.observed_at_us,
        received_us: event.observed_at_us,
        skew_us: 0,
    };
    let decision = match (event.cause, event.key.rank) {
        (Cause::Feed | Cause::History, KeyRank::Market) => {
            decide_feed_page(&mut known, None, &frame, event.cause, page)
        }
        (Cause::Scan, KeyRank::Scan) => {
            let OrderKey { at_us, seen_us, .. } = event.key;
            frame.started_us = seen_us;
            // The start less the skew is all that a key tells; a skew of nothing gives the same keys.
            let mut memory = ScanMemory::begin(scope.clone(), at_us, 0);
            decide_scan_page(&mut known, &mut memory, &frame, page)
        }
        _ => return None,
    };
    Some(decision.events.iter().any(|made| made == event))
}

/// What the earlier events of the gift say of the event's lot. Those of the same page are not among them: the rules make them again.
fn known(event: &Event, earlier: &[LoggedEvent]) -> Known {
    let mut known = Known::default();
    let mut logged = HashSet::new();
    let hash = event.evidence.as_ref().map(|evidence| evidence.hash);
    for LoggedEvent { position, event: before } in earlier {
        let is_of_this_page = before.evidence.as_ref().map(|evidence| evidence.hash) == hash;
        if before.market != event.market || is_of_this_page {
            continue;
        }
        logged.extend(before.source_id.clone());
        if let Some((lot, _)) = before.fact.lot() {
            known.lots.entry(lot.clone()).or_insert_with(Lot::default).apply(*position, before);
        } else if let Some((offer, _, _)) = before.fact.offer() {
            known.offers.entry(offer.clone()).or_insert_with(Lot::default).apply(*position, before);
        }
    }
    known.logged = logged;
    known
}
