//! The log as lines that anyone can fold: a header, then each batch's events in order followed by the batch's own line.

use futures_util::{Stream, stream};
use serde::{Deserialize, Serialize};

use super::{LogFault, batches_after, events_after};
use crate::{pool::Pool, seal, world};

/// The format's name, in the header line.
pub const FORMAT: &str = "ribbon-log-1";
const BATCHES: i64 = 256;
const EVENTS: i64 = 5_000;

/// First line of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`FORMAT`].
    pub format: String,
    /// Which world the log describes.
    pub world: Option<String>,
    /// Positions up to this one are left out; it is the end of a batch.
    pub after: i64,
    /// Head of the chain at `after`, 64 hexadecimal digits.
    pub head: String,
}

/// Line at the end of each batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchLine {
    /// The batch.
    pub batch: BatchSeal,
}

/// What a batch line says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchSeal {
    /// First position.
    pub first: i64,
    /// Last position.
    pub last: i64,
    /// SHA-256 over the batch's event lines, each with a line feed; 64 hexadecimal digits.
    pub digest: String,
    /// SHA-256(previous head || digest); 64 hexadecimal digits.
    pub head: String,
}

struct State {
    pool: Pool,
    position: i64,
    begun: bool,
}

/// The log after a position as chunks of whole lines, each line with its line feed. A position inside a batch begins at that batch's
/// start, because a batch is sealed as a whole. Ends at the head as it is when it gets there.
pub fn export(pool: Pool, after: i64) -> impl Stream<Item = Result<String, LogFault>> + Send {
    stream::try_unfold(State { pool, position: after, begun: false }, |mut state| async move {
        if !state.begun {
            let header = header(&state.pool, state.position).await?;
            state.position = header.after;
            state.begun = true;
            let line = serde_json::to_string(&header).unwrap_or_default() + "\n";
            return Ok(Some((line, state)));
        }
        let chunk = chunk(&state.pool, state.position).await?;
        Ok(chunk.map(|(lines, position)| {
            state.position = position;
            (lines, state)
        }))
    })
}

async fn header(pool: &Pool, after: i64) -> Result<Header, LogFault> {
    let row = sqlx::query!(
        "select last_position, head from market.log_batches where last_position <= $1 order by last_position desc limit 1",
        after
    )
    .fetch_optional(pool)
    .await?;
    let (after, head) = row.map_or((0, seal::GENESIS.to_vec()), |row| (row.last_position, row.head));
    Ok(Header { format: FORMAT.into(), world: world::identity(pool).await?, after, head: hex::encode(head) })
}

async fn chunk(pool: &Pool, position: i64) -> Result<Option<(String, i64)>, LogFault> {
    let batches = batches_after(pool, position, BATCHES).await?;
    let mut lines = String::new();
    let mut position = position;
    for batch in batches {
        let mut from = batch.first_position - 1;
        while from < batch.last_position {
            let events = events_after(pool, from, EVENTS.min(batch.last_position - from)).await?;
            let Some(last) = events.last() else {
                return Err(LogFault::Unreadable { position: from + 1, why: "the row is missing".into() });
            };
            from = last.position;
            for event in &events {
                lines.push_str(&event.line());
                lines.push('\n');
            }
        }
        let seal = BatchSeal {
            first: batch.first_position,
            last: batch.last_position,
            digest: hex::encode(batch.digest),
            head: hex::encode(batch.head),
        };
        lines.push_str(&serde_json::to_string(&BatchLine { batch: seal }).unwrap_or_default());
        lines.push('\n');
        position = batch.last_position;
        if lines.len() > 1 << 20 {
            break;
        }
    }
    Ok((!lines.is_empty()).then_some((lines, position)))
}
