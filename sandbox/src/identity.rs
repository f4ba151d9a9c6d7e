//! The one line that says which world this is. A database keeps it, so that two worlds never mix in one.

/// What makes a world this one and no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The seed.
    pub seed: u64,
    /// How many gifts.
    pub gifts: u32,
    /// Speed factor times 1000: steps happen at other times at another speed.
    pub speed_x1000: u64,
    /// When it began, microseconds since 1970.
    pub epoch_us: i64,
}

impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { seed, gifts, speed_x1000, epoch_us } = self;
        write!(f, "sandbox seed={seed} gifts={gifts} speed_x1000={speed_x1000} epoch_us={epoch_us}")
    }
}

impl Identity {
    /// Reads the line back; `None` for anything else.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let mut words = line.strip_prefix("sandbox ")?.split(' ');
        let mut next = |name: &str| words.next()?.strip_prefix(name)?.strip_prefix('=');
        let identity = Self {
            seed: next("seed")?.parse().ok()?,
            gifts: next("gifts")?.parse().ok()?,
            speed_x1000: next("speed_x1000")?.parse().ok()?,
            epoch_us: next("epoch_us")?.parse().ok()?,
        };
        (identity.to_string() == line).then_some(identity)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_line_reads_back(seed: u64, gifts: u32, speed_x1000: u64, epoch_us: i64) {
            let identity = Identity { seed, gifts, speed_x1000, epoch_us };
            prop_assert_eq!(Identity::parse(&identity.to_string()), Some(identity));
        }

        #[test]
        fn no_line_panics(line in "(sandbox )?[a-z0-9=_ ]{0,60}") { let _ = Identity::parse(&line); }
    }

    #[test]
    fn only_the_one_spelling_counts() {
        assert!(Identity::parse("sandbox seed=1 gifts=2 speed_x1000=3 epoch_us=4").is_some());
        for line in [
            "live",
            "sandbox seed=01 gifts=2 speed_x1000=3 epoch_us=4",
            "sandbox seed=1 gifts=2 speed_x1000=3 epoch_us=4 more=5",
            "sandbox seed=1 gifts=2 speed_x1000=3",
        ] {
            assert_eq!(Identity::parse(line), None, "{line}");
        }
    }
}
