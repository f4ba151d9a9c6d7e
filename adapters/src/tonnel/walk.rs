//! Where each walk over Tonnel's pages stands: pure, from what was wanted, the cursor and the page.
//!
//! Listings are walked down by their ids. Sales are walked back in time: each request asks for those up to the oldest one seen, so that new
//! ones, which come at the front, shift nothing.

use domain::{
    Page,
    ports::{Step, Want},
};
use serde::{Deserialize, Serialize};

use super::{
    ask::SALES_COUNT,
    parse::{Ids, Span},
};

/// No collectible gift was sold before 2024; milliseconds since 1970. The history needs a span of time to have an order.
const FIRST_MS: i64 = 1_704_067_200_000;

/// How much further back than the newest known sale is looked at, in milliseconds: a sale may be stored a little later than another that
/// happened after it.
const SLACK_MS: i64 = 60_000;

/// Pages that one walk goes back for what was known: 50,000 sales.
const WALK_PAGES_MAX: u32 = 1_000;

/// The span of time that a request for sales asks for, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) from_ms: i64,
    pub(super) to_ms: Option<i64>,
    /// Page of the span, from 1.
    pub(super) page: u32,
}

/// A place in the history: up to when it was walked back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    /// Everything later was seen; milliseconds since 1970. `None` at the newest end.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    to_ms: Option<i64>,
    /// Full pages of that very moment that were seen.
    #[serde(skip_serializing_if = "is_zero", default)]
    pages: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Place {
    /// Reads a saved place; a fault in words when it is none.
    pub(super) fn read(text: Option<&str>) -> Result<Self, String> {
        let read = text.map_or_else(|| Ok(Self::default()), serde_json::from_str);
        read.map_err(|fault| format!("the saved cursor of Tonnel's history cannot be read: {fault}"))
    }

    /// What the next request asks for.
    pub(super) fn window(self) -> Window {
        self.window_from(FIRST_MS)
    }

    fn window_from(self, from_ms: i64) -> Window {
        Window { from_ms, to_ms: self.to_ms, page: self.pages.saturating_add(1) }
    }

    /// The place behind this page; `None` at the end, where a page shows nothing older than what was asked for and has room left.
    fn behind(self, page: &Page) -> Option<Self> {
        let Span { oldest_ms, entries, .. } = Span::of(page)?;
        if self.to_ms.is_none_or(|to_ms| oldest_ms < to_ms) {
            return Some(Self { to_ms: Some(oldest_ms), pages: 0 });
        }
        is_full(entries).then(|| Self { pages: self.pages.saturating_add(1), ..self })
    }

    fn text(self) -> String {
        serde_json::to_string(&self).expect("numbers are JSON")
    }
}

fn is_full(entries: usize) -> bool {
    u32::try_from(entries).unwrap_or(u32::MAX) >= SALES_COUNT
}

/// Where the walk over new sales stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FeedCursor {
    /// Time of the newest sale of the last walk that was finished: everything up to it was read. Milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    known_ms: Option<i64>,
    /// Time of the newest sale of the walk in progress; it becomes the known one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    head_ms: Option<i64>,
    /// Where the walk in progress goes on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    at: Option<Place>,
    /// Pages read by the walk in progress.
    #[serde(skip_serializing_if = "is_zero", default)]
    walked: u32,
}

impl FeedCursor {
    /// Reads a saved cursor; a fault in words when it is none.
    pub(super) fn read(text: Option<&str>) -> Result<Self, String> {
        let read = text.map_or_else(|| Ok(Self::default()), serde_json::from_str);
        read.map_err(|fault| format!("the saved cursor of Tonnel's sales cannot be read: {fault}"))
    }

    /// What the next request asks for.
    pub(super) fn window(&self) -> Window {
        let from_ms = self.known_ms.map_or(FIRST_MS, |known_ms| known_ms.saturating_sub(SLACK_MS));
        self.at.unwrap_or_default().window_from(from_ms)
    }

    fn text(&self) -> String {
        serde_json::to_string(self).expect("numbers are JSON")
    }

    fn step(self, page: &Page) -> Step {
        let span = Span::of(page);
        let head_ms = self.head_ms.max(span.and_then(|span| span.newest_ms));
        let rested = Self { known_ms: self.known_ms.max(head_ms), ..Self::default() };
        let rested = (rested != Self::default()).then(|| rested.text());
        // The entry that the walk goes on from stands on the next page too: one without any was not answered to what was asked.
        if span.is_none() && self.at.is_some() {
            tracing::warn!(market = super::ID, pages = self.walked, "A page in the middle of the walk over new sales is empty. It begins anew at the newest, and the history with it.");
            return Step::Gap(rested);
        }
        // The first walk of all: only where the history stands now is of interest; what was before is the history's.
        let (Some(known_ms), Some(span)) = (self.known_ms, span) else { return Step::Done(rested) };
        // A page that is not full shows all of its span, and this span begins before what was known.
        if span.oldest_ms <= known_ms && !is_full(span.entries) {
            return Step::Done(rested);
        }
        let Some(at) = self.at.unwrap_or_default().behind(page) else { return Step::Done(rested) };
        if self.walked >= WALK_PAGES_MAX {
            tracing::warn!(
                market = super::ID,
                known_ms,
                pages = self.walked,
                "The walk does not reach back to the last known sale: some were not seen. It begins anew at the newest, and the history with it."
            );
            return Step::Gap(rested);
        }
        Step::Continue(Self { known_ms: self.known_ms, head_ms, at: Some(at), walked: self.walked + 1 }.text())
    }
}

/// The id below which a page of listings begins; a fault in words when the cursor is none.
pub(super) fn below(cursor: Option<&str>) -> Result<Option<i64>, String> {
    let read = |text: &str| text.parse().map_err(|_| format!("`{text}` is no cursor of Tonnel's listings"));
    cursor.map(read).transpose()
}

/// Where the walk stands after the page that `cursor` fetched.
pub(super) fn step(want: &Want, cursor: Option<&str>, page: &Page) -> Step {
    match want {
        Want::Collections | Want::Attributes(_) => Step::Done(None),
        Want::Scan(_) => scan_step(cursor, page),
        Want::Feed => FeedCursor::read(cursor).unwrap_or_default().step(page),
        Want::History => {
            let behind = Place::read(cursor).unwrap_or_default().behind(page);
            behind.map_or_else(|| Step::Done(cursor.map(str::to_owned)), |place| Step::Continue(place.text()))
        }
    }
}

/// Down by the ids to the page without an entry. Ids that do not fall, or that do not lie below the page before, are no answer to the order
/// and the filter: what they leave out is not gone.
pub(super) fn scan_step(cursor: Option<&str>, page: &Page) -> Step {
    let Some(ids) = &page.cursor else { return Step::Done(None) };
    let (Ok(before), Some(Ids { highest, lowest, is_falling })) = (below(cursor), Ids::read(ids)) else {
        return Step::Gap(None);
    };
    if !is_falling || before.is_some_and(|before| highest >= before) {
        return Step::Gap(None);
    }
    Step::Continue(lowest.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_reads_its_own_text(
            text in any::<String>(),
            (known_ms, head_ms, to_ms) in (any::<Option<i64>>(), any::<Option<i64>>(), any::<Option<i64>>()),
            pages: u32,
            walked: u32,
        ) {
            let _ = FeedCursor::read(Some(&text));
            let _ = Place::read(Some(&text)).map(Place::window);
            let place = Place { to_ms, pages };
            prop_assert_eq!(Place::read(Some(&place.text())), Ok(place));
            let cursor = FeedCursor { known_ms, head_ms, at: Some(place), walked };
            let _ = cursor.window();
            prop_assert_eq!(FeedCursor::read(Some(&cursor.text())), Ok(cursor));
        }
    }
}
