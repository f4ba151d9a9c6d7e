//! The kinds of values, each with its words for what is expected and its one reader. No text makes a reader fall.

use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::SecretString;
use tracing_subscriber::EnvFilter;

/// What kind of value a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Printable text of 1 to 1000 characters.
    Text,
    /// A path of the file system.
    Path,
    /// An address and a port.
    Socket,
    /// A loopback address and a port.
    Loopback,
    /// An http or https address without user, query and fragment.
    Url,
    /// An http or https address, its path and query as they stand.
    Endpoint,
    /// A PostgreSQL URL.
    Database,
    /// On or off.
    Switch,
    /// A whole number, bounds included.
    Count {
        /// Smallest accepted.
        min: u64,
        /// Largest accepted.
        max: u64,
    },
    /// A decimal factor from 0.1 to 10000, read as an integer in thousandths.
    Factor,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Some of these words, separated by commas.
    Choices(&'static [&'static str]),
    /// A filter of the log.
    LogFilter,
}

/// A value that fits its setting's kind.
#[derive(Debug, Clone)]
pub enum Value {
    /// Of `Text`, `Url`, `Endpoint`, `Choice`, `LogFilter`.
    Text(String),
    /// Of any textual kind, for a secret setting.
    Secret(SecretString),
    /// Of `Path`.
    Path(PathBuf),
    /// Of `Socket` and `Loopback`.
    Socket(SocketAddr),
    /// Of `Switch`.
    Switch(bool),
    /// Of `Count`; of `Factor` in thousandths.
    Count(u64),
    /// Of `Choices`, in the given order, each once.
    List(Vec<String>),
}

impl Kind {
    /// What is expected, to follow the word "expected".
    #[must_use]
    pub fn expected(&self) -> String {
        match self {
            Self::Text => "1 to 1000 printable characters".into(),
            Self::Path => "a path".into(),
            Self::Socket => "an IP address and a port, as in 127.0.0.1:8480 (port 0 takes a free one)".into(),
            Self::Loopback => {
                "a loopback address and a port, as in 127.0.0.1:8490 (port 0 takes a free one)".into()
            }
            Self::Url => "an http or https address without user, query and fragment, as in \
                          https://api.example.org/v1"
                .into(),
            Self::Endpoint => {
                "an http or https address without user and fragment, as in https://example.org/hook".into()
            }
            Self::Database => "a PostgreSQL URL, as in postgres://user:password@host:5432/database".into(),
            Self::Switch => "`on` or `off` (also true, false, yes, no, 1, 0)".into(),
            Self::Count { min, max } => format!("a whole number from {min} to {max}"),
            Self::Factor => "a number from 0.1 to 10000 with at most three digits behind the point".into(),
            Self::Choice(words) => format!("one of {}", words.join(", ")),
            Self::Choices(words) => format!("some of {}, separated by commas", words.join(", ")),
            Self::LogFilter => "a filter of the log, as in info,sqlx=warn".into(),
        }
    }

    /// The placeholder in help, as in `--listen <ADDRESS:PORT>`.
    #[must_use]
    pub fn placeholder(&self) -> &'static str {
        match self {
            Self::Text => "TEXT",
            Self::Path => "PATH",
            Self::Socket | Self::Loopback => "ADDRESS:PORT",
            Self::Url | Self::Endpoint | Self::Database => "URL",
            Self::Switch => "on|off",
            Self::Count { .. } => "NUMBER",
            Self::Factor => "FACTOR",
            Self::Choice(_) => "WORD",
            Self::Choices(_) => "WORD,WORD",
            Self::LogFilter => "FILTER",
        }
    }

    /// Reads a text; `None` when it does not fit.
    pub(super) fn parse(&self, text: &str) -> Option<Value> {
        match self {
            Self::Text => printable(text).map(Value::Text),
            Self::Path => (!text.is_empty() && !text.contains('\0')).then(|| Value::Path(text.into())),
            Self::Socket => text.parse().ok().map(Value::Socket),
            Self::Loopback => {
                let address: Option<SocketAddr> = text.parse().ok();
                address.filter(|address| address.ip().is_loopback()).map(Value::Socket)
            }
            Self::Url => http_url(text, false).map(Value::Text),
            Self::Endpoint => http_url(text, true).map(Value::Text),
            Self::Database => database_url(text).map(Value::Text),
            Self::Switch => match text.to_ascii_lowercase().as_str() {
                "on" | "true" | "yes" | "1" => Some(Value::Switch(true)),
                "off" | "false" | "no" | "0" => Some(Value::Switch(false)),
                _ => None,
            },
            Self::Count { min, max } => digits(text).filter(|n| (min..=max).contains(&n)).map(Value::Count),
            Self::Factor => thousandths(text).filter(|n| (100..=10_000_000).contains(n)).map(Value::Count),
            Self::Choice(words) => words.contains(&text).then(|| Value::Text(text.into())),
            Self::Choices(words) => choices(text, words).map(Value::List),
            Self::LogFilter => {
                // The reader of filters panics on what is not ASCII (tracing-subscriber 0.3.23).
                let read = |text: &String| text.is_ascii() && EnvFilter::try_new(text).is_ok();
                printable(text).filter(read).map(Value::Text)
            }
        }
    }
}

fn printable(text: &str) -> Option<String> {
    let fits = (1..=1000).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

fn digits(text: &str) -> Option<u64> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn thousandths(text: &str) -> Option<u64> {
    domain::decimal::units_from_decimal(text, 3).ok().and_then(|n| u64::try_from(n).ok())
}

/// A base URL loses its trailing slash, so that a path can be put behind it.
fn http_url(text: &str, with_query: bool) -> Option<String> {
    let url = reqwest::Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none()
        && (with_query || url.query().is_none());
    let kept = if with_query { text } else { text.trim_end_matches('/') };
    plain.then(|| kept.to_owned())
}

fn database_url(text: &str) -> Option<String> {
    let url = reqwest::Url::parse(text).ok()?;
    matches!(url.scheme(), "postgres" | "postgresql").then(|| text.to_owned())
}

fn choices(text: &str, words: &[&str]) -> Option<Vec<String>> {
    let mut list: Vec<String> = Vec::new();
    for part in text.split(',').map(str::trim) {
        if !words.contains(&part) {
            return None;
        }
        if !list.iter().any(|known| known == part) {
            list.push(part.to_owned());
        }
    }
    Some(list)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KINDS: [Kind; 13] = [
        Kind::Text,
        Kind::Path,
        Kind::Socket,
        Kind::Loopback,
        Kind::Url,
        Kind::Endpoint,
        Kind::Database,
        Kind::Switch,
        Kind::Count { min: 1, max: 9 },
        Kind::Factor,
        Kind::Choice(&["text", "json"]),
        Kind::Choices(&["getgems", "mrkt"]),
        Kind::LogFilter,
    ];

    #[test]
    fn values_fit_or_are_refused() {
        for (kind, good, bad) in [
            (Kind::Text, &["a", "key:1"][..], &["", "a\nb", "\u{7}"][..]),
            (Kind::Path, &[".", "/srv/x"], &["", "a\0b"]),
            (
                Kind::Socket,
                &["127.0.0.1:0", "[::1]:8480"],
                &["8480", "localhost:8480", "127.0.0.1", "1.2.3.4:70000"],
            ),
            (
                Kind::Url,
                &["http://127.0.0.1:1/a/", "https://x.org"],
                &["x.org", "ftp://x.org", "https://u:p@x.org", "https://x.org/?a=1", "https://x.org/#a", ""],
            ),
            (Kind::Endpoint, &["https://x.org/?a=1"], &["https://u@x.org", "file:///x"]),
            (
                Kind::Database,
                &["postgres://a@b/c?host=/x", "postgresql:///c"],
                &["mysql://a", "localhost", ""],
            ),
            (Kind::Switch, &["on", "OFF", "1", "no"], &["", "2", "maybe"]),
            (
                Kind::Count { min: 100, max: 200 },
                &["100", "200", "0150"],
                &["99", "201", "-1", "1e2", "1.0", "", " 1"],
            ),
            (Kind::Loopback, &["127.0.0.1:0", "[::1]:8490"], &["0.0.0.0:1", "10.0.0.1:1", "localhost:1"]),
            (
                Kind::Factor,
                &["1", "0.1", "10000", "30.525"],
                &["0", "-1", "0.099", "1.0001", "10000.1", "x", ""],
            ),
            (Kind::Choice(&["text", "json"]), &["text"], &["Text", "xml", ""]),
            (
                Kind::Choices(&["getgems", "mrkt"]),
                &["mrkt", "getgems, mrkt", "mrkt,mrkt"],
                &["", "mrkt,", "tonnel"],
            ),
            (Kind::LogFilter, &["info", "info,sqlx=warn"], &["", "info,sqlx=loud", " :h\u{11938}='%"]),
        ] {
            for text in good {
                assert!(kind.parse(text).is_some(), "{kind:?} {text:?}");
            }
            for text in bad {
                assert!(kind.parse(text).is_none(), "{kind:?} {text:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,60}") {
            for kind in KINDS {
                let _ = kind.parse(&text);
            }
        }
    }
}
