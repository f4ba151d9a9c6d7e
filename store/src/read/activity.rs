//! Events of the log, newest first, filtered.

use domain::LoggedEvent;

use super::{ReadFault, sql::Sql};
use crate::{log::EventRow, pool::Pool};

/// Which events. Lists are "any of"; an empty list does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActivityFilter {
    /// Collections.
    pub slugs: Vec<String>,
    /// The gift's number, where one gift of one collection is meant.
    pub number: Option<i64>,
    /// Markets by id.
    pub markets: Vec<String>,
    /// Kinds by word.
    pub kinds: Vec<String>,
}

const COLUMNS: &str = "e.position, e.market, e.slug, e.number, e.key_at_us, e.key_rank, e.key_seen_us, e.key_tie, \
    e.observed_at_us, e.finality, e.cause, e.origin, e.evidence_hash, e.evidence_path, e.corrects, e.source_id, e.fact";

/// The newest events below `before` (all, if `None`) and not above `position`, at most `limit`.
///
/// # Errors
/// [`ReadFault`].
pub async fn activity(
    pool: &Pool,
    filter: &ActivityFilter,
    before: Option<i64>,
    limit: i64,
    position: i64,
) -> Result<Vec<LoggedEvent>, ReadFault> {
    let upto = before.map_or(position, |before| position.min(before - 1));
    let mut sql = Sql::new("select ");
    sql.text(COLUMNS);
    if filter.kinds.is_empty() || !filter.slugs.is_empty() {
        sql.text(" from market.events e");
        conditions(&mut sql, filter, upto);
        sql.and_one_of("e.kind", &filter.kinds);
    } else {
        // One short index scan per kind: a rare kind among many events would otherwise be looked for through the whole log.
        sql.text(" from unnest(")
            .bind(filter.kinds.clone())
            .text("::text[]) as k(kind) cross join lateral (select * from market.events e");
        conditions(&mut sql, filter, upto);
        sql.text(" and e.kind = k.kind order by e.position desc limit ").bind(limit).text(") as e");
    }
    sql.text(" order by e.position desc limit ").bind(limit);
    let rows: Vec<EventRow> = sql.builder().build_query_as().fetch_all(pool).await?;
    rows.into_iter().map(|row| row.read().map_err(ReadFault::from)).collect()
}

fn conditions(sql: &mut Sql, filter: &ActivityFilter, upto: i64) {
    let ActivityFilter { slugs, number, markets, kinds: _ } = filter;
    sql.text(" where e.position <= ")
        .bind(upto)
        .and_one_of("e.slug", slugs)
        .and_number("e.number", " = ", *number)
        .and_one_of("e.market", markets);
}

/// The newest events of each of these gifts, at most `limit` of each, newest first.
///
/// # Errors
/// [`ReadFault`].
pub async fn gift_events(
    pool: &Pool,
    slugs: &[String],
    numbers: &[i64],
    limit: i64,
    position: i64,
) -> Result<Vec<LoggedEvent>, ReadFault> {
    let rows = sqlx::query_as!(
        EventRow,
        r#"select e.position as "position!", e.market as "market!", e.slug, e.number, e.key_at_us as "key_at_us!",
                  e.key_rank as "key_rank!", e.key_seen_us as "key_seen_us!", e.key_tie as "key_tie!",
                  e.observed_at_us as "observed_at_us!", e.finality as "finality!", e.cause as "cause!", e.origin as "origin!",
                  e.evidence_hash, e.evidence_path, e.corrects, e.source_id, e.fact as "fact!"
           from unnest($1::text[], $2::bigint[]) as u(slug, number)
           cross join lateral (
               select * from market.events e where e.slug = u.slug and e.number = u.number and e.position <= $4
               order by e.position desc limit $3
           ) e
           order by e.position desc"#,
        slugs,
        numbers,
        limit,
        position
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(|row| row.read().map_err(ReadFault::from)).collect()
}
