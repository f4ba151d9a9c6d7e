//! A market's request budget: never more than so many requests in any window, never two closer than the spacing; and the part of it that
//! the market has taught us to use. Pure; the caller owns time.
//!
//! Each time the market asks for time the part is halved, each answer raises it a little: additive up, multiplicative down, as networks
//! find the rate that a path bears. The documented budget is the ceiling.

use std::collections::VecDeque;

use domain::market::RequestBudget;

use crate::pace::Pace;

/// All of the documented budget, in thousandths.
pub const SHARE_FULL: u16 = 1_000;
/// A market is never asked at less than this part of it: an eighth, from which 175 answers lead back.
pub const SHARE_LEAST: u16 = 125;
/// What an answer adds.
const SHARE_STEP: u16 = 5;

/// The requests of the last window. Times are milliseconds of any monotonic clock.
#[derive(Debug, Clone)]
pub struct Budget {
    requests: usize,
    window_ms: u64,
    spacing_ms: u64,
    /// The part that is used, in thousandths.
    share: u16,
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
            share: SHARE_FULL,
            taken: VecDeque::new(),
            not_before_ms: 0,
        }
    }

    /// The earliest time at which a request may be sent, not before `now_ms`.
    #[must_use]
    pub fn ready_at_ms(&self, now_ms: u64) -> u64 {
        let (spacing_ms, requests) = (self.shared_spacing_ms(), self.shared_requests());
        let spaced = self.taken.back().map_or(0, |last| last.saturating_add(spacing_ms));
        let in_window = self.taken.len().checked_sub(requests).and_then(|index| self.taken.get(index));
        let windowed = in_window.map_or(0, |first| first.saturating_add(self.window_ms));
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

    /// For how long the market has still asked for time, in milliseconds; `None` when it has not.
    #[must_use]
    pub fn held_ms(&self, now_ms: u64) -> Option<u64> {
        self.not_before_ms.checked_sub(now_ms).filter(|held_ms| *held_ms > 0)
    }

    /// The part of the documented budget that is used, in thousandths.
    #[must_use]
    pub fn share(&self) -> u16 {
        self.share
    }

    /// Takes up a part that was learned earlier.
    pub fn recall(&mut self, share: u16) {
        self.share = share.clamp(SHARE_LEAST, SHARE_FULL);
    }

    /// The market asked for time: it is asked half as often from now on.
    pub fn lower(&mut self) {
        self.recall(self.share / 2);
    }

    /// The market answered: it is asked a little more often.
    pub fn raise(&mut self) {
        self.recall(self.share.saturating_add(SHARE_STEP));
    }

    fn shared_spacing_ms(&self) -> u64 {
        self.spacing_ms.saturating_mul(u64::from(SHARE_FULL)).div_ceil(u64::from(self.share))
    }

    fn shared_requests(&self) -> usize {
        (self.requests.saturating_mul(usize::from(self.share)) / usize::from(SHARE_FULL)).max(1)
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
    fn a_market_that_asks_for_time_is_asked_half_as_often() {
        let mut budget = budget(8, 800, 10);
        budget.spend(0);
        budget.lower();
        assert_eq!((budget.share(), budget.ready_at_ms(0)), (500, 20));
        for _ in 0..10 {
            budget.lower();
        }
        assert_eq!((budget.share(), budget.ready_at_ms(0)), (SHARE_LEAST, 800), "one in a window, no less");
        for _ in 0..175 {
            budget.raise();
        }
        assert_eq!(
            (budget.share(), budget.ready_at_ms(0)),
            (SHARE_FULL, 10),
            "never above what is documented"
        );
        budget.recall(0);
        assert_eq!(budget.share(), SHARE_LEAST);
    }

    #[test]
    fn what_is_held_is_told_until_it_is_over() {
        let mut budget = budget(8, 800, 10);
        budget.hold(5, 60);
        assert_eq!((budget.held_ms(5), budget.held_ms(64), budget.held_ms(65)), (Some(60), Some(1), None));
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
        fn no_window_ever_holds_too_many(requests in 1..6_u32, window in 1..200_u64, spacing in 0..30_u64, steps in prop::collection::vec((0..80_u64, any::<bool>()), 0..60)) {
            let mut budget = budget(requests, window, spacing);
            let (mut now, mut sent) = (0, Vec::new());
            for (wait, is_answered) in steps {
                now = budget.ready_at_ms(now + wait);
                budget.spend(now);
                sent.push(now);
                if is_answered { budget.raise() } else { budget.lower() }
                prop_assert!((SHARE_LEAST..=SHARE_FULL).contains(&budget.share()));
            }
            for (index, first) in sent.iter().enumerate() {
                let within = sent[index..].iter().filter(|at| **at < first + window).count();
                prop_assert!(within <= usize::try_from(requests).unwrap());
            }
            prop_assert!(sent.windows(2).all(|pair| pair[1] - pair[0] >= spacing));
        }
    }
}
