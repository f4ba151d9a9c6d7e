use super::*;

fn step(want: &Want, cursor: Option<&str>, page: &Page) -> Step {
    walk::step(want, cursor, page)
}

fn go_on(step: Step) -> String {
    match step {
        Step::Continue(cursor) => cursor,
        Step::Done(_) | Step::Gap(_) => panic!("{step:?}"),
    }
}

/// A page of sales of these seconds, newest first.
fn sales(seconds: &[i64], next: Option<u32>) -> Page {
    let (exchange, body) = fixture("search-sold");
    let html = body["html"].as_str().unwrap();
    let entry = html.split_inclusive("</a>\n").next().unwrap();
    let mut rows: String = seconds
        .iter()
        .map(|second| {
            let time = format!("2026-11-30T{:02}:{:02}:{:02}+00:00", second / 3_600, second / 60 % 60, second % 60);
            entry.replace("2026-11-30T11:58:07+00:00", &time)
        })
        .collect();
    if let Some(next) = next {
        rows.push_str(&format!("<div data-next-offset=\"{next}\"></div>"));
    }
    let body = serde_json::to_vec(&json!({ "ok": true, "html": rows })).unwrap();
    FragmentReader.read(&Exchange { body, ..exchange }).unwrap()
}

#[test]
fn a_scan_whose_pages_do_not_join_is_made_again() {
    let want = scan_of("Plush Pepe");
    let (first, last) = (read("search-sale-plushpepe"), read("search-sale-plushpepe-last"));
    let cursor = go_on(step(&want, None, &first));
    assert_eq!(cursor, r#"{"offset":"4","first":"plushpepe-2861"}"#);
    assert_eq!(go_on(step(&want, Some(&cursor), &last)), r#"{"offset":"6","is_behind_end":true}"#);
    // One listing before the border is gone, and the one behind it stands where the border stood.
    let mut shifted = last.clone();
    shifted.sightings.remove(0);
    assert_eq!(step(&want, Some(&cursor), &shifted), Step::Gap(None));
    // A new one came before the border: nothing is hidden, but one that got cheaper might be.
    let mut shifted = last.clone();
    shifted.sightings.insert(0, first.sightings[2].clone());
    assert_eq!(step(&want, Some(&cursor), &shifted), Step::Gap(None));
    assert_eq!(step(&want, Some(&cursor), &Page::default()), Step::Gap(None));
}

#[test]
fn an_offset_that_counts_is_overlapped_and_any_other_taken_as_it_is() {
    let want = scan_of("Plush Pepe");
    let word = replaced("data-next-offset=\"6\"", "data-next-offset=\"731005\"").unwrap();
    assert_eq!(word.cursor.as_deref(), Some("731005"));
    assert_eq!(go_on(step(&want, None, &word)), r#"{"offset":"731005","is_of_words":true}"#);
    // Then nothing is known of where the next page begins, nor of what would stand behind the last.
    let next = read("search-sale-plushpepe-last");
    assert_eq!(step(&want, Some(r#"{"offset":"731005","is_of_words":true}"#), &next), Step::Done(None));
}

#[test]
fn a_page_that_names_no_next_one_is_the_last_only_when_nothing_stands_behind_it() {
    let want = scan_of("Plush Pepe");
    // The attribute under another name, or gone: six entries of many.
    let renamed = replaced("data-next-offset", "data-offset-next").unwrap();
    let behind = go_on(step(&want, None, &renamed));
    assert_eq!(behind, r#"{"offset":"6","is_behind_end":true}"#);
    assert_eq!(walk::ScanCursor::read(Some(&behind)).unwrap().offset(), Some("6"));
    assert_eq!(step(&want, Some(&behind), &Page::default()), Step::Done(None));
    assert_eq!(step(&want, Some(&behind), &read("search-sale-plushpepe-last")), Step::Gap(None));
    // What stands there and is passed over stands there as well.
    let mut passed = read("search-sale-plushpepe");
    (passed.sightings, passed.cursor) = (Vec::new(), None);
    assert_eq!(step(&want, Some(&behind), &passed), Step::Gap(None));
    assert_eq!(go_on(step(&want, None, &passed)), format!(r#"{{"offset":"{}","is_behind_end":true}}"#, passed.passed.len()));
    // Nothing found at all is the whole list.
    assert_eq!(step(&want, None, &Page::default()), Step::Done(None));
}

#[test]
fn the_first_walk_learns_where_the_list_stands() {
    let Step::Done(Some(cursor)) = step(&Want::Feed, None, &sales(&[900, 800], Some(2))) else { panic!() };
    assert!(cursor.contains("\"known\":{\"id\":\"sold:plushpepe-42@"), "{cursor}");
    assert_eq!(step(&Want::Feed, None, &Page::default()), Step::Done(None));
}

#[test]
fn a_walk_goes_back_to_what_was_known_and_only_then_moves_it() {
    let Step::Done(Some(known)) = step(&Want::Feed, None, &sales(&[100], None)) else { panic!() };
    let first = go_on(step(&Want::Feed, Some(&known), &sales(&[900, 800], Some(2))));
    assert_eq!(walk::FeedCursor::read(Some(&first)).unwrap().at(), Some("2"));
    let second = go_on(step(&Want::Feed, Some(&first), &sales(&[700, 600], Some(4))));
    let Step::Done(Some(done)) = step(&Want::Feed, Some(&second), &sales(&[500, 100], Some(6))) else {
        panic!()
    };
    // The newest of the walk is known now, and nothing new is one page.
    assert_eq!(step(&Want::Feed, Some(&done), &sales(&[900, 800], Some(2))), Step::Done(Some(done.clone())));
    // A sale that left the list is passed by its time.
    let passed = step(&Want::Feed, Some(&done), &sales(&[5_000, 700], Some(2)));
    assert!(matches!(passed, Step::Done(Some(_))), "{passed:?}");
    // A list that ends before it is a gap.
    let ended = step(&Want::Feed, Some(&done), &sales(&[5_000, 4_000], None));
    assert!(matches!(ended, Step::Gap(Some(_))), "{ended:?}");
}

#[test]
fn history_goes_back_by_offset_to_its_end() {
    assert_eq!(go_on(step(&Want::History, None, &sales(&[900, 800], Some(2)))), "2");
    assert_eq!(step(&Want::History, Some("2"), &sales(&[700], None)), Step::Done(Some("2".into())));
}

#[tokio::test]
async fn walks_send_what_they_should() {
    let stand = Stand::start(vec![front(1), fixture_reply("search-sale-plushpepe")]).await;
    let cursor = r#"{"offset":"4","first":"plushpepe-2861"}"#;
    let exchange = stand.fetch(&scan_of("Plush Pepe"), Some(cursor)).await.unwrap();
    let form = exchange.request.body.unwrap();
    assert!(form.contains("filter=sale&collection=plushpepe&") && form.ends_with("&offset=4"), "{form}");
    assert_eq!(exchange.request.target, "/api");
    let sold = stand.fetch(&Want::History, Some("60")).await.unwrap().request.body.unwrap();
    assert!(sold.contains("filter=sold&collection=&") && sold.ends_with("&offset=60"), "{sold}");
    let probe = stand.fetch(&Want::Collections, Some(r#"{"ask":["newtoy"]}"#)).await.unwrap();
    assert!(probe.request.body.unwrap().contains("filter=&collection=newtoy"));
    let fault = stand.fetch(&Want::Attributes(Vec::new()), None).await.unwrap_err();
    assert!(matches!(fault, SourceFault::Never { .. }), "{fault:?}");
    for (want, cursor) in [(scan_of("x"), "{"), (Want::Feed, "1"), (Want::Collections, "1")] {
        assert!(matches!(stand.fetch(&want, Some(cursor)).await, Err(SourceFault::Never { .. })), "{cursor}");
    }
}

#[tokio::test]
async fn an_unknown_collection_is_asked_about_once() {
    let stand = Stand::start(vec![front(1)]).await;
    let (list, probe) = (read("gifts-collections"), read("probe-of-an-unknown-collection"));
    let next = go_on(stand.source.step(&Want::Collections, None, &list));
    assert_eq!(next, r#"{"ask":["newtoy"]}"#);
    assert_eq!(stand.source.step(&Want::Collections, Some(&next), &probe), Step::Done(None));
    assert_eq!(stand.source.step(&Want::Collections, None, &list), Step::Done(None));
}
