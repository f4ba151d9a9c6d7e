//! The known name nearest to a mistyped one.

/// The candidate that takes the fewest single-letter changes (a letter added, dropped, replaced, or two neighbors
/// swapped) to become `name`, when that is at most a third of its letters. Case does not count.
#[must_use]
pub(super) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = name.to_lowercase().chars().take(100).collect();
    let near = candidates.into_iter().map(|candidate| {
        let letters: Vec<char> = candidate.to_lowercase().chars().take(100).collect();
        (distance(&wanted, &letters), letters.len(), candidate)
    });
    near.filter(|(distance, length, _)| *distance <= (length / 3).max(1)).min().map(|(_, _, name)| name)
}

/// Optimal string alignment distance.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before = vec![0; right.len() + 1];
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let replaced = last[column] + usize::from(letter != other);
            let mut best = replaced.min(last[column + 1] + 1).min(line[column] + 1);
            let swapped = row > 0 && column > 0 && left[row - 1] == *other && right[column - 1] == *letter;
            if swapped {
                best = best.min(before[column - 1] + 1);
            }
            line.push(best);
        }
        before = std::mem::replace(&mut last, line);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistyped_names_are_found() {
        let known = ["listen", "data_dir", "sandbox_gifts", "sandbox_seed", "log"];
        for (typed, found) in [
            ("lisetn", Some("listen")),
            ("LISTEN", Some("listen")),
            ("datadir", Some("data_dir")),
            ("sandbox_gift", Some("sandbox_gifts")),
            ("logs", Some("log")),
            ("telegram_token", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, known), found, "{typed}");
        }
    }
}
