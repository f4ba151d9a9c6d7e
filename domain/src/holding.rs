//! What is known of one gift over all markets: its attributes, where it lives, who owns it, and its dates, as the fold of events.

use serde::{Deserialize, Serialize};

use crate::{
    attribute::{Attribute, AttributeKind},
    event::{Event, Fact},
    lot::{Register, join},
    market::MarketId,
    order_key::OrderKey,
    sighting::{Custody, LotDetails},
};

/// Where a gift lives, and with whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Account, market or chain.
    pub custody: Custody,
    /// The market that says so; the custodian where custody is `market`.
    pub market: MarketId,
}

/// The dates a market tells of a gift, milliseconds since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiftDates {
    /// May be given away from then on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub transferable_at_ms: Option<i64>,
    /// May be exported to TON from then on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub exportable_at_ms: Option<i64>,
    /// May be resold inside Telegram from then on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub resellable_at_ms: Option<i64>,
    /// The market's own lock ends then.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unlocks_at_ms: Option<i64>,
}

/// The registers of a gift.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// The model; a telling with a rarity outranks any without.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub model: Option<Register<Attribute>>,
    /// The symbol, alike.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub symbol: Option<Register<Attribute>>,
    /// The backdrop, alike.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub backdrop: Option<Register<Attribute>>,
    /// Where it lives.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub place: Option<Register<Place>>,
    /// The latest word that it is on TON.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub on_chain: Option<Register<()>>,
    /// Who owns it, as a source names owners.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub owner: Option<Register<String>>,
    /// Its address on TON as a source tells it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub address: Option<Register<String>>,
    /// Its dates.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub dates: Option<Register<GiftDates>>,
    /// The picture, by reference.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub image_url: Option<Register<String>>,
}

impl Holding {
    /// Whether [`Holding::apply`] may take anything from a fact: what is added there belongs here too.
    #[must_use]
    pub fn hears(fact: &Fact) -> bool {
        matches!(
            fact,
            Fact::MetadataSeen { .. }
                | Fact::Sold { .. }
                | Fact::GiftTransferred { .. }
                | Fact::Exported { .. }
        )
    }

    /// Folds an event about this gift in.
    pub fn apply(&mut self, position: i64, event: &Event) {
        match &event.fact {
            Fact::MetadataSeen { details, .. } => self.apply_details(position, event, details),
            Fact::Sold { buyer, transaction, .. } => {
                if let Some(buyer) = buyer {
                    join(&mut self.owner, event.key, position, buyer.clone());
                }
                // What is sold by a transaction on TON is an item there.
                if transaction.is_some() {
                    join(&mut self.on_chain, event.key, position, ());
                }
            }
            Fact::GiftTransferred { to: Some(to), .. } => {
                join(&mut self.owner, event.key, position, to.clone());
            }
            Fact::Exported { address } => {
                self.join_place(position, event, Custody::Chain);
                if let Some(address) = address {
                    join(&mut self.address, event.key, position, address.clone());
                }
            }
            _ => {}
        }
    }

    /// The latest word that it was on TON, if a later one shows it elsewhere: then it came back. An inference, whoever said either.
    #[must_use]
    pub fn came_back(&self) -> Option<(&Register<()>, &Register<Place>)> {
        let (chain, place) = (self.on_chain.as_ref()?, self.place.as_ref()?);
        (place.value.custody != Custody::Chain && place.key > chain.key).then_some((chain, place))
    }

    /// Two sources may tell one fact with one key; then the smaller id holds, whoever told first.
    fn join_place(&mut self, position: i64, event: &Event, custody: Custody) {
        let place = Place { custody, market: event.market.clone() };
        let is_tie = |held: &Register<Place>| held.key == event.key && held.value.market > place.market;
        if self.place.as_ref().is_some_and(is_tie) {
            self.place = None;
        }
        join(&mut self.place, event.key, position, place);
        if custody == Custody::Chain {
            join(&mut self.on_chain, event.key, position, ());
        }
    }

    fn apply_details(&mut self, position: i64, event: &Event, details: &LotDetails) {
        let LotDetails {
            attributes,
            custody,
            owner,
            address,
            told_fee: _,
            transferable_at_ms,
            exportable_at_ms,
            resellable_at_ms,
            unlocks_at_ms,
            contract_type: _,
            of_market: _,
            image_url,
            link_url: _,
            auction: _,
            offer: _,
        } = details;
        for attribute in attributes {
            let register = match attribute.kind {
                AttributeKind::Model => &mut self.model,
                AttributeKind::Symbol => &mut self.symbol,
                AttributeKind::Backdrop => &mut self.backdrop,
            };
            join_attribute(register, event.key, position, attribute);
        }
        if let Some(custody) = custody {
            self.join_place(position, event, *custody);
        }
        if let Some(owner) = owner {
            join(&mut self.owner, event.key, position, owner.clone());
        }
        if let Some(address) = address {
            join(&mut self.address, event.key, position, address.clone());
        }
        let dates = GiftDates {
            transferable_at_ms: *transferable_at_ms,
            exportable_at_ms: *exportable_at_ms,
            resellable_at_ms: *resellable_at_ms,
            unlocks_at_ms: *unlocks_at_ms,
        };
        if dates != GiftDates::default() {
            join(&mut self.dates, event.key, position, dates);
        }
        if let Some(image_url) = image_url {
            join(&mut self.image_url, event.key, position, image_url.clone());
        }
    }
}

/// A telling with a rarity outranks any without; among equals the later key holds.
fn join_attribute(
    register: &mut Option<Register<Attribute>>,
    key: OrderKey,
    position: i64,
    told: &Attribute,
) {
    let rank = |attribute: &Attribute, key: OrderKey| (attribute.rarity.is_some(), key);
    if register.as_ref().is_some_and(|held| rank(&held.value, held.key) >= rank(told, key)) {
        return;
    }
    *register = Some(Register { key, position, value: told.clone() });
}
