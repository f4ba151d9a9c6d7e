//! The sighting at the event's place on its page: does it say what the event says?

use adapters::Reader;
use adapters::rates::RateRegistration;
use domain::order_key::KeyRank;
use domain::{
    EvidenceRef, Exchange, Fact, Finality, Happening, LotDetails, LotId, OrderKey, Page, Price, Seen,
    sighting::ScopeId,
};
use indexer::decide::{
    feed::happening_fact,
    held_key, sighting_key,
    subject::{Subject, What as Standing},
};

use super::{Case, Checks, Finding, recompute};

const READABLE: &str = "the evidence can be read";
const PLACE: &str = "something stands at the event's place";

/// A listing, an auction, an offer or a happening, as the page has it.
struct Found<'a> {
    standing: Standing<'a>,
    lot: &'a LotId,
    scope: ScopeId,
    details: Option<&'a LotDetails>,
    what: What<'a>,
}

enum What<'a> {
    Open(&'a Price),
    /// Shown, and not for sale.
    Held,
    Happened {
        at_us: i64,
        source_id: &'a str,
        what: &'a Happening,
    },
}

impl Case<'_> {
    pub(super) fn judge_place(
        &self,
        reader: &dyn Reader,
        evidence: &EvidenceRef,
        exchange: &Exchange,
        checks: &mut Checks,
    ) {
        let page = match reader.read(exchange) {
            Ok(page) => page,
            Err(fault) => return checks.require(READABLE, false, fault.to_string()),
        };
        checks.require(READABLE, true, "");
        if self.event().source_id.is_some() {
            let told = if page.is_final { Finality::Finalized } else { Finality::Confirmed };
            checks.compare("finality", self.event().finality, told);
        }
        let here: Vec<&Seen> =
            page.sightings.iter().filter(|one| one.path == evidence.path).map(|one| &one.seen).collect();
        let is_catalog =
            matches!(self.event().fact, Fact::CollectionSeen { .. } | Fact::AttributeSeen { .. });
        if is_catalog {
            self.judge_catalog(&here, evidence, checks);
        } else if let Some(found) = here.iter().find_map(|seen| Found::of(seen, reader)) {
            checks.require(PLACE, true, evidence.path.clone());
            self.judge_found(&found, checks);
            self.judge_whole(&page, &found.scope, checks);
        } else {
            checks.require(PLACE, false, format!("no listing or happening stands at `{}`", evidence.path));
        }
    }

    fn judge_catalog(&self, here: &[&Seen], evidence: &EvidenceRef, checks: &mut Checks) {
        let facts = here.iter().filter_map(|seen| catalog_fact(seen));
        let mut facts: Vec<Fact> = facts.collect();
        // One entry of a page may tell of a collection and of attributes: the one of the event's kind is meant.
        facts.sort_by_key(|fact| (fact != &self.event().fact, fact.kind() != self.event().fact.kind()));
        match facts.first() {
            Some(fact) => {
                checks.require(PLACE, true, evidence.path.clone());
                checks.compare("what was seen", &self.event().fact, fact);
                self.judge_scan_key(self.event().fact.tie(), checks);
            }
            None => checks.require(
                PLACE,
                false,
                format!("no collection or attribute stands at `{}`", evidence.path),
            ),
        }
    }

    fn judge_found(&self, found: &Found<'_>, checks: &mut Checks) {
        let event = self.event();
        checks.compare("gift", &event.gift, found.standing.gift());
        match (event.fact.lot(), event.fact.offer(), found.standing) {
            (Some((lot, scope)), _, Standing::Listing(_) | Standing::Auction(_)) => {
                checks.compare("lot", lot, found.lot);
                checks.compare("scope", scope, &found.scope);
                if matches!(found.what, What::Open(_)) {
                    let is_auction = matches!(found.standing, Standing::Auction(_));
                    checks.compare("whether it is an auction", event.fact.is_of_auction(), is_auction);
                }
            }
            (_, Some((offer, scope, target)), Standing::Offer(told)) => {
                checks.compare("offer", offer, found.lot);
                checks.compare("scope", scope, &found.scope);
                checks.compare("what it is for", target, told);
            }
            (None, None, _) => {}
            _ => {
                checks.require("an offer's event comes from an offer", false, "the page shows something else")
            }
        }
        if let (Fact::BidPlaced { bidder, .. }, Some(details)) = (&event.fact, found.details) {
            let last = details.auction.as_deref().and_then(|terms| terms.last_bid.as_ref());
            checks.compare("bidder", bidder, last.and_then(|bid| bid.bidder.clone()));
        }
        match (&event.fact, &found.what) {
            (Fact::MetadataSeen { details, .. } | Fact::OfferSeen { details, .. }, _) => {
                checks.compare("details", Some(details), found.details);
            }
            (fact, What::Held) => {
                let told = "the page shows the gift as not for sale";
                checks.require(
                    "what was seen",
                    false,
                    format!("{told}, the event says `{}`", fact.kind().as_str()),
                );
            }
            (fact, What::Open(price)) => {
                checks.compare("price", fact.price(), Some(price));
            }
            // An ask that still holds is restated by the page or the happening that told of it.
            (fact @ Fact::StillListed { .. }, What::Happened { what, .. }) => {
                checks.compare("price", fact.price(), happening_fact(what, found.lot, &found.scope).price());
            }
            (fact, What::Happened { what, .. }) => {
                let told = happening_fact(what, found.lot, &found.scope);
                checks.compare("what happened", fact.without_before(), told);
            }
        }
        self.judge_key(found, checks);
    }

    fn judge_key(&self, found: &Found<'_>, checks: &mut Checks) {
        let event = self.event();
        match (&found.what, event.key.rank) {
            (What::Happened { at_us, source_id, what }, KeyRank::Market) => {
                let tie = happening_fact(what, found.lot, &found.scope).tie();
                checks.compare("time and order key", event.key, OrderKey::market(*at_us, tie));
                if !matches!(event.fact, Fact::MetadataSeen { .. }) {
                    checks.compare("the market's own id of it", event.source_id.as_deref(), Some(*source_id));
                }
            }
            (What::Open(price), KeyRank::Scan) => {
                let subject = Subject { id: found.lot, scope: &found.scope, what: found.standing };
                let tie = sighting_key(&subject, price, 0, 0, 0).tie;
                self.judge_scan_key(tie, checks);
            }
            (What::Held, KeyRank::Scan) if !is_scan_end(event.key) => {
                let details = found.details.cloned().unwrap_or_default();
                self.judge_scan_key(held_key(found.lot, &found.scope, &details, 0, 0, 0).tie, checks);
            }
            (_, KeyRank::Scan) if is_scan_end(event.key) => self.judge_scan_key(event.key.tie, checks),
            _ => checks.require(
                "time and order key",
                false,
                "the key is not of the kind that this evidence gives: a happening has the market's time, a listing its scan's",
            ),
        }
    }

    /// The times of a scan are on the database's clock, which no evidence tells; their order and the tie-break are checked.
    pub(super) fn judge_scan_key(&self, tie: u32, checks: &mut Checks) {
        const KEY: &str = "time and order key";
        let (key, seen_at_us) = (self.event().key, self.event().observed_at_us);
        if is_scan_end(key) {
            let note = "The key is the end of a completed scan that saw the same; its time is on the database's clock.";
            return checks.note(KEY, Finding::Stated, note);
        }
        checks.compare("tie-break of the order key", key.tie, tie);
        let is_in_order = key.at_us <= key.seen_us && key.seen_us <= seen_at_us;
        checks.require("the scan began before the request, the request before the answer", is_in_order, "");
        checks.note(KEY, Finding::Stated, "The times of a scan are on the database's clock.");
    }

    fn judge_whole(&self, page: &Page, scope: &ScopeId, checks: &mut Checks) {
        const WHOLE: &str = "the rules give the same event";
        match recompute::recompute(self.logged, &self.file.earlier, page, scope) {
            Some(true) if self.file.earlier_is_whole => checks.require(WHOLE, true, ""),
            _ => checks.note(
                WHOLE,
                Finding::Stated,
                "What was known before, and which scans were complete, is not all in this file; `before`, `corrects` \
                 and why the event was worth writing stay the log's word.",
            ),
        }
    }

    pub(super) fn judge_rate(
        &self,
        source: &RateRegistration,
        evidence: &EvidenceRef,
        exchange: &Exchange,
        checks: &mut Checks,
    ) {
        let page = match (source.read)(exchange) {
            Ok(page) => page,
            Err(fault) => return checks.require(READABLE, false, fault.to_string()),
        };
        checks.require(READABLE, true, "");
        match page.rates.iter().find(|rate| rate.path == evidence.path) {
            Some(rate) => {
                checks.require(PLACE, true, evidence.path.clone());
                let fact = Fact::RateObserved {
                    base: rate.base.clone(),
                    rate_micros: rate.rate_micros,
                    quote: rate.quote.clone(),
                };
                checks.compare("rate", &self.event().fact, fact);
                checks.note("time", Finding::Stated, "The time is on the database's clock.");
            }
            None => checks.require(PLACE, false, format!("no rate stands at `{}`", evidence.path)),
        }
    }
}

impl<'a> Found<'a> {
    fn of(seen: &'a Seen, reader: &dyn Reader) -> Option<Self> {
        let scope = reader.scope_of(seen)?;
        match seen {
            Seen::Open { lot, gift, price, details } => {
                let standing = Standing::of(gift, details);
                Some(Self { standing, lot, scope, details: Some(details), what: What::Open(price) })
            }
            Seen::Offered { offer, target, price, details } => {
                let standing = Standing::Offer(target);
                Some(Self { standing, lot: offer, scope, details: Some(details), what: What::Open(price) })
            }
            Seen::Held { lot, gift, details } => {
                let standing = Standing::Listing(gift);
                Some(Self { standing, lot, scope, details: Some(details), what: What::Held })
            }
            Seen::Happened { source_id, at_us, lot, gift, what, details, scope: _ } => {
                let what = What::Happened { at_us: *at_us, source_id, what };
                let standing = Standing::Listing(gift);
                Some(Self { standing, lot, scope, details: details.as_ref(), what })
            }
            Seen::Collection { .. } | Seen::Attribute { .. } => None,
        }
    }
}

fn catalog_fact(seen: &Seen) -> Option<Fact> {
    match seen.clone() {
        Seen::Collection { slug, title, address, image_url } => {
            Some(Fact::CollectionSeen { slug, title, address, image_url })
        }
        Seen::Attribute { slug, kind, name, rarity } => {
            Some(Fact::AttributeSeen { slug, attribute: kind, name, rarity })
        }
        Seen::Open { .. } | Seen::Offered { .. } | Seen::Held { .. } | Seen::Happened { .. } => None,
    }
}

fn is_scan_end(key: OrderKey) -> bool {
    key.rank == KeyRank::Scan && key.seen_us == i64::MAX && key.tie == u32::MAX
}
