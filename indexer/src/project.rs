//! Projections that follow the log in their own time: the floors. A notice only wakes; the stored position says what there is to do.

use std::time::{Duration, Instant};

use rand::{SeedableRng, rngs::StdRng};
use store::{Pool, evidence, floors};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{backoff::Backoff, observe};

/// Without a notice the log is looked at again after this long.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// After a fault; milliseconds.
const FAULT: Backoff = Backoff { first_ms: 200, most_ms: 10_000 };
/// Evidence whose time is over is looked for this often.
const SWEEP_EVERY: Duration = Duration::from_secs(600);
/// Pieces of evidence removed by one statement.
const SWEEP_PIECES: i64 = 500;

/// Takes the floors to the log's head and returns.
///
/// # Errors
/// What PostgreSQL says; what was reached before stays.
pub async fn catch_up(pool: &Pool) -> anyhow::Result<()> {
    loop {
        let began = Instant::now();
        let Some(step) = floors::advance(pool).await? else { return Ok(()) };
        observe::floors_advanced(step.from, step.to, step.changed, began.elapsed());
    }
}

/// Follows the log with the floors until told to stop. `position` is what this process commits; commits of others are seen within a second.
pub async fn follow(pool: Pool, mut position: watch::Receiver<i64>, stop: CancellationToken) {
    let mut random = StdRng::seed_from_u64(0);
    let mut faults = 0_u32;
    while !stop.is_cancelled() {
        position.mark_unchanged();
        let wait = match catch_up(&pool).await {
            Ok(()) => {
                faults = 0;
                LOOK_EVERY
            }
            Err(fault) => {
                faults = faults.saturating_add(1);
                let wait_ms = FAULT.wait_ms(faults, &mut random);
                tracing::warn!(wait_ms, "the floors wait: {fault:#}");
                Duration::from_millis(wait_ms)
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
            changed = position.changed(), if faults == 0 => {
                if changed.is_err() {
                    // The writer has ended; what is committed is taken before this ends too.
                    let _ = catch_up(&pool).await;
                    return;
                }
            }
        }
    }
}

/// Removes evidence whose time is over, until told to stop.
pub async fn sweep_evidence(pool: Pool, stop: CancellationToken) {
    loop {
        match evidence::sweep(&pool, SWEEP_PIECES).await {
            Ok(removed) if removed == SWEEP_PIECES.unsigned_abs() => continue,
            Ok(_) => {}
            Err(fault) => {
                tracing::debug!(error = %fault, "evidence could not be swept; it is tried again later")
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(SWEEP_EVERY) => {}
        }
    }
}
