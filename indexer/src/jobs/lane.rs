//! The lane of one kind of job: held by one process at a time, with apalis' worker in it, and looked after.

use std::{
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use apalis::layers::WorkerBuilderExt as _;
use apalis_core::{
    error::BoxDynError,
    task::Task,
    worker::{builder::WorkerBuilder, context::WorkerContext},
};
use futures_util::{FutureExt as _, future::BoxFuture};
use rand::{SeedableRng as _, rngs::StdRng};
use store::{
    jobs::{self, Addition},
    lease::{self, Lease},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    Work,
    attempt::{Attempts, Taken},
    observe,
    queue::Queue,
};
use crate::{backoff::Backoff, worker::Surroundings};

/// While another process has the lane, it is asked this often whether it has ended.
const LEASE_RETRY: Duration = Duration::from_millis(250);
/// The lane looks this often whether it is still held, and after itself.
const TURN: Duration = Duration::from_secs(1);
/// An empty queue is looked at again after so long.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Jobs are counted this often.
const COUNT_EVERY: Duration = Duration::from_secs(5);
/// Done jobs whose time is over are looked for this often.
const FORGET_EVERY: Duration = Duration::from_secs(60);
/// What runs has so long to end when we are to stop: a little more than an attempt takes for itself.
const PATIENCE: Duration = Duration::from_secs(8);
/// After a fault of the lane; milliseconds.
const FAULT: Backoff = Backoff { first_ms: 200, most_ms: 5_000 };

/// One kind's lane.
pub(super) struct Lane {
    work: Arc<dyn Work>,
    around: Surroundings,
}

/// Why a lane was left.
enum Left {
    /// We are to stop.
    Stopped,
    /// Its lease is gone, or the database is away.
    Fault(String),
}

impl Lane {
    pub(super) fn new(work: Arc<dyn Work>, around: &Surroundings) -> Self {
        Self { work, around: around.clone() }
    }

    /// Takes the lane when it is free, works in it as long as it is held, and begins anew when it was lost.
    pub(super) async fn run(self, stop: CancellationToken) {
        let mut random = StdRng::seed_from_u64(self.around.seed);
        let (kind, mut faults) = (self.work.kind(), 0_u32);
        let name = format!("ribbon jobs {kind}");
        while !stop.is_cancelled() {
            let why = match lease::try_take(&self.around.pool, &name).await {
                Ok(Some(mut lease)) => {
                    let began = Instant::now();
                    let left = self.hold(&mut lease, &stop).await;
                    lease.release().await;
                    if began.elapsed() > Duration::from_secs(60) {
                        faults = 0;
                    }
                    match left {
                        Left::Stopped => return,
                        Left::Fault(why) => why,
                    }
                }
                Ok(None) => {
                    stop.run_until_cancelled(tokio::time::sleep(LEASE_RETRY)).await;
                    continue;
                }
                Err(fault) => fault.to_string(),
            };
            faults = faults.saturating_add(1);
            let wait_ms = FAULT.wait_ms(faults, &mut random);
            observe::lane_rests(kind, &why, wait_ms);
            stop.run_until_cancelled(tokio::time::sleep(Duration::from_millis(wait_ms))).await;
        }
    }

    /// Works in the lane. Whatever runs when it is left by a fault is dropped where it stands, and given back by whoever takes the lane next.
    async fn hold(&self, lease: &mut Lease, stop: &CancellationToken) -> Left {
        let pool = &self.around.pool;
        match jobs::recover(pool, self.work.kind()).await {
            Ok(recovered) => observe::lane_taken(self.work.kind(), recovered),
            Err(fault) => return Left::Fault(fault.to_string()),
        }
        // Another name at every start: what an earlier worker still has under way cannot be taken for this one's.
        let name = format!("{}-{}", self.work.kind(), Uuid::new_v4());
        let attempts = Attempts {
            work: self.work.clone(),
            pool: pool.clone(),
            worker: name.clone(),
            stop: stop.clone(),
            random: Attempts::random(self.around.seed ^ Uuid::new_v4().as_u64_pair().0),
            notices: self.around.notices.clone(),
            clock: self.around.clock.clone(),
            told: std::sync::Mutex::default(),
            alone: tokio::sync::RwLock::default(),
        };
        let context = WorkerContext::new(&name);
        let worker = WorkerBuilder::new(&context)
            .backend(Queue::new(pool, self.work.kind(), LOOK_EVERY))
            .concurrency(self.work.rules().at_once)
            .build(Service(Arc::new(attempts)));
        let running = worker.run();
        tokio::pin!(running);
        tokio::select! {
            ended = &mut running => match ended {
                Ok(()) => Left::Fault("its worker has ended".into()),
                Err(fault) => Left::Fault(fault.to_string()),
            },
            () = self.look_after(lease) => Left::Fault("its lease is gone".into()),
            () = stop.cancelled() => {
                // One that has not begun yet cannot be told to end, and has nothing to end.
                if context.stop().is_ok() {
                    let _ = tokio::time::timeout(PATIENCE, running).await;
                }
                Left::Stopped
            }
        }
    }

    /// Finds jobs, counts them, forgets old ones; returns when the lane is not held any more.
    async fn look_after(&self, lease: &mut Lease) {
        let rules = self.work.rules();
        let mut chores = [
            Chore::new(Errand::Find, rules.find_every),
            Chore::new(Errand::Count, COUNT_EVERY),
            Chore::new(Errand::Forget, FORGET_EVERY.min(rules.kept)),
        ];
        while lease.is_held().await {
            for chore in &mut chores {
                if !chore.is_due() {
                    continue;
                }
                if let Err(fault) = self.attend(chore.task).await {
                    tracing::debug!(job.kind = self.work.kind(), "the lane's chores wait: {fault:#}");
                }
            }
            tokio::time::sleep(TURN.min(rules.find_every)).await;
        }
    }

    async fn attend(&self, task: Errand) -> anyhow::Result<()> {
        let (pool, kind, rules) = (&self.around.pool, self.work.kind(), self.work.rules());
        match task {
            Errand::Find => {
                let found = self.work.find().await?;
                let addition =
                    Addition { kind, attempts_max: rules.attempts_max, jobs: &found, is_again: false };
                observe::found(kind, jobs::add(pool, &addition).await?);
            }
            Errand::Count => {
                let counts = jobs::counts(pool).await?;
                observe::counted(kind, counts.iter().find(|count| count.kind == kind));
            }
            Errand::Forget => {
                let kept_ms = i64::try_from(rules.kept.as_millis()).unwrap_or(i64::MAX);
                jobs::forget_done(pool, kind, kept_ms).await?;
            }
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Copy)]
enum Errand {
    Find,
    Count,
    Forget,
}

/// Something to do now and then.
struct Chore {
    task: Errand,
    every: Duration,
    last: Option<Instant>,
}

impl Chore {
    fn new(task: Errand, every: Duration) -> Self {
        Self { task, every, last: None }
    }

    fn is_due(&mut self) -> bool {
        if self.last.is_some_and(|last| last.elapsed() < self.every) {
            return false;
        }
        self.last = Some(Instant::now());
        true
    }
}

/// What apalis' worker calls for each job. How the attempt ended is written down by itself; apalis learns nothing of it.
#[derive(Clone)]
struct Service(Arc<Attempts>);

impl tower::Service<Task<Vec<u8>>> for Service {
    type Response = ();
    type Error = BoxDynError;
    type Future = BoxFuture<'static, Result<(), BoxDynError>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, task: Task<Vec<u8>>) -> Self::Future {
        let attempts = self.0.clone();
        let taken = Taken {
            id: task.task_id().map(ToString::to_string).unwrap_or_default(),
            // Read before apalis counts for itself.
            attempts: i32::try_from(task.attempt()).unwrap_or(i32::MAX),
            is_suspect: task.priority() == Some(jobs::SUSPECT),
            payload: task.args,
        };
        async move {
            attempts.make(taken).await;
            Ok(())
        }
        .boxed()
    }
}
