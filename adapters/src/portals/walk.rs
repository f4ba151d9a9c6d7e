//! Where each walk over Portals' pages stands: pure, from what was wanted, the cursor and the page.

use domain::{
    Page, Seen,
    ports::{Step, Want},
};

use super::NAME;
use crate::{feed::FeedCursor, reader::follow};

/// Where a scan goes on: the offset of the next page, and the highest number that was seen, which that page has to begin with or below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ScanCursor {
    pub(super) offset: u64,
    last: u32,
}

impl ScanCursor {
    /// Reads a cursor; a fault in words when it is none.
    pub(super) fn read(text: Option<&str>) -> Result<Self, String> {
        let Some(text) = text else { return Ok(Self::default()) };
        let read = text.split_once(':').and_then(|(offset, last)| {
            Some(Self { offset: offset.parse().ok()?, last: last.parse().ok()? })
        });
        read.ok_or_else(|| format!("`{}` is no cursor of a scan of {NAME}", crate::text::cut(text, 40)))
    }

    fn text(self) -> String {
        format!("{}:{}", self.offset, self.last)
    }

    /// Pages stand by rising number and share some entries. Where they do not join, a listing may stand between them unseen.
    pub(super) fn step(self, page: &Page) -> Step {
        let numbers = page.sightings.iter().filter_map(|sighting| match &sighting.seen {
            Seen::Open { gift, .. } => Some(gift.number),
            _ => None,
        });
        let numbers: Vec<u32> = numbers.collect();
        let next = page.cursor.as_deref().and_then(|next| next.parse().ok());
        let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else {
            // Nothing open at all, or nothing that could join this page to another.
            return if self.offset == 0 && next.is_none() { Step::Done(None) } else { Step::Gap(None) };
        };
        let is_joined = self.offset == 0 || *first <= self.last;
        match next {
            _ if !numbers.is_sorted() || !is_joined => Step::Gap(None),
            // More than the pages share, and nothing new: the offset is not heeded, or all has moved.
            Some(_) if *last <= self.last => Step::Gap(None),
            Some(offset) => Step::Continue(Self { offset, last: *last }.text()),
            None => Step::Done(None),
        }
    }
}

/// Reads an offset as a walk of the feed, the history or the collections keeps it.
pub(super) fn offset(text: Option<&str>) -> Result<u64, String> {
    let Some(text) = text else { return Ok(0) };
    text.parse().map_err(|_| format!("`{}` is no offset of a walk of {NAME}", crate::text::cut(text, 40)))
}

/// Where the walk stands after the page that `cursor` fetched.
pub(super) fn step(want: &Want, cursor: Option<&str>, page: &Page) -> Step {
    let next = page.cursor.clone().filter(|next| Some(next.as_str()) != cursor);
    match want {
        Want::Collections => follow(cursor, page),
        Want::Attributes(_) => Step::Done(None),
        Want::Scan(_) => ScanCursor::read(cursor).unwrap_or_default().step(page),
        Want::Feed => FeedCursor::read(cursor, NAME).unwrap_or_default().step(page, super::ID),
        // Backwards in time. What comes on top meanwhile moves the rest down: some is read again, none is passed by.
        Want::History => next.map_or_else(|| Step::Done(cursor.map(str::to_owned)), Step::Continue),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_reads_its_own_text(text in any::<String>(), at: u64, last: u32) {
            let _ = (ScanCursor::read(Some(&text)), offset(Some(&text)));
            let cursor = ScanCursor { offset: at, last };
            prop_assert_eq!(ScanCursor::read(Some(&cursor.text())), Ok(cursor));
            prop_assert_eq!(offset(Some(&at.to_string())), Ok(at));
        }
    }
}
