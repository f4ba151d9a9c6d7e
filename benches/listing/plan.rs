//! Which pages are asked for, and what must stand on them: taken from the table by plain SQL of our own.

use std::net::SocketAddr;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::Row as _;
use store::Pool;

/// What the client process is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) address: SocketAddr,
    pub(crate) connections: usize,
    pub(crate) seconds: u64,
    pub(crate) pages: Vec<PlannedPage>,
}

/// A page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PlannedPage {
    /// The request's body, JSON.
    pub(crate) body: String,
    /// What the list is sorted by, row by row, as the answer shows it.
    pub(crate) keys: Vec<String>,
    /// Which field of a node shows it, as a JSON pointer; empty where ties make the order ambiguous.
    pub(crate) key_pointer: String,
    /// Every node's collection, where the filter names one.
    pub(crate) slug: Option<String>,
    /// Every node's model, where the filter names one.
    pub(crate) model: Option<String>,
}

/// Listings on a page.
const PAGE_ITEMS: i64 = 20;
/// Collections that pages are asked of.
const COLLECTIONS: i64 = 4;

const QUERY: &str = "query Page($filter: ListingFilter, $sort: ListingSort) {
  listings(filter: $filter, sort: $sort, first: 20) {
    nodes {
      id
      gift { slug number name model { name rarityPerMille } symbol { name } backdrop { name } imageUrl }
      market { id name }
      price { amount currency text }
      allIn { total atLeast text lines { kind amount counted basis source } }
      custody owner linkUrl listedAt seenAt checkedAt ageSeconds stale evidenceUrl
    }
    pageInfo { endCursor hasNextPage }
    asOf { position ageMs }
  }
}";

/// A way to sort: the word, the SQL, and where the answer shows it.
const SORTS: [(&str, &str, &str); 4] = [
    ("PRICE", "price_amount", "/price/amount"),
    ("ALL_IN", "all_in_amount", "/allIn/total"),
    ("NUMBER", "number", "/gift/number"),
    ("LISTED", "coalesce(listed_at_us, seen_at_us)", ""),
];

/// A filter: its GraphQL, its SQL.
struct Filter {
    graphql: Value,
    sql: String,
    slug: Option<String>,
    model: Option<String>,
}

/// The pages: filters by the largest collections, their most frequent model and backdrop, a price range, the market; every sort.
pub(super) async fn pages(pool: &Pool) -> anyhow::Result<Vec<PlannedPage>> {
    let mut pages = Vec::new();
    for filter in filters(pool).await? {
        for (word, column, pointer) in SORTS {
            let keys = keys(pool, &filter.sql, column).await?;
            let variables = json!({ "filter": filter.graphql, "sort": { "by": word, "direction": "ASC" } });
            pages.push(PlannedPage {
                body: json!({ "query": QUERY, "variables": variables }).to_string(),
                keys,
                key_pointer: pointer.into(),
                slug: filter.slug.clone(),
                model: filter.model.clone(),
            });
        }
    }
    anyhow::ensure!(!pages.is_empty(), "there are listings");
    Ok(pages)
}

async fn filters(pool: &Pool) -> anyhow::Result<Vec<Filter>> {
    let largest = sqlx::query(
        "select slug, mode() within group (order by model) as model, mode() within group (order by backdrop) as backdrop,
                percentile_disc(0.3) within group (order by price_amount) as low
         from market.listings where to_position is null and price_currency = 'TON' group by slug order by count(*) desc, slug limit $1",
    )
    .bind(COLLECTIONS)
    .fetch_all(pool)
    .await
    .context("the largest collections")?;
    let ton = "price_currency = 'TON'";
    let from_0 = json!({ "currency": "TON" });
    let mut filters =
        vec![Filter { graphql: json!({ "price": from_0 }), sql: ton.to_owned(), slug: None, model: None }];
    for row in largest {
        let slug: String = row.get("slug");
        let model: Option<String> = row.get("model");
        let backdrop: Option<String> = row.get("backdrop");
        let low: i64 = row.get("low");
        let of_slug = format!("{ton} and slug = {}", quoted(&slug));
        let mut add = |graphql: Value, sql: String, model: Option<String>| {
            filters.push(Filter { graphql, sql, slug: Some(slug.clone()), model });
        };
        add(json!({ "collections": [slug], "price": from_0 }), of_slug.clone(), None);
        let range = json!({ "currency": "TON", "from": low.to_string() });
        add(
            json!({ "collections": [slug], "price": range }),
            format!("{of_slug} and price_amount >= {low}"),
            None,
        );
        if let Some(model) = model {
            let sql = format!("{of_slug} and model = {}", quoted(&model));
            add(json!({ "collections": [slug], "models": [model], "price": from_0 }), sql, Some(model));
        }
        if let Some(backdrop) = backdrop {
            let sql = format!("{of_slug} and backdrop = {} and market = 'getgems'", quoted(&backdrop));
            let graphql = json!({
                "collections": [slug], "backdrops": [backdrop], "markets": ["getgems"], "price": from_0,
            });
            add(graphql, sql, None);
        }
    }
    Ok(filters)
}

async fn keys(pool: &Pool, filter: &str, column: &str) -> anyhow::Result<Vec<String>> {
    let statement = format!(
        "select ({column})::text as shown from market.listings where to_position is null and {filter} order by {column}, from_position limit {PAGE_ITEMS}"
    );
    sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).fetch_all(pool).await.context("what a page must show")
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
