//! toncenter as a source.

use async_trait::async_trait;
use chain::contract::Network;
use domain::{
    Exchange, ListingClaim, Malformed, MarketId, MarketInfo, Page, ScopeId, Seen, SourceFault, Verdict,
    market::RequestBudget,
    ports::{ChainWitness, Clock, KnownCollection, MarketSource, Scope, Step, Want},
};
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use secrecy::ExposeSecret as _;

use super::{
    BASE_URL, KEY, KEYLESS, NETWORK, ToncenterReader, info, rest,
    rest::{Networks, witness},
    source_id, target, walk,
};
use crate::{
    Reader as _,
    http::{Ask, BaseUrl, Failure, Http, Limits, Standing},
    settings::{Settings, SettingsFault},
};

/// Pause after a 429, which comes without Retry-After; milliseconds of the real world. The limit is by the second.
const PAUSE_REAL_MS: u64 = 3_000;

/// How long after it happened an action may still come in between others; milliseconds of the real world.
const SETTLE_REAL_MS: u64 = 30_000;

const MEND: &str = "put a valid key for this network into RIBBON_TONCENTER_KEY, or unset it, and restart";

/// The adapter.
pub(super) struct Toncenter {
    info: MarketInfo,
    http: Http,
    headers: HeaderMap,
    standing: Standing,
    network: &'static Network,
    settle_us: i64,
}

impl Toncenter {
    /// The adapter by its variables. Sends nothing.
    pub(super) fn new(settings: &Settings<'_>) -> Result<Self, SettingsFault> {
        let base = BaseUrl::from_settings(settings, &BASE_URL)?;
        let name = settings.text(&NETWORK).unwrap_or_default();
        let network = Network::named(&name)
            .ok_or_else(|| SettingsFault::invalid(NETWORK.variable, &name, "mainnet, testnet or sandbox"))?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let mut info = info();
        match settings.secret(&KEY) {
            Some(key) => {
                let invalid = || {
                    SettingsFault::invalid(
                        KEY.variable,
                        "(secret)",
                        "printable ASCII characters without spaces",
                    )
                };
                if !key.expose_secret().bytes().all(|b| b.is_ascii_graphic()) {
                    return Err(invalid());
                }
                let mut value = HeaderValue::from_str(key.expose_secret()).map_err(|_| invalid())?;
                value.set_sensitive(true);
                headers.insert("x-api-key", value);
            }
            None => info.budget = RequestBudget { ..KEYLESS },
        }
        let http = Http::new(source_id(), base, Limits::new(settings, PAUSE_REAL_MS))?;
        let settle_ms = i64::try_from(settings.scaled_ms(SETTLE_REAL_MS)).unwrap_or(i64::MAX / 1_000);
        let settle_us = settle_ms.saturating_mul(1_000);
        Ok(Self { info, http, headers, standing: Standing::default(), network, settle_us })
    }
}

impl Toncenter {
    async fn get(&self, target: String, clock: &dyn Clock) -> Result<Exchange, SourceFault> {
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
}

#[async_trait]
impl ChainWitness for Toncenter {
    fn id(&self) -> &MarketId {
        &self.info.id
    }

    /// Two requests: the item, and the contract that it says holds it, or the item again as its own contract.
    async fn ask(&self, claim: &ListingClaim, clock: &dyn Clock) -> Result<Vec<Exchange>, SourceFault> {
        let item = witness::item(claim)?;
        let first = self.get(target::item(&item), clock).await?;
        let Some(at) = witness::whom_to_ask(claim, &first)? else { return Ok(vec![first]) };
        let second = self.get(target::sales(&[at]), clock).await?;
        Ok(vec![first, second])
    }

    fn judge(&self, claim: &ListingClaim, answers: &[Exchange]) -> Result<Verdict, Malformed> {
        witness::judge(claim, answers, self.network)
    }

    /// Of 600 a minute with a key the walks take 480, of 60 without one 54: half of the rest.
    fn budget(&self) -> RequestBudget {
        let walks = self.info.budget;
        let documented = if walks == KEYLESS { 60 } else { 600 };
        let requests = (documented - walks.requests) / 2;
        RequestBudget { requests, window_ms: 60_000, spacing_ms: 60_000 / u64::from(requests) }
    }

    /// The second one, of what sells the item: no walk asks for a single item.
    fn pages(&self, answers: Vec<Exchange>) -> Result<Vec<(Exchange, Page)>, Malformed> {
        let read = |exchange: Exchange| {
            let page = rest::page(&exchange, Networks::Only(self.network))?;
            Ok((exchange, page))
        };
        answers.into_iter().skip(1).map(read).collect()
    }

    fn scope_of(&self, seen: &Seen) -> Option<ScopeId> {
        ToncenterReader.scope_of(seen)
    }
}

#[async_trait]
impl MarketSource for Toncenter {
    fn info(&self) -> &MarketInfo {
        &self.info
    }

    fn scopes(&self, collections: &[KnownCollection]) -> Vec<Scope> {
        walk::scopes(collections)
    }

    /// The chain tells no rarity.
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
        self.get(target, clock).await
    }

    fn read(&self, exchange: &Exchange) -> Result<Page, Malformed> {
        rest::page(exchange, Networks::Only(self.network))
    }

    fn step(&self, want: &Want, cursor: Option<&str>, page: &Page) -> Step {
        walk::step(want, cursor, page, self.settle_us)
    }
}
