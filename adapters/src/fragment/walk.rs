//! Where each walk over Fragment's pages stands: pure, from what was wanted, the cursor and the page.
//!
//! Fragment pages by offset, so a list that changes shifts under the walk. A scan asks for its next page from the last listing of the
//! page before: if that does not stand first, listings may have slipped between the pages, and the scan is made again. A page that names no
//! next one is not believed to be the last until Fragment says that nothing stands behind it.

use std::collections::BTreeSet;

use domain::{
    Page, Seen,
    ports::{Step, Want},
};
use serde::{Deserialize, Serialize};

/// Pages that one walk goes back for what was known.
const WALK_PAGES_MAX: u32 = 1_000;

/// How much older than the known end a page must be before that end is taken for gone from the list, in microseconds.
const GONE_US: i64 = 120_000_000;

/// Unknown collections that one walk asks about.
const ASK_MAX: usize = 256;

/// Where the walk over collections stands. It lists them all and then asks about those that it could not name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CatalogCursor {
    /// Slugs of unknown collections, first one to ask next.
    ask: Vec<String>,
}

impl CatalogCursor {
    pub(super) fn new(ask: Vec<String>) -> Self {
        Self { ask }
    }

    /// The collection to ask about; `None` at the start.
    pub(super) fn next(&self) -> Option<&str> {
        self.ask.first().map(String::as_str)
    }

    /// The cursor's text; `None` when the walk is over.
    pub(super) fn into_text(mut self) -> Option<String> {
        self.ask.truncate(ASK_MAX);
        if self.ask.is_empty() { None } else { serde_json::to_string(&self).ok() }
    }

    /// The same walk without asking about these.
    pub(super) fn without(mut self, learned: &BTreeSet<String>) -> Self {
        self.ask.retain(|slug| !learned.contains(slug));
        self
    }

    /// Reads a saved cursor; a fault in words when it is none.
    pub(super) fn read(text: Option<&str>) -> Result<Self, String> {
        let read = text.map_or_else(|| Ok(Self::default()), serde_json::from_str);
        read.map_err(|fault| format!("the saved cursor of Fragment's collections cannot be read: {fault}"))
    }

    fn step(mut self, page: &Page) -> Step {
        if self.ask.is_empty() {
            self = Self::read(page.cursor.as_deref()).unwrap_or_default();
        } else {
            self.ask.remove(0);
        }
        self.into_text().map_or(Step::Done(None), Step::Continue)
    }
}

/// Where a scan stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScanCursor {
    /// Where the page begins.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    offset: Option<String>,
    /// The listing that has to stand first on it: the last one of the page before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    first: Option<String>,
    /// Whether the list should have ended before this page.
    #[serde(skip_serializing_if = "is_false", default)]
    is_behind_end: bool,
    /// Whether offsets are words of Fragment's own, from which no place behind the end can be counted.
    #[serde(skip_serializing_if = "is_false", default)]
    is_of_words: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

impl ScanCursor {
    /// Reads a cursor; a fault in words when it is none.
    pub(super) fn read(text: Option<&str>) -> Result<Self, String> {
        let read = text.map_or_else(|| Ok(Self::default()), serde_json::from_str);
        read.map_err(|fault| format!("the cursor of a scan of Fragment cannot be read: {fault}"))
    }

    /// The offset to ask for; `None` for the first page.
    pub(super) fn offset(&self) -> Option<&str> {
        self.offset.as_deref()
    }

    pub(super) fn step(&self, page: &Page) -> Step {
        let lots: Vec<&str> = page
            .sightings
            .iter()
            .filter_map(|sighting| match &sighting.seen {
                Seen::Open { lot, .. } => Some(lot.as_str()),
                _ => None,
            })
            .collect();
        if let Some(first) = &self.first
            && lots.first() != Some(&first.as_str())
        {
            tracing::info!(
                market = super::ID,
                lot = first,
                offset = self.offset,
                "The list shifted between two pages of a scan; the scan is made again."
            );
            return Step::Gap(None);
        }
        let behind = self.behind(page).map(|offset| offset.to_string());
        let is_empty = page.sightings.is_empty() && page.passed.is_empty();
        let cursor = match (&page.cursor, behind) {
            (None, _) if is_empty || self.is_of_words => return Step::Done(None),
            _ if self.is_behind_end => {
                tracing::info!(
                    market = super::ID,
                    offset = self.offset,
                    "Listings stand behind a page that named no next one; the scan is made again."
                );
                return Step::Gap(None);
            }
            (None, None) => return Step::Gap(None),
            (None, behind) => Self { offset: behind, is_behind_end: true, ..Self::default() },
            (Some(next), behind) => {
                let is_overlapping = self.row_of_last(page).is_some_and(|row| row.to_string() == *next);
                let first = lots.last().filter(|_| is_overlapping).map(|lot| (*lot).to_owned());
                let is_counted = is_overlapping || behind.as_ref() == Some(next);
                let is_of_words = self.is_of_words || !is_counted;
                Self { offset: Some(next.clone()), first, is_of_words, ..Self::default() }
            }
        };
        Step::Continue(serde_json::to_string(&cursor).expect("text is JSON"))
    }

    /// The place in the whole list behind the last entry on the page.
    fn behind(&self, page: &Page) -> Option<u64> {
        let entries = page.sightings.len().checked_add(page.passed.len())?;
        self.asked()?.checked_add(u64::try_from(entries).ok()?)
    }

    fn asked(&self) -> Option<u64> {
        self.offset().map_or(Some(0), |offset| offset.parse().ok())
    }

    /// The place in the whole list of the last listing on the page.
    fn row_of_last(&self, page: &Page) -> Option<u64> {
        let row = super::parse::row_of(&page.sightings.last()?.path)?;
        self.asked()?.checked_add(row)
    }
}

/// A sale that bounds a walk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct End {
    /// Its source id.
    id: String,
    /// Its time, microseconds since 1970.
    at_us: i64,
}

/// Where the walk over the latest sales stands. They come newest first, so what is new is walked from the newest back to what was known;
/// the known end moves only when the walk has reached it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FeedCursor {
    /// The newest sale of the last walk that was finished.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    known: Option<End>,
    /// The newest sale of the walk in progress; it becomes the known one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    head: Option<End>,
    /// Where the walk in progress goes on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    at: Option<String>,
    /// Pages read by the walk in progress.
    #[serde(default)]
    pages: u32,
}

impl FeedCursor {
    /// Reads a saved cursor; a fault in words when it is none.
    pub(super) fn read(text: Option<&str>) -> Result<Self, String> {
        let read = text.map_or_else(|| Ok(Self::default()), serde_json::from_str);
        read.map_err(|fault| format!("the saved cursor of Fragment's sales cannot be read: {fault}"))
    }

    /// The offset of the next request; `None` for the newest page.
    pub(super) fn at(&self) -> Option<&str> {
        self.at.as_deref()
    }

    fn text(&self) -> String {
        serde_json::to_string(self).expect("text and numbers are JSON")
    }

    fn step(self, page: &Page) -> Step {
        let ends = ends(page);
        let newest = ends.iter().max_by_key(|end| end.at_us).cloned();
        let head = self.head.clone().or(newest);
        let rest = || {
            let known = head.clone().or_else(|| self.known.clone());
            known.map(|known| Self { known: Some(known), ..Self::default() }.text())
        };
        // The first walk of all: only where the list stands now is of interest; what was before is the history's.
        let Some(known) = &self.known else { return Step::Done(rest()) };
        let is_found = ends.iter().any(|end| end.id == known.id);
        let is_passed = ends.iter().map(|end| end.at_us).min().is_some_and(|oldest| oldest < known.at_us.saturating_sub(GONE_US));
        if is_found || is_passed {
            return Step::Done(rest());
        }
        match page.cursor.clone() {
            Some(next) if self.pages < WALK_PAGES_MAX => {
                let cursor = Self { head, at: Some(next), pages: self.pages + 1, ..self };
                Step::Continue(cursor.text())
            }
            _ => {
                tracing::warn!(
                    market = super::ID,
                    happening = known.id,
                    pages = self.pages,
                    "The list of sales does not reach back to the last one known: some were not seen. The history is walked again."
                );
                Step::Gap(rest())
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

/// Where the walk stands after the page that `cursor` fetched. The reader refuses a page that does not lead on, so none goes in a circle.
pub(super) fn step(want: &Want, cursor: Option<&str>, page: &Page) -> Step {
    match want {
        Want::Collections => CatalogCursor::read(cursor).unwrap_or_default().step(page),
        Want::Attributes(_) => Step::Done(None),
        Want::Scan(_) => ScanCursor::read(cursor).unwrap_or_default().step(page),
        Want::Feed => FeedCursor::read(cursor).unwrap_or_default().step(page),
        // Backwards in time. The last offset is kept at the end.
        Want::History => {
            page.cursor.clone().map_or_else(|| Step::Done(cursor.map(str::to_owned)), Step::Continue)
        }
    }
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
            (known, head) in (any_end(), any_end()),
            at in prop::option::of(any::<String>()),
            first in prop::option::of(any::<String>()),
            (pages, is_behind_end, is_of_words) in any::<(u32, bool, bool)>(),
            ask in prop::collection::vec(any::<String>(), 0..3),
        ) {
            let _ = (FeedCursor::read(Some(&text)), ScanCursor::read(Some(&text)), CatalogCursor::read(Some(&text)));
            let scan = ScanCursor { offset: at.clone(), first, is_behind_end, is_of_words };
            prop_assert_eq!(ScanCursor::read(Some(&serde_json::to_string(&scan).unwrap())), Ok(scan));
            let feed = FeedCursor { known, head, at, pages };
            prop_assert_eq!(FeedCursor::read(Some(&feed.text())), Ok(feed));
            let catalog = CatalogCursor::new(ask);
            prop_assert_eq!(CatalogCursor::read(catalog.clone().into_text().as_deref()), Ok(catalog));
        }
    }
}
