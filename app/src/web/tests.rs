//! The guard and the listener, without a database: what they promise does not need one.

use std::time::{Duration, Instant};

use axum::Json;
use axum::http::StatusCode;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::*;

fn config() -> HttpConfig {
    HttpConfig {
        listen: "127.0.0.1:0".parse().unwrap(),
        variable: "RIBBON_LISTEN",
        request_timeout: Duration::from_millis(300),
        request_bytes_max: 100,
        requests_max: 1,
        stop_timeout: Duration::from_secs(5),
    }
}

struct Running {
    base: String,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
    client: reqwest::Client,
}

async fn run(routes: Router, config: HttpConfig) -> Running {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let routes = routes
        .method_not_allowed_fallback(guard::not_allowed)
        .layer(DefaultBodyLimit::max(config.request_bytes_max));
    let mut server = Server::bind(config.listen, config.variable).await.unwrap();
    server.head_timeout = Duration::from_millis(300);
    server.send_timeout = Duration::from_millis(300);
    let base = format!("http://{}", server.address());
    let stop = CancellationToken::new();
    let task = tokio::spawn(server.serve(guard::guard(routes, &config), stop.clone(), config.stop_timeout));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    Running { base, stop, task, client }
}

/// A route that answers when it is told to, and says when it is asked.
fn held() -> (Router, oneshot::Receiver<()>, oneshot::Sender<()>) {
    let (asked, is_asked) = oneshot::channel::<()>();
    let (release, released) = oneshot::channel::<()>();
    let parts = Arc::new(std::sync::Mutex::new(Some((asked, released))));
    let handler = move || {
        let parts = parts.lock().unwrap().take();
        async move {
            if let Some((asked, released)) = parts {
                let _ = asked.send(());
                let _ = released.await;
            }
            "done"
        }
    };
    (Router::new().route("/held", get(handler)), is_asked, release)
}

#[tokio::test]
async fn every_answer_is_guarded_and_numbered() {
    let routes = Router::new()
        .route("/a", get(|| async { "a" }))
        .route("/b", get(|| async { ([("content-security-policy", "default-src 'self'")], "b") }));
    let running = run(routes, config()).await;
    let mut ids = std::collections::BTreeSet::new();
    for (path, status, policy) in [
        ("/a", StatusCode::OK, "default-src 'none'"),
        ("/b", StatusCode::OK, "default-src 'self'"),
        ("/c", StatusCode::NOT_FOUND, "default-src 'none'"),
    ] {
        let answer = running.client.get(format!("{}{path}", running.base)).send().await.unwrap();
        let headers = answer.headers();
        assert_eq!(answer.status(), status, "{path}");
        assert!(headers["content-security-policy"].to_str().unwrap().starts_with(policy), "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert!(ids.insert(headers["x-request-id"].to_str().unwrap().to_owned()));
    }
    let refused = running.client.delete(format!("{}/a", running.base)).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert!(refused.text().await.unwrap().contains("method_not_allowed"));
}

#[tokio::test]
async fn a_body_has_a_size_and_an_answer_a_time() {
    let (routes, _asked, _release) = held();
    let routes = routes.route("/echo", post(|Json(value): Json<serde_json::Value>| async { Json(value) }));
    let running = run(routes, config()).await;
    let echo = async |length: usize| {
        let body = format!("\"{}\"", "x".repeat(length));
        let request =
            running.client.post(format!("{}/echo", running.base)).header("content-type", "application/json");
        request.body(body).send().await.unwrap().status()
    };
    assert_eq!(echo(90).await, StatusCode::OK);
    assert_eq!(echo(101).await, StatusCode::PAYLOAD_TOO_LARGE);
    let late = running.client.get(format!("{}/held", running.base)).send().await.unwrap();
    assert_eq!(
        (late.status(), late.headers()["retry-after"].to_str().unwrap()),
        (StatusCode::SERVICE_UNAVAILABLE, "1")
    );
    assert!(late.text().await.unwrap().contains("timeout"));
}

#[tokio::test]
async fn one_request_too_many_is_told_to_come_again_and_health_is_not() {
    let (routes, asked, release) = held();
    let routes = routes.route("/live", get(|| async { "live" }));
    let slow = HttpConfig { request_timeout: Duration::from_secs(60), ..config() };
    let running = run(routes, slow).await;
    let first = tokio::spawn(running.client.get(format!("{}/held", running.base)).send());
    asked.await.unwrap();
    let second = running.client.get(format!("{}/held", running.base)).send().await.unwrap();
    assert_eq!(second.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(second.text().await.unwrap().contains("too_busy"));
    let live = running.client.get(format!("{}/live", running.base)).send().await.unwrap();
    assert_eq!(live.status(), StatusCode::OK);
    release.send(()).unwrap();
    assert_eq!(first.await.unwrap().unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn who_connects_and_does_not_ask_is_shown_out() {
    let running = run(Router::new().route("/a", get(|| async { "a" })), config()).await;
    let address = running.base.trim_start_matches("http://");
    for said in ["", "GET /a HTT", "GET /a HTTP/1.1\r\nhost: a\r\nx: "] {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(said.as_bytes()).await.unwrap();
        let mut heard = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut heard)).await;
        assert!(ended.is_ok(), "{said:?} keeps its connection");
        assert!(!heard.starts_with(b"HTTP/1.1 200"), "{said:?}");
    }
}

/// Says that it is gone when it is dropped.
struct Tell(Option<oneshot::Sender<()>>);

impl Drop for Tell {
    fn drop(&mut self) {
        if let Some(told) = self.0.take() {
            let _ = told.send(());
        }
    }
}

#[tokio::test]
async fn who_takes_nothing_for_long_is_let_go() {
    let (told, is_gone) = oneshot::channel();
    let tell = Arc::new(std::sync::Mutex::new(Some(Tell(Some(told)))));
    let endless = move || {
        let tell = tell.lock().unwrap().take();
        let piece = axum::body::Bytes::from_static(&[b'x'; 65_536]);
        let pieces = futures_util::stream::repeat_with(move || {
            let _held = &tell;
            Ok::<_, std::convert::Infallible>(piece.clone())
        });
        async move { axum::body::Body::from_stream(pieces) }
    };
    let running = run(Router::new().route("/endless", get(endless)), config()).await;
    let address = running.base.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /endless HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    // Nothing is read, and the connection stays open on this side.
    let gone = tokio::time::timeout(Duration::from_secs(60), is_gone).await;
    assert!(gone.is_ok(), "the server still holds what nobody takes");
    drop(stream);
}

#[tokio::test]
async fn a_stop_lets_open_requests_finish_and_takes_no_new_ones() {
    let (routes, asked, release) = held();
    let slow = HttpConfig { request_timeout: Duration::from_secs(60), ..config() };
    let running = run(routes, slow).await;
    let open = tokio::spawn(running.client.get(format!("{}/held", running.base)).send());
    asked.await.unwrap();
    running.stop.cancel();
    let other = reqwest::Client::builder().no_proxy().build().unwrap();
    // The listener is closed as soon as the stop is seen.
    while other.get(format!("{}/held", running.base)).send().await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!running.task.is_finished(), "it waits for the open request");
    release.send(()).unwrap();
    assert_eq!(open.await.unwrap().unwrap().text().await.unwrap(), "done");
    running.task.await.unwrap();
}

#[tokio::test]
async fn a_stop_has_a_bound() {
    let (routes, asked, _release) = held();
    let hasty = HttpConfig {
        request_timeout: Duration::from_secs(60),
        stop_timeout: Duration::from_millis(100),
        ..config()
    };
    let running = run(routes, hasty).await;
    let open = tokio::spawn(running.client.get(format!("{}/held", running.base)).send());
    asked.await.unwrap();
    let began = Instant::now();
    running.stop.cancel();
    running.task.await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(20));
    assert!(open.await.unwrap().is_err(), "its connection was closed");
}

#[tokio::test]
async fn an_address_in_use_names_the_variable() {
    let taken = Server::bind("127.0.0.1:0".parse().unwrap(), "RIBBON_LISTEN").await.unwrap();
    let fault = Server::bind(taken.address(), "RIBBON_LISTEN").await.unwrap_err();
    assert!(
        format!("{fault:#}").starts_with(&format!("RIBBON_LISTEN is `{}`", taken.address())),
        "{fault:#}"
    );
}
