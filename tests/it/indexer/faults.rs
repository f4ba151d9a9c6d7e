//! The market misbehaves: nothing is delisted, nothing is asked too early, nobody else is stopped.

use std::time::Duration;

use domain::SourceFault;

use super::{Stage, market::Fault, pace, until};

fn retry() -> Fault {
    Fault::Answer(SourceFault::Retry { why: "reset".into() })
}

fn fill(market: &super::FakeMarket) {
    for number in 1..=8 {
        market.set("Plush Pepe", number, Some(i64::from(number) * 10), false);
        market.set("Toy Bear", number, Some(i64::from(number) * 10), false);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_market_that_fails_stops_no_other_and_delists_nothing() {
    let stage = Stage::new().await;
    let (good, bad) = (stage.market("getgems"), stage.market("mrkt"));
    fill(&good);
    fill(&bad);
    let mut running = stage.start(&[&good, &bad], pace());
    running.filled().await;
    bad.fail(|_| Some(retry()));
    until("it is seen to fail", async || stage.standing("mrkt").await == "backing_off").await;
    good.set("Plush Pepe", 50, Some(1), true);
    until("the other goes on", async || stage.listings("getgems").await == good.truth()).await;
    assert_eq!(stage.listings("mrkt").await, bad.truth());
    bad.mend();
    bad.set("Plush Pepe", 51, Some(1), true);
    until("it comes back by itself", async || stage.listings("mrkt").await == bad.truth()).await;
    until("its row says so", async || stage.standing("mrkt").await == "ok").await;
    assert_eq!(stage.events("mrkt", "delisted").await, 0);
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_that_cannot_reach_its_last_page_says_nothing_of_it() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    fill(&market);
    market.fail(|target| (target == "/scan/plushpepe?from=6").then(retry));
    let running = stage.start(&[&market], pace());
    let mut progress = running.indexer.progress[0].clone();
    progress.wait_for(|progress| progress.scopes_done == 1).await.unwrap();
    until("it breaks off and is begun again", async || market.requests("/scan/plushpepe?from=0").len() >= 2)
        .await;
    assert_eq!(stage.listings("getgems").await.len(), 14, "six of eight and the other scope whole");
    assert_eq!(stage.events("getgems", "delisted").await, 0);
    market.mend();
    until("it heals", async || stage.listings("getgems").await == market.truth()).await;
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_whose_pages_do_not_join_says_nothing_of_what_it_did_not_show() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    fill(&market);
    let mut running = stage.start(&[&market], pace());
    running.filled().await;
    let scans = market.requests("/scan/plushpepe?from=0").len();
    market.fail(|target| (target == "/scan/plushpepe?from=6").then_some(Fault::Gap));
    until("it is begun again twice", async || market.requests("/scan/plushpepe?from=0").len() >= scans + 3)
        .await;
    assert_eq!(stage.events("getgems", "delisted").await, 0);
    assert_eq!(stage.listings("getgems").await, market.truth());
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_that_misses_most_is_made_again_before_it_is_believed() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    for number in 1..=60 {
        market.set("Plush Pepe", number, Some(10), false);
    }
    let mut fast = pace();
    (fast.scope_cold_ms, fast.scope_hot_ms) = (60_000, 60_000);
    let mut running = stage.start(&[&market], fast);
    running.filled().await;
    let scans = market.requests("/scan/plushpepe?from=0").len();
    // One scan of many ends after its first page.
    let cuts = std::sync::atomic::AtomicU32::new(0);
    market.fail(move |target| {
        let is_cut = target == "/scan/plushpepe?from=0"
            && cuts.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
        is_cut.then_some(Fault::CutShort)
    });
    until("three scans more", async || market.requests("/scan/plushpepe?from=0").len() >= scans + 3).await;
    assert_eq!(stage.events("getgems", "delisted").await, 0);
    // Truly gone is believed the second time.
    for number in 1..=59 {
        market.set("Plush Pepe", number, None, false);
    }
    until("the market has emptied", async || stage.listings("getgems").await == market.truth()).await;
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_that_shows_nothing_is_made_again_however_little_was_open() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    for number in 1..=2 {
        market.set("Plush Pepe", number, Some(10), false);
    }
    let mut fast = pace();
    (fast.scope_cold_ms, fast.scope_hot_ms) = (60_000, 60_000);
    let mut running = stage.start(&[&market], fast);
    running.filled().await;
    let scans = market.requests("/scan/plushpepe?from=0").len();
    let empty = std::sync::atomic::AtomicU32::new(0);
    market.fail(move |target| {
        let is_first = target == "/scan/plushpepe?from=0"
            && empty.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
        is_first.then_some(Fault::Empty)
    });
    until("three scans more", async || market.requests("/scan/plushpepe?from=0").len() >= scans + 3).await;
    assert_eq!(stage.events("getgems", "delisted").await, 0);
    // Truly gone is believed the second time.
    for number in 1..=2 {
        market.set("Plush Pepe", number, None, false);
    }
    until("the market has emptied", async || stage.listings("getgems").await == market.truth()).await;
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_is_never_told_rests_for_minutes() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    fill(&market);
    let fault = SourceFault::Never { why: "told to the signed in alone".into() };
    market.fail(move |target| target.starts_with("/feed").then(|| Fault::Answer(fault.clone())));
    let mut fast = pace();
    (fast.scope_cold_ms, fast.scope_hot_ms) = (60_000, 60_000);
    let mut running = stage.start(&[&market], fast);
    running.filled().await;
    let scans = market.requests("/scan/plushpepe?from=0").len();
    until("scans go on", async || market.requests("/scan/plushpepe?from=0").len() >= scans + 3).await;
    // Three scans take almost a second, in which the feed would be asked more than twenty times.
    assert!(market.requests("/feed").len() <= 4, "{}", market.requests("/feed").len());
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_shape_quarantines_until_it_can_be_read() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    fill(&market);
    let mut running = stage.start(&[&market], pace());
    running.filled().await;
    market.fail(|target| target.starts_with("/feed").then_some(Fault::Drift));
    until("it is quarantined", async || stage.standing("getgems").await == "quarantined").await;
    assert_eq!(stage.listings("getgems").await, market.truth(), "its listings stay");
    let polls = market.requests("/feed").len();
    until("it is probed", async || market.requests("/feed").len() >= polls + 2).await;
    assert_eq!(stage.events("getgems", "market_quarantined").await, 1, "said once, not at each probe");
    let (path, evidence): (String, i64) = sqlx::query_as(
        "select q.path, (select count(*) from market.evidence v where v.hash = e.evidence_hash)
         from market.quarantines q join market.events e on e.position = q.from_position",
    )
    .fetch_one(stage.pool())
    .await
    .expect("a quarantine");
    assert_eq!((path.as_str(), evidence), ("/rows", 1), "the page that could not be read is kept");
    let told: Vec<_> = {
        let notices = stage.told.0.lock().expect("no holder panicked");
        notices
            .iter()
            .filter(|notice| notice.code == "market_quarantined")
            .map(|notice| notice.path.clone())
            .collect()
    };
    assert_eq!(told, [Some("/rows".to_owned())], "the operator is told once, with the place");
    market.mend();
    market.set("Toy Bear", 60, Some(3), true);
    until("it is released", async || stage.standing("getgems").await == "ok").await;
    until("and followed", async || stage.listings("getgems").await == market.truth()).await;
    assert_eq!(stage.events("getgems", "market_released").await, 1);
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quarantine_outlives_a_restart() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    fill(&market);
    let mut running = stage.start(&[&market], pace());
    running.filled().await;
    market.fail(|_| Some(Fault::Drift));
    until("it is quarantined", async || stage.standing("getgems").await == "quarantined").await;
    running.end().await;
    let running = stage.start(&[&market], pace());
    until("it still is", async || stage.standing("getgems").await == "quarantined").await;
    market.mend();
    until("it is released", async || stage.events("getgems", "market_released").await == 1).await;
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_market_that_asks_for_time_gets_it() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    let mut running = stage.start(&[&market], pace());
    running.filled().await;
    let fault = SourceFault::RetryAfter { after_ms: 400, why: "too many requests".into() };
    let hits = std::sync::atomic::AtomicU32::new(0);
    market.fail(move |target| {
        let is_first =
            target.starts_with("/feed") && hits.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
        is_first.then(|| Fault::Answer(fault.clone()))
    });
    let asked = market.requests("").len();
    let began = std::time::Instant::now();
    until("it is asked again", async || market.requests("").len() >= asked + 3).await;
    running.end().await;
    let times: Vec<_> = market.requests("").into_iter().filter(|at| *at > began).collect();
    let gaps: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.iter().any(|gap| *gap >= Duration::from_millis(400)), "{gaps:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_limit_has_taught_outlives_a_restart() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    let learned = async || {
        let id = domain::MarketId::parse("getgems").expect("an id");
        store::status::learned_limit(&stage.pool, &id).await.expect("the limit").expect("a row")
    };
    let running = stage.start(&[&market], pace());
    market
        .fail(|_| Some(Fault::Answer(SourceFault::RetryAfter { after_ms: 60_000, why: "too many".into() })));
    until("it asks for time", async || stage.standing("getgems").await == "backing_off").await;
    running.end().await;
    let before = learned().await;
    assert!(before.request_share_per_mille < 1_000, "{before:?}");
    assert!(before.held_ms.is_some_and(|held_ms| held_ms > 30_000), "{before:?}");

    market.mend();
    let asked = market.requests("").len();
    let running = stage.start(&[&market], pace());
    until("the next worker says how it stands", async || stage.standing("getgems").await == "starting").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(market.requests("").len(), asked, "it was asked before its time was over");
    running.end().await;
    let after = learned().await;
    assert_eq!(after.request_share_per_mille, before.request_share_per_mille);
    assert!(after.held_ms.is_some_and(|held_ms| held_ms > 30_000), "{after:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_once_and_waited_out() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    fill(&market);
    market.fail(|_| {
        Some(Fault::Answer(SourceFault::Refused { why: "no key".into(), mend: "set the key".into() }))
    });
    let running = stage.start(&[&market], pace());
    until("it is refused", async || stage.standing("getgems").await == "refused").await;
    until("it is tried again", async || market.requests("").len() >= 2).await;
    market.mend();
    until("it comes back", async || stage.listings("getgems").await == market.truth()).await;
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_falls_is_waited_for() {
    let server = harness::own_cluster().await;
    let options =
        store::PoolOptions { url: server.url(), connections_max: 8, application: "ribbon-test".into() };
    let pool = store::connect(&options).await.expect("a pool");
    store::migrate(&pool).await.expect("the migrations");
    let stage = Stage::on(pool).await;
    let market = stage.market("getgems");
    fill(&market);
    let mut running = stage.start(&[&market], pace());
    running.filled().await;
    for number in 20..23 {
        market.set("Plush Pepe", number, Some(1), true);
        server.kill().await;
        market.set("Plush Pepe", number, Some(2), true);
        until("it is followed again", async || {
            stage.try_listings("getgems").await.is_ok_and(|listings| listings == market.truth())
        })
        .await;
    }
    assert_eq!(stage.events("getgems", "delisted").await, 0);
    assert_eq!(stage.events("getgems", "listed").await, 19, "each once");
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_that_has_not_come_quarantines_and_is_not_stored() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    fill(&market);
    let mut running = stage.start(&[&market], pace());
    running.filled().await;
    let year_us = 365 * 86_400 * 1_000_000;
    market.tell("0", "plushpepe-1", stage.clock.now_us() + year_us);
    until("it is quarantined", async || stage.standing("getgems").await == "quarantined").await;
    let path: String = sqlx::query_scalar("select path from market.quarantines")
        .fetch_one(stage.pool())
        .await
        .expect("a quarantine");
    assert_eq!(path, "/rows/0");
    let latest: i64 = sqlx::query_scalar("select max(key_at_us) from market.events")
        .fetch_one(stage.pool())
        .await
        .expect("a key");
    assert!(latest < stage.clock.now_us());
    market.take_back();
    market.set("Plush Pepe", 1, Some(7), true);
    until("it is followed again", async || stage.listings("getgems").await == market.truth()).await;
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_the_database_refuses_is_given_up_alone() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    fill(&market);
    let mut fast = pace();
    (fast.scope_hot_ms, fast.scope_cold_ms) = (60_000, 60_000);
    let mut running = stage.start(&[&market], fast);
    running.filled().await;
    // PostgreSQL keeps no text with a zero byte.
    market.tell("a\0b", "plushpepe-1", stage.clock.now_us());
    let polls = market.requests("/feed").len();
    until("the feed is asked again", async || market.requests("/feed").len() > polls + 2).await;
    market.set("Toy Bear", 60, Some(3), false);
    until("scans go on", async || stage.listings("getgems").await == market.truth()).await;
    let fault: String = sqlx::query_scalar("select last_fault from market.market_status")
        .fetch_one(stage.pool())
        .await
        .expect("a status");
    assert!(fault.contains("/feed?from=") && fault.contains("cannot be kept"), "{fault}");
    market.take_back();
    market.set("Plush Pepe", 1, Some(7), true);
    until("the feed is followed again", async || stage.listings("getgems").await == market.truth()).await;
    running.end().await;
}
