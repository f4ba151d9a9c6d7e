//! One listing seen through several sources is one listing: which lots of a gift are the same thing, which of them leads, and whether
//! the thing is open. Pure over the lots as they stand, so it cannot depend on the order in which anything arrived.
//!
//! The rule, in order:
//! 1. A listing belongs to the market that its page names ([`crate::LotDetails::of_market`]), else to the market that shows it.
//!    A reader of the chain is no market: what it shows without naming one is no listing.
//! 2. A source's word about another market's listing joins that market's own lot of the same id. Where ids differ (Fragment calls a
//!    lot by its gift, others by the item's address), it joins the market's own lot whose custody it does not contradict, an open one
//!    first. Where there is none, such words are one listing by themselves.
//! 3. Open or not is settled by readers of the chain and the market itself, as far as they have a word: the latest proven end beats
//!    every earlier ask. Only where they have none, other markets' showing settles it. That a scan did not show a lot is an
//!    inference and never a word.
//! 4. Among the asks that stand, the witness of the highest [`Standing`] leads, then the latest key. Its price is the listing's price.

use std::cmp::Reverse;

use crate::{
    lot::{Lot, LotId, LotState},
    market::MarketId,
    order_key::OrderKey,
    sighting::Custody,
    witness::{Standing, reads_chain},
};

/// A source's lot.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Whose word it is.
    pub source: &'a MarketId,
    /// The source's own id of the lot.
    pub id: &'a LotId,
    /// What it said, folded.
    pub lot: &'a Lot,
}

/// Lots of one gift that are one listing. Members are indexes into the slice given to [`listings`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneListing {
    /// The market whose listing it is.
    pub market: MarketId,
    /// Its id there, as far as that market told one itself; else the id of the first member.
    pub lot: LotId,
    /// Every lot of it, in the order of sources and ids.
    pub members: Vec<usize>,
    /// The member that leads; `None` while the listing is not open.
    pub leads: Option<usize>,
}

impl<'a> Told<'a> {
    /// The market whose listing it is, as the page says.
    #[must_use]
    pub fn owner(&self) -> &'a MarketId {
        self.lot.details.as_ref().and_then(|told| told.value.of_market.as_ref()).unwrap_or(self.source)
    }

    fn custody(&self) -> Option<Custody> {
        self.lot.details.as_ref().and_then(|told| told.value.custody)
    }

    fn is_own(&self) -> bool {
        self.owner() == self.source
    }

    fn standing(&self) -> Standing {
        Standing::of(self.source, self.owner())
    }

    fn end(&self) -> Option<OrderKey> {
        match self.lot.state() {
            LotState::Ended { .. } => self.lot.ended.as_ref().map(|ended| ended.key),
            _ => None,
        }
    }

    fn ask(&self) -> Option<OrderKey> {
        self.lot.open_price().and(self.lot.ask.as_ref()).map(|ask| ask.key)
    }
}

/// The listings that the lots of one gift come to, in the order of market and lot.
#[must_use]
pub fn listings(lots: &[Told<'_>]) -> Vec<OneListing> {
    let is_listing = |index: &usize| !(lots[*index].is_own() && reads_chain(lots[*index].source));
    let mut order: Vec<usize> = (0..lots.len()).filter(is_listing).collect();
    order.sort_by_key(|index| (lots[*index].source, lots[*index].id));
    let mut found: Vec<OneListing> = Vec::new();
    for index in order.iter().copied().filter(|index| lots[*index].is_own()) {
        let told = &lots[index];
        found.push(one(told.owner(), told.id, vec![index]));
    }
    let own = found.len();
    for index in order.into_iter().filter(|index| !lots[*index].is_own()) {
        let told = &lots[index];
        match home(lots, &found[..own], told) {
            Some(at) => found[at].members.push(index),
            None => match found[own..].iter().position(|thing| &thing.market == told.owner()) {
                Some(at) => found[own + at].members.push(index),
                None => found.push(one(told.owner(), told.id, vec![index])),
            },
        }
    }
    for thing in &mut found {
        thing.members.sort_by_key(|index| (lots[*index].source, lots[*index].id));
        thing.leads = leads(lots, &thing.members);
    }
    found.sort_by(|a, b| (&a.market, &a.lot).cmp(&(&b.market, &b.lot)));
    found
}

fn one(market: &MarketId, lot: &LotId, members: Vec<usize>) -> OneListing {
    OneListing { market: market.clone(), lot: lot.clone(), members, leads: None }
}

/// The market's own lot of which another source speaks.
fn home(lots: &[Told<'_>], own: &[OneListing], told: &Told<'_>) -> Option<usize> {
    let of_market = |thing: &OneListing| &thing.market == told.owner();
    if let Some(at) = own.iter().position(|thing| of_market(thing) && &thing.lot == told.id) {
        return Some(at);
    }
    let agrees = |thing: &OneListing| {
        let (here, there) = (lots[thing.members[0]].custody(), told.custody());
        here.is_none() || there.is_none() || here == there
    };
    let rank = |thing: &OneListing| {
        let lot = lots[thing.members[0]].lot;
        (lot.open_price().is_some(), lot.decided_at(), Reverse(thing.lot.clone()))
    };
    let fits = own.iter().enumerate().filter(|(_, thing)| of_market(thing) && agrees(thing));
    fits.max_by_key(|(_, thing)| rank(thing)).map(|(at, _)| at)
}

/// The member that leads, if the listing is open.
fn leads(lots: &[Told<'_>], members: &[usize]) -> Option<usize> {
    let spoke = |index: &usize| lots[*index].ask().is_some() || lots[*index].end().is_some();
    let settles = |index: &usize| spoke(index) && lots[*index].standing() > Standing::Other;
    let heard: Vec<usize> = if members.iter().any(settles) {
        members.iter().copied().filter(settles).collect()
    } else {
        members.iter().copied().filter(spoke).collect()
    };
    let end = heard.iter().filter_map(|index| lots[*index].end()).max();
    heard
        .into_iter()
        .filter_map(|index| Some((index, lots[index].ask()?)))
        .filter(|(_, ask)| end.is_none_or(|end| end < *ask))
        .max_by_key(|(index, ask)| {
            (lots[*index].standing(), *ask, Reverse((lots[*index].source, lots[*index].id)))
        })
        .map(|(index, _)| index)
}

/// What an open listing says besides its price: the leader's word, and where it leaves something out, that of the next open member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Besides<'a> {
    /// Where the gift lives.
    pub custody: Option<Custody>,
    /// The market's word for how it is listed.
    pub contract_type: Option<&'a str>,
    /// Who offers it.
    pub owner: Option<&'a str>,
    /// Link to the listing, at the market whose it is where that tells one.
    pub link_url: Option<&'a str>,
    /// When it was put up, milliseconds since 1970.
    pub listed_at_ms: Option<i64>,
    /// Position of the event that told the first of the details.
    pub details_position: Option<i64>,
}

/// See [`Besides`].
#[must_use]
pub fn besides<'a>(lots: &[Told<'a>], listing: &OneListing, leader: usize) -> Besides<'a> {
    let mut open: Vec<usize> =
        listing.members.iter().copied().filter(|index| lots[*index].ask().is_some()).collect();
    open.sort_by_key(|index| (*index != leader, Reverse(lots[*index].standing())));
    let details = || open.iter().filter_map(|index| lots[*index].lot.details.as_ref());
    let own = open.iter().filter(|index| lots[**index].is_own());
    let own_link =
        own.filter_map(|index| lots[*index].lot.details.as_ref()?.value.link_url.as_deref()).next();
    let listed = |index: &usize| match lots[*index].lot.state() {
        LotState::Open { listed_at_ms, .. } => listed_at_ms,
        _ => None,
    };
    Besides {
        custody: details().find_map(|told| told.value.custody),
        contract_type: details().find_map(|told| told.value.contract_type.as_deref()),
        owner: details().find_map(|told| told.value.owner.as_deref()),
        link_url: own_link.or_else(|| details().find_map(|told| told.value.link_url.as_deref())),
        listed_at_ms: open.iter().find_map(listed),
        details_position: details().next().map(|told| told.position),
    }
}

/// What a member that does not lead says of the open listing; `None` for one that does not speak of it: its last word is older
/// than the ask that leads, and no ask.
#[must_use]
pub fn word(told: &Told<'_>, leader: &Told<'_>) -> Option<Word> {
    if told.ask().is_some() {
        return Some(Word::Open);
    }
    let ask = leader.ask()?;
    match told.lot.state() {
        LotState::Ended { .. } => told.end().filter(|end| *end > ask).map(|_| Word::Ended),
        LotState::Vanished => {
            told.lot.unseen.as_ref().filter(|unseen| unseen.key > ask).map(|_| Word::Unseen)
        }
        LotState::Unknown | LotState::Open { .. } => None,
    }
}

/// What a witness says of a listing's being open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// It is.
    Open,
    /// It was sold or taken back.
    Ended,
    /// Its last completed scan did not show it: an inference.
    Unseen,
}

#[cfg(test)]
mod tests;
