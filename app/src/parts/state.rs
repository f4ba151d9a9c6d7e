//! The state tables, made anew where this version's rules or fee table are not those that made them.

use pricing::FeeTable;
use store::{Pool, state};

use crate::exit::{Blame as _, Exit, Failure};
use crate::progress::Step;

/// Rebuilds the state if it was made by other rules.
///
/// # Errors
/// Exit code 3 when the database does not answer, 1 when the log cannot be folded.
pub async fn make_current(pool: &Pool) -> Result<(), Failure> {
    if state::is_current(pool, FeeTable::bundled()).await.blame(Exit::NotNow)? {
        return Ok(());
    }
    rebuild(pool).await
}

/// Makes state and projections anew from the log.
///
/// # Errors
/// Exit code 1 when the log cannot be folded; then the old state stands.
pub async fn rebuild(pool: &Pool) -> Result<(), Failure> {
    let step = Step::begin("State from the log");
    let done = state::rebuild(pool, FeeTable::bundled(), |position, head| {
        step.at(position.unsigned_abs(), head.unsigned_abs(), "events");
    });
    done.await.blame(Exit::Refuted)?;
    step.end("made anew");
    let step = Step::begin("Floors");
    indexer::project::catch_up(pool).await.map_err(|cause| Failure { exit: Exit::NotNow, cause })?;
    step.end("made anew");
    Ok(())
}
