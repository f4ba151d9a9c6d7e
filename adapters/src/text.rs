//! Small texts from outside.

use std::borrow::Cow;

/// [`domain::attribute::tidy_name`], without its work for the name that is tidy already, as nearly all are.
pub(crate) fn tidy(name: &str) -> Option<String> {
    let bytes = name.as_bytes();
    let is_plain = bytes.iter().all(|b| matches!(b, b' '..=b'~'));
    let is_spaced = matches!((bytes.first(), bytes.last()), (Some(first), Some(last)) if *first != b' ' && *last != b' ')
        && !name.contains("  ");
    if is_plain && is_spaced && bytes.len() <= domain::attribute::NAME_BYTES_MAX {
        return Some(name.to_owned());
    }
    domain::attribute::tidy_name(name)
}

/// The text cut to so many characters, control characters as spaces: for messages.
pub(crate) fn cut(text: &str, characters_max: usize) -> String {
    text.chars().take(characters_max).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Most bytes of a market's own cursor; recorded ones have up to 60.
pub(crate) const CURSOR_BYTES_MAX: usize = 2_000;

/// Whether a text that becomes an id or a cursor can be kept as it is: no control characters, not too long.
pub(crate) fn is_keepable(text: &str, bytes_max: usize) -> bool {
    text.len() <= bytes_max && !text.chars().any(char::is_control)
}

/// A link that a page may show: `https`, printable ASCII, at most 1024 bytes.
pub(crate) fn web_link(text: Option<Cow<'_, str>>) -> Option<String> {
    let fits = |text: &str| {
        text.starts_with("https://") && text.len() <= 1_024 && text.bytes().all(|b| b.is_ascii_graphic())
    };
    text.filter(|text| fits(text)).map(Cow::into_owned)
}

/// The text as one value of a query: everything but unreserved characters as percent and two digits (RFC 3986).
pub(crate) fn query_value(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte))
            }
            _ => {
                let digits = hex::encode_upper([byte]);
                encoded.push('%');
                encoded.push_str(&digits);
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keepable() {
        for (text, expected) in [
            ("", true),
            ("5.7,68-\u{2019}", true),
            ("a\0", false),
            ("a\nb", false),
            ("a\u{85}", false),
            ("123456789012", false),
        ] {
            assert_eq!(is_keepable(text, 11), expected, "{text:?}");
        }
    }

    #[test]
    fn values_and_links() {
        assert_eq!(query_value("5.7%2C68"), "5.7%252C68");
        assert_eq!(query_value("a b&c=\u{2019}"), "a%20b%26c%3D%E2%80%99");
        assert_eq!(web_link(Some("https://a/b".into())), Some("https://a/b".into()));
        for refused in ["http://a/b", "javascript:alert(1)", "https://a/ b", "https://a/\u{202e}"] {
            assert_eq!(web_link(Some(refused.into())), None, "{refused}");
        }
    }

    proptest! {
        #[test]
        fn tidy_is_the_domains(name in "[ -~]{0,30}|\\PC{0,30}| {0,2}[a-z\u{2019}]{0,99} {0,2}") {
            prop_assert_eq!(tidy(&name), domain::attribute::tidy_name(&name));
        }
    }
}
