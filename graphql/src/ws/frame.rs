//! Messages to the client. The payload of a shared item is made once; only the id in front of it is the subscriber's own.

use axum::extract::ws::Utf8Bytes;
use serde_json::Value;

use crate::fanout::Message as Told;

/// A message for one subscription, and whether it is the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) text: Utf8Bytes,
    pub(super) is_last: bool,
}

/// A subscription's id as JSON text, quoted once when it begins.
#[derive(Debug, Clone)]
pub(super) struct QuotedId(String);

impl QuotedId {
    pub(super) fn new(id: &str) -> Self {
        Self(Value::from(id).to_string())
    }

    /// A message of this subscription.
    pub(super) fn frame(&self, message: &Told) -> Frame {
        let text = match message {
            Told::Next(answer) => self.next(&answer.payload),
            Told::Error { errors, may_succeed_later: _ } => {
                format!("{{\"id\":{},\"type\":\"error\",\"payload\":{errors}}}", self.0)
            }
            Told::Complete => format!("{{\"id\":{},\"type\":\"complete\"}}", self.0),
        };
        Frame { text: text.into(), is_last: message.is_last() }
    }

    fn next(&self, payload: &str) -> String {
        let mut text = String::with_capacity(payload.len() + self.0.len() + 40);
        text.push_str("{\"id\":");
        text.push_str(&self.0);
        text.push_str(",\"type\":\"next\",\"payload\":");
        text.push_str(payload);
        text.push('}');
        text
    }
}

/// The answer to `connection_init`.
pub(super) const ACK: &str = "{\"type\":\"connection_ack\"}";

/// The answer to `ping`.
pub(super) fn pong(payload: Option<&Value>) -> String {
    match payload {
        Some(payload) => format!("{{\"type\":\"pong\",\"payload\":{payload}}}"),
        None => "{\"type\":\"pong\"}".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fanout::Answer;

    proptest! {
        #[test]
        fn every_frame_is_json_with_its_id(id in "\\PC{1,40}") {
            let quoted = QuotedId::new(&id);
            let next = Told::Next(Answer::new("{\"data\":{}}".into(), None));
            for (message, kind) in [(next, "next"), (Told::Error { errors: "[]".into(), may_succeed_later: false }, "error"), (Told::Complete, "complete")] {
                let read: Value = serde_json::from_str(quoted.frame(&message).text.as_str()).unwrap();
                prop_assert_eq!((read["id"].as_str(), read["type"].as_str()), (Some(id.as_str()), Some(kind)));
            }
        }
    }
}
