//! Filters and sorts of auctions and offers.

use async_graphql::{Enum, InputObject};
use store::read::{self, Direction};

use super::{PaidRange, SortDirection, markets, names, ordered, slugs, text};
use crate::{
    refusal::Refusal,
    scalar::{DateTime, MarketName, Slug},
    types::{
        auction::AuctionState,
        offer::{OfferState, OfferTargetKind},
        price::currency_code,
    },
};

/// Which auctions. Lists mean "any of"; absent fields do not filter.
#[derive(Debug, Clone, Default, InputObject)]
pub(crate) struct AuctionFilter {
    /// Collections by slug.
    collections: Option<Vec<Slug>>,
    /// Exactly this number; with one collection this is one gift.
    number: Option<i64>,
    /// Models by exact name.
    models: Option<Vec<String>>,
    /// Symbols by exact name.
    symbols: Option<Vec<String>>,
    /// Backdrops by exact name.
    backdrops: Option<Vec<String>>,
    /// Markets by id.
    markets: Option<Vec<MarketName>>,
    /// States; `OPEN` alone if absent.
    states: Option<Vec<AuctionState>>,
    /// A range of prices in a named currency.
    price: Option<PaidRange>,
    /// Ends at or after. Auctions whose end is not told are left out.
    ends_after: Option<DateTime>,
    /// Ends before. Auctions whose end is not told are left out.
    ends_before: Option<DateTime>,
    /// Who sells, exactly as the market names people.
    owner: Option<String>,
    /// Who has the highest bid, exactly as the market names people.
    bidder: Option<String>,
}

/// How auctions are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum AuctionSortBy {
    /// By the end, the soonest first when ascending; auctions whose end is not told come last.
    EndsAt,
    /// By the price. Amounts of different currencies are never compared: currencies stand one after the other by code.
    Price,
    /// By the position from which it stands so: the latest change first when descending.
    Changed,
}

/// The order of auctions. Ties go by position, so the order is total and pages never overlap.
#[derive(Debug, Clone, Copy, InputObject)]
pub(crate) struct AuctionSort {
    /// By what.
    #[graphql(default_with = "AuctionSortBy::EndsAt")]
    by: AuctionSortBy,
    /// Which way.
    #[graphql(default_with = "SortDirection::Asc")]
    direction: SortDirection,
}

impl Default for AuctionSort {
    fn default() -> Self {
        Self { by: AuctionSortBy::EndsAt, direction: SortDirection::Asc }
    }
}

impl AuctionSort {
    pub(crate) fn of_store(self) -> (read::AuctionSort, Direction) {
        let by = match self.by {
            AuctionSortBy::EndsAt => read::AuctionSort::EndsAt,
            AuctionSortBy::Price => read::AuctionSort::Price,
            AuctionSortBy::Changed => read::AuctionSort::Changed,
        };
        (by, self.direction.of_store())
    }
}

type Price = (Option<String>, Option<i64>, Option<i64>);

fn price(range: Option<PaidRange>) -> Result<Price, Refusal> {
    let Some(PaidRange { currency, from, to }) = range else { return Ok((None, None, None)) };
    let (from, to) = ordered("price", from.map(|amount| amount.0), to.map(|amount| amount.0))?;
    Ok((Some(currency_code(&currency)?), from, to))
}

impl AuctionFilter {
    pub(crate) fn of_store(self) -> Result<read::AuctionFilter, Refusal> {
        let Self {
            collections,
            number,
            models,
            symbols,
            backdrops,
            markets: market_names,
            states,
            price: range,
            ends_after,
            ends_before,
            owner,
            bidder,
        } = self;
        let (currency, from, to) = price(range)?;
        let states = states.unwrap_or_else(|| vec![AuctionState::Open]);
        let ms = |at: DateTime| domain::time::ms_from_us(at.0);
        let (ends_from_ms, ends_until_ms) =
            ordered("endsAfter to endsBefore", ends_after.map(ms), ends_before.map(ms))?;
        Ok(read::AuctionFilter {
            slugs: slugs(collections),
            number,
            models: names("models", models)?,
            symbols: names("symbols", symbols)?,
            backdrops: names("backdrops", backdrops)?,
            markets: markets(market_names),
            states: states.into_iter().map(|state| state.word().to_owned()).collect(),
            currency,
            from,
            to,
            ends_from_ms,
            ends_until_ms,
            owner: text("owner", owner)?,
            bidder: text("bidder", bidder)?,
        })
    }
}

/// Which offers. Lists mean "any of"; absent fields do not filter.
#[derive(Debug, Clone, Default, InputObject)]
pub(crate) struct OfferFilter {
    /// Collections by slug.
    collections: Option<Vec<Slug>>,
    /// What they are for.
    targets: Option<Vec<OfferTargetKind>>,
    /// Only offers for the gift of this number alone.
    number: Option<i64>,
    /// Only offers for attributes of these names.
    names: Option<Vec<String>>,
    /// Markets by id.
    markets: Option<Vec<MarketName>>,
    /// States; `OPEN` alone if absent.
    states: Option<Vec<OfferState>>,
    /// A range of prices in a named currency.
    price: Option<PaidRange>,
    /// Whose money, exactly as the market names people.
    maker: Option<String>,
    /// Only those whose end is later, or not told.
    stands_at: Option<DateTime>,
}

/// How offers are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum OfferSortBy {
    /// By the price. Amounts of different currencies are never compared: currencies stand one after the other by code.
    Price,
    /// By the position from which it stands so: the latest change first when descending.
    Changed,
}

/// The order of offers. Ties go by position, so the order is total and pages never overlap.
#[derive(Debug, Clone, Copy, InputObject)]
pub(crate) struct OfferSort {
    /// By what.
    #[graphql(default_with = "OfferSortBy::Price")]
    by: OfferSortBy,
    /// Which way.
    #[graphql(default_with = "SortDirection::Desc")]
    direction: SortDirection,
}

impl Default for OfferSort {
    fn default() -> Self {
        Self { by: OfferSortBy::Price, direction: SortDirection::Desc }
    }
}

impl OfferSort {
    pub(crate) fn of_store(self) -> (read::OfferSort, Direction) {
        let by = match self.by {
            OfferSortBy::Price => read::OfferSort::Price,
            OfferSortBy::Changed => read::OfferSort::Changed,
        };
        (by, self.direction.of_store())
    }
}

impl OfferFilter {
    pub(crate) fn of_store(self) -> Result<read::OfferFilter, Refusal> {
        let Self {
            collections,
            targets,
            number,
            names: attribute_names,
            markets: market_names,
            states,
            price: range,
            maker,
            stands_at,
        } = self;
        let (currency, from, to) = price(range)?;
        let of = |target| match target {
            OfferTargetKind::Gift => read::OfferOf::Gift,
            OfferTargetKind::Attribute => read::OfferOf::Attribute,
            OfferTargetKind::Collection => read::OfferOf::Collection,
        };
        let states = states.unwrap_or_else(|| vec![OfferState::Open]);
        Ok(read::OfferFilter {
            slugs: slugs(collections),
            of: targets.unwrap_or_default().into_iter().map(of).collect(),
            number,
            names: names("names", attribute_names)?,
            markets: markets(market_names),
            states: states.into_iter().map(|state| state.word().to_owned()).collect(),
            currency,
            from,
            to,
            maker: text("maker", maker)?,
            stands_at_ms: stands_at.map(|at| domain::time::ms_from_us(at.0)),
        })
    }
}
