//! Telegram as far as markets need it: signed initData of a Mini App, for the sandbox's own bots and people.
//!
//! Rules: docs "Mini Apps, Validating data received via the Mini App": the secret key is HMAC-SHA-256 of the bot's token
//! with the key `WebAppData`; the hash is HMAC-SHA-256 of the sorted `key=value` lines. For third parties there is an Ed25519
//! signature over the bot's id, `:WebAppData` and those lines without hash and signature. The tokens and the key here are the
//! sandbox's own and open nothing elsewhere.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use sha2::{Digest as _, Sha256};

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
    let signature = key_pair().sign(third_party_text(&fields, bot).as_bytes());
    fields.push(("signature".to_owned(), URL_SAFE_NO_PAD.encode(signature)));
    fields.push(("hash".to_owned(), sign(&fields, bot)));
    let parts: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
    parts.join("&")
}

/// The key with which the sandbox's Telegram signs for third parties, made of a text that everybody knows.
fn key_pair() -> Ed25519KeyPair {
    let seed = Sha256::digest(b"ribbon sandbox telegram signs for third parties");
    Ed25519KeyPair::from_seed_unchecked(&seed).expect("32 bytes are a seed")
}

/// The public half of the sandbox's Telegram, 32 bytes: takes the place of Telegram's own for whoever checks without a token.
#[must_use]
pub fn public_key() -> [u8; 32] {
    let mut key = [0; 32];
    key.copy_from_slice(key_pair().public_key().as_ref());
    key
}

fn third_party_text(fields: &[(String, String)], bot: &Bot) -> String {
    let id = bot.token.split(':').next().unwrap_or_default();
    let told = fields.iter().filter(|(name, _)| name != "hash" && name != "signature");
    let mut lines: Vec<String> = told.map(|(name, value)| format!("{name}={value}")).collect();
    lines.sort_unstable();
    format!("{id}:WebAppData\n{}", lines.join("\n"))
}

/// Checks initData as a third party does, without the bot's token: its signature by this public key.
///
/// # Errors
/// [`InitDataFault::Malformed`] or [`InitDataFault::Signature`].
pub fn check_third_party(init_data: &str, bot: &Bot, public_key: &[u8]) -> Result<(), InitDataFault> {
    if init_data.len() > BYTES_MAX {
        return Err(InitDataFault::Long);
    }
    let fields = read(init_data).ok_or(InitDataFault::Malformed)?;
    let told = fields.iter().find(|(name, _)| name == "signature").map(|(_, value)| value.as_str());
    let signature =
        told.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()).ok_or(InitDataFault::Signature)?;
    let text = third_party_text(&fields, bot);
    let key = UnparsedPublicKey::new(&ED25519, public_key);
    key.verify(text.as_bytes(), &signature).map_err(|_| InitDataFault::Signature)
}

/// The Telegram user of one of a world's people, as the sandbox of this seed and size has them; numbers beyond the last begin anew.
#[must_use]
pub fn resident(seed: u64, gifts: u32, number: u32) -> User {
    let person = crate::world::person(seed, number % crate::world::people_of(gifts));
    User {
        id: person.telegram_id(),
        first_name: person.first_name().to_owned(),
        username: Some(person.username()),
    }
}

/// The bot that signs users in to a market of the sandbox; `None` for a market that asks for no initData.
#[must_use]
pub fn bot_of(market: &str) -> Option<&'static Bot> {
    let market = crate::MARKETS.iter().find(|known| known.id == market)?;
    match market.access {
        crate::Access::Bot(bot) => Some(bot),
        crate::Access::Open | crate::Access::Key(_) => None,
    }
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
    fn third_parties_check_without_the_token() {
        let signed = init_data(&user(), &BOT, NOW_S);
        assert_eq!(check_third_party(&signed, &BOT, &public_key()), Ok(()));
        let forged = signed.replace("7000000001", "7000000002");
        let other = Bot { token: "2:sandbox", ..BOT };
        let telegrams =
            hex::decode("e7bf03a2fa4602af4580703d88dda5bb59f32ed8b02a56c187fe7d34caed242d").unwrap();
        for (text, bot, key) in [
            (forged.as_str(), &BOT, public_key().to_vec()),
            (signed.as_str(), &other, public_key().to_vec()),
            (signed.as_str(), &BOT, telegrams),
            ("auth_date=1", &BOT, public_key().to_vec()),
        ] {
            assert_eq!(check_third_party(text, bot, &key), Err(InitDataFault::Signature), "{text}");
        }
    }

    /// A launch of Telegram's own, published with its bot's token. Source: Telegram-Mini-Apps/telegram-apps
    /// packages/init-data-node (commit 8905b04b, MIT).
    #[test]
    fn a_real_launch_has_the_same_form() {
        const REAL: &str = "user=%7B%22id%22%3A279058397%2C%22first_name%22%3A%22Vladislav%20%2B%20-%20%3F%20%5C%2F%22%2C%22last_name%22%3A%22Kibenko%22%2C%22username%22%3A%22vdkfrost%22%2C%22language_code%22%3A%22ru%22%2C%22is_premium%22%3Atrue%2C%22allows_write_to_pm%22%3Atrue%2C%22photo_url%22%3A%22https%3A%5C%2F%5C%2Ft.me%5C%2Fi%5C%2Fuserpic%5C%2F320%5C%2F4FPEE4tmP3ATHa57u6MqTDih13LTOiMoKoLDRG4PnSA.svg%22%7D&chat_instance=8134722200314281151&chat_type=private&auth_date=1733584787&signature=zL-ucjNyREiHDE8aihFwpfR9aggP2xiAo3NSpfe-p7IbCisNlDKlo7Kb6G4D0Ao2mBrSgEk4maLSdv6MLIlADQ&hash=2174df5b000556d044f3f020384e879c8efcab55ddea2ced4eb752e93e7080d6";
        let bot = Bot { username: "real", token: "7342037359:AAFZehRPBRs8Seg40oDjTMIW8uTGPuW1zfQ" };
        assert_eq!(check(REAL, &bot, 1_733_584_787, 60).map(|user| user.id), Ok(279_058_397));
        let telegrams =
            hex::decode("e7bf03a2fa4602af4580703d88dda5bb59f32ed8b02a56c187fe7d34caed242d").unwrap();
        assert_eq!(check_third_party(REAL, &bot, &telegrams), Ok(()));
        assert_eq!(check_third_party(REAL, &bot, &public_key()), Err(InitDataFault::Signature));
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
