//! Ribbon's own word on a market: its pages can no longer be read, or can again.

use domain::{Cause, Event, EvidenceRef, Exchange, Fact, Finality, Malformed, MarketId, OrderKey, Origin};

/// The event of a quarantine; its evidence is the page that could not be read.
#[must_use]
pub fn quarantined(fault: &Malformed, page: Option<&Exchange>, now_us: i64, origin: Origin) -> Event {
    let fact = Fact::MarketQuarantined {
        path: fault.path.clone(),
        why: format!("expected {}, found {}", fault.expected, fault.found),
    };
    let evidence = page.map(|page| EvidenceRef { hash: page.evidence_hash(), path: fault.path.clone() });
    event(fault.market.clone(), fact, evidence, now_us, origin)
}

/// The event of its end.
#[must_use]
pub fn released(market: MarketId, now_us: i64, origin: Origin) -> Event {
    event(market, Fact::MarketReleased, None, now_us, origin)
}

fn event(market: MarketId, fact: Fact, evidence: Option<EvidenceRef>, now_us: i64, origin: Origin) -> Event {
    Event {
        market,
        gift: None,
        key: OrderKey::scan(now_us, 0, now_us, fact.tie()),
        observed_at_us: now_us,
        finality: Finality::Confirmed,
        cause: Cause::Watch,
        evidence,
        origin,
        corrects: None,
        source_id: None,
        fact,
    }
}
