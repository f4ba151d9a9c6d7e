//! The state as one hash, and its rebuild from the log.

use std::sync::Arc;

use domain::{Deal, LotState, holding::Holding, lot::Lot};
use futures_util::TryStreamExt;
use pricing::FeeTable;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use crate::{
    fold::{self, FoldFault},
    log::{self, LogFault, LogHead},
    pool::{Pool, begin_planned},
    witness::ListingWitness,
};

/// Why the state could not be rebuilt or hashed.
#[derive(Debug, thiserror::Error)]
pub enum StateFault {
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogFault),
    /// Events cannot be folded.
    #[error(transparent)]
    Fold(#[from] FoldFault),
    /// PostgreSQL refused.
    #[error("the state could not be read or written: {0}")]
    Database(#[from] sqlx::Error),
}

const CHUNK: i64 = 5_000;

/// SHA-256 over one line per lot, auction, offer, gift, sale and listing, in order: what holds, without positions, times of seeing, or evidence. The same facts
/// give the same hash in whatever order they arrived.
///
/// # Errors
/// [`StateFault`].
pub async fn hash(pool: &Pool) -> Result<String, StateFault> {
    Ok(hash_at_head(pool).await?.1)
}

/// The hash and the log's head that it belongs to, as of one instant, however much is written meanwhile.
///
/// # Errors
/// [`StateFault`].
pub async fn hash_at_head(pool: &Pool) -> Result<(LogHead, String), StateFault> {
    let mut tx = pool.begin_with("begin isolation level repeatable read read only").await?;
    let row = sqlx::query!("select position, head from market.log_head").fetch_one(&mut *tx).await?;
    let head = LogHead { position: row.position, head: log::head_of(&row.head) };
    let mut hasher = Sha256::new();
    hash_lots(&mut tx, &mut hasher).await?;
    hash_offers(&mut tx, &mut hasher).await?;
    hash_gifts(&mut tx, &mut hasher).await?;
    hash_sales(&mut tx, &mut hasher).await?;
    hash_listings(&mut tx, &mut hasher).await?;
    tx.commit().await?;
    Ok((head, hex::encode(hasher.finalize())))
}

async fn hash_lots(connection: &mut PgConnection, hasher: &mut Sha256) -> Result<(), StateFault> {
    let mut lots = sqlx::query!(r#"select market, lot, slug, number, registers from market.lots order by market collate "C", lot collate "C""#)
        .fetch(connection);
    while let Some(row) = lots.try_next().await? {
        let lot: Lot = serde_json::from_str(&row.registers).map_err(|fault| FoldFault::Unreadable {
            what: format!("lot {} of {}", row.lot, row.market),
            why: fault.to_string(),
        })?;
        hasher.update(lot_line(&row.market, &row.lot, &row.slug, row.number, &lot).as_bytes());
    }
    Ok(())
}

async fn hash_offers(connection: &mut PgConnection, hasher: &mut Sha256) -> Result<(), StateFault> {
    let mut offers = sqlx::query!(
        r#"select market, offer, registers from market.offer_lots order by market collate "C", offer collate "C""#
    )
    .fetch(connection);
    while let Some(row) = offers.try_next().await? {
        let lot: Lot = serde_json::from_str(&row.registers).map_err(|fault| FoldFault::Unreadable {
            what: format!("offer {} of {}", row.offer, row.market),
            why: fault.to_string(),
        })?;
        hasher.update(offer_line(&row.market, &row.offer, &lot).as_bytes());
    }
    Ok(())
}

async fn hash_gifts(connection: &mut PgConnection, hasher: &mut Sha256) -> Result<(), StateFault> {
    let mut gifts =
        sqlx::query!(r#"select slug, number, registers from market.gifts order by slug collate "C", number"#)
            .fetch(connection);
    while let Some(row) = gifts.try_next().await? {
        let holding: Holding =
            serde_json::from_str(&row.registers).map_err(|fault| FoldFault::Unreadable {
                what: format!("gift {}-{}", row.slug, row.number),
                why: fault.to_string(),
            })?;
        hasher.update(gift_line(&row.slug, row.number, &holding).as_bytes());
    }
    Ok(())
}

async fn hash_sales(connection: &mut PgConnection, hasher: &mut Sha256) -> Result<(), StateFault> {
    let mut sales = sqlx::query!(
        r#"select market, lot, price_amount, price_currency, sold_at_us from market.sales where to_position is null
           order by market collate "C", lot collate "C", sold_at_us, price_amount"#
    )
    .fetch(connection);
    while let Some(row) = sales.try_next().await? {
        let line = format!(
            "sale {} {} {} {} {}\n",
            row.market, row.lot, row.price_amount, row.price_currency, row.sold_at_us
        );
        hasher.update(line.as_bytes());
    }
    Ok(())
}

async fn hash_listings(connection: &mut PgConnection, hasher: &mut Sha256) -> Result<(), StateFault> {
    let mut listings = sqlx::query!(
        r#"select market, lot, slug, number, source, witnesses from market.listings where to_position is null
           order by market collate "C", lot collate "C", slug collate "C", number"#
    )
    .fetch(connection);
    while let Some(row) = listings.try_next().await? {
        let witnesses =
            ListingWitness::list(row.witnesses.as_deref()).map_err(|fault| FoldFault::Unreadable {
                what: format!("listing {} of {}", row.lot, row.market),
                why: fault.to_string(),
            })?;
        let beside = witnesses.iter().map(|one| one.source.as_str());
        let line =
            listing_line((&row.market, &row.lot), (&row.slug, row.number), row.source.as_deref(), beside);
        hasher.update(line.as_bytes());
    }
    Ok(())
}

/// Whose word leads an open listing and who speaks of it besides, as one line with its line end. What it costs stands in the line of the
/// leading lot.
#[must_use]
pub fn listing_line<'a>(
    (market, lot): (&str, &str),
    (slug, number): (&str, i64),
    source: Option<&str>,
    beside: impl Iterator<Item = &'a str>,
) -> String {
    let beside: Vec<&str> = beside.collect();
    format!(
        "listing {market} {lot} {slug}-{number} by {} beside {}\n",
        source.unwrap_or(market),
        beside.join(" ")
    )
}

/// What holds for a lot, as one line with its line end, and as a second what holds for it as an auction, if it ever was one.
#[must_use]
pub fn lot_line(market: &str, id: &str, slug: &str, number: i64, lot: &Lot) -> String {
    let mut line = format!("lot {market} {id} {slug}-{number} {}\n", state_word(lot));
    let auction = lot.standing(Deal::Auction);
    if auction.ask.is_some() {
        line.push_str(&format!("auction {market} {id} {slug}-{number} {}\n", state_word(&auction)));
    }
    line
}

/// What holds for an offer, as one line with its line end.
#[must_use]
pub fn offer_line(market: &str, id: &str, lot: &Lot) -> String {
    let target = lot.target.as_ref().map(|target| serde_json::to_string(target).unwrap_or_default());
    format!("offer {market} {id} {} {}\n", target.as_deref().unwrap_or("-"), state_word(lot))
}

fn state_word(lot: &Lot) -> String {
    match lot.state() {
        LotState::Unknown => "unknown".to_owned(),
        LotState::Open { price, .. } => format!("open {} {}", price.amount, price.currency),
        LotState::Ended { ending } => format!("{ending:?}").to_lowercase(),
        LotState::Vanished => "vanished".to_owned(),
    }
}

/// What holds for a gift, as one line with its line end.
#[must_use]
pub fn gift_line(slug: &str, number: i64, holding: &Holding) -> String {
    let name = |register: &Option<domain::lot::Register<domain::Attribute>>| {
        register.as_ref().map_or("-".to_owned(), |register| register.value.name.clone())
    };
    let place = holding.place.as_ref().map_or("-".to_owned(), |place| {
        format!("{} by {}", place.value.custody.as_str(), place.value.market)
    });
    format!(
        "gift {slug}-{number} {} | {} | {} | {place}\n",
        name(&holding.model),
        name(&holding.symbol),
        name(&holding.backdrop)
    )
}

/// Empties the state tables and folds the whole log into them again, in one transaction: readers see the old state until the end.
/// `told` hears the position reached and the last one.
///
/// # Errors
/// [`StateFault`]; then the old state stands.
pub async fn rebuild(pool: &Pool, fees: &FeeTable, mut told: impl FnMut(i64, i64)) -> Result<(), StateFault> {
    let mut tx = begin_planned(pool).await?;
    let head =
        sqlx::query_scalar!("select position from market.log_head for update").fetch_one(&mut *tx).await?;
    // Not truncated: that would lock readers out until the end, and show an older snapshot empty tables.
    sqlx::query!(
        "with collections as (delete from market.collections), attributes as (delete from market.attributes),
            lots as (delete from market.lots), listings as (delete from market.listings), gifts as (delete from market.gifts),
            holdings as (delete from market.holdings), sales as (delete from market.sales), rates as (delete from market.rates),
            quarantines as (delete from market.quarantines), auctions as (delete from market.auctions),
            offer_lots as (delete from market.offer_lots), offers as (delete from market.offers)
         delete from market.floors"
    )
    .execute(&mut *tx)
    .await?;
    let shared = Arc::new(fees.clone());
    let mut position = 0;
    while position < head {
        let events = log::events_after(pool, position, CHUNK).await?;
        let Some(last) = events.last() else { break };
        position = last.position;
        fold::fold(&mut tx, &shared, &events.into()).await?;
        told(position, head);
    }
    record_version(&mut tx, fees, head).await?;
    sqlx::query!("delete from market.projections where name <> 'state'").execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether the state was folded by this binary's rules and fee table. A fresh database counts as such and is marked.
///
/// # Errors
/// What PostgreSQL says.
pub async fn is_current(pool: &Pool, fees: &FeeTable) -> Result<bool, sqlx::Error> {
    let held = sqlx::query_scalar!("select version from market.projections where name = 'state'")
        .fetch_optional(pool)
        .await?;
    match held {
        Some(version) => Ok(version == version_of(fees)),
        None => {
            let mut connection = pool.acquire().await?;
            let head = log::head(pool).await?;
            if head.position > 0 {
                return Ok(false);
            }
            record_version(&mut connection, fees, 0).await?;
            Ok(true)
        }
    }
}

async fn record_version(
    connection: &mut sqlx::PgConnection,
    fees: &FeeTable,
    position: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into market.projections (name, version, position) values ('state', $1, $2)
         on conflict (name) do update set version = excluded.version, position = excluded.position",
        version_of(fees),
        position
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The rules' version and the fee table's, in one number: another one means that the state was folded by other rules.
fn version_of(fees: &FeeTable) -> i64 {
    let digest = Sha256::digest(fees.version().as_bytes());
    let of_table = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    (fold::VERSION << 32) | i64::from(of_table)
}
