//! MRKT as a source.

use std::{
    collections::BTreeMap,
    sync::{PoisonError, RwLock},
};

use async_trait::async_trait;
use domain::{
    CollectionSlug, Exchange, Malformed, MarketInfo, Page, SourceFault,
    ports::{Clock, KnownCollection, MarketSource, Scope, Step, Want},
};

use super::{
    BASE_URL, INIT_DATA_FILE, ask, info, market_id, parse,
    session::Sessions,
    walk,
};
use crate::{
    feed::FeedCursor,
    http::{Ask, BaseUrl, Failure, Http, Limits},
    init_data::InitDataFile,
    settings::{Settings, SettingsFault},
};

/// Pause after a 429 (`RPS_WAIT`) without Retry-After, milliseconds of the real world. Source: public clients, 2026.
const PAUSE_REAL_MS: u64 = 60_000;

/// The adapter.
pub(super) struct Mrkt {
    info: MarketInfo,
    http: Http,
    sessions: Sessions,
    /// How MRKT spells each collection; `None` until its list was read in this process.
    spellings: RwLock<Option<BTreeMap<CollectionSlug, String>>>,
}

impl Mrkt {
    /// The adapter by its variables. Sends nothing and reads no file.
    pub(super) fn new(settings: &Settings<'_>) -> Result<Self, SettingsFault> {
        let base = BaseUrl::from_settings(settings, &BASE_URL)?;
        let file = InitDataFile::from_settings(settings, &INIT_DATA_FILE, "MRKT", "@mrkt")
            .ok_or_else(|| InitDataFile::missing(&INIT_DATA_FILE, "@mrkt"))?;
        let http = Http::new(market_id(), base, Limits::new(settings, PAUSE_REAL_MS))?;
        Ok(Self {
            info: info(),
            http,
            sessions: Sessions::new(file),
            spellings: RwLock::default(),
        })
    }

    /// Sends a request within the session. A session that has ended is signed in to anew, once.
    async fn ask(&self, ask: Ask, clock: &dyn Clock) -> Result<Exchange, SourceFault> {
        let mut is_renewed = false;
        loop {
            let session = self.sessions.current(&self.http, clock).await?;
            match self.http.exchange(ask.clone(), session.headers.clone(), clock).await {
                Ok(exchange) => {
                    session.standing.accepted();
                    return Ok(exchange);
                }
                Err(Failure::Unauthorized { .. }) if !is_renewed => {
                    self.sessions.end(&session).await;
                    is_renewed = true;
                }
                Err(Failure::Unauthorized { why }) => {
                    self.sessions.end(&session).await;
                    let why = format!("{why} in a session that has just begun");
                    return Err(SourceFault::Refused { why, mend: self.sessions.mend() });
                }
                Err(Failure::Forbidden { why }) => {
                    self.sessions.end(&session).await;
                    return Err(session.standing.forbidden(why, self.http.pause_ms(), &self.sessions.mend()));
                }
                Err(Failure::Fault(fault)) => return Err(fault),
            }
        }
    }

    async fn collections(&self, clock: &dyn Clock) -> Result<Exchange, SourceFault> {
        let exchange = self.ask(ask::collections(), clock).await?;
        // A list that cannot be read is the reader's to report; until then the spellings stay as they were.
        if let Ok(spellings) = parse::spellings(&exchange.body) {
            *self.spellings.write().unwrap_or_else(PoisonError::into_inner) = Some(spellings);
        }
        Ok(exchange)
    }

    /// MRKT's spelling of these collections, in order; those it does not list are left out.
    async fn spelled(
        &self,
        wanted: &[KnownCollection],
        clock: &dyn Clock,
    ) -> Result<Vec<String>, SourceFault> {
        if self.with_spellings(|_| ()).is_none() {
            let exchange = self.collections(clock).await?;
            parse::spellings(&exchange.body)?;
        }
        let spelled = self.with_spellings(|spellings| {
            wanted
                .iter()
                .filter_map(|collection| spellings.get(&collection.slug).cloned())
                .collect::<Vec<_>>()
        });
        match spelled {
            Some(names) if !names.is_empty() => Ok(names),
            _ => Err(SourceFault::Never {
                why: format!("MRKT lists none of the collections asked for ({})", slugs(wanted)),
            }),
        }
    }

    fn with_spellings<T>(&self, read: impl FnOnce(&BTreeMap<CollectionSlug, String>) -> T) -> Option<T> {
        self.spellings.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(read)
    }

    /// Those of the collections that MRKT lists; all of them while its list was not read yet.
    fn listed<'a>(&self, collections: &'a [KnownCollection]) -> Vec<&'a KnownCollection> {
        let listed = self.with_spellings(|spellings| {
            collections.iter().filter(|collection| spellings.contains_key(&collection.slug)).collect()
        });
        listed.unwrap_or_else(|| collections.iter().collect())
    }
}

fn slugs(collections: &[KnownCollection]) -> String {
    let slugs: Vec<_> = collections.iter().take(3).map(|collection| collection.slug.as_str()).collect();
    slugs.join(", ")
}

#[async_trait]
impl MarketSource for Mrkt {
    fn info(&self) -> &MarketInfo {
        &self.info
    }

    fn scopes(&self, collections: &[KnownCollection]) -> Vec<Scope> {
        let scope = |collection: &KnownCollection| Scope {
            id: parse::scope(&collection.slug),
            collection: collection.clone(),
        };
        self.listed(collections).into_iter().map(scope).collect()
    }

    fn attribute_batches(&self, collections: &[KnownCollection]) -> Vec<Vec<KnownCollection>> {
        let listed: Vec<_> = self.listed(collections).into_iter().cloned().collect();
        listed.chunks(ask::MODELS_MAX).map(<[_]>::to_vec).collect()
    }

    async fn fetch(
        &self,
        want: &Want,
        cursor: Option<&str>,
        clock: &dyn Clock,
    ) -> Result<Exchange, SourceFault> {
        let ask = match want {
            Want::Collections => return self.collections(clock).await,
            Want::Attributes(collections) if collections.len() > ask::MODELS_MAX => {
                let why = format!("MRKT tells models of at most {} collections at a time", ask::MODELS_MAX);
                return Err(SourceFault::Never { why });
            }
            Want::Attributes(collections) => ask::models(&self.spelled(collections, clock).await?),
            Want::Scan(Scope { id, collection }) => {
                if *id != parse::scope(&collection.slug) {
                    return Err(SourceFault::Never { why: format!("`{id}` is no scope of MRKT") });
                }
                let names = self.spelled(std::slice::from_ref(collection), clock).await?;
                ask::saling(names.first().map_or("", String::as_str), cursor)
            }
            Want::Feed => {
                let cursor = FeedCursor::read(cursor, "MRKT").map_err(|why| SourceFault::Never { why })?;
                ask::feed(cursor.at())
            }
            Want::History => ask::feed(cursor),
        };
        self.ask(ask, clock).await
    }

    fn read(&self, exchange: &Exchange) -> Result<Page, Malformed> {
        parse::page(exchange)
    }

    fn step(&self, want: &Want, cursor: Option<&str>, page: &Page) -> Step {
        walk::step(want, cursor, page)
    }
}
