//! What a check found, each with what to do about it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::answer;
use crate::exit::Exit;

/// How a part stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// As it should be.
    Fine,
    /// Not looked at, for the reason said.
    Skipped,
    /// It could not be judged now.
    NotNow,
    /// Not as it should be.
    Wrong,
}

impl Outcome {
    /// The word in JSON and in the database.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Skipped => "skipped",
            Self::NotNow => "not_now",
            Self::Wrong => "wrong",
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub part: &'static str,
    /// How it stands.
    pub outcome: Outcome,
    /// What was found.
    pub what: String,
    /// What to do about it; empty where nothing needs doing.
    pub mend: String,
}

/// All findings, in the order in which they were made.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    all: Vec<Finding>,
    printed: bool,
}

impl Findings {
    /// None yet. `printed` says that each is printed as it is made.
    #[must_use]
    pub fn new(printed: bool) -> Self {
        Self { all: Vec::new(), printed }
    }

    /// A part is as it should be.
    pub fn fine(&mut self, part: &'static str, what: impl Into<String>) {
        self.add(part, Outcome::Fine, what, "");
    }

    /// A part was not looked at.
    pub fn skipped(&mut self, part: &'static str, why: impl Into<String>) {
        self.add(part, Outcome::Skipped, why, "");
    }

    /// A part could not be judged now.
    pub fn not_now(&mut self, part: &'static str, what: impl Into<String>, mend: impl Into<String>) {
        self.add(part, Outcome::NotNow, what, mend);
    }

    /// A part is not as it should be.
    pub fn wrong(&mut self, part: &'static str, what: impl Into<String>, mend: impl Into<String>) {
        self.add(part, Outcome::Wrong, what, mend);
    }

    fn add(
        &mut self,
        part: &'static str,
        outcome: Outcome,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) {
        let finding = Finding { part, outcome, what: what.into(), mend: mend.into() };
        if self.printed {
            answer::line(&finding.text());
        }
        self.all.push(finding);
    }

    /// Each part with its gravest outcome, as a word.
    #[must_use]
    pub fn by_part(&self) -> Vec<(String, String)> {
        let mut parts = BTreeMap::new();
        for Finding { part, outcome, .. } in &self.all {
            let gravest = parts.entry(*part).or_insert(*outcome);
            *gravest = (*gravest).max(*outcome);
        }
        parts.into_iter().map(|(part, outcome)| (part.to_owned(), outcome.word().to_owned())).collect()
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[Finding] {
        &self.all
    }

    /// Something wrong outweighs something that cannot be judged now.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self.all.iter().map(|finding| finding.outcome).max() {
            Some(Outcome::Wrong) => Exit::Refuted,
            Some(Outcome::NotNow) => Exit::NotNow,
            _ => Exit::Fine,
        }
    }

    /// The last line.
    #[must_use]
    pub fn summary(&self) -> String {
        let count = |outcome| self.all.iter().filter(|finding| finding.outcome == outcome).count();
        let (wrong, later) = (count(Outcome::Wrong), count(Outcome::NotNow));
        match (wrong, later) {
            (0, 0) => "Everything is as it should be.".to_owned(),
            (0, later) => format!("{later} could not be judged now."),
            (wrong, _) => format!("{wrong} wrong. What to do stands beside each."),
        }
    }
}

impl Finding {
    fn text(&self) -> String {
        let word = match self.outcome {
            Outcome::Fine => "fine   ",
            Outcome::Skipped => "skipped",
            Outcome::NotNow => "not now",
            Outcome::Wrong => "WRONG  ",
        };
        let mend =
            if self.mend.is_empty() { String::new() } else { format!("\n         mend: {}", self.mend) };
        format!("{word}  {}: {}{mend}", self.part, self.what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_finding_is_the_exit_code() {
        let mut findings = Findings::new(false);
        assert_eq!(findings.exit(), Exit::Fine);
        findings.fine("log", "10 events");
        findings.skipped("sources", "offline");
        assert_eq!(findings.exit(), Exit::Fine);
        findings.not_now("database", "away", "start it");
        assert_eq!(findings.exit(), Exit::NotNow);
        findings.wrong("log", "broken", "restore a backup");
        findings.fine("log", "");
        assert_eq!(findings.exit(), Exit::Refuted);
        assert!(findings.all()[3].text().contains("mend: restore a backup"));
        assert!(findings.summary().starts_with("1 wrong"));
        let parts = findings.by_part();
        let words: Vec<_> = parts.iter().map(|(part, word)| (part.as_str(), word.as_str())).collect();
        assert_eq!(words, [("database", "not_now"), ("log", "wrong"), ("sources", "skipped")]);
        for outcome in [Outcome::Fine, Outcome::Skipped, Outcome::NotNow, Outcome::Wrong] {
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.word());
        }
    }
}
