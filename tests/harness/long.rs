//! The long forms of tests: the same tests with bigger numbers, which `./dev long` sets.
//!
//! A long run that was cut off goes on where it was: seeds that are done are written down in the folder named by
//! `RIBBON_LONG_FOLDER`. Without that variable nothing is written and every seed runs.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// How often, how many, how big: `usual`, or the number in `RIBBON_LONG_<name>`.
///
/// # Panics
/// When the variable is no number; the message names it.
pub fn count(name: &str, usual: u64) -> u64 {
    let variable = format!("RIBBON_LONG_{name}");
    match std::env::var(&variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable}={text}: expected a whole number")),
        Err(_) => usual,
    }
}

/// The seeds of one test, one after the other.
#[derive(Debug)]
pub struct Seeds {
    next: u64,
    end: u64,
    done: BTreeSet<u64>,
    record: Option<PathBuf>,
}

/// The seeds 1 to `usual`, or those of `RIBBON_LONG_SEEDS` (`1..200`, both included) that `test` has not yet done.
/// Call [`Seeds::done`] after each, and print the seed, so that a failure can be repeated.
///
/// # Panics
/// When the variable is no range; the message names it.
pub fn seeds(test: &str, usual: u64) -> Seeds {
    let range = std::env::var("RIBBON_LONG_SEEDS").ok();
    let folder = std::env::var_os("RIBBON_LONG_FOLDER").map(PathBuf::from);
    Seeds::new(test, usual, range.as_deref(), folder.as_deref())
}

impl Seeds {
    fn new(test: &str, usual: u64, range: Option<&str>, folder: Option<&Path>) -> Self {
        let (first, last) = range.map_or((1, usual), |text| {
            parse_range(text)
                .unwrap_or_else(|| panic!("RIBBON_LONG_SEEDS={text}: expected a range such as 1..200"))
        });
        let record = folder.map(|folder| folder.join(test));
        let text = record.as_ref().and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
        let done = text.lines().filter_map(|line| line.parse().ok()).collect();
        Self { next: first, end: last.saturating_add(1), done, record }
    }

    /// Writes down that a seed went through.
    ///
    /// # Panics
    /// When the record cannot be written.
    pub fn done(&self, seed: u64) {
        let Some(record) = &self.record else { return };
        std::fs::create_dir_all(record.parent().expect("a file has a folder"))
            .expect("the folder of the records");
        let file = std::fs::OpenOptions::new().create(true).append(true).open(record);
        writeln!(file.expect("the record can be opened"), "{seed}").expect("the record can be written");
    }
}

impl Iterator for Seeds {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        while self.next < self.end {
            let seed = self.next;
            self.next += 1;
            if !self.done.contains(&seed) {
                return Some(seed);
            }
        }
        None
    }
}

fn parse_range(text: &str) -> Option<(u64, u64)> {
    let (first, last) = text.split_once("..")?;
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_resumes_after_what_is_done() {
        let folder = std::env::temp_dir().join(format!("ribbon-long-{}", std::process::id()));
        let all = |range| Seeds::new("some-test", 3, range, Some(&folder)).collect::<Vec<_>>();
        assert_eq!(all(None), [1, 2, 3]);
        assert_eq!(all(Some("5..7")), [5, 6, 7]);
        let seeds = Seeds::new("some-test", 3, None, Some(&folder));
        seeds.done(2);
        seeds.done(6);
        assert_eq!((all(None), all(Some("5..7"))), (vec![1, 3], vec![5, 7]));
        assert_eq!(Seeds::new("other-test", 1, None, Some(&folder)).collect::<Vec<_>>(), [1]);
        std::fs::remove_dir_all(folder).expect("it was made");
    }

    #[test]
    fn a_range_has_two_ends_in_order() {
        for (text, expected) in [
            ("1..200", Some((1, 200))),
            ("7..7", Some((7, 7))),
            ("2..1", None),
            ("1..", None),
            ("1-200", None),
            ("", None),
        ] {
            assert_eq!(parse_range(text), expected, "{text:?}");
        }
    }
}
