//! The database: reachable, of this version, its log unbroken, its state what the log says.

use std::pin::pin;

use futures_util::TryStreamExt as _;
use pricing::FeeTable;
use store::log::LogHead;
use store::log::export::BatchLine;
use store::log::fold::{LogReader, LogSummary};
use store::{Pool, log, read, state};

use super::finding::Findings;
use super::replay;
use crate::config::roles::UpConfig;
use crate::database::{Database, Private};
use crate::exit::Exit;

const RESTORE: &str =
    "The log is damaged and cannot be repaired from itself: stop everything and restore a backup.";
const REBUILD: &str = "Stop `ribbon up` or `ribbon index`, and run `ribbon index --rebuild`.";

/// Gives the database where it can be written to; the caller closes it.
pub(super) async fn check(config: &UpConfig, findings: &mut Findings) -> Option<Database> {
    let database = match Database::open(&config.storage, Private::Existing, "check").await {
        Ok(database) => database,
        Err(failure) => {
            let text = failure.to_string();
            let mend = "Start the server, or mend what the message names.";
            if failure.exit == Exit::NotNow {
                findings.not_now("database", text, mend);
            } else {
                findings.wrong("database", text, mend);
            }
            for part in ["migrations", "log", "state", "listings", "floors"] {
                findings.skipped(part, "without a database");
            }
            return None;
        }
    };
    findings.fine("database", "it answers");
    if let Err(fault) = check_open(&database.pool, findings).await {
        findings.not_now("database", fault.to_string(), "Try again when the database is well.");
    }
    Some(database)
}

async fn check_open(pool: &Pool, findings: &mut Findings) -> anyhow::Result<()> {
    let standing = store::migrate::standing(pool).await?;
    if let Err(fault) = standing.is_current() {
        findings.wrong(
            "migrations",
            fault.to_string(),
            "Run `ribbon migrate` of the newest ribbon that was used here.",
        );
        for part in ["log", "state", "listings", "floors"] {
            findings.skipped(part, "without this version's tables");
        }
        return Ok(());
    }
    findings.fine(
        "migrations",
        standing.last_applied.map_or_else(String::new, |last| format!("{last} is the last")),
    );
    let world = store::world::identity(pool).await?;
    findings.fine("world", world.unwrap_or_else(|| "not claimed yet".into()));
    // The tables as of one position; the log is folded up to the same, however it grows meanwhile.
    let (head, found) = state::hash_at_head(pool).await?;
    let Some(summary) = fold_log(pool, head.position, findings).await? else { return Ok(()) };
    compare_head(&head, &summary, findings);
    compare_state(&summary, &found, findings);
    compare_listings(pool, &summary, findings).await
}

/// Folds the log up to a position, which ends a batch; `None` when it is broken, which is then told.
async fn fold_log(pool: &Pool, position: i64, findings: &mut Findings) -> anyhow::Result<Option<LogSummary>> {
    let mut reader = LogReader::default();
    let mut chunks = pin!(log::export::export(pool.clone(), 0));
    let mut folded = Ok(());
    'read: while let Some(chunk) = chunks.try_next().await? {
        for line in chunk.lines() {
            folded = reader.take(line);
            if folded.is_err() || ends_batch(line, position) || position == 0 {
                break 'read;
            }
        }
    }
    match folded.and_then(|()| reader.end()) {
        Ok(summary) => Ok(Some(summary)),
        Err(fault) => {
            findings.wrong("log", fault.to_string(), RESTORE);
            for part in ["state", "listings", "floors"] {
                findings.skipped(part, "without a whole log");
            }
            Ok(None)
        }
    }
}

fn ends_batch(line: &str, position: i64) -> bool {
    line.starts_with(r#"{"batch":"#)
        && serde_json::from_str::<BatchLine>(line).is_ok_and(|line| line.batch.last >= position)
}

fn compare_head(head: &LogHead, summary: &LogSummary, findings: &mut Findings) {
    if *head == (LogHead { position: summary.position, head: summary.head }) {
        let text = format!(
            "{} events in {} batches, head {}",
            summary.position,
            summary.batches,
            hex::encode(head.head)
        );
        findings.fine("log", text);
    } else {
        let text = format!(
            "the lines give position {} and head {}, the head's row says {} and {}",
            summary.position,
            hex::encode(summary.head),
            head.position,
            hex::encode(head.head)
        );
        findings.wrong("log", text, RESTORE);
    }
}

fn compare_state(summary: &LogSummary, found: &str, findings: &mut Findings) {
    let expected = summary.state_hash();
    if expected == found {
        findings.fine(
            "state",
            format!("{} lots, {} gifts, hash {found}", summary.lots.len(), summary.gifts.len()),
        );
    } else {
        findings.wrong(
            "state",
            format!("the log gives the state {expected}, the tables hold {found}"),
            REBUILD,
        );
    }
}

async fn compare_listings(pool: &Pool, summary: &LogSummary, findings: &mut Findings) -> anyhow::Result<()> {
    let fees = FeeTable::bundled();
    if !state::is_current(pool, fees).await? {
        findings.wrong(
            "listings",
            "the tables were made by other rules or another fee table than this version's",
            REBUILD,
        );
        return Ok(());
    }
    let expected = replay::open_listings(summary, fees);
    match replay::compare_listings(pool, &expected, summary.position).await? {
        None => findings.fine("listings", format!("{} open", expected.len())),
        Some(difference) => findings.wrong("listings", difference, REBUILD),
    }
    match read::floors_position(pool).await? {
        Some(position) if position >= summary.position => {
            let mut found =
                replay::compare_floors(pool, &expected, summary.position, position == summary.position)
                    .await?;
            if found.is_err() && read::floors_position(pool).await? != Some(summary.position) {
                // They have moved on meanwhile, and the counts with them.
                found = replay::compare_floors(pool, &expected, summary.position, false).await?;
            }
            match found {
                Ok(count) => findings.fine("floors", format!("{count} at position {}", summary.position)),
                Err(difference) => findings.wrong("floors", difference, REBUILD),
            }
        }
        Some(position) => {
            let text = format!("they have reached {position} of {}", summary.position);
            findings.not_now(
                "floors",
                text,
                "Let `ribbon up` or `ribbon index` run until they have caught up.",
            );
        }
        None => findings.skipped("floors", "none were made yet"),
    }
    Ok(())
}
