//! What a sandbox is started with, and why it may be refused.

use std::net::{Ipv4Addr, SocketAddr};

/// Fewest and most gifts of a world.
pub const GIFTS_RANGE: std::ops::RangeInclusive<u32> = 100..=1_000_000;
/// Slowest and fastest speed, times 1000: a tenth of real time to ten thousand times it.
pub const SPEED_X1000_RANGE: std::ops::RangeInclusive<u64> = 100..=10_000_000;
/// 2020-01-01 in microseconds: no world begins before it, so that its past and dates stay positive.
const EPOCH_FIRST_US: i64 = 1_577_836_800_000_000;
/// A day in microseconds; an epoch may lie this far ahead of this machine's clock, not further.
const DAY_US: i64 = 86_400_000_000;

/// How a world is made and run.
#[derive(Debug, Clone)]
pub struct SandboxOptions {
    /// Decides everything that is drawn.
    pub seed: u64,
    /// How many gifts there are, in [`GIFTS_RANGE`].
    pub gifts: u32,
    /// Speed factor times 1000, in [`SPEED_X1000_RANGE`]: trading and request limits are so much faster than real ones.
    pub speed_x1000: u64,
    /// Where to listen: a loopback address. Port 0 takes a free one.
    pub bind: SocketAddr,
    /// Whether traders act by themselves. Without, only [`crate::Running::step`] moves the world.
    pub trading: bool,
    /// When the world began, microseconds since 1970. `None` begins a new world now. The epoch of an earlier start gives
    /// that world again, moved on by the time since, which is how a database can go on with its world.
    pub epoch_us: Option<i64>,
    /// Whether the markets' documented request limits hold.
    pub limits: bool,
    /// Which clock stamps what happens.
    pub clock: SandboxClock,
}

/// Which clock stamps what happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SandboxClock {
    /// This machine's.
    Wall,
    /// A made-up one, for tests of determinism: it begins at the epoch and moves by so many microseconds per step.
    Logical {
        /// Microseconds per step, at least 1000.
        step_us: i64,
    },
}

impl Default for SandboxOptions {
    /// The world of `ribbon up`: 20,000 gifts, 30 times real speed, a free port.
    fn default() -> Self {
        Self {
            seed: 1,
            gifts: 20_000,
            speed_x1000: 30_000,
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            trading: true,
            epoch_us: None,
            limits: true,
            clock: SandboxClock::Wall,
        }
    }
}

/// Why a sandbox was not started.
#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    /// More or fewer gifts than a world can have.
    #[error("a sandbox has 100 to 1000000 gifts, not {gifts}")]
    Gifts {
        /// The number refused.
        gifts: u32,
    },
    /// A speed out of range.
    #[error(
        "a sandbox runs at a tenth to ten thousand times real speed (100 to 10000000 thousandths), not {speed_x1000}"
    )]
    Speed {
        /// The number refused.
        speed_x1000: u64,
    },
    /// An address that others could reach: the control endpoints have no lock.
    #[error("a sandbox listens on loopback only, not on {bind}")]
    NotLoopback {
        /// The address refused.
        bind: SocketAddr,
    },
    /// An epoch before 2020 or in the future.
    #[error("a sandbox's world begins between 2020 and now, in microseconds since 1970, not at {epoch_us}")]
    Epoch {
        /// The epoch refused.
        epoch_us: i64,
    },
    /// A logical clock that stands still.
    #[error("a logical clock moves at least 1000 microseconds per step, not {step_us}")]
    LogicalStep {
        /// The step refused.
        step_us: i64,
    },
    /// The address cannot be listened on.
    #[error("the sandbox cannot listen on {bind}: {source}")]
    Bind {
        /// The address.
        bind: SocketAddr,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The task that makes the world died.
    #[error("the sandbox's world was not made: {why}")]
    Make {
        /// The runtime's reason.
        why: String,
    },
}

impl SandboxOptions {
    /// Checks everything that can be checked without the system.
    ///
    /// # Errors
    /// The first [`StartFault`] found, in the order of the fields.
    pub fn check(&self, now_us: i64) -> Result<(), StartFault> {
        if !GIFTS_RANGE.contains(&self.gifts) {
            return Err(StartFault::Gifts { gifts: self.gifts });
        }
        if !SPEED_X1000_RANGE.contains(&self.speed_x1000) {
            return Err(StartFault::Speed { speed_x1000: self.speed_x1000 });
        }
        if !self.bind.ip().is_loopback() {
            return Err(StartFault::NotLoopback { bind: self.bind });
        }
        if let Some(epoch_us) = self.epoch_us.filter(|us| !(EPOCH_FIRST_US..=now_us + DAY_US).contains(us)) {
            return Err(StartFault::Epoch { epoch_us });
        }
        match self.clock {
            SandboxClock::Logical { step_us } if step_us < 1_000 => Err(StartFault::LogicalStep { step_us }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_names_its_field() {
        let now_us = EPOCH_FIRST_US * 2;
        let check = |change: fn(&mut SandboxOptions)| {
            let mut options = SandboxOptions::default();
            change(&mut options);
            options.check(now_us).map_err(|fault| fault.to_string().chars().take(30).collect::<String>())
        };
        assert_eq!(check(|_| ()), Ok(()));
        assert_eq!(check(|o| o.gifts = 1_000_000), Ok(()));
        for (change, words) in [
            ((|o| o.gifts = 99) as fn(&mut SandboxOptions), "a sandbox has 100 to 1000000 g"),
            (|o| o.gifts = 1_000_001, "a sandbox has 100 to 1000000 g"),
            (|o| o.speed_x1000 = 99, "a sandbox runs at a tenth to t"),
            (|o| o.bind = SocketAddr::from(([0, 0, 0, 0], 1)), "a sandbox listens on loopback "),
            (|o| o.epoch_us = Some(0), "a sandbox's world begins betwe"),
            (|o| o.epoch_us = Some(i64::MAX), "a sandbox's world begins betwe"),
            (|o| o.clock = SandboxClock::Logical { step_us: 999 }, "a logical clock moves at least"),
        ] {
            assert_eq!(check(change), Err(words.to_owned()));
        }
    }
}
