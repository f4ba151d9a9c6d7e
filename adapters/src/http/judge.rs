//! What a status and the first bytes of a body mean for the worker.

use domain::SourceFault;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde::de::IgnoredAny;

use super::Failure;
use crate::{json::without_mark, text::cut};

/// One answer to judge.
pub(super) struct Verdict<'a> {
    /// Method and path of the request.
    pub(super) name: &'a str,
    pub(super) status: u16,
    /// What the source asked for; milliseconds, bounded.
    pub(super) wait_ms: Option<u64>,
    /// Pause where it asked for none; milliseconds.
    pub(super) pause_ms: u64,
    /// The answer calls itself HTML.
    pub(super) is_html: bool,
}

impl Verdict<'_> {
    /// A status that is no success.
    pub(super) fn of_error(&self, body: &[u8]) -> Failure {
        let Self { name, status, wait_ms, pause_ms, .. } = self;
        let why = format!("{name} was answered {status}");
        let after = |after_ms: u64, why: String| Failure::Fault(SourceFault::RetryAfter { after_ms, why });
        match (*status, wait_ms) {
            (429, Some(wait_ms)) => after(*wait_ms, why),
            (429, None) => after(*pause_ms, format!("{why} without Retry-After")),
            (401, _) => Failure::Unauthorized { why },
            // A page of a gate before the source, not the source's own refusal.
            (403, _) if self.is_page(body) => {
                after(wait_ms.unwrap_or(*pause_ms), format!("{why} with an HTML page"))
            }
            (403, _) => Failure::Forbidden { why },
            (408 | 425 | 500..=599, Some(wait_ms)) => after(*wait_ms, why),
            (408 | 425 | 500..=599, None) => Failure::retry(why),
            (300..=399, _) => Failure::retry(format!(
                "{why}: a redirect that is not followed, to another host or one too many"
            )),
            _ => Failure::Fault(SourceFault::Never { why: with_message(why, body) }),
        }
    }

    /// A body that came with success: one whole JSON text?
    pub(super) fn of_body(&self, body: &[u8]) -> Result<(), Failure> {
        let Self { name, pause_ms, wait_ms, .. } = self;
        if self.is_page(body) {
            let why = format!("{name} was answered with HTML instead of JSON");
            return Err(Failure::Fault(SourceFault::RetryAfter {
                after_ms: wait_ms.unwrap_or(*pause_ms),
                why,
            }));
        }
        match first_byte(body) {
            None => Err(Failure::retry(format!("{name} was answered with nothing"))),
            Some(b'{' | b'[') if is_cut_short(body) => {
                Err(Failure::retry(format!("{name}: the JSON ends early, after {} bytes", body.len())))
            }
            Some(b'{' | b'[') => Ok(()),
            Some(_) => Err(Failure::retry(format!("{name} was answered with no JSON object or list"))),
        }
    }

    fn is_page(&self, body: &[u8]) -> bool {
        match first_byte(body) {
            Some(b'<') => true,
            Some(b'{' | b'[') => false,
            _ => self.is_html,
        }
    }
}

pub(super) fn is_html_type(headers: &HeaderMap) -> bool {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.trim_start().to_ascii_lowercase().starts_with("text/html")
}

fn first_byte(body: &[u8]) -> Option<u8> {
    without_mark(body).iter().copied().find(|byte| !byte.is_ascii_whitespace())
}

/// A truncated body and a changed shape must not be confused: the first is asked for again, the second stops the market.
fn is_cut_short(body: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(without_mark(body)).is_err_and(|fault| fault.is_eof())
}

/// The source's own words about a request it refuses, where it has some.
fn with_message(why: String, body: &[u8]) -> String {
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(body) else { return why };
    let message = ["/errors/0/message", "/message", "/error", "/title"]
        .into_iter()
        .find_map(|pointer| value.pointer(pointer)?.as_str());
    message.map_or(why.clone(), |message| format!("{why}: {}", cut(message, 120)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MARK: &[u8] = b"\xef\xbb\xbf";

    fn verdict(status: u16, is_html: bool) -> Verdict<'static> {
        Verdict { name: "GET /x", status, wait_ms: None, pause_ms: 1, is_html }
    }

    #[test]
    fn a_byte_order_mark_is_no_fault_and_hides_none() {
        let marked = |body: &[u8]| [MARK, body].concat();
        assert_eq!(verdict(200, false).of_body(&marked(b"{}")), Ok(()));
        for (body, told) in [(&b"{\"a\":"[..], "the JSON ends early"), (b"<html>", "HTML"), (b"", "nothing")]
        {
            let fault = format!("{:?}", verdict(200, false).of_body(&marked(body)).unwrap_err());
            assert!(fault.contains(told), "{fault}");
        }
    }

    proptest! {
        #[test]
        fn any_answer_has_a_verdict(status in 100..600_u16, is_html: bool, body in prop::collection::vec(any::<u8>(), 0..100)) {
            let verdict = verdict(status, is_html);
            let _ = verdict.of_error(&body);
            if verdict.of_body(&body).is_ok() {
                let is_json = matches!(first_byte(&body), Some(b'{' | b'['));
                prop_assert!(is_json);
            }
        }
    }
}
