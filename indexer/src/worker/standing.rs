//! How a market stands: its status row, its progress, its notices.

use std::collections::{BTreeMap, HashSet};

use domain::{Page, Seen, sighting::ScopeId};
use store::status::{self, Standing};

use super::{Request, Worker, signed};
use crate::{notice::Notice, progress::Phase};

/// Unknown fields are added to the counts at most this often, in milliseconds.
const UNKNOWN_EVERY_MS: u64 = 5_000;
/// Counts alone are written to the status row at most this often, in milliseconds; the last one always is.
const COUNTS_EVERY_MS: u64 = 500;
/// Different unknown fields that are remembered between two writes.
const UNKNOWN_FIELDS_MAX: usize = 1_000;

/// What the worker has told, or is about to.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The request that is out.
    pub(super) asked: Option<Request>,
    /// When the status row was last marked as checked; milliseconds of the worker's clock.
    pub(super) checked_ms: u64,
    pub(super) refused: bool,
    /// It was said that another process follows the market.
    pub(super) is_waiting: bool,
    pub(super) last_fault: Option<String>,
    /// By walk, the fault of the last page that was given up.
    pub(super) given_up: BTreeMap<&'static str, String>,
    /// Scopes whose last scan was not believed.
    pub(super) doubted: HashSet<ScopeId>,
    unknown: BTreeMap<String, u32>,
    unknown_ms: u64,
    standing: Option<Standing>,
    standing_ms: u64,
}

impl Worker {
    pub(super) fn count_page(&mut self, request: &Request, page: &Page, events: usize) {
        let listings =
            page.sightings.iter().filter(|sighting| matches!(sighting.seen, Seen::Open { .. })).count();
        self.progress.send_modify(|progress| {
            progress.pages += 1;
            progress.events += u64::try_from(events).unwrap_or(0);
            if request.walk() == "scan" {
                progress.listings += u64::try_from(listings).unwrap_or(0);
            }
        });
    }

    /// Tells how the market stands if that is not what the watchers were told last.
    pub(super) async fn say_phase(&mut self) {
        if self.progress.borrow().phase != self.phase() {
            self.say_standing().await;
        }
    }

    fn count_scopes(&self) {
        let (scopes_done, scopes_total) = self.agenda.scopes_done();
        let (collections_done, collections_total) = self.agenda.collections_done();
        let (phase, is_history_done) = (self.phase(), !self.agenda.is_history_open());
        self.progress.send_modify(|progress| {
            progress.phase = phase;
            progress.is_history_done = is_history_done;
            (progress.scopes_done, progress.scopes_total) = (scopes_done, scopes_total);
            (progress.collections_done, progress.collections_total) = (collections_done, collections_total);
        });
    }

    fn phase(&self) -> Phase {
        let (done, total) = self.agenda.scopes_done();
        if self.stop.is_cancelled() {
            Phase::Stopped
        } else if self.quarantine.is_some() {
            Phase::Quarantined
        } else if self.told.refused {
            Phase::Refused
        } else if self.faults_in_a_row > 0 {
            Phase::BackingOff
        } else if total == 0 {
            Phase::Starting
        } else if done < total {
            Phase::Filling
        } else {
            Phase::Following
        }
    }

    /// Tells the watchers, and the status row where it says something else than before. A row that cannot be written is written with the
    /// next change.
    pub(super) async fn say_standing(&mut self) {
        self.count_scopes();
        let (done, total) = self.agenda.scopes_done();
        let now_ms = self.now_ms();
        let waiting_ms = self.ready_ms(now_ms).saturating_sub(now_ms);
        let state = match self.phase() {
            Phase::Starting | Phase::Filling => "starting",
            Phase::Following => "ok",
            Phase::BackingOff => "backing_off",
            Phase::Quarantined => "quarantined",
            Phase::Refused => "refused",
            Phase::Stopped => "stopped",
        };
        let count = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
        let standing = Standing {
            state,
            reason: match &self.quarantine {
                Some(quarantine) => Some(quarantine.why.clone()),
                None => self.told.last_fault.clone().filter(|_| self.faults_in_a_row > 0),
            },
            path: self.quarantine.as_ref().map(|quarantine| quarantine.path.clone()),
            last_fault: self.told.last_fault.clone(),
            faults_in_a_row: i64::from(self.faults_in_a_row),
            next_attempt_ms: (self.faults_in_a_row > 0).then(|| signed(waiting_ms)),
            scopes_total: count(total),
            scopes_done: count(done),
            history_from_us: self.state.history_from_us,
            history_is_done: !self.agenda.is_history_open(),
            request_share_per_mille: i64::from(self.budget.share()),
            held_ms: self.budget.held_ms(now_ms).map(signed),
        };
        if self
            .told
            .standing
            .as_ref()
            .is_some_and(|held| !is_worth_a_row(held, &standing, now_ms - self.told.standing_ms))
        {
            return;
        }
        self.told.standing_ms = now_ms;
        match status::record(self.intake.pool(), &self.market, &standing).await {
            Ok(()) => self.told.standing = Some(standing),
            Err(fault) => {
                tracing::debug!(market.id = %self.market, error = %fault, "the status row could not be written");
                self.told.standing = None;
            }
        }
    }

    pub(super) async fn say_stopped(&mut self) {
        self.flush_unknown_fields().await;
        self.say_standing().await;
    }

    pub(super) fn tell(&self, notice: Notice) {
        self.notices.tell(notice);
    }

    pub(super) fn tell_refused(&mut self, why: String, mend: String) {
        if std::mem::replace(&mut self.told.refused, true) {
            return;
        }
        self.tell(Notice {
            code: "market_refused",
            market: Some(self.market.to_string()),
            path: None,
            what: why,
            mend,
            at_ms: self.clock.now_us() / 1_000,
        });
    }

    pub(super) fn count_unknown_fields(&mut self, page: &Page) {
        for (path, count) in &page.unknown_fields {
            if self.told.unknown.len() < UNKNOWN_FIELDS_MAX || self.told.unknown.contains_key(path) {
                let held = self.told.unknown.entry(path.clone()).or_insert(0);
                *held = held.saturating_add(*count);
            }
        }
    }

    /// Writes the counts of unknown fields, if there are any and the last time is long enough ago.
    pub(super) async fn flush_unknown_fields(&mut self) {
        let now_ms = self.now_ms();
        let is_time =
            now_ms >= self.told.unknown_ms.saturating_add(UNKNOWN_EVERY_MS) || self.stop.is_cancelled();
        if self.told.unknown.is_empty() || !is_time {
            return;
        }
        let fields: Vec<(String, u32)> = self.told.unknown.clone().into_iter().collect();
        if let Ok(fresh) = status::count_unknown(self.intake.pool(), &self.market, &fields).await {
            self.told.unknown.clear();
            self.told.unknown_ms = now_ms;
            self.tell_fields(&fresh);
        }
    }

    /// The operator is told of each field once: it is counted, and nothing is read from it.
    fn tell_fields(&self, fresh: &[String]) {
        let Some(first) = fresh.first() else { return };
        let also = match fresh.len() - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        self.tell(Notice {
            code: "fields_unknown",
            market: Some(self.market.to_string()),
            path: Some(first.clone()),
            what: format!("{}'s pages have fields that nobody reads: `{first}`{also}", self.source.info().name),
            mend: "nothing that is read depends on them; the status page counts them; an update of Ribbon may read them".into(),
            at_ms: self.clock.now_us() / 1_000,
        });
    }
}

fn is_worth_a_row(held: &Standing, now: &Standing, since_ms: u64) -> bool {
    let words = |standing: &Standing| Standing {
        scopes_done: 0,
        scopes_total: 0,
        history_from_us: None,
        request_share_per_mille: 0,
        ..standing.clone()
    };
    let counts = |standing: &Standing| (standing.scopes_done, standing.scopes_total);
    let is_last = now.scopes_done == now.scopes_total && counts(held) != counts(now);
    words(held) != words(now) || (held != now && (is_last || since_ms >= COUNTS_EVERY_MS))
}
