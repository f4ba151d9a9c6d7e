use domain::ports::Scope;

use super::*;

async fn source(replies: Vec<Reply>, key: Option<&str>) -> (Arc<dyn MarketSource>, Canned) {
    install_tls();
    let server = Canned::start(replies).await;
    let base = server.base.clone();
    let key = key.map(str::to_owned);
    let lookup = move |variable: &str| match variable {
        "RIBBON_GETGEMS_BASE_URL" => Some(base.clone()),
        "RIBBON_GETGEMS_API_KEY" => key.clone(),
        _ => None,
    };
    ((REGISTRATION.build)(&Settings::new(&lookup).with_speed(60_000)).unwrap(), server)
}

fn body(items: Vec<Value>, cursor: Option<&str>) -> String {
    json!({"success": true, "response": {"items": items, "cursor": cursor}}).to_string()
}

fn some_happenings(count: usize) -> Vec<Value> {
    let (_, page) = fixture("history-gifts");
    let entry = &page["response"]["items"][0];
    let entries = (0..count).map(|index| {
        let mut entry = entry.clone();
        entry["lt"] = json!(index.to_string());
        entry
    });
    entries.collect()
}

/// Walks until the walk says it is done, and gives the targets asked and the cursor left.
async fn walk(
    source: &dyn MarketSource,
    want: &Want,
    mut cursor: Option<String>,
) -> (Vec<String>, Option<String>) {
    let mut targets = Vec::new();
    for _ in 0..20 {
        let exchange = source.fetch(want, cursor.as_deref(), &Ticks::default()).await.unwrap();
        targets.push(exchange.request.target.clone());
        let page = source.read(&exchange).unwrap();
        match source.step(want, cursor.as_deref(), &page) {
            Step::Continue(next) => cursor = Some(next),
            Step::Done(next) | Step::Gap(next) => return (targets, next),
        }
    }
    panic!("the walk has no end: {targets:?}")
}

#[tokio::test]
async fn a_scan_follows_the_cursor_as_it_was_given_and_ends_at_null_with_items() {
    let (_, first) = fixture("nfts-on-sale-lolpop");
    let (_, last) = fixture("nfts-on-sale-plushpepe");
    let (source, server) =
        source(vec![Reply::json(&first.to_string()), Reply::json(&last.to_string())], Some("key-123")).await;
    let collections = [collection("Lol Pop", Some(LOL_POPS)), collection("Unknown", None)];
    let scopes = source.scopes(&collections);
    let ids: Vec<_> = scopes.iter().map(|scope| scope.id.0.as_str()).collect();
    assert_eq!(ids, ["onchain:lolpop", "offchain:lolpop", "offers:lolpop"]);
    let (targets, left) = walk(&*source, &Want::Scan(scopes[0].clone()), None).await;
    let path = format!("/v1/nfts/on-sale/{LOL_POPS}?limit=100");
    assert_eq!(targets, [path.clone(), format!("{path}&after=5.7%252C6813a6976428bb255010d739")]);
    assert_eq!(left, None);
    let sent = server.requests();
    assert!(
        sent[1].starts_with(&format!("GET /base{path}&after=5.7%252C6813a6976428bb255010d739 HTTP/1.1\r\n"))
    );
    assert!(sent.iter().all(|request| request.to_lowercase().contains("\r\nauthorization: key-123\r\n")));
}

#[tokio::test]
async fn a_cursor_that_stands_still_ends_the_scan() {
    let page = Reply::json(&body(vec![], Some("same")));
    let (source, server) = source(vec![page], None).await;
    let scope = source.scopes(&[collection("Lol Pop", Some(LOL_POPS))]).remove(1);
    let (targets, _) = walk(&*source, &Want::Scan(scope), None).await;
    assert_eq!(targets.len(), 2);
    assert!(targets[0].starts_with("/v1/nfts/offchain/on-sale/"));
    assert!(!server.requests()[0].to_lowercase().contains("authorization"));
}

#[tokio::test]
async fn the_feed_finds_the_newest_and_walks_forwards_from_there() {
    let replies = vec![
        Reply::json(&body(some_happenings(1), Some("c1"))),
        Reply::json(&body(some_happenings(100), Some("c2"))),
        Reply::json(&body(some_happenings(3), Some("c3"))),
        Reply::json(&body(vec![], None)),
    ];
    let (source, _server) = source(replies, None).await;
    let path = "/v1/nfts/history/gifts";
    let (targets, left) = walk(&*source, &Want::Feed, None).await;
    assert_eq!(targets, [format!("{path}?limit=1&reverse=false")]);
    assert_eq!(left.as_deref(), Some("c1"));
    // A full page: again at once. A page that is not full: done, with its cursor.
    let (targets, left) = walk(&*source, &Want::Feed, left).await;
    assert_eq!(
        targets,
        [
            format!("{path}?limit=100&after=c1&reverse=true"),
            format!("{path}?limit=100&after=c2&reverse=true"),
        ]
    );
    assert_eq!(left.as_deref(), Some("c3"));
    // No cursor: the old one is kept.
    let (targets, left) = walk(&*source, &Want::Feed, left).await;
    assert_eq!((targets.len(), left.as_deref()), (1, Some("c3")));
}

#[tokio::test]
async fn the_history_goes_backwards_and_rests_at_its_end() {
    let replies = vec![
        Reply::json(&body(some_happenings(100), Some("h1"))),
        Reply::json(&body(some_happenings(2), Some("h2"))),
        Reply::json(&body(vec![], None)),
    ];
    let (source, _server) = source(replies, None).await;
    let (targets, left) = walk(&*source, &Want::History, None).await;
    assert_eq!(targets.len(), 3);
    assert!(targets.iter().all(|target| target.ends_with("&reverse=false")));
    let (targets, again) = walk(&*source, &Want::History, left.clone()).await;
    assert_eq!((targets.len(), again, left.as_deref()), (1, left.clone(), Some("h2")));
}

#[tokio::test]
async fn a_collection_without_a_slug_is_learned_from_one_of_its_gifts_once() {
    let (_, first) = fixture("gifts-collections");
    let (probe_target, probe) = fixture("probe-of-an-unknown-collection");
    let mut second = first.clone();
    second["response"]["cursor"] = json!("c2");
    let nothing = Reply::json(&body(vec![], None));
    let replies = vec![
        Reply::json(&second.to_string()),
        Reply::json(&body(vec![], None)),
        nothing,
        Reply::json(&probe.to_string()),
        Reply::json(&first.to_string()),
    ];
    let (source, _server) = source(replies, None).await;
    let (targets, left) = walk(&*source, &Want::Collections, None).await;
    let on_chain_probe = probe_target.replace("/offchain", "");
    assert_eq!(
        targets,
        [
            "/v1/gifts/collections?limit=100",
            "/v1/gifts/collections?limit=100&after=c2",
            &probe_target,
            &on_chain_probe,
        ]
    );
    assert_eq!(left, None);
    let (targets, _) = walk(&*source, &Want::Collections, None).await;
    assert_eq!(targets, ["/v1/gifts/collections?limit=100"]);

    let page = read(&probe_target, &probe).unwrap();
    let Seen::Collection { slug, title, address, .. } = &page.sightings[0].seen else { panic!() };
    assert_eq!((slug.as_str(), title.as_str()), ("whipcupcake", "Whip Cupcake"));
    assert!(probe_target.contains(address.as_ref().unwrap()));
}

#[tokio::test]
async fn refused_credentials_name_the_variable_and_never_the_key() {
    let refusal = |status| Reply::of(status, "", r#"{"success":false,"name":"Unauthorized"}"#);
    let (source, _server) = source(
        vec![refusal(401), refusal(403), Reply::json(&body(vec![], None)), refusal(403)],
        Some("key-123"),
    )
    .await;
    for is_refused in [true, true] {
        let fault = source.fetch(&Want::Feed, None, &Ticks::default()).await.unwrap_err();
        assert_eq!(matches!(fault, SourceFault::Refused { .. }), is_refused);
        assert!(
            fault.to_string().contains("RIBBON_GETGEMS_API_KEY") && !fault.to_string().contains("key-123")
        );
    }
    source.fetch(&Want::Feed, None, &Ticks::default()).await.unwrap();
    // Let in a moment ago: the same refusal is taken for passing trouble. The pause of 60 s is scaled by the speed of 60.
    let fault = source.fetch(&Want::Feed, None, &Ticks::default()).await.unwrap_err();
    assert!(matches!(fault, SourceFault::RetryAfter { after_ms: 1_000, .. }), "{fault:?}");
}

#[tokio::test]
async fn what_cannot_be_asked_is_never_sent() {
    let (source, server) = source(vec![Reply::json("{}")], None).await;
    let without_address = collection("Lol Pop", None);
    let foreign =
        Scope { id: ScopeId("saling:lolpop".into()), collection: collection("Lol Pop", Some(LOL_POPS)) };
    for (want, cursor) in [
        (Want::Attributes(vec![without_address.clone()]), None),
        (Want::Scan(Scope { id: ScopeId("onchain:lolpop".into()), collection: without_address }), None),
        (Want::Scan(foreign), None),
        (Want::Collections, Some("no cursor of ours")),
    ] {
        let fault = source.fetch(&want, cursor, &Ticks::default()).await.unwrap_err();
        assert!(matches!(fault, SourceFault::Never { .. }), "{fault:?}");
    }
    assert!(server.requests().is_empty());
    assert!(source.attribute_batches(&[collection("Lol Pop", Some(LOL_POPS))]).is_empty());
}

#[test]
fn settings_are_checked_before_anything_is_sent() {
    install_tls();
    let build = |base: Option<&str>, key: Option<&str>| {
        let (base, key) = (base.map(str::to_owned), key.map(str::to_owned));
        let lookup = move |variable: &str| match variable {
            "RIBBON_GETGEMS_BASE_URL" => base.clone(),
            _ => key.clone(),
        };
        (REGISTRATION.build)(&Settings::new(&lookup)).map(|_| ()).map_err(|fault| fault.to_string())
    };
    assert_eq!(build(None, Some("k")), Ok(()));
    assert_eq!(build(Some("http://127.0.0.1:1/x"), None), Ok(()));
    assert!(build(None, None).unwrap_err().starts_with("RIBBON_GETGEMS_API_KEY is not set; "));
    assert!(
        build(Some("getgems"), None)
            .unwrap_err()
            .starts_with("RIBBON_GETGEMS_BASE_URL is `getgems`; expected ")
    );
    let fault = build(None, Some("two words")).unwrap_err();
    assert!(fault.starts_with("RIBBON_GETGEMS_API_KEY is `(secret)`; expected "), "{fault}");
}
