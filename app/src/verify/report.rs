//! Checks, each with what was said and what was found, and the verdict over all of them.

use serde::Serialize;
use serde_json::Value;

use super::Verdict;

/// How one check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// What was said is what was found.
    Holds,
    /// It is not.
    Fails,
    /// It follows from nothing at hand, and the event is not the worse for it: a time on the database's own clock.
    Stated,
    /// It cannot be judged now, and the event is not proven without it.
    NotJudged,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was checked.
    pub check: &'static str,
    /// How it ended.
    pub result: Finding,
    /// What was said.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub expected: Value,
    /// What was found.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub found: Value,
    /// A sentence, where the values do not speak for themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The checks of one answer, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Checks(Vec<Check>);

impl Checks {
    /// Compares what was said with what was found.
    pub fn compare(&mut self, check: &'static str, expected: impl Serialize, found: impl Serialize) {
        let (expected, found) = (value(expected), value(found));
        let result = if expected == found { Finding::Holds } else { Finding::Fails };
        self.0.push(Check { check, result, expected, found, note: None });
    }

    /// Notes a check that holds or fails by itself.
    pub fn require(&mut self, check: &'static str, holds: bool, note: impl Into<String>) {
        let result = if holds { Finding::Holds } else { Finding::Fails };
        self.note(check, result, note);
    }

    /// Notes a check with another end.
    pub fn note(&mut self, check: &'static str, result: Finding, note: impl Into<String>) {
        let note = Some(note.into()).filter(|note| !note.is_empty());
        self.0.push(Check { check, result, expected: Value::Null, found: Value::Null, note });
    }

    /// What all of them come to.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let any = |finding| self.0.iter().any(|check| check.result == finding);
        if any(Finding::Fails) {
            Verdict::Refuted
        } else if any(Finding::NotJudged) || self.0.is_empty() {
            Verdict::CannotBeJudged
        } else {
            Verdict::Proven
        }
    }

    /// The end of a check by its name; the last one of that name.
    #[must_use]
    pub fn finding(&self, check: &str) -> Option<Finding> {
        self.0.iter().rev().find(|one| one.check == check).map(|one| one.result)
    }
}

fn value(value: impl Serialize) -> Value {
    serde_json::to_value(value).expect("a value of ours is always JSON")
}
