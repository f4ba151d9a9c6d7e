//! `ribbon export log`: the log as lines, to standard output.

use std::io::{ErrorKind, Write as _};
use std::pin::pin;

use futures_util::TryStreamExt as _;

use crate::config::Values;
use crate::config::storage::StorageConfig;
use crate::database::{self, Private};
use crate::exit::{Blame as _, Exit, Failure};

/// Writes the log after a position.
///
/// # Errors
/// Those of opening the database, of reading the log, of writing.
pub async fn log(values: &Values, after: i64) -> Result<Exit, Failure> {
    let storage = StorageConfig::read(values);
    database::with(&storage, Private::Existing, "export", async |pool| {
        let mut chunks = pin!(store::log::export::export(pool.clone(), after));
        while let Some(chunk) = chunks.try_next().await.blame(Exit::NotNow)? {
            let mut out = std::io::stdout().lock();
            match out.write_all(chunk.as_bytes()) {
                // Whoever reads has read enough.
                Err(fault) if fault.kind() == ErrorKind::BrokenPipe => return Ok(()),
                written => written.blame(Exit::Refuted)?,
            }
        }
        std::io::stdout()
            .flush()
            .or_else(|fault| match fault.kind() {
                ErrorKind::BrokenPipe => Ok(()),
                _ => Err(fault),
            })
            .blame(Exit::Refuted)
    })
    .await?;
    Ok(Exit::Fine)
}
