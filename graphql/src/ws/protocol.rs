//! The rules of graphql-transport-ws as a pure state: what a message means, and which close code a broken rule has.
//! Source: github.com/enisdenjo/graphql-ws, PROTOCOL.md.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::Value;

use crate::{http::WireRequest, limits::RawRequest};

/// Longest id of a subscription, in bytes; clients use short numbers or UUIDs.
const ID_BYTES_MAX: usize = 128;

/// Why a socket is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Close {
    pub(super) code: u16,
    pub(super) reason: String,
}

impl Close {
    pub(super) const NO_PROTOCOL: u16 = 4406;
    pub(super) const NO_INIT: u16 = 4408;

    pub(super) fn new(code: u16, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Wire {
    ConnectionInit {
        #[serde(default, rename = "payload")]
        _payload: Option<serde_json::Map<String, Value>>,
    },
    Ping {
        #[serde(default)]
        payload: Option<serde_json::Map<String, Value>>,
    },
    Pong {
        #[serde(default, rename = "payload")]
        _payload: Option<serde_json::Map<String, Value>>,
    },
    Subscribe {
        id: String,
        payload: WireRequest,
    },
    Complete {
        id: String,
    },
}

/// What is to be done about a message.
#[derive(Debug, PartialEq)]
pub(super) enum Action {
    Acknowledge,
    Pong(Option<Value>),
    Nothing,
    Subscribe { id: String, raw: RawRequest },
    Complete { id: String },
}

/// Where a socket stands.
#[derive(Debug, Default)]
pub(super) struct Protocol {
    is_ready: bool,
    active: HashSet<String>,
}

impl Protocol {
    /// Whether the client has introduced itself.
    pub(super) fn is_ready(&self) -> bool {
        self.is_ready
    }

    /// Subscriptions running.
    pub(super) fn active(&self) -> usize {
        self.active.len()
    }

    /// A subscription has ended by itself.
    pub(super) fn ended(&mut self, id: &str) {
        self.active.remove(id);
    }

    /// What a text message means.
    ///
    /// # Errors
    /// The close that the protocol has for a broken rule.
    pub(super) fn on_text(&mut self, text: &str) -> Result<Action, Close> {
        let wire: Wire = serde_json::from_str(text)
            .map_err(|fault| Close::new(4400, format!("Invalid message: {}", short(&fault.to_string()))))?;
        match wire {
            Wire::ConnectionInit { .. } if self.is_ready => {
                Err(Close::new(4429, "Too many initialisation requests"))
            }
            Wire::ConnectionInit { .. } => {
                self.is_ready = true;
                Ok(Action::Acknowledge)
            }
            Wire::Ping { payload } => Ok(Action::Pong(payload.map(Value::Object))),
            Wire::Pong { .. } => Ok(Action::Nothing),
            Wire::Subscribe { .. } if !self.is_ready => Err(Close::new(4401, "Unauthorized")),
            Wire::Subscribe { id, .. } if id.is_empty() || id.len() > ID_BYTES_MAX => {
                Err(Close::new(4400, format!("Invalid message: an id has 1 to {ID_BYTES_MAX} bytes")))
            }
            Wire::Subscribe { id, payload } => {
                if !self.active.insert(id.clone()) {
                    return Err(Close::new(4409, format!("Subscriber for {} already exists", short(&id))));
                }
                Ok(Action::Subscribe { id, raw: payload.into() })
            }
            Wire::Complete { id } => {
                self.active.remove(&id);
                Ok(Action::Complete { id })
            }
        }
    }
}

/// A close reason has at most 123 bytes.
fn short(text: &str) -> String {
    text.chars().filter(char::is_ascii).take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const INIT: &str = r#"{"type":"connection_init"}"#;
    const SUBSCRIBE: &str =
        r#"{"type":"subscribe","id":"1","payload":{"query":"subscription { events { __typename } }"}}"#;

    fn run(messages: &[&str]) -> Result<usize, u16> {
        let mut protocol = Protocol::default();
        for message in messages {
            protocol.on_text(message).map_err(|close| close.code)?;
        }
        Ok(protocol.active())
    }

    #[test]
    fn every_rule_has_its_code() {
        let complete = r#"{"type":"complete","id":"1"}"#;
        let long = format!(r#"{{"type":"subscribe","id":"{}","payload":{{"query":"x"}}}}"#, "x".repeat(129));
        for (messages, expected) in [
            (vec![INIT, SUBSCRIBE], Ok(1)),
            (vec![INIT, SUBSCRIBE, complete, SUBSCRIBE], Ok(1)),
            (vec![INIT, SUBSCRIBE, complete, complete], Ok(0)),
            (
                vec![
                    r#"{"type":"connection_init","payload":{"a":1}}"#,
                    r#"{"type":"ping"}"#,
                    r#"{"type":"pong"}"#,
                ],
                Ok(0),
            ),
            (vec![r#"{"type":"ping"}"#], Ok(0)),
            (vec![SUBSCRIBE], Err(4401)),
            (vec![INIT, SUBSCRIBE, SUBSCRIBE], Err(4409)),
            (vec![INIT, INIT], Err(4429)),
            (vec![""], Err(4400)),
            (vec!["[]"], Err(4400)),
            (vec![r#"{"type":"start"}"#], Err(4400)),
            (vec![r#"{"type":"connection_init","payload":5}"#], Err(4400)),
            (vec![INIT, r#"{"type":"subscribe","payload":{"query":"x"}}"#], Err(4400)),
            (vec![INIT, r#"{"type":"subscribe","id":"","payload":{"query":"x"}}"#], Err(4400)),
            (vec![INIT, &long], Err(4400)),
            (vec![INIT, r#"{"type":"subscribe","id":"1","payload":{}}"#], Err(4400)),
            (
                vec![INIT, r#"{"type":"subscribe","id":"1","payload":{"query":"x","variables":[]}}"#],
                Err(4400),
            ),
        ] {
            assert_eq!(run(&messages), expected, "{messages:?}");
        }
    }

    #[test]
    fn a_ping_is_answered_with_its_payload() {
        let action = Protocol::default().on_text(r#"{"type":"ping","payload":{"n":1}}"#);
        assert_eq!(action, Ok(Action::Pong(Some(serde_json::json!({"n": 1})))));
    }

    proptest! {
        #[test]
        fn no_message_panics_and_reasons_are_short(text in "\\PC{0,200}", id in "\\PC{0,200}") {
            let subscribe = serde_json::json!({"type": "subscribe", "id": id, "payload": {"query": "x"}}).to_string();
            for messages in [vec![text.as_str()], vec![INIT, &subscribe, &subscribe]] {
                let mut protocol = Protocol::default();
                for message in messages {
                    if let Err(close) = protocol.on_text(message) {
                        prop_assert!(close.reason.len() <= 123);
                    }
                }
            }
        }
    }
}
