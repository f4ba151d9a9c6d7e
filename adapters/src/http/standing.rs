//! How our credentials stand with a source: a 403 means one thing before they ever worked and another after.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use domain::SourceFault;

/// So many 403 in a row are taken for passing trouble, if the same credentials worked before.
const PASSING_MAX: u32 = 5;

/// What this process knows of its credentials; other credentials need another standing.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    worked: AtomicBool,
    refusals: AtomicU32,
}

impl Standing {
    /// The source answered: the credentials work.
    pub(crate) fn accepted(&self) {
        self.worked.store(true, Ordering::Relaxed);
        self.refusals.store(0, Ordering::Relaxed);
    }

    /// What a 403 means now. `mend` is what an operator does if it lasts.
    pub(crate) fn forbidden(&self, why: String, pause_ms: u64, mend: &str) -> SourceFault {
        let in_row = self.refusals.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        if self.worked.load(Ordering::Relaxed) && in_row <= PASSING_MAX {
            return SourceFault::RetryAfter {
                after_ms: pause_ms,
                why: format!("{why}, though it let us in before"),
            };
        }
        SourceFault::Refused { why, mend: mend.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_passes_only_after_success() {
        let standing = Standing::default();
        let is_refused =
            || matches!(standing.forbidden("403".into(), 5, "mend"), SourceFault::Refused { .. });
        assert!(is_refused());
        standing.accepted();
        for _ in 0..PASSING_MAX {
            assert!(!is_refused());
        }
        assert!(is_refused());
        standing.accepted();
        assert!(!is_refused());
    }
}
