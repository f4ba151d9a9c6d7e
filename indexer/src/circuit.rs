//! A market's circuit: after some faults in a row nothing is asked for a while, then one probe decides. Pure; the caller owns time.

/// Faults in a row that open the circuit.
pub const FAULTS_TO_OPEN: u32 = 5;

/// Where a circuit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Circuit {
    /// Requests flow; so many faults in a row so far.
    Closed {
        /// Faults since the last answer that could be used.
        faults: u32,
    },
    /// Nothing is asked until then.
    Open {
        /// Milliseconds of the caller's monotonic clock.
        until_ms: u64,
        /// How often in a row it has opened, from 1.
        openings: u32,
    },
    /// One request is out as a probe.
    HalfOpen {
        /// How often in a row it has opened.
        openings: u32,
    },
}

impl Default for Circuit {
    fn default() -> Self {
        Self::Closed { faults: 0 }
    }
}

impl Circuit {
    /// The earliest time at which something may be asked, not before `now_ms`.
    #[must_use]
    pub fn ready_at_ms(&self, now_ms: u64) -> u64 {
        match self {
            Self::Open { until_ms, .. } => now_ms.max(*until_ms),
            Self::Closed { .. } | Self::HalfOpen { .. } => now_ms,
        }
    }

    /// A request goes out: an open circuit whose time is over becomes half-open.
    #[must_use]
    pub fn ask(self, now_ms: u64) -> Self {
        match self {
            Self::Open { until_ms, openings } if until_ms <= now_ms => Self::HalfOpen { openings },
            other => other,
        }
    }

    /// The market answered something usable.
    #[must_use]
    pub fn succeed(self) -> Self {
        Self::default()
    }

    /// The market failed. `open_ms` is how long to stay open for the given number of openings in a row.
    #[must_use]
    pub fn fail(self, now_ms: u64, open_ms: impl FnOnce(u32) -> u64) -> Self {
        let openings = match self {
            Self::Closed { faults } if faults + 1 < FAULTS_TO_OPEN => {
                return Self::Closed { faults: faults + 1 };
            }
            Self::Closed { .. } => 1,
            Self::Open { openings, .. } | Self::HalfOpen { openings } => openings.saturating_add(1),
        };
        Self::Open { until_ms: now_ms.saturating_add(open_ms(openings)), openings }
    }

    /// Opened at once, for a fault that only time or a person mends.
    #[must_use]
    pub fn trip(self, now_ms: u64, open_ms: u64) -> Self {
        let openings = match self {
            Self::Closed { .. } => 1,
            Self::Open { openings, .. } | Self::HalfOpen { openings } => openings.saturating_add(1),
        };
        Self::Open { until_ms: now_ms.saturating_add(open_ms), openings }
    }

    /// Its word for status rows and metrics.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Closed { .. } => "closed",
            Self::Open { .. } => "open",
            Self::HalfOpen { .. } => "half_open",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after_faults(count: u32) -> Circuit {
        (0..count)
            .fold(Circuit::default(), |circuit, _| circuit.fail(100, |openings| u64::from(openings) * 50))
    }

    #[test]
    fn opens_after_so_many_faults_in_a_row() {
        assert_eq!(after_faults(FAULTS_TO_OPEN - 1), Circuit::Closed { faults: 4 });
        assert_eq!(after_faults(FAULTS_TO_OPEN), Circuit::Open { until_ms: 150, openings: 1 });
        assert_eq!(after_faults(3).succeed(), Circuit::default());
    }

    #[test]
    fn one_probe_decides() {
        let open = after_faults(FAULTS_TO_OPEN);
        assert_eq!(open.ready_at_ms(120), 150);
        assert_eq!(open.ask(149), open);
        let probing = open.ask(150);
        assert_eq!(probing, Circuit::HalfOpen { openings: 1 });
        assert_eq!(probing.succeed(), Circuit::default());
        let again = probing.fail(160, |openings| u64::from(openings) * 50);
        assert_eq!(again, Circuit::Open { until_ms: 260, openings: 2 });
    }

    #[test]
    fn a_refusal_trips_it_at_once() {
        assert_eq!(Circuit::default().trip(10, 300), Circuit::Open { until_ms: 310, openings: 1 });
        assert_eq!(
            Circuit::HalfOpen { openings: 1 }.trip(10, 5),
            Circuit::Open { until_ms: 15, openings: 2 }
        );
    }
}
