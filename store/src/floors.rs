//! The floors as they follow the log: `market.floors` as a projection of the listings' versions, exact to the position.
//!
//! A step reads only what changed between two positions. The lowest of what did not change is the floor as it stood, unless that
//! very listing ended; only then the listings are asked. `pricing::floors` over the open listings gives the same floors.

mod read;
mod step;
mod write;

use crate::pool::{Pool, begin_planned};

/// Version of the rules here. Floors made by another version are made anew.
pub const VERSION: i64 = 1;

/// Most positions one step takes.
const POSITIONS_MAX: i64 = 5_000;

const NAME: &str = "floors";

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advanced {
    /// The position reached before.
    pub from: i64,
    /// The position reached now.
    pub to: i64,
    /// Floors that began to have another value.
    pub changed: usize,
}

/// Takes the floors one step further after the log; `None` when they are at its head. One process at a time does it, others wait.
///
/// # Errors
/// What PostgreSQL says; then nothing of the step was written.
pub async fn advance(pool: &Pool) -> Result<Option<Advanced>, sqlx::Error> {
    let mut tx = begin_planned(pool).await?;
    sqlx::query!(
        "insert into market.projections (name, version, position) values ($1, $2, 0) on conflict (name) do nothing",
        NAME,
        VERSION
    )
    .execute(&mut *tx)
    .await?;
    let held =
        sqlx::query!("select version, position from market.projections where name = $1 for update", NAME)
            .fetch_one(&mut *tx)
            .await?;
    let from = if held.version == VERSION {
        held.position
    } else {
        sqlx::query!("delete from market.floors").execute(&mut *tx).await?;
        0
    };
    let head = sqlx::query_scalar!("select position from market.log_head").fetch_one(&mut *tx).await?;
    let to = head.min(from + POSITIONS_MAX);
    if to <= from {
        tx.rollback().await?;
        return Ok(None);
    }
    let changed = project(&mut tx, from, to).await?;
    sqlx::query!(
        "update market.projections set version = $2, position = $3 where name = $1",
        NAME,
        VERSION,
        to
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    metrics::gauge!("store_floors_position").set(crate::as_metric(to));
    Ok(Some(Advanced { from, to, changed }))
}

async fn project(tx: &mut sqlx::PgConnection, from: i64, to: i64) -> Result<usize, sqlx::Error> {
    let changed = read::changed_listings(tx, from, to).await?;
    if changed.is_empty() {
        return Ok(0);
    }
    let mut step = step::Step::new(from, to, changed);
    let keys = step.keys();
    step.stand(read::current(tx, &keys).await?);
    let lost = step.lost();
    step.replace(read::lowest_of_unchanged(tx, &lost, from, to).await?);
    let versions = step.run();
    let begun = versions.begun.len();
    write::write(tx, &versions).await?;
    Ok(begun)
}
