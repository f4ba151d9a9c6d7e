//! Lots as they stand.

use sqlx::PgConnection;

use super::{FoldFault, Touched};
use crate::{
    copy::{Row, Target, Type, copy},
    fold::{LotKey, rows::LotRow},
    log::text,
};

static LOTS: Target = Target {
    table: "market.lots",
    columns: &[
        ("market", Type::Text),
        ("lot", Type::Text),
        ("slug", Type::Text),
        ("number", Type::Int8),
        ("scope", Type::Text),
        ("is_open", Type::Bool),
        ("registers", Type::Text),
        ("ask_seen_us", Type::Int8),
        ("ask_origin", Type::Text),
        ("auction_scope", Type::Text),
        ("auction_seen_us", Type::Int8),
        ("auction_origin", Type::Text),
        ("position", Type::Int8),
    ],
};

/// Rows that are there are taken out and written anew with the new ones. They are found by the market's id: a market may come to give an
/// id to another gift, and the fold has read only the lots of the gifts it touches.
pub(super) async fn lots(connection: &mut PgConnection, touched: &Touched) -> Result<(), FoldFault> {
    let dirty: Vec<_> =
        touched.lots.iter().filter(|(_, row)| row.dirty).map(|(key, row)| (key, &**row)).collect();
    let (market, lot): (Vec<String>, Vec<String>) =
        dirty.iter().map(|((market, lot), _)| (market.as_str().to_owned(), lot.as_str().to_owned())).unzip();
    if lot.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "delete from market.lots l using unnest($1::text[], $2::text[]) as u(market, lot)
         where l.market = u.market and l.lot = u.lot",
        &market,
        &lot
    )
    .execute(&mut *connection)
    .await?;
    copy(connection, &LOTS, &dirty, write_lot).await?;
    Ok(())
}

fn write_lot(row: &mut Row<'_>, ((market, lot), held): &(&LotKey, &LotRow)) {
    row.text(market.as_str())
        .text(lot.as_str())
        .text(held.gift.slug.as_str())
        .int8(i64::from(held.gift.number))
        .text(held.lot.scope.as_ref().map(|scope| scope.0.as_str()))
        .bool(held.lot.open_price().is_some())
        .text(serde_json::to_string(&held.lot).unwrap_or_default().as_str())
        .int8(held.ask_seen_us)
        .text(held.ask_origin.as_ref().map(text).as_deref())
        .text(held.lot.open_auction().and_then(|(_, scope)| scope).map(|scope| scope.0.as_str()))
        .int8(held.auction_seen_us)
        .text(held.auction_origin.as_ref().map(text).as_deref())
        .int8(held.position);
}
