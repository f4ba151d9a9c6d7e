//! A lot: one gift's place on one market, as the fold of its events.
//!
//! Four registers, each holding the maximum by [`OrderKey`]: the latest ask, the latest proven end, the latest proven absence,
//! the latest details. A maximum does not care for order or repetition, so neither does the state.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    currency::Price,
    event::{Cause, DelistReason, Event, Fact},
    order_key::OrderKey,
    sighting::{LotDetails, ScopeId},
};

/// A market's own id of a lot: 1 to 128 bytes, printable.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LotId(String);

impl LotId {
    /// Reads an id; `None` when it is empty, longer than 128 bytes, or holds control characters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        ((1..=128).contains(&text.len()) && !text.chars().any(char::is_control)).then(|| Self(text.into()))
    }

    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for LotId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        Self::parse(&text).ok_or("a lot id has 1 to 128 printable bytes")
    }
}

impl From<LotId> for String {
    fn from(id: LotId) -> Self {
        id.0
    }
}

impl fmt::Display for LotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A value and the key it holds from, with the position of the event that set it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register<T> {
    /// Since when, in the source's order.
    pub key: OrderKey,
    /// Position of the event that set it; not part of the order.
    pub position: i64,
    /// What holds.
    pub value: T,
}

/// Puts a value into a register if its key is later. Says whether it did.
pub fn join<T>(register: &mut Option<Register<T>>, key: OrderKey, position: i64, value: T) -> bool {
    if register.as_ref().is_some_and(|held| held.key >= key) {
        return false;
    }
    *register = Some(Register { key, position, value });
    true
}

/// How a lot provably ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Taken back by its owner, by the market's word.
    Cancelled,
    /// Sold.
    Sold,
}

/// What holds for a lot now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LotState {
    /// Nothing is known that ever opened or ended it.
    Unknown,
    /// For sale.
    Open {
        /// The ask.
        price: Price,
        /// When it was put up, by the market's clock, where known; milliseconds since 1970.
        listed_at_ms: Option<i64>,
    },
    /// Ended by a sale or by its owner.
    Ended {
        /// Which.
        ending: Ending,
    },
    /// Vanished, reason unseen.
    Vanished,
}

/// The registers of a lot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lot {
    /// The scan scope that shows it while it is open.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub scope: Option<ScopeId>,
    /// The latest ask.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ask: Option<Register<Price>>,
    /// The latest time it was put up, by the market's clock.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub listed: Option<Register<()>>,
    /// The latest proven end.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ended: Option<Register<Ending>>,
    /// The latest completed scan that did not show it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unseen: Option<Register<()>>,
    /// The latest details.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub details: Option<Register<LotDetails>>,
}

impl Lot {
    /// Folds an event of this lot in. Events about something else change nothing.
    pub fn apply(&mut self, position: i64, event: &Event) {
        let key = event.key;
        if let Some((_, scope)) = event.fact.lot() {
            self.scope = Some(scope.clone());
        }
        match &event.fact {
            Fact::Listed { price, .. } => {
                join(&mut self.ask, key, position, price.clone());
                if matches!(event.cause, Cause::Feed | Cause::History) {
                    join(&mut self.listed, key, position, ());
                }
            }
            Fact::Repriced { price, .. } | Fact::StillListed { price, .. } => {
                join(&mut self.ask, key, position, price.clone());
            }
            Fact::Delisted { reason: DelistReason::Cancelled, .. } => {
                join(&mut self.ended, key, position, Ending::Cancelled);
            }
            Fact::Delisted { reason: DelistReason::Unseen, .. } => {
                join(&mut self.unseen, key, position, ());
            }
            Fact::Sold { .. } => {
                join(&mut self.ended, key, position, Ending::Sold);
            }
            Fact::MetadataSeen { details, .. } => {
                join(&mut self.details, key, position, details.clone());
            }
            _ => {}
        }
    }

    /// What holds now: the latest of ask, end and absence. A proven end explains a later absence, and needs no known ask.
    #[must_use]
    pub fn state(&self) -> LotState {
        let Some(ask) = &self.ask else {
            return self
                .ended
                .as_ref()
                .map_or(LotState::Unknown, |ended| LotState::Ended { ending: ended.value });
        };
        let ended = self.ended.as_ref().filter(|ended| ended.key > ask.key);
        let unseen = self.unseen.as_ref().filter(|unseen| unseen.key > ask.key);
        match (ended, unseen) {
            (Some(ended), _) => LotState::Ended { ending: ended.value },
            (None, Some(_)) => LotState::Vanished,
            (None, None) => LotState::Open { price: ask.value.clone(), listed_at_ms: self.listed_at_ms() },
        }
    }

    /// The ask, if the lot is open.
    #[must_use]
    pub fn open_price(&self) -> Option<&Price> {
        let ask = self.ask.as_ref()?;
        let later = |key: Option<OrderKey>| key.is_some_and(|key| key > ask.key);
        let over = later(self.ended.as_ref().map(|e| e.key)) || later(self.unseen.as_ref().map(|u| u.key));
        (!over).then_some(&ask.value)
    }

    /// The latest key that decided the present state of being open or not; `None` while nothing is known.
    #[must_use]
    pub fn decided_at(&self) -> Option<OrderKey> {
        let keys = [
            self.ask.as_ref().map(|r| r.key),
            self.ended.as_ref().map(|r| r.key),
            self.unseen.as_ref().map(|r| r.key),
        ];
        keys.into_iter().flatten().max()
    }

    /// When it was put up this time: the market's own time, if later than every known end before the present ask.
    fn listed_at_ms(&self) -> Option<i64> {
        let listed = self.listed.as_ref()?;
        let ended_later = self.ended.as_ref().is_some_and(|ended| ended.key > listed.key)
            || self.unseen.as_ref().is_some_and(|unseen| unseen.key > listed.key);
        (!ended_later).then(|| crate::time::ms_from_us(listed.key.at_us))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_id_is_its_own_text(text in any::<String>()) {
            if let Some(id) = LotId::parse(&text) {
                prop_assert_eq!(id.as_str(), text);
            }
        }
    }
}
