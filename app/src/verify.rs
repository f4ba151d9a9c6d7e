//! The reader's own check of what Ribbon says: no database, no network, nothing but the files at hand.
//!
//! Every answer is one JSON object on standard output whose `verdict` agrees with the exit code.

mod event;
mod gift;
mod input;
mod log;
mod page;
mod report;
mod trace;

use serde::Serialize;
use serde_json::Value;

use crate::answer;
use crate::cli::VerifyJob;
use crate::exit::Exit;

pub use report::{Check, Checks, Finding};

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything that was said follows from what is at hand.
    Proven,
    /// What is at hand was read; nothing was claimed that could be proven.
    Understood,
    /// Something that was said does not follow.
    Refuted,
    /// What is at hand is not what it should be.
    BadInput,
    /// What is at hand is not enough to judge.
    CannotBeJudged,
}

impl Verdict {
    /// The exit code.
    #[must_use]
    pub fn exit(self) -> Exit {
        match self {
            Self::Proven | Self::Understood => Exit::Fine,
            Self::Refuted => Exit::Refuted,
            Self::BadInput => Exit::BadInput,
            Self::CannotBeJudged => Exit::NotNow,
        }
    }
}

/// An answer: the verdict, and the rest of the object that is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The verdict.
    pub verdict: Verdict,
    /// The other members, in order.
    pub members: Vec<(&'static str, Value)>,
}

impl Answer {
    /// An answer with nothing but its verdict yet.
    #[must_use]
    pub fn new(verdict: Verdict) -> Self {
        Self { verdict, members: Vec::new() }
    }

    /// The input cannot be used; the text names what is wrong with it.
    #[must_use]
    pub fn bad_input(why: impl ToString) -> Self {
        Self::new(Verdict::BadInput).with("why", why.to_string())
    }

    /// The same with one more member.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).expect("an answer of ours is always JSON");
        self.members.push((name, value));
        self
    }

    /// The object as text, indented.
    #[must_use]
    pub fn text(&self) -> String {
        let verdict = serde_json::to_value(self.verdict).expect("a word is always JSON");
        let mut lines = vec![member("verdict", &verdict)];
        lines.extend(self.members.iter().map(|(name, value)| member(name, value)));
        format!("{{\n{}\n}}", lines.join(",\n"))
    }
}

/// Written by hand, because a JSON map would sort its names and put the verdict somewhere in the middle.
fn member(name: &str, value: &Value) -> String {
    let value = serde_json::to_string_pretty(value).expect("a value is always JSON");
    format!("  \"{name}\": {}", value.replace('\n', "\n  "))
}

/// Judges an evidence file, as `verify event` does.
#[must_use]
pub fn event_file(bytes: &[u8]) -> Answer {
    event::verify(bytes)
}

/// Runs a check, prints its answer, gives its exit code.
#[must_use]
pub fn run(job: &VerifyJob) -> Exit {
    let answer = answer(job);
    answer::line(&answer.text());
    answer.verdict.exit()
}

/// Runs a check.
#[must_use]
pub fn answer(job: &VerifyJob) -> Answer {
    match job {
        VerifyJob::Gift { gift, collection } => gift::verify(gift, collection),
        VerifyJob::Log { file } => match input::open(file) {
            Ok(mut lines) => log::verify(&mut lines),
            Err(why) => Answer::bad_input(why),
        },
        VerifyJob::Page { market, file, request, request_body } => match input::read(file) {
            Ok(bytes) => {
                let asked = page::Asked { request: request.as_deref(), body: request_body.as_deref() };
                page::verify(market, bytes, asked)
            }
            Err(why) => Answer::bad_input(why),
        },
        VerifyJob::Trace { file, network } => match input::read(file) {
            Ok(bytes) => trace::verify(&bytes, network),
            Err(why) => Answer::bad_input(why),
        },
        VerifyJob::Event { file } => match input::read(file) {
            Ok(bytes) => event_file(&bytes),
            Err(why) => Answer::bad_input(why),
        },
    }
}
