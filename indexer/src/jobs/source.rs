//! The pace of a source that jobs ask: one budget, whoever asks and however many at once.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use domain::{SourceFault, market::RequestBudget};

use super::JobFault;
use crate::{budget::Budget, pace::Pace};

/// A source's budget, shared by the jobs that ask it. It is one process's: over all processes it holds through the lane, which one of them has.
#[derive(Debug)]
pub struct SourcePace {
    began: Instant,
    budget: Mutex<Budget>,
}

impl SourcePace {
    /// A source's documented budget at a pace; nothing is asked yet.
    #[must_use]
    pub fn new(documented: RequestBudget, pace: &Pace) -> Self {
        Self { began: Instant::now(), budget: Mutex::new(Budget::new(documented, pace)) }
    }

    /// Waits for the next turn and takes it.
    pub async fn turn(&self) {
        loop {
            let now_ms = self.now_ms();
            let wait_ms = self.with(|budget| {
                let ready_ms = budget.ready_at_ms(now_ms);
                if ready_ms <= now_ms {
                    budget.spend(now_ms);
                }
                ready_ms.saturating_sub(now_ms)
            });
            if wait_ms == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        }
    }

    /// The source answered: it is asked a little more often.
    pub fn answered(&self) {
        self.with(Budget::raise);
    }

    /// The source asked for time: nothing is sent before it has passed, and half as much after it.
    pub fn asked_for_time(&self, after_ms: u64) {
        let now_ms = self.now_ms();
        self.with(|budget| {
            budget.lower();
            budget.hold(now_ms, after_ms);
        });
    }

    /// What a fault of the source means for a job, and for the pace of all that ask it. `Ok` is the reason of a source that can never answer.
    /// One that refuses us, or whose shape has changed, is left alone for `rest_ms`.
    ///
    /// # Errors
    /// [`JobFault`] where the job is to be tried again.
    pub fn bear(&self, fault: SourceFault, rest_ms: u64) -> Result<String, JobFault> {
        let told = fault.to_string();
        match fault {
            SourceFault::Retry { why } => Err(JobFault::Later { why }),
            SourceFault::RetryAfter { after_ms, why } => {
                self.asked_for_time(after_ms);
                Err(JobFault::Asked { after_ms, why })
            }
            SourceFault::Refused { .. } | SourceFault::Malformed(_) => {
                self.asked_for_time(rest_ms);
                Err(JobFault::Later { why: told })
            }
            SourceFault::Never { why } => Ok(why),
        }
    }

    fn with<T>(&self, with: impl FnOnce(&mut Budget) -> T) -> T {
        with(&mut self.budget.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn turns_keep_their_distance_whoever_takes_them() {
        let documented = RequestBudget { requests: 100, window_ms: 1_000, spacing_ms: 20 };
        let pace = SourcePace::new(documented, &Pace::live(0));
        let began = Instant::now();
        futures_util::future::join_all((0..4).map(|_| pace.turn())).await;
        assert!(began.elapsed() >= Duration::from_millis(60), "four turns are three waits apart");
        pace.asked_for_time(50);
        let began = Instant::now();
        pace.turn().await;
        assert!(began.elapsed() >= Duration::from_millis(49), "what is asked for is given");
    }
}
