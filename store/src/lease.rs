//! Exclusive rights in a database: one process at a time follows a market. The server gives the right back when the holder's connection
//! ends, however it ends; so whoever takes it next sees all that the holder has committed.

use sqlx::{Connection, PgConnection};

use crate::pool::Pool;

/// A right that is held as long as its own connection lives.
#[derive(Debug)]
pub struct Lease {
    connection: PgConnection,
}

/// Takes a right by its name, if nobody holds it. It has a connection of its own beside the pool's.
///
/// # Errors
/// What PostgreSQL says.
pub async fn try_take(pool: &Pool, name: &str) -> Result<Option<Lease>, sqlx::Error> {
    let mut connection = pool.acquire().await?.detach();
    let is_taken =
        sqlx::query_scalar!(r#"select pg_try_advisory_lock(hashtextextended($1, 0)) as "is_taken!""#, name)
            .fetch_one(&mut connection)
            .await?;
    if is_taken {
        return Ok(Some(Lease { connection }));
    }
    connection.close().await?;
    Ok(None)
}

impl Lease {
    /// Whether the connection still lives, and the right with it.
    pub async fn is_held(&mut self) -> bool {
        self.connection.ping().await.is_ok()
    }

    /// Gives the right back at once.
    pub async fn release(self) {
        // The server gives it back too when the connection merely ends.
        let _ = self.connection.close().await;
    }
}
