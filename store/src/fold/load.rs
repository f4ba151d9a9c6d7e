//! Reads what a batch touches: the gifts it speaks of and every lot of those gifts, on any market.

use std::collections::BTreeSet;

use domain::{CollectionSlug, GiftId, LoggedEvent, LotId, MarketId, Origin, holding::Holding};
use pricing::FeeTable;
use sqlx::PgConnection;

use super::{
    FoldFault, LotKey, Touched,
    auctions::auction,
    listings::is_anothers,
    offers::version,
    rows::{GiftRow, LotRow, OfferRow},
    sales::StoredSale,
};
use crate::log::word;

/// Rows as they are stored.
#[derive(Debug, Default)]
pub(super) struct Stored {
    gifts: Vec<StoredGift>,
    lots: Vec<StoredLot>,
    sales: Vec<StoredSale>,
    offers: Vec<StoredOffer>,
}

#[derive(Debug)]
struct StoredGift {
    slug: String,
    number: i64,
    registers: String,
    first_position: i64,
    position: i64,
}

#[derive(Debug)]
struct StoredLot {
    market: String,
    lot: String,
    slug: String,
    number: i64,
    registers: String,
    ask_seen_us: Option<i64>,
    ask_origin: Option<String>,
    auction_seen_us: Option<i64>,
    auction_origin: Option<String>,
    position: i64,
}

#[derive(Debug)]
struct StoredOffer {
    market: String,
    offer: String,
    registers: String,
    seen_us: Option<i64>,
    origin: Option<String>,
    position: i64,
}

/// The rows of the gifts and the offers that these events speak of.
pub(super) async fn load(
    connection: &mut PgConnection,
    events: &[LoggedEvent],
) -> Result<Stored, sqlx::Error> {
    let offers = load_offers(&mut *connection, events).await?;
    let gifts: BTreeSet<&GiftId> = events.iter().filter_map(|logged| logged.event.gift.as_ref()).collect();
    if gifts.is_empty() {
        return Ok(Stored { offers, ..Stored::default() });
    }
    let slugs: Vec<String> = gifts.iter().map(|gift| gift.slug.as_str().to_owned()).collect();
    let numbers: Vec<i64> = gifts.iter().map(|gift| i64::from(gift.number)).collect();
    let gifts = sqlx::query_as!(
        StoredGift,
        "select g.slug, g.number, g.registers, g.first_position, g.position
         from unnest($1::text[], $2::bigint[]) as u(slug, number)
         join market.gifts g on g.slug = u.slug and g.number = u.number",
        &slugs,
        &numbers
    )
    .fetch_all(&mut *connection)
    .await?;
    let lots = sqlx::query_as!(
        StoredLot,
        "select l.market, l.lot, l.slug, l.number, l.registers, l.ask_seen_us, l.ask_origin,
                l.auction_seen_us, l.auction_origin, l.position
         from unnest($1::text[], $2::bigint[]) as u(slug, number)
         join market.lots l on l.slug = u.slug and l.number = u.number",
        &slugs,
        &numbers
    )
    .fetch_all(&mut *connection)
    .await?;
    let sales = super::sales::load(connection, events).await?;
    Ok(Stored { gifts, lots, sales, offers })
}

async fn load_offers(
    connection: &mut PgConnection,
    events: &[LoggedEvent],
) -> Result<Vec<StoredOffer>, sqlx::Error> {
    let offers: BTreeSet<(&str, &str)> = events
        .iter()
        .filter_map(|logged| {
            let (offer, _, _) = logged.event.fact.offer()?;
            Some((logged.event.market.as_str(), offer.as_str()))
        })
        .collect();
    if offers.is_empty() {
        return Ok(Vec::new());
    }
    let (markets, offers): (Vec<String>, Vec<String>) =
        offers.into_iter().map(|(market, offer)| (market.to_owned(), offer.to_owned())).unzip();
    sqlx::query_as!(
        StoredOffer,
        "select o.market, o.offer, o.registers, o.seen_us, o.origin, o.position
         from unnest($1::text[], $2::text[]) as u(market, offer)
         join market.offer_lots o on o.market = u.market and o.offer = u.offer",
        &markets,
        &offers
    )
    .fetch_all(connection)
    .await
}

impl Stored {
    /// What the rows say.
    pub(super) fn read(self, fees: &FeeTable) -> Result<Touched, FoldFault> {
        let mut touched = Touched::default();
        for row in self.gifts {
            let (gift, row) = row.read()?;
            touched.gifts.insert(gift, Box::new(row));
        }
        let empty = Holding::default();
        for row in self.lots {
            let (key, mut row) = row.read()?;
            let holding = touched.gifts.get(&row.gift).map_or(&empty, |gift| &gift.holding);
            row.auction = auction(&row, holding);
            if is_anothers(&key.0, &row.lot) {
                touched.shared.insert(row.gift.clone());
            }
            touched.lots_of.entry(row.gift.clone()).or_default().insert(key.clone());
            touched.lots.insert(key, Box::new(row));
        }
        for row in self.offers {
            let (key, mut row) = row.read()?;
            row.version = version(&row);
            touched.offers.insert(key, Box::new(row));
        }
        for gift in touched.lots_of.keys().cloned().collect::<Vec<_>>() {
            let shown = touched.all_listings(fees, &gift);
            let shown = shown.into_iter().filter_map(|(key, listing)| Some((key, listing?))).collect();
            touched.shown.insert(gift, shown);
        }
        for row in self.sales {
            row.read(&mut touched)?;
        }
        touched.show_stored_sales(fees);
        Ok(touched)
    }
}

impl StoredGift {
    fn read(self) -> Result<(GiftId, GiftRow), FoldFault> {
        let Self { slug, number, registers, first_position, position } = self;
        let gift = gift_id(&slug, number)?;
        let holding = serde_json::from_str(&registers).map_err(|fault| FoldFault::Unreadable {
            what: format!("gift {gift}"),
            why: fault.to_string(),
        })?;
        Ok((gift, GiftRow { holding, first_position, position, is_stored: true, dirty: false }))
    }
}

impl StoredLot {
    fn read(self) -> Result<(LotKey, LotRow), FoldFault> {
        let Self {
            market,
            lot,
            slug,
            number,
            registers,
            ask_seen_us,
            ask_origin,
            auction_seen_us,
            auction_origin,
            position,
        } = self;
        let unreadable = |why: String| FoldFault::Unreadable { what: format!("lot {lot} of {market}"), why };
        let gift = gift_id(&slug, number)?;
        let id = LotId::parse(&lot).ok_or_else(|| unreadable("its id".into()))?;
        let registers = serde_json::from_str(&registers).map_err(|fault| unreadable(fault.to_string()))?;
        let origin =
            |text: Option<String>| text.map(|origin| word::<Origin>(&origin).map_err(unreadable)).transpose();
        let (ask_origin, auction_origin) = (origin(ask_origin)?, origin(auction_origin)?);
        let market = MarketId::parse(&market).map_err(|fault| unreadable(fault.to_string()))?;
        let row = LotRow {
            lot: registers,
            ask_seen_us,
            ask_origin,
            auction_seen_us,
            auction_origin,
            position,
            ..LotRow::new(gift)
        };
        Ok(((market, id), row))
    }
}

impl StoredOffer {
    fn read(self) -> Result<(LotKey, OfferRow), FoldFault> {
        let Self { market, offer, registers, seen_us, origin, position } = self;
        let unreadable =
            |why: String| FoldFault::Unreadable { what: format!("offer {offer} of {market}"), why };
        let id = LotId::parse(&offer).ok_or_else(|| unreadable("its id".into()))?;
        let lot = serde_json::from_str(&registers).map_err(|fault| unreadable(fault.to_string()))?;
        let origin = origin.map(|origin| word::<Origin>(&origin).map_err(unreadable)).transpose()?;
        let market = MarketId::parse(&market).map_err(|fault| unreadable(fault.to_string()))?;
        Ok(((market, id), OfferRow { lot, seen_us, origin, position, dirty: false, version: None }))
    }
}

pub(super) fn gift_id(slug: &str, number: i64) -> Result<GiftId, FoldFault> {
    let unreadable = |why: String| FoldFault::Unreadable { what: format!("gift {slug}-{number}"), why };
    Ok(GiftId {
        slug: CollectionSlug::from_title(slug).map_err(|fault| unreadable(fault.to_string()))?,
        number: u32::try_from(number).map_err(|fault| unreadable(fault.to_string()))?,
    })
}
