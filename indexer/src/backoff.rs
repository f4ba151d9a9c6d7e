//! How long to wait after a fault: doubling with jitter, so that many that failed together do not come back together.

use rand::{Rng, RngExt};

/// A doubling wait between two bounds, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The first wait at most.
    pub first_ms: u64,
    /// Any wait at most.
    pub most_ms: u64,
}

impl Backoff {
    /// The wait before the next try after `faults` faults in a row, from 1: between half of the doubled wait and all of it.
    /// The same generator in the same state gives the same wait.
    pub fn wait_ms(&self, faults: u32, random: &mut impl Rng) -> u64 {
        let doublings = faults.saturating_sub(1).min(32);
        let full = self.first_ms.saturating_mul(1 << doublings).min(self.most_ms).max(1);
        random.random_range(full.div_ceil(2)..=full)
    }

    /// The same with full jitter: any part of the doubled wait, at least 1 ms. For many that wait for one source at once.
    pub fn full_jitter_ms(&self, faults: u32, random: &mut impl Rng) -> u64 {
        let doublings = faults.saturating_sub(1).min(32);
        random.random_range(1..=self.first_ms.saturating_mul(1 << doublings).min(self.most_ms).max(1))
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    #[test]
    fn doubles_to_its_bound_with_jitter() {
        let backoff = Backoff { first_ms: 1_000, most_ms: 60_000 };
        let mut random = StdRng::seed_from_u64(7);
        for (faults, most) in [(1, 1_000), (2, 2_000), (3, 4_000), (7, 60_000), (u32::MAX, 60_000)] {
            let mut seen = std::collections::BTreeSet::new();
            for _ in 0..50 {
                let wait = backoff.wait_ms(faults, &mut random);
                assert!((most / 2..=most).contains(&wait), "{wait} after {faults}");
                seen.insert(wait);
            }
            assert!(seen.len() > 10, "jitter spreads");
        }
    }

    #[test]
    fn full_jitter_spreads_over_all_of_the_wait() {
        let backoff = Backoff { first_ms: 1_000, most_ms: 60_000 };
        let mut random = StdRng::seed_from_u64(7);
        for (faults, most) in [(1, 1_000), (3, 4_000), (u32::MAX, 60_000)] {
            let waits: Vec<u64> = (0..200).map(|_| backoff.full_jitter_ms(faults, &mut random)).collect();
            assert!(waits.iter().all(|wait| (1..=most).contains(wait)), "{waits:?}");
            assert!(
                waits.iter().any(|wait| *wait < most / 4) && waits.iter().any(|wait| *wait > most / 4 * 3)
            );
        }
    }

    #[test]
    fn the_same_seed_waits_alike() {
        let backoff = Backoff { first_ms: 100, most_ms: 10_000 };
        let waits = |seed| {
            let mut random = StdRng::seed_from_u64(seed);
            (1..8).map(|faults| backoff.wait_ms(faults, &mut random)).collect::<Vec<_>>()
        };
        assert_eq!(waits(3), waits(3));
        assert_ne!(waits(3), waits(4));
    }
}
