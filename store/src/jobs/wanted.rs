//! What jobs are found for: gifts on the chain of which no market has told the attributes.

use domain::{CollectionSlug, GiftId};

use crate::pool::Pool;

/// Gifts that live on the chain and lack an attribute, without those for which a job of this kind is there already; `limit` at most, by
/// collection and number.
///
/// # Errors
/// What PostgreSQL says.
pub async fn without_attributes(pool: &Pool, kind: &str, limit: i64) -> Result<Vec<GiftId>, sqlx::Error> {
    let rows = sqlx::query!(
        "select g.slug, g.number from market.gifts g
         where g.custody = 'chain' and (g.model is null or g.symbol is null or g.backdrop is null)
           and not exists (select from apalis.jobs j where j.job_type = $1 and j.idempotency_key = g.slug || '-' || g.number)
         order by g.slug, g.number limit $2",
        kind,
        limit
    )
    .fetch_all(pool)
    .await?;
    let gift = |slug: String, number: i64| {
        Some(GiftId { slug: CollectionSlug::from_title(&slug).ok()?, number: u32::try_from(number).ok()? })
    };
    Ok(rows.into_iter().filter_map(|row| gift(row.slug, row.number)).collect())
}

/// Whether a gift still lacks an attribute; one that nobody has seen lacks them all.
///
/// # Errors
/// What PostgreSQL says.
pub async fn is_without_attributes(pool: &Pool, gift: &GiftId) -> Result<bool, sqlx::Error> {
    let is_known = sqlx::query_scalar!(
        r#"select exists (
             select from market.gifts where slug = $1 and number = $2
                and model is not null and symbol is not null and backdrop is not null) as "is_known!""#,
        gift.slug.as_str(),
        i64::from(gift.number)
    )
    .fetch_one(pool)
    .await?;
    Ok(!is_known)
}
