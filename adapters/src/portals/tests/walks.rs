use super::*;

const CAP: &str = "nfts-search-durovscap";

fn step(want: &Want, cursor: Option<&str>, page: &Page) -> Step {
    walk::step(want, cursor, page)
}

fn scan() -> Want {
    let slug = collection("Durov's Cap");
    Want::Scan(Scope { id: parse::scope(&slug.slug), collection: slug })
}

/// A page of listings with these numbers, asked for from this offset.
fn listings(offset: u64, numbers: impl IntoIterator<Item = u32>) -> Page {
    let (mut exchange, body) = fixture(CAP);
    let listing = |number: u32| {
        let mut listing = body["results"][0].clone();
        listing["external_collection_number"] = json!(number);
        listing["id"] = json!(format!("lot-{number}"));
        listing["tg_id"] = Value::Null;
        listing
    };
    let results: Vec<_> = numbers.into_iter().map(listing).collect();
    exchange.request.target = exchange.request.target.replace("offset=0", &format!("offset={offset}"));
    let body = serde_json::to_vec(&json!({"results": results, "total_count": 7})).unwrap();
    PortalsReader.read(&Exchange { body, ..exchange }).unwrap()
}

/// A page of the feed with happenings at these seconds, newest first, asked for from this offset.
fn feed(offset: u64, seconds: &[i64]) -> Page {
    let (mut exchange, body) = fixture("market-actions");
    let action = |second: &i64| {
        let mut action = body["actions"][0].clone();
        let (hour, minute) = (second / 3_600, second / 60 % 60);
        action["created_at"] = json!(format!("2026-11-21T{hour:02}:{minute:02}:{:02}Z", second % 60));
        action
    };
    let actions: Vec<_> = seconds.iter().map(action).collect();
    exchange.request.target = exchange.request.target.replace("offset=0", &format!("offset={offset}"));
    let body = serde_json::to_vec(&json!({ "actions": actions })).unwrap();
    PortalsReader.read(&Exchange { body, ..exchange }).unwrap()
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
fn pages_of_a_scan_overlap_and_join() {
    let cursor = go_on(step(&scan(), None, &listings(0, 1..=50)));
    assert_eq!(cursor, "45:50");
    assert_eq!(walk::ScanCursor::read(Some(&cursor)).unwrap().offset, 45);
    let cursor = go_on(step(&scan(), Some(&cursor), &listings(45, 46..=95)));
    assert_eq!(cursor, "90:95");
    assert_eq!(step(&scan(), Some(&cursor), &listings(90, 91..=97)), Step::Done(None));
    // The last page may show nothing new at all.
    assert_eq!(step(&scan(), Some(&cursor), &listings(90, 91..=95)), Step::Done(None));
}

#[test]
fn listings_that_end_meanwhile_move_the_rest_up_and_the_overlap_holds() {
    let cursor = go_on(step(&scan(), None, &listings(0, 1..=50)));
    // Four have ended: the page begins with what stood four places further.
    go_on(step(&scan(), Some(&cursor), &listings(45, 50..=99)));
    // Five have: 51 may have stood before this page.
    assert_eq!(step(&scan(), Some(&cursor), &listings(45, 52..=99)), Step::Gap(None));
    // New ones came below: the same stand here again.
    go_on(step(&scan(), Some(&cursor), &listings(45, 40..=89)));
}

#[test]
fn pages_that_do_not_join_are_no_scan() {
    let cursor = go_on(step(&scan(), None, &listings(0, 1..=50)));
    for (page, what) in [
        (listings(45, 51..=100), "the page between was left out"),
        (listings(45, []), "nothing stands where the last ones stood"),
        (listings(45, (46..=95).rev()), "an order other than the one asked for"),
        (listings(45, 1..=50), "the offset is not heeded"),
    ] {
        assert_eq!(step(&scan(), Some(&cursor), &page), Step::Gap(None), "{what}");
    }
    assert_eq!(step(&scan(), None, &listings(0, (1..=50).rev())), Step::Gap(None));
    assert_eq!(step(&scan(), None, &listings(0, [3, 2, 1])), Step::Gap(None));
}

#[test]
fn a_collection_without_listings_is_scanned_by_one_page() {
    assert_eq!(step(&scan(), None, &changed("nfts-search-nothing", |_| {}).unwrap()), Step::Done(None));
    assert_eq!(step(&scan(), None, &listings(0, [7])), Step::Done(None));
    // A page of listings of which none is open cannot be joined to any other.
    let page = changed(CAP, |body| {
        for listing in body["results"].as_array_mut().unwrap() {
            listing["status"] = json!("auction");
        }
    });
    assert_eq!(step(&scan(), None, &page.unwrap()), Step::Gap(None));
}

#[test]
fn the_fixtures_of_one_walk_join() {
    let first = changed(CAP, |_| {}).unwrap();
    let cursor = go_on(step(&scan(), None, &first));
    assert_eq!((cursor.as_str(), first.cursor.as_deref()), ("7:9007", Some("7")));
    let last = changed("nfts-search-durovscap-last-page", |_| {}).unwrap();
    assert_eq!(step(&scan(), Some(&cursor), &last), Step::Done(None));
    let (exchange, _) = fixture("nfts-search-durovscap-last-page");
    let page = PortalsReader.scan_page(&exchange.request).unwrap();
    assert_eq!((page.scope, page.cursor), (Some(ScopeId("search:durovscap".into())), first.cursor));
}

#[test]
fn the_feed_goes_back_to_what_was_known_by_offsets() {
    let at = |cursor: &str| {
        crate::feed::FeedCursor::read(Some(cursor), NAME).unwrap().at().map(str::to_owned)
    };
    let known = rest(step(&Want::Feed, None, &feed(0, &[300, 200])));
    assert_eq!(at(&known), None);
    let first = go_on(step(&Want::Feed, Some(&known), &feed(0, &[900, 800])));
    assert_eq!(at(&first).as_deref(), Some("2"));
    // Three came on top meanwhile: one stands here again.
    let second = go_on(step(&Want::Feed, Some(&first), &feed(2, &[800, 700, 600])));
    assert_eq!(at(&second).as_deref(), Some("5"));
    let done = rest(step(&Want::Feed, Some(&second), &feed(5, &[500, 300, 200])));
    assert!(at(&done).is_none() && done.contains("@1795220100000000"), "{done}");
}

#[test]
fn the_history_ends_at_an_empty_page_and_not_at_a_short_one() {
    let older = go_on(step(&Want::History, None, &feed(0, &[900, 800])));
    assert_eq!(older, "2");
    let older = go_on(step(&Want::History, Some(&older), &feed(2, &[700])));
    assert_eq!(step(&Want::History, Some(&older), &feed(3, &[])), Step::Done(Some("3".into())));
}

#[test]
fn what_stands_on_a_page_twice_takes_one_place() {
    let page = listings(0, (1..=50).flat_map(|number| [number, number]));
    assert_eq!((page.sightings.len(), page.cursor.as_deref()), (100, Some("45")));
    assert_eq!(step(&scan(), None, &page), Step::Continue("45:50".into()));
    assert_eq!(feed(10, &[900, 900, 800, 900]).cursor.as_deref(), Some("12"));
}

#[tokio::test]
async fn collections_are_asked_for_by_the_ids_that_the_market_lists() {
    let replies = vec![
        fixture_reply("collections"),
        fixture_reply(CAP),
        fixture_reply("collections-filters-jellybunny"),
        fixture_reply("nfts-search-durovscap-last-page"),
        fixture_reply("market-actions"),
    ];
    let stand = Stand::start("ids", replies).await;
    let wanted = [collection("Durov's Cap"), collection("Not There"), collection("Jelly Bunny")];
    // Before the list was read nothing is left out.
    let ids = |scopes: Vec<Scope>| scopes.into_iter().map(|scope| scope.id.0).collect::<Vec<_>>();
    let offers = ["offers:durovscap", "offers:jellybunny"];
    assert_eq!(ids(stand.source.scopes(&wanted))[3..], offers);
    let scan = Want::Scan(stand.source.scopes(&wanted).remove(0));
    stand.fetch(&scan, None).await.unwrap();
    let batches = stand.source.attribute_batches(&wanted);
    assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1]);
    stand.fetch(&Want::Attributes(batches[1].clone()), None).await.unwrap();
    stand.fetch(&scan, Some("45:1234")).await.unwrap();
    stand.fetch(&Want::History, Some("150")).await.unwrap();
    let listed = ids(stand.source.scopes(&wanted));
    assert_eq!((&listed[..2], &listed[2..]), (&["search:durovscap", "search:jellybunny"].map(str::to_owned)[..], &offers.map(str::to_owned)[..]));
    let search = |offset: u32| {
        format!(
            "GET /base/nfts/search?offset={offset}&limit=50&sort_by=external_collection_number+asc&status=listed&exclude_bundled=true\
             &premarket_status=without_premarket&collection_ids=fc46d19d-5f25-44c5-8924-5976c2fb790e"
        )
    };
    assert_eq!(
        stand.asked(),
        [
            "GET /base/collections?limit=200&offset=0".to_owned(),
            search(0),
            "GET /base/collections/filters?short_names=jellybunny".to_owned(),
            search(45),
            "GET /base/market/actions/?offset=150&limit=50&sort_by=created_at+desc".to_owned(),
        ]
    );
}

#[tokio::test]
async fn a_list_of_several_pages_is_read_to_its_end_before_the_first_scan() {
    let full = |first: u32| {
        let rows: Vec<_> = (first..first + 200)
            .map(|at| json!({"id": format!("id-{at}"), "name": format!("Gift {at}"), "short_name": format!("gift{at}")}))
            .collect();
        Reply::json(&json!({ "collections": rows }).to_string())
    };
    let last = Reply::json(&json!({"collections": [{"id": "id-x", "name": "Last One"}]}).to_string());
    let stand = Stand::start("pages", vec![full(0), full(200), last, fixture_reply(CAP)]).await;
    let wanted = collection("Last One");
    stand.fetch(&Want::Scan(Scope { id: parse::scope(&wanted.slug), collection: wanted }), None).await.unwrap();
    let asked = stand.asked();
    assert_eq!(asked[2], "GET /base/collections?limit=200&offset=400");
    assert!(asked[3].ends_with("&collection_ids=id-x"), "{}", asked[3]);
    assert_eq!(stand.source.scopes(&[collection("Gift 7"), collection("Gift 207")]).len(), 2);
}

#[tokio::test]
async fn what_can_never_be_asked_sends_nothing() {
    let stand = Stand::start("never", vec![fixture_reply("collections")]).await;
    stand.fetch(&Want::Collections, None).await.unwrap();
    let unlisted = collection("Not There");
    let foreign = Scope { id: ScopeId("saling:durovscap".into()), collection: collection("Durov's Cap") };
    for (want, cursor) in [
        (Want::Scan(Scope { id: parse::scope(&unlisted.slug), collection: unlisted.clone() }), None),
        (Want::Attributes(vec![unlisted.clone()]), None),
        (Want::Attributes(vec![collection("Toy Bear"), collection("Durov's Cap")]), None),
        (Want::Scan(foreign), None),
        (scan(), Some("45")),
        (Want::Feed, Some("no cursor of ours")),
        (Want::History, Some("x")),
        (Want::Collections, Some("-1")),
    ] {
        let fault = stand.fetch(&want, cursor).await.unwrap_err();
        assert!(matches!(fault, SourceFault::Never { .. }), "{fault:?}");
    }
    assert_eq!(stand.asked().len(), 1);
}
