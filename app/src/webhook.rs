//! Operators' notices to a webhook: a JSON POST per notice, signed by the Standard Webhooks rules where a key is set.
//!
//! Nobody waits for it: notices are queued before it, and one that cannot be delivered is logged and dropped.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use indexer::notice::{Notice, NoticeSink};
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use sha2::Sha256;
use uuid::Uuid;

use crate::config::notices::{WebhookConfig, webhook_key};

/// Tries in all, and the pause before the second; it doubles.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(500);
const TIMEOUT: Duration = Duration::from_secs(5);

/// The webhook.
#[derive(Debug)]
pub struct Webhook {
    client: reqwest::Client,
    url: SecretString,
    key: Option<Vec<u8>>,
}

impl Webhook {
    /// A webhook that has sent nothing yet.
    ///
    /// # Errors
    /// The HTTP library's own, when no client can be made.
    pub fn new(config: &WebhookConfig) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .user_agent(concat!("ribbon/", env!("CARGO_PKG_VERSION")))
            .timeout(TIMEOUT)
            // A redirect would carry the notice, and the token of the address, to somebody else.
            .redirect(Policy::none())
            .build()?;
        let key = config.secret.as_ref().and_then(|secret| webhook_key(secret.expose_secret()));
        Ok(Self { client, url: config.url.clone(), key })
    }

    async fn post(&self, id: &str, timestamp_s: i64, body: &str) -> Result<(), String> {
        let mut request = self
            .client
            .post(self.url.expose_secret())
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp_s.to_string());
        if let Some(key) = &self.key {
            request = request.header("webhook-signature", signature(key, id, timestamp_s, body));
        }
        // The library's message would repeat the address, which is a secret.
        let answer =
            request.body(body.to_owned()).send().await.map_err(|fault| fault.without_url().to_string())?;
        if answer.status().is_success() { Ok(()) } else { Err(format!("the answer was {}", answer.status())) }
    }
}

#[async_trait::async_trait]
impl NoticeSink for Webhook {
    async fn send(&self, notice: &Notice) {
        let id = format!("notice_{}", Uuid::new_v4().simple());
        let body =
            json!({ "type": notice.code, "timestamp": timestamp(notice.at_ms), "data": notice }).to_string();
        let mut pause = PAUSE;
        for attempt in 1..=TRIES {
            match self.post(&id, notice.at_ms / 1_000, &body).await {
                Ok(()) => return,
                Err(why) if attempt == TRIES => {
                    metrics::counter!("notice_webhook_failures_total").increment(1);
                    tracing::error!(
                        notice.code,
                        error = why,
                        "A notice could not be delivered to the webhook"
                    );
                }
                Err(_) => {
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
            }
        }
    }
}

fn timestamp(at_ms: i64) -> Option<String> {
    let at = chrono::DateTime::from_timestamp_millis(at_ms)?;
    Some(at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
}

/// `v1,` and base64 of HMAC-SHA256 over id, time in seconds and body. Source: standardwebhooks.com, specification 1.0,
/// "Signature scheme".
fn signature(key: &[u8], id: &str, timestamp_s: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(format!("{id}.{timestamp_s}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use axum::Router;
    use axum::http::{HeaderMap, StatusCode};
    use axum::routing::post;

    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /// The example of the Standard Webhooks reference libraries.
    #[test]
    fn the_signature_is_the_published_one() {
        let key = webhook_key(SECRET).unwrap();
        assert_eq!(
            signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    type Posts = Arc<Mutex<Vec<(HeaderMap, String)>>>;

    #[tokio::test]
    async fn a_notice_is_posted_and_posted_again_after_a_failure() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let posts = Posts::default();
        let kept = posts.clone();
        let answer = move |headers: HeaderMap, body: String| {
            let mut kept = kept.lock().unwrap();
            kept.push((headers, body));
            let status = if kept.len() == 1 { StatusCode::BAD_GATEWAY } else { StatusCode::NO_CONTENT };
            std::future::ready(status)
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?token=1", listener.local_addr().unwrap());
        let server =
            tokio::spawn(
                async move { axum::serve(listener, Router::new().route("/hook", post(answer))).await },
            );
        let webhook = Webhook::new(&WebhookConfig { url: url.into(), secret: Some(SECRET.into()) }).unwrap();
        let notice = Notice {
            code: "market_quarantined",
            market: Some("getgems".into()),
            path: Some("/items/3/price".into()),
            what: "GetGems sent a page that cannot be read".into(),
            mend: "Look at its page".into(),
            at_ms: 1_614_265_330_123,
        };
        webhook.send(&notice).await;
        let posts = posts.lock().unwrap();
        let [(first, body), (second, same)] = posts.as_slice() else { panic!("{} posts", posts.len()) };
        assert_eq!(first["webhook-id"], second["webhook-id"]);
        assert_eq!(body, same);
        assert!(first["webhook-signature"].to_str().unwrap().starts_with("v1,"));
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["type"], "market_quarantined");
        assert_eq!(body["timestamp"], "2021-02-25T15:02:10.123Z");
        assert_eq!(body["data"]["market"], "getgems");
        assert_eq!(body["data"]["path"], "/items/3/price");
        server.abort();
    }
}
