//! `ribbon migrate`: brings the database to this version.

use crate::answer;
use crate::config::Values;
use crate::config::storage::StorageConfig;
use crate::database::{self, Private};
use crate::exit::{Exit, Failure};

/// Runs the migrations and says which version holds.
///
/// # Errors
/// Those of opening the database and of the migrations.
pub async fn run(values: &Values) -> Result<Exit, Failure> {
    let storage = StorageConfig::read(values);
    database::with(&storage, Private::Any, "migrate", async |pool| database::migrate(pool).await).await?;
    let count = store::migrate::MIGRATIONS.iter().count();
    let last = store::migrate::MIGRATIONS.iter().last();
    let last = last
        .map_or_else(String::new, |last| format!(", the last is {} ({})", last.version, last.description));
    answer::line(&format!("The database has all {count} migrations of this version{last}."));
    Ok(Exit::Fine)
}
