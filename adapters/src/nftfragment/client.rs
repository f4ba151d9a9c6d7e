//! The host as a source.

use async_trait::async_trait;
use domain::{
    Exchange, GiftId, Malformed, MarketId, SourceFault,
    market::RequestBudget,
    ports::{Clock, MetadataPage, MetadataSource},
};
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};

use super::{BASE_URL, BUDGET, parse, source_id, target};
use crate::{
    http::{Ask, BaseUrl, Failure, Http, Limits},
    settings::{Settings, SettingsFault},
};

/// Pause after a 429 without Retry-After, milliseconds of the real world; nobody has said how long one lasts.
const PAUSE_REAL_MS: u64 = 60_000;

/// The adapter.
pub(super) struct NftFragment {
    id: MarketId,
    http: Http,
    headers: HeaderMap,
}

impl NftFragment {
    /// The adapter by its variables. Sends nothing.
    pub(super) fn new(settings: &Settings<'_>) -> Result<Self, SettingsFault> {
        let base = BaseUrl::from_settings(settings, &BASE_URL)?;
        let http = Http::new(source_id(), base, Limits::new(settings, PAUSE_REAL_MS))?;
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
        Ok(Self { id: source_id(), http, headers })
    }
}

#[async_trait]
impl MetadataSource for NftFragment {
    fn id(&self) -> &MarketId {
        &self.id
    }

    fn budget(&self) -> RequestBudget {
        BUDGET
    }

    /// There are no credentials, so no refusal can be mended here: whoever is refused waits.
    async fn fetch(&self, gift: &GiftId, clock: &dyn Clock) -> Result<Exchange, SourceFault> {
        let asked = self.http.exchange(Ask::get(target(gift)), self.headers.clone(), clock).await;
        asked.map_err(|failure| match failure {
            Failure::Fault(fault) => fault,
            Failure::Unauthorized { why } | Failure::Forbidden { why } => {
                SourceFault::RetryAfter { after_ms: self.http.pause_ms(), why }
            }
        })
    }

    fn read(&self, exchange: &Exchange) -> Result<MetadataPage, Malformed> {
        parse::page(exchange)
    }
}
