//! Auctions as of a position: filtered, sorted, page by page; of given gifts.

use sqlx::FromRow;

use super::{Direction, KeyKind, KeyPart, Page, ReadFault, sql::Sql};
use crate::pool::Pool;

/// A version of an auction. Amounts are in the smallest unit of `price_currency`; `_ms` are milliseconds, `_us` microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "each is a column of market.auctions and explained there")]
pub struct AuctionRow {
    pub from_position: i64,
    pub market: String,
    pub lot: String,
    pub slug: String,
    pub number: i64,
    pub state: String,
    pub price_amount: i64,
    pub price_currency: String,
    pub fee_basis: String,
    pub seller_amount: Option<i64>,
    pub has_bid: Option<bool>,
    pub bid_min_amount: Option<i64>,
    pub bid_max_amount: Option<i64>,
    pub bid_amount: Option<i64>,
    pub bidder: Option<String>,
    pub bid_at_ms: Option<i64>,
    pub ends_at_ms: Option<i64>,
    pub seen_at_us: i64,
    pub owner: Option<String>,
    pub link_url: Option<String>,
    pub image_url: Option<String>,
    pub price_position: i64,
    pub terms_position: Option<i64>,
    pub end_position: Option<i64>,
    pub origin: String,
}

/// Which auctions. Lists are "any of"; an empty list does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuctionFilter {
    /// Collections.
    pub slugs: Vec<String>,
    /// The number, where one gift is meant.
    pub number: Option<i64>,
    /// Models by name.
    pub models: Vec<String>,
    /// Backdrops by name.
    pub backdrops: Vec<String>,
    /// Symbols by name.
    pub symbols: Vec<String>,
    /// Markets by id.
    pub markets: Vec<String>,
    /// States by word.
    pub states: Vec<String>,
    /// Currency by code.
    pub currency: Option<String>,
    /// At least so much, in the smallest unit of `currency`.
    pub from: Option<i64>,
    /// At most so much.
    pub to: Option<i64>,
    /// Ends at or after, milliseconds since 1970.
    pub ends_from_ms: Option<i64>,
    /// Ends before, milliseconds since 1970.
    pub ends_until_ms: Option<i64>,
    /// Who sells, as the market names people.
    pub owner: Option<String>,
    /// Who has the highest bid, as the market names people.
    pub bidder: Option<String>,
}

/// How auctions are sorted. Ties go by the position of the version, so the order is total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuctionSort {
    /// By the end; those without one count as ending last.
    EndsAt,
    /// By currency, then by price.
    Price,
    /// By the position from which it stands so.
    Changed,
}

impl AuctionSort {
    /// The kinds of the parts of a row's place.
    #[must_use]
    pub fn key_kinds(self) -> &'static [KeyKind] {
        match self {
            Self::EndsAt => &[KeyKind::Int, KeyKind::Int, KeyKind::Text, KeyKind::Text],
            Self::Price => &[KeyKind::Text, KeyKind::Int, KeyKind::Int, KeyKind::Text, KeyKind::Text],
            Self::Changed => &[KeyKind::Int, KeyKind::Text, KeyKind::Text],
        }
    }

    fn columns(self) -> &'static str {
        match self {
            Self::EndsAt => "coalesce(ends_at_ms, 9223372036854775807), from_position, market, lot",
            Self::Price => "price_currency, price_amount, from_position, market, lot",
            Self::Changed => "from_position, market, lot",
        }
    }

    fn falling(self) -> &'static str {
        match self {
            Self::EndsAt => {
                "coalesce(ends_at_ms, 9223372036854775807) desc, from_position desc, market desc, lot desc"
            }
            Self::Price => {
                "price_currency desc, price_amount desc, from_position desc, market desc, lot desc"
            }
            Self::Changed => "from_position desc, market desc, lot desc",
        }
    }
}

impl AuctionRow {
    /// The row's place in a list sorted so.
    #[must_use]
    pub fn key(&self, sort: AuctionSort) -> Vec<KeyPart> {
        let mut parts = match sort {
            AuctionSort::EndsAt => vec![KeyPart::Int(self.ends_at_ms.unwrap_or(i64::MAX))],
            AuctionSort::Price => {
                vec![KeyPart::Text(self.price_currency.clone()), KeyPart::Int(self.price_amount)]
            }
            AuctionSort::Changed => Vec::new(),
        };
        parts.extend([
            KeyPart::Int(self.from_position),
            KeyPart::Text(self.market.clone()),
            KeyPart::Text(self.lot.clone()),
        ]);
        parts
    }
}

/// A page of the auctions as they stood at a position.
///
/// # Errors
/// [`ReadFault`].
pub async fn auction_page(
    pool: &Pool,
    filter: &AuctionFilter,
    sort: AuctionSort,
    direction: Direction,
    page: &Page,
    position: i64,
) -> Result<Vec<AuctionRow>, ReadFault> {
    let AuctionFilter {
        slugs,
        number,
        models,
        backdrops,
        symbols,
        markets,
        states,
        currency,
        from,
        to,
        ends_from_ms,
        ends_until_ms,
        owner,
        bidder,
    } = filter;
    let mut sql = Sql::new(
        "select from_position, market, lot, slug, number, state, price_amount, price_currency, fee_basis, seller_amount, has_bid,
                bid_min_amount, bid_max_amount, bid_amount, bidder, bid_at_ms, ends_at_ms, seen_at_us, owner, link_url, image_url,
                price_position, terms_position, end_position, origin
         from ",
    );
    sql.text_as_of("market.auctions", position)
        .and_one_of("slug", slugs)
        .and_number("number", " = ", *number)
        .and_one_of("model", models)
        .and_one_of("backdrop", backdrops)
        .and_one_of("symbol", symbols)
        .and_one_of("market", markets)
        .and_one_of("state", states)
        .and_text("price_currency", currency.as_ref())
        .and_number("price_amount", " >= ", *from)
        .and_number("price_amount", " <= ", *to)
        .and_number("ends_at_ms", " >= ", *ends_from_ms)
        .and_number("ends_at_ms", " < ", *ends_until_ms)
        .and_text("owner", owner.as_ref())
        .and_text("bidder", bidder.as_ref())
        .and_behind(sort.columns(), direction, page.after.as_deref())
        .text(" order by ")
        .text(match direction {
            Direction::Ascending => sort.columns(),
            Direction::Descending => sort.falling(),
        })
        .text(" limit ")
        .bind(page.limit);
    Ok(sql.builder().build_query_as().fetch_all(pool).await?)
}

/// Every auction of these gifts that was open as of a position, the soonest end first.
///
/// # Errors
/// [`ReadFault`].
pub async fn auctions_of_gifts(
    pool: &Pool,
    slugs: &[String],
    numbers: &[i64],
    position: i64,
) -> Result<Vec<AuctionRow>, ReadFault> {
    let rows = sqlx::query_as!(
        AuctionRow,
        "select a.from_position, a.market, a.lot, a.slug, a.number, a.state, a.price_amount, a.price_currency, a.fee_basis,
                a.seller_amount, a.has_bid, a.bid_min_amount, a.bid_max_amount, a.bid_amount, a.bidder, a.bid_at_ms, a.ends_at_ms,
                a.seen_at_us, a.owner, a.link_url, a.image_url, a.price_position, a.terms_position, a.end_position, a.origin
         from unnest($1::text[], $2::bigint[]) as u(slug, number)
         join market.auctions a on a.slug = u.slug and a.number = u.number
         where a.from_position <= $3 and (a.to_position is null or a.to_position > $3) and a.state = 'open'
         order by a.slug, a.number, a.ends_at_ms, a.from_position, a.market, a.lot",
        slugs,
        numbers,
        position
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

/// One auction by market and lot as it stood at a position.
///
/// # Errors
/// [`ReadFault`].
pub async fn auction(
    pool: &Pool,
    market: &str,
    lot: &str,
    position: i64,
) -> Result<Option<AuctionRow>, ReadFault> {
    // The lot's row leads to its gift, because versions are indexed by gift.
    let row = sqlx::query_as!(
        AuctionRow,
        "select a.from_position, a.market, a.lot, a.slug, a.number, a.state, a.price_amount, a.price_currency, a.fee_basis,
                a.seller_amount, a.has_bid, a.bid_min_amount, a.bid_max_amount, a.bid_amount, a.bidder, a.bid_at_ms, a.ends_at_ms,
                a.seen_at_us, a.owner, a.link_url, a.image_url, a.price_position, a.terms_position, a.end_position, a.origin
         from market.lots o
         join market.auctions a on a.slug = o.slug and a.number = o.number and a.market = o.market and a.lot = o.lot
         where o.market = $1 and o.lot = $2 and a.from_position <= $3 and (a.to_position is null or a.to_position > $3)",
        market,
        lot,
        position
    )
    .fetch_optional(pool)
    .await?;
    Ok(row)
}

/// When each of these auctions was last looked for by a completed scan of its scope: (market, lot, start of the scan in microseconds
/// since 1970). One whose scope was never scanned to the end, or that is over, is left out.
///
/// # Errors
/// [`ReadFault`].
pub async fn auction_checks(
    pool: &Pool,
    markets: &[String],
    lots: &[String],
) -> Result<Vec<(String, String, i64)>, ReadFault> {
    let rows = sqlx::query!(
        "select o.market, o.lot, s.started_us
         from unnest($1::text[], $2::text[]) as u(market, lot)
         join market.lots o on o.market = u.market and o.lot = u.lot
         join market.scans s on s.market = o.market and s.scope = o.auction_scope",
        markets,
        lots
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.market, row.lot, row.started_us)).collect())
}
