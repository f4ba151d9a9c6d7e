//! Tonnel as a source.

use std::{
    collections::BTreeMap,
    sync::{PoisonError, RwLock},
};

use async_trait::async_trait;
use domain::{
    CollectionSlug, Exchange, Malformed, MarketInfo, Origin, Page, RequestRecord, SourceFault,
    ports::{Clock, KnownCollection, MarketSource, Scope, Step, Want},
};
use reqwest::header::{ACCEPT, FORWARDED, HeaderMap, HeaderValue, ORIGIN, REFERER};
use secrecy::ExposeSecret as _;
use serde_json::Value;

use super::{
    BASE_URL, BOT, INIT_DATA_FILE, NAME, PROXY_URL,
    ask::{self, Asset},
    auth::Auth,
    info, market_id, parse,
    walk::{self, FeedCursor, Place},
};
use crate::{
    http::{Ask, BaseUrl, Failure, Http, Limits, Standing},
    init_data::InitDataFile,
    json::without_mark,
    settings::{Settings, SettingsFault},
    text::cut,
};

/// Pause after a 429, a page of the gate or a word of throttling, each without Retry-After; milliseconds of the real world.
const PAUSE_REAL_MS: u64 = 60_000;

/// Domain of Tonnel itself, where a gate lets browsers alone through.
const GATED: &str = ".tonnel.network";

/// The site whose requests ours are. Source: public clients, 2025-05 to 2026-09.
const SITE: &str = "https://market.tonnel.network";

/// Longest answer in which an error in words is looked for, in bytes.
const WORDS_BYTES_MAX: usize = 4_096;

/// The adapter.
pub(super) struct Tonnel {
    info: MarketInfo,
    http: Http,
    headers: HeaderMap,
    auth: Auth,
    standing: Standing,
    /// How Tonnel spells each collection; `None` until its list was read in this process.
    spellings: RwLock<Option<BTreeMap<CollectionSlug, String>>>,
}

impl Tonnel {
    /// The adapter by its variables. Sends nothing and reads no file.
    pub(super) fn new(settings: &Settings<'_>) -> Result<Self, SettingsFault> {
        let base = BaseUrl::from_settings(settings, &BASE_URL)?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(ORIGIN, HeaderValue::from_static(SITE));
        headers.insert(REFERER, HeaderValue::from_static("https://market.tonnel.network/"));
        let address = match settings.text(&PROXY_URL) {
            Some(text) => {
                let proxy = BaseUrl::parse(PROXY_URL.variable, &text)?;
                let (host, scheme) = (base.host(), base.scheme());
                let forwarded = HeaderValue::try_from(format!("host=\"{host}\";proto={scheme}"));
                let forwarded = forwarded.map_err(|_| {
                    SettingsFault::invalid(BASE_URL.variable, &host, "an address with a plain host name")
                })?;
                headers.insert(FORWARDED, forwarded);
                proxy
            }
            None if base.host().ends_with(GATED) => {
                return Err(SettingsFault::Missing {
                    variable: PROXY_URL.variable,
                    mend: "set it to a proxy that speaks to Tonnel as a browser does".into(),
                });
            }
            None => base,
        };
        let http = Http::new(market_id(), address, Limits::new(settings, PAUSE_REAL_MS))?;
        Ok(Self {
            info: info(),
            http,
            headers,
            auth: Auth::new(InitDataFile::from_settings(settings, &INIT_DATA_FILE, NAME, BOT)),
            standing: Standing::default(),
            spellings: RwLock::default(),
        })
    }

    /// Sends a request that nothing signs.
    async fn open(&self, ask: Ask, clock: &dyn Clock) -> Result<Exchange, SourceFault> {
        self.judge(self.http.exchange(ask, self.headers.clone(), clock).await)
    }

    /// Sends a request with what signs it in its body, and keeps it without.
    async fn signed(&self, make: impl Fn(&str) -> Ask, clock: &dyn Clock) -> Result<Exchange, SourceFault> {
        let init_data = self.auth.init_data().await?;
        let started_at_us = clock.now_us();
        let sent = make(init_data.expose_secret());
        let answer = self.http.send(&sent, self.headers.clone(), clock).await;
        let Ask { method, target, body } = make("");
        self.judge(answer.map(|(status, answer)| Exchange {
            market: market_id(),
            request: RequestRecord { method: method.as_str().into(), target, body },
            status,
            body: answer,
            started_at_us,
            received_at_us: clock.now_us(),
            origin: Origin::Fetched,
        }))
    }

    /// What an answer means, errors in words included.
    fn judge(&self, answer: Result<Exchange, Failure>) -> Result<Exchange, SourceFault> {
        match answer {
            Ok(exchange) => match error_in_words(&exchange.body) {
                None => {
                    self.standing.accepted();
                    Ok(exchange)
                }
                Some(words) => Err(self.of_words(&exchange.request.target, &words)),
            },
            Err(Failure::Fault(fault)) => Err(fault),
            Err(Failure::Unauthorized { why }) => Err(SourceFault::Refused { why, mend: self.auth.mend() }),
            Err(Failure::Forbidden { why }) => {
                Err(self.standing.forbidden(why, self.http.pause_ms(), &self.auth.mend()))
            }
        }
    }

    /// The fault that an error in words stands for. Source of the words: public clients, 2026.
    fn of_words(&self, target: &str, words: &str) -> SourceFault {
        let (lower, why) = (words.to_ascii_lowercase(), format!("POST {target} was answered: {words}"));
        let says = |known: &[&str]| known.iter().any(|known| lower.contains(known));
        if says(&["try again", "too many", "rate limit", "slow down"]) {
            SourceFault::RetryAfter { after_ms: self.http.pause_ms(), why }
        } else if says(&["auth", "init data", "initdata"]) {
            SourceFault::Refused { why, mend: self.auth.mend() }
        } else {
            SourceFault::Never { why }
        }
    }

    async fn collections(&self, clock: &dyn Clock) -> Result<Exchange, SourceFault> {
        let exchange = self.signed(ask::stats, clock).await?;
        // A list that cannot be read is the reader's to report; until then the spellings stay as they were.
        if let Ok(spellings) = parse::spellings(&exchange.body) {
            *self.spellings.write().unwrap_or_else(PoisonError::into_inner) = Some(spellings);
        }
        Ok(exchange)
    }

    /// Tonnel's spelling of a collection.
    async fn spelled(&self, slug: &CollectionSlug, clock: &dyn Clock) -> Result<String, SourceFault> {
        if self.with_spellings(|_| ()).is_none() {
            let exchange = self.collections(clock).await?;
            parse::spellings(&exchange.body)?;
        }
        let spelled = self.with_spellings(|spellings| spellings.get(slug).cloned());
        spelled
            .flatten()
            .ok_or_else(|| SourceFault::Never { why: format!("Tonnel does not list the collection {slug}") })
    }

    fn with_spellings<T>(&self, read: impl FnOnce(&BTreeMap<CollectionSlug, String>) -> T) -> Option<T> {
        self.spellings.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(read)
    }
}

/// The message of an answer that is an error although its status is success: `{"status":"error","message":".."}` or `{"error":".."}`.
fn error_in_words(body: &[u8]) -> Option<String> {
    let body = without_mark(body);
    if body.len() > WORDS_BYTES_MAX || !body.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let value: Value = serde_json::from_slice(body).ok()?;
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let words = match (text("error"), text("status")) {
        (Some(words), _) => words,
        (None, Some("error")) => text("message").unwrap_or("an error without a message"),
        _ => return None,
    };
    Some(cut(words, 120))
}

fn never(why: String) -> SourceFault {
    SourceFault::Never { why }
}

#[async_trait]
impl MarketSource for Tonnel {
    fn info(&self) -> &MarketInfo {
        &self.info
    }

    /// One for each collection that Tonnel lists and each coin; for all collections while its list was not read yet.
    fn scopes(&self, collections: &[KnownCollection]) -> Vec<Scope> {
        let is_listed = |slug: &CollectionSlug| {
            self.with_spellings(|spellings| spellings.contains_key(slug)).unwrap_or(true)
        };
        let listed = collections.iter().filter(|collection| is_listed(&collection.slug));
        let scopes = listed.flat_map(|collection| {
            Asset::ALL.map(|asset| Scope { id: asset.scope(&collection.slug), collection: collection.clone() })
        });
        scopes.collect()
    }

    /// The list of collections tells models and their rarity too.
    fn attribute_batches(&self, _collections: &[KnownCollection]) -> Vec<Vec<KnownCollection>> {
        Vec::new()
    }

    async fn fetch(
        &self,
        want: &Want,
        cursor: Option<&str>,
        clock: &dyn Clock,
    ) -> Result<Exchange, SourceFault> {
        let window = match want {
            Want::Collections => return self.collections(clock).await,
            Want::Attributes(_) => return Err(never("Tonnel tells models with its collections".into())),
            Want::Scan(Scope { id, collection }) => {
                let asset = Asset::of_scope(id, &collection.slug);
                let asset = asset.ok_or_else(|| never(format!("`{id}` is no scope of Tonnel")))?;
                let below = walk::below(cursor).map_err(never)?;
                let name = self.spelled(&collection.slug, clock).await?;
                return self.open(ask::listings(&name, asset, below), clock).await;
            }
            Want::Feed => FeedCursor::read(cursor).map_err(never)?.window(),
            Want::History => Place::read(cursor).map_err(never)?.window(),
        };
        self.signed(|auth_data| ask::sales(auth_data, &window), clock).await
    }

    fn read(&self, exchange: &Exchange) -> Result<Page, Malformed> {
        parse::page(exchange)
    }

    fn step(&self, want: &Want, cursor: Option<&str>, page: &Page) -> Step {
        walk::step(want, cursor, page)
    }
}
