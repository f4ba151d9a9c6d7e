//! Where operators are told.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};

use super::fault::ConfigFault;
use super::setting::{Fallback, Kind, Setting};
use super::values::Values;

/// The webhook.
pub const WEBHOOK_URL: Setting = Setting {
    name: "RIBBON_NOTICE_WEBHOOK_URL",
    kind: Kind::Endpoint,
    fallback: Fallback::Described("none: notices go to the log and to /metrics alone"),
    unit: "",
    meaning: "Address that gets a JSON POST for each notice to operators: a market quarantined or released, a circuit \
              opened, a check failed. Secret because such addresses carry tokens.",
    is_secret: true,
};

/// The key of its signature.
pub const WEBHOOK_SECRET: Setting = Setting {
    name: "RIBBON_NOTICE_WEBHOOK_SECRET",
    kind: Kind::Text,
    fallback: Fallback::Described("none: posts are not signed"),
    unit: "",
    meaning: "Key that signs the posts by the Standard Webhooks rules: `whsec_` and base64 of 24 to 64 bytes.",
    is_secret: true,
};

/// Where operators are told besides log and metric.
#[derive(Debug, Clone)]
pub struct NoticeConfig {
    /// The webhook.
    pub webhook: Option<WebhookConfig>,
}

/// The webhook.
#[derive(Debug, Clone)]
pub struct WebhookConfig {
    /// Where to post.
    pub url: SecretString,
    /// Key of the signature, as it is written and known to be readable; `None` leaves posts unsigned.
    pub secret: Option<SecretString>,
}

impl NoticeConfig {
    /// The settings of this struct.
    pub const SETTINGS: [Setting; 2] = [WEBHOOK_URL, WEBHOOK_SECRET];

    /// Reads checked values.
    ///
    /// # Errors
    /// A [`ConfigFault`] when the key is not written as it should be.
    pub fn read(values: &Values) -> Result<Self, ConfigFault> {
        let secret = values.secret_given(&WEBHOOK_SECRET);
        if let Some(secret) = &secret
            && webhook_key(secret.expose_secret()).is_none()
        {
            let expected = "`whsec_` and then base64 of 24 to 64 bytes".to_owned();
            return Err(values.refuse(&WEBHOOK_SECRET, expected));
        }
        let webhook = values.secret_given(&WEBHOOK_URL).map(|url| WebhookConfig { url, secret });
        Ok(Self { webhook })
    }
}

/// The bytes of a key written by the Standard Webhooks rules (standardwebhooks.com, specification 1.0).
#[must_use]
pub fn webhook_key(text: &str) -> Option<Vec<u8>> {
    let bytes = STANDARD.decode(text.strip_prefix("whsec_")?).ok()?;
    (24..=64).contains(&bytes.len()).then_some(bytes)
}
