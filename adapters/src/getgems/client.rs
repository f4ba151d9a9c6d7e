//! GetGems as a source.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use domain::{
    Exchange, Malformed, MarketInfo, Page, Seen, SourceFault,
    ports::{Clock, KnownCollection, MarketSource, Scope, Step, Want},
};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use secrecy::ExposeSecret as _;

use super::{API_KEY, BASE_URL, info, market_id, parse, walk};
use crate::{
    http::{Ask, BaseUrl, Failure, Http, Limits, Standing},
    settings::{Settings, SettingsFault},
};

/// Pause after an HTML page or a 429 without Retry-After, milliseconds of the real world: a fifth of the window of 5 minutes.
const PAUSE_REAL_MS: u64 = 60_000;

const MEND: &str = "put a valid key from getgems.io/public-api into RIBBON_GETGEMS_API_KEY and restart";

/// The adapter.
pub(super) struct GetGems {
    info: MarketInfo,
    http: Http,
    headers: HeaderMap,
    standing: Standing,
    /// Addresses of collections that this process has learned the name of; they are not asked about again.
    learned: Mutex<BTreeSet<String>>,
}

impl GetGems {
    /// The adapter by its variables. Sends nothing.
    pub(super) fn new(settings: &Settings<'_>) -> Result<Self, SettingsFault> {
        let base = BaseUrl::from_settings(settings, &BASE_URL)?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        match settings.secret(&API_KEY) {
            Some(key) => {
                let expected = "printable ASCII characters without spaces";
                let invalid = || SettingsFault::invalid(API_KEY.variable, "(secret)", expected);
                let is_plain = key.expose_secret().bytes().all(|b| b.is_ascii_graphic());
                let mut value = HeaderValue::from_str(key.expose_secret()).map_err(|_| invalid())?;
                if !is_plain {
                    return Err(invalid());
                }
                value.set_sensitive(true);
                headers.insert(AUTHORIZATION, value);
            }
            None if settings.text(&BASE_URL).as_deref() == BASE_URL.default => {
                return Err(SettingsFault::Missing { variable: API_KEY.variable, mend: MEND.into() });
            }
            None => {}
        }
        let http = Http::new(market_id(), base, Limits::new(settings, PAUSE_REAL_MS))?;
        Ok(Self { info: info(), http, headers, standing: Standing::default(), learned: Mutex::default() })
    }
}

#[async_trait]
impl MarketSource for GetGems {
    fn info(&self) -> &MarketInfo {
        &self.info
    }

    fn scopes(&self, collections: &[KnownCollection]) -> Vec<Scope> {
        walk::scopes(collections)
    }

    /// GetGems tells no rarity.
    fn attribute_batches(&self, _collections: &[KnownCollection]) -> Vec<Vec<KnownCollection>> {
        Vec::new()
    }

    async fn fetch(
        &self,
        want: &Want,
        cursor: Option<&str>,
        clock: &dyn Clock,
    ) -> Result<Exchange, SourceFault> {
        let target = walk::target(want, cursor).map_err(|why| SourceFault::Never { why })?;
        match self.http.exchange(Ask::get(target), self.headers.clone(), clock).await {
            Ok(exchange) => {
                self.standing.accepted();
                Ok(exchange)
            }
            Err(Failure::Fault(fault)) => Err(fault),
            Err(Failure::Unauthorized { why }) => Err(SourceFault::Refused { why, mend: MEND.into() }),
            Err(Failure::Forbidden { why }) => Err(self.standing.forbidden(why, self.http.pause_ms(), MEND)),
        }
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
            Seen::Collection { address, .. } => address.clone(),
            _ => None,
        }));
        let Step::Continue(next) = &step else { return step };
        let next = walk::CatalogCursor::read(Some(next)).map(|cursor| cursor.without(&learned));
        next.map_or(step, |next| next.into_text().map_or(Step::Done(None), Step::Continue))
    }
}
