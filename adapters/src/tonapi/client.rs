//! TonAPI as a source.

use async_trait::async_trait;
use domain::{
    Exchange, Malformed, MarketId, SourceFault,
    ports::{Clock, RatePage, RateSource},
};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use secrecy::ExposeSecret as _;

use super::{BASE_URL, KEY, TARGET, parse, source_id};
use crate::{
    http::{Ask, BaseUrl, Failure, Http, Limits, Standing},
    settings::{Settings, SettingsFault},
};

/// Pause after a 429 without Retry-After, milliseconds of the real world: two of the keyless windows of 4 s.
const PAUSE_REAL_MS: u64 = 8_000;

const MEND: &str = "put a valid key from tonconsole.com into RIBBON_TONAPI_KEY, or unset it, and restart";

/// The adapter.
pub(super) struct TonApi {
    id: MarketId,
    http: Http,
    headers: HeaderMap,
    standing: Standing,
}

impl TonApi {
    /// The adapter by its variables. Sends nothing.
    pub(super) fn new(settings: &Settings<'_>) -> Result<Self, SettingsFault> {
        let base = BaseUrl::from_settings(settings, &BASE_URL)?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(key) = settings.secret(&KEY) {
            let expected = "printable ASCII characters without spaces";
            let invalid = || SettingsFault::invalid(KEY.variable, "(secret)", expected);
            if !key.expose_secret().bytes().all(|b| b.is_ascii_graphic()) {
                return Err(invalid());
            }
            let bearer = format!("Bearer {}", key.expose_secret());
            let mut value = HeaderValue::from_str(&bearer).map_err(|_| invalid())?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let http = Http::new(source_id(), base, Limits::new(settings, PAUSE_REAL_MS))?;
        Ok(Self { id: source_id(), http, headers, standing: Standing::default() })
    }
}

#[async_trait]
impl RateSource for TonApi {
    fn id(&self) -> &MarketId {
        &self.id
    }

    async fn fetch(&self, clock: &dyn Clock) -> Result<Exchange, SourceFault> {
        match self.http.exchange(Ask::get(TARGET.into()), self.headers.clone(), clock).await {
            Ok(exchange) => {
                self.standing.accepted();
                Ok(exchange)
            }
            Err(Failure::Fault(fault)) => Err(fault),
            Err(Failure::Unauthorized { why }) => Err(SourceFault::Refused { why, mend: MEND.into() }),
            Err(Failure::Forbidden { why }) => Err(self.standing.forbidden(why, self.http.pause_ms(), MEND)),
        }
    }

    fn read(&self, exchange: &Exchange) -> Result<RatePage, Malformed> {
        parse::page(exchange)
    }
}
