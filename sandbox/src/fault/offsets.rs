//! Page faults of a list that is asked for by offset. No cursor on the wire can be repeated, swapped or lost, so what stands in the place
//! that was asked for differs instead.

use super::{
    Chosen, Fault,
    pages::{self, Row, Rows, Served},
};

/// Fetches the page at an offset and does to it what was chosen.
///
/// # Errors
/// What `fetch` says.
pub(crate) fn serve<E>(
    chosen: Option<Chosen>,
    offset: u64,
    limit: u64,
    mut fetch: impl FnMut(u64) -> Result<Vec<Row>, E>,
) -> Result<Served, E> {
    let instead = match chosen.map(|chosen| chosen.fault) {
        // The page before comes once more.
        Some(Fault::PageRepeated) if offset > 0 => fetch(offset.saturating_sub(limit))?,
        // The next page comes in this one's place. Where the places are counted, it comes again in its own.
        Some(Fault::PageMissing | Fault::PagesSwapped) => fetch(offset.saturating_add(limit))?,
        Some(Fault::CursorLost) => return Ok(Served::default()),
        _ => return pages::serve(chosen, None, |_| Ok(Rows { rows: fetch(offset)?, cursor: None })),
    };
    let asked = fetch(offset)?;
    if instead.is_empty() {
        return Ok(Served { rows: Rows { rows: asked, cursor: None }, kept_back: Vec::new() });
    }
    let kept_back = asked.into_iter().filter_map(|row| row.sequence).collect();
    Ok(Served { rows: Rows { rows: instead, cursor: None }, kept_back })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;

    /// Numbers 0 to 24.
    fn fetch(offset: u64) -> Result<Vec<Row>, std::convert::Infallible> {
        let row = |at: u64| Row { json: RawValue::from_string(at.to_string()).unwrap(), sequence: Some(at) };
        Ok((offset.min(25)..offset.saturating_add(10).min(25)).map(row).collect())
    }

    /// Walks in pages of ten by how many different ones each page shows, with one fault on the page of this turn. Gives all seen and all
    /// kept back.
    fn walk(fault: Fault, turn: usize, dice: u64) -> (Vec<u64>, Vec<u64>) {
        let (mut seen, mut kept_back, mut offset) = (Vec::new(), Vec::new(), 0);
        for at in 0..20 {
            let chosen = (at == turn).then_some(Chosen { fault, dice });
            let Ok(served) = serve(chosen, offset, 10, fetch);
            let shown: BTreeSet<u64> = served.rows.rows.iter().filter_map(|row| row.sequence).collect();
            seen.extend(&shown);
            kept_back.extend(served.kept_back);
            if shown.is_empty() {
                return (seen, kept_back);
            }
            offset += shown.len() as u64;
        }
        panic!("{fault:?} never ends");
    }

    proptest! {
        #[test]
        fn what_a_walk_misses_was_kept_back_and_nothing_is_made_up(turn in 0..3_usize, dice: u64) {
            for fault in Fault::ALL.into_iter().filter(|fault| fault.is_of_pages()) {
                let (mut seen, kept_back) = walk(fault, turn, dice);
                prop_assert!(seen.iter().all(|at| *at < 25));
                if fault != Fault::CursorLost {
                    seen.extend(kept_back);
                    seen.sort_unstable();
                    seen.dedup();
                    prop_assert_eq!(seen, (0..25).collect::<Vec<_>>(), "{:?}", fault);
                }
            }
        }
    }

    #[test]
    fn each_fault_does_what_it_says() {
        let whole: Vec<u64> = (0..25).collect();
        let (seen, kept_back) = walk(Fault::PageMissing, 0, 0);
        assert_eq!((seen[0], kept_back), (10, (0..10).collect()));
        let (seen, kept_back) = walk(Fault::PageRepeated, 1, 0);
        assert_eq!((&seen[10..20], kept_back), (&whole[..10], (10..20).collect()));
        assert_eq!(walk(Fault::PageRepeated, 0, 0).0, whole);
        assert_eq!(walk(Fault::PageMissing, 2, 0).0, whole, "there is no page behind the last");
        assert_eq!(walk(Fault::CursorLost, 1, 0).0.len(), 10);
    }
}
