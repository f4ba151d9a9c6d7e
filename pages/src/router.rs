//! The routes: static files that are part of the executable, drawn pictures, and the headers that every response carries.

use axum::{
    Router,
    extract::{Path, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::{art, files};

/// What every page may do: load its own files and talk to its own origin. Nothing inline, nothing foreign but pictures of the
/// markets' own hosts.
fn content_security_policy(image_hosts: &[&str]) -> HeaderValue {
    let images: String = image_hosts.iter().map(|host| format!(" https://{host}")).collect();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:{images}; \
         font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).expect("names of hosts are plain text")
}

const HEADERS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];

/// Drawn pictures never change for a name.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// Pages and their files are asked again, and answered by their entity tag.
const ASK_AGAIN: &str = "no-cache";
const SVG: &str = "image/svg+xml";

/// All pages, with security headers on every response and a page for what is not there. They may show pictures from `image_hosts`.
///
/// # Panics
/// When a host's name is no plain text.
pub fn router(image_hosts: &[&str]) -> Router {
    let policy = content_security_policy(image_hosts);
    Router::new()
        .route("/", get(|request: Request| async move { file("market.html", &request) }))
        .route("/status", get(|request: Request| async move { file("status.html", &request) }))
        .route("/explorer", get(|| async { axum::response::Redirect::permanent("/explorer/") }))
        .route("/explorer/", get(|request: Request| async move { file("explorer/index.html", &request) }))
        .route("/explorer/{*path}", get(explorer))
        .route("/static/{*path}", get(static_file))
        .route(
            "/art/backdrops.json",
            get(|| async { drawn("application/json", art::BACKDROPS_JSON.to_owned()) }),
        )
        .route("/art/model/{slug}/{name}", get(model))
        .route("/art/symbol/{name}", get(symbol))
        .fallback(missing)
        .layer(middleware::from_fn_with_state(policy, guard))
}

async fn guard(State(policy): State<HeaderValue>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

async fn explorer(Path(path): Path<String>, request: Request) -> Response {
    file(&format!("explorer/{path}"), &request)
}

async fn static_file(Path(path): Path<String>, request: Request) -> Response {
    file(&path, &request)
}

async fn missing() -> Response {
    let page = files::find("missing.html").map_or(&b"nothing stands here\n"[..], |found| found.bytes);
    (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], "nothing stands here\n")
        .into_response()
}

fn file(path: &str, request: &Request) -> Response {
    let Some(found) = files::find(path) else { return not_found() };
    let tag = found.tag();
    let headers =
        [(header::CONTENT_TYPE, found.content_type), (header::CACHE_CONTROL, ASK_AGAIN), (header::ETAG, tag)];
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known == Some(tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, found.bytes).into_response()
}

async fn model(Path((slug, name)): Path<(String, String)>) -> Response {
    match name.strip_suffix(".svg") {
        Some(name) => drawn(SVG, art::model(&slug, name)),
        None => not_found(),
    }
}

async fn symbol(Path(name): Path<String>) -> Response {
    match name.strip_suffix(".svg") {
        Some(name) => drawn(SVG, art::symbol(name)),
        None => not_found(),
    }
}

fn drawn(content_type: &'static str, body: String) -> Response {
    ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, FOREVER)], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use tower::ServiceExt;

    async fn get(path: &str) -> Response {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        router(&["pictures.example"]).oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn every_response_is_guarded() {
        for (path, status) in [
            ("/", 200),
            ("/status", 200),
            ("/static/market.js", 200),
            ("/static/base.css", 200),
            ("/static/../Cargo.toml", 404),
            ("/art/model/plushpepe/Cozy.svg", 200),
            ("/art/model/plushpepe/Cozy", 404),
            ("/art/symbol/Star%20%3Cscript%3E.svg", 200),
            ("/art/backdrops.json", 200),
            ("/no/such/page", 404),
        ] {
            let response = get(path).await;
            assert_eq!(response.status().as_u16(), status, "{path}");
            let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{path} {policy}");
            assert!(policy.contains("img-src 'self' data: https://pictures.example;"), "{path} {policy}");
            for (name, value) in HEADERS {
                assert_eq!(
                    response.headers().get(&name).map(|v| v.to_str().unwrap()),
                    Some(value),
                    "{path} {name}"
                );
            }
        }
    }

    #[tokio::test]
    async fn a_known_file_is_not_sent_again() {
        let first = get("/static/market.js").await;
        let tag = first.headers()[header::ETAG].clone();
        let request = Request::builder()
            .uri("/static/market.js")
            .header(header::IF_NONE_MATCH, tag)
            .body(Body::empty())
            .unwrap();
        assert_eq!(router(&[]).oneshot(request).await.unwrap().status(), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn pages_hold_nothing_inline_and_nothing_foreign() {
        for found in files::all().iter().filter(|found| found.path.ends_with(".html")) {
            let text = std::str::from_utf8(found.bytes).unwrap();
            assert!(!text.contains(" style="), "{}", found.path);
            assert!(!text.contains("<style"), "{}", found.path);
            assert!(!text.contains(" onclick="), "{}", found.path);
            assert!(!text.contains("src=\"http"), "{}", found.path);
            for script in text.split("<script").skip(1) {
                assert!(script.split('>').next().unwrap().contains("src=\"/"), "{}", found.path);
            }
        }
    }
}
