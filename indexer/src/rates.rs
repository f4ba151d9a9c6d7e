//! The loop of one rate source: poll, compare, log. Rates are events too, so a converted price can name its rate and the rate's age.
//!
//! An answer that tells nothing new writes nothing, unless the logged rate has become old: then it is stated again, so that the
//! age of the last event is never far from the age of the last answer. Evidence is kept with every event.

mod decide;
mod observe;
mod wait;

use std::{collections::HashMap, sync::Arc, time::Duration};

use domain::{
    Currency, SourceFault,
    ports::{Clock, RateSource},
};
use store::{Batch, Ingest, IngestFault, Pool, evidence::EvidenceFault, read::ReadFault};
use tokio_util::sync::CancellationToken;

pub use decide::{Told, decide, event};

use crate::{notice::Notices, pace::Pace};

/// A poll that gave no answer to log.
#[derive(Debug, thiserror::Error)]
enum PollFault {
    #[error(transparent)]
    Source(#[from] SourceFault),
    #[error("the rate was read and could not be logged: {0}")]
    Ingest(#[from] IngestFault),
    #[error("what was logged before could not be read: {0}")]
    Read(#[from] ReadFault),
    #[error(transparent)]
    Evidence(#[from] EvidenceFault),
}

/// One source and what its loop needs.
#[derive(Clone)]
pub struct Rates {
    /// The source.
    pub source: Arc<dyn RateSource>,
    /// For what was logged before.
    pub pool: Pool,
    /// The way into the log.
    pub ingest: Ingest,
    /// The database's clock.
    pub clock: Arc<dyn Clock>,
    /// How fast the world lives.
    pub pace: Pace,
    /// Where an operator hears of a source that refuses us or cannot be read.
    pub notices: Notices,
}

/// The logged rate of each pair.
type Known = HashMap<(Currency, Currency), Told>;

impl Rates {
    /// Polls once a minute of the source's world until it is told to stop. No fault ends it: the last rate stays, and shows its age.
    pub async fn run(self, stop: CancellationToken) {
        let mut known = None;
        let mut faults_in_a_row = 0;
        loop {
            let polled = tokio::select! {
                () = stop.cancelled() => return,
                polled = self.poll(&mut known) => polled,
            };
            let wait_ms = match &polled {
                Ok(logged) => {
                    faults_in_a_row = 0;
                    observe::polled(self.source.id(), *logged);
                    wait::poll_ms(&self.pace)
                }
                Err(fault) => {
                    faults_in_a_row += 1;
                    let of_source = match fault {
                        PollFault::Source(fault) => Some(fault),
                        PollFault::Ingest(_) | PollFault::Read(_) | PollFault::Evidence(_) => None,
                    };
                    let wait_ms = wait::fault_ms(&self.pace, of_source, faults_in_a_row, &mut rand::rng());
                    observe::failed(self.source.id(), fault, faults_in_a_row, wait_ms);
                    if faults_in_a_row == 1
                        && let Some(fault) = of_source
                    {
                        observe::tell(&self.notices, self.source.id(), fault, self.clock.now_us());
                    }
                    wait_ms
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(Duration::from_millis(wait_ms)) => {}
            }
        }
    }

    /// One request. Says how many events it logged.
    async fn poll(&self, known: &mut Option<Known>) -> Result<usize, PollFault> {
        let mut held = match known.take() {
            Some(held) => held,
            None => self.load().await?,
        };
        let outcome = self.poll_with(&mut held).await;
        // A batch that failed may have been written all the same, if the answer to the commit was lost: read again.
        if !matches!(outcome, Err(PollFault::Ingest(_))) {
            *known = Some(held);
        }
        outcome
    }

    async fn poll_with(&self, known: &mut Known) -> Result<usize, PollFault> {
        let exchange = self.source.fetch(self.clock.as_ref()).await?;
        let page = self.source.read(&exchange).map_err(SourceFault::from)?;
        let events = decide(&exchange, &page, known, wait::restate_us(&self.pace));
        if events.is_empty() {
            return Ok(0);
        }
        for event in &events {
            known.extend(Told::by(event));
        }
        let mut batch = Batch { events, ..Batch::default() };
        batch.keep(&exchange)?;
        let committed = self.ingest.commit(batch).await?;
        // Counts are no facts: they may be lost.
        let counted = store::status::count_unknown(&self.pool, self.source.id(), &page.unknown_fields).await;
        if let Err(fault) = counted {
            tracing::debug!(error = %fault, "The unknown fields of a rate source were not counted.");
        }
        Ok(committed.logged)
    }

    async fn load(&self) -> Result<Known, PollFault> {
        let rows = store::read::rates(&self.pool, i64::MAX).await?;
        let mine = rows.into_iter().filter(|row| row.source == self.source.id().as_str());
        Ok(mine
            .filter_map(|row| {
                let pair = (Currency::parse(&row.base).ok()?, Currency::parse(&row.quote).ok()?);
                Some((pair, Told { rate_micros: row.rate_micros, at_us: row.at_us }))
            })
            .collect())
    }
}

/// The loop runs as a task of its own, so its future must move between threads.
const _: fn(Rates) = |rates| {
    fn is_spawnable(_: impl Future<Output = ()> + Send + 'static) {}
    is_spawnable(rates.run(CancellationToken::new()));
};
