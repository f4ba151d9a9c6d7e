//! Request limits as the markets keep them, per market and address, faster by the speed factor.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use crate::market::Limit;

/// Most addresses remembered; beyond it the memory starts anew.
const ADDRESSES_MAX: usize = 1_024;

/// What every address has spent.
#[derive(Debug)]
pub(crate) struct Limiter {
    started: Instant,
    speed_x1000: u64,
    spent: Mutex<HashMap<(usize, IpAddr), VecDeque<u64>>>,
}

impl Limiter {
    pub(crate) fn new(speed_x1000: u64) -> Self {
        Self { started: Instant::now(), speed_x1000, spent: Mutex::default() }
    }

    /// Spends one request, or says in how many milliseconds the next is allowed.
    pub(crate) fn spend(&self, market: usize, limit: Limit, address: IpAddr) -> Result<(), u64> {
        let now_us = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.len() >= ADDRESSES_MAX && !spent.contains_key(&(market, address)) {
            spent.clear();
        }
        let times = spent.entry((market, address)).or_default();
        spend(times, limit, self.speed_x1000, now_us)
    }
}

/// Both kinds of limit are the same rule: at most `count` requests in any window. A steady limit with a burst of n is a
/// window of n intervals.
fn spend(times: &mut VecDeque<u64>, limit: Limit, speed_x1000: u64, now_us: u64) -> Result<(), u64> {
    let (count, window_ms) = match limit {
        Limit::Window { requests, window_ms } => (requests, window_ms),
        Limit::Steady { every_ms, burst } => (burst, every_ms * u64::from(burst)),
    };
    let window_us = window_ms * 1_000_000 / speed_x1000;
    while times.front().is_some_and(|first| first + window_us <= now_us) {
        times.pop_front();
    }
    if times.len() < count as usize {
        times.push_back(now_us);
        return Ok(());
    }
    let free_us = times.front().map_or(0, |first| (first + window_us).saturating_sub(now_us));
    Err(free_us.div_ceil(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(limit: Limit, speed_x1000: u64, times_us: &[u64]) -> Vec<Result<(), u64>> {
        let mut spent = VecDeque::new();
        times_us.iter().map(|at| spend(&mut spent, limit, speed_x1000, *at)).collect()
    }

    #[test]
    fn a_window_refuses_the_next_until_the_first_leaves() {
        let limit = Limit::Window { requests: 2, window_ms: 300_000 };
        let answers = run(limit, 30_000, &[0, 1_000_000, 2_000_000, 9_999_999, 10_000_000, 10_000_001]);
        assert_eq!(answers, [Ok(()), Ok(()), Err(8_000), Err(1), Ok(()), Err(1_000)]);
    }

    #[test]
    fn a_steady_limit_lets_a_burst_pass() {
        let limit = Limit::Steady { every_ms: 1_000, burst: 3 };
        let answers = run(limit, 1_000, &[0, 1, 2, 3, 3_000_000]);
        assert_eq!(answers, [Ok(()), Ok(()), Ok(()), Err(3_000), Ok(())]);
    }
}
