//! Reads what a batch touches: the gifts it speaks of and every lot of those gifts, on any market.

use std::collections::BTreeSet;

use domain::{CollectionSlug, GiftId, LoggedEvent, LotId, MarketId, Origin, holding::Holding};
use pricing::FeeTable;
use sqlx::PgConnection;

use super::{
    FoldFault, Touched,
    listings::listing,
    rows::{GiftRow, LotRow},
};
use crate::log::word;

pub(super) async fn load(
    connection: &mut PgConnection,
    fees: &FeeTable,
    events: &[LoggedEvent],
) -> Result<Touched, FoldFault> {
    let gifts: BTreeSet<&GiftId> = events.iter().filter_map(|logged| logged.event.gift.as_ref()).collect();
    let mut touched = Touched::default();
    if gifts.is_empty() {
        return Ok(touched);
    }
    let slugs: Vec<String> = gifts.iter().map(|gift| gift.slug.as_str().to_owned()).collect();
    let numbers: Vec<i64> = gifts.iter().map(|gift| i64::from(gift.number)).collect();
    load_gifts(connection, &slugs, &numbers, &mut touched).await?;
    load_lots(connection, &slugs, &numbers, &mut touched).await?;
    let empty = Holding::default();
    for (key, row) in &mut touched.lots {
        let holding = touched.gifts.get(&row.gift).map_or(&empty, |gift| &gift.holding);
        row.listing = listing(fees, key, row, holding);
    }
    Ok(touched)
}

async fn load_gifts(
    connection: &mut PgConnection,
    slugs: &[String],
    numbers: &[i64],
    touched: &mut Touched,
) -> Result<(), FoldFault> {
    let rows = sqlx::query!(
        "select g.slug, g.number, g.registers, g.first_position, g.position
         from unnest($1::text[], $2::bigint[]) as u(slug, number)
         join market.gifts g on g.slug = u.slug and g.number = u.number",
        slugs,
        numbers
    )
    .fetch_all(connection)
    .await?;
    for row in rows {
        let gift = gift_id(&row.slug, row.number)?;
        let holding = serde_json::from_str(&row.registers).map_err(|fault| FoldFault::Unreadable {
            what: format!("gift {gift}"),
            why: fault.to_string(),
        })?;
        touched.gifts.insert(
            gift,
            GiftRow { holding, first_position: row.first_position, position: row.position, dirty: false },
        );
    }
    Ok(())
}

async fn load_lots(
    connection: &mut PgConnection,
    slugs: &[String],
    numbers: &[i64],
    touched: &mut Touched,
) -> Result<(), FoldFault> {
    let rows = sqlx::query!(
        "select l.market, l.lot, l.slug, l.number, l.registers, l.ask_seen_us, l.ask_origin, l.position
         from unnest($1::text[], $2::bigint[]) as u(slug, number)
         join market.lots l on l.slug = u.slug and l.number = u.number",
        slugs,
        numbers
    )
    .fetch_all(connection)
    .await?;
    for row in rows {
        let unreadable =
            |why: String| FoldFault::Unreadable { what: format!("lot {} of {}", row.lot, row.market), why };
        let gift = gift_id(&row.slug, row.number)?;
        let market = MarketId::parse(&row.market).map_err(|fault| unreadable(fault.to_string()))?;
        let lot_id = LotId::parse(&row.lot).ok_or_else(|| unreadable("its id".into()))?;
        let lot = serde_json::from_str(&row.registers).map_err(|fault| unreadable(fault.to_string()))?;
        let ask_origin = match row.ask_origin.as_deref() {
            Some(origin) => Some(word::<Origin>(origin).map_err(unreadable)?),
            None => None,
        };
        let key = (market, lot_id);
        touched.lots_of.entry(gift.clone()).or_default().insert(key.clone());
        touched.lots.insert(
            key,
            LotRow {
                gift,
                lot,
                ask_seen_us: row.ask_seen_us,
                ask_origin,
                position: row.position,
                dirty: false,
                listing: None,
            },
        );
    }
    Ok(())
}

fn gift_id(slug: &str, number: i64) -> Result<GiftId, FoldFault> {
    let unreadable = |why: String| FoldFault::Unreadable { what: format!("gift {slug}-{number}"), why };
    Ok(GiftId {
        slug: CollectionSlug::from_title(slug).map_err(|fault| unreadable(fault.to_string()))?,
        number: u32::try_from(number).map_err(|fault| unreadable(fault.to_string()))?,
    })
}
