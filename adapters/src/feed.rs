//! The walk over a feed that comes newest first: pure, from the saved cursor and the page.
//!
//! What is new is walked from the newest end back to what was known: the cursor keeps both ends, and the known end moves only when the
//! walk has reached it.

use domain::{Page, Seen, ports::Step};
use serde::{Deserialize, Serialize};

/// Pages that one walk goes back for what was known.
const WALK_PAGES_MAX: u32 = 1_000;

/// How much older than the known end a page must be before that end is taken for gone from the feed, in microseconds. Happenings stand
/// strictly by time; the slack is for those of one moment.
const GONE_US: i64 = 120_000_000;

/// A happening that bounds a walk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct End {
    /// Its source id.
    id: String,
    /// Its time, microseconds since 1970.
    at_us: i64,
}

/// Where the walk over the feed stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedCursor {
    /// The newest happening of the last walk that was finished: everything up to it was read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    known: Option<End>,
    /// The newest happening of the walk in progress; it becomes the known one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    head: Option<End>,
    /// The market's own cursor, where the walk in progress goes on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    at: Option<String>,
    /// Pages read by the walk in progress.
    #[serde(skip_serializing_if = "is_zero", default)]
    pages: u32,
    /// The known end that the last walk did not find again: happenings between it and the oldest page read were not seen. A note for
    /// people; the step that tells it lets the history be walked again, and the next scans mend the rest.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    lost: Option<End>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl FeedCursor {
    /// Reads a saved cursor of the market of this name; a fault in words when it is none.
    pub(crate) fn read(text: Option<&str>, market: &str) -> Result<Self, String> {
        let read = text.map_or_else(|| Ok(Self::default()), serde_json::from_str);
        read.map_err(|fault| format!("the saved cursor of {market}'s feed cannot be read: {fault}"))
    }

    /// The market's own cursor of the next request; `None` for the newest page.
    pub(crate) fn at(&self) -> Option<&str> {
        self.at.as_deref()
    }

    fn text(&self) -> String {
        serde_json::to_string(self).expect("text and numbers are JSON")
    }

    /// Where the walk of the market with this id stands after the page that this cursor fetched.
    pub(crate) fn step(self, page: &Page, market: &'static str) -> Step {
        let ends = ends(page);
        let head = self.head.clone().or_else(|| ends.iter().max_by_key(|end| end.at_us).cloned());
        let rest = |lost: Option<End>| {
            let (has_gap, known) = (lost.is_some(), head.clone().or_else(|| self.known.clone()));
            let cursor = Self { known, lost, ..Self::default() };
            let cursor = (cursor != Self::default()).then(|| cursor.text());
            if has_gap { Step::Gap(cursor) } else { Step::Done(cursor) }
        };
        // The first walk of all: only where the feed stands now is of interest; what was before is the history's.
        let Some(known) = &self.known else { return rest(None) };
        let oldest_us = ends.iter().map(|end| end.at_us).min();
        let is_found = ends.iter().any(|end| end.id == known.id);
        if is_found || oldest_us.is_some_and(|oldest| oldest < known.at_us.saturating_sub(GONE_US)) {
            return rest(None);
        }
        let next = page.cursor.clone().filter(|next| self.at.as_ref() != Some(next));
        match next {
            Some(next) if self.pages < WALK_PAGES_MAX => {
                let cursor = Self { head, at: Some(next), pages: self.pages + 1, ..self };
                Step::Continue(cursor.text())
            }
            _ => {
                tracing::warn!(
                    market,
                    happening = known.id,
                    pages = self.pages,
                    "The feed does not reach back to the last known happening: some were not seen. The walk begins anew at the newest, and the history with it."
                );
                rest(Some(known.clone()))
            }
        }
    }
}

fn ends(page: &Page) -> Vec<End> {
    let ends = page.sightings.iter().filter_map(|sighting| match &sighting.seen {
        Seen::Happened { source_id, at_us, .. } => Some(End { id: source_id.clone(), at_us: *at_us }),
        _ => None,
    });
    ends.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_end() -> impl Strategy<Value = Option<End>> {
        prop::option::of((any::<String>(), any::<i64>()).prop_map(|(id, at_us)| End { id, at_us }))
    }

    proptest! {
        #[test]
        fn a_cursor_reads_its_own_text(
            text in any::<String>(),
            (known, head, lost) in (any_end(), any_end(), any_end()),
            at in prop::option::of(any::<String>()),
            pages: u32,
        ) {
            let _ = FeedCursor::read(Some(&text), "X");
            let cursor = FeedCursor { known, head, at, pages, lost };
            prop_assert_eq!(FeedCursor::read(Some(&cursor.text()), "X"), Ok(cursor));
        }
    }
}
