//! Every market's worker and the projections, each in its own task: one that falls is started again and takes nobody with it.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use domain::ports::MarketSource;
use futures_util::FutureExt;
use tokio::{sync::watch, task::JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{
    observe,
    progress::Progress,
    project,
    worker::{Surroundings, Worker},
};

/// A worker that broke an invariant is started again after this long.
const AGAIN: Duration = Duration::from_secs(5);

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
        tasks.spawn(supervise(source, around.clone(), stop.clone(), told));
    }
    tasks.spawn(project::follow(around.pool.clone(), around.ingest.position(), stop.clone()));
    tasks.spawn(project::sweep_evidence(around.pool.clone(), stop.clone()));
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

async fn supervise(
    source: Arc<dyn MarketSource>,
    around: Surroundings,
    stop: CancellationToken,
    progress: watch::Sender<Progress>,
) {
    loop {
        let worker = Worker::with_progress(source.clone(), &around, stop.clone(), progress.clone());
        let Err(panic) = AssertUnwindSafe(worker.run()).catch_unwind().await else { return };
        let why = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no words");
        observe::worker_fell(&source.info().id, why);
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(AGAIN) => {}
        }
    }
}
