//! Sales as of a position, newest first.

use sqlx::FromRow;

use super::{Direction, KeyPart, Page, ReadFault, sql::Sql};
use crate::pool::Pool;

/// A completed sale. The amount is in the smallest unit of `price_currency`, times are microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "each is a column of market.sales and explained there")]
pub struct SaleRow {
    pub position: i64,
    pub market: String,
    pub lot: String,
    pub slug: String,
    pub number: i64,
    pub price_amount: i64,
    pub price_currency: String,
    pub fee_basis: String,
    pub seller: Option<String>,
    pub buyer: Option<String>,
    pub ton_transaction: Option<String>,
    pub sold_at_us: i64,
    pub origin: String,
    /// Whose word leads; `None`: the market's own.
    pub source: Option<String>,
    /// What the buyer paid the market, where that is not `price_amount`.
    pub market_amount: Option<i64>,
    /// JSON of all tellings, see [`crate::witness::SaleTelling`]; `None` where there is one.
    pub tellings: Option<String>,
}

impl SaleRow {
    /// The row's place in the list.
    #[must_use]
    pub fn key(&self) -> Vec<KeyPart> {
        vec![KeyPart::Int(self.sold_at_us), KeyPart::Int(self.position)]
    }
}

/// Which sales. Lists are "any of"; an empty list does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SaleFilter {
    /// Collections.
    pub slugs: Vec<String>,
    /// The number, where one gift is meant.
    pub number: Option<i64>,
    /// Markets by id.
    pub markets: Vec<String>,
    /// Currency by code.
    pub currency: Option<String>,
    /// At least so much, in the smallest unit of `currency`.
    pub from: Option<i64>,
    /// At most so much.
    pub to: Option<i64>,
    /// Seller, as the source names people.
    pub seller: Option<String>,
    /// Buyer.
    pub buyer: Option<String>,
    /// Sold at or after, microseconds since 1970.
    pub since_us: Option<i64>,
    /// Sold before, microseconds since 1970.
    pub until_us: Option<i64>,
}

/// A page of sales, newest first.
///
/// # Errors
/// [`ReadFault`].
pub async fn sale_page(
    pool: &Pool,
    filter: &SaleFilter,
    page: &Page,
    position: i64,
) -> Result<Vec<SaleRow>, ReadFault> {
    let SaleFilter { slugs, number, markets, currency, from, to, seller, buyer, since_us, until_us } = filter;
    let mut sql = Sql::new(
        "select position, market, lot, slug, number, price_amount, price_currency, fee_basis, seller, buyer, ton_transaction,
                sold_at_us, origin, source, market_amount, tellings
         from market.sales where coalesce(from_position, position) <= ",
    );
    sql.bind(position)
        .text(" and (to_position is null or to_position > ")
        .bind(position)
        .text(")")
        .and_one_of("slug", slugs)
        .and_number("number", " = ", *number)
        .and_one_of("market", markets)
        .and_text("price_currency", currency.as_ref())
        .and_number("price_amount", " >= ", *from)
        .and_number("price_amount", " <= ", *to)
        .and_text("seller", seller.as_ref())
        .and_text("buyer", buyer.as_ref())
        .and_number("sold_at_us", " >= ", *since_us)
        .and_number("sold_at_us", " < ", *until_us)
        .and_behind("sold_at_us, position", Direction::Descending, page.after.as_deref())
        .text(" order by sold_at_us desc, position desc limit ")
        .bind(page.limit);
    Ok(sql.builder().build_query_as().fetch_all(pool).await?)
}

/// The sales that these events told of as of a position, each with the event that was asked for: it need not be the one whose word leads.
///
/// # Errors
/// [`ReadFault`].
pub async fn sales_at(pool: &Pool, events: &[i64], position: i64) -> Result<Vec<(i64, SaleRow)>, ReadFault> {
    let rows: Vec<ToldSale> = sqlx::query_as(
        "select e.position as told_at, s.position, s.market, s.lot, s.slug, s.number, s.price_amount, s.price_currency, s.fee_basis, s.seller,
                s.buyer, s.ton_transaction, s.sold_at_us, s.origin, s.source, s.market_amount, s.tellings
         from market.events e
         join market.sales s on s.slug = e.slug and s.number = e.number
              and coalesce(s.from_position, s.position) <= $2 and (s.to_position is null or s.to_position > $2)
              and (s.position = e.position or exists (
                  select from jsonb_array_elements(s.tellings::jsonb) as t where (t -> 'telling' ->> 'position')::bigint = e.position))
         where e.position = any($1)",
    )
    .bind(events)
    .bind(position)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.told_at, row.sale)).collect())
}

#[derive(FromRow)]
struct ToldSale {
    told_at: i64,
    #[sqlx(flatten)]
    sale: SaleRow,
}

/// The newest sales of each of these gifts, at most `limit` of each.
///
/// # Errors
/// [`ReadFault`].
pub async fn gift_sales(
    pool: &Pool,
    slugs: &[String],
    numbers: &[i64],
    limit: i64,
    position: i64,
) -> Result<Vec<SaleRow>, ReadFault> {
    let rows = sqlx::query_as!(
        SaleRow,
        r#"select s.position as "position!", s.market as "market!", s.lot as "lot!", s.slug as "slug!", s.number as "number!",
                  s.price_amount as "price_amount!", s.price_currency as "price_currency!", s.fee_basis as "fee_basis!", s.seller,
                  s.buyer, s.ton_transaction, s.sold_at_us as "sold_at_us!", s.origin as "origin!", s.source,
                  s.market_amount, s.tellings
           from unnest($1::text[], $2::bigint[]) as u(slug, number)
           cross join lateral (
               select * from market.sales s where s.slug = u.slug and s.number = u.number and coalesce(s.from_position, s.position) <= $4
                   and (s.to_position is null or s.to_position > $4)
               order by s.sold_at_us desc, s.position desc limit $3
           ) s
           order by s.slug, s.number, s.sold_at_us desc, s.position desc"#,
        slugs,
        numbers,
        limit,
        position
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}
