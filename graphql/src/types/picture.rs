//! A collection's picture on a market: what its last completed scans say, and how old that is.

use std::sync::Arc;

use async_graphql::Object;
use store::read::PictureRow;

use super::market::Market;
use crate::{
    reading::Reading,
    refusal::Fault,
    scalar::{DateTime, Slug, clamp_seconds},
};

/// A collection on a market as it is now, whatever `asOf` was asked for.
pub(crate) struct Picture {
    reading: Arc<Reading>,
    row: PictureRow,
}

impl Picture {
    pub(crate) fn new(reading: &Arc<Reading>, row: PictureRow) -> Self {
        Self { reading: Arc::clone(reading), row }
    }
}

/// How fresh the listings of one collection on one market are. The feed may have told of changes since; what it leaves out is known as of here.
#[Object(name = "CollectionPicture")]
impl Picture {
    /// The market.
    async fn market(&self) -> Market {
        Market::new(&self.reading, &self.row.market)
    }

    /// The collection's slug.
    async fn slug(&self) -> async_graphql::Result<Slug> {
        Ok(Slug(domain::CollectionSlug::from_title(&self.row.slug).map_err(Fault::internal)?))
    }

    /// When the last completed scan of it began; where it takes several, the oldest of them.
    async fn scanned_at(&self) -> DateTime {
        DateTime(self.row.scanned_at_us)
    }

    /// Seconds since then.
    async fn age_seconds(&self) -> i32 {
        clamp_seconds(self.row.age_us)
    }

    /// Listings that it saw.
    async fn listings_seen(&self) -> i32 {
        i32::try_from(self.row.seen).unwrap_or(i32::MAX)
    }

    /// Since when the market no longer lists the collection: its listings are stale. Null while it does.
    async fn dropped_at(&self) -> Option<DateTime> {
        self.row.dropped_at_us.map(DateTime)
    }
}
