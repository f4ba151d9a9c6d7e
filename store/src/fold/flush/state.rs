//! Lots and gifts as they stand.

use sqlx::PgConnection;

use super::{FoldFault, Touched};
use crate::{fold::listings::per_mille, log::text};

pub(super) async fn lots(connection: &mut PgConnection, touched: &Touched) -> Result<(), FoldFault> {
    let dirty: Vec<_> = touched.lots.iter().filter(|(_, row)| row.dirty).collect();
    if dirty.is_empty() {
        return Ok(());
    }
    let market: Vec<String> = dirty.iter().map(|(key, _)| key.0.as_str().to_owned()).collect();
    let lot: Vec<String> = dirty.iter().map(|(key, _)| key.1.as_str().to_owned()).collect();
    let slug: Vec<String> = dirty.iter().map(|(_, row)| row.gift.slug.as_str().to_owned()).collect();
    let number: Vec<i64> = dirty.iter().map(|(_, row)| i64::from(row.gift.number)).collect();
    let scope: Vec<Option<String>> =
        dirty.iter().map(|(_, row)| row.lot.scope.as_ref().map(|s| s.0.clone())).collect();
    let is_open: Vec<bool> = dirty.iter().map(|(_, row)| row.lot.open_price().is_some()).collect();
    let registers: Vec<String> =
        dirty.iter().map(|(_, row)| serde_json::to_string(&row.lot).unwrap_or_default()).collect();
    let seen: Vec<Option<i64>> = dirty.iter().map(|(_, row)| row.ask_seen_us).collect();
    let origin: Vec<Option<String>> =
        dirty.iter().map(|(_, row)| row.ask_origin.as_ref().map(text)).collect();
    let position: Vec<i64> = dirty.iter().map(|(_, row)| row.position).collect();
    sqlx::query!(
        "insert into market.lots (market, lot, slug, number, scope, is_open, registers, ask_seen_us, ask_origin, position)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bool[], $7::text[], $8::bigint[], $9::text[], $10::bigint[])
         on conflict (market, lot) do update set scope = excluded.scope, is_open = excluded.is_open, registers = excluded.registers,
            ask_seen_us = excluded.ask_seen_us, ask_origin = excluded.ask_origin, position = excluded.position",
        &market,
        &lot,
        &slug,
        &number,
        &scope as &[Option<String>],
        &is_open,
        &registers,
        &seen as &[Option<i64>],
        &origin as &[Option<String>],
        &position
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn gifts(connection: &mut PgConnection, touched: &Touched) -> Result<(), FoldFault> {
    let dirty: Vec<_> = touched.gifts.iter().filter(|(_, row)| row.dirty).collect();
    if dirty.is_empty() {
        return Ok(());
    }
    let mut columns = GiftColumns::default();
    for (gift, row) in dirty {
        columns.push(gift, row);
    }
    let GiftColumns {
        slug,
        number,
        model,
        model_per_mille,
        symbol,
        symbol_per_mille,
        backdrop,
        backdrop_per_mille,
        custody,
        custody_market,
        owner,
        address,
        image_url,
        transferable,
        exportable,
        resellable,
        unlocks,
        registers,
        first_position,
        position,
    } = columns;
    sqlx::query!(
        "insert into market.gifts (slug, number, model, model_per_mille, symbol, symbol_per_mille, backdrop, backdrop_per_mille, custody,
            custody_market, owner, address, image_url, transferable_at_ms, exportable_at_ms, resellable_at_ms, unlocks_at_ms, registers,
            first_position, position)
         select * from unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::text[], $8::bigint[],
            $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[],
            $18::text[], $19::bigint[], $20::bigint[])
         on conflict (slug, number) do update set model = excluded.model, model_per_mille = excluded.model_per_mille,
            symbol = excluded.symbol, symbol_per_mille = excluded.symbol_per_mille, backdrop = excluded.backdrop,
            backdrop_per_mille = excluded.backdrop_per_mille, custody = excluded.custody, custody_market = excluded.custody_market,
            owner = excluded.owner, address = excluded.address, image_url = excluded.image_url,
            transferable_at_ms = excluded.transferable_at_ms, exportable_at_ms = excluded.exportable_at_ms,
            resellable_at_ms = excluded.resellable_at_ms, unlocks_at_ms = excluded.unlocks_at_ms, registers = excluded.registers,
            position = excluded.position",
        &slug,
        &number,
        &model as &[Option<String>],
        &model_per_mille as &[Option<i64>],
        &symbol as &[Option<String>],
        &symbol_per_mille as &[Option<i64>],
        &backdrop as &[Option<String>],
        &backdrop_per_mille as &[Option<i64>],
        &custody as &[Option<String>],
        &custody_market as &[Option<String>],
        &owner as &[Option<String>],
        &address as &[Option<String>],
        &image_url as &[Option<String>],
        &transferable as &[Option<i64>],
        &exportable as &[Option<i64>],
        &resellable as &[Option<i64>],
        &unlocks as &[Option<i64>],
        &registers,
        &first_position,
        &position
    )
    .execute(connection)
    .await?;
    Ok(())
}

#[derive(Default)]
struct GiftColumns {
    slug: Vec<String>,
    number: Vec<i64>,
    model: Vec<Option<String>>,
    model_per_mille: Vec<Option<i64>>,
    symbol: Vec<Option<String>>,
    symbol_per_mille: Vec<Option<i64>>,
    backdrop: Vec<Option<String>>,
    backdrop_per_mille: Vec<Option<i64>>,
    custody: Vec<Option<String>>,
    custody_market: Vec<Option<String>>,
    owner: Vec<Option<String>>,
    address: Vec<Option<String>>,
    image_url: Vec<Option<String>>,
    transferable: Vec<Option<i64>>,
    exportable: Vec<Option<i64>>,
    resellable: Vec<Option<i64>>,
    unlocks: Vec<Option<i64>>,
    registers: Vec<String>,
    first_position: Vec<i64>,
    position: Vec<i64>,
}

impl GiftColumns {
    fn push(&mut self, gift: &domain::GiftId, row: &crate::fold::rows::GiftRow) {
        let domain::holding::Holding { model, symbol, backdrop, place, owner, address, dates, image_url } =
            &row.holding;
        self.slug.push(gift.slug.as_str().to_owned());
        self.number.push(i64::from(gift.number));
        for (names, rarities, register) in [
            (&mut self.model, &mut self.model_per_mille, model),
            (&mut self.symbol, &mut self.symbol_per_mille, symbol),
            (&mut self.backdrop, &mut self.backdrop_per_mille, backdrop),
        ] {
            names.push(register.as_ref().map(|held| held.value.name.clone()));
            rarities.push(register.as_ref().and_then(|held| per_mille(held.value.rarity)));
        }
        self.custody.push(place.as_ref().map(|held| held.value.custody.as_str().to_owned()));
        self.custody_market.push(place.as_ref().map(|held| held.value.market.as_str().to_owned()));
        self.owner.push(owner.as_ref().map(|held| held.value.clone()));
        self.address.push(address.as_ref().map(|held| held.value.clone()));
        self.image_url.push(image_url.as_ref().map(|held| held.value.clone()));
        let dates = dates.as_ref().map(|held| held.value.clone()).unwrap_or_default();
        self.transferable.push(dates.transferable_at_ms);
        self.exportable.push(dates.exportable_at_ms);
        self.resellable.push(dates.resellable_at_ms);
        self.unlocks.push(dates.unlocks_at_ms);
        self.registers.push(serde_json::to_string(&row.holding).unwrap_or_default());
        self.first_position.push(row.first_position);
        self.position.push(row.position);
    }
}
