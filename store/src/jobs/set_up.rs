//! The schema of the job queue. It is apalis' own, with a history of its own beside ours; what we add is a clear word for each way in which it cannot
//! be had, and that no notice is sent for each row: a notice in a transaction makes all commits wait for one another.

use apalis_postgres::PostgresStorage;
use sqlx::migrate::{MigrateError, Migrator};

use crate::pool::Pool;

/// Extensions that the queue's tables need. Both are trusted: whoever may create schemas in the database may create them.
const EXTENSIONS: [&str; 2] = ["hstore", "pgcrypto"];

/// SQLSTATE: the role has not the right.
const NO_RIGHT: &str = "42501";
/// SQLSTATE: the extension's files are not there, in the words of PostgreSQL 15 and of later ones.
const NOT_INSTALLED: [&str; 2] = ["58P01", "0A000"];
/// SQLSTATE: somebody else has created it at the same moment.
const DOUBLED: [&str; 2] = ["23505", "42710"];

/// Why the job queue cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum QueueFault {
    /// The role may not create an extension.
    #[error(
        "the job queue needs the extension {extension} of PostgreSQL, and the role \"{role}\" may not create it in the database \"{database}\": \
         let the database's owner run there: {}",
        mend(role, database)
    )]
    NoRight {
        /// Which.
        extension: &'static str,
        /// Who asked.
        role: String,
        /// Where.
        database: String,
    },
    /// The server has not got the extension.
    #[error(
        "the job queue needs the extension {extension}, which this PostgreSQL has not got: install its contributed modules (package \
         postgresql-contrib, or postgresql itself on Debian), then start again"
    )]
    NotInstalled {
        /// Which.
        extension: &'static str,
    },
    /// A newer version of the library has been here.
    #[error(
        "the job queue is newer than this binary: its schema has migration {version}, unknown here; start the newer `ribbon`, or restore a \
         backup from before it"
    )]
    Newer {
        /// The unknown migration.
        version: i64,
    },
    /// An applied migration of the library was another.
    #[error(
        "the job queue's migration {version} was applied with another text than this binary holds; use the binary it was applied with"
    )]
    Changed {
        /// The migration.
        version: i64,
    },
    /// PostgreSQL refused a migration.
    #[error("the job queue could not be set up: {0}")]
    Failed(#[source] MigrateError),
    /// PostgreSQL refused or is gone.
    #[error("the job queue could not be set up: {0}")]
    Database(#[from] sqlx::Error),
}

fn mend(role: &str, database: &str) -> String {
    let quoted = |name: &str| name.replace('"', "\"\"");
    let each: Vec<String> =
        EXTENSIONS.iter().map(|name| format!("create extension if not exists {name};")).collect();
    let grant = format!("grant create on database \"{}\" to \"{}\";", quoted(database), quoted(role));
    format!("{} or, so that it may by itself: {grant}", each.join(" "))
}

/// The queue's own history.
pub(crate) fn migrator() -> Migrator {
    PostgresStorage::<()>::migrations()
}

/// Brings the queue's schema to this binary's version and takes its notices away. Idempotent; several processes may call it at once.
///
/// # Errors
/// [`QueueFault`]; a migration that fails leaves no trace.
pub async fn set_up(pool: &Pool) -> Result<(), QueueFault> {
    for extension in EXTENSIONS {
        create_extension(pool, extension).await?;
    }
    migrator().run(pool).await.map_err(|fault| match fault {
        MigrateError::VersionMissing(version) => QueueFault::Newer { version },
        MigrateError::VersionMismatch(version) => QueueFault::Changed { version },
        other => QueueFault::Failed(other),
    })?;
    take_notices_away(pool).await?;
    Ok(())
}

async fn create_extension(pool: &Pool, extension: &'static str) -> Result<(), QueueFault> {
    let is_there = async || {
        sqlx::query_scalar!(
            r#"select exists (select from pg_catalog.pg_extension where extname = $1) as "is_there!""#,
            extension
        )
        .fetch_one(pool)
        .await
    };
    if is_there().await? {
        return Ok(());
    }
    // The name cannot be a parameter of such a statement; it is one of two words above.
    let statement = match extension {
        "hstore" => sqlx::query("create extension if not exists hstore"),
        _ => sqlx::query("create extension if not exists pgcrypto"),
    };
    let Err(fault) = statement.execute(pool).await else { return Ok(()) };
    let code = fault.as_database_error().and_then(|fault| fault.code()).unwrap_or_default().into_owned();
    match code.as_str() {
        NO_RIGHT => {
            let who = sqlx::query!(
                r#"select current_user::text as "role!", current_database()::text as "database!""#
            )
            .fetch_one(pool)
            .await?;
            Err(QueueFault::NoRight { extension, role: who.role, database: who.database })
        }
        code if NOT_INSTALLED.contains(&code) => Err(QueueFault::NotInstalled { extension }),
        code if DOUBLED.contains(&code) && is_there().await? => Ok(()),
        _ => Err(fault.into()),
    }
}

/// The library sends a notice for each new row. Only the owner of the table may stop that, and only he has to, once.
async fn take_notices_away(pool: &Pool) -> Result<(), sqlx::Error> {
    let is_on = sqlx::query_scalar!(
        r#"select exists (
             select from pg_catalog.pg_trigger t
             join pg_catalog.pg_class c on c.oid = t.tgrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'apalis' and c.relname = 'jobs' and t.tgname = 'notify_workers' and t.tgenabled <> 'D') as "is_on!""#
    )
    .fetch_one(pool)
    .await?;
    if is_on {
        sqlx::query("alter table apalis.jobs disable trigger notify_workers").execute(pool).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_right_is_told_with_its_mend() {
        let fault =
            QueueFault::NoRight { extension: "hstore", role: "re\"ader".into(), database: "gifts".into() };
        let told = fault.to_string();
        assert!(
            told.contains("create extension if not exists hstore; create extension if not exists pgcrypto;"),
            "{told}"
        );
        assert!(told.contains("grant create on database \"gifts\" to \"re\"\"ader\";"), "{told}");
    }
}
