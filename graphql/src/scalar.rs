//! Scalars: integers that do not fit JavaScript's numbers travel as text, names are checked where they come in.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{DateTime as ChronoTime, SecondsFormat};
use domain::{CollectionSlug, MarketId};

/// An amount of money in the smallest unit of its currency (nanoton, 10^-9, for TON; 10^-6 for USDT and USD; one Star for XTR),
/// as a decimal text without sign or point. Accepted as text or integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Amount(pub(crate) i64);

/// An amount of money in the smallest unit of its currency (nanoton, 10^-9, for TON; 10^-6 for USDT and USD; one Star for XTR),
/// as a decimal text without sign or point. Accepted as text or integer.
#[Scalar(name = "Amount")]
impl ScalarType for Amount {
    fn parse(value: Value) -> InputValueResult<Self> {
        let amount = integer(&value).filter(|amount| *amount >= 0);
        amount.map(Self).ok_or_else(|| {
            InputValueError::custom(
                "an amount is an integer from 0 to 9223372036854775807 in the smallest unit, as text",
            )
        })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A position in the event log, from 1 without gaps, as a decimal text; 0 is before the first event. Accepted as text or integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Position(pub(crate) i64);

/// A position in the event log, from 1 without gaps, as a decimal text; 0 is before the first event. Accepted as text or integer.
#[Scalar(name = "Position")]
impl ScalarType for Position {
    fn parse(value: Value) -> InputValueResult<Self> {
        let position = integer(&value).filter(|position| *position >= 0);
        position.map(Self).ok_or_else(|| InputValueError::custom("a position is an integer from 0, as text"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A place in a list or in the log, opaque to clients: give it back as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor(pub(crate) String);

/// Longest cursor accepted, in bytes.
pub(crate) const CURSOR_BYTES_MAX: usize = 1_024;

/// A place in a list or in the log, opaque to clients: give it back as it came.
#[Scalar(name = "Cursor")]
impl ScalarType for Cursor {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) if text.len() <= CURSOR_BYTES_MAX => Ok(Self(text)),
            Value::String(_) => Err(InputValueError::custom("a cursor is at most 1024 bytes long")),
            _ => Err(InputValueError::custom("a cursor is a text")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// A time in UTC by RFC 3339 to the microsecond, such as `2026-09-06T14:15:23.009076Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DateTime(
    /// Microseconds since 1970.
    pub(crate) i64,
);

impl DateTime {
    /// From milliseconds since 1970.
    pub(crate) fn from_ms(ms: i64) -> Self {
        Self(ms.saturating_mul(1_000))
    }

    /// The text.
    pub(crate) fn text(self) -> String {
        ChronoTime::from_timestamp_micros(self.0)
            .map_or_else(|| self.0.to_string(), |time| time.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// A time in UTC by RFC 3339 to the microsecond, such as `2026-09-06T14:15:23.009076Z`.
#[Scalar(name = "DateTime")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = value else {
            return Err(InputValueError::custom("a time is a text by RFC 3339"));
        };
        match domain::time::us_from_iso(&text) {
            Ok(Some(us)) => Ok(Self(us)),
            Ok(None) => Err(InputValueError::custom("the year 1 is no time of a market")),
            Err(fault) => Err(InputValueError::custom(fault)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.text())
    }
}

/// A collection's slug: the lower-case ASCII letters and digits of its title, such as `plushpepe`. Any spelling of the title is accepted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Slug(pub(crate) CollectionSlug);

impl Slug {
    pub(crate) fn text(&self) -> String {
        self.0.as_str().to_owned()
    }
}

/// A collection's slug: the lower-case ASCII letters and digits of its title, such as `plushpepe`. Any spelling of the title is accepted.
#[Scalar(name = "Slug")]
impl ScalarType for Slug {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => {
                CollectionSlug::from_title(&text).map(Self).map_err(InputValueError::custom)
            }
            _ => Err(InputValueError::custom("a slug is a text")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.text())
    }
}

/// A market's id, such as `getgems`: 1 to 24 lower-case letters and digits. The set grows; ask `markets` for those of today.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct MarketName(pub(crate) MarketId);

/// A market's id, such as `getgems`: 1 to 24 lower-case letters and digits. The set grows; ask `markets` for those of today.
#[Scalar(name = "MarketId")]
impl ScalarType for MarketName {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => MarketId::parse(&text).map(Self).map_err(InputValueError::custom),
            _ => Err(InputValueError::custom("a market id is a text")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.as_str().to_owned())
    }
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => {
            text.parse().ok()
        }
        Value::Number(number) => number.as_i64(),
        _ => None,
    }
}

/// A duration for a GraphQL `Int`: milliseconds, at most 2^31 - 1.
pub(crate) fn clamp_ms(us: i64) -> i32 {
    i32::try_from((us / 1_000).max(0)).unwrap_or(i32::MAX)
}

/// A duration for a GraphQL `Int`: whole seconds, at most 2^31 - 1.
pub(crate) fn clamp_seconds(us: i64) -> i32 {
    i32::try_from((us / 1_000_000).max(0)).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_exact_integers() {
        assert_eq!(Amount::parse(Value::from("9223372036854775807")).ok(), Some(Amount(i64::MAX)));
        assert_eq!(Amount::parse(Value::from(5)).ok(), Some(Amount(5)));
        for bad in [
            Value::from("-1"),
            Value::from("1.5"),
            Value::from(""),
            Value::from("9223372036854775808"),
            Value::from(1.5),
            Value::Null,
        ] {
            assert!(Amount::parse(bad.clone()).is_err(), "{bad}");
        }
    }

    #[test]
    fn times_are_utc_text() {
        assert_eq!(DateTime(1_788_704_123_009_076).text(), "2026-09-06T14:15:23.009076Z");
        assert_eq!(DateTime(1_788_704_123_000_000).text(), "2026-09-06T14:15:23Z");
        assert_eq!(
            DateTime::parse(Value::from("2026-09-06T14:15:23.009076Z")).ok(),
            Some(DateTime(1_788_704_123_009_076))
        );
        assert!(DateTime::parse(Value::from("0001-01-01T00:00:00")).is_err());
    }

    #[test]
    fn ages_have_bounds() {
        assert_eq!((clamp_ms(-5), clamp_ms(1_500), clamp_ms(i64::MAX)), (0, 1, i32::MAX));
        assert_eq!(clamp_seconds(2_999_999), 2);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(us in 0..4_000_000_000_000_000_i64, amount in 0..i64::MAX) {
            prop_assert_eq!(DateTime::parse(DateTime(us).to_value()).ok(), Some(DateTime(us)));
            prop_assert_eq!(Amount::parse(Amount(amount).to_value()).ok(), Some(Amount(amount)));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,60}") {
            let _ = Slug::parse(Value::from(text.clone()));
            let _ = MarketName::parse(Value::from(text.clone()));
            let _ = DateTime::parse(Value::from(text));
        }
    }
}
