//! The `metadata` job: a gift on the chain of which no market has told the attributes is asked about at the source of its own metadata.

mod decide;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use domain::{
    GiftId, LotId, SourceFault,
    ports::{Clock, MetadataSource},
};
use serde::{Deserialize, Serialize};
use store::{
    Batch, Ingest, IngestFault, Pool, jobs,
    known::{self, KnownFault},
};

pub use decide::{decide, fact};

use super::{JobFault, NewJob, Rules, SourcePace, Work, of_database, read_payload};
use crate::{backoff::Backoff, pace::Pace};

/// The kind's word.
pub const KIND: &str = "metadata";
/// Attempts: more than an hour with the waits below.
pub const ATTEMPTS_MAX: i32 = 8;
/// Jobs found at once: with one request a second, more than a look's time of work.
const FOUND_MAX: i64 = 500;
/// How often gifts are looked for; milliseconds of the real world.
const FIND_REAL_MS: u64 = 60_000;
/// How long it is remembered that a gift was asked about; milliseconds of the real world. One whose metadata was not there is asked about again then.
const KEPT_REAL_MS: u64 = 86_400_000;
/// Waits between attempts; milliseconds of the real world.
const BACKOFF_REAL: Backoff = Backoff { first_ms: 10_000, most_ms: 1_800_000 };
/// A source that refuses us or whose shape has changed is left alone for so long; milliseconds of the real world.
const REST_REAL_MS: u64 = 600_000;

/// The payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// The gift.
    pub gift: GiftId,
}

/// A gift's job; its key is the gift's name.
#[must_use]
pub fn job(gift: &GiftId) -> NewJob {
    (gift.to_string(), serde_json::to_vec(&Metadata { gift: gift.clone() }).unwrap_or_default())
}

/// Asks for metadata.
pub struct MetadataWork {
    source: Arc<dyn MetadataSource>,
    pool: Pool,
    ingest: Ingest,
    clock: Arc<dyn Clock>,
    pace: Pace,
    turns: SourcePace,
}

impl MetadataWork {
    /// Nothing is asked yet.
    #[must_use]
    pub fn new(
        source: Arc<dyn MetadataSource>,
        pool: Pool,
        ingest: Ingest,
        clock: Arc<dyn Clock>,
        pace: Pace,
    ) -> Self {
        let turns = SourcePace::new(source.budget(), &pace);
        Self { source, pool, ingest, clock, pace, turns }
    }

    /// A fault of the source, and the sentence for one that can never answer.
    fn of_source(&self, fault: SourceFault) -> Result<String, JobFault> {
        let why = self.turns.bear(fault, self.pace.scaled_ms(REST_REAL_MS))?;
        Ok(format!("there is no metadata: {why}"))
    }
}

#[async_trait]
impl Work for MetadataWork {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn rules(&self) -> Rules {
        let length = |real_ms| Duration::from_millis(self.pace.scaled_ms(real_ms));
        let Backoff { first_ms, most_ms } = BACKOFF_REAL;
        Rules {
            attempts_max: ATTEMPTS_MAX,
            at_once: 2,
            backoff: Backoff {
                first_ms: self.pace.scaled_ms(first_ms),
                most_ms: self.pace.scaled_ms(most_ms),
            },
            find_every: length(FIND_REAL_MS).max(Duration::from_millis(250)),
            kept: length(KEPT_REAL_MS),
        }
    }

    async fn run(&self, payload: &[u8]) -> Result<String, JobFault> {
        let Metadata { gift } = read_payload(payload)?;
        if !jobs::is_without_attributes(&self.pool, &gift).await.map_err(of_database)? {
            return Ok(format!("the attributes of {gift} are known"));
        }
        self.turns.turn().await;
        let exchange = match self.source.fetch(&gift, self.clock.as_ref()).await {
            Ok(exchange) => exchange,
            Err(fault) => return self.of_source(fault),
        };
        let page = match self.source.read(&exchange) {
            Ok(page) => page,
            Err(fault) => return self.of_source(fault.into()),
        };
        self.turns.answered();
        let lot = decide::lot(&gift);
        let held = self.held(&lot).await?;
        // Counts are no facts: they may be lost.
        drop(store::status::count_unknown(&self.pool, self.source.id(), &page.unknown_fields).await);
        let Some(event) = decide(&exchange, &page, held.as_ref()) else {
            return Ok(format!("the metadata of {gift} says nothing new"));
        };
        let mut batch = Batch { events: vec![event], ..Batch::default() };
        batch.keep(&exchange).map_err(|fault| JobFault::Never { why: fault.to_string() })?;
        let committed = self.ingest.commit(batch).await.map_err(of_ingest)?;
        Ok(format!("the attributes of {gift} are logged, at or before position {}", committed.position))
    }

    async fn find(&self) -> anyhow::Result<Vec<NewJob>> {
        let gifts = jobs::without_attributes(&self.pool, KIND, FOUND_MAX).await?;
        Ok(gifts.iter().map(job).collect())
    }
}

impl MetadataWork {
    /// What this source has said of the gift before.
    async fn held(&self, lot: &LotId) -> Result<Option<domain::Lot>, JobFault> {
        let mut connection = self.pool.acquire().await.map_err(of_database)?;
        let known = known::lots(&mut connection, self.source.id(), std::slice::from_ref(lot)).await;
        match known {
            Ok(mut known) => Ok(known.remove(lot).map(|known| known.lot)),
            Err(KnownFault::Database(fault)) => Err(of_database(fault)),
            Err(fault @ KnownFault::Unreadable { .. }) => Err(JobFault::Later { why: fault.to_string() }),
        }
    }
}

fn of_ingest(fault: IngestFault) -> JobFault {
    let why = fault.to_string();
    let is_away = fault.may_succeed_later() || matches!(fault, IngestFault::Stopped);
    if is_away { JobFault::Away { why } } else { JobFault::Later { why } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_of_another_version_says_so() {
        let gift = GiftId::parse("plushpepe-298").unwrap();
        let (key, payload) = job(&gift);
        assert_eq!(key, "plushpepe-298");
        assert_eq!(read_payload::<Metadata>(&payload).unwrap().gift, gift);
        for other in
            [r#"{"gift":{"slug":"plushpepe","number":298}}"#, r#"{"slug":"plushpepe"}"#, "{", "\u{0}"]
        {
            let fault = read_payload::<Metadata>(other.as_bytes()).unwrap_err();
            assert!(fault.to_string().contains("another"), "{fault}");
        }
    }
}
