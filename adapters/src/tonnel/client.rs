//! Tonnel as a source.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use domain::{
    CollectionSlug, Exchange, Malformed, MarketInfo, Origin, Page, RequestRecord, Seen, SourceFault,
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
    /// Whether the list was refused to us because nothing signs our requests: then collections are asked for by the titles that are known.
    is_list_refused: AtomicBool,
    /// Collections of which a page showed listings, so that the name they were asked for by is Tonnel's own.
    shown: RwLock<BTreeSet<CollectionSlug>>,
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
            is_list_refused: AtomicBool::default(),
            shown: RwLock::default(),
        })
    }

    /// Sends a request that nothing signs.
    async fn open(&self, ask: Ask, clock: &dyn Clock) -> Result<Exchange, SourceFault> {
        let answer = self.http.exchange(ask, self.headers.clone(), clock).await;
        self.judge(answer, true)
    }

    /// Sends a request with what signs it in its body, and keeps it without.
    async fn signed(&self, make: impl Fn(&str) -> Ask, clock: &dyn Clock) -> Result<Exchange, SourceFault> {
        let init_data = self.auth.init_data().await?;
        let started_at_us = clock.now_us();
        let sent = make(init_data.expose_secret());
        let answer = self.http.send(&sent, self.headers.clone(), clock).await;
        let Ask { method, target, body } = make("");
        let exchange = answer.map(|(status, answer)| Exchange {
            market: market_id(),
            request: RequestRecord { method: method.as_str().into(), target, body },
            status,
            body: answer,
            started_at_us,
            received_at_us: clock.now_us(),
            origin: Origin::Fetched,
        });
        self.judge(exchange, self.auth.is_given())
    }

    /// The fault of a refusal. Whoever has no signature may still read the listings, so that one for its lack does not stand for the market.
    fn refused(&self, why: String, is_of_market: bool) -> SourceFault {
        let mend = self.auth.mend();
        if is_of_market {
            SourceFault::Refused { why, mend }
        } else {
            SourceFault::Never { why: format!("{why}: told to the signed in alone; {mend}") }
        }
    }

    /// What an answer means, errors in words included; `is_of_market` when a refusal cannot be for the lack of a signature.
    fn judge(
        &self,
        answer: Result<Exchange, Failure>,
        is_of_market: bool,
    ) -> Result<Exchange, SourceFault> {
        match answer {
            Ok(exchange) => match error_in_words(&exchange.body) {
                None => {
                    self.standing.accepted();
                    Ok(exchange)
                }
                Some(words) => Err(self.of_words(&exchange.request.target, &words, is_of_market)),
            },
            Err(Failure::Fault(fault)) => Err(fault),
            Err(Failure::Forbidden { why }) if is_of_market => {
                Err(self.standing.forbidden(why, self.http.pause_ms(), &self.auth.mend()))
            }
            Err(Failure::Unauthorized { why } | Failure::Forbidden { why }) => {
                Err(self.refused(why, is_of_market))
            }
        }
    }

    /// The fault that an error in words stands for. Source of the words: public clients, 2026.
    fn of_words(&self, target: &str, words: &str, is_of_market: bool) -> SourceFault {
        let (lower, why) = (words.to_ascii_lowercase(), format!("POST {target} was answered: {words}"));
        let says = |known: &[&str]| known.iter().any(|known| lower.contains(known));
        if says(&["try again", "too many", "rate limit", "slow down"]) {
            SourceFault::RetryAfter { after_ms: self.http.pause_ms(), why }
        } else if says(&["auth", "init data", "initdata"]) {
            self.refused(why, is_of_market)
        } else {
            SourceFault::Never { why }
        }
    }

    async fn collections(&self, clock: &dyn Clock) -> Result<Exchange, SourceFault> {
        let answer = self.signed(ask::stats, clock).await;
        let is_refused = !self.auth.is_given() && matches!(answer, Err(SourceFault::Never { .. }));
        self.is_list_refused.store(is_refused, Ordering::Relaxed);
        let exchange = answer?;
        // A list that cannot be read is the reader's to report; until then the spellings stay as they were.
        if let Ok(spellings) = parse::spellings(&exchange.body) {
            *self.spellings.write().unwrap_or_else(PoisonError::into_inner) = Some(spellings);
        }
        Ok(exchange)
    }

    /// Tonnel's spelling of a collection, by its list; where the list is refused, the title by which the collection is known.
    async fn spelled(&self, wanted: &KnownCollection, clock: &dyn Clock) -> Result<String, SourceFault> {
        if self.with_spellings(|_| ()).is_none() && !self.is_list_refused.load(Ordering::Relaxed) {
            match self.collections(clock).await {
                Ok(exchange) => drop(parse::spellings(&exchange.body)?),
                Err(SourceFault::Never { .. }) if self.is_list_refused.load(Ordering::Relaxed) => {}
                Err(fault) => return Err(fault),
            }
        }
        let KnownCollection { slug, title, address: _ } = wanted;
        self.with_spellings(|spellings| spellings.get(slug).cloned()).map_or_else(
            || Ok(title.clone()),
            |spelled| {
                spelled.ok_or_else(|| SourceFault::Never {
                    why: format!("Tonnel does not list the collection {slug}"),
                })
            },
        )
    }

    /// Whether the name by which a collection is asked for is Tonnel's own: listed, or proven by what it showed.
    fn is_name_proven(&self, slug: &CollectionSlug) -> bool {
        let is_listed = self.with_spellings(|spellings| spellings.contains_key(slug)).unwrap_or(false);
        is_listed || self.shown.read().unwrap_or_else(PoisonError::into_inner).contains(slug)
    }

    fn note_shown(&self, page: &Page) {
        let shown = page.sightings.iter().filter_map(|sighting| match &sighting.seen {
            Seen::Open { gift, .. } => Some(gift.slug.clone()),
            _ => None,
        });
        self.shown.write().unwrap_or_else(PoisonError::into_inner).extend(shown);
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
                let name = self.spelled(collection, clock).await?;
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
        let step = walk::step(want, cursor, page);
        let (Want::Scan(Scope { collection, .. }), Step::Done(_)) = (want, &step) else {
            self.note_shown(page);
            return step;
        };
        // A wrong name is answered with an empty list too.
        if cursor.is_none() && !self.is_name_proven(&collection.slug) { Step::Gap(None) } else { step }
    }
}
