//! Page faults: what a page can do to a client that walks through pages. Owns the arithmetic of cursors that repeat, swap
//! and skip, so that every market's list endpoint can have them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::value::RawValue;

use super::{Chosen, Fault};
use crate::{
    market::EndpointKind,
    random::{Draw, For},
};

/// An item as it goes out.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) json: Box<RawValue>,
    /// Its number in the market's history, where it is from there.
    pub(crate) sequence: Option<u64>,
}

/// A page before faults.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) rows: Vec<Row>,
    pub(crate) cursor: Option<String>,
}

/// A page as it goes out, and which happenings were kept back.
#[derive(Debug, Default)]
pub(crate) struct Served {
    pub(crate) rows: Rows,
    pub(crate) kept_back: Vec<u64>,
}

const SWAP: &str = "s~";

/// Whether a fault can hit an endpoint: pages that say they are the last would end a history for good.
pub(crate) fn can_hit(kind: EndpointKind, fault: Fault) -> bool {
    match kind {
        EndpointKind::Listings => true,
        EndpointKind::Happenings => fault != Fault::CursorLost,
        EndpointKind::Catalog | EndpointKind::Other => false,
    }
}

/// Fetches a page and does to it what was chosen.
///
/// # Errors
/// What `fetch` says; a swapped cursor that this function did not make is passed to it as it came.
pub(crate) fn serve<E>(
    chosen: Option<Chosen>,
    after: Option<&str>,
    mut fetch: impl FnMut(Option<&str>) -> Result<Rows, E>,
) -> Result<Served, E> {
    if let Some((first, end)) = after.and_then(read_swap) {
        // The page that was left out a moment ago; after it the walk goes on behind the one shown instead.
        let rows = fetch(first.as_deref())?;
        return Ok(Served { rows: Rows { cursor: end, ..rows }, kept_back: Vec::new() });
    }
    let page = fetch(after)?;
    let Some(Chosen { fault, dice }) = chosen else {
        return Ok(Served { rows: page, kept_back: Vec::new() });
    };
    let mut draw = Draw::of(dice, For::Fault, 1, 1);
    let mut served = Served { rows: page, kept_back: Vec::new() };
    let Rows { rows, cursor } = &mut served.rows;
    match fault {
        Fault::ItemsDuplicated => {
            for _ in 0..rows.len().min(3) {
                let (from, to) = (draw.index(rows.len()), draw.index(rows.len() + 1));
                let twin = Row { json: rows[from].json.clone(), sequence: rows[from].sequence };
                rows.insert(to, twin);
            }
        }
        Fault::ItemsReordered => rows.reverse(),
        Fault::ItemsMissing => {
            for _ in 0..rows.len().div_ceil(5) {
                let gone = rows.remove(draw.index(rows.len()));
                served.kept_back.extend(gone.sequence);
            }
        }
        Fault::PageRepeated => {
            if let (Some(after), true) = (after, cursor.is_some()) {
                *cursor = Some(after.to_owned());
            }
        }
        Fault::PageMissing => {
            if let Some(next) = cursor.take() {
                let left_out = std::mem::take(rows);
                served.kept_back = left_out.into_iter().filter_map(|row| row.sequence).collect();
                served.rows = fetch(Some(&next))?;
            }
        }
        Fault::PagesSwapped => {
            if let Some(next) = cursor.take() {
                let second = fetch(Some(&next))?;
                let swapped = write_swap(after, second.cursor.as_deref());
                served.rows = Rows { rows: second.rows, cursor: Some(swapped) };
            }
        }
        Fault::CursorLost => *cursor = None,
        _ => {}
    }
    Ok(served)
}

fn write_swap(first: Option<&str>, end: Option<&str>) -> String {
    let text = serde_json::to_vec(&(first, end)).unwrap_or_default();
    format!("{SWAP}{}", URL_SAFE_NO_PAD.encode(text))
}

fn read_swap(cursor: &str) -> Option<(Option<String>, Option<String>)> {
    let text = URL_SAFE_NO_PAD.decode(cursor.strip_prefix(SWAP)?).ok()?;
    serde_json::from_slice(&text).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Numbers 0 to 24 in pages of ten; the cursor is the next number.
    fn fetch(after: Option<&str>) -> Result<Rows, std::num::ParseIntError> {
        let start: u64 = after.map_or(Ok(0), str::parse)?;
        let end = (start + 10).min(25);
        let row = |at: u64| Row { json: RawValue::from_string(at.to_string()).unwrap(), sequence: Some(at) };
        let cursor = (end < 25).then(|| end.to_string());
        Ok(Rows { rows: (start..end).map(row).collect(), cursor })
    }

    /// Walks with one fault on the page of this turn. Gives all numbers seen and all kept back.
    fn walk(fault: Fault, turn: usize, dice: u64) -> (Vec<u64>, Vec<u64>) {
        let (mut seen, mut kept_back, mut cursor) = (Vec::new(), Vec::new(), None::<String>);
        for at in 0..20 {
            let chosen = (at == turn).then_some(Chosen { fault, dice });
            let served = serve(chosen, cursor.as_deref(), fetch).unwrap();
            seen.extend(served.rows.rows.iter().filter_map(|row| row.sequence));
            kept_back.extend(served.kept_back);
            cursor = served.rows.cursor;
            if cursor.is_none() {
                return (seen, kept_back);
            }
        }
        panic!("{fault:?} never ends");
    }

    proptest! {
        #[test]
        fn what_a_walk_misses_was_kept_back_and_nothing_is_made_up(turn in 0..3_usize, dice: u64) {
            for fault in Fault::ALL.into_iter().filter(|fault| fault.is_of_pages()) {
                let (mut seen, kept_back) = walk(fault, turn, dice);
                seen.sort_unstable();
                seen.dedup();
                prop_assert!(seen.iter().all(|at| *at < 25));
                if fault != Fault::CursorLost {
                    seen.extend(kept_back);
                    seen.sort_unstable();
                    prop_assert_eq!(seen, (0..25).collect::<Vec<_>>(), "{:?}", fault);
                }
            }
        }

        #[test]
        fn no_cursor_panics(cursor in "(s~)?\\PC{0,40}") {
            let _ = serve(None, Some(&cursor), fetch);
        }
    }

    #[test]
    fn each_fault_does_what_it_says() {
        let whole: Vec<u64> = (0..25).collect();
        let (seen, _) = walk(Fault::PagesSwapped, 0, 0);
        assert_eq!(seen[..12], [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 0, 1]);
        let (seen, kept_back) = walk(Fault::PageMissing, 0, 0);
        assert_eq!((seen.len(), kept_back), (15, (0..10).collect()));
        assert_eq!(walk(Fault::PageRepeated, 1, 0).0.len(), 35);
        assert_eq!(walk(Fault::PageRepeated, 0, 0).0, whole);
        assert_eq!(walk(Fault::CursorLost, 0, 0).0.len(), 10);
        assert_eq!(walk(Fault::ItemsMissing, 0, 0).0.len(), 23);
        assert_eq!(walk(Fault::ItemsDuplicated, 0, 0).0.len(), 28);
        assert_eq!(walk(Fault::ItemsReordered, 0, 0).0[..2], [9, 8]);
    }

    #[test]
    fn a_history_never_loses_its_cursor() {
        assert!(!can_hit(EndpointKind::Happenings, Fault::CursorLost));
        assert!(can_hit(EndpointKind::Listings, Fault::CursorLost));
        assert!(!can_hit(EndpointKind::Catalog, Fault::ItemsMissing));
    }
}
