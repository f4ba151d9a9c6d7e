//! Open listings as of a position: filtered, sorted, page by page; of given gifts; one by its id.

mod page;

pub use page::{listing_page, listing_plan, listings_count};
use sqlx::FromRow;

use super::{KeyKind, KeyPart, ReadFault};
use crate::{pool::Pool, witness::ListingWitness};

/// A version of an open listing. Amounts are in the smallest unit of `price_currency`, times microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "each is a column of market.listings and explained there")]
pub struct ListingRow {
    pub from_position: i64,
    pub market: String,
    pub lot: String,
    pub slug: String,
    pub number: i64,
    pub model: Option<String>,
    pub model_per_mille: Option<i64>,
    pub symbol: Option<String>,
    pub backdrop: Option<String>,
    /// What the buyer pays the market; where the market states what the seller receives, its ask is the first of the lines.
    pub price_amount: i64,
    pub price_currency: String,
    pub fee_basis: String,
    pub all_in_amount: i64,
    pub all_in_at_least: bool,
    pub all_in_lines: String,
    pub listed_at_us: Option<i64>,
    pub seen_at_us: i64,
    pub custody: Option<String>,
    pub owner: Option<String>,
    pub link_url: Option<String>,
    pub image_url: Option<String>,
    pub ask_position: i64,
    pub details_position: Option<i64>,
    pub origin: String,
    /// Whose word the price is; `None`: the market's own.
    pub source: Option<String>,
    /// The lot's id there; `None`: `lot`.
    pub source_lot: Option<String>,
    /// JSON of what other sources say of it, see [`crate::witness::ListingWitness`].
    pub witnesses: Option<String>,
}

const COLUMNS: &str = "from_position, market, lot, slug, number, model, model_per_mille, symbol, backdrop, price_amount, \
    price_currency, fee_basis, all_in_amount, all_in_at_least, all_in_lines, listed_at_us, seen_at_us, custody, owner, \
    link_url, image_url, ask_position, details_position, origin, source, source_lot, witnesses";

/// Which amount a price range is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PriceOf {
    /// The ask.
    Market,
    /// What the buyer pays in the end.
    AllIn,
}

/// Bounds of a price, inclusive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceRange {
    /// The currency by its code; listings in another one are left out.
    pub currency: String,
    /// Which amount.
    pub of: PriceOf,
    /// At least so much, in the smallest unit.
    pub from: Option<i64>,
    /// At most so much, in the smallest unit.
    pub to: Option<i64>,
}

/// Which listings. Lists are "any of"; an empty list does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListingFilter {
    /// Collections.
    pub slugs: Vec<String>,
    /// Models by name.
    pub models: Vec<String>,
    /// Symbols by name.
    pub symbols: Vec<String>,
    /// Backdrops by name.
    pub backdrops: Vec<String>,
    /// Least number.
    pub number_from: Option<i64>,
    /// Largest number.
    pub number_to: Option<i64>,
    /// Price.
    pub price: Option<PriceRange>,
    /// Markets by id.
    pub markets: Vec<String>,
    /// Custody by word.
    pub custodies: Vec<String>,
    /// Who offers it, as the market names people.
    pub owner: Option<String>,
}

/// How listings are sorted. Ties go by the position of the version, so the order is total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListingSort {
    /// By currency, then by ask.
    Price,
    /// By currency, then by all-in price.
    AllIn,
    /// By number.
    Number,
    /// By the time it was put up, or first seen where the market does not tell.
    Listed,
    /// By the model's rarity in per mille; a model without one counts as 1001.
    Rarity,
}

impl ListingSort {
    /// The kinds of the parts of a row's place.
    #[must_use]
    pub fn key_kinds(self) -> &'static [KeyKind] {
        match self {
            Self::Price | Self::AllIn => {
                &[KeyKind::Text, KeyKind::Int, KeyKind::Int, KeyKind::Text, KeyKind::Text]
            }
            Self::Number | Self::Listed | Self::Rarity => {
                &[KeyKind::Int, KeyKind::Int, KeyKind::Text, KeyKind::Text]
            }
        }
    }
}

impl ListingRow {
    /// Whose lot the price is: source and the lot's id there.
    #[must_use]
    pub fn leader(&self) -> (&str, &str) {
        (self.source.as_deref().unwrap_or(&self.market), self.source_lot.as_deref().unwrap_or(&self.lot))
    }

    /// The row's place in a list sorted so.
    #[must_use]
    pub fn key(&self, sort: ListingSort) -> Vec<KeyPart> {
        let mut parts = match sort {
            ListingSort::Price => {
                vec![KeyPart::Text(self.price_currency.clone()), KeyPart::Int(self.price_amount)]
            }
            ListingSort::AllIn => {
                vec![KeyPart::Text(self.price_currency.clone()), KeyPart::Int(self.all_in_amount)]
            }
            ListingSort::Number => vec![KeyPart::Int(self.number)],
            ListingSort::Listed => vec![KeyPart::Int(self.listed_at_us.unwrap_or(self.seen_at_us))],
            ListingSort::Rarity => vec![KeyPart::Int(self.model_per_mille.unwrap_or(1_001))],
        };
        parts.extend([
            KeyPart::Int(self.from_position),
            KeyPart::Text(self.market.clone()),
            KeyPart::Text(self.lot.clone()),
        ]);
        parts
    }
}

/// Every listing of these gifts that was open as of a position, cheapest first within a currency.
///
/// # Errors
/// [`ReadFault`].
pub async fn listings_of_gifts(
    pool: &Pool,
    slugs: &[String],
    numbers: &[i64],
    position: i64,
) -> Result<Vec<ListingRow>, ReadFault> {
    let rows = sqlx::query_as!(
        ListingRow,
        "select l.from_position, l.market, l.lot, l.slug, l.number, l.model, l.model_per_mille, l.symbol, l.backdrop,
                l.price_amount, l.price_currency, l.fee_basis, l.all_in_amount, l.all_in_at_least, l.all_in_lines,
                l.listed_at_us, l.seen_at_us, l.custody, l.owner, l.link_url, l.image_url, l.ask_position, l.details_position, l.origin,
                l.source, l.source_lot, l.witnesses
         from unnest($1::text[], $2::bigint[]) as u(slug, number)
         join market.listings l on l.slug = u.slug and l.number = u.number
         where l.from_position <= $3 and (l.to_position is null or l.to_position > $3)
         order by l.slug, l.number, l.price_currency, l.all_in_amount, l.from_position, l.market, l.lot",
        slugs,
        numbers,
        position
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

/// One listing by a market and a lot's id there, if it was open as of a position: the listing of that id, or the one to which the
/// source's lot of that id belongs.
///
/// # Errors
/// [`ReadFault`].
pub async fn listing(
    pool: &Pool,
    market: &str,
    lot: &str,
    position: i64,
) -> Result<Option<ListingRow>, ReadFault> {
    // A lot's row leads to its gift, because versions are indexed by gift. Of a listing that only other sources told, the id is theirs.
    let gifts = sqlx::query!(
        "select l.slug, l.number from market.lots l
         where l.lot = $2 and (l.market = $1 or l.market = any($3)) order by l.market = $1 desc",
        market,
        lot,
        &domain::witness::tellers_of_others()
    )
    .fetch_all(pool)
    .await?;
    let slugs: Vec<String> = gifts.iter().map(|row| row.slug.clone()).collect();
    let numbers: Vec<i64> = gifts.iter().map(|row| row.number).collect();
    let rows = listings_of_gifts(pool, &slugs, &numbers, position).await?;
    let is_it = |row: &&ListingRow| row.market == market && row.lot == lot;
    let speaks = |row: &&ListingRow| {
        let witnesses = ListingWitness::list(row.witnesses.as_deref()).unwrap_or_default();
        row.leader() == (market, lot)
            || witnesses.iter().any(|one| one.source.as_str() == market && one.lot.as_str() == lot)
    };
    Ok(rows.iter().find(is_it).or_else(|| rows.iter().find(speaks)).cloned())
}

/// The listings whose ask was set by these events, open as of a position.
///
/// # Errors
/// [`ReadFault`].
pub async fn listings_by_ask(pool: &Pool, asks: &[i64], position: i64) -> Result<Vec<ListingRow>, ReadFault> {
    let rows = sqlx::query_as!(
        ListingRow,
        "select l.from_position, l.market, l.lot, l.slug, l.number, l.model, l.model_per_mille, l.symbol, l.backdrop,
                l.price_amount, l.price_currency, l.fee_basis, l.all_in_amount, l.all_in_at_least, l.all_in_lines,
                l.listed_at_us, l.seen_at_us, l.custody, l.owner, l.link_url, l.image_url, l.ask_position, l.details_position, l.origin,
                l.source, l.source_lot, l.witnesses
         from market.events e
         join market.listings l on l.slug = e.slug and l.number = e.number and l.ask_position = e.position
         where e.position = any($1) and l.from_position <= $2 and (l.to_position is null or l.to_position > $2)",
        asks,
        position
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

/// What the last completed scan of a lot's scope says of it. Times are microseconds since 1970 on the database's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingCheck {
    /// The market.
    pub market: String,
    /// Its id of the lot.
    pub lot: String,
    /// When the scan that last looked for the lot began.
    pub checked_at_us: i64,
    /// Since when the market no longer lists the lot's collection, so that no scan can look for it; `None` while it does.
    pub dropped_at_us: Option<i64>,
}

/// When each of these lots was last looked for by a completed scan of its scope. A lot whose scope was never scanned to the end is left out.
///
/// # Errors
/// [`ReadFault`].
pub async fn listing_checks(
    pool: &Pool,
    markets: &[String],
    lots: &[String],
) -> Result<Vec<ListingCheck>, ReadFault> {
    let rows = sqlx::query_as!(
        ListingCheck,
        "select o.market, o.lot, s.started_us as checked_at_us, (extract(epoch from s.dropped_at) * 1000000)::bigint as dropped_at_us
         from unnest($1::text[], $2::text[]) as u(market, lot)
         join market.lots o on o.market = u.market and o.lot = u.lot
         join market.scans s on s.market = o.market and s.scope = o.scope",
        markets,
        lots
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}
