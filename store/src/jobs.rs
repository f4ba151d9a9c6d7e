//! Discrete work that waits in the database: what there is to do once, as against the loops that never end.
//!
//! The rows are apalis' own (`apalis.jobs`), so its workers take them; every change of a row's state is ours and stands here. A job is one of its
//! kind by our own key, however often it is added. Its attempts are counted before it runs, so that a job that takes its process down is
//! counted too; at its maximum it becomes a dead letter without running once more.

mod queue;
mod read;
mod set_up;
mod unchecked;
mod wanted;

pub use queue::{
    Addition, Begun, SUSPECT, add, begin, bury, finish, forget_done, postpone, recover, release,
};
pub use read::{DeadLetter, JobRow, KindCount, counts, dead_letters, job, retry, retry_all};
pub(crate) use set_up::migrator;
pub use set_up::{QueueFault, set_up};
pub use unchecked::{UncheckedListing, unchecked_listing, unchecked_listings};
pub use wanted::{is_without_attributes, without_attributes};

/// The word with which a job stands in `apalis.jobs.status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobState {
    /// It waits, perhaps until a later time.
    Waiting,
    /// A worker has taken it, or runs it.
    Running,
    /// It is done; its row is kept for a while.
    Done,
    /// It is on the list of dead letters: it runs only when somebody says so.
    Dead,
}

impl JobState {
    /// Ours, from apalis' word.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word {
            "Done" => Self::Done,
            "Killed" | "Failed" => Self::Dead,
            "Queued" | "Running" => Self::Running,
            _ => Self::Waiting,
        }
    }

    /// Its word for people.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }
}
