//! Where each walk over toncenter's pages stands: pure, from what was wanted, the cursor and the page.
//!
//! A scan goes through a collection's items by their index and asks after each page for the sales of its items. Happenings are walked by
//! logical time, forwards for the feed and backwards for the history.

use domain::{
    Page, Seen,
    ports::{KnownCollection, Scope, Step, Want},
};
use serde::{Deserialize, Serialize};

use super::{
    rest::{Shown, Span, scope},
    target::{self, ACTIONS},
};

/// Where a scan stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScanCursor {
    /// Offset of the next page of items: the place of the last item seen, with which that page has to begin.
    #[serde(skip_serializing_if = "is_zero", default)]
    at: usize,
    /// Index of the last item seen, 64 hexadecimal digits.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    last: String,
    /// Addresses to ask for sales before the next page, contracts first.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    ask: Vec<String>,
    /// How many of them are contracts, which have to be answered.
    #[serde(skip_serializing_if = "is_zero", default)]
    contracts: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl ScanCursor {
    fn read(text: Option<&str>) -> Option<Self> {
        text.map_or_else(|| Some(Self::default()), |text| serde_json::from_str(text).ok())
    }

    fn text(&self) -> String {
        serde_json::to_string(self).expect("text and numbers are JSON")
    }

    fn target(&self, collection: &str) -> String {
        if self.ask.is_empty() { target::items(collection, self.at) } else { target::sales(&self.ask) }
    }

    fn step(self, page: &Page) -> Step {
        if self.ask.is_empty() { self.behind_items(page) } else { self.behind_sales(page) }
    }

    /// Items are only ever added, each at its place by index, so that what stood at an offset moves up and never down: a page that begins
    /// behind the last item seen leaves some out.
    fn behind_items(self, page: &Page) -> Step {
        let shown: Option<Shown> = page.cursor.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let Some(shown) = shown.filter(|shown| shown.count > 0) else {
            return if self.at == 0 { Step::Done(None) } else { Step::Gap(None) };
        };
        if !shown.is_sorted || (self.at > 0 && shown.first > self.last) {
            return Step::Gap(None);
        }
        let is_over = shown.last <= self.last;
        let contracts = shown.contracts.len();
        let ask = [shown.contracts, shown.items].concat();
        if is_over {
            return Step::Done(None);
        }
        // The next page begins with the last item of this one.
        let at = self.at + shown.count - 1;
        Step::Continue(Self { at, last: shown.last, ask, contracts }.text())
    }

    fn behind_sales(self, page: &Page) -> Step {
        let missing: Vec<&str> = page.cursor.as_deref().unwrap_or_default().split(',').collect();
        let is_whole =
            self.ask.iter().take(self.contracts).all(|contract| !missing.contains(&contract.as_str()));
        if !is_whole {
            return Step::Gap(None);
        }
        Step::Continue(Self { ask: Vec::new(), contracts: 0, ..self }.text())
    }
}

/// Where a scan stands after the page that `cursor` fetched.
pub(super) fn scan_step(cursor: Option<&str>, page: &Page) -> Step {
    ScanCursor::read(cursor).unwrap_or_default().step(page)
}

/// What the request at such a cursor says of it.
pub(super) fn scan_place(cursor: Option<&str>) -> Option<String> {
    let cursor = ScanCursor::read(cursor).unwrap_or_default();
    if !cursor.ask.is_empty() {
        return Some(format!("sales:{}", cursor.ask.join(",")));
    }
    (cursor.at > 0).then(|| format!("items:{}", cursor.at))
}

/// A place in the happenings: a logical time, and how many of that very time were seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LtCursor {
    lt: u64,
    #[serde(skip_serializing_if = "is_zero", default)]
    skip: usize,
}

impl LtCursor {
    fn read(text: Option<&str>) -> Result<Option<Self>, String> {
        text.map(serde_json::from_str)
            .transpose()
            .map_err(|fault| format!("the saved cursor of toncenter's happenings cannot be read: {fault}"))
    }

    fn text(self) -> String {
        serde_json::to_string(&self).expect("numbers are JSON")
    }

    /// The place behind a page that was asked for from here.
    fn behind(from: Option<Self>, span: &Span) -> Self {
        match from {
            // A trace with more actions than a page holds.
            Some(from) if from.lt == span.last => Self { skip: from.skip + span.count, ..from },
            _ => Self { lt: span.last, skip: 0 },
        }
    }
}

/// The scope of each collection whose address is known.
pub(super) fn scopes(collections: &[KnownCollection]) -> Vec<Scope> {
    let with_address = collections.iter().filter(|collection| collection.address.is_some());
    let scopes = with_address.map(|known| Scope { id: scope(&known.slug), collection: known.clone() });
    scopes.collect()
}

/// The target of the request that a walk sends from this cursor; a fault in words when there is none.
pub(super) fn target(want: &Want, cursor: Option<&str>) -> Result<String, String> {
    match want {
        Want::Collections => {
            let page = cursor.map_or(Some(0), |text| text.parse().ok());
            let target = page.and_then(target::collections);
            target.ok_or_else(|| "the saved cursor of the collections cannot be read".into())
        }
        Want::Attributes(_) => Err("toncenter tells no rarity".into()),
        Want::Scan(Scope { collection, .. }) => {
            let KnownCollection { slug, address, .. } = collection;
            let address = address.as_deref().ok_or_else(|| format!("the address of {slug} is not known"))?;
            let cursor = ScanCursor::read(cursor).ok_or("the cursor of a scan cannot be read")?;
            Ok(cursor.target(address))
        }
        Want::Feed => Ok(match LtCursor::read(cursor)? {
            // Only where the feed stands now is of interest; what was before is the history's.
            None => target::actions(false, None, 0, 1),
            Some(LtCursor { lt, skip }) => target::actions(true, Some(lt), skip, ACTIONS),
        }),
        Want::History => {
            let at = LtCursor::read(cursor)?;
            Ok(target::actions(false, at.map(|at| at.lt), at.map_or(0, |at| at.skip), ACTIONS))
        }
    }
}

/// Where the walk stands after the page that `cursor` fetched. `settle_us` is how long after it happened something may still come in
/// between: toncenter makes actions out of traces side by side.
pub(super) fn step(want: &Want, cursor: Option<&str>, page: &Page, settle_us: i64) -> Step {
    match want {
        Want::Collections => {
            let next =
                cursor.map_or(0, |text| text.parse::<usize>().unwrap_or(usize::MAX - 1)).saturating_add(1);
            target::collections(next).map_or(Step::Done(None), |_| Step::Continue(next.to_string()))
        }
        Want::Attributes(_) => Step::Done(None),
        Want::Scan(_) => scan_step(cursor, page),
        Want::Feed => feed_step(cursor, page, settle_us),
        Want::History => history_step(cursor, page),
    }
}

fn span(page: &Page) -> Option<Span> {
    page.cursor.as_deref().and_then(|text| serde_json::from_str(text).ok())
}

fn feed_step(cursor: Option<&str>, page: &Page, settle_us: i64) -> Step {
    let from = LtCursor::read(cursor).unwrap_or_default();
    let held = || Step::Done(cursor.map(str::to_owned));
    let Some(span) = span(page) else { return held() };
    let Some(from) = from else {
        return Step::Done(Some(LtCursor { lt: span.unsettled.unwrap_or(span.last), skip: 0 }.text()));
    };
    if let Some(unsettled) = span.unsettled {
        return Step::Done(Some(LtCursor { lt: unsettled.max(from.lt), skip: 0 }.text()));
    }
    if span.count >= ACTIONS {
        return Step::Continue(LtCursor::behind(Some(from), &span).text());
    }
    let settled = settled_lt(page, settle_us).filter(|settled| *settled > from.lt);
    settled.map_or_else(held, |lt| Step::Done(Some(LtCursor { lt, skip: 0 }.text())))
}

/// The latest logical time on the page that is older than its newest by so much.
fn settled_lt(page: &Page, settle_us: i64) -> Option<u64> {
    let times = page.sightings.iter().filter_map(|sighting| match &sighting.seen {
        Seen::Happened { source_id, at_us, .. } => {
            let lt = source_id.rsplit(':').nth(1).and_then(crate::ton::logical_time)?;
            Some((*at_us, lt))
        }
        _ => None,
    });
    let times: Vec<(i64, u64)> = times.collect();
    let newest_us = times.iter().map(|(at_us, _)| *at_us).max()?;
    let settled = times.iter().filter(|(at_us, _)| *at_us <= newest_us.saturating_sub(settle_us));
    settled.map(|(_, lt)| *lt).max()
}

/// Backwards: the end is a page that shows nothing older than what was asked for and has room left.
fn history_step(cursor: Option<&str>, page: &Page) -> Step {
    let from = LtCursor::read(cursor).unwrap_or_default();
    let Some(span) = span(page) else { return Step::Done(None) };
    let is_older = from.is_none_or(|from| span.last < from.lt);
    if is_older || span.count >= ACTIONS {
        return Step::Continue(LtCursor::behind(from, &span).text());
    }
    Step::Done(None)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn page(cursor: &impl Serialize) -> Page {
        Page { cursor: serde_json::to_string(cursor).ok(), ..Page::default() }
    }

    fn shown(first: &str, last: &str, count: usize) -> Shown {
        let (first, last) = (first.to_owned(), last.to_owned());
        Shown { first, last, is_sorted: true, count, contracts: vec!["C".into()], items: vec!["I".into()] }
    }

    #[test]
    fn a_scan_alternates_and_ends_where_nothing_new_stands() {
        let first = page(&shown("1", "5", 100));
        let Step::Continue(sales) = scan_step(None, &first) else { panic!() };
        assert_eq!(scan_place(Some(&sales)).as_deref(), Some("sales:C,I"));
        let Step::Continue(items) = scan_step(Some(&sales), &Page::default()) else { panic!() };
        assert_eq!(scan_place(Some(&items)).as_deref(), Some("items:99"));
        assert_eq!(scan_step(Some(&items), &page(&shown("5", "5", 1))), Step::Done(None));
        // One came in before: the page begins with an older item.
        assert!(matches!(scan_step(Some(&items), &page(&shown("4", "6", 3))), Step::Continue(_)));
    }

    #[test]
    fn pages_that_do_not_join_end_no_scan() {
        let Step::Continue(sales) = scan_step(None, &page(&shown("1", "5", 100))) else { panic!() };
        let Step::Continue(items) = scan_step(Some(&sales), &Page::default()) else { panic!() };
        for broken in [shown("6", "9", 4), Shown { is_sorted: false, ..shown("5", "9", 4) }, Shown::default()]
        {
            assert_eq!(scan_step(Some(&items), &page(&broken)), Step::Gap(None), "{broken:?}");
        }
        let unanswered = |who: &str| Page { cursor: Some(who.into()), ..Page::default() };
        assert_eq!(scan_step(Some(&sales), &unanswered("C")), Step::Gap(None), "a contract has to answer");
        assert!(matches!(scan_step(Some(&sales), &unanswered("I")), Step::Continue(_)));
        assert_eq!(
            scan_step(None, &Page::default()),
            Step::Done(None),
            "a collection of which nothing was exported"
        );
    }

    #[test]
    fn logical_times_are_walked_without_a_loop() {
        let span = |first, last, count| page(&Span { first, last, at_last: 1, count, unsettled: None });
        let cursor = |lt, skip| LtCursor { lt, skip }.text();
        assert_eq!(feed_step(None, &span(9, 9, 1), 0), Step::Done(Some(cursor(9, 0))));
        assert_eq!(feed_step(Some(&cursor(9, 0)), &span(9, 20, ACTIONS), 0), Step::Continue(cursor(20, 0)));
        let one_trace = span(20, 20, ACTIONS);
        assert_eq!(feed_step(Some(&cursor(20, 0)), &one_trace, 0), Step::Continue(cursor(20, ACTIONS)));
        assert_eq!(feed_step(Some(&cursor(20, 0)), &Page::default(), 0), Step::Done(Some(cursor(20, 0))));
        let unsettled = page(&Span { first: 9, last: 20, at_last: 1, count: 5, unsettled: Some(15) });
        assert_eq!(feed_step(Some(&cursor(9, 0)), &unsettled, 0), Step::Done(Some(cursor(15, 0))));
        assert_eq!(history_step(None, &span(20, 9, 12)), Step::Continue(cursor(9, 0)));
        assert_eq!(history_step(Some(&cursor(9, 0)), &span(9, 9, 1)), Step::Done(None));
        assert_eq!(history_step(Some(&cursor(9, 0)), &Page::default()), Step::Done(None));
    }

    proptest! {
        #[test]
        fn a_cursor_reads_its_own_text(
            text in any::<String>(),
            (at, contracts) in (any::<usize>(), any::<usize>()),
            last in any::<String>(),
            ask in prop::collection::vec(any::<String>(), 0..3),
            (lt, skip) in (any::<u64>(), any::<usize>()),
        ) {
            let _ = (ScanCursor::read(Some(&text)), LtCursor::read(Some(&text)), scan_place(Some(&text)));
            let cursor = ScanCursor { at, last, ask, contracts };
            prop_assert_eq!(ScanCursor::read(Some(&cursor.text())), Some(cursor));
            let cursor = LtCursor { lt, skip };
            prop_assert_eq!(LtCursor::read(Some(&cursor.text())), Ok(Some(cursor)));
        }
    }
}
