//! Messages as server-sent events. Written here and not by the library, whose events are copied for each listener.
//! Source: html.spec.whatwg.org, "Parsing an event stream".

use bytes::Bytes;

use crate::fanout::{Answer, Message};

/// A comment, which clients pass over: it keeps proxies from taking the line for dead, and finds out that nobody is there.
pub(super) const HEARTBEAT: Bytes = Bytes::from_static(b":\n\n");

/// The last words of a server that stops. Not `complete`: nothing is complete, and whoever comes back goes on.
pub(super) const STOPS: Bytes = Bytes::from_static(b": the server stops\n\n");

/// Nothing follows. Without a line of data a browser would not show it to its page.
const COMPLETE: &str = "event: complete\ndata:\n\n";

/// Takes the id of an earlier event from the client, for it leads nowhere: an empty id is set like any other, and with an empty one a
/// browser sends no `Last-Event-ID`. Else it would come back with the same id for ever.
const NO_ID: &str = "id:\n";

/// How long a client waits before it comes back, in milliseconds.
pub(super) fn retry(ms: u64) -> Bytes {
    format!("retry: {ms}\n\n").into()
}

/// A message; the bytes of an answer are made once for all streams.
pub(super) fn of(message: &Message) -> Bytes {
    match message {
        Message::Next(answer) => answer.event.get_or_init(|| next(answer).into()).clone(),
        Message::Error { errors, may_succeed_later } => {
            let id = if *may_succeed_later { "" } else { NO_ID };
            format!("{id}event: next\ndata: {{\"errors\":{errors}}}\n\n{COMPLETE}").into()
        }
        Message::Complete => Bytes::from_static(COMPLETE.as_bytes()),
    }
}

/// Neither a cursor nor JSON as we write it holds the end of a line.
fn next(answer: &Answer) -> String {
    let id = answer.cursor.as_ref().map_or("", |cursor| &cursor.0);
    let mut text = String::with_capacity(answer.payload.len() + id.len() + 32);
    if !id.is_empty() {
        text.push_str("id: ");
        text.push_str(id);
        text.push('\n');
    } else if !answer.keeps_place {
        text.push_str(NO_ID);
    }
    text.push_str("event: next\ndata: ");
    text.push_str(&answer.payload);
    text.push_str("\n\n");
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{cursor::CursorScope, scalar::Cursor};

    /// Fields of each block, in order, as the standard reads them.
    fn read(bytes: &Bytes) -> Vec<Vec<(String, String)>> {
        let text = std::str::from_utf8(bytes).unwrap();
        let blocks = text.strip_suffix("\n\n").expect("the last event ends").split("\n\n");
        let field = |line: &str| {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            (name.to_owned(), value.strip_prefix(' ').unwrap_or(value).to_owned())
        };
        blocks.map(|block| block.lines().map(field).collect()).collect()
    }

    fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn each_message_has_its_events() {
        let next = |cursor: Option<&str>| {
            Message::Next(Answer::new("{\"data\":1}".into(), cursor.map(|text| Cursor(text.into()))))
        };
        let failed = |may_succeed_later| Message::Error { errors: "[1]".into(), may_succeed_later };
        let complete = fields(&[("event", "complete"), ("data", "")]);
        for (message, expected) in [
            (next(Some("abc")), vec![fields(&[("id", "abc"), ("event", "next"), ("data", "{\"data\":1}")])]),
            // The word to reload, and a query's answer: what was told before is no place to go on from.
            (next(None), vec![fields(&[("id", ""), ("event", "next"), ("data", "{\"data\":1}")])]),
            (
                failed(false),
                vec![
                    fields(&[("id", ""), ("event", "next"), ("data", "{\"errors\":[1]}")]),
                    complete.clone(),
                ],
            ),
            // What may succeed later keeps its place.
            (
                failed(true),
                vec![fields(&[("event", "next"), ("data", "{\"errors\":[1]}")]), complete.clone()],
            ),
            (Message::Complete, vec![complete]),
        ] {
            assert_eq!(read(&of(&message)), expected, "{message:?}");
        }
        assert_eq!(read(&retry(1_500)), [fields(&[("retry", "1500")])]);
        assert_eq!(read(&HEARTBEAT), [fields(&[("", "")])]);
        assert_eq!(read(&STOPS), [fields(&[("", "the server stops")])]);
    }

    #[test]
    fn an_answer_is_framed_once_for_all() {
        let message = Message::Next(Answer::new("{}".into(), None));
        let (one, other) = (of(&message), of(&message.clone()));
        assert_eq!(one.as_ptr(), other.as_ptr());
    }

    proptest! {
        #[test]
        fn no_answer_breaks_its_frame(text in any::<String>(), place: i64) {
            let payload = serde_json::json!({ "data": text }).to_string();
            let cursor = CursorScope::of("log").cursor(&place);
            let event = of(&Message::Next(Answer::new(payload.clone(), Some(cursor.clone()))));
            prop_assert_eq!(read(&event), [fields(&[("id", &cursor.0), ("event", "next"), ("data", &payload)])]);
        }
    }
}
