//! A page of open listings, auctions or offers. All its sightings hold as of the start of the scan, less the stated skew: a market's own
//! time inside the skew wins, and a page that still shows what was just sold reopens nothing.

use domain::{Cause, Deal, GiftId, LotDetails, LotId, OrderKey, Page, Price, Seen};

use super::{
    Decision, Frame, Known, catalog,
    desk::{Desk, Saying},
    details::{self, Telling},
    held_key, is_one_scan,
    memory::{ScanMemory, SeenLot},
    sighting_key,
    subject::{Subject, What},
};

/// Decides a page of a scan. `known` and `memory` take it in; a page that is given twice says nothing the second time.
pub fn decide_scan_page(known: &mut Known, memory: &mut ScanMemory, frame: &Frame, page: &Page) -> Decision {
    let mut desk = Desk::new(known, frame);
    let scope = memory.scope.clone();
    for sighting in &page.sightings {
        match &sighting.seen {
            Seen::Open { lot, gift, price, details } => {
                let subject = Subject { id: lot, scope: &scope, what: What::of(gift, details) };
                Open { subject, price, details, path: &sighting.path }.decide(&mut desk, memory);
            }
            Seen::Offered { offer, target, price, details } => {
                let subject = Subject { id: offer, scope: &scope, what: What::Offer(target) };
                Open { subject, price, details, path: &sighting.path }.decide(&mut desk, memory);
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
    let subject = Subject { id, scope: &memory.scope, what: What::Listing(gift) };
    let is_late = details::is_late(&desk.lot(id), key, desk.scan_end(&memory.scope), None, &subject);
    let telling = Telling {
        subject,
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
    subject: Subject<'a>,
    price: &'a Price,
    details: &'a LotDetails,
    path: &'a str,
}

impl Open<'_> {
    fn decide(&self, desk: &mut Desk<'_>, memory: &mut ScanMemory) {
        let frame = desk.frame;
        let key =
            sighting_key(&self.subject, self.price, memory.started_us, memory.skew_us, frame.started_us);
        let events_before = desk.events();
        let before = desk.standing(&self.subject);
        let is_late = details::is_late(&before, key, desk.scan_end(&memory.scope), None, &self.subject);
        let is_first_bid = self.is_first_bid(desk);
        let seen = SeenLot {
            key,
            price: self.price.clone(),
            evidence: desk.evidence(self.path),
            observed_us: frame.received_us,
        };
        let is_first = memory.take(self.subject.what.deal(), self.subject.id, seen);
        // Before the ask, so that no listing ever stands without what the same page says of its gift.
        let telling = Telling {
            subject: self.subject,
            key,
            observed_us: frame.received_us,
            cause: Cause::Scan,
            evidence: desk.evidence(self.path),
            details: self.details,
        };
        details::tell(desk, telling, is_late);
        if is_first {
            self.decide_ask(desk, memory, key, is_first_bid);
        }
        if desk.events() == events_before {
            desk.unchanged();
        }
    }

    /// Whether the page shows a bid in an auction of which it was told that nobody has bid: the first bid may be just the price known.
    fn is_first_bid(&self, desk: &Desk<'_>) -> bool {
        let has_bid = |terms: &domain::AuctionTerms| terms.has_bid();
        let told = self.details.auction.as_deref().and_then(has_bid);
        let lot = desk.lot(self.subject.id);
        let held = lot.auction.and_then(|auction| auction.told).and_then(|told| told.value.auction);
        let held = held.as_deref().and_then(has_bid);
        self.details.auction.is_some() && told == Some(true) && held == Some(false)
    }

    fn decide_ask(&self, desk: &mut Desk<'_>, memory: &ScanMemory, key: OrderKey, is_first_bid: bool) {
        let lot = desk.standing(&self.subject);
        let is_after = |held: Option<OrderKey>| held.is_some_and(|held| held >= key);
        if is_after(lot.ask.as_ref().map(|ask| ask.key)) {
            return;
        }
        if is_after(lot.ended.as_ref().map(|ended| ended.key)) {
            // That the lot was an auction at all is told by nothing else: a sale that is known already says only that the lot was sold.
            if self.subject.what.deal() == Deal::Auction && lot.ask.is_none() {
                self.say(desk, key, None);
            }
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
                self.say(desk, key, None);
                if desk.standing(&self.subject).open_price().is_some() {
                    self.say_absent(desk, memory, end);
                }
            }
            (None, Some(price)) if price == self.price && !is_first_bid => {}
            (None, open) => {
                let before = open.cloned();
                self.say(desk, key, before);
            }
        }
    }

    /// Opened, or re-priced where another price was known.
    fn say(&self, desk: &mut Desk<'_>, key: OrderKey, before: Option<Price>) {
        let fact = match before {
            Some(before) => self.subject.repriced(self.price.clone(), before, self.details),
            None => self.subject.opened(self.price.clone()),
        };
        let saying = Saying {
            key,
            observed_us: desk.frame.received_us,
            cause: Cause::Scan,
            evidence: Some(desk.evidence(self.path)),
            corrects: None,
            source_id: None,
        };
        desk.emit(self.subject.what.gift(), fact, saying);
    }

    fn say_absent(&self, desk: &mut Desk<'_>, memory: &ScanMemory, end: OrderKey) {
        let fact = self.subject.unseen();
        let saying = Saying {
            key: end,
            observed_us: end.at_us + memory.skew_us,
            cause: Cause::Absence,
            evidence: None,
            corrects: None,
            source_id: None,
        };
        desk.emit(self.subject.what.gift(), fact, saying);
    }
}
