//! The session with Fragment: a cookie and a hash that its front page gives to anybody. Nobody signs in; both are told to no one all the
//! same, because whoever has them is this client.

use std::sync::Arc;

use domain::{SourceFault, ports::Clock};
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue, SET_COOKIE};
use tokio::sync::Mutex;

use super::{ask, parse::malformed};
use crate::http::{Ask, Http};

/// How long a session is used, in milliseconds of the real world. Source: a public client, 2026-03, opens a new one every 30 minutes.
pub(super) const LIFE_REAL_MS: u64 = 30 * 60_000;

/// The cookie that is the session.
const COOKIE_NAME: &str = "stel_ssid";

/// Most bytes of the cookie and of the hash; real hashes have 18 to 64.
const WORD_BYTES_MAX: usize = 200;

/// A session.
pub(super) struct Session {
    hash: String,
    cookie: HeaderValue,
    began_us: i64,
    serial: u64,
}

impl Session {
    /// The request as it is sent: a search carries the hash in its query.
    pub(super) fn sent(&self, ask: &Ask) -> Ask {
        let mut ask = ask.clone();
        if ask.target == ask::API {
            ask.target = format!("{}?hash={}", ask::API, self.hash);
        }
        ask
    }

    /// The headers of the site's own scripts: with them it answers JSON.
    pub(super) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let form = "application/x-www-form-urlencoded; charset=UTF-8";
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(form));
        let requested_with = HeaderName::from_static("x-requested-with");
        headers.insert(requested_with, HeaderValue::from_static("XMLHttpRequest"));
        headers.insert(COOKIE, self.cookie.clone());
        headers
    }
}

/// The session of this process.
pub(super) struct Sessions {
    life_us: i64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    session: Option<Arc<Session>>,
    serial: u64,
}

impl Sessions {
    /// No session yet; one lives so long, in milliseconds of this run's time.
    pub(super) fn new(life_ms: u64) -> Self {
        let life_us = i64::try_from(life_ms).unwrap_or(i64::MAX / 1_000).saturating_mul(1_000);
        Self { life_us, state: Mutex::default() }
    }

    /// The session, opened now if there is none or it is old.
    pub(super) async fn current(&self, http: &Http, clock: &dyn Clock) -> Result<Arc<Session>, SourceFault> {
        let mut state = self.state.lock().await;
        let is_young = |session: &&Arc<Session>| clock.now_us() - session.began_us < self.life_us;
        if let Some(session) = state.session.as_ref().filter(is_young) {
            return Ok(Arc::clone(session));
        }
        let (hash, cookie) = open(http, clock).await?;
        state.serial += 1;
        let session = Session { hash, cookie, began_us: clock.now_us(), serial: state.serial };
        let session = Arc::new(session);
        state.session = Some(Arc::clone(&session));
        Ok(session)
    }

    /// Forgets this session, if it is still the current one.
    pub(super) async fn end(&self, session: &Session) {
        let mut state = self.state.lock().await;
        if state.session.as_ref().is_some_and(|current| current.serial == session.serial) {
            state.session = None;
        }
    }
}

async fn open(http: &Http, clock: &dyn Clock) -> Result<(String, HeaderValue), SourceFault> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("text/html"));
    let page = http.page(&Ask::get(String::new()), headers, clock).await;
    let (headers, body) = page.map_err(|failure| super::client::refused(failure, http))?;
    let text = String::from_utf8_lossy(&body);
    let is_whole = text.trim_end().to_ascii_lowercase().ends_with("</html>");
    match (hash(&text), cookie(&headers)) {
        (Some(hash), Some(cookie)) => Ok((hash, cookie)),
        _ if !is_whole => Err(SourceFault::Retry { why: "Fragment's front page ends early".into() }),
        // A page of a gate before the site, not the site's own.
        (None, None) => Err(SourceFault::RetryAfter {
            after_ms: http.pause_ms(),
            why: "Fragment was answered for with a page that is not its own".into(),
        }),
        (None, Some(_)) => {
            Err(malformed("//script", "an apiUrl with a hash of hexadecimal digits", "none").into())
        }
        (Some(_), None) => {
            Err(malformed("", "a page with the cookie stel_ssid", "one without").into())
        }
    }
}

/// The hash inside the address that the page gives its own scripts.
fn hash(page: &str) -> Option<String> {
    const FAR: usize = 200;
    let (_, behind) = page.split_once("apiUrl")?;
    let place = behind.find("hash=").filter(|place| *place < FAR)?;
    let digits: String = behind[place + 5..].chars().take_while(char::is_ascii_hexdigit).collect();
    (!digits.is_empty() && digits.len() <= WORD_BYTES_MAX).then_some(digits)
}

fn cookie(headers: &HeaderMap) -> Option<HeaderValue> {
    let told = headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    let value = told.filter_map(|cookie| cookie.split(';').next()?.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('=')).next()?;
    let is_plain = (1..=WORD_BYTES_MAX).contains(&value.len())
        && value.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b',' | b'"' | b'\\'));
    let mut cookie = HeaderValue::from_str(&format!("{COOKIE_NAME}={value}")).ok().filter(|_| is_plain)?;
    cookie.set_sensitive(true);
    Some(cookie)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hashes_and_cookies() {
        let page = r#"<script>ajInit({"version":5,"apiUrl":"\/api?hash=0af3","tonRate":2.5});</script>"#;
        assert_eq!(hash(page).as_deref(), Some("0af3"));
        for page in ["", "apiUrl", "hash=0af3 apiUrl", r#""apiUrl":"\/api?hash=""#] {
            assert_eq!(hash(page), None, "{page}");
        }
        let cookie_of = |told: &'static str| {
            let mut headers = HeaderMap::new();
            headers.append(SET_COOKIE, HeaderValue::from_static("stel_dt=-180; path=/"));
            headers.append(SET_COOKIE, HeaderValue::from_static(told));
            cookie(&headers).map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(cookie_of("stel_ssid=ab_1; path=/; HttpOnly").as_deref(), Some("stel_ssid=ab_1"));
        for told in ["stel_ssid=", "stel_ssid", "stel_ssid2=a", "stel_ssid=a b"] {
            assert_eq!(cookie_of(told), None, "{told}");
        }
    }

    proptest! {
        #[test]
        fn no_page_panics(page in "\\PC{0,60}|(apiUrl|hash=|[0-9a-f]|\\PC){0,20}") {
            let found = hash(&page);
            prop_assert!(found.is_none_or(|hash| page.contains(&hash)));
        }
    }
}
