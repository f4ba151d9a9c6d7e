//! A sandbox, a database, and the indexer between them, in one process.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use adapters::{MARKETS, SandboxValue, Settings};
use domain::ports::{Clock, MarketSource};
use indexer::{
    Indexer, Pace, Surroundings,
    notice::{NoSink, Notices},
};
use pricing::FeeTable;
use sandbox::{Access, Running, SandboxOptions, TruthQuery};
use store::{DbClock, Ingest, IngestOptions, Pool, PoolOptions};
use tokio_util::sync::CancellationToken;

/// How much faster than the real world it lives.
pub(crate) const SPEED: u64 = 300;
/// A picture of so many gifts is waited for a minute, of twice as many two.
const GIFTS_PER_MINUTE: u32 = 1_000;

pub(crate) struct World {
    pool: Pool,
    url: String,
    pub(crate) sandbox: Running,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) markets: Vec<&'static str>,
    ingest: Ingest,
    folder: std::path::PathBuf,
    /// How long a picture of this world may take.
    patience: Duration,
    _database: Option<harness::TestDatabase>,
}

pub(crate) struct Gathering {
    indexer: Indexer,
    stop: CancellationToken,
    patience: Duration,
}

impl World {
    /// A world of so many gifts that traders move by themselves.
    pub(crate) async fn open(seed: u64, gifts: u32) -> Self {
        let database = harness::database().await;
        let mut world = Self::open_on(seed, gifts, database.url.clone()).await;
        world._database = Some(database);
        world
    }

    /// The same on a database of the caller's.
    pub(crate) async fn open_on(seed: u64, gifts: u32, url: String) -> Self {
        harness::install_tls();
        let options = PoolOptions { url: url.clone(), connections_max: 8, application: "ribbon-test".into() };
        let pool = store::connect(&options).await.expect("a pool");
        store::migrate(&pool).await.expect("the migrations");
        let options = SandboxOptions { seed, gifts, speed_x1000: SPEED * 1_000, ..SandboxOptions::default() };
        let sandbox = sandbox::start(options).await.expect("a sandbox");
        let options = IngestOptions { fees: Arc::new(FeeTable::bundled().clone()), evidence_keep_days: 30 };
        let (ingest, _) = Ingest::spawn(pool.clone(), options);
        let clock = Arc::new(DbClock::start(pool.clone()).await.expect("the database's clock"));
        let folder = std::env::temp_dir().join(format!(
            "ribbon-world-{}-{}",
            std::process::id(),
            sandbox.address().port()
        ));
        std::fs::create_dir_all(&folder).expect("a folder");
        let there = |id: &str| sandbox::MARKETS.iter().any(|market| market.id == id);
        let markets = MARKETS.iter().map(|market| market.id).filter(|id| there(id)).collect();
        let patience = Duration::from_secs(120) * gifts.div_ceil(GIFTS_PER_MINUTE).max(1);
        Self { pool, url, sandbox, clock, markets, ingest, folder, patience, _database: None }
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Starts a worker per market that the sandbox speaks.
    pub(crate) fn gather(&self) -> Gathering {
        let pace = Pace {
            speed_x1000: SPEED * 1_000,
            skew_us: 20_000,
            scope_hot_ms: 150_000,
            scope_cold_ms: 300_000,
            collections_ms: 300_000,
            // All that any wire tells.
            history_ms: 3_650 * 86_400_000,
            ..Pace::live(0)
        };
        let around = Surroundings {
            pool: self.pool().clone(),
            ingest: self.ingest.clone(),
            clock: self.clock.clone(),
            pace,
            notices: Notices::spawn(Arc::new(NoSink)),
            seed: 1,
        };
        let stop = CancellationToken::new();
        let indexer = indexer::start(self.sources(), &around, &stop);
        Gathering { indexer, stop, patience: self.patience }
    }

    fn sources(&self) -> Vec<Arc<dyn MarketSource>> {
        let known = |id: &&adapters::Registration| self.markets.contains(&id.id);
        MARKETS.iter().filter(known).map(|market| self.source(market)).collect()
    }

    fn source(&self, market: &adapters::Registration) -> Arc<dyn MarketSource> {
        let values: BTreeMap<_, _> = self.settings_of(market).into_iter().collect();
        let lookup = |name: &str| values.get(name).cloned();
        let settings = Settings::new(&lookup).with_speed(SPEED * 1_000);
        (market.build)(&settings).expect("an adapter")
    }

    /// The variables with which an indexer in another process gathers this world into this database.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        let known = |id: &&adapters::Registration| self.markets.contains(&id.id);
        let mut settings: Vec<_> =
            MARKETS.iter().filter(known).flat_map(|market| self.settings_of(market)).collect();
        settings.push(("RIBBON_MARKETS", self.markets.join(",")));
        settings.push(("RIBBON_SPEED", SPEED.to_string()));
        settings.push(("RIBBON_HISTORY_DAYS", "3650".into()));
        settings.push(("RIBBON_TONAPI_BASE_URL", format!("{}/tonapi", self.sandbox.base_url())));
        settings.push(("RIBBON_NFTFRAGMENT_BASE_URL", format!("{}/fragment/nft", self.sandbox.base_url())));
        settings.push(("DATABASE_URL", self.url.clone()));
        settings
    }

    fn settings_of(&self, market: &adapters::Registration) -> Vec<(&'static str, String)> {
        let value = |doc: &adapters::SettingDoc| match doc.sandbox? {
            SandboxValue::BaseUrl(path) => Some(format!("{}{path}", self.sandbox.base_url())),
            SandboxValue::Word(word) => Some(word.to_owned()),
            SandboxValue::Key => Some(self.key(market.id)),
            SandboxValue::InitDataFile => Some(self.init_data_file(market.id)),
        };
        market.settings.iter().filter_map(|doc| value(doc).map(|value| (doc.variable, value))).collect()
    }

    fn key(&self, id: &str) -> String {
        let market = sandbox::MARKETS.iter().find(|market| market.id == id).expect("a market of the sandbox");
        match market.access {
            Access::Key(key) => key.to_owned(),
            Access::Open | Access::Bot(_) => String::new(),
        }
    }

    fn init_data_file(&self, id: &str) -> String {
        let path = self.folder.join(id);
        let text = self.sandbox.init_data(id, &self.sandbox.resident(0)).expect("initData");
        std::fs::write(&path, text).expect("the file");
        path.display().to_string()
    }

    /// Waits until every scope of every market was scanned to its end by a scan that began after now, and feeds and history rest.
    pub(crate) async fn scanned_anew(&self) {
        // Scans are keyed before their start by the skew; those that begin later than it see everything up to now.
        let after_us = self.clock.now_us() + 40_000;
        let deadline = Instant::now() + self.patience;
        loop {
            let late: Vec<String> =
                sqlx::query_scalar("select market || ' ' || scope from market.scans where started_us <= $1")
                    .bind(after_us)
                    .fetch_all(self.pool())
                    .await
                    .expect("the scans");
            let markets: i64 = sqlx::query_scalar("select count(distinct market) from market.scans")
                .fetch_one(self.pool())
                .await
                .expect("the scans");
            if late.is_empty() && markets == i64::try_from(self.markets.len()).expect("a few") {
                break;
            }
            let first = &late[..late.len().min(12)];
            assert!(
                Instant::now() < deadline,
                "never: a full scan of a resting world; {} late of {markets} markets: {first:?}",
                late.len()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        until(self.patience, "a history read to its end", || async {
            let ended: i64 = sqlx::query_scalar(
                "select count(*) from market.cursors where walk = 'history' and cursor is null",
            )
            .fetch_one(self.pool())
            .await
            .expect("the cursors");
            ended == i64::try_from(self.markets.len()).expect("a few")
        })
        .await;
        self.attributes_listed().await;
        self.rested().await;
    }

    /// Waits until everything that the markets' lists of attributes tell is known: they are read last, one collection after the other.
    async fn attributes_listed(&self) {
        let query = TruthQuery { without_happenings: true, ..TruthQuery::default() };
        let truths = self.markets.iter().filter_map(|market| self.sandbox.truth(market, &query));
        let told = truths.flat_map(|truth| truth.attributes).map(|told| {
            let kind = told.kind.as_str().to_owned();
            (told.slug.to_string(), kind, told.name)
        });
        let told: BTreeSet<(String, String, String)> = told.collect();
        until(self.patience, "every list of attributes read", || async {
            let known: Vec<(String, String, String)> =
                sqlx::query_as("select distinct slug, kind, name from market.attributes")
                    .fetch_all(self.pool())
                    .await
                    .expect("the attributes");
            told.is_subset(&known.into_iter().collect())
        })
        .await;
    }

    /// Waits until nothing new has been logged for a while of many polls.
    async fn rested(&self) {
        let deadline = Instant::now() + self.patience;
        let (mut last, mut since) = (self.head().await, Instant::now());
        while since.elapsed() < Duration::from_millis(1_600) {
            assert!(Instant::now() < deadline, "never: a log at rest");
            tokio::time::sleep(Duration::from_millis(20)).await;
            let head = self.head().await;
            if head != last {
                (last, since) = (head, Instant::now());
            }
        }
    }

    pub(crate) async fn head(&self) -> i64 {
        store::log::head(self.pool()).await.expect("the head").position
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Gathering {
    pub(crate) async fn filled(&mut self) {
        for progress in &mut self.indexer.progress {
            let wait = progress.wait_for(indexer::Progress::is_filled);
            tokio::time::timeout(self.patience, wait).await.expect("a picture in time").expect("a worker");
        }
    }

    pub(crate) async fn end(self) {
        self.stop.cancel();
        tokio::time::timeout(Duration::from_secs(20), self.indexer.join()).await.expect("the tasks end");
    }
}

/// Asks again until it is so; after `limit` it never will be.
pub(crate) async fn until<F: Future<Output = bool>>(
    limit: Duration,
    what: &str,
    mut is_so: impl FnMut() -> F,
) {
    let deadline = Instant::now() + limit;
    while !is_so().await {
        assert!(Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
