//! Writes down that a gift came back from TON. No source tells it: it follows from a word that shows the gift elsewhere, later than the last
//! word that it is on TON. The state decides what is due, so the loop may run twice, late, or be killed at any moment: an id that
//! follows from the gift and the word makes each return one event, and the event changes no state.

use std::time::Duration;

use domain::{Cause, Event, Fact, Finality, ports::Clock};
use store::{Batch, Ingest, Pool, returns};
use tokio_util::sync::CancellationToken;

/// Looked for this often: nobody waits for it.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Returns in one batch.
const BATCH: i64 = 500;

/// Logs returns that are due until told to stop.
pub async fn follow(pool: Pool, ingest: Ingest, clock: std::sync::Arc<dyn Clock>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match log_due(&pool, &ingest, clock.now_us()).await {
            Ok(logged) if logged == BATCH.unsigned_abs() => continue,
            Ok(_) => {}
            Err(fault) => tracing::warn!("returns from TON wait: {fault:#}"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// Logs what is due now, at most a batch of it, and says how many were new. `now_us` is the time on the database's clock.
///
/// # Errors
/// What the store says; then nothing was logged and the same is due again.
pub async fn log_due(pool: &Pool, ingest: &Ingest, now_us: i64) -> anyhow::Result<u64> {
    let due = returns::due(pool, BATCH).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let events = due.into_iter().map(|due| event(due, now_us)).collect();
    let committed = ingest.commit(Batch { events, ..Batch::default() }).await?;
    Ok(u64::try_from(committed.logged)?)
}

fn event(due: returns::Due, now_us: i64) -> Event {
    let returns::Due { gift, on_chain_at_us, place, key, evidence } = due;
    Event {
        market: place.market.clone(),
        key,
        observed_at_us: now_us,
        finality: Finality::Pending,
        cause: Cause::Inference,
        // The page that shows it off TON.
        evidence,
        origin: domain::Origin::Fetched,
        corrects: None,
        source_id: Some(returns::source_id(&gift, on_chain_at_us)),
        fact: Fact::Returned {
            custody: place.custody,
            shown_by: place.market,
            shown_at_us: key.at_us,
            on_chain_at_us,
        },
        gift: Some(gift),
    }
}
