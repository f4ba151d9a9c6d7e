//! Floors: the lowest open listing of a collection or an attribute.

use std::sync::Arc;

use async_graphql::{Enum, Object};
use store::read::FloorRow;

use super::{connection::connection, event::Event, listing::Listing, market::Market, price::Money};
use crate::{
    reading::Reading,
    refusal::Fault,
    scalar::{Position, Slug},
};

/// What a floor is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Enum)]
pub(crate) enum FloorKind {
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
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Collection => pricing::FloorKind::Collection,
            Self::Model => pricing::FloorKind::Model,
            Self::Symbol => pricing::FloorKind::Symbol,
            Self::Backdrop => pricing::FloorKind::Backdrop,
        }
        .as_str()
    }

    pub(crate) fn of_word(word: &str) -> Self {
        match pricing::FloorKind::parse(word) {
            Some(pricing::FloorKind::Model) => Self::Model,
            Some(pricing::FloorKind::Symbol) => Self::Symbol,
            Some(pricing::FloorKind::Backdrop) => Self::Backdrop,
            Some(pricing::FloorKind::Collection) | None => Self::Collection,
        }
    }
}

/// A floor as of a reading.
pub(crate) struct Floor {
    reading: Arc<Reading>,
    row: FloorRow,
}

impl Floor {
    pub(crate) fn new(reading: &Arc<Reading>, row: FloorRow) -> Self {
        Self { reading: Arc::clone(reading), row }
    }

    fn money(&self, amount: i64) -> Money {
        Money { reading: Arc::clone(&self.reading), amount, currency: self.row.currency.clone() }
    }
}

/// The lowest open listing of a collection or an attribute, on one market or over all, in one currency. Computed from the open listings alone, so anyone can compute it again from the log.
#[Object]
impl Floor {
    /// The collection's slug.
    async fn slug(&self) -> async_graphql::Result<Slug> {
        Ok(Slug(domain::CollectionSlug::from_title(&self.row.slug).map_err(Fault::internal)?))
    }

    /// What it is taken over.
    async fn kind(&self) -> FloorKind {
        FloorKind::of_word(&self.row.kind)
    }

    /// The attribute's name. Null for the whole collection.
    async fn name(&self) -> Option<&str> {
        Some(self.row.name.as_str()).filter(|name| !name.is_empty())
    }

    /// The market. Null for the best over all markets.
    async fn market(&self) -> Option<Market> {
        Some(self.row.market.as_str()).filter(|id| !id.is_empty()).map(|id| Market::new(&self.reading, id))
    }

    /// The currency's code: floors of different currencies are never mixed.
    async fn currency(&self) -> &str {
        &self.row.currency
    }

    /// What its buyer pays the market: the ask, and the market's fee where that comes on top.
    async fn price(&self) -> Money {
        self.money(self.row.amount)
    }

    /// What its buyer pays in the end; `allInAtLeast` says whether some part is unknown.
    async fn all_in(&self) -> Money {
        self.money(self.row.all_in_amount)
    }

    /// True when the all-in price has an unknown part: the buyer pays `allIn` or more.
    async fn all_in_at_least(&self) -> bool {
        self.row.all_in_at_least
    }

    /// How many listings were open there when the floors were last counted; for an earlier floor, when it ended.
    async fn listings_count(&self) -> i32 {
        i32::try_from(self.row.listings).unwrap_or(i32::MAX)
    }

    /// The listing that is the floor. Null when it has ended since the floor was computed.
    async fn listing(&self) -> async_graphql::Result<Option<Listing>> {
        let row = self.reading.listing_by_ask(self.row.listing_position).await?;
        Ok(row.map(|row| Listing::new(&self.reading, row.as_ref().clone())))
    }

    /// The event that set the ask of that listing.
    async fn event(&self) -> async_graphql::Result<Option<Event>> {
        let event = self.reading.event(self.row.listing_position).await?;
        Ok(event.map(|event| Event::new(&self.reading, event)))
    }

    /// Position of the event that set the ask of that listing.
    async fn ask_position(&self) -> Position {
        Position(self.row.listing_position)
    }

    /// Position from which the floor has stood so.
    async fn since_position(&self) -> Position {
        Position(self.row.from_position)
    }
}

connection!(
    Floor,
    FloorConnection,
    FloorEdge,
    "A page of floors, by collection, kind, name, market and currency; the best over all markets stands before the markets."
);
