//! The `metadata` and `rebuild` jobs against the sandbox and a real log.

use adapters::{Settings, metadata::METADATA};
use app::evidence_file::{EvidenceFile, FORMAT, Kept};
use domain::{Cause, Fact, GiftId, ports::MetadataSource};
use indexer::{
    Pace,
    jobs::{Work, metadata::MetadataWork, rebuild::RebuildWork},
};
use pricing::FeeTable;
use sandbox::{FaultOrder, Running, SandboxOptions, TruthQuery};
use store::Batch;

use super::*;
use crate::{facts::happened, store_log::state_rows};

const SPEED_X1000: u64 = 1_000_000;

async fn world() -> Running {
    harness::install_tls();
    let options =
        SandboxOptions { gifts: 400, speed_x1000: SPEED_X1000, trading: false, ..SandboxOptions::default() };
    sandbox::start(options).await.expect("a sandbox")
}

fn source(base: &str) -> Arc<dyn MetadataSource> {
    let base = format!("{base}/fragment/nft");
    let lookup = |name: &str| (name == "RIBBON_NFTFRAGMENT_BASE_URL").then(|| base.clone());
    (METADATA[0].build)(&Settings::new(&lookup).with_speed(SPEED_X1000)).expect("an adapter")
}

/// Five gifts of the world that are on the chain, and one that is not.
fn gifts(sandbox: &Running) -> (Vec<GiftId>, GiftId) {
    let query = TruthQuery { without_happenings: true, ..TruthQuery::default() };
    let lots = |market| sandbox.truth(market, &query).expect("a market").lots;
    let found: Vec<GiftId> = lots("fragment").into_iter().map(|lot| lot.gift).take(5).collect();
    assert_eq!(found.len(), 5, "Fragment sells what is on the chain");
    (found, lots("mrkt")[0].gift.clone())
}

/// Tells of gifts that they are on the chain, and nothing else of them.
async fn export(around: &Surroundings, gifts: &[GiftId]) {
    let events = gifts.iter().map(|gift| happened(&gift.to_string(), 1, Fact::Exported { address: None }));
    let batch = Batch { events: events.collect(), ..Batch::default() };
    around.ingest.commit(batch).await.expect("a commit");
}

fn works(base: &str, around: &Surroundings) -> Vec<Arc<dyn Work>> {
    let Surroundings { pool, ingest, clock, pace, .. } = around.clone();
    let fees = Arc::new(FeeTable::bundled().clone());
    let metadata = MetadataWork::new(source(base), pool.clone(), ingest, clock, pace);
    vec![Arc::new(metadata), Arc::new(RebuildWork { pool, fees })]
}

async fn kind(pool: &Pool, kind: &str) -> Option<KindCount> {
    let counts = store::jobs::counts(pool).await.expect("counts");
    counts.into_iter().find(|count| count.kind == kind)
}

async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < Duration::from_secs(40), "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn gifts_on_the_chain_get_the_attributes_that_no_market_told() {
    let (sandbox, database) = (world().await, harness::database().await);
    let (pool, base) = (&database.pool, sandbox.base_url().to_string());
    let mut around = deeds::surroundings(pool).await;
    around.pace = Pace { speed_x1000: SPEED_X1000, ..Pace::live(0) };
    let (gifts, missing) = gifts(&sandbox);
    // Its first answers fail; it is asked again.
    let order = FaultOrder {
        market: Some("fragment".into()),
        endpoint: Some("metadata".into()),
        mix: "server-error".into(),
        seed: 1,
        times: Some(2),
    };
    sandbox.order_faults(order).unwrap();
    export(&around, &gifts).await;
    export(&around, std::slice::from_ref(&missing)).await;

    let stop = CancellationToken::new();
    let tasks = indexer::jobs::start(works(&base, &around), &around, &stop);
    until("the metadata is asked for", async || {
        kind(pool, "metadata").await.is_some_and(|now| now.done == 6)
    })
    .await;
    let known: i64 = sqlx::query_scalar(
        "select count(*) from market.gifts where model is not null and symbol is not null and backdrop is not null and image_url like 'https://nft.fragment.com/%'",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    assert_eq!(known, 5);
    let told = store::jobs::job(pool, &missing.to_string()).await.unwrap().unwrap();
    assert!(told.told.as_ref().is_some_and(|told| told.starts_with("there is no metadata")), "{told:?}");

    let head = store::log::head(pool).await.unwrap().position;
    let positions: Vec<i64> = (1..=head).collect();
    let events = store::log::events_at(pool, &positions).await.unwrap();
    let seen: Vec<_> = events.iter().filter(|logged| logged.event.cause == Cause::Metadata).collect();
    assert_eq!(seen.len(), 5, "one event each");
    for logged in &seen {
        let hash = logged.event.evidence.as_ref().expect("evidence").hash;
        let (bytes, _) = store::evidence::load(pool, hash).await.unwrap().expect("it is kept");
        let file = EvidenceFile {
            format: FORMAT.into(),
            event: serde_json::value::RawValue::from_string(logged.line()).unwrap(),
            batch: None,
            earlier: Vec::new(),
            earlier_is_whole: true,
            kept_until: None,
            evidence: Some(Kept::new(hash, Some(&bytes))),
            pages: Vec::new(),
        };
        let file = serde_json::to_string(&file).unwrap();
        let proven = app::verify::event_file(file.as_bytes());
        assert_eq!(proven.verdict, app::verify::Verdict::Proven, "{}", proven.text());
        let forged = file.replacen("\"kind\":\"model\",\"name\":\"", "\"kind\":\"model\",\"name\":\"Un", 1);
        assert_ne!(forged, file);
        let refuted = app::verify::event_file(forged.as_bytes());
        assert_eq!(refuted.verdict, app::verify::Verdict::Refuted, "{}", refuted.text());
    }

    // A second run asks nothing and changes nothing.
    for gift in &gifts {
        let job = indexer::jobs::metadata::job(gift);
        let addition =
            store::jobs::Addition { kind: "metadata", attempts_max: 3, jobs: &[job], is_again: true };
        assert_eq!(store::jobs::add(pool, &addition).await.unwrap(), 1);
    }
    until("they are done again", async || kind(pool, "metadata").await.is_some_and(|now| now.done == 6))
        .await;
    assert_eq!(store::log::head(pool).await.unwrap().position, head);

    // A rebuild gives the same state.
    let before = state_rows(pool).await;
    let (attempts_max, job) = (3, indexer::jobs::rebuild::job());
    let addition = store::jobs::Addition { kind: "rebuild", attempts_max, jobs: &[job], is_again: true };
    assert_eq!(store::jobs::add(pool, &addition).await.unwrap(), 1);
    until("the state is made anew", async || kind(pool, "rebuild").await.is_some_and(|now| now.done == 1))
        .await;
    assert!(before == state_rows(pool).await, "the state is the fold of the log");
    stop.cancel();
    for task in tasks {
        task.await.unwrap();
    }
    sandbox.stop().await;
}
