//! How a role ends: four codes, the same for every role, so that scripts can branch on them.

use std::fmt;
use std::process::ExitCode;

/// The exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: done, or proven, or understood.
    Fine,
    /// 1: refuted, or the work failed for a reason that is neither input nor time.
    Refuted,
    /// 2: the input (a flag, a setting, a file) is not usable as it stands.
    BadInput,
    /// 3: cannot be done or judged now; the same call may succeed later.
    NotNow,
}

impl Exit {
    /// The code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Refuted => 1,
            Self::BadInput => 2,
            Self::NotNow => 3,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a role ended early, and with which code.
#[derive(Debug)]
pub struct Failure {
    /// The code.
    pub exit: Exit,
    /// What to tell; its chain is printed in one line.
    pub cause: anyhow::Error,
}

impl Failure {
    /// A failure with a text of ours.
    #[must_use]
    pub fn new(exit: Exit, text: impl fmt::Display + fmt::Debug + Send + Sync + 'static) -> Self {
        Self { exit, cause: anyhow::Error::msg(text) }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.cause)
    }
}

/// Gives an error its exit code.
pub trait Blame<T> {
    /// The same result; the error ends the role with this code.
    ///
    /// # Errors
    /// The error it was given.
    fn blame(self, exit: Exit) -> Result<T, Failure>;
}

impl<T, E: Into<anyhow::Error>> Blame<T> for Result<T, E> {
    fn blame(self, exit: Exit) -> Result<T, Failure> {
        self.map_err(|cause| Failure { exit, cause: cause.into() })
    }
}
