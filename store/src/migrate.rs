//! Migrations, run at every start under a lock: the job queue's own history, then ours. A database that knows more than this binary is refused
//! untouched.

use sqlx::migrate::{Migrate, MigrateError, Migrator};

use crate::{
    jobs::{self, QueueFault},
    pool::Pool,
};

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
    /// Migrations of this binary have not been applied.
    #[error(
        "the database lacks {pending} migrations of this binary, the first is {version}; run `ribbon migrate`"
    )]
    Pending {
        /// The first that is missing.
        version: i64,
        /// How many are missing.
        pending: usize,
    },
    /// The job queue cannot be had.
    #[error(transparent)]
    Queue(#[from] QueueFault),
    /// PostgreSQL refused.
    #[error("a migration failed: {0}")]
    Failed(#[source] MigrateError),
}

/// Brings the database to this binary's version. Idempotent; several processes may call it at once.
///
/// # Errors
/// [`MigrateFault`]; a migration that fails leaves no trace.
pub async fn migrate(pool: &Pool) -> Result<(), MigrateFault> {
    let standing = standing(pool).await.map_err(|fault| MigrateFault::Failed(fault.into()))?;
    if let Err(fault @ (MigrateFault::Newer { .. } | MigrateFault::Changed { .. })) = standing.is_current() {
        return Err(fault);
    }
    jobs::set_up(pool).await?;
    MIGRATIONS.run(pool).await.map_err(|fault| match fault {
        MigrateError::VersionMissing(version) => MigrateFault::Newer { version },
        MigrateError::VersionMismatch(version) => MigrateFault::Changed { version },
        MigrateError::Dirty(version) => MigrateFault::Dirty { version },
        other => MigrateFault::Failed(other),
    })
}

/// How a database's migrations compare with this binary's; nothing is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The last applied one; `None` for a database that was never migrated.
    pub last_applied: Option<i64>,
    /// This binary's migrations that are missing, in order.
    pub pending: Vec<i64>,
    /// An applied one that this binary does not know.
    pub unknown: Option<i64>,
    /// An applied one whose text was another.
    pub changed: Option<i64>,
}

impl Standing {
    /// Whether this binary can work with the database as it is.
    ///
    /// # Errors
    /// [`MigrateFault::Newer`], [`MigrateFault::Changed`] or [`MigrateFault::Pending`].
    pub fn is_current(&self) -> Result<(), MigrateFault> {
        match (self.unknown, self.changed, self.pending.first()) {
            (Some(version), _, _) => Err(MigrateFault::Newer { version }),
            (None, Some(version), _) => Err(MigrateFault::Changed { version }),
            (None, None, Some(&version)) => {
                Err(MigrateFault::Pending { version, pending: self.pending.len() })
            }
            (None, None, None) => Ok(()),
        }
    }
}

/// Compares without applying, the queue's history too.
///
/// # Errors
/// What PostgreSQL says.
pub async fn standing(pool: &Pool) -> Result<Standing, sqlx::Error> {
    let ours = compare(pool, &MIGRATIONS).await?;
    let queue = compare(pool, &jobs::migrator()).await?;
    Ok(Standing {
        last_applied: ours.last_applied,
        pending: ours.pending.into_iter().chain(queue.pending).collect(),
        unknown: ours.unknown.or(queue.unknown),
        changed: ours.changed.or(queue.changed),
    })
}

/// Version and checksum of every migration, the queue's too: what tells the schemas of two builds apart.
#[must_use]
pub fn versions() -> Vec<(i64, Vec<u8>)> {
    let queue = jobs::migrator();
    let all = queue.iter().chain(MIGRATIONS.iter());
    all.map(|migration| (migration.version, migration.checksum.to_vec())).collect()
}

async fn compare(pool: &Pool, migrations: &Migrator) -> Result<Standing, sqlx::Error> {
    /// SQLSTATE of a table that does not exist: nothing was ever applied.
    const UNDEFINED_TABLE: &str = "42P01";
    let mut connection = pool.acquire().await?;
    let applied = match connection.list_applied_migrations(&migrations.table_name).await {
        Ok(applied) => applied,
        Err(MigrateError::Execute(fault)) if is_sqlstate(&fault, UNDEFINED_TABLE) => Vec::new(),
        Err(MigrateError::Execute(fault)) => return Err(fault),
        Err(other) => return Err(sqlx::Error::Protocol(other.to_string())),
    };
    let ours = |version: i64| migrations.iter().find(|migration| migration.version == version);
    let is_applied = |version: i64| applied.iter().any(|applied| applied.version == version);
    Ok(Standing {
        last_applied: applied.last().map(|applied| applied.version),
        pending: migrations.iter().map(|migration| migration.version).filter(|v| !is_applied(*v)).collect(),
        unknown: applied.iter().map(|applied| applied.version).find(|version| ours(*version).is_none()),
        changed: applied
            .iter()
            .find(|applied| ours(applied.version).is_some_and(|ours| ours.checksum != applied.checksum))
            .map(|applied| applied.version),
    })
}

fn is_sqlstate(fault: &sqlx::Error, code: &str) -> bool {
    fault.as_database_error().and_then(|fault| fault.code()).is_some_and(|found| found == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_difference_is_told() {
        let standing = Standing { last_applied: None, pending: vec![], unknown: None, changed: None };
        assert!(standing.is_current().is_ok());
        let pending = Standing { pending: vec![3, 4], ..standing.clone() };
        assert!(pending.is_current().unwrap_err().to_string().contains("lacks 2 migrations"));
        let changed = Standing { changed: Some(2), ..pending };
        assert!(matches!(changed.is_current(), Err(MigrateFault::Changed { version: 2 })));
        let newer = Standing { unknown: Some(9), ..changed };
        assert!(matches!(newer.is_current(), Err(MigrateFault::Newer { version: 9 })));
    }
}
