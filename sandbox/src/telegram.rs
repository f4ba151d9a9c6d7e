//! Telegram as far as markets need it: signed initData of a Mini App, for the sandbox's own bots and people.
//!
//! Rules: docs "Mini Apps, Validating data received via the Mini App": the secret key is HMAC-SHA-256 of the bot's token
//! with the key `WebAppData`; the hash is HMAC-SHA-256 of the sorted `key=value` lines. The tokens here are the sandbox's
//! own and open nothing elsewhere.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// A bot of the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bot {
    /// Its name.
    pub username: &'static str,
    /// Its token: known to everybody, worth nothing.
    pub token: &'static str,
}

/// A user who opens a Mini App.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Telegram's id of them.
    pub id: u64,
    /// First name.
    pub first_name: String,
    /// Name without the at sign.
    pub username: Option<String>,
}

/// Why initData was refused. Ordered by precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InitDataFault {
    /// Longer than any real one.
    #[error("initData is longer than 4096 bytes")]
    Long,
    /// Not a query string, or a field is doubled.
    #[error("initData is no query string with each field once")]
    Malformed,
    /// No hash, or not that of the fields.
    #[error("initData is not signed by this bot's token")]
    Signature,
    /// Made too long ago, or in the future.
    #[error("initData is too old or not yet valid")]
    Expired,
    /// No user in it.
    #[error("initData names no user")]
    User,
}

/// Most bytes of initData that are looked at.
const BYTES_MAX: usize = 4_096;
/// Seconds that clocks may differ.
const SKEW_S: i64 = 60;

/// Signed initData, as Telegram would hand it to the bot's Mini App at this time in seconds since 1970.
#[must_use]
pub fn init_data(user: &User, bot: &Bot, now_s: i64) -> String {
    let mut fields = vec![
        ("auth_date".to_owned(), now_s.to_string()),
        ("chat_instance".to_owned(), (user.id as i64 ^ 0x5eed).to_string()),
        ("chat_type".to_owned(), "sender".to_owned()),
        ("user".to_owned(), user_json(user)),
    ];
    fields.push(("hash".to_owned(), sign(&fields, bot)));
    let parts: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
    parts.join("&")
}

fn user_json(user: &User) -> String {
    let User { id, first_name, username } = user;
    let mut json = serde_json::json!({ "id": id, "first_name": first_name, "language_code": "en" });
    if let Some(username) = username {
        json["username"] = username.clone().into();
    }
    json.to_string()
}

fn sign(fields: &[(String, String)], bot: &Bot) -> String {
    let mut lines: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    lines.sort_unstable();
    hex::encode(hmac(&hmac(b"WebAppData", bot.token.as_bytes()), lines.join("\n").as_bytes()))
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// Checks initData: its signature by this bot's token and its age.
///
/// # Errors
/// [`InitDataFault`], the first that holds.
pub fn check(init_data: &str, bot: &Bot, now_s: i64, age_max_s: i64) -> Result<User, InitDataFault> {
    if init_data.len() > BYTES_MAX {
        return Err(InitDataFault::Long);
    }
    let mut fields = read(init_data).ok_or(InitDataFault::Malformed)?;
    let at = fields.iter().position(|(name, _)| name == "hash").ok_or(InitDataFault::Signature)?;
    let (_, hash) = fields.remove(at);
    if sign(&fields, bot) != hash {
        return Err(InitDataFault::Signature);
    }
    let value = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let date: i64 = value("auth_date").and_then(|date| date.parse().ok()).ok_or(InitDataFault::Expired)?;
    if date > now_s.saturating_add(SKEW_S) || date < now_s.saturating_sub(age_max_s) {
        return Err(InitDataFault::Expired);
    }
    read_user(value("user").unwrap_or_default()).ok_or(InitDataFault::User)
}

fn read_user(json: &str) -> Option<User> {
    let json: serde_json::Value = serde_json::from_str(json).ok()?;
    Some(User {
        id: json.get("id")?.as_u64()?,
        first_name: json.get("first_name")?.as_str()?.to_owned(),
        username: json.get("username").and_then(|name| name.as_str()).map(str::to_owned),
    })
}

fn read(query: &str) -> Option<Vec<(String, String)>> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for part in query.split('&') {
        let (name, value) = part.split_once('=')?;
        let (name, value) = (unescape(name)?, unescape(value)?);
        if fields.iter().any(|(known, _)| *known == name) {
            return None;
        }
        fields.push((name, value));
    }
    Some(fields)
}

fn escape(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    text.bytes().map(|b| if keep(b) { (b as char).to_string() } else { format!("%{b:02X}") }).collect()
}

fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first != b'%' {
            bytes.push(if *first == b'+' { b' ' } else { *first });
            continue;
        }
        let (digits, tail) = rest.split_at_checked(2)?;
        let mut byte = [0];
        hex::decode_to_slice(digits, &mut byte).ok()?;
        bytes.push(byte[0]);
        rest = tail;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOT: Bot = Bot { username: "sandbox_bot", token: "1:sandbox" };
    const NOW_S: i64 = 1_790_000_000;

    fn user() -> User {
        User { id: 7_000_000_001, first_name: "Zoë & co".into(), username: Some("zoe".into()) }
    }

    #[test]
    fn what_is_signed_is_accepted_for_a_time() {
        let signed = init_data(&user(), &BOT, NOW_S);
        for (now_s, answer) in [
            (NOW_S, Ok(user())),
            (NOW_S + 3_600, Ok(user())),
            (NOW_S - 60, Ok(user())),
            (NOW_S + 3_601, Err(InitDataFault::Expired)),
            (NOW_S - 61, Err(InitDataFault::Expired)),
        ] {
            assert_eq!(check(&signed, &BOT, now_s, 3_600), answer, "{now_s}");
        }
    }

    #[test]
    fn what_is_not_signed_is_refused() {
        let signed = init_data(&user(), &BOT, NOW_S);
        let other = Bot { token: "2:sandbox", ..BOT };
        assert_eq!(check(&signed, &other, NOW_S, 60), Err(InitDataFault::Signature));
        let forged = signed.replace("7000000001", "7000000002");
        assert_eq!(check(&forged, &BOT, NOW_S, 60), Err(InitDataFault::Signature));
        for (text, fault) in [
            ("", InitDataFault::Malformed),
            ("a=1", InitDataFault::Signature),
            ("a=%zz", InitDataFault::Malformed),
            ("a=1&a=2", InitDataFault::Malformed),
        ] {
            assert_eq!(check(text, &BOT, NOW_S, 60), Err(fault), "{text}");
        }
        assert_eq!(check(&"a".repeat(5_000), &BOT, NOW_S, 60), Err(InitDataFault::Long));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,80}") { let _ = check(&text, &BOT, NOW_S, 60); }

        #[test]
        fn escaping_reads_back(text in "\\PC{0,40}") {
            prop_assert_eq!(unescape(&escape(&text)), Some(text));
        }
    }
}
