//! Every market's worker and the projections, each in its own task: one that falls is started again and takes nobody with it.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use domain::ports::MarketSource;
use futures_util::FutureExt;
use tokio::{sync::watch, task::JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{
    observe,
    progress::Progress,
    project, returns,
    worker::{Surroundings, Worker},
};

/// A task that broke an invariant is started again after this long.
const AGAIN: Duration = if cfg!(test) { Duration::from_millis(1) } else { Duration::from_secs(5) };

/// The tasks of an indexer.
#[derive(Debug)]
pub struct Indexer {
    /// How far each market is, in the order of the sources.
    pub progress: Vec<watch::Receiver<Progress>>,
    tasks: JoinSet<()>,
}

/// Starts a worker per source, the projections and the sweep of old evidence. They end by `stop`.
#[must_use]
pub fn start(
    sources: Vec<Arc<dyn MarketSource>>,
    around: &Surroundings,
    stop: &CancellationToken,
) -> Indexer {
    let mut tasks = JoinSet::new();
    let mut progress = Vec::new();
    for source in sources {
        let info = source.info();
        let (told, watched) = watch::channel(Progress::start(info.id.clone(), info.name));
        progress.push(watched);
        let (name, around, ends) = (info.id.to_string(), around.clone(), stop.clone());
        tasks.spawn(supervise(name, stop.clone(), move || {
            Worker::with_progress(source.clone(), &around, ends.clone(), told.clone()).run()
        }));
    }
    let (pool, position, ends) = (around.pool.clone(), around.ingest.position(), stop.clone());
    tasks.spawn(supervise("floors", stop.clone(), move || {
        project::follow(pool.clone(), position.clone(), ends.clone())
    }));
    let (around, ends) = (around.clone(), stop.clone());
    let pool = around.pool.clone();
    tasks.spawn(supervise("returns", stop.clone(), {
        let ends = ends.clone();
        move || {
            let Surroundings { pool, ingest, clock, .. } = around.clone();
            returns::follow(pool, ingest, clock, ends.clone())
        }
    }));
    tasks
        .spawn(supervise("sweep", stop.clone(), move || project::sweep_evidence(pool.clone(), ends.clone())));
    Indexer { progress, tasks }
}

impl Indexer {
    /// Waits until every task has ended, which they do after `stop`: each finishes the commit in flight.
    pub async fn join(mut self) {
        while let Some(ended) = self.tasks.join_next().await {
            if let Err(fault) = ended {
                tracing::error!(error = %fault, "a task of the indexer fell");
            }
        }
    }
}

/// Runs the indexer until it is told to stop.
pub async fn run(sources: Vec<Arc<dyn MarketSource>>, around: &Surroundings, stop: &CancellationToken) {
    start(sources, around, stop).join().await;
}

/// Runs a task until it ends by itself or is told to stop. When it panics it is begun again a little later, and nobody else notices.
pub async fn supervise<F: Future<Output = ()>>(
    name: impl AsRef<str> + Send,
    stop: CancellationToken,
    mut begin: impl FnMut() -> F,
) {
    loop {
        let Err(panic) = AssertUnwindSafe(async { begin().await }).catch_unwind().await else { return };
        let why = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no words");
        observe::task_fell(name.as_ref(), why);
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(AGAIN) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_task_that_falls_is_begun_again_until_it_ends() {
        let begun = AtomicU32::new(0);
        supervise("test", CancellationToken::new(), || async {
            assert!(begun.fetch_add(1, Ordering::Relaxed) >= 2, "it falls twice");
        })
        .await;
        assert_eq!(begun.into_inner(), 3);
    }

    #[tokio::test]
    async fn a_task_that_falls_after_the_end_is_left() {
        let stop = CancellationToken::new();
        supervise("test", stop.clone(), || async {
            stop.cancel();
            panic!("it falls");
        })
        .await;
    }
}
