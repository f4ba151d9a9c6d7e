//! Collections and their attributes as of a position.

use std::collections::HashMap;

use domain::{CollectionSlug, Fact};
use sqlx::FromRow;

use super::{KeyPart, Page, ReadFault};
use crate::{log::EventRow, pool::Pool};

/// A collection.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct CollectionRow {
    /// Its slug.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Its address on TON, friendly form.
    pub address: Option<String>,
    /// The picture, by reference.
    pub image_url: Option<String>,
    /// The event that first spoke of it.
    pub first_position: i64,
    /// The event that last said something of it.
    pub position: i64,
}

/// An attribute of a collection with its rarity.
#[derive(Debug, Clone, PartialEq, Eq, Hash, FromRow)]
pub struct AttributeRow {
    /// Whose.
    pub slug: String,
    /// `model`, `symbol` or `backdrop`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// A number in per mille, or a tier's word.
    pub rarity: String,
    /// Parts in a thousand; `None` for a tier.
    pub per_mille: Option<i64>,
    /// The event that first told it.
    pub first_position: i64,
}

/// A page of collections by slug.
///
/// # Errors
/// [`ReadFault`].
pub async fn collection_page(
    pool: &Pool,
    page: &Page,
    position: i64,
) -> Result<Vec<CollectionRow>, ReadFault> {
    let after = page.after.as_deref().and_then(|place| match place {
        [KeyPart::Text(slug)] => Some(slug.as_str()),
        _ => None,
    });
    let rows = sqlx::query_as!(
        CollectionRow,
        "select slug, title, address, image_url, first_position, position from market.collections
         where first_position <= $1 and slug > coalesce($2, '') order by slug limit $3",
        position,
        after,
        page.limit
    )
    .fetch_all(pool)
    .await?;
    known_at(pool, rows, position).await
}

/// How many collections were known.
///
/// # Errors
/// [`ReadFault`].
pub async fn collections_count(pool: &Pool, position: i64) -> Result<i64, ReadFault> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from market.collections where first_position <= $1"#,
        position
    )
    .fetch_one(pool)
    .await?;
    Ok(count)
}

/// These collections.
///
/// # Errors
/// [`ReadFault`].
pub async fn collections(
    pool: &Pool,
    slugs: &[String],
    position: i64,
) -> Result<Vec<CollectionRow>, ReadFault> {
    let rows = sqlx::query_as!(
        CollectionRow,
        "select slug, title, address, image_url, first_position, position from market.collections
         where slug = any($1) and first_position <= $2",
        slugs,
        position
    )
    .fetch_all(pool)
    .await?;
    known_at(pool, rows, position).await
}

/// Collections of which more was said since are told again from their events, by the rule of the fold: the latest telling, and
/// a telling without an address or a picture keeps the one known.
async fn known_at(
    pool: &Pool,
    rows: Vec<CollectionRow>,
    position: i64,
) -> Result<Vec<CollectionRow>, ReadFault> {
    let later: Vec<String> =
        rows.iter().filter(|row| row.position > position).map(|row| row.slug.clone()).collect();
    if later.is_empty() {
        return Ok(rows);
    }
    let events = sqlx::query_as!(
        EventRow,
        "select position, market, slug, number, key_at_us, key_rank, key_seen_us, key_tie, observed_at_us, finality, cause,
                origin, evidence_hash, evidence_path, corrects, source_id, fact
         from market.events where slug = any($1) and number is null and kind = 'collection_seen' and position <= $2
         order by position",
        &later,
        position
    )
    .fetch_all(pool)
    .await?;
    let mut told: HashMap<CollectionSlug, CollectionRow> = HashMap::new();
    for row in events {
        let logged = row.read()?;
        let Fact::CollectionSeen { slug, title, address, image_url } = logged.event.fact else { continue };
        let row = told.entry(slug.clone()).or_insert_with(|| CollectionRow {
            slug: slug.as_str().to_owned(),
            title: title.clone(),
            address: None,
            image_url: None,
            first_position: logged.position,
            position: logged.position,
        });
        row.title = title;
        row.address = address.or(row.address.take());
        row.image_url = image_url.or(row.image_url.take());
        row.position = logged.position;
    }
    let mut told: HashMap<String, CollectionRow> =
        told.into_values().map(|row| (row.slug.clone(), row)).collect();
    Ok(rows.into_iter().map(|row| told.remove(&row.slug).unwrap_or(row)).collect())
}

/// The attributes of a kind of each of these collections, rarest first (tiers before numbers), at most `limit` of each.
///
/// # Errors
/// [`ReadFault`].
pub async fn attributes(
    pool: &Pool,
    slugs: &[String],
    kind: Option<&str>,
    limit: i64,
    position: i64,
) -> Result<Vec<AttributeRow>, ReadFault> {
    let rows = sqlx::query_as!(
        AttributeRow,
        r#"select a.slug as "slug!", a.kind as "kind!", a.name as "name!", a.rarity as "rarity!", a.per_mille, a.first_position as "first_position!"
           from unnest($1::text[]) as u(slug)
           cross join lateral (
               select * from market.attributes a
               where a.slug = u.slug and ($2::text is null or a.kind = $2) and a.first_position <= $4
               order by a.kind, a.per_mille nulls first, a.name, a.rarity limit $3
           ) a
           order by a.slug, a.kind, a.per_mille nulls first, a.name, a.rarity"#,
        slugs,
        kind,
        limit,
        position
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

/// The rarities of attributes by (collection, kind, name).
///
/// # Errors
/// [`ReadFault`].
pub async fn rarities(
    pool: &Pool,
    slugs: &[String],
    kinds: &[String],
    names: &[String],
    position: i64,
) -> Result<Vec<AttributeRow>, ReadFault> {
    let rows = sqlx::query_as!(
        AttributeRow,
        "select a.slug, a.kind, a.name, a.rarity, a.per_mille, a.first_position
         from unnest($1::text[], $2::text[], $3::text[]) as u(slug, kind, name)
         join market.attributes a on a.slug = u.slug and a.kind = u.kind and a.name = u.name
         where a.first_position <= $4
         order by a.slug, a.kind, a.name, a.first_position",
        slugs,
        kinds,
        names,
        position
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}
