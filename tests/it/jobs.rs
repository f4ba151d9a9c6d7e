//! Discrete work on a real PostgreSQL: jobs that fail, break, end their process or are killed with it, and what is left of them.

mod admin;
mod chain;
mod kills;
mod lanes;
mod metadata;
mod set_up;

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use harness::deeds::{self, Deed, Deeds};
use indexer::Surroundings;
use store::{
    Pool,
    jobs::{DeadLetter, KindCount},
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Lanes of this process.
struct Lanes {
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl Lanes {
    async fn start(pool: &Pool) -> Self {
        let around = deeds::surroundings(pool).await;
        Self::around(&around)
    }

    fn around(around: &Surroundings) -> Self {
        let stop = CancellationToken::new();
        let tasks = indexer::jobs::start(vec![Arc::new(Deeds::new(around))], around, &stop);
        Self { stop, tasks }
    }

    /// Ends them in order, and says how long that took.
    async fn end(self) -> Duration {
        let began = Instant::now();
        self.stop.cancel();
        for task in self.tasks {
            tokio::time::timeout(Duration::from_secs(20), task)
                .await
                .expect("a lane ends in time")
                .expect("a lane");
        }
        began.elapsed()
    }
}

async fn count(pool: &Pool) -> KindCount {
    let counts = store::jobs::counts(pool).await.expect("counts");
    counts.into_iter().find(|count| count.kind == deeds::KIND).expect("there are deeds")
}

async fn letters(pool: &Pool) -> Vec<DeadLetter> {
    store::jobs::dead_letters(pool, Some(deeds::KIND), 1_000).await.expect("dead letters")
}

/// Waits until so many deeds are done and so many dead; after a minute they never will be.
async fn settled(pool: &Pool, done: i64, dead: i64) {
    let began = Instant::now();
    loop {
        let now = store::jobs::counts(pool).await.ok().and_then(|counts| counts.into_iter().next());
        if now.as_ref().is_some_and(|now| (now.done, now.dead) == (done, dead)) {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "never {done} done and {dead} dead: {now:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// How often each deed ran.
async fn runs(pool: &Pool) -> BTreeMap<i64, i64> {
    let rows: Vec<(i64, i64)> = sqlx::query_as("select number, count(*) from public.deeds group by number")
        .fetch_all(pool)
        .await
        .expect("the runs");
    rows.into_iter().collect()
}

/// What was logged, and that nothing of it stands twice.
async fn logged(pool: &Pool) -> i64 {
    let (events, deeds): (i64, i64) =
        sqlx::query_as("select count(*), count(distinct number) from market.events where market = 'deeds'")
            .fetch_one(pool)
            .await
            .expect("the log");
    assert_eq!(events, deeds, "each deed is logged once");
    events
}

/// Runs of one deed that were under way at the same time. One whose process was killed has no end; it ran until the next one began at the latest.
async fn runs_at_once(pool: &Pool) -> i64 {
    sqlx::query_scalar(
        "select count(*) from public.deeds a join public.deeds b on a.number = b.number and a.run < b.run
         where a.ended_at is not null and b.began_at < a.ended_at",
    )
    .fetch_one(pool)
    .await
    .expect("the runs")
}

fn logs(numbers: std::ops::RangeInclusive<u32>) -> Vec<indexer::jobs::NewJob> {
    numbers.map(|number| deeds::job(Deed::Log, number)).collect()
}
