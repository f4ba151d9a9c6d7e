//! The benches there are.

use std::{path::PathBuf, pin::Pin};

use crate::{backfill, fanout, figure::Outcome, freshness, ingest, listing, pages, picture, start};

/// What a bench is given.
pub(crate) struct Context {
    /// Small and once.
    pub(crate) is_quick: bool,
    /// Gifts that were asked for.
    pub(crate) gifts: Option<usize>,
    /// Rounds that were asked for.
    pub(crate) rounds: Option<usize>,
    /// An empty folder of this run on the disk to be measured; it is removed afterwards.
    pub(crate) folder: PathBuf,
    /// The executable `ribbon`, where it is not beside ours.
    pub(crate) ribbon: Option<PathBuf>,
}

impl Context {
    /// How many gifts: as asked for, else the first number, or with `--quick` the second.
    pub(crate) fn gifts(&self, whole: usize, quick: usize) -> usize {
        self.gifts.unwrap_or(if self.is_quick { quick } else { whole })
    }

    /// How many rounds: as asked for, else this number, or with `--quick` one.
    pub(crate) fn rounds(&self, whole: usize) -> usize {
        self.rounds.unwrap_or(if self.is_quick { 1 } else { whole }).max(1)
    }
}

/// The future of a running bench.
pub(crate) type Running<'a> = Pin<Box<dyn Future<Output = anyhow::Result<Outcome>> + 'a>>;

/// One bench.
pub(crate) struct Bench {
    /// Its name.
    pub(crate) name: &'static str,
    /// What is compared, in a sentence.
    pub(crate) compares: &'static str,
    /// Runs it.
    pub(crate) run: fn(&Context) -> Running<'_>,
}

/// All of them, in the order in which they run.
pub(crate) const BENCHES: &[Bench] = &[
    Bench {
        name: "pages",
        compares: "pages read from disk into Ribbon's words, against serde_json making its own Value of the same bytes",
        run: |context| Box::pin(pages::run(context)),
    },
    Bench {
        name: "ingest",
        compares: "events to committed log and state, against COPY of the very same rows into the same tables",
        run: |context| Box::pin(ingest::run(context)),
    },
    Bench {
        name: "backfill",
        compares: "pages on disk to committed events and state, against COPY of the very same rows into the same tables",
        run: |context| Box::pin(backfill::run(context)),
    },
    Bench {
        name: "listing",
        compares: "GraphQL listing pages over HTTP, against the very same SQL by pgbench on the same server",
        run: |context| Box::pin(listing::run(context)),
    },
    Bench {
        name: "freshness",
        compares: "from a poll's answer received to a subscriber's socket in another process",
        run: |context| Box::pin(freshness::run(context)),
    },
    Bench {
        name: "fanout",
        compares: "the server's CPU for each message to many subscribers of one query, against a bare broadcast of the same bytes",
        run: |context| Box::pin(fanout::run(context)),
    },
    Bench {
        name: "picture",
        compares: "requests and time of a first full picture of each source, against what its own rate alone asks for",
        run: |context| Box::pin(picture::run(context)),
    },
    Bench {
        name: "start",
        compares: "`ribbon up` from nothing, and again with its data there",
        run: |context| Box::pin(start::run(context)),
    },
    Bench {
        name: "memory",
        compares: "memory of `ribbon up` when nothing happens, the sandbox in another process, PostgreSQL apart",
        run: |context| Box::pin(start::run_memory(context)),
    },
];
