//! A lot: one gift's place on one market, as the fold of its events.
//!
//! Four registers, each holding the maximum by [`OrderKey`]: the latest ask, the latest proven end, the latest proven absence,
//! the latest details. A maximum does not care for order or repetition, so neither does the state.
//!
//! A lot may stand as an auction too: its price, details and absence have registers of their own, and the proven end is shared, because a
//! sale or a withdrawal ends the one as well as the other. So a won auction is its market's one sale, whichever is seen first. An offer is
//! folded by the same registers under its own id.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    currency::Price,
    deal::{Deal, OfferTarget},
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
    /// The lot as an auction, once it was one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub auction: Option<Box<Auction>>,
    /// What it is for, where it is an offer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub target: Option<OfferTarget>,
}

/// The registers that a lot has as an auction.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Auction {
    /// The scan scope that shows it while it is open.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub scope: Option<ScopeId>,
    /// The latest price: the highest bid, or the least that the first must be.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub price: Option<Register<Price>>,
    /// The latest completed scan that did not show it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unseen: Option<Register<()>>,
    /// What the latest page of it said.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub told: Option<Register<LotDetails>>,
}

impl Lot {
    /// The lot as one of the things it may stand as: an auction has its own price, details and absence, and the same end.
    #[must_use]
    pub fn standing(&self, deal: Deal) -> Self {
        match deal {
            Deal::Listing | Deal::Offer => self.clone(),
            Deal::Auction => {
                let auction = self.auction.as_deref().cloned().unwrap_or_default();
                Self {
                    scope: auction.scope,
                    ask: auction.price,
                    listed: None,
                    ended: self.ended.clone(),
                    unseen: auction.unseen,
                    details: auction.told,
                    auction: None,
                    target: None,
                }
            }
        }
    }

    /// The price of an auction that is open, the scope that shows it beside it.
    #[must_use]
    pub fn open_auction(&self) -> Option<(&Price, Option<&ScopeId>)> {
        let auction = self.auction.as_deref()?;
        let price = auction.price.as_ref()?;
        let is_later = |key: Option<OrderKey>| key.is_some_and(|key| key > price.key);
        let is_over = is_later(self.ended.as_ref().map(|ended| ended.key))
            || is_later(auction.unseen.as_ref().map(|unseen| unseen.key));
        (!is_over).then_some((&price.value, auction.scope.as_ref()))
    }

    fn auction_mut(&mut self) -> &mut Auction {
        self.auction.get_or_insert_default()
    }

    /// Folds an event of this lot in. Events about something else change nothing.
    pub fn apply(&mut self, position: i64, event: &Event) {
        let key = event.key;
        match (event.fact.lot(), event.fact.offer()) {
            (Some((_, scope)), _) if event.fact.is_of_auction() => {
                self.auction_mut().scope = Some(scope.clone());
            }
            (Some((_, scope)), _) => self.scope = Some(scope.clone()),
            (None, Some((_, scope, target))) => {
                self.scope = Some(scope.clone());
                self.target = Some(target.clone());
            }
            (None, None) => {}
        }
        match &event.fact {
            Fact::AuctionStarted { price, .. }
            | Fact::BidPlaced { price, .. }
            | Fact::AuctionStands { price, .. } => {
                join(&mut self.auction_mut().price, key, position, price.clone());
            }
            Fact::AuctionEnded { reason: DelistReason::Cancelled, .. } => {
                join(&mut self.ended, key, position, Ending::Cancelled);
            }
            Fact::AuctionEnded { reason: DelistReason::Unseen, .. } => {
                join(&mut self.auction_mut().unseen, key, position, ());
            }
            Fact::OfferMade { price, .. }
            | Fact::OfferRepriced { price, .. }
            | Fact::OfferStands { price, .. } => {
                join(&mut self.ask, key, position, price.clone());
            }
            Fact::OfferEnded { reason: DelistReason::Cancelled, .. } => {
                join(&mut self.ended, key, position, Ending::Cancelled);
            }
            Fact::OfferEnded { reason: DelistReason::Unseen, .. } => {
                join(&mut self.unseen, key, position, ());
            }
            Fact::OfferSeen { details, .. } => {
                join(&mut self.details, key, position, details.clone());
            }
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
            Fact::MetadataSeen { details, .. } if details.auction.is_some() => {
                join(&mut self.auction_mut().told, key, position, details.clone());
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
