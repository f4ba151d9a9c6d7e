//! What a subscription sends.

use std::sync::Arc;

use async_graphql::{Enum, Object, SimpleObject, Union};
use domain::LoggedEvent;
use store::read::FloorChange;

use crate::{
    cursor::CursorScope,
    reading::Reading,
    refusal::Fault,
    scalar::{Cursor, Slug},
    types::{
        event::{Event, log_cursor},
        floor::{Floor, FloorKind},
        log::AsOf,
        market::Market,
    },
};

/// Why a subscriber must read anew and subscribe again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum ReloadReason {
    /// The subscriber did not take its messages fast enough; the next ones would have been skipped.
    Lagged,
    /// The cursor is too far behind the log to be caught up with.
    TooFar,
    /// The cursor belongs to another database, or lies beyond the log's end.
    UnknownCursor,
    /// The log moved faster than this server can hand on.
    Overrun,
}

impl ReloadReason {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Lagged => "lagged",
            Self::TooFar => "too_far",
            Self::UnknownCursor => "unknown_cursor",
            Self::Overrun => "overrun",
        }
    }
}

/// The stream ends here, and something may be missing: read anew by a query and subscribe again.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub(crate) struct Reload {
    /// Why.
    reason: ReloadReason,
}

impl Reload {
    pub(crate) fn because(reason: ReloadReason) -> Self {
        crate::observe::reload(reason.word());
        Self { reason }
    }
}

/// Events, or the word to reload.
#[derive(Union)]
pub(crate) enum EventsPush {
    /// Events that came together.
    Batch(EventsBatch),
    /// Read anew.
    Reload(Reload),
}

/// Events that came together.
pub(crate) struct EventsBatch {
    pub(crate) reading: Arc<Reading>,
    pub(crate) events: Vec<LoggedEvent>,
    /// Everything that the filter finds up to here has been sent.
    pub(crate) to: i64,
}

impl EventsBatch {
    /// Where the stream goes on behind this message.
    pub(super) fn end(&self) -> Cursor {
        log_cursor(&self.reading, self.to)
    }
}

/// Events that came together, in order; at most 50. Empty at the beginning of a stream, and from time to time when nothing fits the filter, so that the cursor moves on.
#[Object]
impl EventsBatch {
    /// The events in order, as of `asOf`.
    async fn events(&self) -> Vec<Event> {
        self.events.iter().map(|event| Event::new(&self.reading, Arc::new(event.clone()))).collect()
    }

    /// Everything that fits the filter up to here has been sent: give it as `after` to go on.
    async fn cursor(&self) -> Cursor {
        self.end()
    }

    /// The position of the log that everything in this message reflects.
    async fn as_of(&self) -> AsOf {
        AsOf { reading: Arc::clone(&self.reading), position: self.reading.position }
    }
}

/// Floors, or the word to reload.
#[derive(Union)]
pub(crate) enum FloorsPush {
    /// Floors with their latest values.
    Batch(FloorsBatch),
    /// Read anew.
    Reload(Reload),
}

/// Floors with their latest values.
pub(crate) struct FloorsBatch {
    pub(crate) reading: Arc<Reading>,
    pub(crate) changes: Vec<FloorChange>,
    pub(crate) is_snapshot: bool,
    /// Everything that changed up to here has been sent; [`UNFINISHED`] in the middle of a whole picture.
    pub(crate) to: i64,
}

/// The place of a message after which the whole picture is not complete yet: who resumes there gets it anew.
pub(crate) const UNFINISHED: i64 = -1;

impl FloorsBatch {
    /// Where the stream goes on behind this message.
    pub(super) fn end(&self) -> Cursor {
        CursorScope::of(&format!("floors stream {}", self.reading.state.identity.0)).cursor(&self.to)
    }
}

/// Floors with their latest values, at most 200.
#[Object]
impl FloorsBatch {
    /// The floors, each once.
    async fn floors(&self) -> Vec<Floor> {
        self.changes
            .iter()
            .filter_map(|change| match change {
                FloorChange::Now(row) => Some(Floor::new(&self.reading, row.clone())),
                FloorChange::Gone { .. } => None,
            })
            .collect()
    }

    /// Floors that are no more: nothing is listed there.
    async fn gone(&self) -> async_graphql::Result<Vec<FloorGone>> {
        let gone = self.changes.iter().filter_map(|change| match change {
            FloorChange::Now(_) => None,
            FloorChange::Gone { slug, kind, name, market, currency } => {
                Some(gone(&self.reading, slug, kind, name, market, currency))
            }
        });
        Ok(gone.collect::<Result<_, Fault>>()?)
    }

    /// True for the whole picture, sent in one or more messages: forget what was known before the first of them. False for changes.
    async fn is_snapshot(&self) -> bool {
        self.is_snapshot
    }

    /// Everything that changed up to here has been sent: give it as `after` to go on.
    async fn cursor(&self) -> Cursor {
        self.end()
    }

    /// The position of the log that these floors reflect.
    async fn as_of(&self) -> AsOf {
        AsOf { reading: Arc::clone(&self.reading), position: self.reading.position }
    }
}

/// A floor that is no more.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct FloorGone {
    /// The collection's slug.
    slug: Slug,
    /// What it was taken over.
    kind: FloorKind,
    /// The attribute's name. Null for the whole collection.
    name: Option<String>,
    /// The market. Null for the best over all markets.
    market: Option<Market>,
    /// The currency's code.
    currency: String,
}

fn gone(
    reading: &Arc<Reading>,
    slug: &str,
    kind: &str,
    name: &str,
    market: &str,
    currency: &str,
) -> Result<FloorGone, Fault> {
    Ok(FloorGone {
        slug: Slug(domain::CollectionSlug::from_title(slug).map_err(Fault::internal)?),
        kind: FloorKind::of_word(kind),
        name: Some(name.to_owned()).filter(|name| !name.is_empty()),
        market: Some(market).filter(|id| !id.is_empty()).map(|id| Market::new(reading, id)),
        currency: currency.to_owned(),
    })
}
