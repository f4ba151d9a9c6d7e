use super::*;

const FEED: Want = Want::Feed;
/// 2026-11-30T08:00:00Z.
const EIGHT_MS: i64 = 1_796_025_600_000;

fn step(want: &Want, cursor: Option<&str>, page: &Page) -> Step {
    walk::step(want, cursor, page)
}

/// A page of sales at these seconds after eight, and the more to fill it up at the last of them.
fn sales(seconds: &[i64], more: usize) -> Page {
    let (exchange, body) = fixture("sale-history");
    let last = seconds.last().copied().unwrap_or(0);
    let all = seconds.iter().copied().chain(std::iter::repeat_n(last, more));
    let entries: Vec<Value> = all
        .enumerate()
        .map(|(index, second)| {
            let mut entry = body[0].clone();
            entry["gift_id"] = json!(10_400_000 + index);
            entry["timestamp"] = json!(EIGHT_MS + second * 1_000);
            entry
        })
        .collect();
    TonnelReader.read(&Exchange { body: serde_json::to_vec(&entries).unwrap(), ..exchange }).unwrap()
}

fn feed_window(cursor: &str) -> (i64, Option<i64>, u32) {
    let walk::Window { from_ms, to_ms, page } = walk::FeedCursor::read(Some(cursor)).unwrap().window();
    ((from_ms - EIGHT_MS) / 1_000, to_ms.map(|to_ms| (to_ms - EIGHT_MS) / 1_000), page)
}

fn go_on(step: Step) -> String {
    match step {
        Step::Continue(cursor) => cursor,
        Step::Done(_) | Step::Gap(_) => panic!("{step:?}"),
    }
}

fn rest(step: Step) -> String {
    match step {
        Step::Done(Some(cursor)) => cursor,
        _ => panic!("{step:?}"),
    }
}

#[test]
fn the_first_walk_learns_where_the_sales_stand() {
    let cursor = rest(step(&FEED, None, &sales(&[900, 800], 48)));
    assert_eq!(cursor, format!("{{\"known_ms\":{}}}", EIGHT_MS + 900_000));
    assert_eq!(feed_window(&cursor), (840, None, 1), "a minute of slack");
    assert_eq!(step(&FEED, None, &sales(&[], 0)), Step::Done(None));
}

#[test]
fn nothing_new_is_one_request_and_changes_nothing() {
    let known = rest(step(&FEED, None, &sales(&[900], 0)));
    assert_eq!(rest(step(&FEED, Some(&known), &sales(&[900, 850], 0))), known);
    // Nor does a page that shows nothing any more.
    assert_eq!(rest(step(&FEED, Some(&known), &sales(&[], 0))), known);
}

#[test]
fn a_walk_goes_back_to_what_was_known_and_only_then_moves_it() {
    let known = rest(step(&FEED, None, &sales(&[100], 0)));
    let first = go_on(step(&FEED, Some(&known), &sales(&[900, 700], 48)));
    assert_eq!(feed_window(&first), (40, Some(700), 1));
    // Resumed from the saved text alone, as after a crash; what came on top meanwhile is the next walk's.
    let second = go_on(step(&FEED, Some(&first), &sales(&[700, 500], 48)));
    assert_eq!(feed_window(&second), (40, Some(500), 1));
    let done = rest(step(&FEED, Some(&second), &sales(&[500, 300, 100], 0)));
    assert_eq!(feed_window(&done), (840, None, 1));
}

#[test]
fn a_page_from_which_entries_were_lost_does_not_end_the_walk() {
    let known = rest(step(&FEED, None, &sales(&[100], 0)));
    let first = go_on(step(&FEED, Some(&known), &sales(&[900, 700], 30)));
    assert_eq!(feed_window(&first), (40, Some(700), 1));
    // The oldest there is, though what was known is gone from the history.
    let second = go_on(step(&FEED, Some(&first), &sales(&[700, 500], 0)));
    let done = rest(step(&FEED, Some(&second), &sales(&[500], 0)));
    assert_eq!(feed_window(&done), (840, None, 1));
}

#[test]
fn more_sales_of_one_moment_than_a_page_holds_are_walked_by_pages() {
    let known = rest(step(&FEED, None, &sales(&[100], 0)));
    let first = go_on(step(&FEED, Some(&known), &sales(&[700], 49)));
    assert_eq!(feed_window(&first), (40, Some(700), 1));
    let second = go_on(step(&FEED, Some(&first), &sales(&[700], 49)));
    assert_eq!(feed_window(&second), (40, Some(700), 2));
    let third = go_on(step(&FEED, Some(&second), &sales(&[700, 600], 0)));
    assert_eq!(feed_window(&third), (40, Some(600), 1));
}

#[test]
fn a_walk_that_finds_no_end_says_so() {
    let mut cursor = rest(step(&FEED, None, &sales(&[0], 0)));
    let mut pages = 0;
    loop {
        match step(&FEED, Some(&cursor), &sales(&[10_000 - pages], 49)) {
            Step::Continue(next) => cursor = next,
            Step::Gap(Some(rested)) => {
                assert_eq!(feed_window(&rested), (9_940, None, 1));
                break;
            }
            other => panic!("{other:?}"),
        }
        pages += 1;
        assert!(pages <= 1_000);
    }
    assert_eq!(pages, 1_000);
}

#[test]
fn the_history_is_walked_back_by_time() {
    let first = go_on(step(&Want::History, None, &sales(&[900, 700], 48)));
    let walk::Window { to_ms, page, .. } = walk::Place::read(Some(&first)).unwrap().window();
    assert_eq!((to_ms, page), (Some(EIGHT_MS + 700_000), 1));
    // The oldest of all is on the page that begins with it.
    assert_eq!(step(&Want::History, Some(&first), &sales(&[700], 0)), Step::Done(Some(first.clone())));
    assert_eq!(step(&Want::History, Some(&first), &sales(&[], 0)), Step::Done(Some(first)));
    assert_eq!(step(&Want::History, None, &sales(&[], 0)), Step::Done(None));
}

#[test]
fn listings_are_walked_down_by_id_to_the_page_without_any() {
    let bear = collection("Toy Bear");
    let scan = Want::Scan(Scope { id: ask::Asset::Ton.scope(&bear.slug), collection: bear });
    // Lots that are passed over and bundles, whose ids are below zero, count as well.
    assert_eq!(go_on(step(&scan, None, &whole("page-gifts-odd"))), "-1041");
    let page = whole("page-gifts-toybear");
    assert_eq!(go_on(step(&scan, None, &page)), "4840785");
    assert_eq!(go_on(step(&scan, Some("4840786"), &page)), "4840785");
    let empty = changed("page-gifts-toybear", |body| body.as_array_mut().unwrap().clear()).unwrap();
    assert_eq!(step(&scan, Some("4840785"), &empty), Step::Done(None));
    // Whoever answers with what lies not below has not understood the filter: nothing follows from such a scan.
    assert_eq!(step(&scan, Some("4840785"), &page), Step::Gap(None));
    assert_eq!(step(&scan, Some("4840784"), &page), Step::Gap(None));
}

#[test]
fn a_page_whose_ids_do_not_fall_below_the_one_before_ends_no_scan() {
    let bear = collection("Toy Bear");
    let scan = Want::Scan(Scope { id: ask::Asset::Ton.scope(&bear.slug), collection: bear });
    let page = |ids: &[i64]| {
        changed("page-gifts-toybear", |body| {
            let entry = body[0].clone();
            let entries = ids.iter().map(|id| {
                let mut entry = entry.clone();
                entry["gift_id"] = json!(id);
                entry
            });
            *body = entries.collect();
        })
        .unwrap()
    };
    assert_eq!(go_on(step(&scan, None, &page(&[90, 70, 50]))), "50");
    assert_eq!(go_on(step(&scan, Some("50"), &page(&[49, 30]))), "30");
    // By price, say: between 90 and 50 others may stand that a walk below 50 never shows.
    for ids in [&[90, 50, 70][..], &[50, 70, 90], &[90, 90]] {
        assert_eq!(step(&scan, None, &page(ids)), Step::Gap(None), "{ids:?}");
    }
    // The filter was not heeded: the lowest alone lies below.
    assert_eq!(step(&scan, Some("50"), &page(&[90, 70, 40])), Step::Gap(None));
    assert_eq!(step(&scan, Some("50"), &page(&[50, 40])), Step::Gap(None));
}

#[test]
fn an_empty_page_in_the_middle_of_a_walk_is_no_end() {
    let known = rest(step(&FEED, None, &sales(&[100], 0)));
    let first = go_on(step(&FEED, Some(&known), &sales(&[900, 700], 48)));
    let Step::Gap(Some(rested)) = step(&FEED, Some(&first), &sales(&[], 0)) else { panic!() };
    assert_eq!(feed_window(&rested), (840, None, 1));
}

#[test]
fn only_sales_move_the_known_end() {
    // A bid is walked over and no end, whatever its time is.
    let page = changed("sale-history", |body| {
        let entry = |kind: &str, second: i64| {
            let mut entry = body[0].clone();
            entry["type"] = json!(kind);
            entry["timestamp"] = json!(EIGHT_MS + second * 1_000);
            entry
        };
        *body = json!([entry("BID", 900_000), entry("SALE", 100)]);
    });
    assert_eq!(feed_window(&rest(step(&FEED, None, &page.unwrap()))), (40, None, 1));
    let bids = changed("sale-history", |body| {
        body[0]["type"] = json!("BID");
        *body = json!([body[0]]);
    });
    assert_eq!(step(&FEED, None, &bids.unwrap()), Step::Done(None));
}
