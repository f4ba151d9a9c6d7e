//! Migrations, run at every start under a lock. A database that knows more than this binary is refused untouched.

use sqlx::migrate::{MigrateError, Migrator};

use crate::pool::Pool;

/// The one dated history, embedded.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// Why the database could not be brought to this binary's version.
#[derive(Debug, thiserror::Error)]
pub enum MigrateFault {
    /// A newer binary has been here.
    #[error(
        "the database is newer than this binary: it has migration {version}, unknown here; start the newer `ribbon`, or restore a backup from before it"
    )]
    Newer {
        /// The unknown migration.
        version: i64,
    },
    /// An applied migration was edited.
    #[error(
        "migration {version} was applied with another text than this binary holds; use the binary it was applied with"
    )]
    Changed {
        /// The migration.
        version: i64,
    },
    /// A migration was cut off in the middle (possible only for one that runs outside a transaction).
    #[error("migration {version} was cut off in the middle; repair it by its header, then start again")]
    Dirty {
        /// The migration.
        version: i64,
    },
    /// PostgreSQL refused.
    #[error("a migration failed: {0}")]
    Failed(#[source] MigrateError),
}

/// Brings the database to this binary's version. Idempotent; several processes may call it at once.
///
/// # Errors
/// [`MigrateFault`]; a migration that fails leaves no trace.
pub async fn migrate(pool: &Pool) -> Result<(), MigrateFault> {
    MIGRATIONS.run(pool).await.map_err(|fault| match fault {
        MigrateError::VersionMissing(version) => MigrateFault::Newer { version },
        MigrateError::VersionMismatch(version) => MigrateFault::Changed { version },
        MigrateError::Dirty(version) => MigrateFault::Dirty { version },
        other => MigrateFault::Failed(other),
    })
}
