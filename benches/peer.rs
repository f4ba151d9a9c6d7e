//! The raw peer of everything that is written: COPY of the very same rows into the same tables with the same indexes.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use futures_util::StreamExt as _;
use sqlx::{PgConnection, postgres::PgPoolCopyExt as _};
use store::Pool;

use crate::scratch::Scratch;

/// What an ingest writes row by row; the one-row tables of the log's head and of projections are left out.
const TABLES: [&str; 12] = [
    "market.events",
    "market.log_batches",
    "market.evidence",
    "market.collections",
    "market.attributes",
    "market.lots",
    "market.listings",
    "market.gifts",
    "market.holdings",
    "market.sales",
    "market.rates",
    "market.scans",
];

/// One piece of what COPY gave out.
const PIECE_BYTES: usize = 256 * 1024;

/// How rows travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// PostgreSQL's own binary form.
    Binary,
    /// Text, the default of COPY.
    Text,
}

impl Format {
    pub(crate) const ALL: [Self; 2] = [Self::Binary, Self::Text];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::Text => "text",
        }
    }
}

/// The rows of a database, table by table, as COPY gave them out.
pub(crate) struct Rows {
    format: Format,
    tables: Vec<(&'static str, Vec<Vec<u8>>)>,
}

impl Rows {
    /// Reads them into memory.
    pub(crate) async fn of(pool: &Pool, format: Format) -> anyhow::Result<Self> {
        let mut tables = Vec::new();
        for table in TABLES {
            let statement = format!("copy {table} to stdout (format {})", format.word());
            let mut stream = pool.copy_out_raw(&statement).await.with_context(|| statement.clone())?;
            let mut pieces = vec![Vec::new()];
            while let Some(bytes) = stream.next().await {
                let bytes = bytes.with_context(|| statement.clone())?;
                let last = pieces.last_mut().context("there is a piece")?;
                last.extend_from_slice(&bytes);
                if last.len() >= PIECE_BYTES {
                    pieces.push(Vec::new());
                }
            }
            tables.push((table, pieces));
        }
        Ok(Self { format, tables })
    }

    /// Writes them into a new database, one connection, one COPY a table, each its own transaction, and says how long it took.
    pub(crate) async fn write(&self, scratch: &Scratch, name: &str) -> anyhow::Result<(Duration, u64)> {
        let pool = scratch.database(name, 1).await?;
        scratch.settle().await?;
        let mut connection = pool.acquire().await.context("a connection")?;
        let began = Instant::now();
        let mut rows = 0;
        for (table, pieces) in &self.tables {
            rows += copy(&mut connection, table, self.format, pieces).await?;
        }
        let took = began.elapsed();
        drop(connection);
        pool.close().await;
        Ok((took, rows))
    }
}

async fn copy(
    connection: &mut PgConnection,
    table: &str,
    format: Format,
    pieces: &[Vec<u8>],
) -> anyhow::Result<u64> {
    let statement = format!("copy {table} from stdin (format {})", format.word());
    let mut sink = connection.copy_in_raw(&statement).await.with_context(|| statement.clone())?;
    for piece in pieces {
        sink.send(piece.as_slice()).await.with_context(|| statement.clone())?;
    }
    sink.finish().await.context(statement)
}
