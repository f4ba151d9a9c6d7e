//! Discrete work: what there is to do once, as against the loops that never end. apalis brings the queue and the workers; this brings the rules.
//!
//! A kind of job is one [`Work`]. Each kind has a lane of its own, and one process at a time holds it: so the limits of a source hold over all
//! processes, no two workers run one job, and what a killed process held is given back as soon as its connection is gone. A job may all the
//! same run twice, after a kill or a lost connection: **whatever it does, a second run must change nothing more.**

mod attempt;
pub mod chain_check;
mod lane;
pub mod metadata;
mod observe;
mod queue;
pub mod rebuild;
mod source;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use store::pool;
use tokio_util::sync::CancellationToken;

use crate::{backoff::Backoff, run::supervise, worker::Surroundings};
use lane::Lane;
pub use source::SourcePace;

/// A job to be added: its own key, by which adding it twice is adding it once, and its payload, JSON.
pub type NewJob = (String, Vec<u8>);

/// One kind of job.
#[async_trait]
pub trait Work: Send + Sync {
    /// Its word, as in `metadata`; it is stored with every job.
    fn kind(&self) -> &'static str;

    /// How it is run.
    fn rules(&self) -> Rules;

    /// Does one job, and says in a sentence what came of it. It may be dropped at any await, and begun again.
    ///
    /// # Errors
    /// [`JobFault`].
    async fn run(&self, payload: &[u8]) -> Result<String, JobFault>;

    /// Jobs that are worth adding now; asked for every [`Rules::find_every`].
    ///
    /// # Errors
    /// Whatever keeps it from looking; it is asked again later.
    async fn find(&self) -> anyhow::Result<Vec<NewJob>> {
        Ok(Vec::new())
    }
}

/// How jobs of a kind are run. Lengths of time are as they pass here, any speed factor already in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Attempts, after which a job is a dead letter.
    pub attempts_max: i32,
    /// Jobs that run at once, over all processes.
    pub at_once: usize,
    /// Waits between attempts; any part of them, so that many that failed together do not come back together.
    pub backoff: Backoff,
    /// How often jobs are looked for.
    pub find_every: Duration,
    /// How long one that is done is remembered: until then it is not added again by [`Work::find`].
    pub kept: Duration,
}

/// Why a job was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobFault {
    /// The database is away; it is no attempt.
    #[error("the database is away: {why}")]
    Away {
        /// What it said.
        why: String,
    },
    /// Its source asked for time; it is no attempt.
    #[error("{why}; again in {after_ms} ms")]
    Asked {
        /// Milliseconds to wait.
        after_ms: u64,
        /// What happened.
        why: String,
    },
    /// It may succeed later.
    #[error("{why}")]
    Later {
        /// What happened.
        why: String,
    },
    /// It can never succeed: it is a dead letter at once.
    #[error("{why}")]
    Never {
        /// What is wrong.
        why: String,
    },
}

/// Reads a payload. One that an older or newer version wrote in another shape is a dead letter that says so.
///
/// # Errors
/// [`JobFault::Never`].
pub fn read_payload<T: serde::de::DeserializeOwned>(payload: &[u8]) -> Result<T, JobFault> {
    serde_json::from_slice(payload).map_err(|fault| JobFault::Never {
        why: format!(
            "its payload is none that this version of ribbon can read ({fault}); it was written by another"
        ),
    })
}

/// What the database says as a job's fault.
fn of_database(fault: pool::DatabaseFault) -> JobFault {
    let why = fault.to_string();
    if pool::is_away(&fault) { JobFault::Away { why } } else { JobFault::Later { why } }
}

/// Starts a lane for each kind of work. They end by `stop`: what runs may finish for a moment, and is then given back.
#[must_use]
pub fn start(
    works: Vec<Arc<dyn Work>>,
    around: &Surroundings,
    stop: &CancellationToken,
) -> Vec<tokio::task::JoinHandle<()>> {
    let lane = |work: Arc<dyn Work>| {
        let (around, ends) = (around.clone(), stop.clone());
        let name = format!("jobs {}", work.kind());
        tokio::spawn(supervise(name, stop.clone(), move || {
            Lane::new(work.clone(), &around).run(ends.clone())
        }))
    };
    works.into_iter().map(lane).collect()
}
