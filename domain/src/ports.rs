//! The outside world as traits; `adapters` and `sandbox` stand behind them.

use async_trait::async_trait;

use crate::{
    claim::{ListingClaim, Verdict},
    currency::Currency,
    exchange::Exchange,
    fault::{Malformed, SourceFault},
    gift::{CollectionSlug, GiftId},
    market::{MarketId, MarketInfo, RequestBudget},
    sighting::{LotDetails, Page, ScopeId, Seen},
};

/// The time, from the one clock that counts.
pub trait Clock: Send + Sync {
    /// Microseconds since 1970. In the product this is the database's clock.
    fn now_us(&self) -> i64;
}

/// A collection as far as an adapter needs it to ask for its pages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KnownCollection {
    /// Its slug.
    pub slug: CollectionSlug,
    /// Its title, tidied.
    pub title: String,
    /// Its address on TON, friendly form.
    pub address: Option<String>,
}

/// What a worker may ask of a market.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    /// The list of collections.
    Collections,
    /// The attributes of some collections; how many fit one request is the adapter's business, see [`MarketSource::attribute_batches`].
    Attributes(Vec<KnownCollection>),
    /// One page of the open listings of a scope.
    Scan(Scope),
    /// What happened since the saved cursor.
    Feed,
    /// What happened before the saved cursor: older and older.
    History,
}

/// A scope to scan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// Its id, stable over restarts.
    pub id: ScopeId,
    /// The collection it shows.
    pub collection: KnownCollection,
}

/// Where a walk stands after a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Ask again at once with this cursor; the cursor is saved with the page.
    Continue(String),
    /// Nothing more for now. The cursor to save and begin from next time; `None` begins from the start.
    Done(Option<String>),
    /// As [`Step::Done`], but the walk did not reach what was known before: what lies between was not seen, and only the history tells it.
    /// Of a scan: its pages do not join, so what it did not show may be there all the same, and it is made again.
    Gap(Option<String>),
}

/// A market. One implementation per market, in `adapters/src/<market>/`.
#[async_trait]
pub trait MarketSource: Send + Sync {
    /// What is said of the market.
    fn info(&self) -> &MarketInfo;

    /// The scopes that together show every open listing of these collections.
    fn scopes(&self, collections: &[KnownCollection]) -> Vec<Scope>;

    /// These collections cut into batches that one [`Want::Attributes`] can carry; empty where the market tells no rarity.
    fn attribute_batches(&self, collections: &[KnownCollection]) -> Vec<Vec<KnownCollection>>;

    /// Sends one request and returns the answer whole, never a parsed one.
    ///
    /// # Errors
    /// A [`SourceFault`]; nothing is retried inside, the worker owns time.
    async fn fetch(
        &self,
        want: &Want,
        cursor: Option<&str>,
        clock: &dyn Clock,
    ) -> Result<Exchange, SourceFault>;

    /// Reads an answer. Pure: the same exchange always gives the same page, on any machine.
    ///
    /// # Errors
    /// [`Malformed`] when a required field is missing or of another type, or the page has no mark we know.
    fn read(&self, exchange: &Exchange) -> Result<Page, Malformed>;

    /// Where a walk stands after this page. `cursor` is the one the page was fetched with.
    fn step(&self, want: &Want, cursor: Option<&str>, page: &Page) -> Step;
}

/// A currency's rate as an answer states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateSeen {
    /// JSON pointer into the body.
    pub path: String,
    /// One whole coin of this ...
    pub base: Currency,
    /// ... is worth this many millionths, above zero, ...
    pub rate_micros: i64,
    /// ... of one whole coin of this.
    pub quote: Currency,
}

/// An answer with rates, in our words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RatePage {
    /// What was seen; at most one rate for a pair.
    pub rates: Vec<RateSeen>,
    /// Field paths that we do not know, each with how often it stood there, sorted.
    pub unknown_fields: Vec<(String, u32)>,
}

/// A source of currency rates. One implementation per source, in `adapters/src/<source>/`.
#[async_trait]
pub trait RateSource: Send + Sync {
    /// Its id; events carry it in place of a market's.
    fn id(&self) -> &MarketId;

    /// Sends one request for every rate it tells and returns the answer whole, never a parsed one.
    ///
    /// # Errors
    /// A [`SourceFault`]; nothing is retried inside, the worker owns time.
    async fn fetch(&self, clock: &dyn Clock) -> Result<Exchange, SourceFault>;

    /// Reads an answer. Pure: the same exchange always gives the same rates, on any machine.
    ///
    /// # Errors
    /// [`Malformed`] when a rate we asked for is missing, no number, or not above zero.
    fn read(&self, exchange: &Exchange) -> Result<RatePage, Malformed>;
}

/// What a gift's own metadata says, in our words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataPage {
    /// The gift, as the metadata names it.
    pub gift: GiftId,
    /// JSON pointer into the body: the place of what it says.
    pub path: String,
    /// What it says; no rarity, no owner, no place.
    pub details: LotDetails,
    /// Field paths that we do not know, each with how often it stood there, sorted.
    pub unknown_fields: Vec<(String, u32)>,
}

/// A source of the metadata of single gifts. One implementation per source, in `adapters/src/<source>/`.
#[async_trait]
pub trait MetadataSource: Send + Sync {
    /// Its id; events carry it in place of a market's.
    fn id(&self) -> &MarketId;

    /// How often it may be asked, before any speed factor.
    fn budget(&self) -> RequestBudget;

    /// Asks for one gift and returns the answer whole, never a parsed one.
    ///
    /// # Errors
    /// A [`SourceFault`]; `Never` where the source has no such gift. Nothing is retried inside, the caller owns time.
    async fn fetch(&self, gift: &GiftId, clock: &dyn Clock) -> Result<Exchange, SourceFault>;

    /// Reads an answer. Pure: the same exchange always gives the same page, on any machine.
    ///
    /// # Errors
    /// [`Malformed`] when it is no answer to our request, is of another gift than was asked for, or lacks what it must say.
    fn read(&self, exchange: &Exchange) -> Result<MetadataPage, Malformed>;
}

/// A witness of what stands on TON, asked about one listing at a time by background work: a few requests for each.
#[async_trait]
pub trait ChainWitness: Send + Sync {
    /// Its id; the answers carry it.
    fn id(&self) -> &MarketId;

    /// How often it may be asked by such work, before any speed factor: what the source's own walks leave of its limit.
    fn budget(&self) -> RequestBudget;

    /// Asks all that is needed to judge the claim, and returns the answers whole, in the order in which they were asked for.
    ///
    /// # Errors
    /// A [`SourceFault`]; nothing is retried inside, and an answer that cannot be read ends it.
    async fn ask(&self, claim: &ListingClaim, clock: &dyn Clock) -> Result<Vec<Exchange>, SourceFault>;

    /// Judges the claim by the answers. Pure: the same answers always give the same verdict, on any machine.
    ///
    /// # Errors
    /// [`Malformed`] when a required field is missing or of another type.
    fn judge(&self, claim: &ListingClaim, answers: &[Exchange]) -> Result<Verdict, Malformed>;

    /// The answers that the source's own walks ask for too, each with what it shows: that is logged as the source's word.
    ///
    /// # Errors
    /// [`Malformed`], as of the source's own pages.
    fn pages(&self, answers: Vec<Exchange>) -> Result<Vec<(Exchange, Page)>, Malformed>;

    /// The source's scan scope that shows this.
    fn scope_of(&self, seen: &Seen) -> Option<ScopeId>;
}
