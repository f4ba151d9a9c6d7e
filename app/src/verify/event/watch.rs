//! A quarantine: the page that could not be read still cannot, at the same place and for the same reason.

use domain::{Malformed, Page};

use super::{Checks, Finding};

pub(super) fn judge_quarantine(read: &Result<Page, Malformed>, path: &str, why: &str, checks: &mut Checks) {
    match read {
        Err(fault) => {
            checks.compare("place that broke", path, &fault.path);
            checks.compare(
                "why it broke",
                why,
                format!("expected {}, found {}", fault.expected, fault.found),
            );
        }
        Ok(_) => checks.note(
            "the page cannot be read",
            Finding::NotJudged,
            "This version of ribbon reads the page: its reader is another than the one that could not.",
        ),
    }
}
