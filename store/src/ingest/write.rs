//! The one transaction.

use std::{collections::HashSet, panic::resume_unwind, sync::Arc};

use domain::{CollectionSlug, Event, LoggedEvent};
use sqlx::PgConnection;

use super::{Batch, Committed, IngestFault, IngestOptions, Mark, referred};
use crate::{
    copy::copy,
    evidence::{self, Packed},
    fold::Folding,
    log::{EVENTS, head_of, write_event},
    pool::{Pool, begin_planned},
    seal,
};

/// Writes batches as one transaction; one answer for each.
pub(super) async fn write(
    pool: &Pool,
    options: &IngestOptions,
    batches: &[&Batch],
) -> Result<Vec<Committed>, IngestFault> {
    let mut tx = begin_planned(pool).await?;
    let has_events = batches.iter().any(|batch| !batch.events.is_empty());
    let committed = if has_events {
        append(&mut tx, options, batches).await?
    } else {
        let position =
            sqlx::query_scalar!("select position from market.log_head").fetch_one(&mut *tx).await?;
        vec![Committed { position, logged: 0 }; batches.len()]
    };
    for batch in batches {
        marks(&mut tx, &batch.marks).await?;
    }
    tx.commit().await?;
    Ok(committed)
}

async fn append(
    tx: &mut PgConnection,
    options: &IngestOptions,
    batches: &[&Batch],
) -> Result<Vec<Committed>, IngestFault> {
    let head =
        sqlx::query!("select position, head from market.log_head for update").fetch_one(&mut *tx).await?;
    let mut known = already_logged(tx, batches).await?;
    let mut events = Vec::new();
    let mut position = head.position;
    let mut committed = Vec::with_capacity(batches.len());
    for batch in batches {
        let before = events.len();
        for event in &batch.events {
            if !is_new(&mut known, event) {
                continue;
            }
            position += 1;
            events.push(LoggedEvent { position, event: event.clone() });
        }
        committed.push(Committed { position: 0, logged: events.len() - before });
    }
    for one in &mut committed {
        one.position = position;
    }
    if events.is_empty() {
        return Ok(committed);
    }
    let events: Arc<[LoggedEvent]> = events.into();
    let folding = Folding::begin(tx, &options.fees, &events).await?;
    let sealing = tokio::task::spawn_blocking({
        let events = events.clone();
        move || seal::digest(events.iter().map(LoggedEvent::line))
    });
    copy(tx, &EVENTS, &events, write_event).await?;
    folding.finish(tx).await?;
    let digest = sealing.await.unwrap_or_else(|fault| resume_unwind(fault.into_panic()));
    let next = seal::next(&head_of(&head.head), &digest);
    let wanted = referred(batches);
    let attached = batches
        .iter()
        .zip(&committed)
        .filter(|(_, one)| one.logged > 0)
        .flat_map(|(batch, _)| &batch.attached);
    let packed: Vec<Packed> = batches
        .iter()
        .flat_map(|batch| &batch.evidence)
        .filter(|packed| wanted.contains(&packed.hash))
        .chain(attached)
        .cloned()
        .collect();
    evidence::store(tx, &packed, options.evidence_keep_days).await?;
    sqlx::query!(
        "insert into market.log_batches (first_position, last_position, digest, head) values ($1, $2, $3, $4)",
        head.position + 1,
        position,
        digest.as_slice(),
        next.as_slice()
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("update market.projections set position = $1 where name = 'state'", position)
        .execute(&mut *tx)
        .await?;
    sqlx::query!("update market.log_head set position = $1, head = $2", position, next.as_slice())
        .execute(&mut *tx)
        .await?;
    Ok(committed)
}

/// The (market, source id) pairs of these batches that are logged already.
async fn already_logged(
    tx: &mut PgConnection,
    batches: &[&Batch],
) -> Result<HashSet<(String, String)>, sqlx::Error> {
    let (market, source_id): (Vec<String>, Vec<String>) = batches
        .iter()
        .flat_map(|batch| &batch.events)
        .filter_map(|event| event.source_id.as_ref().map(|id| (event.market.as_str().to_owned(), id.clone())))
        .unzip();
    if market.is_empty() {
        return Ok(HashSet::new());
    }
    let rows = sqlx::query!(
        r#"select e.market, e.source_id as "source_id!"
           from unnest($1::text[], $2::text[]) as u(market, source_id)
           join market.events e on e.market = u.market and e.source_id = u.source_id"#,
        &market,
        &source_id
    )
    .fetch_all(tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.market, row.source_id)).collect())
}

fn is_new(known: &mut HashSet<(String, String)>, event: &Event) -> bool {
    match &event.source_id {
        None => true,
        Some(id) => known.insert((event.market.as_str().to_owned(), id.clone())),
    }
}

async fn marks(tx: &mut PgConnection, marks: &[Mark]) -> Result<(), sqlx::Error> {
    for mark in marks {
        match mark {
            Mark::Cursor { market, walk, cursor } => {
                sqlx::query!(
                    "insert into market.cursors (market, walk, cursor) values ($1, $2, $3)
                     on conflict (market, walk) do update set cursor = excluded.cursor, updated_at = clock_timestamp()
                     where cursors.cursor is distinct from excluded.cursor",
                    market.as_str(),
                    walk,
                    cursor.as_deref()
                )
                .execute(&mut *tx)
                .await?;
            }
            Mark::Anew { market, walk } => {
                sqlx::query!(
                    "delete from market.cursors where market = $1 and walk = $2",
                    market.as_str(),
                    walk
                )
                .execute(&mut *tx)
                .await?;
            }
            Mark::Scan { market, scope, slug, started_us, completed_us, seen } => {
                sqlx::query!(
                    "insert into market.scans (market, scope, slug, started_us, completed_us, seen) values ($1, $2, $3, $4, $5, $6)
                     on conflict (market, scope) do update set slug = excluded.slug, started_us = excluded.started_us,
                        completed_us = excluded.completed_us, seen = excluded.seen, dropped_at = null
                     where scans.started_us < excluded.started_us",
                    market.as_str(),
                    scope.0,
                    slug.as_ref().map(CollectionSlug::as_str),
                    started_us,
                    completed_us,
                    seen
                )
                .execute(&mut *tx)
                .await?;
            }
            Mark::Checked { market } => {
                sqlx::query!(
                    "insert into market.market_status (market, checked_at, last_ok_at) values ($1, clock_timestamp(), clock_timestamp())
                     on conflict (market) do update set checked_at = excluded.checked_at, last_ok_at = excluded.last_ok_at",
                    market.as_str()
                )
                .execute(&mut *tx)
                .await?;
            }
        }
    }
    Ok(())
}
