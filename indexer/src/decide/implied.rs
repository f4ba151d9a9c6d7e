//! What is known of a lot without being written: how the latest look at its scope found it.

use domain::{Cause, EvidenceRef, Lot, OrderKey, Price};

use super::{
    desk::{Desk, Saying},
    memory::ScanMemory,
    subject::Subject,
};

/// How the latest look found a lot that was decided before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Implied {
    /// Open, at the ask known.
    Open {
        key: OrderKey,
        price: Price,
        /// Where, if the page is at hand: only a scan in progress still has it.
        evidence: Option<EvidenceRef>,
        observed_us: i64,
        /// Position of the event that set the ask.
        ask_position: Option<i64>,
    },
    /// Not there.
    Absent { key: OrderKey, observed_us: i64 },
}

impl Implied {
    pub(super) fn key(&self) -> OrderKey {
        match self {
            Self::Open { key, .. } | Self::Absent { key, .. } => *key,
        }
    }

    /// What the last completed scan, or the scan in progress, implies for a lot. `None` when something written is later.
    pub(super) fn of(
        lot: &Lot,
        end: Option<OrderKey>,
        active: Option<&ScanMemory>,
        subject: &Subject<'_>,
        skew_us: i64,
    ) -> Option<Self> {
        let decided = lot.decided_at();
        let seen = active
            .and_then(|memory| memory.seen(subject.what.deal(), subject.id))
            .filter(|seen| Some(seen.key) > decided);
        if let Some(seen) = seen.filter(|seen| Some(seen.key) > end) {
            return Some(Self::Open {
                key: seen.key,
                price: seen.price.clone(),
                evidence: Some(seen.evidence.clone()),
                observed_us: seen.observed_us,
                ask_position: None,
            });
        }
        let end = end.filter(|end| Some(*end) > decided)?;
        let observed_us = end.at_us + skew_us;
        Some(match lot.open_price() {
            Some(price) => Self::Open {
                key: end,
                price: price.clone(),
                evidence: None,
                observed_us,
                ask_position: lot.ask.as_ref().map(|ask| ask.position),
            },
            None => Self::Absent { key: end, observed_us },
        })
    }

    /// Writes the implied fact down if the registers, as they stand now, say otherwise.
    pub(super) fn restate(self, desk: &mut Desk<'_>, subject: &Subject<'_>) {
        let lot = desk.standing(subject);
        if lot.decided_at() >= Some(self.key()) {
            return;
        }
        match self {
            Self::Open { key, price, evidence, observed_us, ask_position } => {
                if lot.open_price() != Some(&price) {
                    let has_page = evidence.is_some();
                    let fact = subject.stands(price);
                    let saying = Saying {
                        key,
                        observed_us,
                        cause: Cause::Scan,
                        evidence,
                        corrects: None,
                        source_id: None,
                    };
                    desk.emit(subject.what.gift(), fact, saying);
                    if !has_page {
                        desk.restates(ask_position);
                    }
                }
            }
            Self::Absent { key, observed_us } => {
                if lot.open_price().is_some() {
                    let fact = subject.unseen();
                    let saying = Saying {
                        key,
                        observed_us,
                        cause: Cause::Absence,
                        evidence: None,
                        corrects: None,
                        source_id: None,
                    };
                    desk.emit(subject.what.gift(), fact, saying);
                }
            }
        }
    }
}
