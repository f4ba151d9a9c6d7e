//! Where faults are ordered and given out.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};

use super::{Fault, MIXES, Mix};
use crate::{
    market::Market,
    random::{Draw, For},
};

/// Most orders in force at once.
const ORDERS_MAX: usize = 64;

/// An order of faults.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultOrder {
    /// Which market, by id; every market without.
    #[serde(default)]
    pub market: Option<String>,
    /// Which endpoint, by its short name; every endpoint without.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// A mix by name, or a single fault by name for every request that it can hit.
    pub mix: String,
    /// Decides which request meets which fault.
    #[serde(default)]
    pub seed: u64,
    /// Ends the order by itself after so many faults.
    #[serde(default)]
    pub times: Option<u32>,
}

/// Why an order was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultOrderFault {
    /// No market of this id.
    #[error("no market `{market}` here")]
    Market {
        /// The id refused.
        market: String,
    },
    /// No endpoint of this name, at the market named or at any.
    #[error("no endpoint `{endpoint}` here")]
    Endpoint {
        /// The name refused.
        endpoint: String,
    },
    /// Neither a mix nor a fault.
    #[error("`{mix}` is neither a mix nor a fault")]
    Mix {
        /// The name refused.
        mix: String,
    },
    /// Too many orders in force.
    #[error("64 orders are in force already: end them first")]
    Full,
}

/// How often a fault was given out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FaultCount {
    /// The market's id.
    pub market: &'static str,
    /// The endpoint's short name.
    pub endpoint: &'static str,
    /// The fault.
    pub fault: Fault,
    /// How often.
    pub count: u64,
}

/// A fault for one request, with a number that decides its details.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) fault: Fault,
    pub(crate) dice: u64,
}

#[derive(Debug)]
struct Standing {
    order: FaultOrder,
    faults: Vec<(Fault, u16)>,
    left: Option<u32>,
    /// Requests so far, by market and endpoint.
    asked: BTreeMap<(&'static str, &'static str), u64>,
}

#[derive(Debug, Default)]
struct Book {
    standing: Vec<Standing>,
    counts: BTreeMap<(&'static str, &'static str, Fault), u64>,
}

/// All orders in force.
#[derive(Debug, Default)]
pub(crate) struct FaultDesk(Mutex<Book>);

impl FaultDesk {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an order; it replaces one for the same market and endpoint.
    pub(crate) fn order(
        &self,
        order: FaultOrder,
        markets: &'static [&'static Market],
    ) -> Result<(), FaultOrderFault> {
        let faults = check(&order, markets)?;
        let mut book = self.book();
        book.standing.retain(|s| (&s.order.market, &s.order.endpoint) != (&order.market, &order.endpoint));
        if book.standing.len() == ORDERS_MAX {
            return Err(FaultOrderFault::Full);
        }
        let left = order.times;
        book.standing.push(Standing { order, faults, left, asked: BTreeMap::new() });
        Ok(())
    }

    /// Ends every order at once. The counts stay.
    pub(crate) fn end(&self) {
        self.book().standing.clear();
    }

    pub(crate) fn orders(&self) -> Vec<FaultOrder> {
        self.book().standing.iter().map(|standing| standing.order.clone()).collect()
    }

    pub(crate) fn counts(&self) -> Vec<FaultCount> {
        let book = self.book();
        let counts = book.counts.iter();
        counts
            .map(|((market, endpoint, fault), count)| FaultCount {
                market,
                endpoint,
                fault: *fault,
                count: *count,
            })
            .collect()
    }

    /// The fault for the next request to an endpoint, by the latest order that is about it.
    pub(crate) fn choose(
        &self,
        market: &'static str,
        endpoint: &'static str,
        fits: impl Fn(Fault) -> bool,
    ) -> Option<Chosen> {
        let mut book = self.book();
        let about = |standing: &&mut Standing| {
            let named = |name: &Option<String>, own: &str| name.as_deref().is_none_or(|name| name == own);
            named(&standing.order.market, market) && named(&standing.order.endpoint, endpoint)
        };
        let standing = book.standing.iter_mut().rev().find(about)?;
        let asked = standing.asked.entry((market, endpoint)).or_default();
        *asked += 1;
        let mut draw = Draw::of(standing.order.seed, For::Fault, *asked, name_number(market, endpoint));
        let fault = Mix::at(&standing.faults, draw.below(1_000)).filter(|fault| fits(*fault))?;
        let used_up = standing.left.as_mut().is_some_and(|left| {
            let none = *left == 0;
            *left = left.saturating_sub(1);
            none
        });
        if used_up {
            return None;
        }
        *book.counts.entry((market, endpoint, fault)).or_default() += 1;
        Some(Chosen { fault, dice: draw.next() })
    }
}

fn name_number(market: &str, endpoint: &str) -> u64 {
    let bytes = market.bytes().chain([b'/']).chain(endpoint.bytes());
    bytes.fold(0, |number, byte| crate::random::mix(number ^ u64::from(byte)))
}

fn check(
    order: &FaultOrder,
    markets: &'static [&'static Market],
) -> Result<Vec<(Fault, u16)>, FaultOrderFault> {
    let named = |market: &&&Market| order.market.as_deref().is_none_or(|name| name == market.id);
    let mut about = markets.iter().filter(named).peekable();
    if about.peek().is_none() {
        return Err(FaultOrderFault::Market { market: order.market.clone().unwrap_or_default() });
    }
    if let Some(endpoint) = &order.endpoint
        && !about.any(|market| market.endpoints.iter().any(|known| known.name == endpoint))
    {
        return Err(FaultOrderFault::Endpoint { endpoint: endpoint.clone() });
    }
    if let Some(mix) = MIXES.iter().find(|mix| mix.name == order.mix) {
        return Ok(mix.faults.to_vec());
    }
    let fault = Fault::parse(&order.mix).ok_or_else(|| FaultOrderFault::Mix { mix: order.mix.clone() })?;
    Ok(vec![(fault, 1_000)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::MARKETS;

    fn order(market: Option<&str>, endpoint: Option<&str>, mix: &str) -> FaultOrder {
        let own = |text: Option<&str>| text.map(str::to_owned);
        FaultOrder { market: own(market), endpoint: own(endpoint), mix: mix.into(), seed: 7, times: None }
    }

    #[test]
    fn the_same_order_gives_the_same_faults() {
        let run = || {
            let desk = FaultDesk::default();
            desk.order(order(None, None, "storm"), MARKETS).unwrap();
            (0..200).map(|_| desk.choose("getgems", "on-sale", |_| true)).collect::<Vec<_>>()
        };
        assert_eq!(run(), run());
        let hits = run().into_iter().flatten().count();
        assert!((60..180).contains(&hits), "{hits}");
    }

    #[test]
    fn orders_are_about_what_they_name_and_end_at_once() {
        let desk = FaultDesk::default();
        desk.order(order(Some("getgems"), Some("on-sale"), "reset"), MARKETS).unwrap();
        assert!(desk.choose("getgems", "on-sale", |_| true).is_some());
        assert!(desk.choose("getgems", "on-sale", |fault| fault != Fault::Reset).is_none());
        assert!(desk.choose("getgems", "history-gifts", |_| true).is_none());
        assert!(desk.choose("tonapi", "rates", |_| true).is_none());
        desk.end();
        assert!(desk.choose("getgems", "on-sale", |_| true).is_none());
        assert_eq!(desk.counts().len(), 1);
    }

    #[test]
    fn an_order_can_end_by_itself() {
        let desk = FaultDesk::default();
        desk.order(FaultOrder { times: Some(2), ..order(None, None, "html") }, MARKETS).unwrap();
        let hits: Vec<_> = (0..4).map(|_| desk.choose("getgems", "on-sale", |_| true).is_some()).collect();
        assert_eq!(hits, [true, true, false, false]);
    }

    #[test]
    fn what_is_not_here_is_refused() {
        let desk = FaultDesk::default();
        let refuse = |order| desk.order(order, MARKETS).unwrap_err();
        assert_eq!(refuse(order(Some("x"), None, "storm")), FaultOrderFault::Market { market: "x".into() });
        let endpoint = FaultOrderFault::Endpoint { endpoint: "x".into() };
        assert_eq!(refuse(order(Some("getgems"), Some("x"), "storm")), endpoint);
        assert_eq!(refuse(order(None, None, "x")), FaultOrderFault::Mix { mix: "x".into() });
    }
}
