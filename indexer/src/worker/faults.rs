//! What a worker does about faults: wait, open the circuit, quarantine, give one thing up. Never an absence, never an end.

use domain::{Exchange, Malformed, Origin, RequestRecord, SourceFault, ports::Want};
use store::evidence;

use super::{Request, Worker, signed};
use crate::{
    agenda::Errand,
    backoff::Backoff,
    circuit::Circuit,
    decide::{Decision, watch},
    intake::IntakeFault,
    notice::Notice,
    observe,
};

/// Between tries while the circuit is closed; milliseconds of the outside world.
const RETRY: Backoff = Backoff { first_ms: 1_000, most_ms: 30_000 };
/// How long the circuit stays open; alike.
const OPEN: Backoff = Backoff { first_ms: 20_000, most_ms: 600_000 };
/// How long a refusal keeps it open; alike.
const REFUSED: Backoff = Backoff { first_ms: 120_000, most_ms: 1_800_000 };
/// Between probes of a quarantined market; alike.
const PROBE: Backoff = Backoff { first_ms: 10_000, most_ms: 600_000 };
/// While the database is away; milliseconds as they are.
pub(super) const STORE_BACKOFF: Backoff = Backoff { first_ms: 200, most_ms: 10_000 };
/// A scope whose scan broke off rests; milliseconds of the outside world.
pub(super) const SCOPE_REST_MS: u64 = 30_000;
/// A scope whose first page could not be had rests; alike.
const FIRST_PAGE_REST_MS: u64 = 5_000;
/// A feed that is not told even from its newest page rests; alike. Its scans go on, so that little is lost by asking seldom.
const FEED_REST_MS: u64 = 300_000;
/// Tries for one page of a scan before the scan breaks off.
const PAGE_TRIES: u32 = 8;

/// A market whose pages cannot be read.
#[derive(Debug, Clone)]
pub(super) struct Quarantine {
    /// What could not be read, and is asked for again as the probe.
    pub(super) request: Request,
    pub(super) path: String,
    pub(super) why: String,
    pub(super) tries: u32,
}

impl Quarantine {
    pub(super) fn probing(request: Request, (path, why): (String, String)) -> Self {
        Self { request, path, why, tries: 1 }
    }
}

impl Worker {
    /// The market answered something readable: faults are forgotten.
    pub(super) fn answered(&mut self) {
        self.faults_in_a_row = 0;
        self.not_before_ms = 0;
        self.budget.raise();
        observe::share(&self.market, self.budget.share());
        if self.circuit != Circuit::default() {
            self.circuit = self.circuit.succeed();
            observe::circuit(&self.market, self.circuit.as_str());
        }
        self.told.refused = false;
        self.told.last_fault = None;
    }

    /// Bears a fault of the market.
    pub(super) async fn bear(
        &mut self,
        fault: SourceFault,
        page: Option<Box<Exchange>>,
    ) -> Result<(), IntakeFault> {
        let Some(request) = self.told.asked.take() else { return Ok(()) };
        let now_ms = self.now_ms();
        self.faults_in_a_row = self.faults_in_a_row.saturating_add(1);
        self.told.last_fault = Some(match &fault {
            SourceFault::Refused { why, .. } => why.clone(),
            other => other.to_string(),
        });
        self.progress.send_modify(|progress| progress.faults += 1);
        match &fault {
            SourceFault::Retry { .. } => {
                let wait_ms = self.jittered(RETRY, self.faults_in_a_row);
                self.not_before_ms = now_ms.saturating_add(wait_ms);
                self.fail_circuit(now_ms);
                if let Errand::ScanBegin(index) = request.errand {
                    self.rest_scope(index, FIRST_PAGE_REST_MS);
                }
                self.count_page_try();
            }
            SourceFault::RetryAfter { after_ms, .. } => {
                // The market's own number, and a little more, so that not everyone comes back at the same moment.
                let jitter_ms =
                    Backoff { first_ms: (after_ms / 10).max(1), most_ms: 5_000 }.wait_ms(1, &mut self.random);
                self.budget.hold(now_ms, after_ms.saturating_add(jitter_ms));
                self.budget.lower();
                observe::share(&self.market, self.budget.share());
                self.count_page_try();
            }
            SourceFault::Refused { why, mend } => {
                let open_ms = self.jittered(REFUSED, self.faults_in_a_row);
                self.circuit = self.circuit.trip(now_ms, open_ms);
                self.abandon_scan("refused");
                self.tell_refused(why.clone(), mend.clone());
            }
            SourceFault::Malformed(malformed) => {
                self.quarantine(request.clone(), malformed.clone(), page).await?;
            }
            SourceFault::Never { .. } => self.give_up(&request).await?,
        }
        let wait_ms = self.ready_ms(now_ms).saturating_sub(now_ms);
        observe::fault(&self.market, request.walk(), &fault, wait_ms);
        observe::circuit(&self.market, self.circuit.as_str());
        self.say_standing().await;
        Ok(())
    }

    fn fail_circuit(&mut self, now_ms: u64) {
        let (pace, random) = (&self.pace, &mut self.random);
        self.circuit = self.circuit.fail(now_ms, |openings| pace.scaled_ms(OPEN.wait_ms(openings, random)));
    }

    fn jittered(&mut self, backoff: Backoff, faults: u32) -> u64 {
        self.pace.scaled_ms(backoff.wait_ms(faults, &mut self.random))
    }

    /// A page of a scan is asked for so often; then the scan breaks off and other scopes have their turn.
    fn count_page_try(&mut self) {
        let Some(active) = &mut self.active else { return };
        active.tries += 1;
        if active.tries >= PAGE_TRIES {
            self.abandon_scan("broken_off");
        }
    }

    /// Another scope has its turn first.
    fn rest_scope(&mut self, index: usize, rest_ms: u64) {
        let until_ms = self.now_ms().saturating_add(self.pace.scaled_ms(rest_ms));
        if let Some(scope) = self.agenda.scope(index).cloned() {
            self.agenda.scan_abandoned(&scope, signed(until_ms));
        }
    }

    /// What a page shows can never be kept: its walk goes on without it. The operator is told, of each walk once for the same fault.
    pub(super) fn give_page_up(&mut self, exchange: &Exchange, fault: &IntakeFault) -> SourceFault {
        let walk = self.told.asked.as_ref().map_or("", Request::walk);
        let RequestRecord { method, target, body: _ } = &exchange.request;
        let why = format!("what {method} {target} shows cannot be kept: {fault}");
        let fault = fault.to_string();
        if self.told.given_up.insert(walk, fault.clone()).is_none_or(|held| held != fault) {
            self.tell(Notice {
                code: "page_given_up",
                market: Some(self.market.to_string()),
                path: None,
                what: format!("a page of the {walk} was given up: {why}"),
                mend: "the walk goes on without this page; report it, because the adapter lets through what the database refuses".into(),
                at_ms: self.clock.now_us() / 1_000,
            });
        }
        SourceFault::Never { why }
    }

    /// This request can never succeed: its walk goes on without it.
    async fn give_up(&mut self, request: &Request) -> Result<(), IntakeFault> {
        let now_ms = signed(self.now_ms());
        match request.errand {
            Errand::Feed => {
                // A cursor that the market has forgotten: the feed begins from its newest page, and the history tells what lies between.
                let mut rest_ms = self.pace.scaled_ms(FEED_REST_MS);
                if self.state.feed_cursor.is_some() {
                    rest_ms = 0;
                    let anew = self.history_anew();
                    self.intake.commit(Decision::default(), Vec::new(), Vec::new(), anew).await?;
                    self.begin_history();
                }
                self.state.feed_cursor = None;
                self.agenda.feed_paged(now_ms.saturating_add(signed(rest_ms)), false);
            }
            Errand::History => self.agenda.set_history_open(false),
            Errand::Collections => {
                self.state.collections_cursor = None;
                self.agenda.collections_paged(now_ms, false);
            }
            Errand::Attributes => {
                self.state.attributes.pop_front();
                let has_more = !self.state.attributes.is_empty();
                self.agenda.attributes_paged(now_ms, has_more);
            }
            Errand::ScanBegin(_) | Errand::ScanNext => {
                self.abandon_scan("never");
                if let Want::Scan(scope) = &request.want {
                    let rest_ms = self.pace.scaled_ms(SCOPE_REST_MS);
                    self.agenda.scan_abandoned(scope, now_ms.saturating_add(signed(rest_ms)));
                }
            }
            Errand::Wait { .. } => {}
        }
        if let Some(quarantine) = &mut self.quarantine {
            // The probe's place is gone; its walk is probed from the start.
            quarantine.request.cursor = None;
        }
        Ok(())
    }

    async fn quarantine(
        &mut self,
        request: Request,
        fault: Malformed,
        page: Option<Box<Exchange>>,
    ) -> Result<(), IntakeFault> {
        let tries = self.quarantine.as_ref().map_or(1, |held| held.tries.saturating_add(1));
        let why = format!("expected {}, found {}", fault.expected, fault.found);
        let is_new = self.quarantine.as_ref().is_none_or(|held| held.path != fault.path || held.why != why);
        if is_new {
            let origin = page.as_ref().map_or(Origin::Fetched, |page| page.origin);
            let event = watch::quarantined(&fault, page.as_deref(), self.clock.now_us(), origin);
            let evidence = match &page {
                Some(page) => vec![evidence::pack(self.market.as_str(), &page.evidence_bytes())?],
                None => Vec::new(),
            };
            let decision = Decision { events: vec![event], ..Decision::default() };
            self.intake.commit(decision, evidence, Vec::new(), Vec::new()).await?;
        }
        if self.quarantine.is_none() {
            self.tell(Notice {
                code: "market_quarantined",
                market: Some(self.market.to_string()),
                path: Some(fault.path.clone()),
                what: format!("{fault}"),
                mend: "its listings stay and are marked stale; it is probed until its pages can be read again, or the adapter learns the new shape".into(),
                at_ms: self.clock.now_us() / 1_000,
            });
        }
        self.abandon_scan("quarantined");
        let request = match self.quarantine.take() {
            Some(held) => held.request,
            None => request,
        };
        self.quarantine = Some(Quarantine { request, path: fault.path, why, tries });
        let wait_ms = self.jittered(PROBE, tries);
        self.not_before_ms = self.now_ms().saturating_add(wait_ms);
        Ok(())
    }

    /// The probe could be read: the market is released.
    pub(super) async fn release(&mut self) -> Result<(), IntakeFault> {
        let Some(quarantine) = self.quarantine.take() else { return Ok(()) };
        let event = watch::released(self.market.clone(), self.clock.now_us(), Origin::Fetched);
        let decision = Decision { events: vec![event], ..Decision::default() };
        if let Err(fault) = self.intake.commit(decision, Vec::new(), Vec::new(), Vec::new()).await {
            self.quarantine = Some(quarantine);
            return Err(fault);
        }
        self.tell(Notice {
            code: "market_released",
            market: Some(self.market.to_string()),
            path: None,
            what: format!("{}'s pages can be read again", self.source.info().name),
            mend: String::new(),
            at_ms: self.clock.now_us() / 1_000,
        });
        self.say_standing().await;
        Ok(())
    }
}
