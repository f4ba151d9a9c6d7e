//! One attempt at one job: counted, made, and its end written down.

use std::{
    any::Any,
    future::Future,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use domain::ports::Clock;
use futures_util::FutureExt as _;
use rand::{SeedableRng as _, rngs::StdRng};
use store::{
    Pool,
    jobs::{self, Begun},
};
use tokio::sync::RwLock;
use tokio_util::sync::CancellationToken;

use super::{JobFault, Work, observe};
use crate::{
    backoff::Backoff,
    notice::{Notice, Notices},
};

/// What runs when we are to stop may still finish for so long.
const GRACE: Duration = Duration::from_secs(5);
/// Between two tries to write an attempt's end down while the database is away; milliseconds.
const STORE_BACKOFF: Backoff = Backoff { first_ms: 100, most_ms: 5_000 };
/// A job that failed because the database was away waits so long; milliseconds.
const AWAY_MS: i64 = 1_000;
/// Operators hear of dead letters of one kind at most this often.
const NOTICE_EVERY: Duration = Duration::from_secs(600);

/// Runs attempts for one worker.
pub(super) struct Attempts {
    pub(super) work: Arc<dyn Work>,
    pub(super) pool: Pool,
    pub(super) worker: String,
    pub(super) stop: CancellationToken,
    pub(super) random: Mutex<StdRng>,
    pub(super) notices: Notices,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) told: Mutex<Option<Instant>>,
    /// Held by each attempt, and by a suspect's alone.
    pub(super) alone: RwLock<()>,
}

/// A job as it was taken from the queue.
pub(super) struct Taken {
    pub(super) id: String,
    pub(super) payload: Vec<u8>,
    /// Attempts it had.
    pub(super) attempts: i32,
    /// Whether it ran when a process ended; see [`jobs::SUSPECT`].
    pub(super) is_suspect: bool,
}

/// How an attempt ended.
enum End {
    Done(String),
    /// It is made again after so many milliseconds; it counts or not.
    Again {
        why: String,
        wait_ms: i64,
        counts: bool,
    },
    Dead(String),
    Stopped,
}

impl Attempts {
    /// A generator of waits that differs between lanes and starts.
    pub(super) fn random(seed: u64) -> Mutex<StdRng> {
        Mutex::new(StdRng::seed_from_u64(seed))
    }

    /// Makes the next attempt at a job, if it has one left. Ends early only when we are to stop and the database is away.
    pub(super) async fn make(&self, taken: Taken) {
        if taken.is_suspect {
            let _alone = self.alone.write().await;
            self.make_one(&taken).await;
        } else {
            let _beside_others = self.alone.read().await;
            self.make_one(&taken).await;
        }
    }

    async fn make_one(&self, taken: &Taken) {
        let Taken { id, payload, attempts, is_suspect: _ } = taken;
        let kind = self.work.kind();
        let began = Instant::now();
        let Some(begun) = self.insist(|| jobs::begin(&self.pool, id, &self.worker, *attempts)).await else {
            return;
        };
        let (key, attempt, attempts_max) = match begun {
            Begun::Run { key, attempt, attempts_max } => (key, attempt, attempts_max),
            Begun::Dead { key, attempts, why } => {
                let why = format!("{why}; it had {attempts} attempts");
                observe::ended(kind, "dead", &key, &why, began.elapsed());
                return self.tell(&key, &why);
            }
            Begun::Lost => return observe::ended(kind, "lost", id, "another worker has it", began.elapsed()),
        };
        let end = self.run(payload, attempt, attempts_max).await;
        let (outcome, told) = match &end {
            End::Done(note) => ("done", note.as_str()),
            End::Again { why, counts: true, .. } => ("postponed", why.as_str()),
            End::Again { why, .. } => ("released", why.as_str()),
            End::Dead(why) => ("dead", why.as_str()),
            End::Stopped => ("stopped", "this process stops"),
        };
        let written = self.insist(|| self.write(id, attempt, &end)).await;
        let outcome = if written == Some(true) { outcome } else { "lost" };
        observe::ended(kind, outcome, &key, told, began.elapsed());
        if outcome == "dead" {
            self.tell(&key, told);
        }
    }

    async fn run(&self, payload: &[u8], attempt: i32, attempts_max: i32) -> End {
        let work = AssertUnwindSafe(self.work.run(payload)).catch_unwind();
        let ended = tokio::select! {
            ended = work => ended,
            () = self.overdue() => return End::Stopped,
        };
        let fault = match ended {
            Ok(Ok(note)) => return End::Done(note),
            Ok(Err(fault)) => fault,
            Err(panic) => JobFault::Later { why: format!("it broke an invariant: {}", words(&*panic)) },
        };
        match fault {
            JobFault::Away { .. } => End::Again { why: fault.to_string(), wait_ms: AWAY_MS, counts: false },
            JobFault::Asked { after_ms, why } => {
                let wait_ms = i64::try_from(after_ms).unwrap_or(i64::MAX);
                End::Again { why, wait_ms, counts: false }
            }
            JobFault::Later { why } if attempt < attempts_max => {
                let wait_ms = self.wait_ms(attempt);
                End::Again { why, wait_ms, counts: true }
            }
            JobFault::Later { why } | JobFault::Never { why } => End::Dead(why),
        }
    }

    async fn write(&self, id: &str, attempt: i32, end: &End) -> Result<bool, StoreFault> {
        let (pool, worker) = (&self.pool, self.worker.as_str());
        match end {
            End::Done(note) => jobs::finish(pool, id, worker, attempt, note).await,
            End::Again { why, wait_ms, counts: true } => {
                jobs::postpone(pool, id, worker, attempt, why, *wait_ms).await
            }
            End::Again { why, wait_ms, counts: false } => {
                jobs::release(pool, id, worker, attempt, Some(why), *wait_ms).await
            }
            End::Dead(why) => jobs::bury(pool, id, worker, attempt, why).await,
            End::Stopped => jobs::release(pool, id, worker, attempt, None, 0).await,
        }
    }

    /// The wait after so many attempts: any part of the doubled one.
    fn wait_ms(&self, attempt: i32) -> i64 {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        let backoff = self.work.rules().backoff;
        let wait_ms = backoff.full_jitter_ms(u32::try_from(attempt).unwrap_or(1), &mut *random);
        i64::try_from(wait_ms).unwrap_or(i64::MAX)
    }

    async fn overdue(&self) {
        self.stop.cancelled().await;
        tokio::time::sleep(GRACE).await;
    }

    /// Asks the database until it answers. `None` when we are to stop meanwhile; the lane of another start gives the job back then.
    async fn insist<T, F: Future<Output = Result<T, StoreFault>>>(&self, ask: impl Fn() -> F) -> Option<T> {
        let mut faults = 0;
        loop {
            match ask().await {
                Ok(answer) => return Some(answer),
                Err(fault) => {
                    faults += 1;
                    let wait_ms = {
                        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
                        STORE_BACKOFF.wait_ms(faults, &mut *random)
                    };
                    tracing::debug!(
                        job.kind = self.work.kind(),
                        wait_ms,
                        "the database does not take the job's state: {fault}"
                    );
                    let wait = tokio::time::sleep(Duration::from_millis(wait_ms));
                    self.stop.run_until_cancelled(wait).await?;
                }
            }
        }
    }

    fn tell(&self, key: &str, why: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_some_and(|told| told.elapsed() < NOTICE_EVERY) {
            return;
        }
        *told = Some(Instant::now());
        let kind = self.work.kind();
        self.notices.tell(Notice {
            code: "job_dead",
            market: None,
            path: None,
            what: format!("the {kind} job {key} is not tried any more: {why}"),
            mend: format!("see `ribbon admin jobs list`; when its cause is gone, `ribbon admin jobs retry --all --kind {kind}`"),
            at_ms: self.clock.now_us() / 1_000,
        });
    }
}

/// What the database says.
type StoreFault = store::pool::DatabaseFault;

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no words")
}
