//! From a page to a commit: what is known is read, the decision is made elsewhere, what is new is committed. Shared by the workers and by
//! filling from recorded pages.

use std::collections::{BTreeSet, HashMap};

use domain::{MarketId, OrderKey, Page, Seen, sighting::ScopeId};
use store::{
    Batch, Committed, Ingest, IngestFault, Mark, Pool,
    evidence::{EvidenceFault, Packed},
    known::{self, KnownFault},
    log::LogFault,
};

use crate::decide::{CollectionTold, Decision, Known};

/// Why a page could not be taken in. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum IntakeFault {
    /// What is known could not be read.
    #[error(transparent)]
    Known(#[from] KnownFault),
    /// An earlier event could not be read.
    #[error(transparent)]
    Log(#[from] LogFault),
    /// The batch was not committed.
    #[error(transparent)]
    Ingest(#[from] IngestFault),
    /// The answer is too large to be kept as evidence.
    #[error(transparent)]
    Evidence(#[from] EvidenceFault),
}

impl IntakeFault {
    /// Whether the same page may be taken in later: the database was away, or the writer has ended. Else it is the page, or what
    /// is stored of its subjects, that is at fault.
    #[must_use]
    pub fn may_succeed_later(&self) -> bool {
        match self {
            Self::Ingest(IngestFault::Stopped) => true,
            Self::Ingest(fault) => fault.may_succeed_later(),
            Self::Known(KnownFault::Database(fault))
            | Self::Log(LogFault::Database(fault))
            | Self::Evidence(EvidenceFault::Database(fault)) => store::pool::is_away(fault),
            Self::Known(KnownFault::Unreadable { .. })
            | Self::Log(LogFault::Unreadable { .. })
            | Self::Evidence(EvidenceFault::TooLarge { .. } | EvidenceFault::Damaged { .. }) => false,
        }
    }
}

/// The way from decisions into the log. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Intake {
    pool: Pool,
    ingest: Ingest,
}

impl Intake {
    /// An intake into this database.
    #[must_use]
    pub fn new(pool: Pool, ingest: Ingest) -> Self {
        Self { pool, ingest }
    }

    /// The database.
    #[must_use]
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// What must be known to decide these pages. `scans` is up to where the last completed scan of each scope speaks.
    ///
    /// # Errors
    /// [`IntakeFault`].
    pub async fn known(
        &self,
        market: &MarketId,
        pages: &[&Page],
        scans: &HashMap<ScopeId, OrderKey>,
    ) -> Result<Known, IntakeFault> {
        let mut asked = Asked::default();
        for seen in pages.iter().flat_map(|page| &page.sightings) {
            asked.ask(&seen.seen);
        }
        let mut known = Known { scans: scans.clone(), ..Known::default() };
        let mut tx = store::pool::begin_planned(&self.pool).await.map_err(KnownFault::from)?;
        if !asked.lots.is_empty() {
            let ids: Vec<_> = asked.lots.into_iter().cloned().collect();
            let lots = known::lots(&mut tx, market, &ids).await?;
            known.lots = lots.into_iter().map(|(id, known)| (id, known.lot)).collect();
        }
        if !asked.offers.is_empty() {
            let ids: Vec<_> = asked.offers.into_iter().cloned().collect();
            known.offers = known::offers(&mut tx, market, &ids).await?;
        }
        if !asked.source_ids.is_empty() {
            known.logged =
                known::logged(&mut tx, market, &asked.source_ids).await.map_err(KnownFault::from)?;
        }
        if asked.has_collections {
            let told = known::collections_told(&mut tx, market).await?;
            known.collections = told
                .into_iter()
                .map(|(slug, words)| {
                    let known::CollectionWords { title, address, image_url } = words;
                    (slug, CollectionTold { title, address, image_url })
                })
                .collect();
        }
        if !asked.attributes_of.is_empty() {
            let slugs: Vec<_> = asked.attributes_of.into_iter().cloned().collect();
            known.attributes = known::attributes(&mut tx, &slugs)
                .await?
                .into_iter()
                .filter_map(|(slug, told)| Some((slug, told.kind, told.name, told.rarity?)))
                .collect();
        }
        tx.commit().await.map_err(KnownFault::from)?;
        Ok(known)
    }

    /// Commits a decision with its evidence and the worker's marks. Without events and marks nothing is sent.
    ///
    /// # Errors
    /// [`IntakeFault`]; then nothing was written.
    pub async fn commit(
        &self,
        mut decision: Decision,
        evidence: Vec<Packed>,
        attached: Vec<Packed>,
        marks: Vec<Mark>,
    ) -> Result<Option<Committed>, IntakeFault> {
        if decision.is_empty() && marks.is_empty() {
            return Ok(None);
        }
        self.find_evidence(&mut decision).await?;
        let batch = Batch { events: decision.events, evidence, attached, marks };
        Ok(Some(self.ingest.commit(batch).await?))
    }

    /// Gives events that restate an earlier one the evidence of that one.
    async fn find_evidence(&self, decision: &mut Decision) -> Result<(), IntakeFault> {
        if decision.restated.is_empty() {
            return Ok(());
        }
        let positions: Vec<i64> = decision.restated.iter().map(|restated| restated.position).collect();
        let earlier: HashMap<i64, _> = store::log::events_at(&self.pool, &positions)
            .await?
            .into_iter()
            .map(|logged| (logged.position, logged.event.evidence))
            .collect();
        for restated in &decision.restated {
            if let Some(event) = decision.events.get_mut(restated.index) {
                event.evidence = earlier.get(&restated.position).cloned().flatten();
            }
        }
        Ok(())
    }
}

/// What pages speak of.
#[derive(Default)]
struct Asked<'a> {
    lots: BTreeSet<&'a domain::LotId>,
    offers: BTreeSet<&'a domain::LotId>,
    source_ids: Vec<String>,
    has_collections: bool,
    attributes_of: BTreeSet<&'a domain::CollectionSlug>,
}

impl<'a> Asked<'a> {
    fn ask(&mut self, seen: &'a Seen) {
        match seen {
            Seen::Open { lot, .. } | Seen::Held { lot, .. } => {
                self.lots.insert(lot);
            }
            Seen::Offered { offer, .. } => {
                self.offers.insert(offer);
            }
            Seen::Happened { lot, source_id, .. } => {
                self.lots.insert(lot);
                self.source_ids.push(source_id.clone());
            }
            Seen::Collection { .. } => self.has_collections = true,
            Seen::Attribute { slug, .. } => {
                self.attributes_of.insert(slug);
            }
        }
    }
}
