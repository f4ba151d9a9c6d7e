//! One queue, one writer per process: what waits is merged into one transaction that holds events, evidence, state and cursors.
//!
//! The counter row is locked until commit, so positions appear in order whatever the number of processes; the queue only keeps
//! one process from waiting on itself. A batch that fails is tried alone, so one bad batch does not fail its neighbors.

mod write;

use std::{collections::HashSet, sync::Arc, time::Duration};

use domain::{CollectionSlug, Event, EvidenceHash, Exchange, MarketId, ScopeId};
use pricing::FeeTable;
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    evidence::{self, EvidenceFault, Packed},
    fold::FoldFault,
    pool::{self, Pool},
};

/// Batches that may wait.
const QUEUE_BATCHES: usize = 64;
/// Events merged into one transaction.
const MERGE_EVENTS: usize = 5_000;

/// What one observation writes: all of it, or nothing.
#[derive(Debug, Default)]
pub struct Batch {
    /// Events in the order in which they shall be logged. One whose (market, source id) is logged already is dropped.
    pub events: Vec<Event>,
    /// Answers to keep as evidence; those that no event of the batch refers to are dropped.
    pub evidence: Vec<Packed>,
    /// Answers that the evidence itself refers to, as a manifest to its pages; kept if an event of the batch is logged.
    pub attached: Vec<Packed>,
    /// The workers' bookkeeping.
    pub marks: Vec<Mark>,
}

impl Batch {
    /// Adds an answer as evidence.
    ///
    /// # Errors
    /// [`EvidenceFault::TooLarge`].
    pub fn keep(&mut self, exchange: &Exchange) -> Result<(), EvidenceFault> {
        self.evidence.push(evidence::pack(exchange.market.as_str(), &exchange.evidence_bytes())?);
        Ok(())
    }
}

/// A worker's bookkeeping, committed with what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// Where a walk goes on.
    Cursor {
        /// Whose.
        market: MarketId,
        /// Which walk, as in `feed`.
        walk: String,
        /// The adapter's text; `None` when the walk has ended.
        cursor: Option<String>,
    },
    /// A scan was completed.
    Scan {
        /// Whose.
        market: MarketId,
        /// Of which scope.
        scope: ScopeId,
        /// The collection whose listings it shows; `None` for a scope that shows only auctions or offers.
        slug: Option<CollectionSlug>,
        /// Its start, microseconds since 1970 on the database's clock.
        started_us: i64,
        /// Its end, alike.
        completed_us: i64,
        /// Listings it saw.
        seen: i64,
    },
    /// A walk shall begin again from its start: its cursor is forgotten, also that it has ended.
    Anew {
        /// Whose.
        market: MarketId,
        /// Which walk, as in `history`.
        walk: String,
    },
    /// The market answered and was read: its picture is fresh as of now.
    Checked {
        /// Whose.
        market: MarketId,
    },
}

/// What a commit gave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The log's last position after the commit.
    pub position: i64,
    /// Events of this batch that were logged (others were known already).
    pub logged: usize,
}

/// Why a batch was not committed. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum IngestFault {
    /// The state could not be folded.
    #[error(transparent)]
    Fold(#[from] FoldFault),
    /// PostgreSQL refused or is gone.
    #[error("the batch could not be written: {0}")]
    Database(#[from] sqlx::Error),
    /// The writer has ended.
    #[error("the writer has stopped")]
    Stopped,
}

impl IngestFault {
    /// Whether the same batch may succeed later: the database was away.
    #[must_use]
    pub fn may_succeed_later(&self) -> bool {
        match self {
            Self::Database(fault) | Self::Fold(FoldFault::Database(fault)) => pool::is_away(fault),
            Self::Fold(FoldFault::Unreadable { .. }) | Self::Stopped => false,
        }
    }
}

struct Waiting {
    batch: Batch,
    answer: oneshot::Sender<Result<Committed, IngestFault>>,
}

/// How batches are written.
#[derive(Debug, Clone)]
pub struct IngestOptions {
    /// Fees for the all-in price of listings.
    pub fees: Arc<FeeTable>,
    /// How long evidence is kept, in days.
    pub evidence_keep_days: i32,
}

/// The way in. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Ingest {
    queue: mpsc::Sender<Waiting>,
    position: watch::Receiver<i64>,
}

impl Ingest {
    /// Starts the writer. It ends when the last handle is dropped, after what waits is written; the join handle tells.
    #[must_use]
    pub fn spawn(pool: Pool, options: IngestOptions) -> (Self, tokio::task::JoinHandle<()>) {
        let (queue, waiting) = mpsc::channel(QUEUE_BATCHES);
        let (reached, position) = watch::channel(0);
        let task = tokio::spawn(run(pool, options, waiting, reached));
        (Self { queue, position }, task)
    }

    /// Commits a batch and waits for it.
    ///
    /// # Errors
    /// [`IngestFault`]; then nothing of it was written and the same batch may be given again.
    pub async fn commit(&self, batch: Batch) -> Result<Committed, IngestFault> {
        let (answer, answered) = oneshot::channel();
        self.queue.send(Waiting { batch, answer }).await.map_err(|_| IngestFault::Stopped)?;
        answered.await.map_err(|_| IngestFault::Stopped)?
    }

    /// The last position this process has committed; 0 before the first commit.
    #[must_use]
    pub fn position(&self) -> watch::Receiver<i64> {
        self.position.clone()
    }
}

async fn run(
    pool: Pool,
    options: IngestOptions,
    mut waiting: mpsc::Receiver<Waiting>,
    reached: watch::Sender<i64>,
) {
    let notify = tokio::spawn(notify(pool.clone(), reached.subscribe()));
    while let Some(first) = waiting.recv().await {
        let mut together = vec![first];
        let mut events = together[0].batch.events.len();
        while events < MERGE_EVENTS {
            let Ok(next) = waiting.try_recv() else { break };
            events += next.batch.events.len();
            together.push(next);
        }
        metrics::histogram!("store_ingest_batches")
            .record(f64::from(u32::try_from(together.len()).unwrap_or(u32::MAX)));
        commit_together(&pool, &options, together, &reached).await;
    }
    drop(reached);
    let _ = notify.await;
}

async fn commit_together(
    pool: &Pool,
    options: &IngestOptions,
    together: Vec<Waiting>,
    reached: &watch::Sender<i64>,
) {
    let batches: Vec<&Batch> = together.iter().map(|waiting| &waiting.batch).collect();
    match write::write(pool, options, &batches).await {
        Ok(committed) => {
            tell(reached, &committed);
            for (waiting, committed) in together.into_iter().zip(committed) {
                let _ = waiting.answer.send(Ok(committed));
            }
        }
        Err(fault) if together.len() == 1 => {
            if let Some(waiting) = together.into_iter().next() {
                let _ = waiting.answer.send(Err(fault));
            }
        }
        Err(_) => {
            for waiting in together {
                let outcome = write::write(pool, options, &[&waiting.batch]).await;
                let outcome = outcome.map(|committed| {
                    tell(reached, &committed);
                    committed[0]
                });
                let _ = waiting.answer.send(outcome);
            }
        }
    }
}

fn tell(reached: &watch::Sender<i64>, committed: &[Committed]) {
    if let Some(last) = committed.last().filter(|_| committed.iter().any(|one| one.logged > 0)) {
        reached.send_replace(last.position);
        metrics::gauge!("store_log_position").set(crate::as_metric(last.position));
    }
}

/// Sends the position reached to listeners after commit, many commits in one notice. A lost notice loses nothing: listeners also poll.
async fn notify(pool: Pool, mut reached: watch::Receiver<i64>) {
    while reached.changed().await.is_ok() {
        let position = *reached.borrow_and_update();
        let sent =
            sqlx::query!("select pg_notify('ribbon_log', $1)", position.to_string()).execute(&pool).await;
        if let Err(fault) = sent {
            tracing::debug!(error = %fault, "a notice was not sent; listeners poll");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// The hashes that events of these batches refer to.
fn referred(batches: &[&Batch]) -> HashSet<EvidenceHash> {
    batches
        .iter()
        .flat_map(|batch| &batch.events)
        .filter_map(|event| event.evidence.as_ref().map(|evidence| evidence.hash))
        .collect()
}
