//! Floors: the lowest open listing per collection or attribute, per market and over all, per currency.
//!
//! A pure function of the open listings, so a floor can be computed again from the log by anyone. Currencies never mix;
//! one floor over several is made by [`converted_floor`], which names the rate.

use std::collections::BTreeMap;

use domain::{CollectionSlug, Currency, MarketId};

use crate::rate::{ConvertFault, Rate};

/// An open listing as far as floors go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenListing {
    /// Its collection.
    pub slug: CollectionSlug,
    /// The gift's model, if told.
    pub model: Option<String>,
    /// The gift's symbol, if told.
    pub symbol: Option<String>,
    /// The gift's backdrop, if told.
    pub backdrop: Option<String>,
    /// Where it is listed.
    pub market: MarketId,
    /// Currency of both amounts.
    pub currency: Currency,
    /// What the buyer pays the market ([`crate::AllIn::market_amount`]), in the smallest unit.
    pub amount: i64,
    /// The all-in total, in the smallest unit.
    pub all_in_amount: i64,
    /// Whether the all-in total is "at least".
    pub all_in_at_least: bool,
    /// Position of the event that set the ask: the earlier of two equal asks is the floor.
    pub position: i64,
}

/// What a floor is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FloorKind {
    /// The whole collection.
    Collection,
    /// One model of it.
    Model,
    /// One symbol of it.
    Symbol,
    /// One backdrop of it.
    Backdrop,
}

impl FloorKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Collection, Self::Model, Self::Symbol, Self::Backdrop];

    /// The word used in SQL, logs and files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Collection => "collection",
            Self::Model => "model",
            Self::Symbol => "symbol",
            Self::Backdrop => "backdrop",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What a floor is the floor of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FloorKey {
    /// The collection.
    pub slug: CollectionSlug,
    /// Over what.
    pub kind: FloorKind,
    /// The attribute's name; empty for the whole collection.
    pub name: String,
    /// On which market; `None` over all markets.
    pub market: Option<MarketId>,
    /// In which currency.
    pub currency: Currency,
}

/// The lowest open listing of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Floor {
    /// What its buyer pays the market, in the smallest unit of the key's currency.
    pub amount: i64,
    /// Its all-in total, same unit.
    pub all_in_amount: i64,
    /// Whether that is "at least".
    pub all_in_at_least: bool,
    /// Position of the event that set its ask.
    pub position: i64,
    /// How many open listings the key has.
    pub listings: u64,
}

/// The floors of all keys that have an open listing. The order of the listings does not matter.
pub fn floors<'a>(open: impl IntoIterator<Item = &'a OpenListing>) -> BTreeMap<FloorKey, Floor> {
    let mut floors = BTreeMap::new();
    for listing in open {
        for (kind, name) in kinds_of(listing) {
            for market in [Some(&listing.market), None] {
                let key = FloorKey {
                    slug: listing.slug.clone(),
                    kind,
                    name: name.to_owned(),
                    market: market.cloned(),
                    currency: listing.currency.clone(),
                };
                let lowest = floors.entry(key).or_insert(Floor { listings: 0, ..Floor::of(listing) });
                let listings = lowest.listings + 1;
                if (listing.amount, listing.position) < (lowest.amount, lowest.position) {
                    *lowest = Floor::of(listing);
                }
                lowest.listings = listings;
            }
        }
    }
    floors
}

impl Floor {
    fn of(listing: &OpenListing) -> Self {
        Self {
            amount: listing.amount,
            all_in_amount: listing.all_in_amount,
            all_in_at_least: listing.all_in_at_least,
            position: listing.position,
            listings: 1,
        }
    }
}

/// The whole collection, and each attribute that is told.
fn kinds_of(listing: &OpenListing) -> impl Iterator<Item = (FloorKind, &str)> {
    let attributes = [
        (FloorKind::Model, &listing.model),
        (FloorKind::Symbol, &listing.symbol),
        (FloorKind::Backdrop, &listing.backdrop),
    ];
    let told = attributes.into_iter().filter_map(|(kind, name)| name.as_deref().map(|name| (kind, name)));
    std::iter::once((FloorKind::Collection, "")).chain(told)
}

/// The lowest of several currencies' floors, in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConvertedFloor<'a> {
    /// In the smallest unit of the currency asked for.
    pub amount: i64,
    /// The floor it was converted from.
    pub floor: Floor,
    /// That floor's currency.
    pub currency: &'a Currency,
    /// The rate used; `None` when the floor was in the currency asked for.
    pub rate: Option<&'a Rate>,
}

/// The lowest floor after conversion to `quote`. Floors without a rate are left out and returned beside it, so that a
/// page can say what is missing.
pub fn converted_floor<'a>(
    floors: impl IntoIterator<Item = (&'a Currency, Floor)>,
    rates: &'a [Rate],
    quote: &Currency,
) -> (Option<ConvertedFloor<'a>>, Vec<(&'a Currency, ConvertFault)>) {
    let mut lowest: Option<ConvertedFloor<'a>> = None;
    let mut left_out = Vec::new();
    for (currency, floor) in floors {
        let rate = rates.iter().find(|rate| rate.base == *currency && rate.quote == *quote);
        let converted = match rate {
            _ if currency == quote => Ok((floor.amount, None)),
            Some(rate) => rate.convert(floor.amount, currency).map(|amount| (amount, Some(rate))),
            None => Err(ConvertFault::NoRate { base: currency.clone(), quote: quote.clone() }),
        };
        match converted {
            Err(fault) => left_out.push((currency, fault)),
            Ok((amount, rate)) => {
                let lower =
                    |held: &ConvertedFloor<'_>| (amount, floor.position) < (held.amount, held.floor.position);
                if lowest.as_ref().is_none_or(lower) {
                    lowest = Some(ConvertedFloor { amount, floor, currency, rate });
                }
            }
        }
    }
    (lowest, left_out)
}

#[cfg(test)]
mod tests;
