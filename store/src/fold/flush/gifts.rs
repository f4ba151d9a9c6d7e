//! Gifts as they stand.

use domain::{Attribute, GiftId, holding::Holding, lot::Register};
use sqlx::PgConnection;

use super::{FoldFault, Touched};
use crate::{
    copy::{Row, Target, Type, copy},
    fold::{listings::per_mille, rows::GiftRow},
};

static GIFTS: Target = Target {
    table: "market.gifts",
    columns: &[
        ("slug", Type::Text),
        ("number", Type::Int8),
        ("model", Type::Text),
        ("model_per_mille", Type::Int8),
        ("symbol", Type::Text),
        ("symbol_per_mille", Type::Int8),
        ("backdrop", Type::Text),
        ("backdrop_per_mille", Type::Int8),
        ("custody", Type::Text),
        ("custody_market", Type::Text),
        ("owner", Type::Text),
        ("address", Type::Text),
        ("image_url", Type::Text),
        ("transferable_at_ms", Type::Int8),
        ("exportable_at_ms", Type::Int8),
        ("resellable_at_ms", Type::Int8),
        ("unlocks_at_ms", Type::Int8),
        ("registers", Type::Text),
        ("first_position", Type::Int8),
        ("position", Type::Int8),
        ("returned_from_us", Type::Int8),
    ],
};

/// Rows that are there are taken out and written anew with the new ones.
pub(super) async fn gifts(connection: &mut PgConnection, touched: &Touched) -> Result<(), FoldFault> {
    let dirty: Vec<_> =
        touched.gifts.iter().filter(|(_, row)| row.dirty).map(|(key, row)| (key, &**row)).collect();
    let (slug, number): (Vec<String>, Vec<i64>) = dirty
        .iter()
        .filter(|(_, row)| row.is_stored)
        .map(|(gift, _)| (gift.slug.as_str().to_owned(), i64::from(gift.number)))
        .unzip();
    if !slug.is_empty() {
        sqlx::query!(
            "delete from market.gifts g using unnest($1::text[], $2::bigint[]) as u(slug, number)
             where g.slug = u.slug and g.number = u.number",
            &slug,
            &number
        )
        .execute(&mut *connection)
        .await?;
    }
    copy(connection, &GIFTS, &dirty, write_gift).await?;
    Ok(())
}

fn write_gift(row: &mut Row<'_>, (gift, held): &(&GiftId, &GiftRow)) {
    let Holding { model, symbol, backdrop, place, on_chain: _, owner, address, dates, image_url } =
        &held.holding;
    row.text(gift.slug.as_str()).int8(i64::from(gift.number));
    for attribute in [model, symbol, backdrop] {
        let attribute: Option<&Attribute> = value(attribute);
        row.text(attribute.map(|attribute| attribute.name.as_str()))
            .int8(attribute.and_then(|attribute| per_mille(attribute.rarity)));
    }
    let (place, dates) = (value(place), value(dates));
    row.text(place.map(|place| place.custody.as_str()))
        .text(place.map(|place| place.market.as_str()))
        .text(value(owner).map(String::as_str))
        .text(value(address).map(String::as_str))
        .text(value(image_url).map(String::as_str))
        .int8(dates.and_then(|dates| dates.transferable_at_ms))
        .int8(dates.and_then(|dates| dates.exportable_at_ms))
        .int8(dates.and_then(|dates| dates.resellable_at_ms))
        .int8(dates.and_then(|dates| dates.unlocks_at_ms))
        .text(serde_json::to_string(&held.holding).unwrap_or_default().as_str())
        .int8(held.first_position)
        .int8(held.position)
        .int8(held.holding.came_back().map(|(chain, _)| chain.key.at_us));
}

fn value<T>(register: &Option<Register<T>>) -> Option<&T> {
    register.as_ref().map(|register| &register.value)
}
