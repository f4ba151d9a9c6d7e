//! Messages to the client. The payload of a shared item is made once; only the id in front of it is the subscriber's own.

use axum::extract::ws::Utf8Bytes;
use serde_json::Value;

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

    /// An answer; `payload` is the serialized answer.
    pub(super) fn next(&self, payload: &str) -> Frame {
        let mut text = String::with_capacity(payload.len() + self.0.len() + 40);
        text.push_str("{\"id\":");
        text.push_str(&self.0);
        text.push_str(",\"type\":\"next\",\"payload\":");
        text.push_str(payload);
        text.push('}');
        Frame { text: text.into(), is_last: false }
    }

    /// The operation did not begin, or broke; `errors` is a serialized list of errors. Nothing follows.
    pub(super) fn error(&self, errors: &str) -> Frame {
        Frame {
            text: format!("{{\"id\":{},\"type\":\"error\",\"payload\":{errors}}}", self.0).into(),
            is_last: true,
        }
    }

    /// Nothing follows.
    pub(super) fn complete(&self) -> Frame {
        Frame { text: format!("{{\"id\":{},\"type\":\"complete\"}}", self.0).into(), is_last: true }
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
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_frame_is_json_with_its_id(id in "\\PC{1,40}") {
            let quoted = QuotedId::new(&id);
            for frame in [quoted.next("{\"data\":{}}"), quoted.error("[]"), quoted.complete()] {
                let read: Value = serde_json::from_str(frame.text.as_str()).unwrap();
                prop_assert_eq!(read["id"].as_str(), Some(id.as_str()));
            }
        }
    }
}
