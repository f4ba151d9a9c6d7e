//! The log: order, once, neighbors, chain, rebuild, time travel.

use std::sync::Arc;

use futures_util::TryStreamExt;
use pricing::FeeTable;
use rand::{SeedableRng, seq::SliceRandom};
use store::{Batch, Ingest, IngestOptions, Pool, log::fold::LogReader};

use crate::facts::{delisted, described, gift, listed, repriced, sold};

fn ingest(pool: &Pool) -> Ingest {
    let options = IngestOptions { fees: Arc::new(FeeTable::bundled().clone()), evidence_keep_days: 30 };
    Ingest::spawn(pool.clone(), options).0
}

async fn commit(ingest: &Ingest, events: Vec<domain::Event>) -> store::Committed {
    ingest.commit(Batch { events, ..Batch::default() }).await.expect("a commit")
}

/// Every row of every state table as text, in order.
pub(crate) async fn state_rows(pool: &Pool) -> Vec<String> {
    let mut rows = Vec::new();
    for table in [
        "collections",
        "attributes",
        "lots",
        "listings",
        "gifts",
        "holdings",
        "sales",
        "rates",
        "quarantines",
        "auctions",
        "offer_lots",
        "offers",
    ] {
        let sql = format!("select '{table} ' || t::text from market.{table} t order by 1");
        let found: Vec<String> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(pool).await.expect("a state table");
        rows.extend(found);
    }
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_appear_in_order_whoever_writes() {
    let database = harness::database().await;
    let pool = database.pool.clone();
    // Two queues are two processes as far as the counter row knows.
    let writers = [ingest(&pool), ingest(&pool)];
    let mut tasks = Vec::new();
    for writer in 0..8_u32 {
        let ingest = writers[writer as usize % 2].clone();
        tasks.push(tokio::spawn(async move {
            for turn in 0..25 {
                let name = format!("plushpepe-{}", writer * 100 + turn + 1);
                commit(&ingest, vec![listed(&name, 100, 5), repriced(&name, 101, 6)]).await;
            }
        }));
    }
    let reader = {
        let pool = pool.clone();
        tokio::spawn(async move {
            let (mut seen, mut position) = (Vec::new(), 0);
            while seen.len() < 400 {
                for event in store::log::events_after(&pool, position, 1_000).await.expect("the log") {
                    position = event.position;
                    seen.push(event.position);
                }
            }
            seen
        })
    };
    for task in tasks {
        task.await.expect("a writer");
    }
    let seen = reader.await.expect("the reader");
    assert_eq!(
        seen,
        (1..=400).collect::<Vec<i64>>(),
        "a reader that follows meets every position once and in order"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exported_log_proves_its_head() {
    let database = harness::database().await;
    let ingest = ingest(&database.pool);
    for n in 1..=5_i64 {
        commit(&ingest, vec![described("plushpepe-1", n, "Cozy", "alice"), listed("plushpepe-1", n, n)])
            .await;
    }
    let head = store::log::head(&database.pool).await.expect("the head");
    for after in [0, 3, 4, 10] {
        let chunks: Vec<String> =
            store::log::export::export(database.pool.clone(), after).try_collect().await.expect("an export");
        let mut reader = LogReader::default();
        for line in chunks.concat().lines() {
            reader.take(line).expect("a line of our own");
        }
        let summary = reader.end().expect("a whole log");
        assert_eq!((summary.position, summary.head), (head.position, head.head), "after {after}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_happening_is_logged_once() {
    let database = harness::database().await;
    let ingest = ingest(&database.pool);
    let first = commit(&ingest, vec![listed("plushpepe-1", 1, 5), listed("plushpepe-1", 1, 5)]).await;
    let again = commit(&ingest, vec![listed("plushpepe-1", 1, 5), sold("plushpepe-1", 2, 5, "bob")]).await;
    assert_eq!((first.logged, again.logged, again.position), (1, 1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_batch_fails_alone() {
    let database = harness::database().await;
    let ingest = ingest(&database.pool);
    let mut bad = listed("plushpepe-1", 1, 5);
    // No adapter makes a negative price; the database refuses it all the same.
    if let domain::Fact::Listed { price, .. } = &mut bad.fact {
        price.amount = -1;
    }
    let good = (2..20).map(|n| commit_one(&ingest, listed(&format!("plushpepe-{n}"), 1, 5)));
    let (bad, good) = futures_util::join!(commit_one(&ingest, bad), futures_util::future::join_all(good));
    assert!(bad.is_err());
    assert!(good.iter().all(Result::is_ok));
    let head = store::log::head(&database.pool).await.expect("the head");
    assert_eq!(head.position, 18, "nothing of the bad batch is left, and no gap");
}

async fn commit_one(ingest: &Ingest, event: domain::Event) -> Result<store::Committed, store::IngestFault> {
    ingest.commit(Batch { events: vec![event], ..Batch::default() }).await
}

fn history() -> Vec<domain::Event> {
    let mut events = Vec::new();
    for n in 1..=6_i64 {
        let name = format!("plushpepe-{n}");
        events.push(described(&name, n, "Cozy", "alice"));
        events.push(listed(&name, n, 10 * n));
        events.push(repriced(&name, n + 10, 11 * n));
        match n % 3 {
            0 => events.push(sold(&name, n + 20, 11 * n, "bob")),
            1 => events.push(delisted(&name, n + 20)),
            _ => {}
        }
        events.push(described(&name, n + 15, "Cozy", "carol"));
    }
    events.push(listed("plushpepe-1", 50, 7));
    events
}

#[tokio::test(flavor = "multi_thread")]
async fn any_order_gives_the_same_state_and_a_rebuild_the_same_rows() {
    let mut hashes = Vec::new();
    for seed in 0..4_u64 {
        let database = harness::database().await;
        let ingest = ingest(&database.pool);
        let mut events = history();
        if seed > 0 {
            events.shuffle(&mut rand::rngs::StdRng::seed_from_u64(seed));
        }
        for chunk in events.chunks(1 + usize::try_from(seed).expect("small") * 3) {
            commit(&ingest, chunk.to_vec()).await;
            commit(&ingest, chunk.to_vec()).await;
        }
        let before = state_rows(&database.pool).await;
        hashes.push(store::state::hash(&database.pool).await.expect("a hash"));
        store::state::rebuild(&database.pool, FeeTable::bundled(), |_, _| {}).await.expect("a rebuild");
        assert_eq!(before, state_rows(&database.pool).await, "seed {seed}");
    }
    assert!(hashes.windows(2).all(|pair| pair[0] == pair[1]), "{hashes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_see_the_old_state_until_a_rebuild_has_ended() {
    let database = harness::database().await;
    commit(&ingest(&database.pool), history()).await;
    let before = state_rows(&database.pool).await;
    let (said, heard) = std::sync::mpsc::channel();
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let pool = database.pool.clone();
    let rebuild = tokio::spawn(async move {
        let told = move |_, _| {
            said.send(()).expect("the test listens");
            // Until the test lets go of its end.
            let _ = tokio::task::block_in_place(|| held.recv());
        };
        store::state::rebuild(&pool, FeeTable::bundled(), told).await
    });
    tokio::task::spawn_blocking(move || heard.recv())
        .await
        .expect("a thread")
        .expect("it has folded the log");
    assert_eq!(before, state_rows(&database.pool).await);
    drop(hold);
    rebuild.await.expect("a task").expect("a rebuild");
    assert_eq!(before, state_rows(&database.pool).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_can_be_asked() {
    let database = harness::database().await;
    let ingest = ingest(&database.pool);
    commit(&ingest, vec![described("plushpepe-1", 1, "Cozy", "alice"), listed("plushpepe-1", 1, 5)]).await;
    commit(&ingest, vec![repriced("plushpepe-1", 2, 6)]).await;
    commit(&ingest, vec![sold("plushpepe-1", 3, 6, "bob")]).await;
    let mut asked = Vec::new();
    for position in 1..=4_i64 {
        let price: Option<i64> = sqlx::query_scalar(
            "select price_amount from market.listings
             where from_position <= $1 and (to_position is null or to_position > $1)",
        )
        .bind(position)
        .fetch_optional(&database.pool)
        .await
        .expect("a query");
        asked.push(price);
    }
    assert_eq!(asked, [None, Some(5), Some(6), None]);
    let owner: String = sqlx::query_scalar("select owner from market.holdings where to_position is null")
        .fetch_one(&database.pool)
        .await
        .expect("a holding");
    assert_eq!((owner.as_str(), gift("plushpepe-1").to_string().as_str()), ("bob", "plushpepe-1"));
}
