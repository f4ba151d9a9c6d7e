//! One market's loop: choose an errand, wait for the budget, ask, decide, commit, go on. It never ends by a fault, and it touches no
//! other market's worker.

mod faults;
mod pages;
mod scan;
mod standing;
mod state;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use domain::{
    Exchange, Malformed, MarketId, SourceFault,
    ports::{Clock, MarketSource, Want},
};
use rand::{SeedableRng, rngs::StdRng};
use store::{Ingest, Pool, lease::Lease};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{
    agenda::{Agenda, Errand},
    budget::Budget,
    circuit::Circuit,
    intake::{Intake, IntakeFault},
    notice::Notices,
    observe,
    pace::Pace,
    progress::Progress,
};
use faults::Quarantine;
use scan::ActiveScan;
use standing::Told;
use state::State;

/// What workers share.
#[derive(Clone)]
pub struct Surroundings {
    /// The database.
    pub pool: Pool,
    /// The way into the log.
    pub ingest: Ingest,
    /// The database's clock.
    pub clock: Arc<dyn Clock>,
    /// How fast the world lives.
    pub pace: Pace,
    /// Where an operator hears of what needs him.
    pub notices: Notices,
    /// Seed of the jitter: the same seed waits alike.
    pub seed: u64,
}

/// One market's worker.
pub struct Worker {
    source: Arc<dyn MarketSource>,
    market: MarketId,
    intake: Intake,
    clock: Arc<dyn Clock>,
    pace: Pace,
    notices: Notices,
    stop: CancellationToken,
    random: StdRng,
    began: Instant,
    budget: Budget,
    circuit: Circuit,
    agenda: Agenda,
    state: State,
    active: Option<ActiveScan>,
    quarantine: Option<Quarantine>,
    /// Nothing is asked before then, by our own backoff; milliseconds of the worker's clock.
    not_before_ms: u64,
    faults_in_a_row: u32,
    progress: watch::Sender<Progress>,
    /// The right to follow this market: two processes would tell the same news twice.
    lease: Option<Lease>,
    /// When it was last asked whether the lease still holds; milliseconds of the worker's clock.
    lease_asked_ms: u64,
    told: Told,
}

/// While another process follows the market it is asked this often whether it has ended; milliseconds.
const LEASE_RETRY_MS: u64 = 100;
/// A worker asks this often whether its own lease still holds; milliseconds.
const LEASE_EVERY_MS: u64 = 2_000;

/// What a request is for, and from where it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Request {
    errand: Errand,
    want: Want,
    cursor: Option<String>,
}

impl Request {
    /// The walk's word for logs, metrics and cursors.
    fn walk(&self) -> &'static str {
        match self.want {
            Want::Collections => "collections",
            Want::Attributes(_) => "attributes",
            Want::Scan(_) => "scan",
            Want::Feed => "feed",
            Want::History => "history",
        }
    }
}

/// Why a request came to nothing.
#[derive(Debug)]
enum Failure {
    /// The market gave no page.
    Source(SourceFault, Option<Box<Exchange>>),
    /// What was seen could not be kept.
    Store(IntakeFault),
    /// The worker is to stop.
    Stopped,
}

impl From<Malformed> for Failure {
    fn from(fault: Malformed) -> Self {
        Self::Source(fault.into(), None)
    }
}

impl From<IntakeFault> for Failure {
    fn from(fault: IntakeFault) -> Self {
        Self::Store(fault)
    }
}

impl Worker {
    /// A worker that has asked nothing yet, and where its progress can be watched.
    #[must_use]
    pub fn new(
        source: Arc<dyn MarketSource>,
        around: &Surroundings,
        stop: CancellationToken,
    ) -> (Self, watch::Receiver<Progress>) {
        let info = source.info();
        let (progress, watched) = watch::channel(Progress::start(info.id.clone(), info.name));
        (Self::with_progress(source, around, stop, progress), watched)
    }

    pub(crate) fn with_progress(
        source: Arc<dyn MarketSource>,
        around: &Surroundings,
        stop: CancellationToken,
        progress: watch::Sender<Progress>,
    ) -> Self {
        let Surroundings { pool, ingest, clock, pace, notices, seed } = around.clone();
        let info = source.info();
        let (market, budget) = (info.id.clone(), Budget::new(info.budget, &pace));
        let agenda = Agenda::new(&pace, info.feed_interval_ms, 0);
        Self {
            random: StdRng::seed_from_u64(seed ^ seed_of(market.as_str())),
            market,
            budget,
            agenda,
            source,
            intake: Intake::new(pool, ingest),
            clock,
            pace,
            notices,
            stop,
            began: Instant::now(),
            circuit: Circuit::default(),
            state: State::default(),
            active: None,
            quarantine: None,
            not_before_ms: 0,
            faults_in_a_row: 0,
            progress,
            lease: None,
            lease_asked_ms: 0,
            told: Told::default(),
        }
    }

    /// Works until it is told to stop; the commit in flight is finished first.
    pub async fn run(mut self) {
        let mut is_loaded = false;
        while !self.stop.is_cancelled() {
            if !is_loaded || self.is_lease_lost().await {
                is_loaded = self.begin_or_wait().await;
                continue;
            }
            match self.turn().await {
                Ok(()) => {}
                Err(Failure::Stopped) => break,
                Err(Failure::Source(fault, page)) => is_loaded = self.bear_or_reload(fault, page).await,
                Err(Failure::Store(fault)) => {
                    self.bear_store_fault(&fault).await;
                    is_loaded = false;
                }
            }
        }
        if let Some(lease) = self.lease.take() {
            self.say_stopped().await;
            lease.release().await;
        }
    }

    /// Takes the market for this process and finds where it stood; `false` after a rest when that cannot be done yet.
    async fn begin_or_wait(&mut self) -> bool {
        let begun = match self.hold_lease().await {
            Ok(true) => self.load().await,
            Ok(false) => {
                self.rest_until(self.now_ms() + LEASE_RETRY_MS).await;
                return false;
            }
            Err(fault) => Err(fault),
        };
        match begun {
            Ok(()) => true,
            Err(fault) => {
                self.bear_store_fault(&fault).await;
                false
            }
        }
    }

    async fn bear_or_reload(&mut self, fault: SourceFault, page: Option<Box<Exchange>>) -> bool {
        match self.bear(fault, page).await {
            Ok(()) => true,
            Err(fault) => {
                self.bear_store_fault(&fault).await;
                false
            }
        }
    }

    /// One errand, or one rest.
    async fn turn(&mut self) -> Result<(), Failure> {
        let now_ms = self.now_ms();
        let ready_ms = self.ready_ms(now_ms);
        if ready_ms > now_ms {
            self.rest_until(ready_ms).await;
            return Ok(());
        }
        let errand = match &self.quarantine {
            Some(quarantine) => quarantine.request.errand,
            None => self.agenda.choose(signed(now_ms)),
        };
        self.flush_unknown_fields().await;
        if let Errand::Wait { until_ms } = errand {
            self.rest_until(u64::try_from(until_ms).unwrap_or(0)).await;
            return Ok(());
        }
        let request = match &self.quarantine {
            Some(quarantine) => quarantine.request.clone(),
            None => match self.request(errand) {
                Some(request) => request,
                None => return Ok(()),
            },
        };
        self.told.asked = Some(request.clone());
        let exchange = self.ask(&request).await?;
        match self.take(request, &exchange).await {
            Err(Failure::Source(fault, _)) => Err(Failure::Source(fault, Some(Box::new(exchange)))),
            // What a probe read is not kept at all, so there it is the database's fault.
            Err(Failure::Store(fault)) if self.quarantine.is_none() && !fault.may_succeed_later() => {
                Err(Failure::Source(self.give_page_up(&exchange, &fault), None))
            }
            other => other,
        }
    }

    /// The earliest time for the next request: budget, circuit and backoff agree.
    fn ready_ms(&self, now_ms: u64) -> u64 {
        self.budget.ready_at_ms(now_ms).max(self.circuit.ready_at_ms(now_ms)).max(self.not_before_ms)
    }

    async fn ask(&mut self, request: &Request) -> Result<Exchange, Failure> {
        let now_ms = self.now_ms();
        self.circuit = self.circuit.ask(now_ms);
        self.budget.spend(now_ms);
        let fetch = self.source.fetch(&request.want, request.cursor.as_deref(), self.clock.as_ref());
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(Failure::Stopped),
            answer = fetch => answer.map_err(|fault| Failure::Source(fault, None)),
        }
    }

    /// Milliseconds since the worker's start.
    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    async fn rest_until(&self, until_ms: u64) {
        let wait = Duration::from_millis(until_ms.saturating_sub(self.now_ms()).max(1));
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }

    async fn bear_store_fault(&mut self, fault: &IntakeFault) {
        self.faults_in_a_row = self.faults_in_a_row.saturating_add(1);
        let wait_ms = faults::STORE_BACKOFF.wait_ms(self.faults_in_a_row, &mut self.random);
        observe::store_away(&self.market, fault, wait_ms);
        self.abandon_scan("store_away");
        self.rest_until(self.now_ms().saturating_add(wait_ms)).await;
    }
}

/// Another seed for each market: FNV-1a of its id.
fn seed_of(id: &str) -> u64 {
    id.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn signed(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}
