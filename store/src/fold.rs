//! Events to rows of state. `load` reads what a batch touches, `apply` folds in memory, `flush` writes what changed: an ingest and
//! a rebuild are the same three steps, so they cannot differ.

mod auctions;
mod flush;
mod gifts;
mod listings;
mod load;
mod offers;
mod rows;
mod sales;

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::resume_unwind,
    sync::Arc,
};

use domain::{CollectionSlug, Fact, GiftId, LoggedEvent, LotId, MarketId};
use pricing::FeeTable;
use sqlx::PgConnection;
use tokio::task::JoinHandle;

use rows::{
    AuctionVersion, GiftRow, GiftSales, HoldingVersion, Listing, LotRow, OfferRow, OfferVersion, Sale,
    Versions,
};

/// Version of the folding rules. A database folded by another version is rebuilt.
pub const VERSION: i64 = 2;

/// A market and an id there: of a source's lot, or of a listing of the market's.
type LotKey = (MarketId, LotId);
/// A listing: of which gift, on which market, under which id.
type ListingKey = (GiftId, MarketId, LotId);

/// What a batch touches, and what has changed of it.
#[derive(Debug, Default)]
struct Touched {
    // Boxed, because a tree moves its values as it grows, and these are large.
    lots: BTreeMap<LotKey, Box<LotRow>>,
    lots_of: BTreeMap<GiftId, BTreeSet<LotKey>>,
    gifts: BTreeMap<GiftId, Box<GiftRow>>,
    /// Gifts with a lot that is another market's listing: their listings are found together.
    shared: BTreeSet<GiftId>,
    /// The listings as they stand now.
    shown: BTreeMap<GiftId, BTreeMap<LotKey, Listing>>,
    listings: Versions<ListingKey, Listing>,
    sales_of: BTreeMap<GiftId, GiftSales>,
    /// By the position of the telling that leads.
    sales: Versions<i64, Sale>,
    auctions: Versions<LotKey, AuctionVersion>,
    offers: BTreeMap<LotKey, Box<OfferRow>>,
    offer_versions: Versions<LotKey, OfferVersion>,
    holdings: Versions<GiftId, HoldingVersion>,
}

/// Folds events, in the order of their positions, into the state tables.
///
/// # Errors
/// What PostgreSQL says; the caller's transaction is then lost as a whole.
pub(crate) async fn fold(
    connection: &mut PgConnection,
    fees: &Arc<FeeTable>,
    events: &Arc<[LoggedEvent]>,
) -> Result<(), FoldFault> {
    Folding::begin(connection, fees, events).await?.finish(connection).await
}

/// Events that are being folded in memory, on a thread of their own, while the connection does something else.
#[derive(Debug)]
pub(crate) struct Folding {
    events: Arc<[LoggedEvent]>,
    folded: JoinHandle<Result<Touched, FoldFault>>,
}

impl Folding {
    /// Reads what the events touch and begins.
    ///
    /// # Errors
    /// What PostgreSQL says; the caller's transaction is then lost as a whole.
    pub(crate) async fn begin(
        connection: &mut PgConnection,
        fees: &Arc<FeeTable>,
        events: &Arc<[LoggedEvent]>,
    ) -> Result<Self, FoldFault> {
        let rows = load::load(connection, events).await?;
        let (fees, events) = (fees.clone(), events.clone());
        let folded = tokio::task::spawn_blocking({
            let events = events.clone();
            move || {
                let mut touched = rows.read(&fees)?;
                for logged in &*events {
                    touched.apply(&fees, logged);
                }
                Ok(touched)
            }
        });
        Ok(Self { events, folded })
    }

    /// Writes what changed.
    ///
    /// # Errors
    /// What PostgreSQL says; the caller's transaction is then lost as a whole.
    pub(crate) async fn finish(self, connection: &mut PgConnection) -> Result<(), FoldFault> {
        let Self { events, folded } = self;
        let touched = folded.await.unwrap_or_else(|fault| resume_unwind(fault.into_panic()))?;
        flush::flush(connection, &touched).await?;
        // Tens of thousands of small pieces, which nobody shall wait for.
        tokio::task::spawn_blocking(move || drop(touched));
        flush::catalog(connection, &events).await?;
        flush::rates(connection, &events).await?;
        flush::quarantines(connection, &events).await?;
        Ok(())
    }
}

/// Why events could not be folded.
#[derive(Debug, thiserror::Error)]
pub enum FoldFault {
    /// A stored state row cannot be read by this binary.
    #[error("the stored state of {what} cannot be read ({why}); run `ribbon index --rebuild`")]
    Unreadable {
        /// Whose.
        what: String,
        /// The reader's message.
        why: String,
    },
    /// PostgreSQL refused.
    #[error("the state could not be written: {0}")]
    Database(#[from] sqlx::Error),
}

impl Touched {
    fn apply(&mut self, fees: &FeeTable, logged: &LoggedEvent) {
        if logged.event.fact.offer().is_some() {
            self.apply_offer(logged);
        }
        let Some(gift) = &logged.event.gift else { return };
        let (position, event) = (logged.position, &logged.event);
        let gift_changed = self.apply_gift(gift, logged);
        let mut changed = None;
        if let Some((lot, _)) = event.fact.lot() {
            let key = (event.market.clone(), lot.clone());
            let row = self.lots.entry(key.clone()).or_insert_with(|| Box::new(LotRow::new(gift.clone())));
            row.lot.apply(position, event);
            row.position = position;
            row.dirty = true;
            if row.lot.ask.as_ref().is_some_and(|ask| ask.position == position) {
                row.ask_seen_us = Some(event.observed_at_us);
                row.ask_origin = Some(event.origin);
            }
            row.note_auction(logged);
            // Whatever else the event changes: or the listing would depend on where a batch begins.
            if listings::is_anothers(&key.0, &row.lot) {
                self.shared.insert(gift.clone());
            }
            self.lots_of.entry(gift.clone()).or_default().insert(key.clone());
            changed = Some(key);
        }
        if gift_changed || changed.is_some() {
            self.refresh_listings(fees, position, gift, changed.as_ref().filter(|_| !gift_changed));
            let of_gift = self.lots_of.get(gift).filter(|_| gift_changed).cloned().unwrap_or_default();
            for key in of_gift.iter().chain(changed.as_ref().filter(|_| !gift_changed)) {
                self.refresh_auction(position, key);
            }
        }
        self.apply_sale(fees, gift, logged);
    }
}

/// The collections that events speak of, for projections that follow the log.
#[must_use]
pub fn collections_of(events: &[LoggedEvent]) -> BTreeSet<CollectionSlug> {
    events
        .iter()
        .filter_map(|logged| match (&logged.event.gift, &logged.event.fact) {
            (Some(gift), _) => Some(gift.slug.clone()),
            (None, Fact::CollectionSeen { slug, .. } | Fact::AttributeSeen { slug, .. }) => {
                Some(slug.clone())
            }
            (None, fact) => fact.offer().map(|(_, _, target)| target.slug().clone()),
        })
        .collect()
}
