//! Portals as a source.

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
    BASE_URL, BOT, INIT_DATA_FILE, NAME, ask,
    credentials::Credentials,
    info, known, market_id,
    parse::{self, Listed},
    walk::{self, ScanCursor},
};
use crate::{
    feed::FeedCursor,
    http::{Ask, BaseUrl, Failure, Http, Limits},
    init_data::InitDataFile,
    settings::{Settings, SettingsFault},
};

/// Pause after a 429 without Retry-After, milliseconds of the real world. No client has written one down; a minute is what MRKT asks.
const PAUSE_REAL_MS: u64 = 60_000;

/// Pages of collections read in a row before the first scan; 200 stand on one.
const LIST_PAGES_MAX: u32 = 10;

/// The adapter.
pub(super) struct Portals {
    info: MarketInfo,
    http: Http,
    credentials: Credentials,
    /// What Portals calls each collection; `None` until its list was read in this process.
    listed: RwLock<Option<BTreeMap<CollectionSlug, Listed>>>,
}

impl Portals {
    /// The adapter by its variables. Sends nothing and reads no file.
    pub(super) fn new(settings: &Settings<'_>) -> Result<Self, SettingsFault> {
        let base = BaseUrl::from_settings(settings, &BASE_URL)?;
        let file = InitDataFile::from_settings(settings, &INIT_DATA_FILE, NAME, BOT);
        let http = Http::new(market_id(), base, Limits::new(settings, PAUSE_REAL_MS))?;
        Ok(Self { info: info(), http, credentials: Credentials::new(file), listed: RwLock::default() })
    }

    async fn ask(&self, ask: Ask, clock: &dyn Clock) -> Result<Exchange, SourceFault> {
        let signed = self.credentials.current().await?;
        let is_of_actions = ask.target.starts_with(ask::ACTIONS);
        match self.http.exchange(ask, signed.headers.clone(), clock).await {
            Ok(exchange) => {
                signed.standing.accepted();
                Ok(exchange)
            }
            // Whoever does not sign in may still read everything else.
            Err(Failure::Unauthorized { why } | Failure::Forbidden { why })
                if is_of_actions && !self.credentials.are_given() =>
            {
                let mend = self.credentials.mend();
                Err(SourceFault::Never { why: format!("{why}: what happened is told to the signed in alone; {mend}") })
            }
            Err(Failure::Unauthorized { why }) => {
                let why = if self.credentials.are_given() {
                    format!("{why}: the initData has expired or is not of {BOT}")
                } else {
                    why
                };
                Err(SourceFault::Refused { why, mend: self.credentials.mend() })
            }
            Err(Failure::Forbidden { why }) => {
                Err(signed.standing.forbidden(why, self.http.pause_ms(), &self.credentials.mend()))
            }
            Err(Failure::Fault(fault)) => Err(fault),
        }
    }

    async fn collections(&self, offset: u64, clock: &dyn Clock) -> Result<Exchange, SourceFault> {
        let exchange = self.ask(ask::collections(offset), clock).await?;
        // A list that cannot be read is the reader's to report; until then the names stay as they were.
        if let Ok(listed) = parse::listed(&exchange.body) {
            let mut held = self.listed.write().unwrap_or_else(PoisonError::into_inner);
            match &mut *held {
                Some(held) if offset > 0 => held.extend(listed),
                held => *held = Some(listed),
            }
        }
        Ok(exchange)
    }

    /// What Portals calls this collection. Its list is read first where it was not yet.
    async fn called(&self, wanted: &KnownCollection, clock: &dyn Clock) -> Result<Listed, SourceFault> {
        let mut offset = self.with_listed(|_| ()).is_none().then_some(0);
        for _ in 0..LIST_PAGES_MAX {
            let Some(at) = offset else { break };
            let exchange = self.collections(at, clock).await?;
            let page = parse::page(&exchange)?;
            offset = page.cursor.and_then(|next| next.parse().ok());
        }
        let found = self.with_listed(|listed| listed.get(&wanted.slug).cloned()).flatten();
        found.ok_or_else(|| SourceFault::Never { why: format!("{NAME} does not list {}", wanted.slug) })
    }

    fn with_listed<T>(&self, read: impl FnOnce(&BTreeMap<CollectionSlug, Listed>) -> T) -> Option<T> {
        self.listed.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(read)
    }

    /// Those of the collections that Portals lists; all of them while its list was not read yet.
    fn known<'a>(&self, collections: &'a [KnownCollection]) -> Vec<&'a KnownCollection> {
        let known = self.with_listed(|listed| {
            collections.iter().filter(|collection| listed.contains_key(&collection.slug)).collect()
        });
        known.unwrap_or_else(|| collections.iter().collect())
    }
}

fn never(why: String) -> SourceFault {
    SourceFault::Never { why }
}

#[async_trait]
impl MarketSource for Portals {
    fn info(&self) -> &MarketInfo {
        &self.info
    }

    fn scopes(&self, collections: &[KnownCollection]) -> Vec<Scope> {
        let known = self.known(collections);
        let scope = |id, collection: &KnownCollection| Scope { id, collection: collection.clone() };
        let listings = known.iter().map(|collection| scope(parse::scope(&collection.slug), collection));
        // Behind all listings, which are wanted first. Offers are read only for a collection that the reader knows by its id.
        let readable = known.iter().filter(|collection| known::has(&collection.slug));
        let offers = readable.map(|collection| scope(parse::offers_scope(&collection.slug), collection));
        listings.chain(offers).collect()
    }

    /// One by one: nobody has shown that several names are answered together.
    fn attribute_batches(&self, collections: &[KnownCollection]) -> Vec<Vec<KnownCollection>> {
        self.known(collections).into_iter().map(|collection| vec![collection.clone()]).collect()
    }

    async fn fetch(
        &self,
        want: &Want,
        cursor: Option<&str>,
        clock: &dyn Clock,
    ) -> Result<Exchange, SourceFault> {
        let ask = match want {
            Want::Collections => return self.collections(walk::offset(cursor).map_err(never)?, clock).await,
            Want::Attributes(collections) => match collections.as_slice() {
                [collection] => ask::filters(&self.called(collection, clock).await?.short_name),
                _ => return Err(never(format!("{NAME} tells attributes of one collection at a time"))),
            },
            Want::Scan(Scope { id, collection }) => {
                if *id == parse::offers_scope(&collection.slug) {
                    return self.ask(ask::offers(&self.called(collection, clock).await?.id), clock).await;
                }
                if *id != parse::scope(&collection.slug) {
                    return Err(never(format!("`{id}` is no scope of {NAME}")));
                }
                let ScanCursor { offset, .. } = ScanCursor::read(cursor).map_err(never)?;
                ask::search(&self.called(collection, clock).await?.id, offset)
            }
            Want::Feed => {
                let cursor = FeedCursor::read(cursor, NAME).map_err(never)?;
                ask::actions(walk::offset(cursor.at()).map_err(never)?)
            }
            Want::History => ask::actions(walk::offset(cursor).map_err(never)?),
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
