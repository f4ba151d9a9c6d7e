//! What a market's feed or history says happened. Each happening is logged once, by its own id; one that comes late must not hide what a
//! later look at the scope found, so that is written down behind it.

use std::collections::{BTreeMap, HashSet};

use domain::{
    Cause, Deal, Fact, Finality, GiftId, Happening, Lot, LotDetails, LotId, LotState, OrderKey, Page, Seen,
    event::DelistReason, order_key::KeyRank, sighting::ScopeId,
};

use super::{
    Decision, Frame, Known, catalog,
    desk::{Desk, Saying},
    details::{self, Telling},
    implied::Implied,
    memory::ScanMemory,
    subject::{Subject, What},
};

/// Decides a page of happenings. `active` is the scan in progress, if there is one; `cause` is [`Cause::Feed`] or [`Cause::History`].
pub fn decide_feed_page(
    known: &mut Known,
    active: Option<&ScanMemory>,
    frame: &Frame,
    cause: Cause,
    page: &Page,
) -> Decision {
    let mut desk = Desk::new(known, frame);
    if page.is_final {
        desk.happened = Finality::Finalized;
    }
    let mut told: Vec<Told<'_>> =
        page.sightings.iter().filter_map(|seen| Told::of(&seen.seen, &seen.path)).collect();
    told.sort_by(|a, b| (a.key, a.source_id).cmp(&(b.key, b.source_id)));
    let mut looks = BTreeMap::new();
    let mut taken = HashSet::new();
    for told in &told {
        if desk.known.logged.contains(told.source_id) || !taken.insert(told.source_id) {
            desk.unchanged();
            continue;
        }
        for deal in [Deal::Listing, Deal::Auction] {
            let look = looks.entry((told.id, deal)).or_insert_with(|| Look::at(&desk, told, deal, active));
            if let Some(look) = look {
                look.hides_holder |= look.is_after(told.key) && told.speaks_of_holder();
            }
        }
        let listing = told.subject(told.scope);
        let memory = active.filter(|memory| memory.scope == *told.scope);
        let before = looks.get(&(told.id, Deal::Listing)).and_then(Option::as_ref).map(|look| &look.before);
        let is_late = before.is_some_and(|before| {
            details::is_late(before, told.key, desk.scan_end(told.scope), memory, &listing)
        });
        told.decide(&mut desk, is_late, cause);
    }
    for ((id, _), look) in looks {
        if let Some(look) = look {
            look.restate(&mut desk, id);
        }
    }
    for seen in &page.sightings {
        catalog::decide(&mut desk, &seen.seen, &seen.path);
    }
    let decision = desk.into_decision();
    known.logged.extend(taken.into_iter().map(str::to_owned));
    decision
}

/// How a lot's scope was found by the latest look at it, before the page.
struct Look<'a> {
    scope: ScopeId,
    what: What<'a>,
    /// The lot before the page, as what it is looked at.
    before: Lot,
    implied: Option<Implied>,
    /// Whether a fact of the page that is older than the look speaks of the gift's holder.
    hides_holder: bool,
}

impl<'a> Look<'a> {
    /// The lot as a listing, or as an auction if it ever was one.
    fn at(desk: &Desk<'_>, told: &Told<'a>, deal: Deal, active: Option<&ScanMemory>) -> Option<Self> {
        let (scope, what) = match deal {
            Deal::Listing | Deal::Offer => (told.scope.clone(), What::Listing(told.gift)),
            Deal::Auction => {
                let auction = desk.known.lots.get(told.id)?.auction.as_deref()?;
                (auction.scope.clone()?, What::Auction(told.gift))
            }
        };
        let subject = Subject { id: told.id, scope: &scope, what };
        let before = desk.standing(&subject);
        let active = active.filter(|memory| memory.scope == scope);
        let implied = Implied::of(&before, desk.scan_end(&scope), active, &subject, desk.frame.skew_us);
        Some(Self { scope, what, before, implied, hides_holder: false })
    }

    fn is_after(&self, key: OrderKey) -> bool {
        self.implied.as_ref().is_some_and(|implied| implied.key() > key)
    }

    fn restate(self, desk: &mut Desk<'_>, id: &LotId) {
        let Some(implied) = self.implied else { return };
        let subject = Subject { id, scope: &self.scope, what: self.what };
        let holder_at = match &implied {
            Implied::Open { key, observed_us, evidence, .. } if self.hides_holder => {
                Some((*key, *observed_us, evidence.is_none()))
            }
            _ => None,
        };
        implied.restate(desk, &subject);
        if let Some((key, observed_us, has_completed)) = holder_at {
            details::restate(desk, &subject, (key, observed_us), has_completed);
        }
    }
}

/// A happening with its fact and its key.
struct Told<'a> {
    source_id: &'a str,
    path: &'a str,
    id: &'a LotId,
    scope: &'a ScopeId,
    gift: &'a GiftId,
    what: &'a Happening,
    details: Option<&'a LotDetails>,
    key: OrderKey,
}

impl<'a> Told<'a> {
    fn of(seen: &'a Seen, path: &'a str) -> Option<Self> {
        let Seen::Happened { source_id, at_us, lot, scope, gift, what, details } = seen else { return None };
        let key = OrderKey::market(*at_us, happening_fact(what, lot, scope).tie());
        Some(Self { source_id, path, id: lot, scope, gift, what, details: details.as_ref(), key })
    }

    /// The lot as a listing of this scope.
    fn subject<'b>(&'b self, scope: &'b ScopeId) -> Subject<'b> {
        Subject { id: self.id, scope, what: What::Listing(self.gift) }
    }

    fn decide(&self, desk: &mut Desk<'_>, is_late: bool, cause: Cause) {
        let before = desk.lot(self.id);
        let mut fact = happening_fact(self.what, self.id, self.scope);
        if let Fact::Repriced { before: told_before, .. } = &mut fact {
            *told_before = before.open_price().cloned();
        }
        // Not part of the key, so that a source which begins to tell it tells no other happening.
        if let Fact::Sold { of_market, .. } = &mut fact {
            *of_market = self.details.and_then(|details| details.of_market.clone());
        }
        let saying = Saying {
            key: self.key,
            observed_us: desk.frame.received_us,
            cause,
            evidence: Some(desk.evidence(self.path)),
            corrects: self.corrects(&before),
            source_id: Some(self.source_id.to_owned()),
        };
        desk.emit(Some(self.gift), fact, saying);
        if let Some(told) = self.details {
            let telling = Telling {
                subject: self.subject(self.scope),
                key: self.key,
                observed_us: desk.frame.received_us,
                cause,
                evidence: desk.evidence(self.path),
                details: told,
            };
            details::tell(desk, telling, is_late);
        }
    }

    /// Position of the event that inferred what this happening now proves: an absence that was a sale or a cancellation, an ask that a
    /// page showed before the feed told its time.
    fn corrects(&self, before: &Lot) -> Option<i64> {
        match self.what {
            Happening::Delisted => self.vanished(before),
            Happening::AuctionCancelled => self.vanished(&before.standing(Deal::Auction)),
            Happening::Sold { .. } => {
                self.vanished(&before.standing(Deal::Auction)).or_else(|| self.vanished(before))
            }
            Happening::Listed { price } | Happening::Repriced { price } => {
                let ask = before.ask.as_ref()?;
                let is_inferred = ask.key.rank == KeyRank::Scan && ask.value == *price;
                let is_this_time = before.ended.as_ref().is_none_or(|ended| ended.key < self.key);
                (is_inferred && is_this_time).then_some(ask.position)
            }
            Happening::Transferred { .. } | Happening::Exported { .. } => None,
        }
    }

    /// Position of the absence that this end explains.
    fn vanished(&self, before: &Lot) -> Option<i64> {
        let ask = before.ask.as_ref()?;
        let explains = before.state() == LotState::Vanished && self.key > ask.key;
        before.unseen.as_ref().filter(|_| explains).map(|unseen| unseen.position)
    }

    fn speaks_of_holder(&self) -> bool {
        matches!(
            self.what,
            Happening::Sold { buyer: Some(_), .. }
                | Happening::Transferred { to: Some(_), .. }
                | Happening::Exported { .. }
        )
    }
}

/// The fact of a happening, without what was known before.
#[must_use]
pub fn happening_fact(what: &Happening, lot: &LotId, scope: &ScopeId) -> Fact {
    let (lot, scope) = (lot.clone(), scope.clone());
    match what.clone() {
        Happening::Listed { price } => Fact::Listed { lot, scope, price },
        Happening::Repriced { price } => Fact::Repriced { lot, scope, price, before: None },
        Happening::Delisted => Fact::Delisted { lot, scope, reason: DelistReason::Cancelled },
        Happening::AuctionCancelled => Fact::AuctionEnded { lot, scope, reason: DelistReason::Cancelled },
        Happening::Sold { price, seller, buyer, transaction } => {
            Fact::Sold { lot, scope, price, seller, buyer, transaction, of_market: None }
        }
        Happening::Transferred { from, to } => Fact::GiftTransferred { from, to },
        Happening::Exported { address } => Fact::Exported { address },
    }
}
