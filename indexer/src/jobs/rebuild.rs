//! The `rebuild` job: state and projections made anew from the log, as `ribbon index --rebuild` does, while everything else goes on. Readers see the
//! old state until the end; what is gathered meanwhile waits.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use pricing::FeeTable;
use serde::{Deserialize, Serialize};
use store::{
    Pool,
    fold::FoldFault,
    log::LogFault,
    state::{self, StateFault},
};

use super::{JobFault, NewJob, Rules, Work, read_payload};
use crate::{backoff::Backoff, project};

/// The kind's word.
pub const KIND: &str = "rebuild";

/// The payload: nothing is said, the log says all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rebuild {}

/// The rules: one at a time, and a log that cannot be folded is not tried for long.
pub const RULES: Rules = Rules {
    attempts_max: 3,
    at_once: 1,
    backoff: Backoff { first_ms: 5_000, most_ms: 300_000 },
    find_every: Duration::from_secs(3_600),
    kept: Duration::from_secs(7 * 86_400),
};

/// The job; one waits at a time, whoever asks.
#[must_use]
pub fn job() -> NewJob {
    ("state".into(), serde_json::to_vec(&Rebuild {}).unwrap_or_default())
}

/// Rebuilds.
pub struct RebuildWork {
    /// The database.
    pub pool: Pool,
    /// Fees for the all-in price of listings.
    pub fees: Arc<FeeTable>,
}

#[async_trait]
impl Work for RebuildWork {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn rules(&self) -> Rules {
        RULES
    }

    async fn run(&self, payload: &[u8]) -> Result<String, JobFault> {
        let Rebuild {} = read_payload(payload)?;
        let mut reached = 0;
        state::rebuild(&self.pool, &self.fees, |position, _| reached = position).await.map_err(fault)?;
        project::catch_up(&self.pool).await.map_err(|cause| JobFault::Later { why: format!("{cause:#}") })?;
        Ok(format!("state and projections are made anew from {reached} events"))
    }
}

fn fault(fault: StateFault) -> JobFault {
    let is_away = match &fault {
        StateFault::Log(LogFault::Database(fault))
        | StateFault::Fold(FoldFault::Database(fault))
        | StateFault::Database(fault) => store::pool::is_away(fault),
        StateFault::Log(_) | StateFault::Fold(_) => false,
    };
    let why = fault.to_string();
    if is_away { JobFault::Away { why } } else { JobFault::Later { why } }
}
