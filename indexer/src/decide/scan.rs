//! A page of open listings. All its sightings hold as of the start of the scan, less the stated skew: a market's own time inside the
//! skew wins, and a page that still shows what was just sold reopens nothing.

use domain::{Cause, Fact, GiftId, LotDetails, LotId, OrderKey, Page, Price, Seen, event::DelistReason};

use super::{
    Decision, Frame, Known, catalog,
    desk::{Desk, Saying},
    details::{self, Telling},
    held_key, is_one_scan,
    memory::{ScanMemory, SeenLot},
    sighting_key,
};

/// Decides a page of a scan. `known` and `memory` take it in; a page that is given twice says nothing the second time.
pub fn decide_scan_page(known: &mut Known, memory: &mut ScanMemory, frame: &Frame, page: &Page) -> Decision {
    let mut desk = Desk::new(known, frame);
    for sighting in &page.sightings {
        match &sighting.seen {
            Seen::Open { lot, gift, price, details } => {
                let open = Open { id: lot, gift, price, details, path: &sighting.path };
                open.decide(&mut desk, memory);
            }
            Seen::Held { lot, gift, details } => {
                decide_held(&mut desk, memory, (lot, gift), details, &sighting.path);
            }
            other => catalog::decide(&mut desk, other, &sighting.path),
        }
    }
    desk.into_decision()
}

/// A gift that is shown and not for sale: what its page says of it holds as of the scan. It opens nothing, and whether it ends a listing is
/// the completed scan's to say.
fn decide_held(
    desk: &mut Desk<'_>,
    memory: &ScanMemory,
    (id, gift): (&LotId, &GiftId),
    told: &LotDetails,
    path: &str,
) {
    let frame = desk.frame;
    let key = held_key(id, &memory.scope, told, memory.started_us, memory.skew_us, frame.started_us);
    let is_late = details::is_late(&desk.lot(id), key, desk.scan_end(&memory.scope), None, id);
    let telling = Telling {
        id,
        scope: &memory.scope,
        gift,
        key,
        observed_us: frame.received_us,
        cause: Cause::Scan,
        evidence: desk.evidence(path),
        details: told,
    };
    if !details::tell(desk, telling, is_late) {
        desk.unchanged();
    }
}

struct Open<'a> {
    id: &'a LotId,
    gift: &'a GiftId,
    price: &'a Price,
    details: &'a LotDetails,
    path: &'a str,
}

impl Open<'_> {
    fn decide(&self, desk: &mut Desk<'_>, memory: &mut ScanMemory) {
        let frame = desk.frame;
        let key = sighting_key(
            self.id,
            &memory.scope,
            self.price,
            memory.started_us,
            memory.skew_us,
            frame.started_us,
        );
        let events_before = desk.events();
        let is_late = details::is_late(&desk.lot(self.id), key, desk.scan_end(&memory.scope), None, self.id);
        let seen = SeenLot {
            key,
            price: self.price.clone(),
            evidence: desk.evidence(self.path),
            observed_us: frame.received_us,
        };
        let is_first = memory.take(self.id, seen);
        // Before the ask, so that no listing ever stands without what the same page says of its gift.
        let telling = Telling {
            id: self.id,
            scope: &memory.scope,
            gift: self.gift,
            key,
            observed_us: frame.received_us,
            cause: Cause::Scan,
            evidence: desk.evidence(self.path),
            details: self.details,
        };
        details::tell(desk, telling, is_late);
        if is_first {
            self.decide_ask(desk, memory, key);
        }
        if desk.events() == events_before {
            desk.unchanged();
        }
    }

    fn decide_ask(&self, desk: &mut Desk<'_>, memory: &ScanMemory, key: OrderKey) {
        let lot = desk.lot(self.id);
        let is_after = |held: Option<OrderKey>| held.is_some_and(|held| held >= key);
        if is_after(lot.ask.as_ref().map(|ask| ask.key))
            || is_after(lot.ended.as_ref().map(|ended| ended.key))
        {
            return;
        }
        let end = desk.scan_end(&memory.scope).filter(|end| *end > key);
        if lot.ask.as_ref().is_some_and(|ask| is_one_scan(ask.key, key) && ask.value == *self.price) {
            return;
        }
        match (end, lot.open_price()) {
            // A later scan is complete and saw it open, or nothing written since says otherwise: that scan is the latest ask.
            (Some(_), Some(_)) => {}
            // A later scan is complete and did not show it; whether it was open before tells a sale from a vanishing.
            (Some(end), None) => {
                self.say(desk, memory, key, None);
                if desk.lot(self.id).open_price().is_some() {
                    self.say_absent(desk, memory, end);
                }
            }
            (None, Some(price)) if price == self.price => {}
            (None, open) => {
                let before = open.cloned();
                self.say(desk, memory, key, before);
            }
        }
    }

    /// Listed, or re-priced where another ask was known.
    fn say(&self, desk: &mut Desk<'_>, memory: &ScanMemory, key: OrderKey, before: Option<Price>) {
        let (lot, scope, price) = (self.id.clone(), memory.scope.clone(), self.price.clone());
        let fact = match before {
            Some(before) => Fact::Repriced { lot, scope, price, before: Some(before) },
            None => Fact::Listed { lot, scope, price },
        };
        let saying = Saying {
            key,
            observed_us: desk.frame.received_us,
            cause: Cause::Scan,
            evidence: Some(desk.evidence(self.path)),
            corrects: None,
            source_id: None,
        };
        desk.emit(Some(self.gift), fact, saying);
    }

    fn say_absent(&self, desk: &mut Desk<'_>, memory: &ScanMemory, end: OrderKey) {
        let fact = Fact::Delisted {
            lot: self.id.clone(),
            scope: memory.scope.clone(),
            reason: DelistReason::Unseen,
        };
        let saying = Saying {
            key: end,
            observed_us: end.at_us + memory.skew_us,
            cause: Cause::Absence,
            evidence: None,
            corrects: None,
            source_id: None,
        };
        desk.emit(Some(self.gift), fact, saying);
    }
}
