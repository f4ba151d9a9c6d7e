//! Floors as of a position, and what of them changed between two positions.

use sqlx::FromRow;

use super::{Direction, KeyPart, Page, ReadFault, sql::Sql};
use crate::pool::Pool;

/// A version of a floor. Amounts are in the smallest unit of `currency`.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "each is a column of market.floors and explained there")]
pub struct FloorRow {
    pub from_position: i64,
    pub slug: String,
    pub kind: String,
    pub name: String,
    pub market: String,
    pub currency: String,
    pub amount: i64,
    pub all_in_amount: i64,
    pub all_in_at_least: bool,
    pub listing_position: i64,
    pub listings: i64,
}

impl FloorRow {
    /// The row's place in the list.
    #[must_use]
    pub fn key(&self) -> Vec<KeyPart> {
        [&self.slug, &self.kind, &self.name, &self.market, &self.currency]
            .map(|part| KeyPart::Text(part.clone()))
            .to_vec()
    }
}

/// Which floors. Lists are "any of"; an empty list does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FloorFilter {
    /// Collections.
    pub slugs: Vec<String>,
    /// `collection`, `model`, `symbol` or `backdrop`.
    pub kinds: Vec<String>,
    /// Attribute names.
    pub names: Vec<String>,
    /// Markets by id; the empty text is the best over all.
    pub markets: Vec<String>,
    /// Currency by code.
    pub currency: Option<String>,
}

const COLUMNS: &str = "from_position, slug, kind, name, market, currency, amount, all_in_amount, all_in_at_least, listing_position, listings";
const ORDER: &str = " order by slug, kind, name, market, currency";

/// The position that the floors have reached; `None` before the first run of the projection.
///
/// # Errors
/// [`ReadFault`].
pub async fn floors_position(pool: &Pool) -> Result<Option<i64>, ReadFault> {
    Ok(sqlx::query_scalar!("select position from market.projections where name = 'floors'")
        .fetch_optional(pool)
        .await?)
}

/// A page of floors by collection, kind, name, market, currency.
///
/// # Errors
/// [`ReadFault`].
pub async fn floor_page(
    pool: &Pool,
    filter: &FloorFilter,
    page: &Page,
    position: i64,
) -> Result<Vec<FloorRow>, ReadFault> {
    let FloorFilter { slugs, kinds, names, markets, currency } = filter;
    let mut sql = Sql::new("select ");
    sql.text(COLUMNS).text(" from (");
    for is_open in [true, false] {
        if is_open {
            sql.text("(select ")
                .text(COLUMNS)
                .text(" from market.floors where to_position is null and from_position <= ")
                .bind(position);
        } else {
            sql.text(" union all (select ")
                .text(COLUMNS)
                .text(" from market.floors where to_position > ")
                .bind(position);
            sql.text(" and from_position <= ").bind(position);
        }
        sql.and_one_of("slug", slugs)
            .and_one_of("kind", kinds)
            .and_one_of("name", names)
            .and_one_of("market", markets)
            .and_text("currency", currency.as_ref())
            .and_behind("slug, kind, name, market, currency", Direction::Ascending, page.after.as_deref());
        sql.text(ORDER).text(" limit ").bind(page.limit).text(")");
    }
    sql.text(") as page").text(ORDER).text(" limit ").bind(page.limit);
    Ok(sql.builder().build_query_as().fetch_all(pool).await?)
}

/// The floors of whole collections, per market and over all.
///
/// # Errors
/// [`ReadFault`].
pub async fn collection_floors(
    pool: &Pool,
    slugs: &[String],
    position: i64,
) -> Result<Vec<FloorRow>, ReadFault> {
    let rows = sqlx::query_as!(
        FloorRow,
        "select from_position, slug, kind, name, market, currency, amount, all_in_amount, all_in_at_least, listing_position, listings
         from market.floors
         where slug = any($1) and kind = 'collection' and name = '' and from_position <= $2 and (to_position is null or to_position > $2)
         order by slug, market, currency",
        slugs,
        position
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

/// What became of a floor: its key and the value it has at the later position; none when nothing is listed there any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FloorChange {
    /// It has another value.
    Now(FloorRow),
    /// Nothing is listed there any more.
    Gone {
        /// The collection.
        slug: String,
        /// `collection`, `model`, `symbol` or `backdrop`.
        kind: String,
        /// The attribute's name.
        name: String,
        /// The market; empty over all.
        market: String,
        /// The currency.
        currency: String,
    },
}

/// The floors whose value at `to` began after `from`, or that ended between the two: each key once, with its latest value. At
/// most `limit` of them.
///
/// # Errors
/// [`ReadFault`].
pub async fn floor_changes(
    pool: &Pool,
    from: i64,
    to: i64,
    limit: i64,
) -> Result<Vec<FloorChange>, ReadFault> {
    let rows = sqlx::query!(
        r#"with touched as (
               select slug, kind, name, market, currency from market.floors where from_position > $1 and from_position <= $2
               union
               select slug, kind, name, market, currency from market.floors where to_position > $1 and to_position <= $2
           )
           select t.slug as "slug!", t.kind as "kind!", t.name as "name!", t.market as "market!", t.currency as "currency!",
                  f.from_position as "from_position?", f.amount as "amount?", f.all_in_amount as "all_in_amount?",
                  f.all_in_at_least as "all_in_at_least?", f.listing_position as "listing_position?", f.listings as "listings?"
           from touched t
           left join market.floors f on f.slug = t.slug and f.kind = t.kind and f.name = t.name and f.market = t.market
                and f.currency = t.currency and f.from_position <= $2 and (f.to_position is null or f.to_position > $2)
           order by t.slug, t.kind, t.name, t.market, t.currency limit $3"#,
        from,
        to,
        limit
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let (slug, kind, name, market, currency) =
                (row.slug, row.kind, row.name, row.market, row.currency);
            let value = (
                row.from_position,
                row.amount,
                row.all_in_amount,
                row.all_in_at_least,
                row.listing_position,
                row.listings,
            );
            match value {
                (
                    Some(from_position),
                    Some(amount),
                    Some(all_in_amount),
                    Some(all_in_at_least),
                    Some(listing_position),
                    Some(listings),
                ) => FloorChange::Now(FloorRow {
                    from_position,
                    slug,
                    kind,
                    name,
                    market,
                    currency,
                    amount,
                    all_in_amount,
                    all_in_at_least,
                    listing_position,
                    listings,
                }),
                _ => FloorChange::Gone { slug, kind, name, market, currency },
            }
        })
        .collect())
}
