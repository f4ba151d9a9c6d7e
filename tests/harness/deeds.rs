//! A kind of job that does what its payload says: for tests of what runs jobs. What it does is logged once, however often it runs, and every run is
//! written down apart from that, so that two runs at once are seen.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::ports::Clock;
use domain::{Cause, CollectionSlug, Event, Fact, Finality, GiftId, MarketId, OrderKey, Origin};
use indexer::backoff::Backoff;
use indexer::jobs::{JobFault, NewJob, Rules, Work, read_payload};
use indexer::notice::{NoSink, Notices};
use indexer::{Pace, Surroundings};
use pricing::FeeTable;
use rand::RngExt as _;
use serde::{Deserialize, Serialize};
use store::jobs::Addition;
use store::{Batch, DbClock, Ingest, IngestOptions, Pool};

/// The kind's word.
pub const KIND: &str = "deeds";
/// Attempts of a deed.
pub const ATTEMPTS_MAX: i32 = 3;

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Waits a moment and logs an event.
    Log,
    /// Fails, and may succeed later.
    Fail,
    /// Breaks an invariant.
    Panic,
    /// Ends its process.
    Abort,
    /// Never ends by itself.
    Wait,
}

/// The payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    deed: Deed,
    number: u32,
}

/// Runs deeds.
pub struct Deeds {
    pool: Pool,
    ingest: Ingest,
}

impl Deeds {
    /// Over a migrated database on which [`prepare`] was called.
    #[must_use]
    pub fn new(around: &Surroundings) -> Self {
        Self { pool: around.pool.clone(), ingest: around.ingest.clone() }
    }
}

#[async_trait]
impl Work for Deeds {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn rules(&self) -> Rules {
        Rules {
            attempts_max: ATTEMPTS_MAX,
            at_once: 3,
            backoff: Backoff { first_ms: 5, most_ms: 20 },
            find_every: Duration::from_secs(3_600),
            kept: Duration::from_secs(3_600),
        }
    }

    async fn run(&self, payload: &[u8]) -> Result<String, JobFault> {
        let Told { deed, number } = read_payload(payload)?;
        let away = |fault: sqlx::Error| JobFault::Away { why: fault.to_string() };
        let number_in_sql = i64::from(number);
        let run: i64 = sqlx::query_scalar("insert into public.deeds (number) values ($1) returning run")
            .bind(number_in_sql)
            .fetch_one(&self.pool)
            .await
            .map_err(away)?;
        let moment = Duration::from_millis(rand::rng().random_range(0..25));
        tokio::time::sleep(moment).await;
        match deed {
            Deed::Log => {
                let batch = Batch { events: vec![event(number)], ..Batch::default() };
                let committed = self.ingest.commit(batch).await;
                committed.map_err(|fault| JobFault::Away { why: fault.to_string() })?;
                tokio::time::sleep(moment).await;
            }
            Deed::Fail => return Err(JobFault::Later { why: format!("deed {number} does not succeed") }),
            Deed::Panic => panic!("deed {number} panics"),
            Deed::Abort => std::process::abort(),
            Deed::Wait => std::future::pending::<()>().await,
        }
        sqlx::query("update public.deeds set ended_at = clock_timestamp() where run = $1")
            .bind(run)
            .execute(&self.pool)
            .await
            .map_err(away)?;
        Ok(format!("deed {number} is done"))
    }
}

/// The event of a deed: the same whenever and however often it is done.
fn event(number: u32) -> Event {
    let number_in_key = i64::from(number);
    Event {
        market: MarketId::parse("deeds").expect("an id"),
        gift: Some(GiftId { slug: CollectionSlug::from_title("deeds").expect("a slug"), number }),
        key: OrderKey::market(number_in_key * 1_000_000, 0),
        observed_at_us: number_in_key * 1_000_000,
        finality: Finality::Confirmed,
        cause: Cause::Feed,
        evidence: None,
        origin: Origin::Fetched,
        corrects: None,
        source_id: Some(format!("deed {number}")),
        fact: Fact::GiftTransferred { from: None, to: Some(format!("owner {number}")) },
    }
}

/// Makes the table in which runs are written down.
///
/// # Panics
/// When PostgreSQL refuses.
pub async fn prepare(pool: &Pool) {
    sqlx::query(
        "create table public.deeds (run bigserial primary key, number bigint not null,
            began_at timestamptz not null default clock_timestamp(), ended_at timestamptz)",
    )
    .execute(pool)
    .await
    .expect("a table");
}

/// A deed as a job; its key is its number.
#[must_use]
pub fn job(deed: Deed, number: u32) -> NewJob {
    let told = Told { deed, number };
    (number.to_string(), serde_json::to_vec(&told).expect("a payload is JSON"))
}

/// Adds jobs, and says how many were new.
///
/// # Panics
/// When PostgreSQL refuses.
pub async fn add(pool: &Pool, jobs: &[NewJob]) -> u64 {
    let addition = Addition { kind: KIND, attempts_max: ATTEMPTS_MAX, jobs, is_again: false };
    store::jobs::add(pool, &addition).await.expect("jobs are added")
}

/// What lanes need, over this database.
///
/// # Panics
/// When PostgreSQL refuses.
pub async fn surroundings(pool: &Pool) -> Surroundings {
    let options = IngestOptions { fees: Arc::new(FeeTable::bundled().clone()), evidence_keep_days: 30 };
    let (ingest, _) = Ingest::spawn(pool.clone(), options);
    let clock: Arc<dyn Clock> = Arc::new(DbClock::start(pool.clone()).await.expect("the database's clock"));
    Surroundings {
        pool: pool.clone(),
        ingest,
        clock,
        pace: Pace::live(0),
        notices: Notices::spawn(Arc::new(NoSink)),
        seed: rand::rng().random_range(0..u64::MAX),
    }
}
