//! How fast workers go. Every length of time that a market or a rule states is for speed 1; a sandbox that lives faster divides it.

/// The speed and the intervals of a worker, all before the speed factor unless said otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// How much faster than the real world the outside lives, in thousandths: 1000 is live.
    pub speed_x1000: u64,
    /// How far a market's clock may be from the database's, in microseconds, *as it is used*: never divided here.
    pub skew_us: i64,
    /// A scope with recent trade is scanned again after this many milliseconds.
    pub scope_hot_ms: u64,
    /// A scope without any is scanned again after this many milliseconds; no scope is left longer.
    pub scope_cold_ms: u64,
    /// The list of collections is read again after this many milliseconds.
    pub collections_ms: u64,
    /// The attributes of a collection are read again after this many milliseconds.
    pub attributes_ms: u64,
    /// How far back the history is read, in milliseconds before now; 0 reads none. Never divided: it is a span of the market's own time.
    pub history_ms: u64,
}

impl Pace {
    /// The live pace with the given skew in milliseconds.
    #[must_use]
    pub fn live(skew_ms: u64) -> Self {
        Self {
            speed_x1000: 1_000,
            skew_us: i64::try_from(skew_ms.saturating_mul(1_000)).unwrap_or(i64::MAX),
            scope_hot_ms: 120_000,
            scope_cold_ms: 1_800_000,
            collections_ms: 3_600_000,
            attributes_ms: 86_400_000,
            history_ms: 7 * 86_400_000,
        }
    }

    /// A length of time of the outside world in milliseconds of ours, at least 1.
    #[must_use]
    pub fn scaled_ms(&self, ms: u64) -> u64 {
        if ms == 0 {
            return 0;
        }
        (u128::from(ms) * 1_000 / u128::from(self.speed_x1000.max(1))).try_into().unwrap_or(u64::MAX).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_faster_world_has_shorter_times() {
        let pace = |speed_x1000| Pace { speed_x1000, ..Pace::live(30_000) };
        for (speed, ms, scaled) in [
            (1_000, 8_000, 8_000),
            (30_000, 300_000, 10_000),
            (500, 10, 20),
            (1_000_000, 10, 1),
            (1_000, 0, 0),
        ] {
            assert_eq!(pace(speed).scaled_ms(ms), scaled, "{ms} ms at speed {speed}");
        }
    }
}
