//! Which world a database describes. Data of a sandbox never mixes with live data: the identity is claimed once and compared
//! at every start.

use crate::pool::Pool;

/// Why the database cannot be used for this world.
#[derive(Debug, thiserror::Error)]
pub enum WorldFault {
    /// It holds another world.
    #[error(
        "this database holds the world `{held}`, and this start is for `{wanted}`: use another data folder or DATABASE_URL, or `./dev clean` if the old world is no longer wanted"
    )]
    Other {
        /// What the database says.
        held: String,
        /// What this start wants.
        wanted: String,
    },
    /// PostgreSQL refused.
    #[error("the world's identity could not be read: {0}")]
    Database(#[from] sqlx::Error),
}

/// Claims the database for a world, or compares. Idempotent.
///
/// # Errors
/// [`WorldFault::Other`] when it was claimed for another.
pub async fn claim(pool: &Pool, identity: &str) -> Result<(), WorldFault> {
    sqlx::query!("insert into market.worlds (identity) values ($1) on conflict do nothing", identity)
        .execute(pool)
        .await?;
    let held = sqlx::query_scalar!("select identity from market.worlds").fetch_one(pool).await?;
    if held == identity { Ok(()) } else { Err(WorldFault::Other { held, wanted: identity.to_owned() }) }
}

/// The identity, if claimed.
///
/// # Errors
/// What PostgreSQL says.
pub async fn identity(pool: &Pool) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!("select identity from market.worlds").fetch_optional(pool).await
}
