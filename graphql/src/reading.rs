//! One reading of the market: a position of the log, and everything that was loaded as of it, each thing once.

mod deals;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{GiftId, LoggedEvent};
use store::read::{
    self, AttributeRow, AuctionRow, CollectionRow, FloorRow, GiftRow, ListingCheck, ListingRow, MarketRow,
    OfferRow, OfferSubject, PictureRow, QuarantineRow, RateRow, SaleRow,
};

use crate::{
    batch::Batch,
    refusal::{Fault, Refusal, RefusalCode},
    scalar::Position,
    state::ApiState,
    tail::HeadNow,
};

/// One request: where the log stood when it began, and its readings by position.
pub(crate) struct Frame {
    pub(crate) state: ApiState,
    pub(crate) head: HeadNow,
    /// By position, and whether it is of now.
    readings: Mutex<HashMap<(i64, bool), Arc<Reading>>>,
}

impl Frame {
    /// A frame at the log's present end.
    pub(crate) async fn open(state: &ApiState) -> Result<Self, Fault> {
        let head = state.head_now().await?;
        Ok(Self { state: state.clone(), head, readings: Mutex::default() })
    }

    /// The reading for `asOf`, or of the frame's own position.
    pub(crate) async fn reading(&self, as_of: Option<Position>) -> Result<Arc<Reading>, Fault> {
        let Some(Position(position)) = as_of else { return Ok(self.at(self.head.position, Some(self.head))) };
        if position > self.head.position {
            // The caller may know more than this process has seen.
            let head = self.state.read_head().await?;
            if position > head.position {
                return Err(Refusal::new(
                    RefusalCode::UnknownPosition,
                    format!("`asOf` is {position}, and the log has reached {}", head.position),
                )
                .into());
            }
        }
        Ok(self.at(position, None))
    }

    fn at(&self, position: i64, head: Option<HeadNow>) -> Arc<Reading> {
        let mut readings = self.readings.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (position, head.is_some());
        Arc::clone(readings.entry(key).or_insert_with(|| Reading::new(self.state.clone(), position, head)))
    }
}

type GiftKey = (String, i64);
/// Kind, at most so many, collection.
type AttributesKey = (Option<&'static str>, i64, String);
/// Collection, kind and name of an attribute; both empty for the collection itself.
type BestKey = (String, String, String);
/// Collection, kind, name.
type RarityKey = (String, &'static str, String);

/// A position and what was loaded as of it.
pub(crate) struct Reading {
    pub(crate) state: ApiState,
    pub(crate) position: i64,
    /// The log's end, if this reading is of now; `None` for a position that was asked for.
    pub(crate) head: Option<HeadNow>,
    gifts: Batch<GiftKey, Arc<GiftRow>>,
    gift_listings: Batch<GiftKey, Arc<Vec<ListingRow>>>,
    gift_sales: Batch<(i64, GiftKey), Arc<Vec<SaleRow>>>,
    gift_events: Batch<(i64, GiftKey), Arc<Vec<LoggedEvent>>>,
    gift_auctions: Batch<GiftKey, Arc<Vec<AuctionRow>>>,
    gift_offers: Batch<(i64, OfferSubject), Arc<Vec<OfferRow>>>,
    best_offers: Batch<BestKey, Arc<Vec<OfferRow>>>,
    sales: Batch<i64, Arc<SaleRow>>,
    auction_checks: Batch<(String, String), i64>,
    offer_checks: Batch<(String, String), i64>,
    collections: Batch<String, Arc<CollectionRow>>,
    attributes: Batch<AttributesKey, Arc<Vec<AttributeRow>>>,
    rarities: Batch<RarityKey, Arc<Vec<AttributeRow>>>,
    collection_floors: Batch<String, Arc<Vec<FloorRow>>>,
    events: Batch<i64, Arc<LoggedEvent>>,
    listings_by_ask: Batch<i64, Arc<ListingRow>>,
    checks: Batch<(String, String), ListingCheck>,
    rates: Batch<(), Arc<Vec<RateRow>>>,
    markets: Batch<(), Arc<HashMap<String, MarketRow>>>,
    open_counts: Batch<(), Arc<HashMap<String, i64>>>,
    pictures: Batch<(), Arc<Vec<PictureRow>>>,
    shown_counts: Batch<(), Arc<HashMap<String, i64>>>,
    quarantines: Batch<(), Arc<HashMap<String, QuarantineRow>>>,
    committed_at: Batch<(), i64>,
    floors_position: Batch<(), i64>,
}

fn key_of(gift: &GiftId) -> GiftKey {
    (gift.slug.as_str().to_owned(), i64::from(gift.number))
}

fn one<V>(value: V) -> HashMap<(), V> {
    HashMap::from([((), value)])
}

/// Rows by key, in their order.
fn grouped<K: std::hash::Hash + Eq, R>(rows: Vec<R>, key: impl Fn(&R) -> K) -> HashMap<K, Arc<Vec<R>>> {
    let mut groups: HashMap<K, Vec<R>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups.into_iter().map(|(key, rows)| (key, Arc::new(rows))).collect()
}

/// Keys that ask with the same parameter; each parameter is one statement.
fn by_parameter<P: std::hash::Hash + Eq, K>(keys: Vec<(P, K)>) -> HashMap<P, Vec<K>> {
    let mut groups: HashMap<P, Vec<K>> = HashMap::new();
    for (parameter, key) in keys {
        groups.entry(parameter).or_default().push(key);
    }
    groups
}

impl Reading {
    pub(crate) fn new(state: ApiState, position: i64, head: Option<HeadNow>) -> Arc<Self> {
        Arc::new(Self {
            state,
            position,
            head,
            gifts: Batch::default(),
            gift_listings: Batch::default(),
            gift_sales: Batch::default(),
            gift_events: Batch::default(),
            gift_auctions: Batch::default(),
            gift_offers: Batch::default(),
            best_offers: Batch::default(),
            sales: Batch::default(),
            auction_checks: Batch::default(),
            offer_checks: Batch::default(),
            collections: Batch::default(),
            attributes: Batch::default(),
            rarities: Batch::default(),
            collection_floors: Batch::default(),
            events: Batch::default(),
            listings_by_ask: Batch::default(),
            checks: Batch::default(),
            rates: Batch::default(),
            markets: Batch::default(),
            open_counts: Batch::default(),
            pictures: Batch::default(),
            shown_counts: Batch::default(),
            quarantines: Batch::default(),
            committed_at: Batch::default(),
            floors_position: Batch::default(),
        })
    }

    pub(crate) async fn gift(&self, gift: &GiftId) -> Result<Option<Arc<GiftRow>>, Fault> {
        self.gifts
            .load(key_of(gift), |keys| async {
                let (slugs, numbers): (Vec<_>, Vec<_>) = keys.into_iter().unzip();
                let rows = read::gifts(&self.state.pool, &slugs, &numbers, self.position).await?;
                Ok(rows.into_iter().map(|row| (key_of(&row.gift), Arc::new(row))).collect())
            })
            .await
    }

    pub(crate) async fn gift_listings(&self, gift: &GiftId) -> Result<Arc<Vec<ListingRow>>, Fault> {
        let rows = self.gift_listings.load(key_of(gift), |keys| async {
            let (slugs, numbers): (Vec<_>, Vec<_>) = keys.into_iter().unzip();
            let rows = read::listings_of_gifts(&self.state.pool, &slugs, &numbers, self.position).await?;
            Ok(grouped(rows, |row| (row.slug.clone(), row.number)))
        });
        Ok(rows.await?.unwrap_or_default())
    }

    pub(crate) async fn gift_sales(&self, gift: &GiftId, first: i64) -> Result<Arc<Vec<SaleRow>>, Fault> {
        let rows = self.gift_sales.load((first, key_of(gift)), |keys| async {
            let mut found = HashMap::new();
            for (first, gifts) in by_parameter(keys) {
                let (slugs, numbers): (Vec<_>, Vec<_>) = gifts.into_iter().unzip();
                let rows = read::gift_sales(&self.state.pool, &slugs, &numbers, first, self.position).await?;
                found.extend(grouped(rows, |row| (first, (row.slug.clone(), row.number))));
            }
            Ok(found)
        });
        Ok(rows.await?.unwrap_or_default())
    }

    pub(crate) async fn gift_events(
        &self,
        gift: &GiftId,
        first: i64,
    ) -> Result<Arc<Vec<LoggedEvent>>, Fault> {
        let rows = self.gift_events.load((first, key_of(gift)), |keys| async {
            let mut found = HashMap::new();
            for (first, gifts) in by_parameter(keys) {
                let (slugs, numbers): (Vec<_>, Vec<_>) = gifts.into_iter().unzip();
                let rows =
                    read::gift_events(&self.state.pool, &slugs, &numbers, first, self.position).await?;
                let about = |row: &LoggedEvent| row.event.gift.as_ref().map(key_of).unwrap_or_default();
                found.extend(grouped(rows, |row| (first, about(row))));
            }
            Ok(found)
        });
        Ok(rows.await?.unwrap_or_default())
    }

    pub(crate) async fn collection(&self, slug: &str) -> Result<Option<Arc<CollectionRow>>, Fault> {
        self.collections
            .load(slug.to_owned(), |slugs| async move {
                let rows = read::collections(&self.state.pool, &slugs, self.position).await?;
                Ok(rows.into_iter().map(|row| (row.slug.clone(), Arc::new(row))).collect())
            })
            .await
    }

    pub(crate) async fn attributes(
        &self,
        slug: &str,
        kind: Option<&'static str>,
        first: i64,
    ) -> Result<Arc<Vec<AttributeRow>>, Fault> {
        let rows = self.attributes.load((kind, first, slug.to_owned()), |keys| async {
            let mut found = HashMap::new();
            let keys = keys.into_iter().map(|(kind, first, slug)| ((kind, first), slug)).collect();
            for ((kind, first), slugs) in by_parameter(keys) {
                let rows = read::attributes(&self.state.pool, &slugs, kind, first, self.position).await?;
                found.extend(grouped(rows, |row| (kind, first, row.slug.clone())));
            }
            Ok(found)
        });
        Ok(rows.await?.unwrap_or_default())
    }

    /// The collection's list of an attribute by its name: one row per rarity told, because two attributes may have one name.
    pub(crate) async fn rarities(
        &self,
        slug: &str,
        kind: &'static str,
        name: &str,
    ) -> Result<Arc<Vec<AttributeRow>>, Fault> {
        let rows = self.rarities.load((slug.to_owned(), kind, name.to_owned()), |keys| async {
            let slugs: Vec<String> = keys.iter().map(|key| key.0.clone()).collect();
            let kinds: Vec<String> = keys.iter().map(|key| key.1.to_owned()).collect();
            let names: Vec<String> = keys.iter().map(|key| key.2.clone()).collect();
            let rows = read::rarities(&self.state.pool, &slugs, &kinds, &names, self.position).await?;
            let mut rows = grouped(rows, |row| (row.slug.clone(), row.kind.clone(), row.name.clone()));
            Ok(keys
                .into_iter()
                .filter_map(|key| {
                    Some((rows.remove(&(key.0.clone(), key.1.to_owned(), key.2.clone()))?, key))
                })
                .map(|(rows, key)| (key, rows))
                .collect())
        });
        Ok(rows.await?.unwrap_or_default())
    }

    /// The position up to which floors are known: this reading's, or less while the floors are still being computed.
    pub(crate) async fn floors_position(&self) -> Result<i64, Fault> {
        let reached = self
            .floors_position
            .load((), |_| async { Ok(one(read::floors_position(&self.state.pool).await?.unwrap_or(0))) })
            .await?;
        Ok(reached.unwrap_or(0).min(self.position))
    }

    pub(crate) async fn collection_floors(&self, slug: &str) -> Result<Arc<Vec<FloorRow>>, Fault> {
        let rows = self.collection_floors.load(slug.to_owned(), |slugs| async move {
            let position = self.floors_position().await?;
            let rows = read::collection_floors(&self.state.pool, &slugs, position).await?;
            Ok(grouped(rows, |row| row.slug.clone()))
        });
        Ok(rows.await?.unwrap_or_default())
    }

    pub(crate) async fn event(&self, position: i64) -> Result<Option<Arc<LoggedEvent>>, Fault> {
        self.events
            .load(position, |positions| async move {
                let rows = store::log::events_at(&self.state.pool, &positions)
                    .await
                    .map_err(read::ReadFault::from)?;
                Ok(rows.into_iter().map(|row| (row.position, Arc::new(row))).collect())
            })
            .await
    }

    pub(crate) async fn listing_by_ask(&self, ask: i64) -> Result<Option<Arc<ListingRow>>, Fault> {
        self.listings_by_ask
            .load(ask, |asks| async move {
                let rows = read::listings_by_ask(&self.state.pool, &asks, self.position).await?;
                Ok(rows.into_iter().map(|row| (row.ask_position, Arc::new(row))).collect())
            })
            .await
    }

    /// What the last completed scan for this lot says of it; only known for now.
    pub(crate) async fn check(&self, market: &str, lot: &str) -> Result<Option<ListingCheck>, Fault> {
        if self.head.is_none() {
            return Ok(None);
        }
        self.checks
            .load((market.to_owned(), lot.to_owned()), |keys| async {
                let (markets, lots): (Vec<_>, Vec<_>) = keys.into_iter().unzip();
                let rows = read::listing_checks(&self.state.pool, &markets, &lots).await?;
                Ok(rows.into_iter().map(|row| ((row.market.clone(), row.lot.clone()), row)).collect())
            })
            .await
    }

    pub(crate) async fn rates(&self) -> Result<Arc<Vec<RateRow>>, Fault> {
        let rows = self
            .rates
            .load((), |_| async { Ok(one(Arc::new(read::rates(&self.state.pool, self.position).await?))) })
            .await?;
        Ok(rows.unwrap_or_default())
    }

    pub(crate) async fn market(&self, id: &str) -> Result<Option<MarketRow>, Fault> {
        let rows = self.markets.load((), |_| async {
            let rows = read::market_rows(&self.state.pool).await?;
            Ok(one(Arc::new(rows.into_iter().map(|row| (row.market.clone(), row)).collect())))
        });
        Ok(rows.await?.and_then(|rows| rows.get(id).cloned()))
    }

    pub(crate) async fn open_listings(&self, market: &str) -> Result<i64, Fault> {
        let counts = self.open_counts.load((), |_| async {
            Ok(one(Arc::new(
                read::open_counts(&self.state.pool).await?.into_iter().collect::<HashMap<_, _>>(),
            )))
        });
        Ok(counts.await?.and_then(|counts| counts.get(market).copied()).unwrap_or(0))
    }

    /// How each collection's picture stands on each market now, by market and slug.
    pub(crate) async fn pictures(&self) -> Result<Arc<Vec<PictureRow>>, Fault> {
        let rows =
            self.pictures.load((), |_| async { Ok(one(Arc::new(read::pictures(&self.state.pool).await?))) });
        Ok(rows.await?.unwrap_or_default())
    }

    pub(crate) async fn shown_lots(&self, source: &str) -> Result<i64, Fault> {
        let counts = self.shown_counts.load((), |_| async {
            Ok(one(Arc::new(
                read::shown_counts(&self.state.pool).await?.into_iter().collect::<HashMap<_, _>>(),
            )))
        });
        Ok(counts.await?.and_then(|counts| counts.get(source).copied()).unwrap_or(0))
    }

    pub(crate) async fn quarantine(&self, market: &str) -> Result<Option<QuarantineRow>, Fault> {
        let rows = self.quarantines.load((), |_| async {
            let rows = read::quarantines(&self.state.pool, self.position).await?;
            Ok(one(Arc::new(
                rows.into_iter().map(|row| (row.market.clone(), row)).collect::<HashMap<_, _>>(),
            )))
        });
        Ok(rows.await?.and_then(|rows| rows.get(market).cloned()))
    }

    /// Until when this reading is known to hold, microseconds since 1970: for now, when the log was last seen to end here; for an
    /// earlier position, when its batch was committed.
    pub(crate) async fn at_us(&self) -> Result<Option<i64>, Fault> {
        if let Some(head) = self.head {
            return Ok(Some(head.read_at_us));
        }
        self.committed_at
            .load((), |_| async {
                let at_us = read::committed_at_us(&self.state.pool, self.position).await?;
                Ok(at_us.map(one).unwrap_or_default())
            })
            .await
    }

    /// Now, microseconds since 1970 on the database's clock.
    pub(crate) fn now_us(&self) -> i64 {
        self.state.clock.now_us()
    }
}
