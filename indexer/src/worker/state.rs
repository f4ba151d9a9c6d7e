//! What a worker remembers of what is committed, and how it finds it again after a restart.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use domain::{
    OrderKey, Page, Seen,
    ports::{KnownCollection, Want},
    sighting::ScopeId,
};
use store::{
    Mark,
    known::{self, KnownFault},
    lease,
    status::{self, LearnedLimit},
};

use super::{LEASE_EVERY_MS, Request, Worker, faults::Quarantine, signed};
use crate::{
    agenda::{Agenda, Errand},
    budget::SHARE_FULL,
    decide::scan_end,
    intake::IntakeFault,
};

/// The walk of the feed, in `market.cursors`.
pub(super) const FEED: &str = "feed";
/// The walk of the history; its cursor is null once the configured depth is reached.
pub(super) const HISTORY: &str = "history";

/// Cursors of the history that are remembered to see a circle: more than two weeks of MRKT's happenings at 1.2 a second, twenty to a page,
/// in 2 MB. A walk that is longer is remembered anew, so a circle of fewer pages than this is always seen.
const HISTORY_CURSORS_MAX: usize = 100_000;

/// What is committed, as far as the next request needs it.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) feed_cursor: Option<String>,
    pub(super) history_cursor: Option<String>,
    /// Hashes of the cursors to which the walk through the history was sent since it was begun or loaded.
    history_cursors: HashSet<u64>,
    /// The oldest happening that the walk through the history has read since it was loaded, microseconds since 1970.
    pub(super) history_from_us: Option<i64>,
    pub(super) collections_cursor: Option<String>,
    /// Pages of the walk through the collections that is under way.
    pub(super) collections_pages: u32,
    /// The market's collections in its own words, in the order in which they were told.
    pub(super) collections: Vec<KnownCollection>,
    /// Batches of attributes still to be read.
    pub(super) attributes: VecDeque<Vec<KnownCollection>>,
    /// Up to where the last completed scan of each scope speaks.
    pub(super) scans: HashMap<ScopeId, OrderKey>,
}

impl State {
    /// Notes where the history goes on; `false` when its walk was there before.
    pub(super) fn is_history_new(&mut self, cursor: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        cursor.hash(&mut hasher);
        if self.history_cursors.len() >= HISTORY_CURSORS_MAX {
            self.history_cursors.clear();
        }
        self.history_cursors.insert(hasher.finish())
    }

    /// Takes the collections of a page; says whether any is new or told otherwise.
    pub(super) fn take_collections(&mut self, page: &Page) -> bool {
        let mut is_changed = false;
        for sighting in &page.sightings {
            let Seen::Collection { slug, title, address, image_url: _ } = &sighting.seen else { continue };
            match self.collections.iter_mut().find(|held| held.slug == *slug) {
                Some(held) => {
                    let address = address.clone().or_else(|| held.address.clone());
                    let told = KnownCollection { slug: slug.clone(), title: title.clone(), address };
                    is_changed |= *held != told;
                    *held = told;
                }
                None => {
                    is_changed = true;
                    self.collections.push(KnownCollection {
                        slug: slug.clone(),
                        title: title.clone(),
                        address: address.clone(),
                    });
                }
            }
        }
        is_changed
    }
}

impl Worker {
    /// The mark that lets the history be walked again from its newest page; none where no history is wanted. What it told before is
    /// known by its ids, so only what was missed is new.
    pub(super) fn history_anew(&self) -> Vec<Mark> {
        let anew = Mark::Anew { market: self.market.clone(), walk: HISTORY.to_owned() };
        if self.pace.history_ms > 0 { vec![anew] } else { Vec::new() }
    }

    /// Begins the walk that [`Self::history_anew`] was committed for.
    pub(super) fn begin_history(&mut self) {
        self.state.history_cursor = None;
        self.state.history_cursors.clear();
        self.agenda.set_history_open(self.pace.history_ms > 0);
    }

    /// Whether the lease was lost with its connection, asked now and then: another process may follow the market by then.
    pub(super) async fn is_lease_lost(&mut self) -> bool {
        let now_ms = self.now_ms();
        if now_ms < self.lease_asked_ms.saturating_add(LEASE_EVERY_MS) {
            return false;
        }
        self.lease_asked_ms = now_ms;
        match &mut self.lease {
            Some(lease) => !lease.is_held().await,
            None => true,
        }
    }

    /// Whether this process holds the market, taking it if it is free.
    pub(super) async fn hold_lease(&mut self) -> Result<bool, IntakeFault> {
        if let Some(lease) = &mut self.lease {
            if lease.is_held().await {
                return Ok(true);
            }
            self.lease = None;
        }
        let name = format!("ribbon market {}", self.market);
        self.lease = lease::try_take(self.intake.pool(), &name).await.map_err(KnownFault::from)?;
        if self.lease.is_none() && !std::mem::replace(&mut self.told.is_waiting, true) {
            tracing::warn!(market.id = %self.market, "another process follows this market on the same database; this one waits");
        }
        Ok(self.lease.is_some())
    }

    /// Reads back where the worker stood. A scan that was in progress begins anew with its scope.
    pub(super) async fn load(&mut self) -> Result<(), IntakeFault> {
        let pool = self.intake.pool().clone();
        let cursor =
            async |walk: &str| known::cursor(&pool, &self.market, walk).await.map_err(KnownFault::from);
        let feed = cursor(FEED).await?;
        let history = cursor(HISTORY).await?;
        let scans = known::scans(&pool, &self.market).await.map_err(KnownFault::from)?;
        let quarantine = known::quarantine(&pool, &self.market).await.map_err(KnownFault::from)?;
        self.recall_limit(&pool).await?;
        let mut connection = pool.acquire().await.map_err(KnownFault::from)?;
        let mut told: Vec<_> =
            known::collections_told(&mut connection, &self.market).await?.into_iter().collect();
        drop(connection);
        told.sort_by(|a, b| a.0.cmp(&b.0));
        self.active = None;
        self.state = State {
            feed_cursor: feed.flatten(),
            history_cursor: history.clone().flatten(),
            collections: told
                .into_iter()
                .map(|(slug, words)| KnownCollection { slug, title: words.title, address: words.address })
                .collect(),
            scans: scans
                .iter()
                .map(|(scope, scan)| (scope.clone(), scan_end(scan.started_us, self.pace.skew_us)))
                .collect(),
            ..State::default()
        };
        let now_ms = signed(self.now_ms());
        self.agenda = Agenda::new(&self.pace, self.source.info().feed_interval_ms, now_ms);
        self.agenda.set_history_open(self.pace.history_ms > 0 && history != Some(None));
        self.set_scopes();
        let now_us = self.clock.now_us();
        for scope in self.source.scopes(&self.state.collections) {
            if let Some(scan) = scans.get(&scope.id) {
                self.agenda.scan_done(&scope, now_ms - (now_us - scan.started_us) / 1_000);
            }
        }
        // A restart knows that the market is quarantined, but not by which page: the feed is the probe.
        if self.quarantine.is_none() && quarantine.is_some() {
            let request =
                Request { errand: Errand::Feed, want: Want::Feed, cursor: self.state.feed_cursor.clone() };
            self.quarantine = Some(Quarantine::probing(request, quarantine.unwrap_or_default()));
        }
        self.say_standing().await;
        Ok(())
    }

    /// Takes up what an earlier worker has learned of the market's limits.
    async fn recall_limit(&mut self, pool: &store::Pool) -> Result<(), IntakeFault> {
        let learned = status::learned_limit(pool, &self.market).await.map_err(KnownFault::from)?;
        if let Some(LearnedLimit { request_share_per_mille, held_ms }) = learned {
            // What this worker has learned itself may not have been written when it begins anew after a fault of the database.
            let share = u16::try_from(request_share_per_mille).unwrap_or(SHARE_FULL);
            self.budget.recall(share.min(self.budget.share()));
            let held_ms = held_ms.and_then(|held_ms| u64::try_from(held_ms).ok()).unwrap_or(0);
            self.budget.hold(self.now_ms(), held_ms);
        }
        Ok(())
    }

    pub(super) fn set_scopes(&mut self) {
        self.agenda.set_scopes(self.source.scopes(&self.state.collections));
    }

    /// The request of an errand; `None` when the errand has become void.
    pub(super) fn request(&mut self, errand: Errand) -> Option<Request> {
        let (want, cursor) = match errand {
            Errand::Feed => (Want::Feed, self.state.feed_cursor.clone()),
            Errand::History => (Want::History, self.state.history_cursor.clone()),
            Errand::Collections => (Want::Collections, self.state.collections_cursor.clone()),
            Errand::Attributes => {
                if self.state.attributes.is_empty() {
                    self.state.attributes = self.source.attribute_batches(&self.state.collections).into();
                }
                let Some(batch) = self.state.attributes.front() else {
                    self.agenda.attributes_paged(signed(self.now_ms()), false);
                    return None;
                };
                (Want::Attributes(batch.clone()), None)
            }
            Errand::ScanBegin(index) => {
                let scope = self.agenda.scope(index)?.clone();
                (Want::Scan(scope), None)
            }
            Errand::ScanNext => {
                let active = self.active.as_ref()?;
                (Want::Scan(active.scope.clone()), active.cursor.clone())
            }
            Errand::Wait { .. } => return None,
        };
        Some(Request { errand, want, cursor })
    }
}
