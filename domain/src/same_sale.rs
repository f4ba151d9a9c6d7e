//! One sale told by several sources is one sale: which tellings of a gift's sales are the same, and which of them leads. Pure over
//! the set of tellings, so it depends neither on their order nor on repetition.
//!
//! The rule, in order:
//! 1. Tellings with one transaction's hash are one sale.
//! 2. Two tellings of different sources are one sale when both state the same price as the buyer pays it and their times are at most
//!    [`TIME_TOLERANCE_US`] apart, or, whatever they say of the price, at most [`MOMENT_US`] apart; when at least one of the two tells of others' sales ([`crate::witness::tells_of_others`]), and they do not name
//!    different transactions (or do, and agree on the buyer: sources may name different transactions of one purchase). The closest
//!    in time are joined first; of one source a sale has at most one telling, or several with one hash.
//! 3. Of the tellings of a sale the one of the highest [`Standing`] leads; what it leaves out is taken from the next.

use serde::{Deserialize, Serialize};

use crate::{
    currency::{FeeBasis, Price},
    event::{Fact, LoggedEvent},
    lot::LotId,
    market::MarketId,
    witness::{self, Standing, tells_of_others},
};

/// How far two sources' times of one sale may lie apart, in microseconds: 2 minutes. Fragment tells seconds, GetGems milliseconds, a
/// block of TON comes within seconds; the rest is for indexers that stamp a sale when they see it. A choice of ours, 2026-12-01.
pub const TIME_TOLERANCE_US: i64 = 120_000_000;

/// Tellings of different prices are of one sale when their times are at most this far apart, microseconds: 2 seconds. To be sold again a
/// gift has to be put up again, which on TON takes blocks of its own. So a source that tells a wrong price disagrees, and counts nothing twice.
pub const MOMENT_US: i64 = 2_000_000;

/// One source's word about one sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Telling {
    /// Position of the event.
    pub position: i64,
    /// Whose word it is.
    pub source: MarketId,
    /// The market whose sale it is, where the source names another than itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub of_market: Option<MarketId>,
    /// The source's own id of the lot.
    pub lot: LotId,
    /// What was paid, as stated.
    pub price: Price,
    /// Who sold.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seller: Option<String>,
    /// Who bought.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub buyer: Option<String>,
    /// Hash of the transaction on TON.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub transaction: Option<String>,
    /// When, by the source's clock; microseconds since 1970.
    pub sold_at_us: i64,
}

impl Telling {
    /// The telling of an event, if it is one of a sale.
    #[must_use]
    pub fn of(logged: &LoggedEvent) -> Option<Self> {
        let event = &logged.event;
        let Fact::Sold { lot, scope: _, price, seller, buyer, transaction, of_market } = &event.fact else {
            return None;
        };
        Some(Self {
            position: logged.position,
            source: event.market.clone(),
            of_market: of_market.clone().filter(|market| *market != event.market),
            lot: lot.clone(),
            price: price.clone(),
            seller: seller.clone(),
            buyer: buyer.clone(),
            transaction: transaction.clone(),
            sold_at_us: event.key.at_us,
        })
    }
}

/// A sale with all that was told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneSale {
    /// The market whose sale it is.
    pub market: MarketId,
    /// The tellings, the one that leads first.
    pub told: Vec<Telling>,
}

impl OneSale {
    /// The telling that leads.
    #[must_use]
    pub fn leader(&self) -> &Telling {
        &self.told[0]
    }

    /// The lot's id at the market whose sale it is, as far as that market told it; else the leader's.
    #[must_use]
    pub fn lot(&self) -> &LotId {
        self.told.iter().find(|told| told.source == self.market).map_or(&self.leader().lot, |told| &told.lot)
    }

    /// Who sold, by the first that says so.
    #[must_use]
    pub fn seller(&self) -> Option<&String> {
        self.told.iter().find_map(|told| told.seller.as_ref())
    }

    /// Who bought, alike.
    #[must_use]
    pub fn buyer(&self) -> Option<&String> {
        self.told.iter().find_map(|told| told.buyer.as_ref())
    }

    /// The transaction, alike.
    #[must_use]
    pub fn transaction(&self) -> Option<&String> {
        self.told.iter().find_map(|told| told.transaction.as_ref())
    }

    fn of(mut told: Vec<Telling>) -> Option<Self> {
        let named = told.iter().map(|told| (&told.source, told.of_market.as_ref()));
        let market = witness::owner(named)?.clone();
        told.sort_by(|a, b| {
            let rank = |told: &Telling| Standing::of(&told.source, &market);
            rank(b).cmp(&rank(a)).then_with(|| order(a).cmp(&order(b)))
        });
        Some(Self { market, told })
    }
}

/// A total order of tellings that does not know their positions; those last, for tellings that are alike in everything.
fn order(told: &Telling) -> impl Ord + use<> {
    let Telling { position, source, of_market, lot, price, seller, buyer, transaction, sold_at_us } =
        told.clone();
    let paid = (price.amount, price.currency, price.fee_basis == FeeBasis::BuyerPays);
    ((sold_at_us, source, lot, transaction), (paid, seller, buyer, of_market), position)
}

/// The sales that the tellings about one gift come to, in the order of time.
#[must_use]
pub fn sales(told: impl IntoIterator<Item = Telling>) -> Vec<OneSale> {
    let mut told: Vec<Telling> = told.into_iter().collect();
    told.sort_by_cached_key(order);
    let mut groups: Vec<Vec<Telling>> = Vec::new();
    for telling in told {
        let same = |group: &Vec<Telling>| {
            telling.transaction.is_some() && group[0].transaction == telling.transaction
        };
        match groups.iter_mut().find(|group| same(group)) {
            Some(group) => group.push(telling),
            None => groups.push(vec![telling]),
        }
    }
    while let Some((a, b)) = closest(&groups) {
        let moved = std::mem::take(&mut groups[b]);
        groups[a].extend(moved);
        groups[a].sort_by_cached_key(order);
        groups.remove(b);
    }
    let mut sales: Vec<OneSale> = groups.into_iter().filter_map(OneSale::of).collect();
    sales.sort_by_cached_key(|sale| order(sale.leader()));
    sales
}

/// The two groups that are one sale and closest in time; of several pairs the first in order.
fn closest(groups: &[Vec<Telling>]) -> Option<(usize, usize)> {
    let mut best: Option<(i64, usize, usize)> = None;
    for (a, first) in groups.iter().enumerate() {
        for (b, second) in groups.iter().enumerate().skip(a + 1) {
            // Groups stand in the order of their first telling's time.
            let Some(apart) = apart(first, second) else { continue };
            if best.is_none_or(|(least, ..)| apart < least) {
                best = Some((apart, a, b));
            }
        }
    }
    best.map(|(_, a, b)| (a, b))
}

/// How far apart the closest two tellings of two groups are, microseconds, if the groups are one sale.
fn apart(first: &[Telling], second: &[Telling]) -> Option<i64> {
    // Each group stands in the order of time, and the first group's first telling before the second's.
    let gap = second.first()?.sold_at_us.saturating_sub(first.last()?.sold_at_us);
    if gap > TIME_TOLERANCE_US {
        return None;
    }
    let is_twice = first.iter().any(|a| second.iter().any(|b| a.source == b.source));
    if is_twice || !names_one_transaction(first, second) {
        return None;
    }
    let pairs = first.iter().flat_map(|a| second.iter().map(move |b| (a, b)));
    let fits = |(a, b): (&Telling, &Telling)| {
        let is_same_price = a.price == b.price && a.price.fee_basis == FeeBasis::BuyerPays;
        let tolerance = if is_same_price { TIME_TOLERANCE_US } else { MOMENT_US };
        let apart = i64::try_from(a.sold_at_us.abs_diff(b.sold_at_us)).ok()?;
        let may_be = tells_of_others(&a.source) || tells_of_others(&b.source);
        (may_be && apart <= tolerance).then_some(apart)
    };
    pairs.filter_map(fits).min()
}

fn names_one_transaction(first: &[Telling], second: &[Telling]) -> bool {
    let named = |group: &[Telling]| group.iter().find_map(|told| told.transaction.clone());
    let bought = |group: &[Telling]| group.iter().find_map(|told| told.buyer.clone());
    match (named(first), named(second)) {
        (Some(a), Some(b)) => a == b || bought(first).is_some() && bought(first) == bought(second),
        _ => true,
    }
}

#[cfg(test)]
mod tests;
