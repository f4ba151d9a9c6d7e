//! Processes of job workers that are killed, and jobs that end their own process.

use harness::{Ribbon, RibbonCommand, deeds::ATTEMPTS_MAX, say};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use super::*;

/// Kills of one seed, and seeds of the usual run.
const KILLS: u64 = 12;
const SEEDS: u64 = 3;

fn start(url: &str) -> Ribbon {
    RibbonCommand::deeds().env("DATABASE_URL", url).start()
}

/// Nobody ends an attempt of these jobs but the kill, so a job may be killed as often as it likes.
async fn without_end(pool: &Pool) {
    sqlx::query("update apalis.jobs set max_attempts = 1000").execute(pool).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_workers_lose_nothing_and_do_nothing_twice() {
    let kills = harness::long::count("JOB_KILLS", KILLS);
    let mut seeds = harness::long::seeds("job-kills", SEEDS);
    while let Some(seed) = seeds.next() {
        let mut random = StdRng::seed_from_u64(seed);
        let database = harness::database().await;
        let pool = &database.pool;
        deeds::prepare(pool).await;
        let jobs = u32::try_from(kills).unwrap() * 12;
        deeds::add(pool, &logs(1..=jobs)).await;
        without_end(pool).await;
        let mut inside = 0;
        for _ in 0..kills {
            let mut process = start(&database.url);
            let before: i64 = runs(pool).await.values().sum();
            let began = Instant::now();
            while runs(pool).await.values().sum::<i64>() == before && count(pool).await.waiting > 0 {
                assert!(began.elapsed() < Duration::from_secs(30), "{:?}", process.log());
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            tokio::time::sleep(Duration::from_millis(random.random_range(0..60))).await;
            process.kill();
            inside += u64::from(count(pool).await.running > 0);
        }
        let mut process = start(&database.url);
        settled(pool, i64::from(jobs), 0).await;
        assert!(process.interrupt().await.success(), "{:?}", process.log());
        assert_eq!(logged(pool).await, i64::from(jobs), "seed {seed}");
        assert_eq!(runs_at_once(pool).await, 0, "seed {seed}");
        let again = runs(pool).await.values().filter(|times| **times > 1).count();
        say(&format!(
            "kills of job workers, seed {seed}: {inside} of {kills} fell on running jobs, {again} jobs ran again"
        ));
        assert!(inside * 2 >= kills && again > 0, "only {inside} of {kills} kills fell on running jobs");
        seeds.done(seed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_ends_its_process_does_so_no_more_often_than_it_may() {
    let database = harness::database().await;
    let pool = &database.pool;
    deeds::prepare(pool).await;
    deeds::add(pool, &[deeds::job(Deed::Abort, 1)]).await;
    deeds::add(pool, &logs(2..=40)).await;
    let mut deaths = 0;
    loop {
        let mut process = start(&database.url);
        let began = Instant::now();
        let ended = loop {
            if let Some(status) = process.exit_status() {
                break Some(status);
            }
            let now = count(pool).await;
            if (now.done, now.dead) == (39, 1) {
                break None;
            }
            assert!(began.elapsed() < Duration::from_secs(30), "{now:?} {:?}", process.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        let Some(status) = ended else {
            assert!(process.interrupt().await.success());
            break;
        };
        assert!(!status.success());
        deaths += 1;
        assert!(deaths <= ATTEMPTS_MAX, "a crash loop");
    }
    assert_eq!(deaths, ATTEMPTS_MAX, "each attempt was made, and none more");
    assert_eq!(runs(pool).await[&1], i64::from(ATTEMPTS_MAX));
    let letters = letters(pool).await;
    assert_eq!((letters.len(), letters[0].key.as_str(), letters[0].attempts), (1, "1", ATTEMPTS_MAX));
    assert_eq!(letters[0].why, "its process ended in the middle of attempt 3 of 3");
    assert_eq!(logged(pool).await, 39, "the others were done all the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_never_run_one_job_at_once() {
    let database = harness::database().await;
    let pool = &database.pool;
    deeds::prepare(pool).await;
    deeds::add(pool, &logs(1..=150)).await;
    without_end(pool).await;
    let (mut one, mut two) = (start(&database.url), start(&database.url));
    let began = Instant::now();
    while count(pool).await.done < 40 {
        assert!(began.elapsed() < Duration::from_secs(30), "{:?} {:?}", one.log(), two.log());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    // Whichever has the lane: the other takes it over.
    one.kill();
    let mut three = start(&database.url);
    let halfway = Instant::now();
    while count(pool).await.done < 90 {
        assert!(halfway.elapsed() < Duration::from_secs(30), "{:?}", two.log());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    two.kill();
    settled(pool, 150, 0).await;
    assert!(three.interrupt().await.success());
    assert_eq!((logged(pool).await, runs_at_once(pool).await), (150, 0));
    let workers: Vec<String> =
        sqlx::query_scalar("select id from apalis.workers").fetch_all(pool).await.unwrap();
    assert!(workers.len() >= 2, "a worker has another name at every start: {workers:?}");
}
