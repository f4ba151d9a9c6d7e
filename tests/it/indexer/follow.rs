//! The market behaves: first picture, feed, absence, resume, silence.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use domain::SourceFault;

use super::{Stage, market::Fault, pace, until};

fn list_some(market: &super::FakeMarket, count: u32) {
    for number in 1..=count {
        let collection = if number % 2 == 0 { "Toy Bear" } else { "Plush Pepe" };
        market.set(collection, number, Some(i64::from(number) * 1_000), false);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_picture_is_the_market() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    list_some(&market, 20);
    let mut running = stage.start(&[&market], pace());
    running.filled().await;
    assert_eq!(stage.listings("getgems").await, market.truth());
    let progress = running.indexer.progress[0].borrow().clone();
    assert_eq!((progress.scopes_done, progress.scopes_total), (2, 2));
    assert_eq!((progress.collections_done, progress.collections_total), (2, 2));
    assert_eq!(progress.listings, 20);
    running.end().await;
    assert_eq!(stage.standing("getgems").await, "stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_is_followed() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    list_some(&market, 6);
    let mut running = stage.start(&[&market], pace());
    running.filled().await;
    market.set("Plush Pepe", 1, Some(77), true);
    market.set("Plush Pepe", 3, None, true);
    market.set("Toy Bear", 90, Some(5), true);
    until("the feed is in", async || stage.listings("getgems").await == market.truth()).await;
    assert_eq!(stage.events("getgems", "sold").await, 1);
    assert_eq!(stage.events("getgems", "repriced").await, 1);
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collection_that_a_market_no_longer_lists_says_so_until_it_comes_back() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    list_some(&market, 6);
    let mut fast = pace();
    fast.collections_ms = 1_000;
    let mut running = stage.start(&[&market], fast);
    running.filled().await;
    let dropped = async || {
        let pictures = store::read::pictures(&stage.pool).await.unwrap();
        pictures.into_iter().map(|row| (row.slug, row.dropped_at_us.is_some())).collect::<Vec<_>>()
    };
    let of = |pepe, bear| vec![("plushpepe".to_owned(), pepe), ("toybear".to_owned(), bear)];
    assert_eq!(dropped().await, of(false, false));
    market.list(&["Plush Pepe"]);
    until("it is missed", async || dropped().await == of(false, true)).await;
    let requests = |slug| market.requests(&format!("/scan/{slug}")).len();
    let (of_bear, of_pepe) = (requests("toybear"), requests("plushpepe"));
    until("others are scanned", async || requests("plushpepe") > of_pepe + 2).await;
    assert_eq!(requests("toybear"), of_bear, "it is not asked for");
    assert_eq!(stage.listings("getgems").await, market.truth(), "nothing is delisted by it");
    market.list(&["Plush Pepe", "Toy Bear"]);
    until("it is back", async || dropped().await == of(false, false)).await;
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quiet_market_writes_nothing() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    list_some(&market, 6);
    let mut running = stage.start(&[&market], pace());
    running.filled().await;
    until("the history is read", async || stage_cursor(&stage, "history").await == Some(None)).await;
    let (head, rows, polls) = (stage.head().await, writes(&stage).await, market.requests("/feed").len());
    until("ten polls more", async || market.requests("/feed").len() > polls + 10).await;
    assert_eq!(stage.head().await, head);
    assert_eq!(writes(&stage).await, rows, "log, state, evidence and search are not touched");
    running.end().await;
}

async fn stage_cursor(stage: &Stage, walk: &str) -> Option<Option<String>> {
    let market = domain::MarketId::parse("getgems").unwrap();
    store::known::cursor(&stage.pool, &market, walk).await.unwrap()
}

/// A fingerprint of every table but the job's own rows: each row with the transaction that wrote it.
async fn writes(stage: &Stage) -> Vec<String> {
    let mut rows = Vec::new();
    for table in [
        "log_head",
        "log_batches",
        "events",
        "evidence",
        "lots",
        "listings",
        "gifts",
        "holdings",
        "auctions",
        "offer_lots",
        "offers",
        "collections",
        "cursors",
    ] {
        let sql = format!(
            "select '{table} ' || xmin::text || ' ' || md5(t::text) from market.{table} t order by 1"
        );
        let found: Vec<String> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(&stage.pool).await.expect("a table");
        rows.extend(found);
    }
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn what_vanishes_without_a_word_is_unseen_and_its_evidence_is_the_whole_scan() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    list_some(&market, 12);
    let mut fast = pace();
    fast.scope_cold_ms = 60_000;
    fast.scope_hot_ms = 60_000;
    let mut running = stage.start(&[&market], fast);
    running.filled().await;
    market.set("Plush Pepe", 5, None, false);
    until("the absence is seen", async || stage.listings("getgems").await == market.truth()).await;
    running.end().await;
    assert_eq!(stage.events("getgems", "delisted").await, 1);
    let events = store::log::events_after(&stage.pool, 0, 1_000).await.unwrap();
    let delisted =
        events.iter().find(|logged| logged.event.fact.kind() == domain::EventKind::Delisted).unwrap();
    let manifest = delisted.event.evidence.clone().expect("an absence has evidence");
    let (bytes, _) =
        store::evidence::load(&stage.pool, manifest.hash).await.unwrap().expect("the manifest is kept");
    let manifest = domain::Exchange::from_evidence(&bytes, 0, domain::Origin::Fetched).unwrap();
    assert_eq!(
        (manifest.request.method.as_str(), manifest.request.target.as_str()),
        ("SCAN", "all:plushpepe")
    );
    let pages: Vec<domain::EvidenceHash> = serde_json::from_slice(&manifest.body).unwrap();
    assert_eq!(pages.len(), 2, "six lots less one, three to a page");
    for page in pages {
        let (bytes, _) = store::evidence::load(&stage.pool, page).await.unwrap().expect("each page is kept");
        assert!(!String::from_utf8_lossy(&bytes).contains("plushpepe-5\""));
    }
    // What vanished was last seen by a scan that found nothing new; that sight is written with the evidence of the first.
    let still = events.iter().find(|logged| logged.event.fact.kind() == domain::EventKind::StillListed);
    if let Some(still) = still {
        assert!(still.event.evidence.is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_pages_that_an_event_needs_are_kept() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    list_some(&market, 12);
    let mut running = stage.start(&[&market], pace());
    running.filled().await;
    // The last page of a scan brings something new: the pages before it are no evidence of that.
    market.set("Toy Bear", 98, Some(3), false);
    until("it is seen", async || stage.listings("getgems").await == market.truth()).await;
    running.end().await;
    let kept: i64 =
        sqlx::query_scalar("select count(*) from market.evidence").fetch_one(&stage.pool).await.unwrap();
    let referred: i64 = sqlx::query_scalar("select count(distinct evidence_hash) from market.events")
        .fetch_one(&stage.pool)
        .await
        .unwrap();
    assert_eq!(kept, referred);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_goes_on_where_it_stood() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    list_some(&market, 20);
    let mut running = stage.start(&[&market], pace());
    running.filled().await;
    running.end().await;
    let (head, scans) = (stage.head().await, market.requests("/scan/").len());
    market.set("Plush Pepe", 1, Some(5), true);
    let mut running = stage.start(&[&market], pace());
    running.filled().await;
    until("what happened meanwhile is in", async || stage.listings("getgems").await == market.truth()).await;
    running.end().await;
    assert_eq!(stage.head().await, head + 1, "nothing is logged twice");
    assert_eq!(market.requests("/scan/").len(), scans, "scopes scanned just before are not scanned again");
    assert_eq!(stage.events("getgems", "listed").await, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_is_read_back_to_its_depth() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    for number in 1..=20 {
        market.set("Plush Pepe", number, Some(100), true);
        market.set("Plush Pepe", number, None, true);
    }
    market.set("Plush Pepe", 99, Some(100), false);
    // The feed has forgotten its beginning: what was before is only in the history.
    market.fail(|target| {
        (target == "/feed?from=0").then(|| Fault::Answer(SourceFault::Never { why: "gone".into() }))
    });
    let mut running = stage.start(&[&market], pace());
    running.filled().await;
    until("the history is in", async || stage.events("getgems", "sold").await == 20).await;
    until("the walk has ended", async || stage_cursor(&stage, "history").await == Some(None)).await;
    assert_eq!(stage.listings("getgems").await, market.truth());
    assert_eq!(stage.events("getgems", "delisted").await, 0, "lives told from the end need no restatement");
    let oldest: i64 = sqlx::query_scalar("select min(key_at_us) from market.events where kind = 'sold'")
        .fetch_one(&stage.pool)
        .await
        .expect("the oldest sale");
    until("its progress is told", async || {
        let rows = store::read::market_rows(&stage.pool).await.expect("the standings");
        rows[0].history_is_done && rows[0].history_from_us.is_some_and(|from| from <= oldest)
    })
    .await;
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_fields_are_counted_and_told_once() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    for _ in 0..2 {
        let mut running = stage.start(&[&market], pace());
        running.filled().await;
        running.end().await;
    }
    let told = async || {
        let notices = stage.told.0.lock().expect("no holder panicked");
        notices.iter().filter(|notice| notice.code == "fields_unknown").cloned().collect::<Vec<_>>()
    };
    until("the operator is told", async || !told().await.is_empty()).await;
    let [notice] = &told().await[..] else { panic!("a field that stays unknown is told once") };
    assert_eq!(notice.path.as_deref(), Some("/rows/*/surprise"));
    assert_eq!(notice.what, "A market in memory's pages have fields that nobody reads: `/rows/*/surprise`");
    let seen: i64 =
        sqlx::query_scalar("select seen from market.unknown_fields where path = '/rows/*/surprise'")
            .fetch_one(&stage.pool)
            .await
            .expect("the field is counted");
    assert!(seen >= 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_on_one_market_are_one_at_a_time() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    list_some(&market, 12);
    let mut first = stage.start(&[&market], pace());
    first.filled().await;
    let second = stage.start(&[&market], pace());
    let mut second_progress = second.indexer.progress[0].clone();
    market.set("Plush Pepe", 1, Some(5), true);
    until("the first follows", async || stage.listings("getgems").await == market.truth()).await;
    assert_eq!(second_progress.borrow().pages, 0, "the second waits");
    first.end().await;
    second_progress.wait_for(|progress| progress.pages > 0).await.expect("the second takes over");
    market.set("Plush Pepe", 1, Some(6), true);
    until("it follows", async || stage.listings("getgems").await == market.truth()).await;
    assert_eq!(stage.events("getgems", "listed").await, 12, "nothing is told twice");
    second.end().await;
}

/// The feed meets this once it is asked again after a rest in which gifts were sold: the sales arrive all the same.
async fn sales_arrive_behind_a_gap(fault: impl Fn(&str) -> Option<Fault> + Send + 'static) {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    list_some(&market, 12);
    let mut running = stage.start(&[&market], pace());
    running.filled().await;
    until("the history is read", async || stage_cursor(&stage, "history").await == Some(None)).await;
    until("the feed has a cursor", async || stage_cursor(&stage, "feed").await.flatten().is_some()).await;
    running.end().await;
    for number in (2..=12).step_by(2) {
        market.set("Toy Bear", number, None, true);
    }
    market.fail(fault);
    let running = stage.start(&[&market], pace());
    until("the sales are in", async || stage.events("getgems", "sold").await == 6).await;
    until("the history is read again", async || stage_cursor(&stage, "history").await == Some(None)).await;
    assert_eq!(stage.listings("getgems").await, market.truth());
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_cursor_loses_no_sale() {
    sales_arrive_behind_a_gap(|target| {
        let forgotten = SourceFault::Never { why: "no such cursor".into() };
        target.starts_with("/feed").then_some(Fault::Answer(forgotten))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_does_not_reach_back_loses_no_sale() {
    let met = AtomicBool::new(false);
    sales_arrive_behind_a_gap(move |target| {
        (target.starts_with("/feed") && !met.swap(true, Ordering::Relaxed)).then_some(Fault::Gap)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_that_goes_in_a_circle_is_left() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    for number in 1..=6 {
        market.set("Plush Pepe", number, Some(100), true);
    }
    market.fail(|target| (target == "/history?from=3").then_some(Fault::Back));
    let mut running = stage.start(&[&market], pace());
    let mut progress = running.indexer.progress[0].clone();
    running.filled().await;
    let left = progress.wait_for(|progress| progress.is_history_done);
    tokio::time::timeout(Duration::from_secs(30), left).await.expect("it is left").expect("a worker");
    assert_eq!(market.requests("/history").len(), 3, "there, back, and once more to see it");
    assert_eq!(stage_cursor(&stage, "history").await, Some(Some("0".into())), "the next start tries again");
    running.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_lease_is_taken_again() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    list_some(&market, 3);
    let mut running = stage.start(&[&market], pace());
    running.filled().await;
    let holder = async || {
        let holder: Option<i32> = sqlx::query_scalar(
            "select pid from pg_locks where locktype = 'advisory' and granted
             and database = (select oid from pg_database where datname = current_database())",
        )
        .fetch_optional(&stage.pool)
        .await
        .expect("the locks");
        holder
    };
    let first = holder().await.expect("a lease");
    let ended: bool = sqlx::query_scalar("select pg_terminate_backend($1)")
        .bind(first)
        .fetch_one(&stage.pool)
        .await
        .expect("an end");
    assert!(ended);
    until("it holds a lease again", async || holder().await.is_some_and(|pid| pid != first)).await;
    market.set("Plush Pepe", 1, Some(5), true);
    until("it follows", async || stage.listings("getgems").await == market.truth()).await;
    running.end().await;
}
