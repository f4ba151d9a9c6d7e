//! The rate of TON in US dollars, from the sandbox's wire to the log: what is new is logged with its evidence, and nothing else.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use adapters::{Settings, rates::RATES};
use domain::{Event, Exchange, Fact, LoggedEvent, Origin};
use indexer::{
    Pace,
    notice::{NoSink, Notices},
    rates::Rates,
};
use pricing::FeeTable;
use sandbox::{FaultOrder, Running, SandboxClock, SandboxOptions};
use store::{DbClock, Ingest, IngestOptions, Pool};
use tokio_util::sync::CancellationToken;

/// How much faster than the real world it lives: a poll every 60 ms.
const SPEED_X1000: u64 = 1_000_000;
/// A rate that does not change is stated again after ten minutes of the real world.
const RESTATE_US: i64 = 600_000_000 / 1_000;
/// When the world begins: always the same, so that its rates are.
const EPOCH_US: i64 = 1_780_000_000_000_000;
const PATIENCE: Duration = Duration::from_secs(30);

/// A world whose time stands still between steps of ten minutes, so that its rate does too.
async fn world() -> Running {
    let clock = SandboxClock::Logical { step_us: 600_000_000 };
    let options = SandboxOptions {
        gifts: 100,
        speed_x1000: SPEED_X1000,
        trading: false,
        epoch_us: Some(EPOCH_US),
        clock,
        ..SandboxOptions::default()
    };
    sandbox::start(options).await.expect("a sandbox")
}

/// Starts the loop of the one source.
async fn gather(pool: &Pool, sandbox: &Running, stop: &CancellationToken) -> tokio::task::JoinHandle<()> {
    harness::install_tls();
    let base = format!("{}/tonapi", sandbox.base_url());
    let lookup = |name: &str| (name == "RIBBON_TONAPI_BASE_URL").then(|| base.clone());
    let settings = Settings::new(&lookup).with_speed(SPEED_X1000);
    let source = (RATES[0].build)(&settings).expect("an adapter");
    let options = IngestOptions { fees: Arc::new(FeeTable::bundled().clone()), evidence_keep_days: 30 };
    let (ingest, writer) = Ingest::spawn(pool.clone(), options);
    let rates = Rates {
        source,
        pool: pool.clone(),
        ingest,
        clock: Arc::new(DbClock::start(pool.clone()).await.expect("the database's clock")),
        pace: Pace { speed_x1000: SPEED_X1000, ..Pace::live(0) },
        notices: Notices::spawn(Arc::new(NoSink)),
    };
    let stop = stop.clone();
    // It has ended when what it handed to the writer is written too.
    tokio::spawn(async move {
        rates.run(stop).await;
        writer.await.expect("the writer ends");
    })
}

/// The rates of the log, once there are at least so many.
async fn await_events(pool: &Pool, count: usize) -> Vec<LoggedEvent> {
    let began = Instant::now();
    loop {
        let events = store::log::events_after(pool, 0, 1_000).await.expect("the log");
        if events.len() >= count {
            return events;
        }
        assert!(began.elapsed() < PATIENCE, "{} events, not {count}", events.len());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until so many further requests were answered or refused.
async fn await_requests(sandbox: &Running, more: u64) {
    let count = || {
        sandbox.request_counts().iter().filter(|one| one.market == "tonapi").map(|one| one.count).sum::<u64>()
    };
    let (began, from) = (Instant::now(), count());
    while count() < from + more {
        assert!(began.elapsed() < PATIENCE, "the source is not asked");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn micros(event: &Event) -> i64 {
    match &event.fact {
        Fact::RateObserved { base, rate_micros, quote } => {
            assert_eq!((base.code(), quote.code()), ("TON", "USD"));
            *rate_micros
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_is_logged_when_it_is_new_and_can_be_checked() {
    let database = harness::database().await;
    let sandbox = world().await;
    let stop = CancellationToken::new();
    let gathering = gather(&database.pool, &sandbox, &stop).await;
    let first = await_events(&database.pool, 1).await;

    // What is unchanged writes nothing, until it is old.
    await_requests(&sandbox, 15).await;
    let unchanged = await_events(&database.pool, 1).await;
    for pair in unchanged.windows(2) {
        assert_eq!(micros(&pair[0].event), micros(&pair[1].event));
        assert!(pair[1].event.key.at_us - pair[0].event.key.at_us >= RESTATE_US, "{pair:?}");
    }

    // The page that was seen is kept, and gives the event again.
    let LoggedEvent { event, .. } = &first[0];
    let evidence = event.evidence.as_ref().expect("a rate has evidence");
    let (bytes, _) = store::evidence::load(&database.pool, evidence.hash).await.unwrap().expect("it is kept");
    let exchange = Exchange::from_evidence(&bytes, event.key.at_us, Origin::Fetched).unwrap();
    let page = (RATES[0].read)(&exchange).unwrap();
    let again = indexer::rates::event(&exchange, &page.rates[0]);
    assert_eq!(Event { observed_at_us: event.observed_at_us, ..again }, *event);

    // The world moves on, and so does the rate; a start in between logs nothing twice.
    stop.cancel();
    gathering.await.unwrap();
    let before = await_events(&database.pool, 1).await;
    sandbox.step(60);
    let stop = CancellationToken::new();
    let gathering = gather(&database.pool, &sandbox, &stop).await;
    let after = await_events(&database.pool, before.len() + 1).await;
    stop.cancel();
    gathering.await.unwrap();
    let (old, new) = (&after[before.len() - 1], &after[before.len()]);
    assert_ne!(micros(&old.event), micros(&new.event));
    for told in [old, new] {
        let rows = store::read::rates(&database.pool, told.position).await.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].rate_micros, rows[0].from_position), (micros(&told.event), told.position));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_that_cannot_be_read_is_not_logged_and_comes_back() {
    let database = harness::database().await;
    let sandbox = world().await;
    let stop = CancellationToken::new();
    let gathering = gather(&database.pool, &sandbox, &stop).await;
    await_events(&database.pool, 1).await;
    for fault in ["field-renamed", "field-retyped", "field-missing", "reset", "html", "cut-json"] {
        let market = Some("tonapi".to_owned());
        let order = FaultOrder { market, endpoint: None, mix: fault.into(), seed: 1, times: None };
        sandbox.order_faults(order).unwrap();
        await_requests(&sandbox, 2).await;
        // Whatever is new now must not be taken from a page like these.
        let before = await_events(&database.pool, 1).await;
        sandbox.step(60);
        await_requests(&sandbox, 2).await;
        assert_eq!(await_events(&database.pool, 1).await, before, "{fault}");
        sandbox.end_faults();
        let after = await_events(&database.pool, before.len() + 1).await;
        assert_ne!(micros(&after[before.len()].event), micros(&before[before.len() - 1].event), "{fault}");
    }
    stop.cancel();
    gathering.await.unwrap();
}
