//! What a bench measured: rounds, their middle and spread, a line for the reader and a table for the document.

use std::{fmt::Write as _, time::Duration};

use crate::benches::Bench;

/// A budget and what was measured for it.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    /// What it is about, as in `ratio` or `p99 ms`.
    pub(crate) name: &'static str,
    /// Measured, one for each round.
    pub(crate) rounds: Vec<f64>,
    /// What is asked for.
    pub(crate) bound: Bound,
}

/// Which way a budget binds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bound {
    /// The middle of the rounds is at least this.
    AtLeast(f64),
    /// The middle of the rounds is at most this.
    AtMost(f64),
    /// For information.
    None,
}

/// What a bench found out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    /// The figures behind the ratio, in words, as in `ours 4,100 gifts/s`.
    pub(crate) figures: Vec<String>,
    /// Budgets.
    pub(crate) budgets: Vec<Budget>,
    /// How it was measured, sentences for the document.
    pub(crate) notes: Vec<String>,
}

impl Budget {
    fn is_met(&self) -> Option<bool> {
        let middle = middle(&self.rounds);
        match self.bound {
            Bound::AtLeast(bound) => Some(middle >= bound),
            Bound::AtMost(bound) => Some(middle <= bound),
            Bound::None => None,
        }
    }

    fn text(&self) -> String {
        let mut text = format!("{} {}", self.name, spread(&self.rounds));
        let (word, bound) = match self.bound {
            Bound::AtLeast(bound) => ("at least", bound),
            Bound::AtMost(bound) => ("at most", bound),
            Bound::None => return text,
        };
        let verdict = if self.is_met() == Some(true) { "met" } else { "MISSED" };
        let of = match self.rounds.len() {
            0 | 1 => String::new(),
            rounds => format!(" of the middle of {rounds} rounds"),
        };
        let _ = write!(text, ", asked {word} {}{of}: {verdict}", number(bound));
        text
    }
}

impl Outcome {
    /// Whether every budget was met; `None` without any.
    pub(crate) fn is_met(&self) -> Option<bool> {
        let verdicts: Vec<bool> = self.budgets.iter().filter_map(Budget::is_met).collect();
        (!verdicts.is_empty()).then(|| verdicts.iter().all(|met| *met))
    }

    /// One line.
    pub(crate) fn line(&self, name: &str) -> String {
        let budgets = self.budgets.iter().map(Budget::text);
        let parts: Vec<String> = self.figures.iter().cloned().chain(budgets).collect();
        format!("{name:10} {}", parts.join("; "))
    }

    /// A section of the document.
    pub(crate) fn markdown(&self, bench: &Bench) -> String {
        let mut text = format!("### {}\n\n{}.\n\n", bench.name, first_capital(bench.compares));
        for figure in &self.figures {
            let _ = writeln!(text, "- {figure}");
        }
        for budget in &self.budgets {
            let _ = writeln!(text, "- **{}**", budget.text());
        }
        let _ = writeln!(text, "\n{}\n", self.notes.join(" "));
        let _ = writeln!(text, "Repeat it: `./dev bench {}`\n", bench.name);
        text
    }
}

fn first_capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The middle value.
pub(crate) fn middle(rounds: &[f64]) -> f64 {
    percentile(rounds, 50)
}

/// A percentile by nearest rank; 0 of nothing.
pub(crate) fn percentile(values: &[f64], percent: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * percent).div_ceil(100).clamp(1, sorted.len().max(1));
    sorted.get(rank - 1).copied().unwrap_or(0.0)
}

/// `0.54 (0.51 to 0.57)`; without the brackets where there is one round.
pub(crate) fn spread(rounds: &[f64]) -> String {
    let (least, most) = (percentile(rounds, 1), percentile(rounds, 100));
    let middle = number(middle(rounds));
    if rounds.len() < 2 { middle } else { format!("{middle} ({} to {})", number(least), number(most)) }
}

/// Three digits that matter, thousands parted.
pub(crate) fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 1_000.0 => thousands(&format!("{value:.0}")),
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

fn thousands(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && !text.ends_with('-') {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// So many in that time, by the second.
pub(crate) fn rate(count: usize, took: Duration) -> f64 {
    whole(count) / took.as_secs_f64().max(1e-9)
}

/// A count as a number that can be divided.
#[expect(clippy::cast_precision_loss, reason = "counts here are far below 2^53")]
pub(crate) fn whole(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn middles_and_spreads() {
        assert_eq!(spread(&[3.0, 1.0, 2.0]), "2.00 (1.00 to 3.00)");
        assert_eq!(spread(&[1_234_567.0]), "1,234,567");
        assert_eq!(percentile(&[], 99), 0.0);
        let hundred: Vec<f64> = (1..=100).map(whole).collect();
        assert_eq!((percentile(&hundred, 99), middle(&hundred)), (99.0, 50.0));
    }

    #[test]
    fn a_missed_budget_says_so() {
        let budget = |bound| Budget { name: "ratio", rounds: vec![0.4], bound };
        let outcome = |bound| Outcome { budgets: vec![budget(bound)], ..Outcome::default() };
        assert_eq!(outcome(Bound::AtLeast(0.5)).is_met(), Some(false));
        assert_eq!(outcome(Bound::AtMost(0.5)).is_met(), Some(true));
        assert_eq!(outcome(Bound::None).is_met(), None);
        let line = outcome(Bound::AtLeast(0.5)).line("x");
        assert_eq!(line, "x          ratio 0.40, asked at least 0.50: MISSED");
        let rounds = Budget { name: "ratio", rounds: vec![0.4, 0.6, 0.5], bound: Bound::AtLeast(0.5) };
        assert_eq!(
            rounds.text(),
            "ratio 0.50 (0.40 to 0.60), asked at least 0.50 of the middle of 3 rounds: met"
        );
    }
}
