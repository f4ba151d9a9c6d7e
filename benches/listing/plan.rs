//! Which pages are asked for, and what must stand on them: filtered and sorted here, from the table's plain rows.

use std::{collections::BTreeMap, net::SocketAddr};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Pool;

/// What the client process is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) address: SocketAddr,
    pub(crate) connections: usize,
    pub(crate) seconds: u64,
    /// Pages that are asked for in a second, at even distances; without it each connection asks as soon as it has its answer.
    pub(crate) per_second: Option<f64>,
    pub(crate) pages: Vec<PlannedPage>,
}

/// A page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PlannedPage {
    /// The request's body, JSON.
    pub(crate) body: String,
    /// What its nodes show at [`SHOWN`], in order.
    pub(crate) nodes: Vec<Vec<String>>,
    /// Whether there are more listings behind them.
    pub(crate) has_next: bool,
}

/// What of a node is compared, as JSON pointers: the first holds market and lot.
pub(crate) const SHOWN: [&str; 6] =
    ["/id", "/gift/slug", "/gift/number", "/gift/model/name", "/price/amount", "/allIn/total"];

/// Listings on a page.
const PAGE_ITEMS: usize = 20;
/// Collections that pages are asked of.
const COLLECTIONS: usize = 4;
/// The rarity of a model that has none, for the sort.
const RARITY_NONE: i64 = 1_001;

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

/// A row of the table of listings.
#[derive(Debug, sqlx::FromRow)]
struct Row {
    from_position: i64,
    market: String,
    lot: String,
    slug: String,
    number: i64,
    model: Option<String>,
    model_per_mille: Option<i64>,
    backdrop: Option<String>,
    price_amount: i64,
    /// The ask as the market states it, which is what a page shows.
    stated_amount: i64,
    all_in_amount: i64,
    listed_at_us: Option<i64>,
    seen_at_us: i64,
}

const ROWS: &str =
    "select from_position, market, lot, slug, number, model, model_per_mille, backdrop, price_amount,
            (all_in_lines::jsonb -> 0 ->> 'amount')::bigint as stated_amount, all_in_amount, listed_at_us, seen_at_us
     from market.listings where to_position is null and price_currency = 'TON'";

impl Row {
    fn shown(&self) -> Vec<String> {
        let Self { market, lot, slug, number, model, stated_amount, all_in_amount, .. } = self;
        vec![
            format!("listing_{market}_{lot}"),
            slug.clone(),
            number.to_string(),
            model.clone().unwrap_or_else(|| "null".into()),
            stated_amount.to_string(),
            all_in_amount.to_string(),
        ]
    }
}

/// What a sort compares before the position of the version.
type Key = fn(&Row) -> i64;

/// The ways to sort, by the API's word.
const SORTS: [(&str, Key); 5] = [
    ("PRICE", |row| row.price_amount),
    ("ALL_IN", |row| row.all_in_amount),
    ("NUMBER", |row| row.number),
    ("LISTED", |row| row.listed_at_us.unwrap_or(row.seen_at_us)),
    ("RARITY", |row| row.model_per_mille.unwrap_or(RARITY_NONE)),
];

/// A filter: its GraphQL, and the rows it finds.
struct Filter<'a> {
    graphql: Value,
    rows: Vec<&'a Row>,
}

/// The pages: filters by the largest collections, their most frequent model and backdrop, a price range, the market; every sort.
pub(super) async fn pages(pool: &Pool) -> anyhow::Result<Vec<PlannedPage>> {
    let rows: Vec<Row> = sqlx::query_as(ROWS).fetch_all(pool).await.context("the listings are read")?;
    anyhow::ensure!(!rows.is_empty(), "there are listings");
    let mut pages = Vec::new();
    for Filter { graphql, mut rows } in filters(&rows) {
        for (word, key) in SORTS {
            rows.sort_by_key(|row| (key(row), row.from_position));
            let variables = json!({ "filter": graphql, "sort": { "by": word, "direction": "ASC" } });
            pages.push(PlannedPage {
                body: json!({ "query": QUERY, "variables": variables }).to_string(),
                nodes: rows.iter().take(PAGE_ITEMS).map(|row| row.shown()).collect(),
                has_next: rows.len() > PAGE_ITEMS,
            });
        }
    }
    Ok(pages)
}

fn filters(rows: &[Row]) -> Vec<Filter<'_>> {
    let all = json!({ "currency": "TON" });
    let mut filters = vec![Filter { graphql: json!({ "price": all }), rows: rows.iter().collect() }];
    for slug in most(rows.iter().map(|row| row.slug.as_str()), COLLECTIONS) {
        let mut add = |graphql: Value, is_found: &dyn Fn(&Row) -> bool| {
            let rows = rows.iter().filter(|row| row.slug == slug && is_found(row)).collect();
            filters.push(Filter { graphql, rows });
        };
        let of_slug: Vec<&Row> = rows.iter().filter(|row| row.slug == slug).collect();
        add(json!({ "collections": [slug], "price": all }), &|_| true);
        let low = low_price(&of_slug);
        let range = json!({ "currency": "TON", "from": low.to_string() });
        add(json!({ "collections": [slug], "price": range }), &|row| row.price_amount >= low);
        for model in most(of_slug.iter().filter_map(|row| row.model.as_deref()), 1) {
            let graphql = json!({ "collections": [slug], "models": [model], "price": all });
            add(graphql, &|row| row.model.as_deref() == Some(model));
        }
        for backdrop in most(of_slug.iter().filter_map(|row| row.backdrop.as_deref()), 1) {
            let graphql = json!({
                "collections": [slug], "backdrops": [backdrop], "markets": ["getgems"], "price": all,
            });
            add(graphql, &|row| row.backdrop.as_deref() == Some(backdrop) && row.market == "getgems");
        }
    }
    filters
}

/// The most frequent words, the most frequent first.
fn most<'a>(words: impl Iterator<Item = &'a str>, count: usize) -> Vec<&'a str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for word in words {
        *counts.entry(word).or_default() += 1;
    }
    let mut words: Vec<(&str, usize)> = counts.into_iter().collect();
    words.sort_by_key(|(word, times)| (std::cmp::Reverse(*times), *word));
    words.into_iter().take(count).map(|(word, _)| word).collect()
}

/// A price that three of ten are below.
fn low_price(rows: &[&Row]) -> i64 {
    let mut prices: Vec<i64> = rows.iter().map(|row| row.price_amount).collect();
    prices.sort_unstable();
    prices.get(prices.len() * 3 / 10).copied().unwrap_or_default()
}
