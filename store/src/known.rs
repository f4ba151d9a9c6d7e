//! What a worker asks before it decides: lots, scans, cursors, collections.

mod offers;
mod told;

use std::collections::HashMap;

use domain::{
    Attribute, AttributeKind, CollectionSlug, GiftId, Lot, LotId, MarketId, Rarity, ScopeId,
    ports::KnownCollection,
};
use sqlx::PgConnection;

pub use offers::{offers, open_offers};
pub use told::{CollectionWords, collections_told};

use crate::{log::word, pool::Pool};

/// Why the known could not be read.
#[derive(Debug, thiserror::Error)]
pub enum KnownFault {
    /// A stored row cannot be read by this binary.
    #[error("{what} cannot be read ({why}); run `ribbon index --rebuild`")]
    Unreadable {
        /// Which row.
        what: String,
        /// The reader's message.
        why: String,
    },
    /// PostgreSQL refused.
    #[error("the state could not be read: {0}")]
    Database(#[from] sqlx::Error),
}

/// A known lot and its gift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownLot {
    /// The gift.
    pub gift: GiftId,
    /// The registers.
    pub lot: Lot,
}

/// The last completed scan of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownScan {
    /// Its start, microseconds since 1970 on the database's clock.
    pub started_us: i64,
    /// Its end, alike.
    pub completed_us: i64,
    /// Listings it saw.
    pub seen: i64,
}

/// Lots by id; unknown ones are absent.
///
/// # Errors
/// [`KnownFault`].
pub async fn lots(
    connection: &mut PgConnection,
    market: &MarketId,
    ids: &[LotId],
) -> Result<HashMap<LotId, KnownLot>, KnownFault> {
    let ids: Vec<String> = ids.iter().map(|id| id.as_str().to_owned()).collect();
    let rows = sqlx::query!(
        "select l.lot, l.slug, l.number, l.registers
         from unnest($2::text[]) as u(lot) join market.lots l on l.market = $1 and l.lot = u.lot",
        market.as_str(),
        &ids
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| known_lot(row.lot, &row.slug, row.number, &row.registers)).collect()
}

/// The open lots of a scope.
///
/// # Errors
/// [`KnownFault`].
pub async fn open_lots(
    pool: &Pool,
    market: &MarketId,
    scope: &ScopeId,
) -> Result<HashMap<LotId, KnownLot>, KnownFault> {
    let rows = sqlx::query!(
        "select lot, slug, number, registers from market.lots where market = $1 and scope = $2 and is_open",
        market.as_str(),
        scope.0
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(|row| known_lot(row.lot, &row.slug, row.number, &row.registers)).collect()
}

/// The lots of a scope that are open as auctions.
///
/// # Errors
/// [`KnownFault`].
pub async fn open_auctions(
    pool: &Pool,
    market: &MarketId,
    scope: &ScopeId,
) -> Result<HashMap<LotId, KnownLot>, KnownFault> {
    let rows = sqlx::query!(
        "select lot, slug, number, registers from market.lots where market = $1 and auction_scope = $2",
        market.as_str(),
        scope.0
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(|row| known_lot(row.lot, &row.slug, row.number, &row.registers)).collect()
}

fn known_lot(lot: String, slug: &str, number: i64, registers: &str) -> Result<(LotId, KnownLot), KnownFault> {
    let unreadable = |why: String| KnownFault::Unreadable { what: format!("lot {lot}"), why };
    let id = LotId::parse(&lot).ok_or_else(|| unreadable("its id".into()))?;
    let gift = GiftId {
        slug: CollectionSlug::from_title(slug).map_err(|fault| unreadable(fault.to_string()))?,
        number: u32::try_from(number).map_err(|fault| unreadable(fault.to_string()))?,
    };
    let lot = serde_json::from_str(registers).map_err(|fault| unreadable(fault.to_string()))?;
    Ok((id, KnownLot { gift, lot }))
}

/// The last completed scan of each scope of a market.
///
/// # Errors
/// What PostgreSQL says.
pub async fn scans(pool: &Pool, market: &MarketId) -> Result<HashMap<ScopeId, KnownScan>, sqlx::Error> {
    let rows = sqlx::query!(
        "select scope, started_us, completed_us, seen from market.scans where market = $1",
        market.as_str()
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let scan =
                KnownScan { started_us: row.started_us, completed_us: row.completed_us, seen: row.seen };
            (ScopeId(row.scope), scan)
        })
        .collect())
}

/// Where a walk goes on: `None` when it never began, `Some(None)` when it ended.
///
/// # Errors
/// What PostgreSQL says.
pub async fn cursor(
    pool: &Pool,
    market: &MarketId,
    walk: &str,
) -> Result<Option<Option<String>>, sqlx::Error> {
    sqlx::query_scalar!(
        "select cursor from market.cursors where market = $1 and walk = $2",
        market.as_str(),
        walk
    )
    .fetch_optional(pool)
    .await
}

/// Every known collection, by slug.
///
/// # Errors
/// [`KnownFault`].
pub async fn collections(pool: &Pool) -> Result<Vec<KnownCollection>, KnownFault> {
    let rows = sqlx::query!("select slug, title, address from market.collections order by slug")
        .fetch_all(pool)
        .await?;
    rows.into_iter()
        .map(|row| {
            let slug = CollectionSlug::from_title(&row.slug).map_err(|fault| KnownFault::Unreadable {
                what: format!("collection {}", row.slug),
                why: fault.to_string(),
            })?;
            Ok(KnownCollection { slug, title: row.title, address: row.address })
        })
        .collect()
}

/// The pictures of collections, by reference, by slug.
///
/// # Errors
/// What PostgreSQL says.
pub async fn collection_images(pool: &Pool) -> Result<HashMap<String, Option<String>>, sqlx::Error> {
    let rows = sqlx::query!("select slug, image_url from market.collections").fetch_all(pool).await?;
    Ok(rows.into_iter().map(|row| (row.slug, row.image_url)).collect())
}

/// Every attribute with a known rarity of these collections.
///
/// # Errors
/// [`KnownFault`].
pub async fn attributes(
    connection: &mut PgConnection,
    slugs: &[CollectionSlug],
) -> Result<Vec<(CollectionSlug, Attribute)>, KnownFault> {
    let slugs: Vec<String> = slugs.iter().map(|slug| slug.as_str().to_owned()).collect();
    let rows = sqlx::query!(
        "select slug, kind, name, rarity, per_mille from market.attributes where slug = any($1)",
        &slugs
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let unreadable = |why: String| KnownFault::Unreadable {
                what: format!("attribute {} of {}", row.name, row.slug),
                why,
            };
            let slug =
                CollectionSlug::from_title(&row.slug).map_err(|fault| unreadable(fault.to_string()))?;
            let kind = AttributeKind::parse(&row.kind).ok_or_else(|| unreadable(row.kind.clone()))?;
            let rarity = match row.per_mille.and_then(|value| u64::try_from(value).ok()) {
                Some(value) => Rarity::per_mille(value),
                None => Some(word::<Rarity>(&row.rarity).map_err(unreadable)?),
            };
            Ok((slug, Attribute { kind, name: row.name, rarity }))
        })
        .collect()
}

/// Which of these happenings of a market are logged already.
///
/// # Errors
/// What PostgreSQL says.
pub async fn logged(
    connection: &mut PgConnection,
    market: &MarketId,
    source_ids: &[String],
) -> Result<std::collections::HashSet<String>, sqlx::Error> {
    let rows = sqlx::query_scalar!(
        r#"select e.source_id as "source_id!"
           from unnest($2::text[]) as u(source_id) join market.events e on e.market = $1 and e.source_id = u.source_id"#,
        market.as_str(),
        source_ids
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().collect())
}

/// Whether a market is quarantined now, and for what: (JSON path, reason).
///
/// # Errors
/// What PostgreSQL says.
pub async fn quarantine(pool: &Pool, market: &MarketId) -> Result<Option<(String, String)>, sqlx::Error> {
    let row = sqlx::query!(
        "select path, why from market.quarantines where market = $1 and to_position is null",
        market.as_str()
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| (row.path, row.why)))
}
