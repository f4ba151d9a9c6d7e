//! From pages on disk to committed events and state: read, decide, ingest.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use domain::{MarketId, Seen, sighting::ScopeId};
use futures_util::future::try_join_all;
use indexer::{
    fixtures::{PageAtHand, fill},
    intake::Intake,
};
use store::{Ingest, IngestOptions, Pool};
use tokio::sync::mpsc;

use crate::{
    benches::Context,
    book::{self, Book, OpenLot},
    figure::{Bound, Budget, Outcome, rate, spread},
    peer::{Format, Rows},
    scratch::Scratch,
};

/// Pages read together and given on; `fill` commits as many as one batch.
const PAGES_TOGETHER: usize = 32;
/// Batches read ahead.
const BATCHES_AHEAD: usize = 2;

/// Runs it.
pub(crate) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let gifts = context.gifts(100_000, 2_000);
    let rounds = context.rounds(5);
    let folder = context.folder.join("backfill-pages");
    let book = Book::write(&folder, gifts).await?;
    let scratch = Scratch::start(&context.folder, "backfill").await?;
    let mut ours = Vec::new();
    let mut raw = [Vec::new(), Vec::new()];
    let (mut rows, mut events) = (0, 0);
    for _ in 0..rounds {
        let pool = scratch.database("bench_ours", 8).await?;
        scratch.settle().await?;
        let took;
        (took, events) = backfill(&pool, &book).await?;
        ours.push(took);
        for (format, raw) in Format::ALL.into_iter().zip(&mut raw) {
            let copied = Rows::of(&pool, format).await?;
            let (took, count) = copied.write(&scratch, "bench_raw").await?;
            rows = usize::try_from(count)?;
            raw.push(took);
            scratch.remove("bench_raw").await?;
        }
        pool.close().await;
        scratch.remove("bench_ours").await?;
    }
    scratch.stop().await;
    std::fs::remove_dir_all(&folder).context("the pages are removed")?;
    let per_second = |took: &[Duration]| took.iter().map(|took| rate(rows, *took)).collect::<Vec<_>>();
    let [binary, text] = raw;
    let faster = binary.iter().zip(&text).map(|(binary, text)| binary.min(text));
    let ratios = ours.iter().zip(faster).map(|(ours, raw)| raw.as_secs_f64() / ours.as_secs_f64()).collect();
    Ok(Outcome {
        figures: vec![
            format!("{gifts} gifts, {} pages, {events} events, {rows} rows", book.shown.pages),
            format!("ours {} rows/s", spread(&per_second(&ours))),
            format!(
                "COPY binary {}, text {} rows/s",
                spread(&per_second(&binary)),
                spread(&per_second(&text))
            ),
        ],
        budgets: vec![Budget { name: "ratio", rounds: ratios, bound: Bound::AtLeast(0.5) }],
        notes: vec![
            format!(
                "Every market of a sandbox with {gifts} gifts is walked by its adapter and written to disk first. Measured is all from the \
                 first file opened (just written, so it is still in memory) to the last commit: reading, deciding against what the database \
                 knows, folding into state, hashing into the chain, evidence, every commit waiting for the disk. Markets are taken in side by \
                 side, as by their workers; {PAGES_TOGETHER} pages make one batch. What is open afterwards is compared with what the world says is for sale."
            ),
            "The peer is COPY of every row that was written, one connection, one COPY for each table, into a new database with the same \
             indexes on the same server; the faster of binary and text counts, in each round its own."
                .into(),
        ],
    })
}

/// Takes in every page and says how long it took and how many events were logged. What is open afterwards is what the pages show.
pub(crate) async fn backfill(pool: &Pool, book: &Book) -> anyhow::Result<(Duration, usize)> {
    let fees = Arc::new(pricing::FeeTable::bundled().clone());
    let (ingest, writer) = Ingest::spawn(pool.clone(), IngestOptions { fees, evidence_keep_days: 30 });
    let intake = Intake::new(pool.clone(), ingest);
    let began = Instant::now();
    let filling = book.walks().iter().map(|walk| fill_market(&intake, walk));
    let events = try_join_all(filling).await?.into_iter().sum();
    drop(intake);
    writer.await.context("the writer ends")?;
    let took = began.elapsed();
    let head = store::log::head(pool).await?;
    anyhow::ensure!(usize::try_from(head.position)? == events && events > 0, "{events} events, {head:?}");
    let open = "select market, lot, price_amount from market.listings where to_position is null";
    let open: Vec<OpenLot> = sqlx::query_as(open).fetch_all(pool).await.context("the listings are read")?;
    let count = open.len();
    let is_whole = open.into_iter().collect::<BTreeSet<_>>() == book.open;
    anyhow::ensure!(is_whole, "{count} open listings, and the pages show {} or others", book.open.len());
    Ok((took, events))
}

/// The pages of one market, as its worker takes them in: in order, beside the other markets. Says how many events were logged.
async fn fill_market(intake: &Intake, walk: &[PathBuf]) -> anyhow::Result<usize> {
    let (intake, walk) = (intake.clone(), walk.to_vec());
    let task = tokio::spawn(async move {
        let (batches, mut waiting) = mpsc::channel(BATCHES_AHEAD);
        let reading = tokio::task::spawn_blocking(move || read_all(&walk, &batches));
        let mut events = 0;
        while let Some(batch) = waiting.recv().await {
            events += fill(&intake, &batch, 0, scope_of).await?.events;
        }
        reading.await.context("the reader ends")??;
        anyhow::Ok(events)
    });
    task.await.context("a market is taken in")?
}

fn read_all(files: &[PathBuf], batches: &mpsc::Sender<Vec<PageAtHand>>) -> anyhow::Result<()> {
    for together in files.chunks(PAGES_TOGETHER) {
        let read = |path: &PathBuf| book::open(Path::new(path)).map(|(page, _)| page);
        let batch: Vec<PageAtHand> = together.iter().map(read).collect::<anyhow::Result<_>>()?;
        batches.blocking_send(batch).context("somebody takes the pages")?;
    }
    Ok(())
}

fn scope_of(market: &MarketId, seen: &Seen) -> Option<ScopeId> {
    adapters::reader(market.as_str())?.scope_of(seen)
}
