//! apalis' queue of one kind of job, as its worker polls it: the payload comes as the bytes that are stored, and nothing is acknowledged behind our
//! back. apalis' own reader of payloads ends the worker at one that it cannot read, and its acknowledgement knows no backoff and does not count
//! an attempt before it is made.

use std::{
    task::{Context, Poll},
    time::Duration,
};

use apalis_core::{
    backend::{Backend, BackendConfig, finalize::Ephemeral},
    task::Task,
    worker::context::WorkerContext,
};
use apalis_postgres::{Config, PostgresStorage};
use store::Pool;
use tokio::time::{Interval, MissedTickBehavior};
use tower::layer::util::Identity;

/// apalis would give back jobs of workers that did not say for so long that they live; the lane does it by its lease instead, at once. As many
/// beats of half a minute as make a thousand years.
const NEVER_ORPHANED: usize = 1_000_000_000;

/// The queue of a kind.
pub(super) struct Queue {
    storage: PostgresStorage<()>,
    look: Interval,
}

impl Queue {
    /// The queue of this kind; an empty one is looked at again every so often.
    pub(super) fn new(pool: &Pool, kind: &str, look_every: Duration) -> Self {
        let config = Config::default()
            .queue(kind)
            // What waits in memory could not be told from what runs.
            .batch_size(1)
            .missed_heartbeats(NEVER_ORPHANED)
            .persist_results(false)
            .lock_tasks(false);
        let mut look = tokio::time::interval(look_every);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { storage: PostgresStorage::new(pool).with_config(config), look }
    }
}

impl Backend for Queue {
    type Task = Task<Vec<u8>>;
    type Error = apalis_postgres::Error;

    fn poll_ready(&mut self, cx: &mut Context<'_>, worker: &WorkerContext) -> Poll<Result<(), Self::Error>> {
        Backend::poll_ready(&mut self.storage, cx, worker)
    }

    fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        worker: &WorkerContext,
    ) -> Poll<Option<Result<Self::Task, Self::Error>>> {
        // An empty fetch is only looked at again when somebody wakes the worker: the tick does.
        while self.look.poll_tick(cx).is_ready() {}
        Backend::poll_next(&mut self.storage, cx, worker)
    }

    fn poll_close(&mut self, cx: &mut Context<'_>, worker: &WorkerContext) -> Poll<Result<(), Self::Error>> {
        Backend::poll_close(&mut self.storage, cx, worker)
    }
}

impl BackendConfig for Queue {
    type Args = Vec<u8>;
    type Id = ();
    type Kind = Ephemeral;
    type Config = Config;
    type Layer = Identity;

    fn config(&self) -> &Config {
        self.storage.config()
    }

    fn middleware(&mut self, _worker: &mut WorkerContext) -> Identity {
        Identity::new()
    }
}
