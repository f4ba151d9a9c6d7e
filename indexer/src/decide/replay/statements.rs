//! Histories as statements: what is delivered, and the lines it adds to the log. Times are this market's units, the skew is 25.

use domain::{Deal, Event, Fact, Happening, LotState, Price, order_key::KeyRank};

use super::{
    memory::Memory,
    world::{Item, Row, Scan, ScanPage, Step, Tells, deliver, lot_id},
};

fn listed(at: i64, price: i64) -> Step {
    happened(at, Happening::Listed { price: Price::nanoton(price) })
}

fn repriced(at: i64, price: i64) -> Step {
    happened(at, Happening::Repriced { price: Price::nanoton(price) })
}

fn sold(at: i64, price: i64) -> Step {
    happened(
        at,
        Happening::Sold { price: Price::nanoton(price), seller: None, buyer: None, transaction: None },
    )
}

fn happened(at: i64, what: Happening) -> Step {
    let source_id = format!("{at}");
    Step::Feed(vec![Item { source_id, lot: 0, at_us: at, what, tells: Tells::Nothing }])
}

fn begin(at: i64) -> Step {
    Step::Begin(Scan { scope: 0, started_us: at, pages: Vec::new() })
}

fn page(at: i64, price: Option<i64>) -> Step {
    let rows = price
        .map(|price| Row { deal: Deal::Listing, lot: 0, price, tells: Tells::Nothing })
        .into_iter()
        .collect();
    Step::Page(ScanPage { started_us: at, rows })
}

/// A whole scan that shows the lot at this price, or does not show it.
fn scan(at: i64, price: Option<i64>) -> Vec<Step> {
    vec![begin(at), page(at, price), Step::End]
}

fn line(event: &Event) -> String {
    let rank = if event.key.rank == KeyRank::Market { "" } else { "scan " };
    let what = match &event.fact {
        Fact::Listed { price, .. } => format!("listed at {}", price.amount),
        Fact::Repriced { price, before, .. } => {
            format!("repriced from {:?} to {}", before.as_ref().map(|before| before.amount), price.amount)
        }
        Fact::StillListed { price, .. } => format!("still listed at {}", price.amount),
        Fact::Delisted { reason, .. } => format!("delisted, {reason:?}").to_lowercase(),
        Fact::Sold { price, .. } => format!("sold at {}", price.amount),
        other => format!("{other:?}"),
    };
    let corrects = event.corrects.map(|position| format!(", corrects {position}")).unwrap_or_default();
    format!("{rank}{}: {what}{corrects}", event.key.at_us)
}

/// Delivers group by group; each line is an event, and the last says how the lot stands.
fn check(history: &[&[Step]], statement: &[&str]) {
    let mut memory = Memory::default();
    for steps in history {
        deliver(&mut memory, steps);
    }
    let mut lines: Vec<String> = memory.log.iter().map(|logged| line(&logged.event)).collect();
    lines.push(match memory.lots.get(&lot_id(0)).map(|(_, lot)| lot.state()) {
        None | Some(LotState::Unknown) => "= unknown".into(),
        Some(LotState::Open { price, listed_at_ms }) => {
            format!(
                "= open at {}{}",
                price.amount,
                if listed_at_ms.is_some() { ", listing time known" } else { "" }
            )
        }
        Some(LotState::Ended { ending }) => format!("= {ending:?}").to_lowercase(),
        Some(LotState::Vanished) => "= vanished".into(),
    });
    assert_eq!(lines, statement);
}

#[test]
fn a_page_that_shows_what_is_known_writes_nothing() {
    check(
        &[&scan(100, Some(5)), &scan(200, Some(5)), &scan(300, Some(6))],
        &["scan 75: listed at 5", "scan 275: repriced from Some(5) to 6", "= open at 6"],
    );
}

#[test]
fn the_feed_tells_the_time_of_what_a_page_showed() {
    check(
        &[&scan(100, Some(5)), &[listed(90, 5)]],
        &["scan 75: listed at 5", "90: listed at 5, corrects 1", "= open at 5, listing time known"],
    );
}

#[test]
fn what_vanished_was_sold_after_all() {
    check(
        &[&scan(100, Some(5)), &scan(200, None), &[sold(150, 5)]],
        &["scan 75: listed at 5", "scan 175: delisted, unseen", "150: sold at 5, corrects 2", "= sold"],
    );
}

#[test]
fn a_market_that_still_shows_what_it_sold_reopens_nothing() {
    check(
        &[&[listed(10, 5), sold(100, 5)], &scan(110, Some(5)), &scan(200, None)],
        &["10: listed at 5", "100: sold at 5", "= sold"],
    );
}

#[test]
fn what_was_listed_during_the_scan_is_not_missing_from_it() {
    check(
        &[&scan(100, None), &[begin(200), page(200, None), listed(201, 5), Step::End]],
        &["201: listed at 5", "= open at 5, listing time known"],
    );
}

#[test]
fn what_was_listed_inside_the_skew_is_not_missing_either() {
    check(&[&[listed(190, 5)], &scan(200, None)], &["190: listed at 5", "= open at 5, listing time known"]);
}

#[test]
fn a_late_sale_does_not_end_what_a_later_scan_saw_open() {
    check(
        &[&[listed(10, 5)], &scan(100, Some(5)), &[sold(50, 5)]],
        &["10: listed at 5", "50: sold at 5", "scan 75: still listed at 5", "= open at 5"],
    );
}

#[test]
fn a_late_sale_does_not_explain_an_absence_after_it_was_seen_again() {
    check(
        &[&[listed(10, 5)], &scan(100, Some(5)), &scan(200, None), &[sold(50, 5)]],
        &[
            "10: listed at 5",
            "scan 75: still listed at 5",
            "scan 175: delisted, unseen",
            "50: sold at 5",
            "= vanished",
        ],
    );
}

#[test]
fn a_late_listing_does_not_reopen_what_a_later_scan_missed() {
    check(
        &[&scan(200, None), &[listed(50, 5)], &[sold(60, 5)]],
        &["50: listed at 5", "scan 175: delisted, unseen", "60: sold at 5, corrects 2", "= sold"],
    );
}

#[test]
fn a_life_told_whole_needs_no_restatement() {
    let (Step::Feed(mut items), Step::Feed(end)) = (listed(50, 5), sold(60, 5)) else { unreachable!() };
    items.extend(end);
    check(&[&scan(200, None), &[Step::Feed(items)]], &["50: listed at 5", "60: sold at 5", "= sold"]);
}

#[test]
fn a_late_price_does_not_hide_the_one_a_later_scan_saw() {
    check(
        &[&scan(100, Some(5)), &scan(200, Some(5)), &[repriced(120, 9)]],
        &[
            "scan 75: listed at 5",
            "120: repriced from Some(5) to 9",
            "scan 175: still listed at 5",
            "= open at 5",
        ],
    );
}

#[test]
fn a_late_end_does_not_hide_what_the_scan_in_progress_has_seen() {
    check(
        &[&[listed(10, 5), begin(100), page(100, Some(5)), sold(50, 5), Step::End]],
        &["10: listed at 5", "50: sold at 5", "scan 75: still listed at 5", "= open at 5"],
    );
}

#[test]
fn of_two_pages_of_one_scan_the_later_request_counts() {
    check(
        &[&[begin(100), page(104, Some(6)), page(102, Some(5)), Step::End]],
        &["scan 75: listed at 6", "= open at 6"],
    );
}

#[test]
fn a_scan_that_breaks_off_says_nothing_of_what_it_did_not_reach() {
    check(
        &[&[listed(10, 5), begin(100), page(100, None), Step::Abandon]],
        &["10: listed at 5", "= open at 5, listing time known"],
    );
}

#[test]
fn a_happening_is_logged_once() {
    check(
        &[&[listed(10, 5), listed(10, 5)], &[listed(10, 5)]],
        &["10: listed at 5", "= open at 5, listing time known"],
    );
}
