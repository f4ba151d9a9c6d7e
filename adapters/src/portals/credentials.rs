//! Who we say we are: the headers of every request. There is no session: the initData itself is sent, and leaves this file in a header
//! alone.

use std::sync::Arc;

use domain::SourceFault;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, ORIGIN, REFERER, USER_AGENT};
use secrecy::ExposeSecret as _;
use tokio::sync::Mutex;

use super::{BOT, INIT_DATA_FILE};
use crate::{
    http::Standing,
    init_data::{InitDataFile, Stamp},
};

/// The site whose Mini App we stand in for.
const SITE: &str = "https://portal-market.com";

/// Without a browser's name, the site as origin and as referer the connection is reset. Source: a client's measurement, 2026-09-19.
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36";

/// The headers of a request, and how what they hold stands with Portals.
pub(super) struct Signed {
    pub(super) headers: HeaderMap,
    pub(super) standing: Standing,
}

/// The file of initData, where there is one, and what was made of it.
pub(super) struct Credentials {
    file: Option<InitDataFile>,
    state: Mutex<Option<(Option<Stamp>, Arc<Signed>)>>,
}

impl Credentials {
    pub(super) fn new(file: Option<InitDataFile>) -> Self {
        Self { file, state: Mutex::default() }
    }

    /// Whether requests carry initData.
    pub(super) fn are_given(&self) -> bool {
        self.file.is_some()
    }

    /// What every request carries now, made anew when the file has changed.
    pub(super) async fn current(&self) -> Result<Arc<Signed>, SourceFault> {
        let mut state = self.state.lock().await;
        let stamp = match &self.file {
            Some(file) => Some(file.stamp().await?),
            None => None,
        };
        if let Some((held, signed)) = &*state
            && *held == stamp
        {
            return Ok(Arc::clone(signed));
        }
        let signed = Arc::new(Signed { headers: self.headers().await?, standing: Standing::default() });
        *state = Some((stamp, Arc::clone(&signed)));
        Ok(signed)
    }

    /// What an operator does about a refusal.
    pub(super) fn mend(&self) -> String {
        InitDataFile::mend_of(self.file.as_ref(), &INIT_DATA_FILE, BOT)
    }

    async fn headers(&self) -> Result<HeaderMap, SourceFault> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(ORIGIN, HeaderValue::from_static(SITE));
        headers.insert(REFERER, HeaderValue::from_static("https://portal-market.com/"));
        headers.insert(USER_AGENT, HeaderValue::from_static(BROWSER));
        if let Some(file) = &self.file {
            let init_data = file.read().await?;
            let text = init_data.expose_secret();
            let is_plain = text.bytes().all(|b| b.is_ascii_graphic());
            let value = HeaderValue::from_str(&format!("tma {text}")).ok().filter(|_| is_plain);
            let mut value =
                value.ok_or_else(|| file.unreadable("it holds more than printable ASCII without spaces"))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        Ok(headers)
    }
}
