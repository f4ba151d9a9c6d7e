//! What a completed scan did not show. Only a scan that walked its scope from the first page to the last says something here.

use domain::{Cause, Deal, EvidenceHash, EvidenceRef, GiftId, Lot, LotId, sighting::ScopeId};

use super::{
    Decision, Frame, Known,
    desk::{Desk, Saying},
    implied::Implied,
    is_one_scan,
    memory::ScanMemory,
    subject::{Subject, What},
};

/// A lot or an offer of the scope that is open as far as known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenLot {
    /// What it stands open as.
    pub deal: Deal,
    /// The market's id of it.
    pub id: LotId,
    /// The gift, where it is about one.
    pub gift: Option<GiftId>,
    /// Its registers.
    pub lot: Lot,
}

impl OpenLot {
    /// What is decided about; `None` for registers that nobody could have written.
    fn subject<'a>(&'a self, scope: &'a ScopeId) -> Option<Subject<'a>> {
        let what = match self.deal {
            Deal::Listing => What::Listing(self.gift.as_ref()?),
            Deal::Auction => What::Auction(self.gift.as_ref()?),
            Deal::Offer => What::Offer(self.lot.target.as_ref()?),
        };
        Some(Subject { id: &self.id, scope, what })
    }
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
        .filter(|open| memory.seen(open.deal, &open.id).is_none())
        .filter(|open| {
            let standing = open.lot.standing(open.deal);
            standing.open_price().is_some() && standing.decided_at() < Some(end)
        })
        .collect();
    missing.sort_by(|a, b| (a.deal, &a.id).cmp(&(b.deal, &b.id)));
    let mut desk = Desk::new(known, frame);
    for open in &missing {
        let Some(subject) = open.subject(&memory.scope) else { continue };
        let known = if open.deal == Deal::Offer { &mut desk.known.offers } else { &mut desk.known.lots };
        known.entry(open.id.clone()).or_insert_with(|| open.lot.clone());
        let lot = open.lot.standing(open.deal);
        // Open at the scan before: written now, or a sale reported late could pass for the end. A feed has no time between a sighting
        // and the end of its scan, so an ask of that very scan needs no second line.
        let before = Implied::of(&lot, previous, None, &subject, memory.skew_us);
        let is_written =
            lot.ask.as_ref().zip(previous).is_some_and(|(ask, previous)| is_one_scan(ask.key, previous));
        if let Some(Implied::Open { key, price, observed_us, ask_position, .. }) =
            before.filter(|_| !is_written)
        {
            let fact = subject.stands(price);
            let saying = Saying {
                key,
                observed_us,
                cause: Cause::Scan,
                evidence: None,
                corrects: None,
                source_id: None,
            };
            desk.emit(subject.what.gift(), fact, saying);
            desk.restates(ask_position);
        }
        let fact = subject.unseen();
        let saying = Saying {
            key: end,
            observed_us: frame.received_us,
            cause: Cause::Absence,
            evidence: Some(EvidenceRef { hash: manifest, path: String::new() }),
            corrects: None,
            source_id: None,
        };
        desk.emit(subject.what.gift(), fact, saying);
    }
    let decision = desk.into_decision();
    known.scans.insert(memory.scope.clone(), end);
    decision
}
