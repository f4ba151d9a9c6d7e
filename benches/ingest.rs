//! The store alone: batches of events as a scan makes them, to committed log, state and evidence. No page is parsed here.

mod events;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use futures_util::{StreamExt as _, TryStreamExt as _};
use store::{Batch, Ingest, IngestOptions, Pool};

use crate::{
    benches::Context,
    figure::{Bound, Budget, Outcome, rate, spread},
    peer::{Format, Rows},
    scratch::Scratch,
};

/// Events of one page: a hundred gifts, each with its details and its ask.
const GIFTS_PER_PAGE: usize = 100;
/// Pages given to the writer before the first is answered.
const PAGES_IN_FLIGHT: usize = 16;

/// Runs it.
pub(crate) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let gifts = context.gifts(50_000, 2_000);
    let rounds = context.rounds(5);
    let scratch = Scratch::start(&context.folder, "ingest").await?;
    let (mut ours, mut alone) = (Vec::new(), Vec::new());
    let mut raw = [Vec::new(), Vec::new()];
    let mut row_count = 0;
    for _ in 0..rounds {
        let pool = scratch.database("bench_alone", 4).await?;
        scratch.settle().await?;
        alone.push(rate(gifts, commit(&pool, gifts, 1).await?));
        pool.close().await;
        scratch.remove("bench_alone").await?;

        let pool = scratch.database("bench_ours", 4).await?;
        scratch.settle().await?;
        ours.push(rate(gifts, commit(&pool, gifts, PAGES_IN_FLIGHT).await?));
        for (format, raw) in Format::ALL.into_iter().zip(&mut raw) {
            let rows = Rows::of(&pool, format).await?;
            let (took, count) = rows.write(&scratch, "bench_raw").await?;
            row_count = count;
            raw.push(rate(gifts, took));
            scratch.remove("bench_raw").await?;
        }
        pool.close().await;
        scratch.remove("bench_ours").await?;
    }
    scratch.stop().await;
    let [binary, text] = raw;
    let faster = |index: usize| f64::max(binary[index], text[index]);
    let ratios = |ours: &[f64]| ours.iter().enumerate().map(|(index, ours)| ours / faster(index)).collect();
    Ok(Outcome {
        figures: vec![
            format!("{gifts} gifts, {row_count} rows"),
            format!("ours {} gifts/s", spread(&ours)),
            format!("one page at a time {} gifts/s", spread(&alone)),
            format!("COPY binary {}, text {} gifts/s", spread(&binary), spread(&text)),
        ],
        budgets: vec![
            Budget { name: "ratio", rounds: ratios(&ours), bound: Bound::None },
            Budget { name: "ratio of one page at a time", rounds: ratios(&alone), bound: Bound::None },
        ],
        notes: vec![
            format!(
                "Pages of {GIFTS_PER_PAGE} gifts are two events for each gift and one piece of evidence; {PAGES_IN_FLIGHT} pages wait \
                 for the writer at a time, or one."
            ),
            "The peer is COPY of every row that was written, one connection, one COPY for each table, into a new database with all \
             indexes; the faster of binary and text counts, in each round its own."
                .into(),
        ],
    })
}

/// Commits pages for so many gifts and says how long it took. Making the pages is not counted.
async fn commit(pool: &Pool, gifts: usize, in_flight: usize) -> anyhow::Result<Duration> {
    let batches: Vec<Batch> = events::batches(gifts, GIFTS_PER_PAGE)?;
    let fees = Arc::new(pricing::FeeTable::bundled().clone());
    let (ingest, writer) = Ingest::spawn(pool.clone(), IngestOptions { fees, evidence_keep_days: 30 });
    let began = Instant::now();
    let mut committed =
        futures_util::stream::iter(batches.into_iter().map(|batch| ingest.commit(batch))).buffered(in_flight);
    let mut logged = 0;
    while let Some(one) = committed.try_next().await.context("a page is committed")? {
        logged += one.logged;
    }
    let took = began.elapsed();
    drop(committed);
    drop(ingest);
    writer.await.context("the writer ends")?;
    anyhow::ensure!(logged == 2 * gifts, "{logged} events were logged, not {}", 2 * gifts);
    let open = "select count(*) from market.listings where to_position is null";
    let open: i64 = sqlx::query_scalar(open).fetch_one(pool).await.context("the listings are counted")?;
    anyhow::ensure!(usize::try_from(open)? == gifts, "{open} listings are open, not {gifts}");
    Ok(took)
}
