//! Cursors as recorded, `5.7%2C6813a6976428bb255010d739`: a sort value, an escaped comma, 24 hexadecimal digits. A client
//! may send it as it came or escape it once more; both arrive here as the same cursor.

use super::Refused;
use crate::{random::mix, serve::list::decimal};

/// Where the next page begins: behind this key and this number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cursor {
    /// A price in 10^-9 of its coin, or milliseconds since 1970.
    pub(super) key: i64,
    /// A gift, or a place in the history.
    pub(super) number: u64,
}

/// The sort value has at most so many digits behind the point.
const DECIMALS: u32 = 9;

impl Cursor {
    /// As it goes out: the key as a decimal with nine digits behind the point.
    pub(super) fn write(self) -> String {
        let id = self.number ^ mix(self.key as u64);
        format!("{}%2C{:08x}{id:016x}", decimal(self.key, DECIMALS), self.number as u32)
    }

    /// Reads what [`Cursor::write`] wrote, escaped or not.
    pub(super) fn read(text: &str) -> Result<Self, Refused> {
        Self::parse(text).ok_or_else(|| Refused::bad("after", "cursor is invalid"))
    }

    fn parse(text: &str) -> Option<Self> {
        let (key, id) =
            text.split_once("%2C").or_else(|| text.split_once("%2c")).or_else(|| text.split_once(','))?;
        let key = parse_decimal(key)?;
        let (head, id) = id.split_at_checked(8)?;
        if id.len() != 16 {
            return None;
        }
        let number = u64::from_str_radix(id, 16).ok()? ^ mix(key as u64);
        let cursor = Self { key, number };
        (head == format!("{:08x}", number as u32)).then_some(cursor)
    }
}

fn parse_decimal(text: &str) -> Option<i64> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(rest) || rest.len() > DECIMALS as usize {
        return None;
    }
    format!("{whole}{rest:0<9}").parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_reads_back_escaped_or_not(key in 0..i64::MAX, number: u64) {
            let cursor = Cursor { key, number };
            prop_assert_eq!(Cursor::parse(&cursor.write()), Some(cursor));
            prop_assert_eq!(Cursor::parse(&cursor.write().replace("%2C", ",")), Some(cursor));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}") { let _ = Cursor::parse(&text); }

        #[test]
        fn no_near_cursor_panics(text in "[0-9]{0,20}[.]?[0-9]{0,11}(%2C|,)[0-9a-f]{0,30}") {
            let _ = Cursor::parse(&text);
        }
    }

    #[test]
    fn a_cursor_looks_like_the_recorded_one() {
        let text = Cursor { key: 5_700_000_000, number: 7 }.write();
        let (price, id) = text.split_once("%2C").unwrap();
        assert_eq!((price, id.len()), ("5.7", 24));
        assert!(Cursor::read("5.7%2C6813a6976428bb255010d739").is_err());
    }
}
