use domain::SourceFault;

use super::{
    canned::{Canned, Reply, Ticks, install_tls},
    *,
};

const LIMITS: Limits = Limits {
    connect_ms: 2_000,
    total_ms: 2_000,
    body_bytes_max: 100_000,
    pause_ms: 777,
    retry_after_max_ms: 60_000,
};

async fn ask_with(limits: Limits, replies: Vec<Reply>) -> (Result<Exchange, Failure>, Vec<String>) {
    install_tls();
    let server = Canned::start(replies).await;
    let base = BaseUrl::parse("RIBBON_TEST_BASE_URL", &server.base).unwrap();
    let http = Http::new(MarketId::parse("test").unwrap(), base, limits).unwrap();
    let mut headers = HeaderMap::new();
    let mut key = HeaderValue::from_static("key-123");
    key.set_sensitive(true);
    headers.insert(reqwest::header::AUTHORIZATION, key);
    let outcome = http.exchange(Ask::get("/v1/x?limit=2".into()), headers, &Ticks::default()).await;
    (outcome, server.requests())
}

async fn ask(reply: Reply) -> Result<Exchange, Failure> {
    ask_with(LIMITS, vec![reply]).await.0
}

fn fault(outcome: Result<Exchange, Failure>) -> SourceFault {
    match outcome.unwrap_err() {
        Failure::Fault(fault) => fault,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_answer_is_evidence_without_a_secret() {
    let (outcome, requests) = ask_with(LIMITS, vec![Reply::json(r#"{"a":1}"#)]).await;
    let exchange = outcome.unwrap();
    assert_eq!(requests.len(), 1);
    assert!(requests[0].starts_with("GET /base/v1/x?limit=2 HTTP/1.1\r\n"), "{}", requests[0]);
    assert!(requests[0].to_lowercase().contains("authorization: key-123"), "{}", requests[0]);
    assert_eq!(exchange.request.target, "/v1/x?limit=2");
    assert_eq!(exchange.body, br#"{"a":1}"#);
    assert!(exchange.started_at_us < exchange.received_at_us);
    assert!(!format!("{exchange:?}").contains("key-123"));
    assert!(!String::from_utf8(exchange.evidence_bytes()).unwrap().contains("key-123"));
}

#[tokio::test]
async fn statuses_become_faults() {
    use SourceFault::{Never, Retry, RetryAfter};
    let html = "content-type: text/html\r\n";
    type Check = fn(&SourceFault) -> bool;
    let cases: [(Reply, Check); 17] = [
        (Reply::of(429, "retry-after: 7\r\n", ""), |f| matches!(f, RetryAfter { after_ms: 7_000, .. })),
        (Reply::of(429, "retry-after: 86400\r\n", ""), |f| matches!(f, RetryAfter { after_ms: 60_000, .. })),
        (Reply::of(429, "", "RPS_WAIT"), |f| matches!(f, RetryAfter { after_ms: 777, .. })),
        (
            Reply::of(
                429,
                "date: Wed, 21 Oct 2026 07:00:00 GMT\r\nretry-after: Wed, 21 Oct 2026 07:00:09 GMT\r\n",
                "",
            ),
            |f| matches!(f, RetryAfter { after_ms: 9_000, .. }),
        ),
        (Reply::of(200, html, "<!doctype html><title>Too many</title>"), |f| {
            matches!(f, RetryAfter { after_ms: 777, .. })
        }),
        (Reply::of(200, "content-type: application/json\r\n", "  <html>"), |f| {
            matches!(f, RetryAfter { after_ms: 777, .. })
        }),
        (Reply::of(403, html, "<html>challenge</html>"), |f| matches!(f, RetryAfter { after_ms: 777, .. })),
        (Reply::of(500, "", "{}"), |f| matches!(f, Retry { .. })),
        (Reply::of(502, html, "<html>"), |f| matches!(f, Retry { .. })),
        (Reply::of(503, "retry-after: 2\r\n", ""), |f| matches!(f, RetryAfter { after_ms: 2_000, .. })),
        (Reply::of(404, "", "{}"), |f| matches!(f, Never { .. })),
        (
            Reply::of(400, "", r#"{"name":"Logic Error","status":400,"errors":[{"message":"bad cursor"}]}"#),
            |f| matches!(f, Never { why } if why.ends_with(": bad cursor")),
        ),
        (Reply::of(200, "", ""), |f| matches!(f, Retry { .. })),
        (
            Reply::of(200, "", r#"{"items":[{"a":1},{"a""#),
            |f| matches!(f, Retry { why } if why.contains("ends early")),
        ),
        (Reply::of(200, "", "OK"), |f| matches!(f, Retry { .. })),
        (Reply::Hangup, |f| matches!(f, Retry { .. })),
        // The length told is not what comes: a body that broke off.
        (
            Reply::Bytes(b"HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\n{\"a\":1}".to_vec()),
            |f| matches!(f, Retry { why } if why.contains("broke off")),
        ),
    ];
    for (index, (reply, is_right)) in cases.into_iter().enumerate() {
        let fault = fault(ask(reply).await);
        assert!(is_right(&fault), "case {index}: {fault:?}");
    }
}

#[tokio::test]
async fn a_page_of_html_comes_with_its_headers_and_a_body_with_its_own_type() {
    let reply = Reply::of(200, "content-type: text/html\r\nset-cookie: a=1\r\n", "<html></html>");
    let server =
        Canned::start(vec![reply, Reply::of(429, "", ""), Reply::json("{}"), Reply::json("{}")]).await;
    install_tls();
    let base = BaseUrl::parse("RIBBON_TEST_BASE_URL", &server.base).unwrap();
    let http = Http::new(MarketId::parse("test").unwrap(), base, LIMITS).unwrap();
    let front = Ask::get("/".into());
    let (headers, body) = http.page(&front, HeaderMap::new(), &Ticks::default()).await.unwrap();
    assert_eq!((headers["set-cookie"].to_str().unwrap(), body.as_slice()), ("a=1", &b"<html></html>"[..]));
    let fault = http.page(&front, HeaderMap::new(), &Ticks::default()).await.unwrap_err();
    assert!(matches!(fault, Failure::Fault(SourceFault::RetryAfter { after_ms: 777, .. })), "{fault:?}");

    let form = Ask { method: Method::POST, target: "/x".into(), body: Some("a=1".into()) };
    let typed = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("text/plain"))]);
    http.exchange(form.clone(), typed, &Ticks::default()).await.unwrap();
    http.exchange(form, HeaderMap::new(), &Ticks::default()).await.unwrap();
    let types: Vec<_> = server.requests().iter().flat_map(|request| content_types(request)).collect();
    assert_eq!(types, ["text/plain", "application/json"]);
}

fn content_types(request: &str) -> Vec<String> {
    let lines = request.lines().filter_map(|line| line.strip_prefix("content-type: "));
    lines.map(str::to_owned).collect()
}

#[tokio::test]
async fn refusals_are_left_to_the_market() {
    assert!(matches!(ask(Reply::of(401, "", "{}")).await, Err(Failure::Unauthorized { .. })));
    assert!(matches!(ask(Reply::of(403, "", "{}")).await, Err(Failure::Forbidden { .. })));
}

#[tokio::test]
async fn a_changed_shape_is_not_taken_for_a_broken_line() {
    assert!(ask(Reply::json(r#"{"a":1} trailing"#)).await.is_ok());
}

#[tokio::test]
async fn silence_ends_in_time() {
    let limits = Limits { total_ms: 150, ..LIMITS };
    let (outcome, _) = ask_with(limits, vec![Reply::Silence]).await;
    assert!(matches!(fault(outcome), SourceFault::Retry { why } if why.contains("within 150 ms")));
    let half = Reply::Bytes(b"HTTP/1.1 200 X\r\ncontent-length: 9\r\n\r\n{".to_vec());
    assert!(matches!(fault(ask(half).await), SourceFault::Retry { .. }));
}

#[tokio::test]
async fn nobody_there_is_a_retry() {
    install_tls();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let base = BaseUrl::parse("RIBBON_TEST_BASE_URL", &format!("http://{free}")).unwrap();
    let http = Http::new(MarketId::parse("test").unwrap(), base, LIMITS).unwrap();
    let outcome = http.exchange(Ask::get("/x".into()), HeaderMap::new(), &Ticks::default()).await;
    assert!(
        matches!(fault(outcome), SourceFault::Retry { why } if why.contains("no connection to 127.0.0.1:"))
    );
}

#[tokio::test]
async fn size_is_bounded_before_and_after_decompression() {
    let plain = Reply::of(200, "", format!("[{}]", " ".repeat(100_000)));
    assert!(
        matches!(fault(ask(plain).await), SourceFault::Retry { why } if why.contains("more than 100000 bytes"))
    );
    let small = gzip_of_zeros(50_000);
    let bomb = gzip_of_zeros(50_000_000);
    assert!(bomb.len() < 400_000);
    let answer = |body| Reply::of(200, "content-encoding: gzip\r\n", body);
    assert!(
        matches!(fault(ask(answer(bomb)).await), SourceFault::Retry { why } if why.contains("more than 100000 bytes"))
    );
    // The same packing within the bound is unpacked: what stops the other one is its size.
    assert!(matches!(fault(ask(answer(small)).await), SourceFault::Retry { why } if why.contains("no JSON")));
}

#[tokio::test]
async fn redirects_stay_on_the_host() {
    let home = Reply::of(307, "location: /base/v2\r\n", "");
    let (outcome, requests) = ask_with(LIMITS, vec![home.clone(), Reply::json("[]")]).await;
    assert!(outcome.is_ok());
    assert!(requests[1].starts_with("GET /base/v2 "));

    let elsewhere = Canned::start(vec![Reply::json("[]")]).await;
    let away = Reply::of(302, &format!("location: {}\r\n", elsewhere.base), "");
    assert!(matches!(fault(ask(away).await), SourceFault::Retry { why } if why.contains("not followed")));
    assert!(elsewhere.requests().is_empty());

    let (outcome, requests) = ask_with(LIMITS, vec![home]).await;
    assert!(outcome.is_err());
    assert_eq!(requests.len(), REDIRECTS_MAX + 1);
}

/// A gzip file of so many zero bytes (rounded to 258) in one block of fixed codes (RFC 1951, 3.2.6): literal 0, then copies of
/// length 258 from distance 1, 13 bits each.
fn gzip_of_zeros(count: usize) -> Vec<u8> {
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let (mut buffer, mut filled) = (0u64, 0u32);
    let copies = count / 258;
    // Values with their bits in the order of the stream, first bit lowest.
    let literal_0 = (0b0000_1100, 8);
    let copy_258 = (0b0_0000_1010_0011, 13);
    let end = (0, 7);
    let symbols =
        std::iter::once((0b011, 3)).chain([literal_0]).chain((0..copies).map(|_| copy_258)).chain([end]);
    for (bits, length) in symbols {
        buffer |= bits << filled;
        filled += length;
        while filled >= 8 {
            file.push(buffer.to_le_bytes()[0]);
            buffer >>= 8;
            filled -= 8;
        }
    }
    file.push(buffer.to_le_bytes()[0]);
    let length = 1 + copies * 258;
    let crc = crc32(length);
    file.extend_from_slice(&crc.to_le_bytes());
    file.extend_from_slice(&u32::try_from(length).unwrap().to_le_bytes());
    file
}

/// CRC-32 of so many zero bytes.
fn crc32(zeros: usize) -> u32 {
    let table: Vec<u32> = (0..256u32)
        .map(|i| (0..8).fold(i, |crc, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 }))
        .collect();
    !(0..zeros).fold(!0u32, |crc, _| table[(crc & 0xff) as usize] ^ (crc >> 8))
}

#[test]
fn what_is_secret_about_a_request_is_not_shown() {
    let ask =
        Ask { method: Method::POST, target: "/api?hash=secret-1".into(), body: Some("secret-2".into()) };
    assert_eq!(format!("{ask:?}"), r#"Ask { name: "POST /api", body_bytes: Some(8), .. }"#);
}
