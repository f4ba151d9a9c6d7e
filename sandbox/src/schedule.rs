//! When each step is due. Owns the rule that a step's time follows from its number alone while the world keeps up, so
//! that a world begun again at the same epoch has made at least the steps it had made before, at the same times.

/// Steps made at full rate, about a day of the default world; after them traders tire to a twentieth, which bounds the
/// time it takes to begin an old world again.
const BUSY_STEPS: u64 = 1_000_000;
/// How many times slower tired traders are.
const TIRED: i64 = 20;
/// A step later than this is stamped with the present: what a market says happened must have been visible since.
const LATE_US: i64 = 150_000;
/// Most steps made at once when an old world is begun again; a world older than that stands still between.
pub(crate) const CATCH_UP_STEPS_MAX: u64 = 4_000_000;

/// A world's timetable.
#[derive(Debug, Clone)]
pub(crate) struct Schedule {
    epoch_us: i64,
    interval_us: i64,
    slip_us: i64,
}

impl Schedule {
    /// Steps per second at speed 1 are one per 50,000 gifts, at least 0.01 and at most 1.2: MRKT's whole feed was
    /// measured at 1.2 a second (client of 2026-09).
    pub(crate) fn new(epoch_us: i64, gifts: u32, speed_x1000: u64) -> Self {
        let per_second_x1000 = (u64::from(gifts) / 50).clamp(10, 1_200);
        let interval_us = 1_000_000_000_000 / per_second_x1000 / speed_x1000;
        Self { epoch_us, interval_us: i64::try_from(interval_us).unwrap_or(i64::MAX).max(1_000), slip_us: 0 }
    }

    /// When a step is due, microseconds since 1970; steps count from 0.
    pub(crate) fn at_us(&self, step: u64) -> i64 {
        let busy = step.min(BUSY_STEPS) as i64 + 1;
        let tired = step.saturating_sub(BUSY_STEPS) as i64;
        self.epoch_us + self.slip_us + self.interval_us * (busy + tired * TIRED)
    }

    /// The time of a step if it is due; the timetable slips when it is late.
    pub(crate) fn due(&mut self, step: u64, now_us: i64) -> Option<i64> {
        let at_us = self.at_us(step);
        if at_us > now_us {
            return None;
        }
        if now_us - at_us > LATE_US {
            self.slip_us += now_us - at_us;
            return Some(now_us);
        }
        Some(at_us)
    }

    /// Puts a step off until one interval from now: after a pause.
    pub(crate) fn put_off(&mut self, step: u64, now_us: i64) {
        self.slip_us += (now_us + self.interval_us - self.at_us(step)).max(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_follows_size_and_speed() {
        for (gifts, speed_x1000, interval_us) in [
            (20_000, 1_000, 2_500_000),
            (20_000, 30_000, 83_333),
            (100, 1_000, 100_000_000),
            (1_000_000, 1_000, 833_333),
            (1_000_000, 10_000_000, 1_000),
        ] {
            assert_eq!(
                Schedule::new(0, gifts, speed_x1000).interval_us,
                interval_us,
                "{gifts} {speed_x1000}"
            );
        }
    }

    #[test]
    fn a_late_step_is_stamped_now_and_the_next_follow() {
        let mut schedule = Schedule::new(0, 50_000, 1_000);
        assert_eq!(schedule.due(0, 999_999), None);
        assert_eq!(schedule.due(0, 1_100_000), Some(1_000_000));
        assert_eq!(schedule.due(1, 9_000_000), Some(9_000_000));
        assert_eq!(schedule.due(2, 9_999_999), None);
        assert_eq!(schedule.due(2, 10_000_000), Some(10_000_000));
        schedule.put_off(3, 50_000_000);
        assert_eq!(schedule.at_us(3), 51_000_000);
    }

    #[test]
    fn traders_tire() {
        let schedule = Schedule::new(0, 50_000, 1_000);
        assert_eq!(schedule.at_us(BUSY_STEPS) - schedule.at_us(BUSY_STEPS - 1), 1_000_000);
        assert_eq!(schedule.at_us(BUSY_STEPS + 1) - schedule.at_us(BUSY_STEPS), 20_000_000);
    }
}
