//! A lane in this process: attempts, waits, dead letters, a database that goes away.

use harness::deeds::ATTEMPTS_MAX;
use store::jobs::{Addition, Begun};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_done_once_each_however_often_they_are_added() {
    let database = harness::database().await;
    let pool = &database.pool;
    deeds::prepare(pool).await;
    assert_eq!(deeds::add(pool, &logs(1..=30)).await, 30);
    assert_eq!(deeds::add(pool, &logs(1..=31)).await, 1, "the same jobs are the same jobs");
    let lanes = Lanes::start(pool).await;
    settled(pool, 31, 0).await;
    assert_eq!((logged(pool).await, runs_at_once(pool).await), (31, 0));
    assert!(runs(pool).await.values().all(|times| *times == 1));
    assert_eq!(deeds::add(pool, &logs(1..=31)).await, 0, "what is done is remembered");
    let again =
        Addition { kind: deeds::KIND, attempts_max: ATTEMPTS_MAX, jobs: &logs(1..=1), is_again: true };
    assert_eq!(store::jobs::add(pool, &again).await.unwrap(), 1, "unless somebody asks for it");
    let began = Instant::now();
    while runs(pool).await[&1] < 2 || count(pool).await.done < 31 {
        assert!(began.elapsed() < Duration::from_secs(20), "it runs again");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(logged(pool).await, 31, "a second run changes nothing");
    lanes.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_succeeds_becomes_a_dead_letter_that_says_why() {
    let database = harness::database().await;
    let pool = &database.pool;
    deeds::prepare(pool).await;
    deeds::add(pool, &[deeds::job(Deed::Fail, 1), deeds::job(Deed::Panic, 2), deeds::job(Deed::Log, 3)])
        .await;
    // As an older version might have written it, and as nobody would.
    deeds::add(pool, &[("old".into(), br#"{"number":4}"#.to_vec()), ("torn".into(), b"\xff{".to_vec())])
        .await;
    let lanes = Lanes::start(pool).await;
    settled(pool, 1, 4).await;
    let told: BTreeMap<String, (i32, String)> =
        letters(pool).await.into_iter().map(|letter| (letter.key, (letter.attempts, letter.why))).collect();
    assert_eq!(told["1"], (ATTEMPTS_MAX, "deed 1 does not succeed".into()));
    assert_eq!(told["2"], (ATTEMPTS_MAX, "it broke an invariant: deed 2 panics".into()));
    for key in ["old", "torn"] {
        let (attempts, why) = &told[key];
        assert_eq!(*attempts, 1, "it cannot be read a second time either");
        assert!(why.starts_with("its payload is none that this version of ribbon can read ("), "{why}");
    }
    assert_eq!(runs(pool).await, BTreeMap::from([(1, 3), (2, 3), (3, 1)]));

    // A dead letter is not added anew, and runs again with all its attempts when somebody says so.
    assert_eq!(deeds::add(pool, &[deeds::job(Deed::Fail, 1)]).await, 0);
    assert_eq!(store::jobs::retry_all(pool, Some("nothing")).await.unwrap(), 0);
    let letter = letters(pool).await.into_iter().find(|letter| letter.key == "1").unwrap();
    assert!(store::jobs::retry(pool, &letter.id).await.unwrap());
    let began = Instant::now();
    while runs(pool).await[&1] < 6 {
        assert!(began.elapsed() < Duration::from_secs(20), "it has three attempts more");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    settled(pool, 1, 4).await;
    lanes.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_is_counted_once_and_only_by_who_holds_the_job() {
    let database = harness::database().await;
    let pool = &database.pool;
    deeds::add(pool, &logs(1..=1)).await;
    for worker in ["one", "two"] {
        sqlx::query(
            "insert into apalis.workers (id, worker_type, storage_name) values ($1, 'deeds', 'test')",
        )
        .bind(worker)
        .execute(pool)
        .await
        .unwrap();
    }
    let id: String = sqlx::query_scalar("select id from apalis.get_jobs('one', 'deeds', 1)")
        .fetch_one(pool)
        .await
        .unwrap();
    assert_eq!(store::jobs::begin(pool, &id, "two", 0).await.unwrap(), Begun::Lost);
    for _ in 0..2 {
        // The second time as after an answer that was lost.
        let begun = store::jobs::begin(pool, &id, "one", 0).await.unwrap();
        assert_eq!(begun, Begun::Run { key: "1".into(), attempt: 1, attempts_max: ATTEMPTS_MAX });
    }
    // A worker that has lost the job changes nothing of what has become of it.
    assert_eq!(store::jobs::recover(pool, deeds::KIND).await.unwrap(), 1);
    assert!(!store::jobs::finish(pool, &id, "one", 1, "late").await.unwrap());
    assert!(!store::jobs::bury(pool, &id, "one", 1, "late").await.unwrap());
    let row = store::jobs::job(pool, "1").await.unwrap().unwrap();
    assert_eq!((row.state, row.attempts), (store::jobs::JobState::Waiting, 1));
    assert_eq!(row.told.as_deref(), Some("its process ended in the middle of attempt 1 of 3"));
    // What is put back without counting is as it was.
    sqlx::query("select from apalis.get_jobs('two', 'deeds', 1)").execute(pool).await.unwrap();
    store::jobs::begin(pool, &id, "two", 1).await.unwrap();
    assert!(store::jobs::release(pool, &id, "two", 2, None, 0).await.unwrap());
    assert_eq!(store::jobs::job(pool, &id).await.unwrap().unwrap().attempts, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lane_that_stops_gives_back_what_it_cannot_finish() {
    let database = harness::database().await;
    let pool = &database.pool;
    deeds::prepare(pool).await;
    deeds::add(pool, &[deeds::job(Deed::Wait, 1)]).await;
    let lanes = Lanes::start(pool).await;
    let began = Instant::now();
    while count(pool).await.running == 0 || runs(pool).await.is_empty() {
        assert!(began.elapsed() < Duration::from_secs(20), "it begins");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let took = lanes.end().await;
    assert!(took < Duration::from_secs(9), "what never ends is not waited for: {took:?}");
    let row = store::jobs::job(pool, "1").await.unwrap().unwrap();
    assert_eq!((row.state, row.attempts), (store::jobs::JobState::Waiting, 0), "to be stopped is no attempt");
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_wait_while_the_database_is_gone() {
    let server = harness::own_cluster().await;
    let options =
        store::PoolOptions { url: server.url(), connections_max: 8, application: "ribbon-test".into() };
    let pool = store::connect(&options).await.unwrap();
    store::migrate(&pool).await.unwrap();
    deeds::prepare(&pool).await;
    let lanes = Lanes::start(&pool).await;
    for round in 0..3 {
        deeds::add(&pool, &logs(round * 10 + 1..=round * 10 + 10)).await;
        tokio::time::sleep(Duration::from_millis(40)).await;
        server.kill().await;
        settled(&pool, i64::from(round + 1) * 10, 0).await;
    }
    assert_eq!((logged(&pool).await, runs_at_once(&pool).await), (30, 0));
    lanes.end().await;
    pool.close().await;
}
