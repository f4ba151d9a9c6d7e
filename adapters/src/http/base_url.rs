//! Where a source is: an address from configuration, checked before anything is sent there.

use std::net::IpAddr;

use reqwest::Url;

use crate::settings::{SettingDoc, Settings, SettingsFault};

const EXPECTED: &str = "an address like https://host/path without user, query or fragment; plain http only for this \
                        machine or a private network, because credentials are sent there";

/// The part of a source's address that stands before every target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BaseUrl {
    url: Url,
    is_loopback: bool,
}

impl BaseUrl {
    /// The configured address.
    pub(crate) fn from_settings(
        settings: &Settings<'_>,
        setting: &SettingDoc,
    ) -> Result<Self, SettingsFault> {
        let text = settings.text(setting).ok_or_else(|| SettingsFault::Missing {
            variable: setting.variable,
            mend: "set it to the source's address".into(),
        })?;
        Self::parse(setting.variable, &text)
    }

    /// Reads an address; a fault names the variable it came from.
    pub(crate) fn parse(variable: &'static str, text: &str) -> Result<Self, SettingsFault> {
        let fault = || SettingsFault::invalid(variable, text, EXPECTED);
        let mut url = Url::parse(text).map_err(|_| fault())?;
        let host = url.host_str().ok_or_else(fault)?;
        let is_plain = match url.scheme() {
            "https" => false,
            "http" => true,
            _ => return Err(fault()),
        };
        let has_user = !url.username().is_empty() || url.password().is_some();
        if has_user || url.query().is_some() || url.fragment().is_some() || (is_plain && !is_near(host)) {
            return Err(fault());
        }
        let is_loopback = is_loopback(host);
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self { url, is_loopback })
    }

    /// The whole address of a target such as `/v1/gifts?limit=100`. The target is made by us, never taken from an answer.
    pub(crate) fn join(&self, target: &str) -> Result<Url, String> {
        let base = self.url.as_str().trim_end_matches('/');
        Url::parse(&format!("{base}{target}")).map_err(|fault| fault.to_string())
    }

    /// Whether the source runs on this machine: proxies are not for it.
    pub(crate) fn is_loopback(&self) -> bool {
        self.is_loopback
    }

    /// `https` or `http`.
    pub(crate) fn scheme(&self) -> &str {
        self.url.scheme()
    }

    /// Host and port, for messages.
    pub(crate) fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or("?");
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

fn ip(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || ip(host).is_some_and(|ip| ip.is_loopback())
}

/// This machine, a private network, or a name without a dot, as containers on one network have.
fn is_near(host: &str) -> bool {
    match ip(host) {
        Some(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Some(IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local(),
        None => !host.contains('.'),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_is_an_address_or_a_fault(text in "\\PC{0,40}|https?://[a-z0-9.:@-]{0,20}[/?#]?\\PC{0,10}") {
            if let Ok(base) = BaseUrl::parse("RIBBON_X_BASE_URL", &text) {
                prop_assert_eq!(BaseUrl::parse("RIBBON_X_BASE_URL", base.url.as_str()), Ok(base.clone()));
                prop_assert!(base.join("/v1/x?a=b").is_ok_and(|url| url.path().ends_with("/v1/x")));
            }
        }
    }

    #[test]
    fn addresses() {
        for (text, joined) in [
            ("https://api.getgems.io/public-api", Some("https://api.getgems.io/public-api/v1/x?a=b%2C")),
            ("https://api.getgems.io/public-api/", Some("https://api.getgems.io/public-api/v1/x?a=b%2C")),
            ("http://127.0.0.1:9000", Some("http://127.0.0.1:9000/v1/x?a=b%2C")),
            ("http://[::1]:9000/a", Some("http://[::1]:9000/a/v1/x?a=b%2C")),
            ("http://sandbox:9000", Some("http://sandbox:9000/v1/x?a=b%2C")),
            ("http://10.0.0.7/", Some("http://10.0.0.7/v1/x?a=b%2C")),
            ("http://api.getgems.io", None),
            ("ftp://api.getgems.io", None),
            ("https://user:word@api.getgems.io", None),
            ("https://api.getgems.io?key=1", None),
            ("https://api.getgems.io#x", None),
            ("api.getgems.io", None),
            ("", None),
        ] {
            let found = BaseUrl::parse("RIBBON_X_BASE_URL", text);
            match joined {
                Some(joined) => assert_eq!(found.unwrap().join("/v1/x?a=b%2C").unwrap().as_str(), joined),
                None => {
                    let fault = found.unwrap_err().to_string();
                    assert!(fault.starts_with("RIBBON_X_BASE_URL is `"), "{fault}");
                }
            }
        }
    }
}
