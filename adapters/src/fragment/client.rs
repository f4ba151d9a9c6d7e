//! Fragment as a source.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use domain::{
    Exchange, Malformed, MarketInfo, Page, Seen, SourceFault,
    ports::{Clock, KnownCollection, MarketSource, Scope, Step, Want},
};

use super::{
    BASE_URL, ask, info, market_id, parse,
    session::{LIFE_REAL_MS, Sessions},
    walk::{self, CatalogCursor, FeedCursor, ScanCursor},
};
use crate::{
    http::{Ask, BaseUrl, Failure, Http, Limits},
    settings::{Settings, SettingsFault},
};

/// Pause after a 429 without Retry-After, milliseconds of the real world: nobody has said how long Fragment's last.
const PAUSE_REAL_MS: u64 = 60_000;

/// The adapter.
pub(super) struct Fragment {
    info: MarketInfo,
    http: Http,
    sessions: Sessions,
    /// Slugs of collections whose title this process has learned; they are not asked about again.
    learned: Mutex<BTreeSet<String>>,
}

impl Fragment {
    /// The adapter by its variables. Sends nothing.
    pub(super) fn new(settings: &Settings<'_>) -> Result<Self, SettingsFault> {
        let base = BaseUrl::from_settings(settings, &BASE_URL)?;
        let http = Http::new(market_id(), base, Limits::new(settings, PAUSE_REAL_MS))?;
        let sessions = Sessions::new(settings.scaled_ms(LIFE_REAL_MS));
        Ok(Self { info: info(), http, sessions, learned: Mutex::default() })
    }

    /// Sends a request within the session. A session that has ended is opened anew, once.
    async fn ask(&self, ask: Ask, clock: &dyn Clock) -> Result<Exchange, SourceFault> {
        let mut is_renewed = false;
        loop {
            let session = self.sessions.current(&self.http, clock).await?;
            let why = match self.http.exchange(session.sent(&ask), session.headers(), clock).await {
                Ok(mut exchange) => match parse::refusal(&exchange.body) {
                    None => {
                        // What was asked, as against in which session.
                        exchange.request.target = ask.target;
                        return Ok(exchange);
                    }
                    Some(why) => format!("Fragment answered `{why}`"),
                },
                Err(Failure::Unauthorized { why }) => why,
                Err(failure) => return Err(refused(failure, &self.http)),
            };
            self.sessions.end(&session).await;
            if is_renewed {
                let why = format!("{why} in a session that has just begun");
                return Err(SourceFault::RetryAfter { after_ms: self.http.pause_ms(), why });
            }
            is_renewed = true;
        }
    }
}

/// A failure as a fault. There are no credentials, so no refusal can be mended here: whoever is refused waits.
pub(super) fn refused(failure: Failure, http: &Http) -> SourceFault {
    match failure {
        Failure::Fault(fault) => fault,
        Failure::Unauthorized { why } | Failure::Forbidden { why } => {
            SourceFault::RetryAfter { after_ms: http.pause_ms(), why }
        }
    }
}

#[async_trait]
impl MarketSource for Fragment {
    fn info(&self) -> &MarketInfo {
        &self.info
    }

    fn scopes(&self, collections: &[KnownCollection]) -> Vec<Scope> {
        let scope = |id, collection: &KnownCollection| Scope { id, collection: collection.clone() };
        // Auctions behind all listings: those are wanted first.
        let sales = collections.iter().map(|collection| scope(parse::scope(&collection.slug), collection));
        let auctions =
            collections.iter().map(|collection| scope(parse::auction_scope(&collection.slug), collection));
        sales.chain(auctions).collect()
    }

    /// Fragment tells no rarity but on the page of a single gift. Those pages are not asked for: a request each would take the budget
    /// of the scans that keep prices fresh, and the same gifts stand with their attributes on GetGems' pages.
    fn attribute_batches(&self, _collections: &[KnownCollection]) -> Vec<Vec<KnownCollection>> {
        Vec::new()
    }

    async fn fetch(
        &self,
        want: &Want,
        cursor: Option<&str>,
        clock: &dyn Clock,
    ) -> Result<Exchange, SourceFault> {
        let never = |why: String| SourceFault::Never { why };
        let ask = match want {
            Want::Collections => match CatalogCursor::read(cursor).map_err(never)?.next() {
                Some(slug) => ask::probe(slug),
                None => ask::collections(),
            },
            Want::Attributes(_) => return Err(never("Fragment lists no attributes with rarity".into())),
            Want::Scan(Scope { id, collection }) => {
                let cursor = ScanCursor::read(cursor).map_err(never)?;
                if *id == parse::scope(&collection.slug) {
                    ask::sale(&collection.slug, cursor.offset())
                } else if *id == parse::auction_scope(&collection.slug) {
                    ask::auction(&collection.slug, cursor.offset())
                } else {
                    return Err(never(format!("`{id}` is no scope of Fragment")));
                }
            }
            Want::Feed => ask::sold(FeedCursor::read(cursor).map_err(never)?.at()),
            Want::History => ask::sold(cursor),
        };
        self.ask(ask, clock).await
    }

    fn read(&self, exchange: &Exchange) -> Result<Page, Malformed> {
        parse::page(exchange)
    }

    fn step(&self, want: &Want, cursor: Option<&str>, page: &Page) -> Step {
        let step = walk::step(want, cursor, page);
        if !matches!(want, Want::Collections) {
            return step;
        }
        let mut learned = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        learned.extend(page.sightings.iter().filter_map(|sighting| match &sighting.seen {
            Seen::Collection { slug, .. } => Some(slug.to_string()),
            _ => None,
        }));
        let Step::Continue(next) = &step else { return step };
        let next = CatalogCursor::read(Some(next)).map(|cursor| cursor.without(&learned));
        next.map_or(step, |next| next.into_text().map_or(Step::Done(None), Step::Continue))
    }
}
