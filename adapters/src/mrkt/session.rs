//! The session with MRKT: a token for initData, kept until it ends or the initData changes. Neither leaves this file but in a header.

use std::sync::Arc;

use domain::{SourceFault, ports::Clock};
use reqwest::header::{ACCEPT, AUTHORIZATION, COOKIE, HeaderMap, HeaderValue, ORIGIN, REFERER};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Mutex;

use super::{ask, parse};
use crate::{
    http::{Failure, Http, Standing},
    init_data::{InitDataFile, Stamp},
};

/// The site whose Mini App we stand in for. Source: public clients, 2026.
const SITE: &str = "https://cdn.tgmrkt.io";

/// A signed-in session.
pub(super) struct Session {
    /// Headers of every request, the token twice: one client found that only the cookie counts, others send the header.
    pub(super) headers: HeaderMap,
    /// How this initData stands.
    pub(super) standing: Arc<Standing>,
    serial: u64,
}

/// The file and what was made of it.
pub(super) struct Sessions {
    file: InitDataFile,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    stamp: Option<Stamp>,
    standing: Arc<Standing>,
    session: Option<Arc<Session>>,
    serial: u64,
}

impl Sessions {
    pub(super) fn new(file: InitDataFile) -> Self {
        Self { file, state: Mutex::default() }
    }

    /// The session, signed in to now if there is none or the file has changed.
    pub(super) async fn current(&self, http: &Http, clock: &dyn Clock) -> Result<Arc<Session>, SourceFault> {
        let mut state = self.state.lock().await;
        let stamp = self.file.stamp().await?;
        if state.stamp != Some(stamp) {
            *state = State { stamp: Some(stamp), serial: state.serial, ..State::default() };
        }
        if let Some(session) = &state.session {
            return Ok(Arc::clone(session));
        }
        let token = self.sign_in(http, clock).await?;
        state.serial += 1;
        let headers = headers(Some(&token))
            .ok_or_else(|| parse::bad_token("printable ASCII without `;`", "something else"))?;
        let session =
            Arc::new(Session { headers, standing: Arc::clone(&state.standing), serial: state.serial });
        state.session = Some(Arc::clone(&session));
        tracing::info!(market = super::ID, "Signed in to MRKT.");
        Ok(session)
    }

    /// Forgets this session, if it is still the current one; the next request signs in again.
    pub(super) async fn end(&self, session: &Session) {
        let mut state = self.state.lock().await;
        if state.session.as_ref().is_some_and(|current| current.serial == session.serial) {
            state.session = None;
        }
    }

    /// What an operator does about a refusal.
    pub(super) fn mend(&self) -> String {
        self.file.mend()
    }

    async fn sign_in(&self, http: &Http, clock: &dyn Clock) -> Result<SecretString, SourceFault> {
        let init_data = self.file.read().await?;
        let headers = headers(None).unwrap_or_default();
        let refused = |status: u16| SourceFault::Refused {
            why: format!("MRKT does not accept the initData ({status}): it has expired or is not of @mrkt"),
            mend: self.mend(),
        };
        match http.send(&ask::auth(init_data.expose_secret()), headers, clock).await {
            Ok((_, body)) => Ok(SecretString::from(parse::token(&body)?)),
            Err(Failure::Forbidden { .. }) => Err(refused(403)),
            Err(Failure::Unauthorized { .. }) => Err(refused(401)),
            // The answer to a bad sign-in might repeat what was sent: its words are not passed on.
            Err(Failure::Fault(SourceFault::Never { .. })) => Err(SourceFault::Refused {
                why: "MRKT does not understand the sign-in".into(),
                mend: self.mend(),
            }),
            Err(Failure::Fault(fault)) => Err(fault),
        }
    }
}

fn headers(token: Option<&SecretString>) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(ORIGIN, HeaderValue::from_static(SITE));
    headers.insert(REFERER, HeaderValue::from_str(&format!("{SITE}/")).ok()?);
    if let Some(token) = token {
        let token = token.expose_secret();
        let is_plain =
            !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic() && b != b';' && b != b',');
        for (name, value) in [(AUTHORIZATION, token.to_owned()), (COOKIE, format!("access_token={token}"))] {
            let mut value = HeaderValue::from_str(&value).ok().filter(|_| is_plain)?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
    }
    Some(headers)
}
