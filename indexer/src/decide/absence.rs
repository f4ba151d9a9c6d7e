//! What a completed scan did not show. Only a scan that walked its scope from the first page to the last says something here.

use domain::{Cause, EvidenceHash, EvidenceRef, Fact, GiftId, Lot, LotId, event::DelistReason};

use super::{
    Decision, Frame, Known,
    desk::{Desk, Saying},
    implied::Implied,
    is_one_scan,
    memory::ScanMemory,
};

/// A lot of the scope that is open as far as known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenLot {
    /// The market's id of it.
    pub id: LotId,
    /// The gift.
    pub gift: GiftId,
    /// Its registers.
    pub lot: Lot,
}

/// Decides the end of a scan: each open lot that was last decided before the scan began and that no page showed has vanished.
/// `manifest` is the evidence that lists the scan's pages; `frame` says when the scan was completed. Afterwards `known` counts the scan
/// as the scope's last, unless a later one is known already: then it says nothing.
pub fn decide_absence(
    known: &mut Known,
    memory: &ScanMemory,
    frame: &Frame,
    open: Vec<OpenLot>,
    manifest: EvidenceHash,
) -> Decision {
    let end = memory.end();
    let previous = known.scans.get(&memory.scope).copied();
    if previous.is_some_and(|previous| previous >= end) {
        return Decision::default();
    }
    let mut missing: Vec<OpenLot> = open
        .into_iter()
        .filter(|open| memory.seen(&open.id).is_none() && open.lot.open_price().is_some())
        .filter(|open| open.lot.decided_at() < Some(end))
        .collect();
    missing.sort_by(|a, b| a.id.cmp(&b.id));
    let mut desk = Desk::new(known, frame);
    for OpenLot { id, gift, lot } in missing {
        desk.known.lots.insert(id.clone(), lot.clone());
        // Open at the scan before: written now, or a sale reported late could pass for the end. A feed has no time between a sighting
        // and the end of its scan, so an ask of that very scan needs no second line.
        let before = Implied::of(&lot, previous, None, &id, memory.skew_us);
        let is_written =
            lot.ask.as_ref().zip(previous).is_some_and(|(ask, previous)| is_one_scan(ask.key, previous));
        if let Some(Implied::Open { key, price, observed_us, ask_position, .. }) =
            before.filter(|_| !is_written)
        {
            let fact = Fact::StillListed { lot: id.clone(), scope: memory.scope.clone(), price };
            let saying = Saying {
                key,
                observed_us,
                cause: Cause::Scan,
                evidence: None,
                corrects: None,
                source_id: None,
            };
            desk.emit(Some(&gift), fact, saying);
            desk.restates(ask_position);
        }
        let fact = Fact::Delisted { lot: id, scope: memory.scope.clone(), reason: DelistReason::Unseen };
        let saying = Saying {
            key: end,
            observed_us: frame.received_us,
            cause: Cause::Absence,
            evidence: Some(EvidenceRef { hash: manifest, path: String::new() }),
            corrects: None,
            source_id: None,
        };
        desk.emit(Some(&gift), fact, saying);
    }
    let decision = desk.into_decision();
    known.scans.insert(memory.scope.clone(), end);
    decision
}
