//! Gifts as of a position. A gift's row holds what is known now; one that has learned something since the position asked for is
//! folded again from its events up to there, so the answer is exact at any position.

use std::collections::{BTreeMap, HashMap};

use domain::{AttributeKind, CollectionSlug, GiftId, holding::Holding};
use sqlx::FromRow;

use super::{Direction, KeyPart, Page, ReadFault, sql::Sql, unreadable};
use crate::{log::EventRow, pool::Pool};

/// A gift and what was known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiftRow {
    /// Which.
    pub gift: GiftId,
    /// Its registers, each with the position of the event that set it.
    pub holding: Holding,
    /// Position of the first event that spoke of it.
    pub first_position: i64,
}

/// Which gifts. Lists are "any of"; an empty list does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GiftFilter {
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
    /// Owner, as a source names people.
    pub owner: Option<String>,
    /// Custody by word.
    pub custodies: Vec<String>,
}

#[derive(FromRow)]
struct Stored {
    slug: String,
    number: i64,
    registers: String,
    first_position: i64,
    position: i64,
}

/// Rounds of refilling a page whose gifts fell out after they were folded again; each round reads a full page.
const REFILLS_MAX: usize = 20;

/// A page of gifts by collection and number. Gifts that fall out because they learned the attribute asked for only later are
/// replaced by the next ones.
///
/// # Errors
/// [`ReadFault`].
pub async fn gift_page(
    pool: &Pool,
    filter: &GiftFilter,
    page: &Page,
    position: i64,
) -> Result<Vec<GiftRow>, ReadFault> {
    let mut found = Vec::new();
    let mut after = page.after.clone();
    let wanted = usize::try_from(page.limit).unwrap_or(0);
    for _ in 0..REFILLS_MAX {
        let mut sql = select(filter, after.as_deref(), page.limit, position);
        let rows: Vec<Stored> = sql.builder().build_query_as().fetch_all(pool).await?;
        let is_last = rows.len() < wanted;
        after = rows.last().map(|row| vec![KeyPart::Text(row.slug.clone()), KeyPart::Int(row.number)]);
        let rows = known_at(pool, rows, position).await?;
        found.extend(rows.into_iter().filter(|row| fits(filter, &row.holding)));
        if is_last || found.len() >= wanted {
            break;
        }
    }
    found.truncate(wanted);
    Ok(found)
}

fn select(filter: &GiftFilter, after: Option<&[KeyPart]>, limit: i64, position: i64) -> Sql {
    let mut sql = Sql::new("select g.slug, g.number, g.registers, g.first_position, g.position");
    source(&mut sql, filter, position);
    match (after, filter.slugs.as_slice()) {
        // Within one collection the number alone is the place.
        (Some([_, KeyPart::Int(number)]), [_]) => {
            sql.and_number("g.number", " > ", Some(*number));
        }
        _ => {
            sql.and_behind("g.slug, g.number", Direction::Ascending, after);
        }
    }
    sql.text(" order by g.slug, g.number limit ").bind(limit);
    sql
}

fn source(sql: &mut Sql, filter: &GiftFilter, position: i64) {
    let GiftFilter { slugs, models, symbols, backdrops, number_from, number_to, owner, custodies } = filter;
    sql.text(" from market.gifts g");
    if owner.is_some() || !custodies.is_empty() {
        sql.text(
            " join market.holdings h on h.slug = g.slug and h.number = g.number and h.from_position <= ",
        )
        .bind(position);
        sql.text(" and (h.to_position is null or h.to_position > ").bind(position).text(")");
        sql.and_text("h.owner", owner.as_ref()).and_one_of("h.custody", custodies);
    }
    sql.text(" where g.first_position <= ").bind(position);
    sql.and_one_of("g.slug", slugs)
        .and_one_of("g.model", models)
        .and_one_of("g.symbol", symbols)
        .and_one_of("g.backdrop", backdrops)
        .and_number("g.number", " >= ", *number_from)
        .and_number("g.number", " <= ", *number_to);
}

/// How many gifts a filter finds. Attributes are compared as known now.
///
/// # Errors
/// [`ReadFault`].
pub async fn gifts_count(pool: &Pool, filter: &GiftFilter, position: i64) -> Result<i64, ReadFault> {
    let mut sql = Sql::new("select count(*)");
    source(&mut sql, filter, position);
    Ok(sql.builder().build_query_scalar().fetch_one(pool).await?)
}

/// These gifts, as far as an event up to the position spoke of them.
///
/// # Errors
/// [`ReadFault`].
pub async fn gifts(
    pool: &Pool,
    slugs: &[String],
    numbers: &[i64],
    position: i64,
) -> Result<Vec<GiftRow>, ReadFault> {
    let rows = sqlx::query_as!(
        Stored,
        "select g.slug, g.number, g.registers, g.first_position, g.position
         from unnest($1::text[], $2::bigint[]) as u(slug, number)
         join market.gifts g on g.slug = u.slug and g.number = u.number
         where g.first_position <= $3",
        slugs,
        numbers,
        position
    )
    .fetch_all(pool)
    .await?;
    known_at(pool, rows, position).await
}

/// Rows as they were at a position.
async fn known_at(pool: &Pool, rows: Vec<Stored>, position: i64) -> Result<Vec<GiftRow>, ReadFault> {
    let mut gifts = Vec::with_capacity(rows.len());
    let mut later = Vec::new();
    for row in rows {
        let Stored { slug, number, registers, first_position, position: changed } = row;
        let gift = GiftId {
            slug: CollectionSlug::from_title(&slug)
                .map_err(|fault| unreadable(format!("gift {slug}-{number}"), fault))?,
            number: u32::try_from(number)
                .map_err(|fault| unreadable(format!("gift {slug}-{number}"), fault))?,
        };
        let holding = if changed > position {
            later.push(gift.clone());
            Holding::default()
        } else {
            serde_json::from_str(&registers).map_err(|fault| unreadable(format!("gift {gift}"), fault))?
        };
        gifts.push(GiftRow { gift, holding, first_position });
    }
    if !later.is_empty() {
        let mut folded = fold(pool, &later, position).await?;
        for row in &mut gifts {
            if let Some(holding) = folded.remove(&row.gift) {
                row.holding = holding;
            }
        }
    }
    Ok(gifts)
}

/// The registers of gifts from their events up to a position.
async fn fold(pool: &Pool, gifts: &[GiftId], position: i64) -> Result<HashMap<GiftId, Holding>, ReadFault> {
    let slugs: Vec<String> = gifts.iter().map(|gift| gift.slug.as_str().to_owned()).collect();
    let numbers: Vec<i64> = gifts.iter().map(|gift| i64::from(gift.number)).collect();
    let rows = sqlx::query_as!(
        EventRow,
        "select e.position, e.market, e.slug, e.number, e.key_at_us, e.key_rank, e.key_seen_us, e.key_tie, e.observed_at_us,
                e.finality, e.cause, e.origin, e.evidence_hash, e.evidence_path, e.corrects, e.source_id, e.fact
         from unnest($1::text[], $2::bigint[]) as u(slug, number)
         join market.events e on e.slug = u.slug and e.number = u.number
         where e.position <= $3 and e.kind in ('metadata_seen', 'sold', 'gift_transferred', 'exported')
         order by e.position",
        &slugs,
        &numbers,
        position
    )
    .fetch_all(pool)
    .await?;
    let mut folded: HashMap<GiftId, Holding> = HashMap::new();
    for row in rows {
        let logged = row.read()?;
        if let Some(gift) = &logged.event.gift {
            folded.entry(gift.clone()).or_default().apply(logged.position, &logged.event);
        }
    }
    Ok(folded)
}

/// Whether the attributes asked for are the gift's.
fn fits(filter: &GiftFilter, holding: &Holding) -> bool {
    let asked = BTreeMap::from([
        (AttributeKind::Model, (&filter.models, &holding.model)),
        (AttributeKind::Symbol, (&filter.symbols, &holding.symbol)),
        (AttributeKind::Backdrop, (&filter.backdrops, &holding.backdrop)),
    ]);
    asked.into_values().all(|(names, register)| {
        names.is_empty() || register.as_ref().is_some_and(|register| names.contains(&register.value.name))
    })
}
