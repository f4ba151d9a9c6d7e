//! A gift's life from its first word to now, told once: every listing, sale, transfer, export and return with the events behind it.
//! Pure over the gift's events, in any order.
//!
//! That a gift came back from TON is told by no source. It is inferred where a page shows it off TON later than the last word that it
//! is on TON, and is named an inference; so is an export that no history told of. These steps follow from the words themselves, so the
//! log's own [`Fact::Returned`], which tells listeners of the same conclusion when it was drawn, adds none.

use std::collections::BTreeMap;

use crate::{
    currency::Price,
    event::{DelistReason, Fact, LoggedEvent},
    lot::{Lot, LotId},
    market::MarketId,
    order_key::OrderKey,
    same_listing::{self, Told},
    same_sale::{self, Telling},
    sighting::Custody,
    witness::{Standing, tells_of_others},
};

/// How far apart two sources' times of one transfer or export may lie, in microseconds; see [`same_sale::TIME_TOLERANCE_US`].
const TIME_TOLERANCE_US: i64 = same_sale::TIME_TOLERANCE_US;

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StepKind {
    /// The earliest word of any source about the gift. When it was made out of a regular gift, no source tells.
    FirstTold,
    /// Exported: its NFT was minted on TON.
    Exported,
    /// Came back from TON.
    Returned,
    /// Moved between an account and a market, or from one market to another.
    Moved,
    /// Given to another owner without a sale.
    Transferred,
    /// Put up for sale.
    Listed,
    /// The ask changed.
    Repriced,
    /// No longer for sale.
    Delisted,
    /// Sold.
    Sold,
}

/// Another event about the same step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Position of the event.
    pub position: i64,
    /// Whose word it is.
    pub source: MarketId,
    /// Whether it says otherwise: another price, or that the listing is not there.
    pub disagrees: bool,
}

/// A step of a gift's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What.
    pub kind: StepKind,
    /// Microseconds since 1970, by the source's clock, or by the scan that saw it.
    pub at_us: i64,
    /// Whether no source told it: it follows from what was or was not shown.
    pub is_inferred: bool,
    /// The market whose listing or sale it is, or that holds the gift; else whose word it is.
    pub market: MarketId,
    /// Whose word leads.
    pub source: MarketId,
    /// Position of the event whose word leads.
    pub position: i64,
    /// Position of the last word before, where the step is inferred from two.
    pub before: Option<i64>,
    /// The ask or what was paid, as stated.
    pub price: Option<Price>,
    /// From whom: the seller, the former owner.
    pub from: Option<String>,
    /// To whom.
    pub to: Option<String>,
    /// Where it lives from then on, where the step says so.
    pub custody: Option<Custody>,
    /// Events of other sources about the same step.
    pub witnesses: Vec<Witness>,
}

/// The steps, earliest first.
#[must_use]
pub fn provenance(events: &[LoggedEvent]) -> Vec<Step> {
    let mut ordered: Vec<&LoggedEvent> = events.iter().collect();
    ordered.sort_by_key(|logged| (logged.event.key, logged.event.market.clone(), logged.position));
    let mut steps = Vec::new();
    if let Some(first) = ordered.iter().min_by_key(|logged| (logged.event.key.at_us, logged.position)) {
        steps.push(Step::of(StepKind::FirstTold, first));
    }
    steps.extend(asks(&ordered));
    steps.extend(sales(&ordered));
    steps.extend(moves(&ordered));
    steps.extend(custody(&ordered));
    steps.sort_by_key(|step| (step.at_us, step.kind, step.position));
    steps
}

impl Step {
    fn of(kind: StepKind, logged: &LoggedEvent) -> Self {
        Self {
            kind,
            at_us: logged.event.key.at_us,
            is_inferred: false,
            market: logged.event.market.clone(),
            source: logged.event.market.clone(),
            position: logged.position,
            before: None,
            price: logged.event.fact.price().cloned(),
            from: None,
            to: None,
            custody: None,
            witnesses: Vec::new(),
        }
    }

    fn hear(&mut self, logged: &LoggedEvent, disagrees: bool) {
        let (position, source) = (logged.position, logged.event.market.clone());
        self.witnesses.push(Witness { position, source, disagrees });
    }
}

/// Asks and their ends, a listing at a time however many sources show it.
fn asks(ordered: &[&LoggedEvent]) -> Vec<Step> {
    let mut lots: BTreeMap<(MarketId, LotId), Lot> = BTreeMap::new();
    for logged in ordered {
        if let Some((lot, _)) = logged.event.fact.lot() {
            let key = (logged.event.market.clone(), lot.clone());
            lots.entry(key).or_default().apply(logged.position, &logged.event);
        }
    }
    let told: Vec<Told<'_>> = lots.iter().map(|((source, id), lot)| Told { source, id, lot }).collect();
    let mut steps = Vec::new();
    for one in same_listing::listings(&told) {
        let is_of = |logged: &&&LoggedEvent| {
            logged.event.fact.lot().is_some_and(|(lot, _)| {
                one.members.iter().any(|at| *told[*at].source == logged.event.market && told[*at].id == lot)
            })
        };
        let mut walk = Walk { market: &one.market, steps: Vec::new(), open: None };
        for logged in ordered.iter().filter(is_of) {
            walk.take(logged);
        }
        steps.extend(walk.steps);
    }
    steps
}

/// One listing's asks and ends in order.
struct Walk<'a> {
    market: &'a MarketId,
    steps: Vec<Step>,
    /// The step that set the ask, while it is open.
    open: Option<usize>,
}

impl Walk<'_> {
    fn standing(&self, source: &MarketId) -> Standing {
        Standing::of(source, self.market)
    }

    fn take(&mut self, logged: &LoggedEvent) {
        match &logged.event.fact {
            Fact::Listed { price, .. } | Fact::Repriced { price, .. } | Fact::StillListed { price, .. } => {
                self.ask(logged, price);
            }
            Fact::Delisted { reason, .. } => self.end(logged, *reason == DelistReason::Unseen),
            Fact::Sold { .. } => self.open = None,
            _ => {}
        }
    }

    fn ask(&mut self, logged: &LoggedEvent, price: &Price) {
        let kind = match self.open {
            None => StepKind::Listed,
            Some(at) => {
                let step = &self.steps[at];
                let is_same = step.price.as_ref() == Some(price);
                let is_outranked = self.standing(&logged.event.market) < self.standing(&step.source);
                if is_same || is_outranked {
                    self.steps[at].hear(logged, !is_same);
                    return;
                }
                StepKind::Repriced
            }
        };
        self.open = Some(self.steps.len());
        self.push(kind, logged, false);
    }

    fn end(&mut self, logged: &LoggedEvent, is_inferred: bool) {
        let Some(at) = self.open else {
            if let Some(last) = self.steps.last_mut().filter(|last| last.kind == StepKind::Delisted) {
                last.hear(logged, false);
            }
            return;
        };
        if self.standing(&logged.event.market) < self.standing(&self.steps[at].source) {
            self.steps[at].hear(logged, true);
            return;
        }
        self.open = None;
        self.push(StepKind::Delisted, logged, is_inferred);
    }

    fn push(&mut self, kind: StepKind, logged: &LoggedEvent, is_inferred: bool) {
        let market = self.market.clone();
        self.steps.push(Step { market, is_inferred, ..Step::of(kind, logged) });
    }
}

fn sales(ordered: &[&LoggedEvent]) -> Vec<Step> {
    let told = ordered.iter().filter_map(|logged| Telling::of(logged));
    let step = |one: same_sale::OneSale| {
        let leader = one.leader();
        let witness = |told: &Telling| Witness {
            position: told.position,
            source: told.source.clone(),
            disagrees: told.price != leader.price,
        };
        Step {
            kind: StepKind::Sold,
            at_us: leader.sold_at_us,
            is_inferred: false,
            market: one.market.clone(),
            source: leader.source.clone(),
            position: leader.position,
            before: None,
            price: Some(leader.price.clone()),
            from: one.seller().cloned(),
            to: one.buyer().cloned(),
            custody: None,
            witnesses: one.told.iter().skip(1).map(witness).collect(),
        }
    };
    same_sale::sales(told).into_iter().map(step).collect()
}

/// Transfers and exports that a history told, each once.
fn moves(ordered: &[&LoggedEvent]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for logged in ordered {
        let step = match &logged.event.fact {
            Fact::GiftTransferred { from, to } => {
                Step { from: from.clone(), to: to.clone(), ..Step::of(StepKind::Transferred, logged) }
            }
            Fact::Exported { .. } => {
                Step { custody: Some(Custody::Chain), ..Step::of(StepKind::Exported, logged) }
            }
            _ => continue,
        };
        let is_same = |held: &&mut Step| {
            let parties = |a: &Option<String>, b: &Option<String>| a.is_none() || b.is_none() || a == b;
            held.kind == step.kind
                && held.source != step.source
                && held.witnesses.iter().all(|witness| witness.source != step.source)
                && (tells_of_others(&held.source) || tells_of_others(&step.source))
                && step.at_us - held.at_us <= TIME_TOLERANCE_US
                && parties(&held.from, &step.from)
                && parties(&held.to, &step.to)
        };
        match steps.iter_mut().rev().find(is_same) {
            Some(held) => held.hear(logged, false),
            None => steps.push(step),
        }
    }
    steps
}

/// Where a gift was said to be.
struct Place<'a> {
    custody: Custody,
    source: &'a MarketId,
    key: OrderKey,
    position: i64,
}

/// What follows from where the gift was shown: returns, exports that no history told, and moves between markets and accounts.
fn custody(ordered: &[&LoggedEvent]) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut last: Option<Place<'_>> = None;
    for logged in ordered {
        let (custody, is_told) = match &logged.event.fact {
            Fact::MetadataSeen { details, .. } => match details.custody {
                Some(custody) => (custody, false),
                None => continue,
            },
            Fact::Exported { .. } => (Custody::Chain, true),
            // What is sold by a transaction on TON is an item there.
            Fact::Sold { transaction: Some(_), .. } => (Custody::Chain, false),
            _ => continue,
        };
        let now =
            Place { custody, source: &logged.event.market, key: logged.event.key, position: logged.position };
        if let Some(step) = last.as_ref().filter(|_| !is_told).and_then(|last| change(last, &now, logged)) {
            steps.push(step);
        }
        last = Some(now);
    }
    steps
}

fn change(last: &Place<'_>, now: &Place<'_>, logged: &LoggedEvent) -> Option<Step> {
    let (kind, is_inferred) = match (last.custody, now.custody) {
        (Custody::Chain, Custody::Chain) | (Custody::Account, Custody::Account) => return None,
        (Custody::Market, Custody::Market) if last.source == now.source => return None,
        (Custody::Chain, _) => (StepKind::Returned, true),
        (_, Custody::Chain) => (StepKind::Exported, true),
        _ => (StepKind::Moved, true),
    };
    Some(Step {
        is_inferred,
        at_us: now.key.at_us,
        before: Some(last.position),
        custody: Some(now.custody),
        price: None,
        ..Step::of(kind, logged)
    })
}

#[cfg(test)]
mod tests;
