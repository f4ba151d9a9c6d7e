//! Where each walk over MRKT's pages stands: pure, from what was wanted, the cursor and the page.

use domain::{
    Page,
    ports::{Step, Want},
};

use crate::{feed::FeedCursor, reader::follow};

/// Where the walk stands after the page that `cursor` fetched.
pub(super) fn step(want: &Want, cursor: Option<&str>, page: &Page) -> Step {
    let next = page.cursor.clone().filter(|next| Some(next.as_str()) != cursor);
    match want {
        Want::Collections | Want::Attributes(_) => Step::Done(None),
        Want::Scan(_) => follow(cursor, page),
        Want::Feed => FeedCursor::read(cursor, "MRKT").unwrap_or_default().step(page, super::ID),
        // Backwards in time. The last cursor is kept at the end: from there nothing comes again.
        Want::History => next.map_or_else(|| Step::Done(cursor.map(str::to_owned)), Step::Continue),
    }
}
