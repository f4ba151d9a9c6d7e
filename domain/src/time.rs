//! Times as integers since 1970-01-01 UTC, and the one parser of the markets' date texts.

/// Milliseconds of a microsecond count, rounded down.
#[must_use]
pub fn ms_from_us(us: i64) -> i64 {
    us.div_euclid(1_000)
}

/// Why a date text was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a date: expected ISO 8601 like 2026-09-06T14:15:23.009076Z")]
pub struct DateFault {
    /// The refused text, cut to 40 characters.
    pub text: String,
}

/// Microseconds since 1970 of an ISO 8601 text. A text without a zone is UTC; finer digits than microseconds fall away.
/// `0001-01-01T00:00:00` is the markets' word for "none" and gives `Ok(None)`.
///
/// # Errors
/// [`DateFault`] for anything else than a real date of the years 1 to 9999.
pub fn us_from_iso(text: &str) -> Result<Option<i64>, DateFault> {
    let fault = || DateFault { text: text.chars().take(40).collect() };
    let (year, month, day, rest) = date_part(text).ok_or_else(fault)?;
    let (second_of_day, micros, zone) = clock_part(rest).ok_or_else(fault)?;
    let offset_s = zone_seconds(zone).ok_or_else(fault)?;
    if year == 1 {
        return Ok(None);
    }
    let seconds = days_from_civil(year, month, day) * 86_400 + second_of_day - offset_s;
    Ok(Some(seconds * 1_000_000 + micros))
}

fn digits(text: &str, count: usize) -> Option<i64> {
    let part = text.get(..count)?;
    part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok()).flatten()
}

fn date_part(text: &str) -> Option<(i64, i64, i64, &str)> {
    let (year, month, day) = (digits(text, 4)?, digits(text.get(5..)?, 2)?, digits(text.get(8..)?, 2)?);
    let separators = text.as_bytes().get(4) == Some(&b'-') && text.as_bytes().get(7) == Some(&b'-');
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    let rest = text.get(10..)?;
    let rest = rest.strip_prefix(['T', ' '])?;
    (separators && year > 0 && (1..=days).contains(&day)).then_some((year, month, day, rest))
}

fn clock_part(text: &str) -> Option<(i64, i64, &str)> {
    let (hour, minute, second) = (digits(text, 2)?, digits(text.get(3..)?, 2)?, digits(text.get(6..)?, 2)?);
    let colons = text.as_bytes().get(2) == Some(&b':') && text.as_bytes().get(5) == Some(&b':');
    if !colons || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let rest = text.get(8..)?;
    let Some(fraction) = rest.strip_prefix('.') else {
        return Some((hour * 3_600 + minute * 60 + second, 0, rest));
    };
    let end = fraction.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(fraction.len());
    if end == 0 || end > 12 {
        return None;
    }
    let mut micros = 0;
    for place in 0..6 {
        micros = micros * 10
            + fraction.as_bytes().get(place).filter(|_| place < end).map_or(0, |b| i64::from(b - b'0'));
    }
    Some((hour * 3_600 + minute * 60 + second, micros, fraction.get(end..)?))
}

fn zone_seconds(zone: &str) -> Option<i64> {
    let sign = match zone.as_bytes().first() {
        None => return Some(0),
        Some(b'Z' | b'z') if zone.len() == 1 => return Some(0),
        Some(b'+') => 1,
        Some(b'-') => -1,
        Some(_) => return None,
    };
    let rest = zone.get(1..)?;
    let minutes = rest.get(2..)?;
    let minutes = minutes.strip_prefix(':').unwrap_or(minutes);
    (minutes.len() == 2).then_some(())?;
    Some(sign * (digits(rest, 2)? * 3_600 + digits(minutes, 2)? * 60))
}

/// Days since 1970-01-01 of a proleptic Gregorian date. Source: Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms", `days_from_civil`.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Latest time that has a year of four digits: 9999-12-31T23:59:59.999Z.
const LATEST_MS: i64 = 253_402_300_799_999;

/// A time as filters of markets spell it, as in `2026-09-06T14:15:23.009Z`; milliseconds since 1970. What is before 1970 or after the year
/// 9999 is told as the nearest time that is not.
#[must_use]
pub fn iso_from_ms(ms: i64) -> String {
    let ms = ms.clamp(0, LATEST_MS);
    let (seconds, millis) = (ms / 1_000, ms % 1_000);
    let (year, month, day) = civil_from_days(seconds / 86_400);
    let second = seconds % 86_400;
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// Year, month and day of a count of days since 1970-01-01. Source: as [`days_from_civil`], `civil_from_days`.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_markets_spellings() {
        for (text, us) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2026-09-06T14:15:23.009076Z", Some(1_788_704_123_009_076)),
            ("2026-09-06T14:15:23.009076", Some(1_788_704_123_009_076)),
            ("2026-09-06 17:15:23.009076+03:00", Some(1_788_704_123_009_076)),
            ("2025-08-18T01:01:05.000Z", Some(1_755_478_865_000_000)),
            ("2026-04-15T11:11:05.1234567Z", Some(1_776_251_465_123_456)),
            ("0001-01-01T00:00:00", None),
        ] {
            assert_eq!(us_from_iso(text), Ok(us), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_says_so() {
        for text in [
            "",
            "2026",
            "2026-13-01T00:00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-02-03T24:00:00Z",
            "2026-02-03T00:00:00+3",
            "2026-02-03T00:00:00.Z",
            "yesterday",
        ] {
            assert!(us_from_iso(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_time_reads_its_own_text(ms in 0..=LATEST_MS, any: i64) {
            prop_assert_eq!(us_from_iso(&iso_from_ms(ms)), Ok(Some(ms * 1_000)));
            prop_assert!(us_from_iso(&iso_from_ms(any)).is_ok());
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,60}") { let _ = us_from_iso(&text); }
        #[test]
        fn no_near_date_panics(text in "[0-9T:.Z+ -]{0,40}") { let _ = us_from_iso(&text); }
    }
}
