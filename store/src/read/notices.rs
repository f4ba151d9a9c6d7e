//! Notices of new positions, sent after each commit. One may be lost; the log decides what is new.

use sqlx::postgres::PgListener;

use super::ReadFault;
use crate::pool::Pool;

const CHANNEL: &str = "ribbon_log";

/// A connection that listens. It is taken from the pool for as long as it lives.
#[derive(Debug)]
pub struct Notices(PgListener);

impl Notices {
    /// Listens from now on.
    ///
    /// # Errors
    /// [`ReadFault`].
    pub async fn listen(pool: &Pool) -> Result<Self, ReadFault> {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(Self(listener))
    }

    /// The position that the next notice tells; `None` when the connection was made anew or the notice tells none, so notices may
    /// have been missed. May be dropped and asked again without losing one.
    ///
    /// # Errors
    /// [`ReadFault`] when the connection is gone.
    pub async fn next(&mut self) -> Result<Option<i64>, ReadFault> {
        let notification = self.0.try_recv().await?;
        Ok(notification.and_then(|notification| notification.payload().parse().ok()))
    }
}
