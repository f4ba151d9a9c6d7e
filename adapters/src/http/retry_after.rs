//! How long a source asks us to wait: `Retry-After` in seconds or as an HTTP date (RFC 9110, 10.2.3), bounded.

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// Shortest wait taken from a header, in milliseconds; a source that says 0 still asked for a pause.
const WAIT_MS_MIN: u64 = 250;

/// Milliseconds to wait by the header, at most `max_ms`; `None` without a header that can be read. A date is measured against the
/// answer's own `Date`, else against `now_us`, so a wrong clock on either side does not matter where the source tells its own.
pub(super) fn wait_ms(headers: &HeaderMap, now_us: i64, max_ms: u64) -> Option<u64> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait_ms = if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        text.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(1_000)
    } else {
        let until_us = us_from_http_date(text)?;
        let date = headers.get(DATE).and_then(|value| value.to_str().ok()).and_then(us_from_http_date);
        let wait_us = until_us.saturating_sub(date.unwrap_or(now_us));
        u64::try_from(wait_us / 1_000).unwrap_or(0)
    };
    Some(wait_ms.clamp(WAIT_MS_MIN.min(max_ms), max_ms))
}

/// Microseconds since 1970 of `Wed, 21 Oct 2026 07:28:00 GMT`, the one form that may be sent today.
fn us_from_http_date(text: &str) -> Option<i64> {
    let (_, rest) = text.split_once(", ")?;
    let rest = rest.strip_suffix(" GMT")?;
    let [day, month, year, clock] = <[&str; 4]>::try_from(rest.split(' ').collect::<Vec<_>>()).ok()?;
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = months.iter().position(|name| *name == month)? + 1;
    domain::time::us_from_iso(&format!("{year}-{month:02}-{day:0>2}T{clock}Z")).ok().flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::header::HeaderValue;

    use super::*;

    fn wait(retry_after: &str, date: Option<&str>) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_str(retry_after).ok()?);
        if let Some(date) = date {
            headers.insert(DATE, HeaderValue::from_str(date).ok()?);
        }
        let now_us = us_from_http_date("Wed, 21 Oct 2026 07:00:00 GMT").unwrap();
        wait_ms(&headers, now_us, 3_600_000)
    }

    #[test]
    fn seconds_and_dates_are_bounded() {
        for (header, date, want) in [
            ("7", None, Some(7_000)),
            (" 7 ", None, Some(7_000)),
            ("0", None, Some(250)),
            ("99999999999999999999999", None, Some(3_600_000)),
            ("86400", None, Some(3_600_000)),
            ("Wed, 21 Oct 2026 07:00:30 GMT", None, Some(30_000)),
            ("Wed, 21 Oct 2026 06:00:00 GMT", None, Some(250)),
            ("Fri, 21 Oct 2033 06:00:00 GMT", None, Some(3_600_000)),
            ("Wed, 21 Oct 2026 07:00:30 GMT", Some("Wed, 21 Oct 2026 07:00:25 GMT"), Some(5_000)),
            ("Wed, 21 Okt 2026 07:00:30 GMT", None, None),
            ("soon", None, None),
            ("-5", None, None),
            ("1.5", None, None),
            ("", None, None),
        ] {
            assert_eq!(wait(header, date), want, "{header}");
        }
        assert_eq!(wait_ms(&HeaderMap::new(), 0, 3_600_000), None);
    }

    proptest! {
        #[test]
        fn no_header_panics(text in "[ -~]{0,40}", date in "[ -~]{0,40}") {
            let wait = wait(&text, Some(&date));
            prop_assert!(wait.is_none_or(|ms| (250..=3_600_000).contains(&ms)));
        }
    }
}
