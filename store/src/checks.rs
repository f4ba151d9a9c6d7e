//! What the last `ribbon check` found: a row per part, overwritten by the next check.

use crate::pool::Pool;

/// How a part stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What was looked at, as in `log`.
    pub part: String,
    /// `fine`, `skipped`, `not_now` or `wrong`.
    pub outcome: String,
    /// When, in seconds since 1970 on the database's clock.
    pub checked_at_s: i64,
}

/// Puts the outcomes of a check, part and word, in the place of those of the one before.
///
/// # Errors
/// What PostgreSQL says.
pub async fn record(pool: &Pool, outcomes: &[(String, String)]) -> Result<(), sqlx::Error> {
    let (parts, words): (Vec<String>, Vec<String>) = outcomes.iter().cloned().unzip();
    let mut tx = pool.begin().await?;
    sqlx::query!("delete from market.checks").execute(&mut *tx).await?;
    sqlx::query!(
        "insert into market.checks (part, outcome) select u.part, u.outcome from unnest($1::text[], $2::text[]) as u(part, outcome)",
        &parts,
        &words
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}

/// The outcomes of the last check, by part; none before the first.
///
/// # Errors
/// What PostgreSQL says.
pub async fn last(pool: &Pool) -> Result<Vec<Checked>, sqlx::Error> {
    sqlx::query_as!(
        Checked,
        r#"select part, outcome, extract(epoch from checked_at)::bigint as "checked_at_s!" from market.checks order by part"#
    )
    .fetch_all(pool)
    .await
}
