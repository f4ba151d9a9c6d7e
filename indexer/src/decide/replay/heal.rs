//! A true market seen badly: happenings and pages are lost, scans break off. One full scan of the market at rest heals everything.

use domain::{Deal, Happening, LotState, Price};
use proptest::prelude::*;

use super::{
    memory::Memory,
    world::{Choices, Item, LOTS, Row, SKEW_US, Scan, ScanPage, Step, Tells, deliver, lot_id},
};

/// What a trader does to a lot next; what makes no sense in the lot's state does nothing.
#[derive(Debug, Clone, Copy)]
enum Move {
    List(i64),
    Reprice(i64),
    Cancel,
    Sell,
    /// The feed's clock goes on, and both scopes are scanned.
    Scan,
}

fn any_moves() -> impl Strategy<Value = Vec<(usize, Move)>> {
    let step = prop_oneof![
        3 => (1..4_i64).prop_map(Move::List),
        2 => (1..4_i64).prop_map(Move::Reprice),
        1 => Just(Move::Cancel),
        1 => Just(Move::Sell),
        2 => Just(Move::Scan),
    ];
    prop::collection::vec((0..LOTS, step), 0..40)
}

/// The market itself.
#[derive(Default)]
struct Market {
    asks: [Option<i64>; LOTS],
    feed: Vec<Item>,
    now_us: i64,
}

impl Market {
    fn act(&mut self, lot: usize, step: Move) {
        self.now_us += 7;
        let what = match (step, self.asks[lot]) {
            (Move::List(price), None) => Happening::Listed { price: Price::nanoton(price) },
            (Move::Reprice(price), Some(_)) => Happening::Repriced { price: Price::nanoton(price) },
            (Move::Cancel, Some(_)) => Happening::Delisted,
            (Move::Sell, Some(price)) => {
                Happening::Sold { price: Price::nanoton(price), seller: None, buyer: None, transaction: None }
            }
            _ => return,
        };
        self.asks[lot] = match &what {
            Happening::Listed { price } | Happening::Repriced { price } => Some(price.amount),
            _ => None,
        };
        let source_id = format!("happening-{}", self.feed.len());
        self.feed.push(Item { source_id, lot, at_us: self.now_us, what, tells: Tells::Nothing });
    }

    /// The scope as it stands now, a lot to a page.
    fn scan(&mut self, scope: usize) -> Scan {
        let started_us = self.now_us;
        let mut pages = Vec::new();
        for lot in (scope..LOTS).step_by(2) {
            self.now_us += 1;
            let row =
                self.asks[lot].map(|price| Row { deal: Deal::Listing, lot, price, tells: Tells::Nothing });
            pages.push(ScanPage { started_us: self.now_us, rows: row.into_iter().collect() });
        }
        Scan { scope, started_us, pages }
    }
}

fn walk(scan: &Scan, end: Step) -> Vec<Step> {
    let mut steps = vec![Step::Begin(scan.clone())];
    steps.extend(scan.pages.iter().cloned().map(Step::Page));
    steps.push(end);
    steps
}

proptest! {
    #![proptest_config(super::cases(400))]

    #[test]
    fn one_full_scan_at_rest_heals_every_loss(moves in any_moves(), seed in any::<u64>()) {
        let (mut market, mut memory, mut choices) = (Market::default(), Memory::default(), Choices(seed));
        let mut late = Vec::new();
        for (lot, step) in moves {
            let told = market.feed.len();
            if matches!(step, Move::Scan) {
                let mut scan = market.scan(lot % 2);
                // A page of the walk is lost without a trace; or the walk breaks off before its end.
                if choices.below(3) == 0 {
                    scan.pages.remove(choices.below(scan.pages.len()));
                }
                let end = if choices.below(3) == 0 { Step::Abandon } else { Step::End };
                deliver(&mut memory, &walk(&scan, end));
                continue;
            }
            market.act(lot, step);
            for item in &market.feed[told..] {
                match choices.below(4) {
                    0 => {}
                    1 => late.push(item.clone()),
                    _ => deliver(&mut memory, &[Step::Feed(vec![item.clone()])]),
                }
            }
        }
        market.now_us += SKEW_US + 1;
        for scope in 0..2 {
            let scan = market.scan(scope);
            deliver(&mut memory, &walk(&scan, Step::End));
        }
        choices.shuffle(&mut late);
        for item in late {
            deliver(&mut memory, &[Step::Feed(vec![item])]);
        }
        for (lot, ask) in market.asks.iter().enumerate() {
            let state = memory.lots.get(&lot_id(lot)).map_or(LotState::Unknown, |(_, lot)| lot.state());
            let open = match state {
                LotState::Open { price, .. } => Some(price.amount),
                _ => None,
            };
            prop_assert_eq!(open, *ask, "lot {}", lot);
        }
    }
}
