//! Read queries: what the API asks of the tables, as of a position of the log.
//!
//! Every function that takes a position answers as of it: the rows whose version held then, whatever has been written since.
//! A version that is open now is found by the partial indexes; one that has ended since, by its end. Nothing here writes.

mod activity;
mod auctions;
mod collections;
mod floors;
mod gifts;
mod head;
mod listings;
mod markets;
mod notices;
mod offers;
mod pictures;
mod rates;
mod sales;
mod sql;

pub use activity::{ActivityFilter, activity, gift_events};
pub use auctions::{
    AuctionFilter, AuctionRow, AuctionSort, auction, auction_checks, auction_page, auctions_of_gifts,
};
pub use collections::{
    AttributeRow, CollectionRow, attributes, collection_page, collections, collections_count, rarities,
};
pub use floors::{
    FloorChange, FloorFilter, FloorRow, collection_floors, floor_changes, floor_page, floors_position,
};
pub use gifts::{GiftFilter, GiftRow, gift_page, gifts, gifts_count};
pub use head::{HeadRow, LogIdentity, committed_at_us, head, log_identity};
pub use listings::{
    ListingCheck, ListingFilter, ListingRow, ListingSort, PriceOf, PriceRange, listing, listing_checks,
    listing_page, listing_plan, listings_by_ask, listings_count, listings_of_gifts,
};
pub use markets::{
    MarketRow, QuarantineRow, UnknownFieldRow, market_rows, open_counts, quarantines, shown_counts,
    unknown_fields,
};
pub use notices::Notices;
pub use offers::{
    OfferFilter, OfferOf, OfferRow, OfferSort, OfferSubject, best_offers, offer_checks, offer_page,
    offers_for_gifts,
};
pub use pictures::{PictureRow, pictures};
pub use rates::{RateRow, rates};
pub use sales::{SaleFilter, SaleRow, gift_sales, sale_page, sales_at};

use serde::{Deserialize, Serialize};

use crate::log::LogFault;

/// One part of a row's place in a sorted list; a cursor carries them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum KeyPart {
    /// A number.
    Int(i64),
    /// A text.
    Text(String),
}

/// Which kind a [`KeyPart`] has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// [`KeyPart::Int`].
    Int,
    /// [`KeyPart::Text`].
    Text,
}

impl KeyPart {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        match self {
            Self::Int(_) => KeyKind::Int,
            Self::Text(_) => KeyKind::Text,
        }
    }
}

/// Which way a list runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The place after which it begins; `None` begins at the start.
    pub after: Option<Vec<KeyPart>>,
    /// At most so many rows.
    pub limit: i64,
}

/// Why a read failed.
#[derive(Debug, thiserror::Error)]
pub enum ReadFault {
    /// A row that this binary cannot read.
    #[error("{what} cannot be read: {why}")]
    Unreadable {
        /// Which row.
        what: String,
        /// What is wrong with it.
        why: String,
    },
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogFault),
    /// PostgreSQL refused.
    #[error("the database refused a read: {0}")]
    Database(#[from] sqlx::Error),
}

impl ReadFault {
    /// Whether the database could not be reached, so the same read may succeed later.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        let fault = match self {
            Self::Database(fault) | Self::Log(LogFault::Database(fault)) => fault,
            Self::Unreadable { .. } | Self::Log(LogFault::Unreadable { .. }) => return false,
        };
        match fault {
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Tls(_) => true,
            // Class 57 is operator intervention (shutdown, crash), 53 no resources, 08 no connection.
            sqlx::Error::Database(fault) => fault
                .code()
                .is_some_and(|code| ["57", "53", "08"].iter().any(|class| code.starts_with(class))),
            _ => false,
        }
    }
}

pub(crate) fn unreadable(what: impl std::fmt::Display, why: impl std::fmt::Display) -> ReadFault {
    ReadFault::Unreadable { what: what.to_string(), why: why.to_string() }
}
