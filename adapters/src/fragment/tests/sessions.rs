use super::*;

const FEED: Want = Want::Feed;

#[tokio::test]
async fn a_session_is_opened_once_and_is_no_part_of_the_evidence() {
    let stand =
        Stand::start(vec![front(1), fixture_reply("search-sold"), fixture_reply("gifts-collections")]).await;
    let exchange = stand.fetch(&FEED, None).await.unwrap();
    stand.fetch(&Want::Collections, None).await.unwrap();
    assert_eq!(stand.asked(), ["GET /base", "POST /base/api?hash=abc1", "GET /base/gifts"]);
    for request in &stand.server.requests()[1..] {
        let request = request.to_lowercase();
        assert!(request.contains("\r\ncookie: stel_ssid=ssid-1\r\n"), "{request}");
        assert!(request.contains("\r\nx-requested-with: xmlhttprequest\r\n"), "{request}");
    }
    let search = &stand.server.requests()[1].to_lowercase();
    assert_eq!(search.matches("content-type:").count(), 1, "{search}");
    assert!(search.contains("content-type: application/x-www-form-urlencoded"), "{search}");
    let kept = String::from_utf8(exchange.evidence_bytes()).unwrap() + &format!("{exchange:?}");
    assert!(!kept.contains("abc1") && !kept.contains("ssid-1"));
}

#[tokio::test]
async fn a_lost_session_is_opened_anew_within_the_request() {
    let lost = || Reply::json(r#"{"ok":false,"error":"Session expired"}"#);
    let replies = vec![
        front(1),
        lost(),
        front(2),
        fixture_reply("search-sold"),
        lost(),
        front(3),
        lost(),
    ];
    let stand = Stand::start(replies).await;
    stand.fetch(&FEED, None).await.unwrap();
    assert_eq!(stand.asked()[3], "POST /base/api?hash=abc2");
    // Twice in a row it is no question of age any more.
    let fault = stand.fetch(&FEED, None).await.unwrap_err();
    let is_right = matches!(&fault, SourceFault::RetryAfter { after_ms: 1_000, why } if why.contains("`Session expired` in a session that has just begun"));
    assert!(is_right, "{fault:?}");
}

#[tokio::test]
async fn an_old_session_is_opened_anew() {
    /// A clock that moves a minute with each look.
    struct Minutes(std::sync::atomic::AtomicI64);

    impl domain::ports::Clock for Minutes {
        fn now_us(&self) -> i64 {
            self.0.fetch_add(60_000_000, std::sync::atomic::Ordering::Relaxed)
        }
    }

    let page = || fixture_reply("search-sold");
    let stand = Stand::start(vec![front(1), page(), front(2), page()]).await;
    let clock = Minutes(std::sync::atomic::AtomicI64::new(0));
    stand.source.fetch(&FEED, None, &clock).await.unwrap();
    // Sixty times faster than the world, half an hour is half a minute.
    stand.source.fetch(&FEED, None, &clock).await.unwrap();
    assert_eq!(stand.asked()[2..], ["GET /base", "POST /base/api?hash=abc2"]);
}

#[tokio::test]
async fn a_gate_a_cut_and_a_change_are_told_apart() {
    let html = "content-type: text/html\r\n";
    let cookie = "content-type: text/html\r\nset-cookie: stel_ssid=a1; path=/\r\n";
    let whole = r#"<html><script>{"apiUrl":"\/api?hash=ab"}</script></html>"#;
    for (reply, is_right) in [
        (Reply::of(200, html, "<html>Just a moment</html>"), "RetryAfter"),
        (Reply::of(200, cookie, "<html><script>{\"apiUr"), "Retry {"),
        (Reply::of(200, cookie, "<html>Other</html>"), "//script"),
        (Reply::of(200, html, whole), "cookie stel_ssid"),
        (Reply::of(503, html, "<html></html>"), "Retry {"),
        (Reply::of(403, html, "<html></html>"), "RetryAfter"),
        (Reply::of(403, "", "no"), "RetryAfter"),
    ] {
        let stand = Stand::start(vec![reply]).await;
        let fault = format!("{:?}", stand.fetch(&FEED, None).await.unwrap_err());
        assert!(fault.contains(is_right), "{fault}");
        assert_eq!(fault.contains("Malformed"), is_right.contains("script") || is_right.contains("cookie"));
    }
}

#[tokio::test]
async fn a_429_is_a_pause() {
    let stand = Stand::start(vec![front(1), Reply::of(429, "", "")]).await;
    let fault = stand.fetch(&FEED, None).await.unwrap_err();
    assert!(matches!(fault, SourceFault::RetryAfter { after_ms: 1_000, .. }), "{fault:?}");
}
