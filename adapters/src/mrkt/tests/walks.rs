use super::*;

fn step(want: &Want, cursor: Option<&str>, page: &Page) -> Step {
    walk::step(want, cursor, page)
}

/// A page of the feed with these happenings, (id, seconds), newest first, and MRKT's cursor.
fn feed(entries: &[(u32, i64)], cursor: Option<&str>) -> Page {
    let (exchange, body) = fixture("feed");
    let entry = &body["items"][3];
    let items: Vec<_> = entries
        .iter()
        .map(|(id, second)| {
            let mut entry = entry.clone();
            entry["id"] = json!(format!("e{id}"));
            entry["date"] = json!(format!(
                "2026-11-21T{:02}:{:02}:{:02}Z",
                second / 3_600,
                second / 60 % 60,
                second % 60
            ));
            entry
        })
        .collect();
    let body = serde_json::to_vec(&json!({"items": items, "cursor": cursor})).unwrap();
    MrktReader.read(&Exchange { body, ..exchange }).unwrap()
}

fn asked_at(cursor: &str) -> Option<String> {
    crate::feed::FeedCursor::read(Some(cursor), "MRKT").unwrap().at().map(str::to_owned)
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

fn gap(step: Step) -> String {
    match step {
        Step::Gap(Some(cursor)) => cursor,
        _ => panic!("{step:?}"),
    }
}

#[test]
fn the_first_walk_learns_where_the_feed_stands() {
    let cursor = rest(step(&Want::Feed, None, &feed(&[(9, 900), (8, 800)], Some("c"))));
    assert_eq!(asked_at(&cursor), None);
    assert!(cursor.contains("listing:e9") && !cursor.contains("lost"), "{cursor}");
    assert_eq!(step(&Want::Feed, None, &feed(&[], None)), Step::Done(None));
}

#[test]
fn a_walk_goes_back_to_what_was_known_and_only_then_moves_it() {
    let known = rest(step(&Want::Feed, None, &feed(&[(1, 100)], None)));
    let first = go_on(step(&Want::Feed, Some(&known), &feed(&[(9, 900), (8, 800)], Some("c1"))));
    assert_eq!(asked_at(&first).as_deref(), Some("c1"));
    // Resumed from the saved text alone, as after a crash; what came on top meanwhile is the next walk's.
    let second = go_on(step(&Want::Feed, Some(&first), &feed(&[(7, 700), (6, 600)], Some("c2"))));
    assert!(second.contains("\"known\":{\"id\":\"listing:e1\""), "{second}");
    let done = rest(step(&Want::Feed, Some(&second), &feed(&[(5, 500), (1, 100), (0, 50)], Some("c3"))));
    assert!(done.contains("\"known\":{\"id\":\"listing:e9\"") && !done.contains("lost"), "{done}");
    // Nothing new: one page, and nothing to change.
    assert_eq!(rest(step(&Want::Feed, Some(&done), &feed(&[(9, 900), (8, 800)], Some("c")))), done);
}

#[test]
fn a_page_without_what_we_follow_does_not_stop_the_walk() {
    let known = rest(step(&Want::Feed, None, &feed(&[(1, 100)], None)));
    let first = go_on(step(&Want::Feed, Some(&known), &feed(&[], Some("c1"))));
    let done = rest(step(&Want::Feed, Some(&first), &feed(&[(2, 200), (1, 100)], Some("c2"))));
    assert!(done.contains("listing:e2"), "{done}");
}

#[test]
fn a_known_happening_that_left_the_feed_is_passed_by_its_time() {
    let known = rest(step(&Want::Feed, None, &feed(&[(5, 5_000)], None)));
    // Older, but within the slack of one moment: the walk goes on.
    go_on(step(&Want::Feed, Some(&known), &feed(&[(9, 9_000), (4, 4_900)], Some("c1"))));
    let done = rest(step(&Want::Feed, Some(&known), &feed(&[(9, 9_000), (4, 4_800)], Some("c1"))));
    assert!(done.contains("listing:e9") && !done.contains("lost"), "{done}");
}

#[test]
fn a_feed_that_does_not_reach_back_says_so() {
    let known = rest(step(&Want::Feed, None, &feed(&[(1, 100)], None)));
    // It ends before.
    let lost = gap(step(&Want::Feed, Some(&known), &feed(&[(9, 900)], None)));
    assert!(
        lost.contains("\"known\":{\"id\":\"listing:e9\"") && lost.contains("\"lost\":{\"id\":\"listing:e1\""),
        "{lost}"
    );
    assert_eq!(asked_at(&lost), None);
    // Its cursor stands still.
    let first = go_on(step(&Want::Feed, Some(&known), &feed(&[(9, 900)], Some("c1"))));
    assert!(gap(step(&Want::Feed, Some(&first), &feed(&[(8, 800)], Some("c1")))).contains("lost"));
    // It has no end.
    let mut cursor = known;
    let mut pages = 0;
    loop {
        match step(&Want::Feed, Some(&cursor), &feed(&[(9, 900)], Some(&format!("c{pages}")))) {
            Step::Continue(next) => cursor = next,
            done => {
                assert!(gap(done).contains("lost"));
                break;
            }
        }
        pages += 1;
        assert!(pages <= 1_000);
    }
    assert_eq!(pages, 1_000);
    // The note goes with the next walk that is whole.
    assert!(!rest(step(&Want::Feed, Some(&lost), &feed(&[(10, 1_000), (9, 900)], None))).contains("lost"));
}

#[test]
fn scans_and_history_follow_the_cursor_to_its_end() {
    let slug = collection("Durov's Cap");
    let scan = Want::Scan(Scope { id: parse::scope(&slug.slug), collection: slug });
    let (page, last) = (changed("gifts-saling-durovscap", |_| {}), changed("gifts-saling-last-page", |_| {}));
    let cursor = go_on(step(&scan, None, &page.unwrap()));
    assert_eq!(cursor, "bGFzdDo5MDAwMDAwMDAwMDQ=");
    assert_eq!(step(&scan, Some(&cursor), &last.unwrap()), Step::Done(None));
    let older = go_on(step(&Want::History, None, &feed(&[(9, 900)], Some("c1"))));
    assert_eq!(older, "c1");
    assert_eq!(step(&Want::History, Some("c1"), &feed(&[], None)), Step::Done(Some("c1".into())));
}

#[tokio::test]
async fn names_are_sent_as_the_market_spells_them_learned_at_the_start() {
    let replies = vec![
        signed("t"),
        fixture_reply("gifts-collections"),
        fixture_reply("gifts-saling-durovscap"),
        fixture_reply("gifts-models"),
        fixture_reply("gifts-saling-last-page"),
    ];
    let stand = Stand::start("names", replies).await;
    let wanted = [collection("Durov's Cap"), collection("Not There"), collection("Snow Mittens")];
    // Before the list was read nothing is left out.
    assert_eq!(stand.source.scopes(&wanted).len(), 3);
    let scan = Want::Scan(stand.source.scopes(&wanted).remove(0));
    let exchange = stand.fetch(&scan, None).await.unwrap();
    let batches = stand.source.attribute_batches(&wanted);
    stand.fetch(&Want::Attributes(batches[0].clone()), None).await.unwrap();
    stand.fetch(&scan, Some("c1")).await.unwrap();
    let ids: Vec<_> = stand.source.scopes(&wanted).into_iter().map(|scope| scope.id.0).collect();
    assert_eq!(ids, ["saling:durovscap", "saling:snowmittens"]);

    let asked = stand.asked();
    let lines: Vec<_> = asked.iter().map(|(line, _)| line.as_str()).collect();
    assert_eq!(
        lines,
        [
            "POST /base/auth",
            "GET /base/gifts/collections",
            "POST /base/gifts/saling",
            "POST /base/gifts/models",
            "POST /base/gifts/saling",
        ]
    );
    assert!(asked[2].1.starts_with("{\"collectionNames\":[\"Durov\u{2019}s Cap\"],"));
    assert_eq!(asked[3].1, "{\"collections\":[\"Durov\u{2019}s Cap\",\"Snow Mittens\"]}");
    assert!(asked[4].1.contains(r#""count":20,"cursor":"c1","#));
    assert_eq!(exchange.request.body.as_deref(), Some(asked[2].1.as_str()));
}

#[tokio::test]
async fn a_collection_that_is_not_listed_is_never_asked_for() {
    let stand = Stand::start("unlisted", vec![signed("t"), fixture_reply("gifts-collections")]).await;
    stand.fetch(&Want::Collections, None).await.unwrap();
    let unlisted = collection("Not There");
    let foreign = Scope { id: ScopeId("onchain:durovscap".into()), collection: collection("Durov's Cap") };
    for want in [
        Want::Scan(Scope { id: parse::scope(&unlisted.slug), collection: unlisted.clone() }),
        Want::Attributes(vec![unlisted.clone()]),
        Want::Attributes(vec![unlisted; 11]),
        Want::Scan(foreign),
    ] {
        let fault = stand.fetch(&want, None).await.unwrap_err();
        assert!(matches!(fault, SourceFault::Never { .. }), "{fault:?}");
    }
    let fault = stand.fetch(&Want::Feed, Some("no cursor of ours")).await.unwrap_err();
    assert!(matches!(fault, SourceFault::Never { .. }), "{fault:?}");
    assert_eq!(stand.asked().len(), 2);
}

#[test]
fn models_are_asked_for_ten_at_a_time() {
    install_tls();
    let lookup = |variable: &str| (variable == "RIBBON_MRKT_INIT_DATA_FILE").then(|| "f".to_owned());
    let source = (REGISTRATION.build)(&Settings::new(&lookup)).unwrap();
    let collections: Vec<_> = (0..23).map(|index| collection(&format!("Gift {index}"))).collect();
    let sizes: Vec<_> = source.attribute_batches(&collections).iter().map(Vec::len).collect();
    assert_eq!(sizes, [10, 10, 3]);
}
