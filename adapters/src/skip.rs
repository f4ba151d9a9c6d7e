//! Why an entry of a page gives no sighting.

use domain::Malformed;

/// Why an entry gives no sighting.
pub(crate) enum Skip {
    /// It is none that we follow.
    Passed(String),
    /// It cannot be understood.
    Malformed(Malformed),
}

impl From<Malformed> for Skip {
    fn from(fault: Malformed) -> Self {
        Self::Malformed(fault)
    }
}

/// An entry that we do not follow, and why in a short sentence.
pub(crate) fn passed(why: impl Into<String>) -> Skip {
    Skip::Passed(why.into())
}
