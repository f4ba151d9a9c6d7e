//! A market's request budget: never more than so many requests in any window, never two closer than the spacing. Pure; the caller owns time.

use std::collections::VecDeque;

use domain::market::RequestBudget;

use crate::pace::Pace;

/// The requests of the last window. Times are milliseconds of any monotonic clock.
#[derive(Debug, Clone)]
pub struct Budget {
    requests: usize,
    window_ms: u64,
    spacing_ms: u64,
    taken: VecDeque<u64>,
    not_before_ms: u64,
}

impl Budget {
    /// A market's documented budget at a pace.
    #[must_use]
    pub fn new(documented: RequestBudget, pace: &Pace) -> Self {
        let RequestBudget { requests, window_ms, spacing_ms } = documented;
        Self {
            requests: usize::try_from(requests.max(1)).unwrap_or(usize::MAX),
            window_ms: pace.scaled_ms(window_ms),
            spacing_ms: pace.scaled_ms(spacing_ms),
            taken: VecDeque::new(),
            not_before_ms: 0,
        }
    }

    /// The earliest time at which a request may be sent, not before `now_ms`.
    #[must_use]
    pub fn ready_at_ms(&self, now_ms: u64) -> u64 {
        let spaced = self.taken.back().map_or(0, |last| last + self.spacing_ms);
        let is_full = self.taken.len() >= self.requests;
        let windowed = self.taken.front().filter(|_| is_full).map_or(0, |first| first + self.window_ms);
        now_ms.max(spaced).max(windowed).max(self.not_before_ms)
    }

    /// Spends one request, sent now.
    pub fn spend(&mut self, now_ms: u64) {
        self.taken.push_back(now_ms);
        while self.taken.len() > self.requests {
            self.taken.pop_front();
        }
    }

    /// The market asked for this much time, in milliseconds as they are: nothing is sent before it has passed.
    pub fn hold(&mut self, now_ms: u64, wait_ms: u64) {
        self.not_before_ms = self.not_before_ms.max(now_ms.saturating_add(wait_ms));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn budget(requests: u32, window_ms: u64, spacing_ms: u64) -> Budget {
        Budget::new(RequestBudget { requests, window_ms, spacing_ms }, &Pace::live(0))
    }

    #[test]
    fn a_window_and_a_spacing() {
        let mut budget = budget(3, 100, 10);
        let mut sent = Vec::new();
        let mut now = 0;
        for _ in 0..7 {
            now = budget.ready_at_ms(now);
            budget.spend(now);
            sent.push(now);
        }
        assert_eq!(sent, [0, 10, 20, 100, 110, 120, 200]);
    }

    #[test]
    fn a_market_that_asks_for_time_gets_it() {
        let mut budget = budget(10, 100, 1);
        budget.hold(5, 60);
        budget.hold(6, 1);
        assert_eq!(budget.ready_at_ms(7), 65);
        assert_eq!(budget.ready_at_ms(70), 70);
    }

    #[test]
    fn a_faster_world_allows_more() {
        let documented = RequestBudget { requests: 350, window_ms: 300_000, spacing_ms: 850 };
        let mut budget = Budget::new(documented, &Pace { speed_x1000: 30_000, ..Pace::live(0) });
        budget.spend(0);
        assert_eq!(budget.ready_at_ms(0), 28);
    }

    proptest! {
        #[test]
        fn no_window_ever_holds_too_many(requests in 1..6_u32, window in 1..200_u64, spacing in 0..30_u64, waits in prop::collection::vec(0..80_u64, 0..60)) {
            let mut budget = budget(requests, window, spacing);
            let (mut now, mut sent) = (0, Vec::new());
            for wait in waits {
                now = budget.ready_at_ms(now + wait);
                budget.spend(now);
                sent.push(now);
            }
            for (index, first) in sent.iter().enumerate() {
                let within = sent[index..].iter().filter(|at| **at < first + window).count();
                prop_assert!(within <= usize::try_from(requests).unwrap());
            }
            prop_assert!(sent.windows(2).all(|pair| pair[1] - pair[0] >= spacing));
        }
    }
}
