//! The indexer's worker against a market in memory and a real database.

mod faults;
mod floors;
mod follow;
mod market;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use domain::ports::{Clock, MarketSource};
use indexer::{
    Indexer, Pace, Surroundings,
    notice::{Notice, NoticeSink, Notices},
};
use pricing::FeeTable;
use store::{DbClock, Ingest, IngestOptions, Pool};
use tokio_util::sync::CancellationToken;

use market::FakeMarket;

/// A world that lives 200 times faster: the feed is polled every 40 ms, a cold scope is scanned every 9 s.
fn pace() -> Pace {
    Pace { speed_x1000: 200_000, skew_us: 30_000, ..Pace::live(0) }
}

/// Every notice that operators were told.
#[derive(Default)]
struct Told(Mutex<Vec<Notice>>);

#[async_trait]
impl NoticeSink for Told {
    async fn send(&self, notice: &Notice) {
        self.0.lock().expect("no holder panicked").push(notice.clone());
    }
}

struct Stage {
    pool: Pool,
    told: Arc<Told>,
    /// Lives as long as the stage, where the stage has it from the harness.
    _database: Option<harness::TestDatabase>,
    ingest: Ingest,
    clock: Arc<dyn Clock>,
}

struct Running {
    indexer: Indexer,
    stop: CancellationToken,
}

impl Stage {
    async fn new() -> Self {
        let database = harness::database().await;
        let stage = Self::on(database.pool.clone()).await;
        Self { _database: Some(database), ..stage }
    }

    async fn on(pool: Pool) -> Self {
        let options = IngestOptions { fees: Arc::new(FeeTable::bundled().clone()), evidence_keep_days: 30 };
        let (ingest, _) = Ingest::spawn(pool.clone(), options);
        let clock = Arc::new(DbClock::start(pool.clone()).await.expect("the database's clock"));
        Self { pool, told: Arc::default(), _database: None, ingest, clock }
    }

    fn pool(&self) -> &Pool {
        &self.pool
    }

    fn market(&self, id: &'static str) -> Arc<FakeMarket> {
        Arc::new(FakeMarket::new(id, self.clock.clone()))
    }

    fn start(&self, markets: &[&Arc<FakeMarket>], pace: Pace) -> Running {
        let around = Surroundings {
            pool: self.pool().clone(),
            ingest: self.ingest.clone(),
            clock: self.clock.clone(),
            pace,
            notices: Notices::spawn(self.told.clone()),
            seed: 1,
        };
        let sources = markets.iter().map(|market| Arc::clone(market) as Arc<dyn MarketSource>).collect();
        let stop = CancellationToken::new();
        Running { indexer: indexer::start(sources, &around, &stop), stop }
    }

    /// Open listings of a market as (lot, price), in order.
    async fn listings(&self, market: &str) -> Vec<(String, i64)> {
        self.try_listings(market).await.expect("the listings")
    }

    async fn try_listings(&self, market: &str) -> Result<Vec<(String, i64)>, sqlx::Error> {
        sqlx::query_as(
            "select lot, price_amount from market.listings where market = $1 and to_position is null order by lot",
        )
        .bind(market)
        .fetch_all(self.pool())
        .await
    }

    async fn events(&self, market: &str, kind: &str) -> i64 {
        sqlx::query_scalar("select count(*) from market.events where market = $1 and kind = $2")
            .bind(market)
            .bind(kind)
            .fetch_one(self.pool())
            .await
            .expect("a count")
    }

    async fn head(&self) -> i64 {
        store::log::head(self.pool()).await.expect("the head").position
    }

    async fn standing(&self, market: &str) -> String {
        sqlx::query_scalar("select state from market.market_status where market = $1")
            .bind(market)
            .fetch_optional(self.pool())
            .await
            .expect("the status")
            .unwrap_or_default()
    }
}

impl Running {
    /// Waits until each market's first picture is complete.
    async fn filled(&mut self) {
        for progress in &mut self.indexer.progress {
            let wait = progress.wait_for(indexer::Progress::is_filled);
            tokio::time::timeout(Duration::from_secs(30), wait)
                .await
                .expect("a picture in time")
                .expect("a worker");
        }
    }

    async fn end(self) {
        self.stop.cancel();
        tokio::time::timeout(Duration::from_secs(10), self.indexer.join()).await.expect("the tasks end");
    }
}

/// Asks again until it is so; after 30 s it never will be.
async fn until<F: Future<Output = bool>>(what: &str, mut is_so: impl FnMut() -> F) {
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    while !is_so().await {
        assert!(std::time::Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
