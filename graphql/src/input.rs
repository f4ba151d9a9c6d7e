//! Filters and sorts, and their translation to the store's.

mod deals;

use async_graphql::{Enum, InputObject};
pub(crate) use deals::{AuctionFilter, AuctionSort, OfferFilter, OfferSort};
use store::read::{self, Direction, PriceOf, PriceRange};

use crate::{
    refusal::{Refusal, RefusalCode},
    scalar::{Amount, DateTime, MarketName, Slug},
    types::{event::EventKind, floor::FloorKind, price::currency_code, words::Custody},
};

/// Longest text of a filter, in bytes: names of people and attributes are far shorter.
const TEXT_BYTES_MAX: usize = 256;

/// A range of numbers, both ends inclusive; an absent end is open.
#[derive(Debug, Clone, Copy, InputObject)]
pub(crate) struct NumberRange {
    /// The least number.
    from: Option<i64>,
    /// The largest number.
    to: Option<i64>,
}

/// Which amount of a listing is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum PriceKind {
    /// What the buyer pays the market: `marketPrice`.
    Market,
    /// What the buyer pays in the end: `allIn`.
    AllIn,
}

/// A range of prices in one currency, both ends inclusive; an absent end is open. Prices in other currencies are left out.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "PriceRange")]
pub(crate) struct PriceRangeInput {
    /// The currency's code, as in `TON`.
    currency: String,
    /// Which amount.
    #[graphql(default_with = "PriceKind::Market")]
    of: PriceKind,
    /// At least so much, in the smallest unit of the currency.
    from: Option<Amount>,
    /// At most so much, in the smallest unit of the currency.
    to: Option<Amount>,
}

/// Which listings. Lists mean "any of"; absent fields do not filter.
#[derive(Debug, Clone, Default, InputObject)]
pub(crate) struct ListingFilter {
    /// Collections by slug.
    collections: Option<Vec<Slug>>,
    /// Models by exact name.
    models: Option<Vec<String>>,
    /// Symbols by exact name.
    symbols: Option<Vec<String>>,
    /// Backdrops by exact name.
    backdrops: Option<Vec<String>>,
    /// Exactly this number.
    number: Option<i64>,
    /// A range of numbers.
    number_range: Option<NumberRange>,
    /// A range of prices in a named currency.
    price: Option<PriceRangeInput>,
    /// Markets by id.
    markets: Option<Vec<MarketName>>,
    /// Where the gift lives, as the listing's market says.
    custody: Option<Vec<Custody>>,
    /// Who offers it, exactly as the market names people.
    owner: Option<String>,
}

/// How listings are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ListingSortBy {
    /// By `marketPrice`, what the buyer pays the market. Amounts of different currencies are never compared: currencies stand one after the other by code. Name one in `filter.price`.
    Price,
    /// By all-in price, currencies alike.
    AllIn,
    /// By the gift's number.
    Number,
    /// By the time it was put up, or first seen where the market does not tell.
    Listed,
    /// By the model's rarity in per mille, the rarest first when ascending; models without a number last.
    Rarity,
}

/// Which way a list runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum SortDirection {
    /// Smallest, oldest, rarest first.
    Asc,
    /// Largest, newest, commonest first.
    Desc,
}

/// The order of listings. Ties go by the position of the listing, so the order is total and pages never overlap.
#[derive(Debug, Clone, Copy, InputObject)]
pub(crate) struct ListingSort {
    /// By what.
    #[graphql(default_with = "ListingSortBy::Price")]
    by: ListingSortBy,
    /// Which way.
    #[graphql(default_with = "SortDirection::Asc")]
    direction: SortDirection,
}

impl Default for ListingSort {
    fn default() -> Self {
        Self { by: ListingSortBy::Price, direction: SortDirection::Asc }
    }
}

impl ListingSort {
    pub(crate) fn of_store(self) -> (read::ListingSort, Direction) {
        let by = match self.by {
            ListingSortBy::Price => read::ListingSort::Price,
            ListingSortBy::AllIn => read::ListingSort::AllIn,
            ListingSortBy::Number => read::ListingSort::Number,
            ListingSortBy::Listed => read::ListingSort::Listed,
            ListingSortBy::Rarity => read::ListingSort::Rarity,
        };
        (by, self.direction.of_store())
    }
}

impl SortDirection {
    fn of_store(self) -> Direction {
        match self {
            Self::Asc => Direction::Ascending,
            Self::Desc => Direction::Descending,
        }
    }
}

/// Which gifts. Lists mean "any of"; absent fields do not filter.
#[derive(Debug, Clone, Default, InputObject)]
pub(crate) struct GiftFilter {
    /// Collections by slug.
    collections: Option<Vec<Slug>>,
    /// Models by exact name.
    models: Option<Vec<String>>,
    /// Symbols by exact name.
    symbols: Option<Vec<String>>,
    /// Backdrops by exact name.
    backdrops: Option<Vec<String>>,
    /// Exactly this number.
    number: Option<i64>,
    /// A range of numbers.
    number_range: Option<NumberRange>,
    /// Who owns it, exactly as the source names people.
    owner: Option<String>,
    /// Where it lives.
    custody: Option<Vec<Custody>>,
}

/// Which sales. Lists mean "any of"; absent fields do not filter.
#[derive(Debug, Clone, Default, InputObject)]
pub(crate) struct SaleFilter {
    /// Collections by slug.
    collections: Option<Vec<Slug>>,
    /// Exactly this number; with one collection this is one gift.
    number: Option<i64>,
    /// Markets by id.
    markets: Option<Vec<MarketName>>,
    /// A range of paid prices in a named currency.
    price: Option<PaidRange>,
    /// Who sold, exactly as the source names people.
    seller: Option<String>,
    /// Who bought, exactly as the source names people.
    buyer: Option<String>,
    /// Sold at or after.
    since: Option<DateTime>,
    /// Sold before.
    until: Option<DateTime>,
}

/// A range of paid prices in one currency, both ends inclusive; an absent end is open. Sales in other currencies are left out.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct PaidRange {
    /// The currency's code, as in `TON`.
    currency: String,
    /// At least so much, in the smallest unit of the currency.
    from: Option<Amount>,
    /// At most so much, in the smallest unit of the currency.
    to: Option<Amount>,
}

/// Which events. Lists mean "any of"; absent fields do not filter.
#[derive(Debug, Clone, Default, InputObject)]
pub(crate) struct EventFilter {
    /// Collections by slug: of the gift, or those the event speaks of.
    collections: Option<Vec<Slug>>,
    /// Exactly this number; with one collection this is one gift.
    number: Option<i64>,
    /// Markets, or other sources, by id.
    markets: Option<Vec<MarketName>>,
    /// Kinds.
    kinds: Option<Vec<EventKind>>,
}

/// Which floors. Lists mean "any of"; absent fields do not filter.
#[derive(Debug, Clone, Default, InputObject)]
pub(crate) struct FloorFilter {
    /// Collections by slug.
    collections: Option<Vec<Slug>>,
    /// What the floor is taken over; `COLLECTION` alone if absent.
    kinds: Option<Vec<FloorKind>>,
    /// Attributes by exact name.
    names: Option<Vec<String>>,
    /// Only floors of these markets. Absent: those of every market and the best over all.
    markets: Option<Vec<MarketName>>,
    /// Only the best over all markets.
    #[graphql(default)]
    best_only: bool,
    /// The currency's code.
    currency: Option<String>,
}

fn refuse<T>(message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::new(RefusalCode::BadInput, message))
}

fn slugs(list: Option<Vec<Slug>>) -> Vec<String> {
    list.unwrap_or_default().iter().map(Slug::text).collect()
}

fn markets(list: Option<Vec<MarketName>>) -> Vec<String> {
    list.unwrap_or_default().into_iter().map(|market| market.0.as_str().to_owned()).collect()
}

fn custodies(list: Option<Vec<Custody>>) -> Vec<String> {
    list.unwrap_or_default().into_iter().map(|custody| custody.word().to_owned()).collect()
}

fn text(field: &str, text: Option<String>) -> Result<Option<String>, Refusal> {
    match text {
        Some(text) if text.len() > TEXT_BYTES_MAX || text.contains('\0') => {
            refuse(format!("`{field}` is a text of at most {TEXT_BYTES_MAX} bytes without zero bytes"))
        }
        other => Ok(other),
    }
}

/// Names as they are kept: one spelling of apostrophes and spaces.
fn names(field: &str, list: Option<Vec<String>>) -> Result<Vec<String>, Refusal> {
    list.unwrap_or_default()
        .iter()
        .map(|name| match domain::attribute::tidy_name(name) {
            Some(name) => Ok(name),
            None => refuse(format!(
                "`{field}` has a name that no attribute can have: 1 to 96 bytes of visible text"
            )),
        })
        .collect()
}

fn number_range(
    number: Option<i64>,
    range: Option<NumberRange>,
) -> Result<(Option<i64>, Option<i64>), Refusal> {
    match (number, range) {
        (Some(_), Some(_)) => refuse("give `number` or `numberRange`, not both"),
        (Some(number), None) => Ok((Some(number), Some(number))),
        (None, Some(NumberRange { from, to })) => ordered("numberRange", from, to),
        (None, None) => Ok((None, None)),
    }
}

fn ordered(field: &str, from: Option<i64>, to: Option<i64>) -> Result<(Option<i64>, Option<i64>), Refusal> {
    match (from, to) {
        (Some(low), Some(high)) if low > high => {
            refuse(format!("`{field}` begins at {low} and ends at {high}: the begin is above the end"))
        }
        both => Ok(both),
    }
}

impl ListingFilter {
    pub(crate) fn of_store(self) -> Result<read::ListingFilter, Refusal> {
        let Self {
            collections,
            models,
            symbols,
            backdrops,
            number,
            number_range: range,
            price,
            markets: market_names,
            custody,
            owner,
        } = self;
        let (number_from, number_to) = number_range(number, range)?;
        let price = match price {
            None => None,
            Some(PriceRangeInput { currency, of, from, to }) => {
                let (from, to) = ordered("price", from.map(|amount| amount.0), to.map(|amount| amount.0))?;
                let of = match of {
                    PriceKind::Market => PriceOf::Market,
                    PriceKind::AllIn => PriceOf::AllIn,
                };
                Some(PriceRange { currency: currency_code(&currency)?, of, from, to })
            }
        };
        Ok(read::ListingFilter {
            slugs: slugs(collections),
            models: names("models", models)?,
            symbols: names("symbols", symbols)?,
            backdrops: names("backdrops", backdrops)?,
            number_from,
            number_to,
            price,
            markets: markets(market_names),
            custodies: custodies(custody),
            owner: text("owner", owner)?,
        })
    }
}

impl GiftFilter {
    pub(crate) fn of_store(self) -> Result<read::GiftFilter, Refusal> {
        let Self { collections, models, symbols, backdrops, number, number_range: range, owner, custody } =
            self;
        let (number_from, number_to) = number_range(number, range)?;
        Ok(read::GiftFilter {
            slugs: slugs(collections),
            models: names("models", models)?,
            symbols: names("symbols", symbols)?,
            backdrops: names("backdrops", backdrops)?,
            number_from,
            number_to,
            owner: text("owner", owner)?,
            custodies: custodies(custody),
        })
    }
}

impl SaleFilter {
    pub(crate) fn of_store(self) -> Result<read::SaleFilter, Refusal> {
        let Self { collections, number, markets: market_names, price, seller, buyer, since, until } = self;
        let (currency, from, to) = match price {
            None => (None, None, None),
            Some(PaidRange { currency, from, to }) => {
                let (from, to) = ordered("price", from.map(|amount| amount.0), to.map(|amount| amount.0))?;
                (Some(currency_code(&currency)?), from, to)
            }
        };
        let (since_us, until_us) = (since.map(|at| at.0), until.map(|at| at.0));
        if since_us.is_some_and(|since| until_us.is_some_and(|until| since > until)) {
            return refuse("`since` is later than `until`");
        }
        Ok(read::SaleFilter {
            slugs: slugs(collections),
            number,
            markets: markets(market_names),
            currency,
            from,
            to,
            seller: text("seller", seller)?,
            buyer: text("buyer", buyer)?,
            since_us,
            until_us,
        })
    }
}

impl EventFilter {
    pub(crate) fn of_store(self) -> read::ActivityFilter {
        let Self { collections, number, markets: market_names, kinds } = self;
        let kinds = kinds.unwrap_or_default().into_iter();
        read::ActivityFilter {
            slugs: slugs(collections),
            number,
            markets: markets(market_names),
            kinds: kinds.map(|kind| domain::EventKind::from(kind).as_str().to_owned()).collect(),
        }
    }
}

impl FloorFilter {
    pub(crate) fn of_store(self) -> Result<read::FloorFilter, Refusal> {
        let Self { collections, kinds, names: attribute_names, markets: market_names, best_only, currency } =
            self;
        let kinds = kinds.unwrap_or_else(|| vec![FloorKind::Collection]);
        let markets = match (market_names, best_only) {
            (Some(_), true) => return refuse("give `markets` or `bestOnly`, not both"),
            (None, true) => vec![String::new()],
            (given, false) => markets(given),
        };
        Ok(read::FloorFilter {
            slugs: slugs(collections),
            kinds: kinds.into_iter().map(|kind| kind.word().to_owned()).collect(),
            names: names("names", attribute_names)?,
            markets,
            currency: currency.as_deref().map(currency_code).transpose()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_must_run_forward() {
        let range = |from, to| ListingFilter {
            number_range: Some(NumberRange { from, to }),
            ..ListingFilter::default()
        };
        assert!(range(Some(1), Some(5)).of_store().is_ok());
        assert_eq!(range(Some(5), Some(1)).of_store().map_err(|r| r.code), Err(RefusalCode::BadInput));
        let both = ListingFilter { number: Some(1), ..range(None, Some(2)) };
        assert!(both.of_store().is_err());
    }

    #[test]
    fn a_price_names_its_currency() {
        let filter = |currency: &str| ListingFilter {
            price: Some(PriceRangeInput {
                currency: currency.into(),
                of: PriceKind::AllIn,
                from: Some(Amount(1)),
                to: None,
            }),
            ..ListingFilter::default()
        };
        assert_eq!(filter("gram").of_store().unwrap().price.map(|price| price.currency), Some("TON".into()));
        assert!(filter("").of_store().is_err());
    }

    #[test]
    fn names_are_compared_in_their_kept_spelling() {
        let filter =
            ListingFilter { models: Some(vec![" Durov\u{2019}s  Cap".into()]), ..ListingFilter::default() };
        assert_eq!(filter.of_store().unwrap().models, ["Durov's Cap"]);
        let empty = GiftFilter { symbols: Some(vec![" ".into()]), ..GiftFilter::default() };
        assert!(empty.of_store().is_err());
        let long = GiftFilter { owner: Some("x".repeat(257)), ..GiftFilter::default() };
        assert!(long.of_store().is_err());
    }
}
