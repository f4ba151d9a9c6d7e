//! Discrete work by kind: how much waits, and how much is given up.

use async_graphql::SimpleObject;
use store::jobs::KindCount;

/// The jobs of one kind: work that is done once, beside the loops that gather. What is given up is told to operators; none of it is left out of a number here without a word at that number.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct JobKind {
    /// What they do, in a word, as in `metadata`.
    kind: String,
    /// Those that wait, the put off ones among them.
    waiting: i32,
    /// Seconds for which the longest waiting one has been due. Null where none is due.
    due_for_seconds: Option<i32>,
    /// Those that run.
    running: i32,
    /// Those that were given up after their last attempt.
    dead: i32,
    /// Seconds since the first of them was given up. Null where there is none.
    dead_for_seconds: Option<i32>,
    /// Those that are done and still remembered.
    done: i32,
}

impl JobKind {
    pub(crate) fn of(count: KindCount) -> Self {
        let KindCount { kind, waiting, waiting_age_ms, running, dead, dead_age_ms, done } = count;
        let clamp = |value: i64| i32::try_from(value.max(0)).unwrap_or(i32::MAX);
        Self {
            kind,
            waiting: clamp(waiting),
            due_for_seconds: waiting_age_ms.map(|age_ms| clamp(age_ms / 1_000)),
            running: clamp(running),
            dead: clamp(dead),
            dead_for_seconds: dead_age_ms.map(|age_ms| clamp(age_ms / 1_000)),
            done: clamp(done),
        }
    }
}
