//! The named mixes: how often which fault comes, per mille of the requests. What remains is answered as it should be, so
//! that a client makes progress under every mix.

use super::Fault;

/// Faults that come together.
#[derive(Debug)]
pub struct Mix {
    /// Its name.
    pub name: &'static str,
    /// What it stands for, one sentence.
    pub doc: &'static str,
    /// Each fault with how often it comes, per mille of the requests.
    pub faults: &'static [(Fault, u16)],
}

/// All mixes. Each single fault's name is a mix too, which hits every request it can.
pub const MIXES: &[Mix] = &[
    Mix {
        name: "throttled",
        doc: "A market over its limits: 429 with and without Retry-After, HTML pages.",
        faults: &[
            (Fault::RetryAfter, 120),
            (Fault::TooMany, 100),
            (Fault::Html, 80),
            (Fault::GatewayHtml, 80),
        ],
    },
    Mix {
        name: "failing",
        doc: "A market in trouble: 403 and 5xx.",
        faults: &[(Fault::Forbidden, 60), (Fault::ServerError, 240), (Fault::GatewayHtml, 60)],
    },
    Mix {
        name: "broken-network",
        doc: "Resets, truncated and slow bodies.",
        faults: &[(Fault::Reset, 120), (Fault::Truncated, 120), (Fault::CutJson, 80), (Fault::Slow, 60)],
    },
    Mix {
        name: "schema-drift",
        doc: "Fields added, renamed, missing, and of another type.",
        faults: &[
            (Fault::FieldAdded, 120),
            (Fault::FieldRenamed, 80),
            (Fault::FieldMissing, 80),
            (Fault::FieldRetyped, 80),
        ],
    },
    Mix {
        name: "torn-pages",
        doc: "Pages and items duplicated, reordered and missing, cursors lost.",
        faults: &[
            (Fault::ItemsDuplicated, 80),
            (Fault::ItemsReordered, 80),
            (Fault::ItemsMissing, 70),
            (Fault::PageRepeated, 70),
            (Fault::PagesSwapped, 70),
            (Fault::PageMissing, 50),
            (Fault::CursorLost, 30),
        ],
    },
    Mix {
        name: "storm",
        doc: "A little of everything.",
        faults: &[
            (Fault::RetryAfter, 20),
            (Fault::TooMany, 20),
            (Fault::Html, 20),
            (Fault::GatewayHtml, 20),
            (Fault::Forbidden, 10),
            (Fault::ServerError, 40),
            (Fault::Reset, 40),
            (Fault::Truncated, 40),
            (Fault::CutJson, 20),
            (Fault::Slow, 20),
            (Fault::FieldAdded, 30),
            (Fault::FieldRenamed, 20),
            (Fault::FieldMissing, 20),
            (Fault::FieldRetyped, 20),
            (Fault::ItemsDuplicated, 30),
            (Fault::ItemsReordered, 30),
            (Fault::ItemsMissing, 20),
            (Fault::PageRepeated, 20),
            (Fault::PagesSwapped, 20),
            (Fault::PageMissing, 15),
            (Fault::CursorLost, 10),
        ],
    },
];

impl Mix {
    /// The fault that a number below 1000 stands for; `None` is an answer as it should be.
    pub(crate) fn at(faults: &[(Fault, u16)], mut number: u64) -> Option<Fault> {
        for (fault, share) in faults {
            if number < u64::from(*share) {
                return Some(*fault);
            }
            number -= u64::from(*share);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixes_leave_room_for_progress_and_use_every_fault() {
        for mix in MIXES {
            let share: u32 = mix.faults.iter().map(|(_, share)| u32::from(*share)).sum();
            assert!(share <= 600, "{} leaves too little: {share}", mix.name);
            assert_eq!(Fault::parse(mix.name), None, "{} is a fault's name too", mix.name);
        }
        for fault in Fault::ALL {
            let mixed =
                MIXES.iter().filter(|mix| mix.faults.iter().any(|(other, _)| *other == fault)).count();
            // Poison is ordered by its own name alone: a history that told a wrong price never takes it back, so nothing heals.
            assert_eq!(mixed >= 2, fault != Fault::Poisoned, "{fault:?}");
            assert!(mixed >= 2 || mixed == 0, "{fault:?}");
        }
    }
}
