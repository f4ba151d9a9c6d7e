//! `ribbon index` and PostgreSQL are killed again and again while a market lives on: nothing is lost, nothing is doubled.

use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use harness::{Ribbon, RibbonCommand, say};
use pricing::FeeTable;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use rustix::process::{Pid, Signal, kill_process};
use store::{Pool, log::fold::LogReader};

use crate::{
    equality::{compare, once::differences},
    store_log::state_rows,
    world::{World, until},
};

/// Kills of the indexer and of PostgreSQL in the usual run.
const KILLS: u64 = 40;
const SERVER_KILLS: u64 = 4;
const GIFTS: u64 = 600;

fn gifts() -> u32 {
    u32::try_from(harness::long::count("KILL_GIFTS", GIFTS)).expect("a number of gifts")
}

fn start(world: &World) -> Ribbon {
    let mut command = RibbonCommand::new("index").env("RIBBON_MARKET_SKEW_MS", "6000");
    for (name, value) in world.settings() {
        command = command.env(name, value);
    }
    command.start()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_indexer_is_killed_and_nothing_is_lost() {
    let kills = harness::long::count("KILLS", KILLS);
    let mut seeds = harness::long::seeds("kills", 1);
    while let Some(seed) = seeds.next() {
        let mut random = StdRng::seed_from_u64(seed);
        let world = World::open(seed, gifts()).await;
        let mut inside = 0;
        for _ in 0..kills {
            let since_us = world.clock.now_us();
            let mut ribbon = start(&world);
            progress(&world, &mut ribbon).await;
            tokio::time::sleep(Duration::from_millis(random.random_range(0..120))).await;
            inside += u64::from(kill(&world, &mut ribbon, since_us).await);
        }
        say(&format!(
            "kills of the indexer, seed {seed}: {inside} of {kills} fell inside an open write transaction"
        ));
        settle(&world, &format!("after {kills} kills, seed {seed}")).await;
        assert!(inside * 3 >= kills, "only {inside} of {kills} kills fell inside an open write transaction");
        seeds.done(seed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_is_killed_and_nothing_is_lost() {
    let kills = harness::long::count("SERVER_KILLS", SERVER_KILLS);
    let mut seeds = harness::long::seeds("server-kills", 1);
    while let Some(seed) = seeds.next() {
        let mut random = StdRng::seed_from_u64(seed);
        let server = harness::own_cluster().await;
        let world = World::open_on(seed, gifts(), server.url()).await;
        let mut ribbon = start(&world);
        for _ in 0..kills {
            progress(&world, &mut ribbon).await;
            tokio::time::sleep(Duration::from_millis(random.random_range(0..300))).await;
            server.kill().await;
            assert_eq!(ribbon.exit_status(), None, "the indexer waits for its database, it does not end");
        }
        say(&format!("kills of PostgreSQL, seed {seed}: {kills} under one indexer"));
        progress(&world, &mut ribbon).await;
        ribbon.interrupt().await;
        settle(&world, &format!("after {kills} kills of PostgreSQL, seed {seed}")).await;
        seeds.done(seed);
    }
}

/// Waits until this process has committed something.
async fn progress(world: &World, ribbon: &mut Ribbon) {
    let before = position(world.pool()).await.unwrap_or(0);
    let began = Instant::now();
    loop {
        if position(world.pool()).await.is_some_and(|now| now > before) {
            return;
        }
        if let Some(status) = ribbon.exit_status() {
            panic!("the indexer ended by itself ({status}):\n{}", ribbon.log().join("\n"));
        }
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "no progress in a minute:\n{}",
            ribbon.log().join("\n")
        );
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
}

/// The log's position; `None` while PostgreSQL is away.
async fn position(pool: &Pool) -> Option<i64> {
    store::log::head(pool).await.ok().map(|head| head.position)
}

/// Stops the process where it is, looks whether it holds a write transaction open, and kills it; says what it found.
async fn kill(world: &World, ribbon: &mut Ribbon, since_us: i64) -> bool {
    let pid = i32::try_from(ribbon.pid()).ok().and_then(Pid::from_raw).expect("a process id");
    kill_process(pid, Signal::STOP).expect("the process is there");
    let is_inside = writes_open(world.pool(), since_us).await;
    ribbon.kill();
    is_inside
}

/// Whether a connection made since then, which is to say not one of an earlier process that is still ending, holds a write transaction open.
async fn writes_open(pool: &Pool, since_us: i64) -> bool {
    let open: i64 = sqlx::query_scalar(
        "select count(*) from pg_catalog.pg_stat_activity
         where datname = current_database() and backend_type = 'client backend' and backend_xid is not null
             and application_name not like 'ribbon-test%' and extract(epoch from backend_start) * 1000000 >= $1",
    )
    .bind(since_us)
    .fetch_one(pool)
    .await
    .expect("the server's list");
    open > 0
}

/// What a market's own id does not hold apart, what a scan saw, is logged once as well.
async fn once_each(pool: &Pool, when: &str) {
    let doubled: Vec<String> = sqlx::query_scalar(
        "select string_agg(position::text, ', ' order by position) || ': ' || min(fact) from market.events
         group by market, kind, fact::jsonb ->> 'lot', key_at_us, key_rank, key_seen_us, key_tie, fact::jsonb -> 'price'
         having count(*) > 1",
    )
    .fetch_all(pool)
    .await
    .expect("the log");
    assert!(doubled.is_empty(), "{when}: logged more than once: {doubled:#?}");
}

/// One undisturbed run to the end, then every proof.
async fn settle(world: &World, when: &str) {
    world.sandbox.pause();
    let mut ribbon = start(world);
    world.scanned_anew().await;
    let status = ribbon.interrupt().await;
    assert!(status.success(), "the indexer stops cleanly: {status}\n{}", ribbon.log().join("\n"));
    let pool = world.pool();
    compare(world, when).await;
    once_each(pool, when).await;

    let chunks: Vec<String> =
        store::log::export::export(pool.clone(), 0).try_collect().await.expect("an export");
    let mut reader = LogReader::default();
    for line in chunks.concat().lines() {
        reader.take(line).expect("an unbroken log");
    }
    let summary = reader.end().expect("a whole log");
    let head = store::log::head(pool).await.expect("the head");
    assert_eq!(
        (summary.position, summary.head),
        (head.position, head.head),
        "{when}: the chain proves every event"
    );

    let before = state_rows(pool).await;
    store::state::rebuild(pool, FeeTable::bundled(), |_, _| {}).await.expect("a rebuild");
    let lost = differences(&before, &state_rows(pool).await);
    assert_eq!(lost, Vec::<String>::new(), "{when}: the state is the fold of the log");
    until(Duration::from_secs(10), "no connection of a dead process is left", || async {
        !writes_open(pool, 0).await
    })
    .await;
}
