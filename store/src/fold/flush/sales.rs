//! Sales as versions: ends of stored ones, then the new ones.

use sqlx::PgConnection;

use super::{FoldFault, Touched};
use crate::{
    copy::{Target, Type, copy},
    log::text,
};

static SALES: Target = Target {
    table: "market.sales",
    columns: &[
        ("position", Type::Int8),
        ("from_position", Type::Int8),
        ("to_position", Type::Int8),
        ("market", Type::Text),
        ("lot", Type::Text),
        ("slug", Type::Text),
        ("number", Type::Int8),
        ("price_amount", Type::Int8),
        ("price_currency", Type::Text),
        ("fee_basis", Type::Text),
        ("seller", Type::Text),
        ("buyer", Type::Text),
        ("ton_transaction", Type::Text),
        ("sold_at_us", Type::Int8),
        ("origin", Type::Text),
        ("source", Type::Text),
        ("market_amount", Type::Int8),
        ("tellings", Type::Text),
    ],
};

pub(super) async fn sales(connection: &mut PgConnection, touched: &Touched) -> Result<(), FoldFault> {
    let ended = &touched.sales.ended;
    if !ended.is_empty() {
        let leads: Vec<i64> = ended.keys().copied().collect();
        let to: Vec<i64> = ended.values().copied().collect();
        sqlx::query!(
            "update market.sales s set to_position = u.to_position
             from unnest($1::bigint[], $2::bigint[]) as u(position, to_position)
             where s.position = u.position and s.to_position is null",
            &leads,
            &to
        )
        .execute(&mut *connection)
        .await?;
    }
    copy(connection, &SALES, &touched.sales.begun, |row, (leads, from, to, sale)| {
        row.int8(*leads)
            .int8(*from)
            .int8(*to)
            .text(sale.market.as_str())
            .text(sale.lot.as_str())
            .text(sale.gift.slug.as_str())
            .int8(i64::from(sale.gift.number))
            .int8(sale.price.amount)
            .text(sale.price.currency.code())
            .text(text(&sale.price.fee_basis).as_str())
            .text(sale.seller.as_deref())
            .text(sale.buyer.as_deref())
            .text(sale.transaction.as_deref())
            .int8(sale.sold_at_us)
            .text(text(&sale.origin).as_str())
            .text(sale.source.as_deref())
            .int8(sale.market_amount)
            .text(sale.tellings.as_deref());
    })
    .await?;
    Ok(())
}
