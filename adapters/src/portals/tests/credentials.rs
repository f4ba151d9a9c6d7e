use super::*;

const FEED: Want = Want::Feed;

#[tokio::test]
async fn init_data_is_sent_with_every_request_and_a_browser_seems_to_ask() {
    let stand =
        Stand::start("sent", vec![fixture_reply("market-actions"), fixture_reply("collections")]).await;
    let exchange = stand.fetch(&FEED, None).await.unwrap();
    stand.fetch(&Want::Collections, None).await.unwrap();
    for request in stand.server.requests() {
        assert!(request.contains("authorization: tma query_id=1&hash=init-1\r\n"), "{request}");
        assert!(request.contains("origin: https://portal-market.com\r\n"), "{request}");
        assert!(request.contains("referer: https://portal-market.com/\r\n"), "{request}");
        let agents: Vec<_> =
            request.lines().filter_map(|line| line.strip_prefix("user-agent: ")).collect();
        assert!(matches!(agents.as_slice(), [agent] if agent.starts_with("Mozilla/5.0 (")), "{request}");
    }
    let kept = String::from_utf8(exchange.evidence_bytes()).unwrap() + &format!("{exchange:?}");
    assert!(!kept.contains("init-1"));
}

#[tokio::test]
async fn init_data_that_changes_is_sent_at_once() {
    let stand = Stand::start("changes", vec![fixture_reply("market-actions")]).await;
    stand.fetch(&FEED, None).await.unwrap();
    std::fs::write(&stand.file, "query_id=22&hash=init-2").unwrap();
    stand.fetch(&FEED, None).await.unwrap();
    assert!(stand.server.requests()[1].contains("tma query_id=22&hash=init-2\r\n"));
}

#[tokio::test]
async fn init_data_that_is_refused_is_one_clear_line_and_read_again_when_renewed() {
    let replies = vec![Reply::of(401, "", r#"{"message":"init-1 expired"}"#), fixture_reply("market-actions")];
    let stand = Stand::start("expired", replies).await;
    let fault = stand.fetch(&FEED, None).await.unwrap_err();
    let line = fault.to_string();
    assert!(matches!(fault, SourceFault::Refused { .. }));
    assert!(line.contains("the initData has expired or is not of @portals; put fresh"), "{line}");
    assert!(
        line.contains("RIBBON_PORTALS_INIT_DATA_FILE") && !line.contains("init-1") && !line.contains('\n'),
        "{line}"
    );
    std::fs::write(&stand.file, "query_id=22&hash=init-2").unwrap();
    stand.fetch(&FEED, None).await.unwrap();
}

#[tokio::test]
async fn a_file_that_cannot_be_used_sends_nothing() {
    let stand = Stand::start("file", vec![fixture_reply("market-actions")]).await;
    for content in [None, Some(" \n".to_owned()), Some("x".repeat(9_000)), Some("a b\u{2019}".to_owned())] {
        match content {
            None => std::fs::remove_file(&stand.file).unwrap(),
            Some(content) => std::fs::write(&stand.file, content).unwrap(),
        }
        let fault = stand.fetch(&FEED, None).await.unwrap_err();
        assert!(
            matches!(&fault, SourceFault::Refused { why, .. } if why.contains("RIBBON_PORTALS_INIT_DATA_FILE")),
            "{fault}"
        );
    }
    assert!(stand.asked().is_empty());
}

#[tokio::test]
async fn without_init_data_everything_is_asked_and_a_refused_feed_stops_nothing_else() {
    let replies = vec![
        fixture_reply("collections"),
        Reply::of(401, "", r#"{"message":"unauthorized"}"#),
        Reply::of(403, "", "{}"),
        fixture_reply("nfts-search-durovscap"),
        Reply::of(401, "", "{}"),
    ];
    let stand = Stand::signed("without", replies, false).await;
    stand.fetch(&Want::Collections, None).await.unwrap();
    for want in [FEED, Want::History] {
        let fault = stand.fetch(&want, None).await.unwrap_err();
        let is_told = matches!(&fault, SourceFault::Never { why } if why.contains("RIBBON_PORTALS_INIT_DATA_FILE"));
        assert!(is_told, "{fault:?}");
    }
    let slug = collection("Durov's Cap");
    let scan = Want::Scan(Scope { id: parse::scope(&slug.slug), collection: slug });
    stand.fetch(&scan, None).await.unwrap();
    assert!(matches!(stand.fetch(&scan, None).await, Err(SourceFault::Refused { .. })));
    assert!(stand.server.requests().iter().all(|request| !request.contains("authorization")));
}

#[tokio::test]
async fn a_403_passes_while_the_same_init_data_worked_a_moment_ago() {
    let refusal = Reply::of(403, "", "{}");
    let replies = vec![fixture_reply("market-actions"), refusal.clone(), fixture_reply("market-actions")];
    let stand = Stand::start("passes", replies).await;
    stand.fetch(&FEED, None).await.unwrap();
    let fault = stand.fetch(&FEED, None).await.unwrap_err();
    assert!(matches!(fault, SourceFault::RetryAfter { after_ms: 1_000, .. }), "{fault:?}");
    stand.fetch(&FEED, None).await.unwrap();

    let stand = Stand::start("lasts", vec![refusal]).await;
    assert!(matches!(stand.fetch(&FEED, None).await, Err(SourceFault::Refused { .. })));
}

#[tokio::test]
async fn over_the_limit_comes_a_pause_and_a_reset_is_tried_again() {
    let stand = Stand::start("limit", vec![Reply::of(429, "", "{}"), Reply::Hangup]).await;
    let fault = stand.fetch(&FEED, None).await.unwrap_err();
    assert!(matches!(fault, SourceFault::RetryAfter { after_ms: 1_000, .. }), "{fault:?}");
    let fault = stand.fetch(&FEED, None).await.unwrap_err();
    assert!(matches!(fault, SourceFault::Retry { .. }), "{fault:?}");
}

#[test]
fn settings_are_checked_before_anything_is_sent() {
    install_tls();
    let build = |base: Option<&str>, file: Option<&str>| {
        let (base, file) = (base.map(str::to_owned), file.map(str::to_owned));
        let lookup = move |variable: &str| match variable {
            "RIBBON_PORTALS_BASE_URL" => base.clone(),
            _ => file.clone(),
        };
        (REGISTRATION.build)(&Settings::new(&lookup)).map(|_| ()).map_err(|fault| fault.to_string())
    };
    assert_eq!(build(None, Some("not-there-yet")), Ok(()));
    assert_eq!(build(None, None), Ok(()));
    let fault = build(Some("http://portals.example"), None).unwrap_err();
    assert!(fault.starts_with("RIBBON_PORTALS_BASE_URL is `"), "{fault}");
}
