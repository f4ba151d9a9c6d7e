//! A scan in progress: its memory, its pages as evidence, and its end.

use std::{collections::HashSet, time::Instant};

use domain::{
    Deal, EvidenceHash, Exchange, Fact, Page, RequestRecord,
    event::DelistReason,
    ports::{Scope, Step},
    sighting::ScopeId,
};
use store::{
    Mark,
    evidence::{self, Packed},
    known,
};

use super::{Failure, Request, Worker, pages::Taken, signed};
use crate::{
    agenda::Errand,
    decide::{
        Frame, Known, ScanMemory,
        absence::{OpenLot, decide_absence},
        scan::decide_scan_page,
    },
    intake::IntakeFault,
    observe,
};

/// Pages of one scan that are kept for its manifest, compressed, in bytes. Beyond it the manifest still names every page.
const KEPT_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Most pages one scan may have; a walk that is longer goes in a circle.
const PAGES_MAX: usize = 20_000;
/// One page counts for at most so many events in its collection's heat.
const SURPRISES_MAX: u32 = 4;
/// A scan that would end at least so many lots, and more than half of those open, is made again before it is believed; so is one that shows
/// none at all.
const DOUBTFUL_LOTS: usize = 20;

/// A scan in progress.
#[derive(Debug)]
pub(super) struct ActiveScan {
    pub(super) scope: Scope,
    pub(super) cursor: Option<String>,
    /// Faults of the page that is asked for now.
    pub(super) tries: u32,
    memory: ScanMemory,
    pages: Vec<EvidenceHash>,
    kept: Vec<Packed>,
    kept_bytes: usize,
    cursors: HashSet<String>,
    began: Instant,
    began_ms: i64,
}

impl ActiveScan {
    fn begin(scope: Scope, first: &Exchange, skew_us: i64, began_ms: i64) -> Self {
        let memory = ScanMemory::begin(scope.id.clone(), first.started_at_us, skew_us);
        Self {
            scope,
            cursor: None,
            tries: 0,
            memory,
            pages: Vec::new(),
            kept: Vec::new(),
            kept_bytes: 0,
            cursors: HashSet::new(),
            began: Instant::now(),
            began_ms,
        }
    }

    pub(super) fn memory(&self) -> &ScanMemory {
        &self.memory
    }

    fn keep(&mut self, packed: &Packed) {
        self.pages.push(packed.hash);
        if self.kept_bytes + packed.body.len() <= KEPT_BYTES_MAX {
            self.kept_bytes += packed.body.len();
            self.kept.push(packed.clone());
        }
    }

    /// Goes on to the next page; `false` when that page was asked for already.
    fn go_on(&mut self, cursor: String) -> bool {
        self.tries = 0;
        self.cursor = Some(cursor.clone());
        self.pages.len() < PAGES_MAX && self.cursors.insert(cursor)
    }
}

impl Worker {
    /// Takes a page of a scan: the first one begins it, the last one ends it.
    pub(super) async fn take_scan_page(
        &mut self,
        request: Request,
        exchange: &Exchange,
        page: &Page,
    ) -> Result<(), Failure> {
        let domain::ports::Want::Scan(scope) = &request.want else { return Ok(()) };
        if matches!(request.errand, Errand::ScanBegin(_)) {
            let began_ms = signed(self.now_ms());
            self.active = Some(ActiveScan::begin(scope.clone(), exchange, self.pace.skew_us, began_ms));
            self.agenda.scan_begun();
        }
        let Some(mut active) = self.active.take() else { return Ok(()) };
        let packed =
            evidence::pack(self.market.as_str(), &exchange.evidence_bytes()).map_err(IntakeFault::from)?;
        active.keep(&packed);
        let mut known = self.intake.known(&self.market, &[page], &self.state.scans).await?;
        let frame = Frame { evidence: packed.hash, ..Frame::of(exchange, self.pace.skew_us) };
        let decision = decide_scan_page(&mut known, &mut active.memory, &frame, page);
        if self.state.scans.contains_key(&active.scope.id) && !decision.is_empty() {
            // News that no feed told: this collection is hotter than it seemed.
            let events = u32::try_from(decision.events.len()).unwrap_or(SURPRISES_MAX).min(SURPRISES_MAX);
            self.agenda.warm(&active.scope.collection.slug, events, signed(self.now_ms()));
        }
        let step = self.source.step(&request.want, request.cursor.as_deref(), page);
        let told = Taken { decision, evidence: vec![packed], ..Taken::default() };
        match step {
            Step::Continue(cursor) => {
                self.commit_page(&request, exchange, page, told).await?;
                let is_new = active.go_on(cursor);
                self.active = Some(active);
                if !is_new {
                    self.abandon_scan("circle");
                }
                Ok(())
            }
            Step::Gap(_) => {
                self.commit_page(&request, exchange, page, told).await?;
                self.active = Some(active);
                self.abandon_scan("gap");
                Ok(())
            }
            Step::Done(_) => self.end_scan(active, &request, exchange, page, told).await,
        }
    }

    /// Commits the last page of a scan together with what the whole scan did not show.
    async fn end_scan(
        &mut self,
        active: ActiveScan,
        request: &Request,
        last: &Exchange,
        page: &Page,
        mut told: Taken,
    ) -> Result<(), Failure> {
        let scope = &active.memory.scope;
        let open = self.open_of(scope).await?;
        let open_before = open.len();
        let manifest = manifest(&active, last);
        let packed =
            evidence::pack(self.market.as_str(), &manifest.evidence_bytes()).map_err(IntakeFault::from)?;
        let frame = Frame { evidence: packed.hash, ..Frame::of(&manifest, self.pace.skew_us) };
        let mut known = Known { scans: self.state.scans.clone(), ..Known::default() };
        let absence = decide_absence(&mut known, &active.memory, &frame, open, packed.hash);
        let vanished = absence.events.iter().filter(|event| is_absence(&event.fact)).count();
        // Nothing at all is what a wrong name, a null list or a lost filter shows too, whatever the number that was open.
        let is_empty = active.memory.lots() == 0 && vanished > 0;
        let is_doubtful = is_empty || (vanished >= DOUBTFUL_LOTS && vanished * 2 > open_before);
        let (lots, lasted) = (active.memory.lots(), active.began.elapsed());
        if is_doubtful && self.told.doubted.insert(scope.clone()) {
            tracing::warn!(
                market.id = %self.market, scope.id = %scope, vanished, open_before,
                "a scan misses all or more than half of the listings that were open; it is made again before it is believed"
            );
            self.commit_page(request, last, page, told).await?;
            observe::scan_ended(&self.market, scope, "doubted", lots, lasted);
            self.agenda.scan_abandoned(&active.scope, signed(self.now_ms()));
            return Ok(());
        }
        told.decision.append(absence);
        if vanished > 0 {
            told.evidence.push(packed);
            told.attached = active.kept;
        }
        told.marks.push(Mark::Scan {
            market: self.market.clone(),
            scope: scope.clone(),
            slug: scope.shows_listings().then(|| active.scope.collection.slug.clone()),
            started_us: active.memory.started_us,
            completed_us: last.received_at_us,
            seen: i64::try_from(active.memory.listings()).unwrap_or(i64::MAX),
        });
        self.commit_page(request, last, page, told).await?;
        observe::scan_ended(&self.market, scope, "complete", lots, lasted);
        self.told.doubted.remove(scope);
        self.state.scans.insert(scope.clone(), active.memory.end());
        self.agenda.scan_done(&active.scope, active.began_ms);
        self.say_standing().await;
        Ok(())
    }

    /// Everything that stands open in a scope as far as known.
    async fn open_of(&self, scope: &ScopeId) -> Result<Vec<OpenLot>, IntakeFault> {
        let pool = self.intake.pool();
        let mut open = Vec::new();
        let of_gifts = [
            (Deal::Listing, known::open_lots(pool, &self.market, scope).await?),
            (Deal::Auction, known::open_auctions(pool, &self.market, scope).await?),
        ];
        for (deal, lots) in of_gifts {
            open.extend(lots.into_iter().map(|(id, known)| OpenLot {
                deal,
                id,
                gift: Some(known.gift),
                lot: known.lot,
            }));
        }
        for (id, lot) in known::open_offers(pool, &self.market, scope).await? {
            let gift = lot.target.as_ref().and_then(|target| target.gift().cloned());
            open.push(OpenLot { deal: Deal::Offer, id, gift, lot });
        }
        Ok(open)
    }

    /// Gives the scan in progress up; what its pages showed stays, what they did not show says nothing.
    pub(super) fn abandon_scan(&mut self, outcome: &'static str) {
        let Some(active) = self.active.take() else { return };
        observe::scan_ended(
            &self.market,
            &active.scope.id,
            outcome,
            active.memory.lots(),
            active.began.elapsed(),
        );
        let rest_ms = self.pace.scaled_ms(super::faults::SCOPE_REST_MS);
        self.agenda.scan_abandoned(&active.scope, signed(self.now_ms().saturating_add(rest_ms)));
    }
}

fn is_absence(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::Delisted { reason: DelistReason::Unseen, .. }
            | Fact::AuctionEnded { reason: DelistReason::Unseen, .. }
            | Fact::OfferEnded { reason: DelistReason::Unseen, .. }
    )
}

/// The evidence of an absence: the scope and the pages of its scan, in order. Each page is evidence of its own.
fn manifest(active: &ActiveScan, last: &Exchange) -> Exchange {
    let pages: Vec<String> = active.pages.iter().map(ToString::to_string).collect();
    Exchange {
        market: last.market.clone(),
        request: RequestRecord { method: "SCAN".into(), target: active.memory.scope.to_string(), body: None },
        status: 200,
        body: serde_json::to_vec(&pages).unwrap_or_default(),
        started_at_us: active.memory.started_us,
        received_at_us: last.received_at_us,
        origin: last.origin,
    }
}
