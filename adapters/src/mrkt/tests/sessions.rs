use super::*;

const FEED: Want = Want::Feed;

#[tokio::test]
async fn a_session_is_signed_in_to_once_and_its_token_sent_twice() {
    let stand =
        Stand::start("once", vec![signed("token-1"), fixture_reply("feed"), fixture_reply("feed-abridged")])
            .await;
    let exchange = stand.fetch(&FEED, None).await.unwrap();
    stand.fetch(&FEED, None).await.unwrap();
    let asked = stand.asked();
    let lines: Vec<_> = asked.iter().map(|(line, _)| line.as_str()).collect();
    assert_eq!(lines, ["POST /base/auth", "POST /base/feed", "POST /base/feed"]);
    assert_eq!(asked[0].1, r#"{"data":"query_id=1&hash=init-1","appId":null}"#);
    for request in &stand.server.requests()[1..] {
        let request = request.to_lowercase();
        assert!(request.contains("\r\nauthorization: token-1\r\n"), "{request}");
        assert!(request.contains("\r\ncookie: access_token=token-1\r\n"), "{request}");
        assert!(request.contains("\r\norigin: https://cdn.tgmrkt.io\r\n"), "{request}");
    }
    let kept = String::from_utf8(exchange.evidence_bytes()).unwrap() + &format!("{exchange:?}");
    assert!(!kept.contains("token-1") && !kept.contains("init-1"));
}

#[tokio::test]
async fn a_session_that_ended_is_begun_anew_within_the_request() {
    let replies = vec![
        signed("token-1"),
        Reply::of(401, "", "{}"),
        signed("token-2"),
        fixture_reply("feed"),
        Reply::of(401, "", "{}"),
        signed("token-3"),
        Reply::of(401, "", "{}"),
    ];
    let stand = Stand::start("anew", replies).await;
    stand.fetch(&FEED, None).await.unwrap();
    assert!(stand.server.requests()[3].to_lowercase().contains("access_token=token-2"));
    // Twice in a row it is no question of age any more.
    let fault = stand.fetch(&FEED, None).await.unwrap_err();
    assert!(matches!(&fault, SourceFault::Refused { why, .. } if why.contains("just begun")), "{fault:?}");
}

#[tokio::test]
async fn init_data_that_is_refused_is_one_clear_line_and_read_again_when_renewed() {
    let replies =
        vec![Reply::of(403, "", r#"{"error":"init-1 expired"}"#), signed("token-2"), fixture_reply("feed")];
    let stand = Stand::start("expired", replies).await;
    let fault = stand.fetch(&FEED, None).await.unwrap_err();
    let line = fault.to_string();
    assert!(matches!(fault, SourceFault::Refused { .. }));
    assert!(
        line.starts_with(
            "MRKT does not accept the initData (403): it has expired or is not of @mrkt; put fresh"
        ),
        "{line}"
    );
    assert!(
        line.contains("RIBBON_MRKT_INIT_DATA_FILE") && !line.contains("init-1") && !line.contains('\n'),
        "{line}"
    );
    std::fs::write(&stand.file, "query_id=22&hash=init-2").unwrap();
    stand.fetch(&FEED, None).await.unwrap();
    assert!(stand.asked()[1].1.contains("init-2"));
}

#[tokio::test]
async fn init_data_that_changes_replaces_a_session_that_still_works() {
    let replies = vec![signed("token-1"), fixture_reply("feed"), signed("token-2"), fixture_reply("feed")];
    let stand = Stand::start("changes", replies).await;
    stand.fetch(&FEED, None).await.unwrap();
    std::fs::write(&stand.file, "query_id=333&hash=init-3").unwrap();
    stand.fetch(&FEED, None).await.unwrap();
    assert!(stand.asked()[2].1.contains("init-3"));
    assert!(stand.server.requests()[3].to_lowercase().contains("access_token=token-2"));
}

#[tokio::test]
async fn a_file_that_cannot_be_used_sends_nothing() {
    let stand = Stand::start("file", vec![signed("token-1")]).await;
    for content in [None, Some(" \n".to_owned()), Some("x".repeat(9_000))] {
        match content {
            None => std::fs::remove_file(&stand.file).unwrap(),
            Some(content) => std::fs::write(&stand.file, content).unwrap(),
        }
        let fault = stand.fetch(&FEED, None).await.unwrap_err();
        assert!(
            matches!(&fault, SourceFault::Refused { why, .. } if why.contains("RIBBON_MRKT_INIT_DATA_FILE")),
            "{fault}"
        );
    }
    assert!(stand.asked().is_empty());
}

#[tokio::test]
async fn a_token_that_cannot_be_sent_or_read_is_malformed() {
    let replies =
        vec![signed("a;b"), signed(""), Reply::json(r#"{"token":null}"#), Reply::json(r#"{"jwt":"x"}"#)];
    let stand = Stand::start("token", replies).await;
    for _ in 0..4 {
        let fault = stand.fetch(&FEED, None).await.unwrap_err();
        assert!(matches!(&fault, SourceFault::Malformed(fault) if fault.path == "/token"), "{fault:?}");
    }
}

#[tokio::test]
async fn a_403_passes_while_the_session_worked_a_moment_ago() {
    let refusal = Reply::of(403, "", "{}");
    let replies =
        vec![signed("t1"), fixture_reply("feed"), refusal.clone(), signed("t2"), fixture_reply("feed")];
    let stand = Stand::start("passes", replies).await;
    stand.fetch(&FEED, None).await.unwrap();
    let fault = stand.fetch(&FEED, None).await.unwrap_err();
    assert!(matches!(fault, SourceFault::RetryAfter { after_ms: 1_000, .. }), "{fault:?}");
    stand.fetch(&FEED, None).await.unwrap();

    let stand = Stand::start("lasts", vec![signed("t1"), refusal]).await;
    assert!(matches!(stand.fetch(&FEED, None).await, Err(SourceFault::Refused { .. })));
}

#[tokio::test]
async fn rps_wait_is_a_pause() {
    let stand = Stand::start("rps", vec![signed("t1"), Reply::of(429, "", "RPS_WAIT")]).await;
    let fault = stand.fetch(&FEED, None).await.unwrap_err();
    assert!(matches!(fault, SourceFault::RetryAfter { after_ms: 1_000, .. }), "{fault:?}");
}

#[test]
fn settings_are_checked_before_anything_is_sent() {
    install_tls();
    let build = |base: Option<&str>, file: Option<&str>| {
        let (base, file) = (base.map(str::to_owned), file.map(str::to_owned));
        let lookup = move |variable: &str| match variable {
            "RIBBON_MRKT_BASE_URL" => base.clone(),
            _ => file.clone(),
        };
        (REGISTRATION.build)(&Settings::new(&lookup)).map(|_| ()).map_err(|fault| fault.to_string())
    };
    assert_eq!(build(None, Some("not-there-yet")), Ok(()));
    assert!(build(None, None).unwrap_err().starts_with("RIBBON_MRKT_INIT_DATA_FILE is not set; "));
    assert!(
        build(Some("http://mrkt.example"), Some("f")).unwrap_err().starts_with("RIBBON_MRKT_BASE_URL is `")
    );
}
