//! The desk on which a page is worked through: what is known so far, and the events that came out.

use domain::{
    Cause, Deal, Event, EvidenceRef, Fact, Finality, GiftId, Lot, LotId, OrderKey, sighting::ScopeId,
};

use super::{Decision, Frame, Known, Restated, subject::Subject};

/// Registers of events that are not logged yet carry this position.
const PROVISIONAL: i64 = 0;

pub(super) struct Desk<'a> {
    pub(super) known: &'a mut Known,
    pub(super) frame: &'a Frame,
    /// How far what happened on this page is from being undone.
    pub(super) happened: Finality,
    decision: Decision,
}

/// What an event says besides its fact.
pub(super) struct Saying {
    pub(super) key: OrderKey,
    pub(super) observed_us: i64,
    pub(super) cause: Cause,
    pub(super) evidence: Option<EvidenceRef>,
    pub(super) corrects: Option<i64>,
    pub(super) source_id: Option<String>,
}

impl<'a> Desk<'a> {
    pub(super) fn new(known: &'a mut Known, frame: &'a Frame) -> Self {
        Self { known, frame, happened: Finality::Confirmed, decision: Decision::default() }
    }

    /// The registers of a gift's lot as they stand now, whatever it stands as.
    pub(super) fn lot(&self, id: &LotId) -> Lot {
        self.known.lots.get(id).cloned().unwrap_or_default()
    }

    /// The registers of a subject as they stand now: of an auction those that it has as one.
    pub(super) fn standing(&self, subject: &Subject<'_>) -> Lot {
        let deal = subject.what.deal();
        match deal {
            Deal::Offer => self.known.offers.get(subject.id).cloned().unwrap_or_default(),
            Deal::Listing | Deal::Auction => {
                self.known.lots.get(subject.id).map(|lot| lot.standing(deal)).unwrap_or_default()
            }
        }
    }

    /// Up to where the last completed scan of a scope speaks.
    pub(super) fn scan_end(&self, scope: &ScopeId) -> Option<OrderKey> {
        self.known.scans.get(scope).copied()
    }

    /// The place of a sighting on this page.
    pub(super) fn evidence(&self, path: &str) -> EvidenceRef {
        EvidenceRef { hash: self.frame.evidence, path: path.to_owned() }
    }

    /// Writes an event down and folds it into what is known.
    pub(super) fn emit(&mut self, gift: Option<&GiftId>, fact: Fact, saying: Saying) {
        let Saying { key, observed_us, cause, evidence, corrects, source_id } = saying;
        let event = Event {
            market: self.frame.market.clone(),
            gift: gift.cloned(),
            key,
            observed_at_us: observed_us,
            // Only a happening has an id of its own; what a look at the present says may change with the next.
            finality: if source_id.is_some() { self.happened } else { Finality::Confirmed },
            cause,
            evidence,
            origin: self.frame.origin,
            corrects: corrects.filter(|position| *position != PROVISIONAL),
            source_id,
            fact,
        };
        if let Some((lot, _)) = event.fact.lot() {
            self.known.lots.entry(lot.clone()).or_default().apply(PROVISIONAL, &event);
        } else if let Some((offer, _, _)) = event.fact.offer() {
            self.known.offers.entry(offer.clone()).or_default().apply(PROVISIONAL, &event);
        }
        self.decision.events.push(event);
    }

    /// Notes that the event written last has the evidence of the logged event at `position`, if that is logged.
    pub(super) fn restates(&mut self, position: Option<i64>) {
        let Some(position) = position.filter(|position| *position != PROVISIONAL) else { return };
        let index = self.decision.events.len() - 1;
        self.decision.restated.push(Restated { index, position });
    }

    pub(super) fn unchanged(&mut self) {
        self.decision.unchanged += 1;
    }

    /// How many events came out so far.
    pub(super) fn events(&self) -> usize {
        self.decision.events.len()
    }

    pub(super) fn into_decision(self) -> Decision {
        self.decision
    }
}
