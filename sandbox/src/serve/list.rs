//! List endpoints: a page with the fault chosen for it, and the note of what it showed.

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::{
    fault::{
        Chosen, offsets,
        pages::{self, Row, Rows, Served},
    },
    outside::Outside,
};

/// What the gate tells a handler about the request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    /// The market's place in order of registration.
    pub(crate) market: usize,
    /// The page fault chosen for it.
    pub(crate) fault: Option<Chosen>,
}

impl Asked {
    /// Fetches a page as a client gets to see it.
    pub(crate) fn page<E>(
        self,
        outside: &Outside,
        after: Option<&str>,
        fetch: impl FnMut(Option<&str>) -> Result<Rows, E>,
    ) -> Result<Rows, E> {
        Ok(self.note(outside, pages::serve(self.fault, after, fetch)?).rows)
    }

    /// The same for a list that is asked for by offset, in pages of this size.
    pub(crate) fn page_at<E>(
        self,
        outside: &Outside,
        offset: u64,
        limit: u64,
        fetch: impl FnMut(u64) -> Result<Vec<Row>, E>,
    ) -> Result<Vec<Row>, E> {
        Ok(self.note(outside, offsets::serve(self.fault, offset, limit, fetch)?).rows.rows)
    }

    fn note(self, outside: &Outside, served: Served) -> Served {
        let shown: Vec<u64> = served.rows.rows.iter().filter_map(|row| row.sequence).collect();
        outside.note_page(self.market, &shown, &served.kept_back);
        served
    }
}

/// An item as it goes out.
pub(crate) fn row(item: &impl Serialize, sequence: Option<u64>) -> Row {
    Row { json: raw(item), sequence }
}

/// A value as it goes out.
///
/// # Panics
/// If a wire type cannot be written as JSON: none has a map with keys that are no strings.
pub(crate) fn raw(item: &impl Serialize) -> Box<RawValue> {
    to_raw_value(item).expect("a wire type is plain data")
}

/// A decimal number spelled exactly, without a float: an amount with so many digits behind the point.
pub(crate) fn decimal(amount: i64, decimals: u32) -> String {
    let one = 10_u64.pow(decimals);
    let (sign, size) = (if amount < 0 { "-" } else { "" }, amount.unsigned_abs());
    let (whole, rest) = (size / one, size % one);
    if rest == 0 {
        return format!("{sign}{whole}");
    }
    let digits = format!("{rest:0width$}", width = decimals as usize);
    format!("{sign}{whole}.{}", digits.trim_end_matches('0'))
}

/// [`decimal`] as a JSON number.
pub(crate) fn decimal_number(amount: i64, decimals: u32) -> Box<RawValue> {
    RawValue::from_string(decimal(amount, decimals)).expect("digits and a point are a number")
}

/// A time of the wire: ISO 8601 in UTC with so many digits of a second.
pub(crate) fn iso(at_us: i64, digits: u32) -> String {
    let (seconds, micros) = (at_us.div_euclid(1_000_000), at_us.rem_euclid(1_000_000));
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let head = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    match digits {
        0 => format!("{head}Z"),
        3 => format!("{head}.{:03}Z", micros / 1_000),
        _ => format!("{head}.{micros:06}Z"),
    }
}

/// Year, month and day of a day count since 1970. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
/// `civil_from_days`.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decimals_are_spelled_exactly() {
        for (amount, decimals, text) in [
            (4_290_000_000, 9, "4.29"),
            (8_000_000_000, 9, "8"),
            (1, 9, "0.000000001"),
            (-15, 1, "-1.5"),
            (0, 6, "0"),
        ] {
            assert_eq!(decimal(amount, decimals), text);
            assert_eq!(decimal_number(amount, decimals).get(), text);
        }
    }

    proptest! {
        #[test]
        fn the_product_reads_our_dates(at_us in 0..253_402_300_799_000_000_i64) {
            prop_assert_eq!(domain::time::us_from_iso(&iso(at_us, 6)), Ok(Some(at_us)));
            prop_assert_eq!(domain::time::us_from_iso(&iso(at_us, 3)), Ok(Some(at_us / 1_000 * 1_000)));
            prop_assert_eq!(domain::time::us_from_iso(&iso(at_us, 0)), Ok(Some(at_us / 1_000_000 * 1_000_000)));
        }
    }
}
