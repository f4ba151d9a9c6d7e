//! Offers as a worker must know them: by id, and those that stand in a scope.

use std::collections::HashMap;

use domain::{Lot, LotId, MarketId, ScopeId};
use sqlx::PgConnection;

use super::KnownFault;
use crate::pool::Pool;

/// The registers of offers by id; unknown ones are absent.
///
/// # Errors
/// [`KnownFault`].
pub async fn offers(
    connection: &mut PgConnection,
    market: &MarketId,
    ids: &[LotId],
) -> Result<HashMap<LotId, Lot>, KnownFault> {
    let ids: Vec<String> = ids.iter().map(|id| id.as_str().to_owned()).collect();
    let rows = sqlx::query!(
        "select o.offer, o.registers
         from unnest($2::text[]) as u(offer) join market.offer_lots o on o.market = $1 and o.offer = u.offer",
        market.as_str(),
        &ids
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| known_offer(&row.offer, &row.registers)).collect()
}

/// The registers of the offers that stand in a scope.
///
/// # Errors
/// [`KnownFault`].
pub async fn open_offers(
    pool: &Pool,
    market: &MarketId,
    scope: &ScopeId,
) -> Result<HashMap<LotId, Lot>, KnownFault> {
    let rows = sqlx::query!(
        "select offer, registers from market.offer_lots where market = $1 and scope = $2 and is_open",
        market.as_str(),
        scope.0
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(|row| known_offer(&row.offer, &row.registers)).collect()
}

fn known_offer(offer: &str, registers: &str) -> Result<(LotId, Lot), KnownFault> {
    let unreadable = |why: String| KnownFault::Unreadable { what: format!("offer {offer}"), why };
    let id = LotId::parse(offer).ok_or_else(|| unreadable("its id".into()))?;
    let lot = serde_json::from_str(registers).map_err(|fault| unreadable(fault.to_string()))?;
    Ok((id, lot))
}
