//! How often a rate is asked for, and how long to wait after a fault. Pure.

use domain::SourceFault;
use rand::Rng;

use crate::{backoff::Backoff, pace::Pace};

/// Between two answers; milliseconds of the real world.
const POLL_REAL_MS: u64 = 60_000;
/// A logged rate as old as this is stated again though it did not change; milliseconds of the real world.
const RESTATE_REAL_MS: u64 = 600_000;
/// After the first fault that may pass soon, at most; milliseconds of the real world.
const RETRY_REAL_MS: u64 = 5_000;
/// Longest wait of our own choosing; milliseconds of the real world.
const WAIT_REAL_MS_MAX: u64 = 600_000;
/// However fast the world lives, nothing is asked more often; milliseconds.
const WAIT_MS_MIN: u64 = 20;

/// The age at which a logged rate is stated again, in microseconds.
pub(super) fn restate_us(pace: &Pace) -> i64 {
    i64::try_from(pace.scaled_ms(RESTATE_REAL_MS).saturating_mul(1_000)).unwrap_or(i64::MAX)
}

/// Milliseconds from an answer to the next request.
pub(super) fn poll_ms(pace: &Pace) -> u64 {
    pace.scaled_ms(POLL_REAL_MS).max(WAIT_MS_MIN)
}

/// Milliseconds to wait after a fault; `None` is one of our own, such as a database that is away.
pub(super) fn fault_ms(
    pace: &Pace,
    fault: Option<&SourceFault>,
    faults_in_a_row: u32,
    random: &mut impl Rng,
) -> u64 {
    let backoff =
        Backoff { first_ms: pace.scaled_ms(RETRY_REAL_MS), most_ms: pace.scaled_ms(WAIT_REAL_MS_MAX) };
    let backoff_ms = backoff.wait_ms(faults_in_a_row, random).max(WAIT_MS_MIN);
    match fault {
        None | Some(SourceFault::Retry { .. }) => backoff_ms,
        Some(SourceFault::RetryAfter { after_ms, .. }) => backoff_ms.max(*after_ms),
        // Somebody has to act first, there or here; asking often would not help.
        Some(SourceFault::Refused { .. } | SourceFault::Malformed(_) | SourceFault::Never { .. }) => {
            backoff_ms.max(poll_ms(pace))
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    #[test]
    fn everything_scales_with_the_speed() {
        let at = |speed_x1000| Pace { speed_x1000, ..Pace::live(0) };
        assert_eq!((poll_ms(&at(1_000)), restate_us(&at(1_000))), (60_000, 600_000_000));
        assert_eq!((poll_ms(&at(30_000)), restate_us(&at(30_000))), (2_000, 20_000_000));
        assert_eq!(poll_ms(&at(u64::MAX)), 20);
    }

    #[test]
    fn waits_grow_and_are_bounded() {
        let pace = Pace::live(0);
        let mut random = StdRng::seed_from_u64(1);
        let retry = SourceFault::Retry { why: String::new() };
        let asked = SourceFault::RetryAfter { after_ms: 9_000, why: String::new() };
        let never = SourceFault::Never { why: String::new() };
        for (fault, faults, least, most) in [
            (Some(&retry), 1, 2_500, 5_000),
            (None, 3, 10_000, 20_000),
            (Some(&retry), 99, 300_000, 600_000),
            (Some(&asked), 1, 9_000, 9_000),
            (Some(&asked), 99, 300_000, 600_000),
            (Some(&never), 1, 60_000, 60_000),
            (Some(&never), 99, 300_000, 600_000),
        ] {
            let wait_ms = fault_ms(&pace, fault, faults, &mut random);
            assert!((least..=most).contains(&wait_ms), "{fault:?} {faults}: {wait_ms}");
        }
    }
}
