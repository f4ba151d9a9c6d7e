//! One page of open listings, whatever the filter and the sort.
//!
//! A version that held at the position is open now or has ended since; each half is read in order from its own index, and the two
//! are merged. Behind a cursor of a sort by price, the rest of its currency is read first and the next currencies only if the
//! page is not full: compared as one row, the planner would take "no other currency" for "no rows" and read everything.

use super::{COLUMNS, ListingFilter, ListingRow, ListingSort, PriceOf, PriceRange};
use crate::{
    pool::Pool,
    read::{Direction, KeyPart, Page, ReadFault, sql::Sql},
};

/// Which of the two places a version can stand in: open now, or ended since.
#[derive(Clone, Copy)]
enum Branch {
    Open,
    Ended,
}

/// The part of a sorted list that one statement reads.
#[derive(Default)]
struct Part<'a> {
    /// The currency and how it is compared, for sorts that begin with it.
    currency: Option<(&'static str, &'a str)>,
    /// The place behind which it begins, without the currency.
    place: Option<&'a [KeyPart]>,
}

impl ListingSort {
    fn has_currency(self) -> bool {
        matches!(self, Self::Price | Self::AllIn)
    }

    /// The columns of a place without the currency.
    fn columns(self) -> &'static str {
        match self {
            Self::Price => "price_amount, from_position, market, lot",
            Self::AllIn => "all_in_amount, from_position, market, lot",
            Self::Number => "number, from_position, market, lot",
            Self::Listed => "coalesce(listed_at_us, seen_at_us), from_position, market, lot",
            Self::Rarity => "coalesce(model_per_mille, 1001), from_position, market, lot",
        }
    }

    fn order(self, direction: Direction) -> &'static str {
        match (self, direction) {
            (Self::Price, Direction::Ascending) => "price_currency, price_amount, from_position, market, lot",
            (Self::Price, Direction::Descending) => {
                "price_currency desc, price_amount desc, from_position desc, market desc, lot desc"
            }
            (Self::AllIn, Direction::Ascending) => {
                "price_currency, all_in_amount, from_position, market, lot"
            }
            (Self::AllIn, Direction::Descending) => {
                "price_currency desc, all_in_amount desc, from_position desc, market desc, lot desc"
            }
            (Self::Number, Direction::Ascending) => "number, from_position, market, lot",
            (Self::Number, Direction::Descending) => "number desc, from_position desc, market desc, lot desc",
            (Self::Listed, Direction::Ascending) => {
                "coalesce(listed_at_us, seen_at_us), from_position, market, lot"
            }
            (Self::Listed, Direction::Descending) => {
                "coalesce(listed_at_us, seen_at_us) desc, from_position desc, market desc, lot desc"
            }
            (Self::Rarity, Direction::Ascending) => {
                "coalesce(model_per_mille, 1001), from_position, market, lot"
            }
            (Self::Rarity, Direction::Descending) => {
                "coalesce(model_per_mille, 1001) desc, from_position desc, market desc, lot desc"
            }
        }
    }

    /// The parts of the list behind a place, in order.
    fn parts<'a>(self, direction: Direction, after: Option<&'a [KeyPart]>) -> Vec<Part<'a>> {
        match after {
            Some([KeyPart::Text(currency), place @ ..]) if self.has_currency() => {
                let further = match direction {
                    Direction::Ascending => " > ",
                    Direction::Descending => " < ",
                };
                vec![
                    Part { currency: Some((" = ", currency)), place: Some(place) },
                    Part { currency: Some((further, currency)), place: None },
                ]
            }
            place => vec![Part { currency: None, place }],
        }
    }
}

/// A page of the listings open as of a position.
///
/// # Errors
/// [`ReadFault`].
pub async fn listing_page(
    pool: &Pool,
    filter: &ListingFilter,
    sort: ListingSort,
    direction: Direction,
    page: &Page,
    position: i64,
) -> Result<Vec<ListingRow>, ReadFault> {
    let mut found: Vec<ListingRow> = Vec::new();
    for part in sort.parts(direction, page.after.as_deref()) {
        let rest = page.limit - i64::try_from(found.len()).unwrap_or(i64::MAX);
        if rest <= 0 || is_elsewhere(filter, &part) {
            break;
        }
        let mut sql = Sql::new("");
        write_page(&mut sql, filter, sort, direction, &part, rest, position);
        let rows: Vec<ListingRow> = sql.builder().build_query_as().fetch_all(pool).await?;
        found.extend(rows);
    }
    Ok(found)
}

/// Other currencies than the one that is asked for have nothing to find.
fn is_elsewhere(filter: &ListingFilter, part: &Part<'_>) -> bool {
    filter.price.is_some() && part.currency.is_some_and(|(compare, _)| compare != " = ")
}

/// How PostgreSQL would read such a page, line by line: for operators, and for the test that holds the indexes to the sorts.
///
/// # Errors
/// [`ReadFault`].
pub async fn listing_plan(
    pool: &Pool,
    filter: &ListingFilter,
    sort: ListingSort,
    direction: Direction,
    page: &Page,
    position: i64,
) -> Result<Vec<String>, ReadFault> {
    let mut lines = Vec::new();
    for part in sort.parts(direction, page.after.as_deref()) {
        let mut sql = Sql::new("explain ");
        write_page(&mut sql, filter, sort, direction, &part, page.limit, position);
        let plan: Vec<String> = sql.builder().build_query_scalar().fetch_all(pool).await?;
        lines.extend(plan);
    }
    Ok(lines)
}

fn write_page(
    sql: &mut Sql,
    filter: &ListingFilter,
    sort: ListingSort,
    direction: Direction,
    part: &Part<'_>,
    limit: i64,
    position: i64,
) {
    let order = sort.order(direction);
    sql.text("select ").text(COLUMNS).text(" from (");
    for which in [Branch::Open, Branch::Ended] {
        if matches!(which, Branch::Ended) {
            sql.text(" union all ");
        }
        sql.text("(select ").text(COLUMNS);
        write_branch(sql, which, filter, position);
        if let Some((compare, currency)) = part.currency {
            sql.text(" and price_currency").text(compare).bind(currency.to_owned());
        }
        sql.and_behind(sort.columns(), direction, part.place);
        sql.text(" order by ").text(order).text(" limit ").bind(limit).text(")");
    }
    sql.text(") as page order by ").text(order).text(" limit ").bind(limit);
}

fn write_branch(sql: &mut Sql, which: Branch, filter: &ListingFilter, position: i64) {
    match which {
        Branch::Open => {
            sql.text(" from market.listings where to_position is null and from_position <= ").bind(position)
        }
        // The first condition is asked once and spares the rest for the newest picture, where no version has ended since. Without it a plan
        // that is kept for any position reads all of a collection's versions to find that none has.
        Branch::Ended => sql
            .text(" from market.listings where (select max(to_position) from market.listings where to_position is not null) > ")
            .bind(position)
            .text(" and to_position > ")
            .bind(position)
            .text(" and from_position <= ")
            .bind(position),
    };
    let ListingFilter {
        slugs,
        models,
        symbols,
        backdrops,
        number_from,
        number_to,
        price,
        markets,
        custodies,
        owner,
    } = filter;
    sql.and_one_of("slug", slugs)
        .and_one_of("model", models)
        .and_one_of("symbol", symbols)
        .and_one_of("backdrop", backdrops)
        .and_number("number", " >= ", *number_from)
        .and_number("number", " <= ", *number_to)
        .and_one_of("market", markets)
        .and_one_of("custody", custodies)
        .and_text("owner", owner.as_ref());
    if let Some(PriceRange { currency, of, from, to }) = price {
        let column = match of {
            PriceOf::Market => "price_amount",
            PriceOf::AllIn => "all_in_amount",
        };
        sql.and_text("price_currency", Some(currency))
            .and_number(column, " >= ", *from)
            .and_number(column, " <= ", *to);
    }
}

/// How many listings were open as of a position.
///
/// # Errors
/// [`ReadFault`].
pub async fn listings_count(pool: &Pool, filter: &ListingFilter, position: i64) -> Result<i64, ReadFault> {
    let mut sql = Sql::new("select (select count(*)");
    write_branch(&mut sql, Branch::Open, filter, position);
    sql.text(") + (select count(*)");
    write_branch(&mut sql, Branch::Ended, filter, position);
    sql.text(")");
    Ok(sql.builder().build_query_scalar().fetch_one(pool).await?)
}
