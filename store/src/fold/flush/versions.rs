//! Listing and holding versions: ends of stored ones, then the new ones.

use sqlx::PgConnection;

use super::{FoldFault, Touched};
use crate::log::text;

pub(super) async fn end_listings(connection: &mut PgConnection, touched: &Touched) -> Result<(), FoldFault> {
    let ended = &touched.listings.ended;
    if ended.is_empty() {
        return Ok(());
    }
    let market: Vec<String> = ended.keys().map(|key| key.0.as_str().to_owned()).collect();
    let lot: Vec<String> = ended.keys().map(|key| key.1.as_str().to_owned()).collect();
    let position: Vec<i64> = ended.values().copied().collect();
    sqlx::query!(
        "update market.listings l set to_position = u.position
         from unnest($1::text[], $2::text[], $3::bigint[]) as u(market, lot, position)
         where l.market = u.market and l.lot = u.lot and l.to_position is null",
        &market,
        &lot,
        &position
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn begin_listings(
    connection: &mut PgConnection,
    touched: &Touched,
) -> Result<(), FoldFault> {
    let begun = &touched.listings.begun;
    if begun.is_empty() {
        return Ok(());
    }
    let from: Vec<i64> = begun.iter().map(|version| version.1).collect();
    let to: Vec<Option<i64>> = begun.iter().map(|version| version.2).collect();
    let market: Vec<String> = begun.iter().map(|version| version.0.0.as_str().to_owned()).collect();
    let lot: Vec<String> = begun.iter().map(|version| version.0.1.as_str().to_owned()).collect();
    let rows: Vec<_> = begun.iter().map(|version| &version.3).collect();
    let slug: Vec<String> = rows.iter().map(|row| row.gift.slug.as_str().to_owned()).collect();
    let number: Vec<i64> = rows.iter().map(|row| i64::from(row.gift.number)).collect();
    let model: Vec<Option<String>> = rows.iter().map(|row| row.model.clone()).collect();
    let model_per_mille: Vec<Option<i64>> = rows.iter().map(|row| row.model_per_mille).collect();
    let symbol: Vec<Option<String>> = rows.iter().map(|row| row.symbol.clone()).collect();
    let backdrop: Vec<Option<String>> = rows.iter().map(|row| row.backdrop.clone()).collect();
    let price_amount: Vec<i64> = rows.iter().map(|row| row.price_amount).collect();
    let price_currency: Vec<String> = rows.iter().map(|row| row.price_currency.clone()).collect();
    let fee_basis: Vec<String> = rows.iter().map(|row| text(&row.fee_basis)).collect();
    let all_in_amount: Vec<i64> = rows.iter().map(|row| row.all_in_amount).collect();
    let all_in_at_least: Vec<bool> = rows.iter().map(|row| row.all_in_at_least).collect();
    let all_in_lines: Vec<String> = rows.iter().map(|row| row.all_in_lines.clone()).collect();
    let listed_at_us: Vec<Option<i64>> = rows.iter().map(|row| row.listed_at_us).collect();
    let seen_at_us: Vec<i64> = rows.iter().map(|row| row.seen_at_us).collect();
    let custody: Vec<Option<String>> = rows.iter().map(|row| row.custody.clone()).collect();
    let owner: Vec<Option<String>> = rows.iter().map(|row| row.owner.clone()).collect();
    let link_url: Vec<Option<String>> = rows.iter().map(|row| row.link_url.clone()).collect();
    let image_url: Vec<Option<String>> = rows.iter().map(|row| row.image_url.clone()).collect();
    let ask_position: Vec<i64> = rows.iter().map(|row| row.ask_position).collect();
    let details_position: Vec<Option<i64>> = rows.iter().map(|row| row.details_position).collect();
    let origin: Vec<String> = rows.iter().map(|row| text(&row.origin)).collect();
    sqlx::query!(
        "insert into market.listings (from_position, to_position, market, lot, slug, number, model, model_per_mille, symbol, backdrop,
            price_amount, price_currency, fee_basis, all_in_amount, all_in_at_least, all_in_lines, listed_at_us, seen_at_us, custody,
            owner, link_url, image_url, ask_position, details_position, origin)
         select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::bigint[],
            $9::text[], $10::text[], $11::bigint[], $12::text[], $13::text[], $14::bigint[], $15::bool[], $16::text[], $17::bigint[],
            $18::bigint[], $19::text[], $20::text[], $21::text[], $22::text[], $23::bigint[], $24::bigint[], $25::text[])",
        &from,
        &to as &[Option<i64>],
        &market,
        &lot,
        &slug,
        &number,
        &model as &[Option<String>],
        &model_per_mille as &[Option<i64>],
        &symbol as &[Option<String>],
        &backdrop as &[Option<String>],
        &price_amount,
        &price_currency,
        &fee_basis,
        &all_in_amount,
        &all_in_at_least,
        &all_in_lines,
        &listed_at_us as &[Option<i64>],
        &seen_at_us,
        &custody as &[Option<String>],
        &owner as &[Option<String>],
        &link_url as &[Option<String>],
        &image_url as &[Option<String>],
        &ask_position,
        &details_position as &[Option<i64>],
        &origin
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn holdings(connection: &mut PgConnection, touched: &Touched) -> Result<(), FoldFault> {
    let ended = &touched.holdings.ended;
    if !ended.is_empty() {
        let slug: Vec<String> = ended.keys().map(|gift| gift.slug.as_str().to_owned()).collect();
        let number: Vec<i64> = ended.keys().map(|gift| i64::from(gift.number)).collect();
        let position: Vec<i64> = ended.values().copied().collect();
        sqlx::query!(
            "update market.holdings h set to_position = u.position
             from unnest($1::text[], $2::bigint[], $3::bigint[]) as u(slug, number, position)
             where h.slug = u.slug and h.number = u.number and h.to_position is null",
            &slug,
            &number,
            &position
        )
        .execute(&mut *connection)
        .await?;
    }
    let begun = &touched.holdings.begun;
    if begun.is_empty() {
        return Ok(());
    }
    let slug: Vec<String> = begun.iter().map(|version| version.0.slug.as_str().to_owned()).collect();
    let number: Vec<i64> = begun.iter().map(|version| i64::from(version.0.number)).collect();
    let from: Vec<i64> = begun.iter().map(|version| version.1).collect();
    let to: Vec<Option<i64>> = begun.iter().map(|version| version.2).collect();
    let custody: Vec<Option<String>> = begun.iter().map(|version| version.3.custody.clone()).collect();
    let custody_market: Vec<Option<String>> =
        begun.iter().map(|version| version.3.custody_market.clone()).collect();
    let owner: Vec<Option<String>> = begun.iter().map(|version| version.3.owner.clone()).collect();
    let since_us: Vec<i64> = begun.iter().map(|version| version.3.since_us).collect();
    sqlx::query!(
        "insert into market.holdings (slug, number, from_position, to_position, custody, custody_market, owner, since_us)
         select * from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::bigint[])",
        &slug,
        &number,
        &from,
        &to as &[Option<i64>],
        &custody as &[Option<String>],
        &custody_market as &[Option<String>],
        &owner as &[Option<String>],
        &since_us
    )
    .execute(connection)
    .await?;
    Ok(())
}
