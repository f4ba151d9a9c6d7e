//! The database's clock, which is the one that counts: several processes on several machines agree on it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use domain::ports::Clock;

use crate::pool::Pool;

const REREAD: Duration = Duration::from_secs(30);

/// The database's time without asking it each time: its offset to this machine's monotonic clock, read again every 30 s.
#[derive(Debug, Clone)]
pub struct DbClock {
    began: Instant,
    offset_us: Arc<AtomicI64>,
}

impl DbClock {
    /// Reads the offset and keeps it fresh until the last copy is dropped.
    ///
    /// # Errors
    /// What PostgreSQL says to the first reading; later ones keep the old offset and are logged.
    pub async fn start(pool: Pool) -> Result<Self, sqlx::Error> {
        let began = Instant::now();
        let offset_us = Arc::new(AtomicI64::new(offset_us(&pool, began).await?));
        let weak = Arc::downgrade(&offset_us);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(REREAD).await;
                let Some(held) = weak.upgrade() else { return };
                match self::offset_us(&pool, began).await {
                    Ok(fresh) => held.store(fresh, Ordering::Relaxed),
                    Err(fault) => {
                        tracing::warn!(error = %fault, "the database's clock could not be read; the last offset stays")
                    }
                }
            }
        });
        Ok(Self { began, offset_us })
    }
}

impl Clock for DbClock {
    fn now_us(&self) -> i64 {
        self.offset_us.load(Ordering::Relaxed) + elapsed_us(self.began)
    }
}

fn elapsed_us(began: Instant) -> i64 {
    i64::try_from(began.elapsed().as_micros()).unwrap_or(i64::MAX)
}

async fn offset_us(pool: &Pool, began: Instant) -> Result<i64, sqlx::Error> {
    let before = elapsed_us(began);
    let now = sqlx::query_scalar!(
        r#"select (extract(epoch from clock_timestamp()) * 1000000)::bigint as "now_us!""#
    )
    .fetch_one(pool)
    .await?;
    let after = elapsed_us(began);
    Ok(now - before.midpoint(after))
}
