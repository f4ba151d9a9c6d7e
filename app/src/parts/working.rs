//! The workers as a part of a role: ingest, one loop per market and per rate source, projections, a lane per kind of job; stopped in order, so
//! that what was decided is committed.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::{ChainWitness, Clock, MetadataSource};
use indexer::intake::Intake;
use indexer::jobs::{self, Work, chain_check::ChainWork, metadata::MetadataWork, rebuild::RebuildWork};
use indexer::notice::{NoSink, NoticeSink, Notices};
use indexer::rates::Rates;
use indexer::{Pace, Progress, Surroundings};
use pricing::FeeTable;
use store::{Ingest, IngestOptions, Pool};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::serving::end;
use super::sources::Sources;
use crate::config::markets::MarketsConfig;
use crate::config::notices::NoticeConfig;
use crate::config::storage::EvidenceConfig;
use crate::exit::{Blame as _, Exit, Failure};
use crate::webhook::Webhook;

/// How long a worker may take to finish what it has begun.
const PATIENCE: Duration = Duration::from_secs(15);
const DAY_MS: u64 = 86_400_000;

/// Workers that work.
#[derive(Debug)]
pub struct Working {
    progress: Vec<watch::Receiver<Progress>>,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    writer: JoinHandle<()>,
}

/// The way into the log. The task ends when the last handle is dropped, after what waits is written.
#[must_use]
pub fn ingest(pool: Pool, evidence: EvidenceConfig) -> (Ingest, JoinHandle<()>) {
    let days = i32::try_from(evidence.keep.as_secs() / 86_400).unwrap_or(i32::MAX);
    let fees = Arc::new(FeeTable::bundled().clone());
    Ingest::spawn(pool, IngestOptions { fees, evidence_keep_days: days })
}

/// Where operators are told.
///
/// # Errors
/// Exit code 3 when no HTTP client can be made.
pub fn notices(config: &NoticeConfig) -> Result<Notices, Failure> {
    let sink: Arc<dyn NoticeSink> = match &config.webhook {
        Some(webhook) => Arc::new(Webhook::new(webhook).blame(Exit::NotNow)?),
        None => Arc::new(NoSink),
    };
    Ok(Notices::spawn(sink))
}

/// How fast the workers go.
#[must_use]
pub fn pace(config: &MarketsConfig) -> Pace {
    Pace {
        speed_x1000: config.speed_x1000,
        skew_us: config.skew_us,
        history_ms: config.history_days.saturating_mul(DAY_MS),
        ..Pace::live(0)
    }
}

/// Starts everything that gathers.
#[must_use]
pub fn start(
    pool: Pool,
    clock: Arc<dyn Clock>,
    sources: Sources,
    pace: Pace,
    evidence: EvidenceConfig,
    notices: Notices,
) -> Working {
    let stop = CancellationToken::new();
    let (ingest, writer) = ingest(pool.clone(), evidence);
    // Jitter shall differ between processes, or their retries would fall together.
    let (seed, _) = Uuid::new_v4().as_u64_pair();
    let around = Surroundings { pool, ingest, clock, pace, notices, seed };
    let mut tasks = Vec::new();
    for source in sources.rates {
        let rates = Rates {
            source,
            pool: around.pool.clone(),
            ingest: around.ingest.clone(),
            clock: around.clock.clone(),
            pace: around.pace.clone(),
            notices: around.notices.clone(),
        };
        let (name, ends) = (rates.source.id().to_string(), stop.clone());
        let run = move || rates.clone().run(ends.clone());
        tasks.push(tokio::spawn(indexer::run::supervise(name, stop.clone(), run)));
    }
    tasks.extend(jobs::start(works(sources.metadata, sources.witnesses, &around), &around, &stop));
    let indexer = indexer::start(sources.markets, &around, &stop);
    let progress = indexer.progress.clone();
    tasks.push(tokio::spawn(indexer.join()));
    Working { progress, stop, tasks, writer }
}

/// Every kind of job, with what it needs. Metadata is asked for at the first source that is configured, and so are witnesses.
fn works(
    metadata: Vec<Arc<dyn MetadataSource>>,
    witnesses: Vec<Arc<dyn ChainWitness>>,
    around: &Surroundings,
) -> Vec<Arc<dyn Work>> {
    let Surroundings { pool, ingest, clock, pace, notices: _, seed: _ } = around.clone();
    let fees = Arc::new(FeeTable::bundled().clone());
    let mut works: Vec<Arc<dyn Work>> = vec![Arc::new(RebuildWork { pool: pool.clone(), fees })];
    if let Some(witness) = witnesses.into_iter().next() {
        let intake = Intake::new(pool.clone(), ingest.clone());
        works.push(Arc::new(ChainWork::new(witness, intake, clock.clone(), pace.clone())));
    }
    if let Some(source) = metadata.into_iter().next() {
        works.push(Arc::new(MetadataWork::new(source, pool, ingest, clock, pace)));
    }
    works
}

impl Working {
    /// How far each market is.
    #[must_use]
    pub fn progress(&self) -> Vec<watch::Receiver<Progress>> {
        self.progress.clone()
    }

    /// Stops the workers, then lets the writer write what waits.
    pub async fn stop(self) {
        self.stop.cancel();
        for task in self.tasks {
            end(task, PATIENCE).await;
        }
        end(self.writer, PATIENCE).await;
    }
}
