//! Taking pages: each kind of walk to its decision, and what it means for the next request.

use std::time::Duration;

use domain::{
    Cause, Exchange, Page, Seen,
    ports::{Step, Want},
};
use store::{
    Mark,
    evidence::{self, Packed},
    known::KnownFault,
    status,
};

use super::{
    Failure, Request, Worker, signed,
    state::{FEED, HISTORY},
};
use crate::{
    decide::{Decision, Frame, ahead::check_times, catalog::decide_catalog, feed::decide_feed_page},
    intake::IntakeFault,
    observe,
};

/// The market's status row is marked as checked at most this often by polls that bring nothing, in milliseconds.
const CHECKED_EVERY_MS: u64 = 200;
/// The same for other pages that bring nothing.
const CHECKED_BY_OTHERS_MS: u64 = 1_000;
/// Pages of one walk through the collections; a walk that is longer goes in a circle.
const COLLECTIONS_PAGES_MAX: u32 = 2_000;

/// What a page means, to be committed as one.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) decision: Decision,
    pub(super) evidence: Vec<Packed>,
    pub(super) attached: Vec<Packed>,
    pub(super) marks: Vec<Mark>,
}

impl Worker {
    /// Reads an answer and takes what it shows.
    pub(super) async fn take(&mut self, request: Request, exchange: &Exchange) -> Result<(), Failure> {
        let page = self.source.read(exchange)?;
        check_times(exchange, &page)?;
        self.answered();
        self.count_unknown_fields(&page);
        if self.quarantine.is_some() {
            // What the probe read is asked for again in its turn.
            return Ok(self.release().await?);
        }
        match request.want {
            Want::Feed | Want::History => self.take_happenings(request, exchange, &page).await,
            Want::Scan(_) => self.take_scan_page(request, exchange, &page).await,
            Want::Collections => self.take_collections(request, exchange, &page).await,
            Want::Attributes(_) => self.take_attributes(request, exchange, &page).await,
        }
    }

    async fn take_happenings(
        &mut self,
        request: Request,
        exchange: &Exchange,
        page: &Page,
    ) -> Result<(), Failure> {
        let is_history = request.want == Want::History;
        let cause = if is_history { Cause::History } else { Cause::Feed };
        let mut known = self.intake.known(&self.market, &[page], &self.state.scans).await?;
        let frame = Frame::of(exchange, self.pace.skew_us);
        let active = self.active.as_ref().map(super::scan::ActiveScan::memory);
        let decision = decide_feed_page(&mut known, active, &frame, cause, page);
        let step = self.source.step(&request.want, request.cursor.as_deref(), page);
        let has_gap = !is_history && matches!(step, Step::Gap(_));
        let (cursor, has_more) = match step {
            Step::Continue(cursor) if is_history && self.is_deep_enough(page) => {
                tracing::info!(market.id = %self.market, cursor, "the history is read back to the configured depth");
                (None, false)
            }
            Step::Continue(cursor) if is_history && !self.state.is_history_new(&cursor) => {
                tracing::warn!(market.id = %self.market, cursor, "the history goes in a circle; it rests until the next start");
                (request.cursor.clone(), false)
            }
            Step::Continue(cursor) => (Some(cursor), true),
            Step::Done(_) | Step::Gap(_) if is_history => (None, false),
            Step::Done(cursor) | Step::Gap(cursor) => (cursor, false),
        };
        let walk = if is_history { HISTORY } else { FEED };
        let mut marks = Vec::new();
        if cursor != request.cursor || (is_history && !has_more) {
            marks.push(Mark::Cursor {
                market: self.market.clone(),
                walk: walk.to_owned(),
                cursor: cursor.clone(),
            });
        }
        if has_gap {
            marks.extend(self.history_anew());
        }
        let evidence = self.pack_if_needed(&decision, exchange)?;
        let now_ms = signed(self.now_ms());
        for gift in decision.events.iter().filter_map(|event| event.gift.as_ref()) {
            self.agenda.warm(&gift.slug, 1, now_ms);
        }
        let told = Taken { decision, evidence, attached: Vec::new(), marks };
        self.commit_page(&request, exchange, page, told).await?;
        if is_history {
            self.state.history_cursor = cursor;
            self.state.history_from_us = oldest_us(page).into_iter().chain(self.state.history_from_us).min();
            self.agenda.set_history_open(has_more);
            self.say_standing().await;
        } else {
            self.state.feed_cursor = cursor;
            self.agenda.feed_paged(now_ms, has_more);
            if has_gap {
                self.begin_history();
            }
        }
        Ok(())
    }

    /// Whether a page of the history reaches back to the configured depth.
    fn is_deep_enough(&self, page: &Page) -> bool {
        let depth_us = i64::try_from(self.pace.history_ms).unwrap_or(i64::MAX / 1_000).saturating_mul(1_000);
        let horizon_us = self.clock.now_us().saturating_sub(depth_us);
        oldest_us(page).is_some_and(|oldest| oldest < horizon_us)
    }

    async fn take_collections(
        &mut self,
        request: Request,
        exchange: &Exchange,
        page: &Page,
    ) -> Result<(), Failure> {
        self.take_catalog(&request, exchange, page).await?;
        if self.state.take_collections(page) {
            self.set_scopes();
        }
        let step = self.source.step(&request.want, request.cursor.as_deref(), page);
        let is_whole = matches!(step, Step::Done(_));
        let (cursor, has_more) = match step {
            Step::Continue(cursor) if self.state.collections_pages < COLLECTIONS_PAGES_MAX => {
                (Some(cursor), true)
            }
            Step::Continue(_) | Step::Done(_) | Step::Gap(_) => (None, false),
        };
        self.state.collections_pages = if has_more { self.state.collections_pages + 1 } else { 0 };
        self.state.collections_cursor = cursor;
        self.agenda.collections_paged(signed(self.now_ms()), has_more);
        if is_whole {
            self.note_scopes().await?;
        }
        self.say_standing().await;
        Ok(())
    }

    /// The market has told all its collections: what it no longer lists is not scanned, and says so.
    async fn note_scopes(&mut self) -> Result<(), Failure> {
        self.set_scopes();
        let scopes: Vec<_> =
            self.source.scopes(&self.state.collections).into_iter().map(|scope| scope.id).collect();
        let noted = status::note_scopes(self.intake.pool(), &self.market, &scopes).await;
        Ok(noted.map_err(KnownFault::from).map_err(IntakeFault::from)?)
    }

    async fn take_attributes(
        &mut self,
        request: Request,
        exchange: &Exchange,
        page: &Page,
    ) -> Result<(), Failure> {
        self.take_catalog(&request, exchange, page).await?;
        self.state.attributes.pop_front();
        let has_more = !self.state.attributes.is_empty();
        self.agenda.attributes_paged(signed(self.now_ms()), has_more);
        Ok(())
    }

    async fn take_catalog(
        &mut self,
        request: &Request,
        exchange: &Exchange,
        page: &Page,
    ) -> Result<(), Failure> {
        let mut known = self.intake.known(&self.market, &[page], &self.state.scans).await?;
        let decision = decide_catalog(&mut known, &Frame::of(exchange, self.pace.skew_us), page);
        let evidence = self.pack_if_needed(&decision, exchange)?;
        self.commit_page(request, exchange, page, Taken { decision, evidence, ..Taken::default() }).await
    }

    fn pack_if_needed(&self, decision: &Decision, exchange: &Exchange) -> Result<Vec<Packed>, Failure> {
        if decision.is_empty() {
            return Ok(Vec::new());
        }
        let packed = evidence::pack(self.market.as_str(), &exchange.evidence_bytes());
        Ok(vec![packed.map_err(IntakeFault::from)?])
    }

    /// Commits what a page means together with the worker's marks, and counts it.
    pub(super) async fn commit_page(
        &mut self,
        request: &Request,
        exchange: &Exchange,
        page: &Page,
        told: Taken,
    ) -> Result<(), Failure> {
        let Taken { decision, evidence, attached, mut marks } = told;
        let now_ms = self.now_ms();
        let every_ms = if request.want == Want::Feed { CHECKED_EVERY_MS } else { CHECKED_BY_OTHERS_MS };
        let is_silent = decision.is_empty() && marks.is_empty();
        if !is_silent || self.told.checked_ms == 0 || now_ms >= self.told.checked_ms.saturating_add(every_ms)
        {
            marks.push(Mark::Checked { market: self.market.clone() });
            self.told.checked_ms = now_ms;
        }
        let (events, kinds) = (decision.events.len(), observe::kinds(&decision.events));
        observe::page_counted(&self.market, decision.unchanged, page.passed.len());
        self.intake.commit(decision, evidence, attached, marks).await?;
        let since_us = self.clock.now_us().saturating_sub(exchange.received_at_us);
        let since = Duration::from_micros(u64::try_from(since_us).unwrap_or(0));
        observe::page_taken(&self.market, request.walk(), &kinds, since);
        self.count_page(request, page, events);
        self.say_phase().await;
        Ok(())
    }
}

/// The oldest happening on a page, microseconds since 1970.
fn oldest_us(page: &Page) -> Option<i64> {
    let times = page.sightings.iter().filter_map(|sighting| match &sighting.seen {
        Seen::Happened { at_us, .. } => Some(*at_us),
        _ => None,
    });
    times.min()
}
