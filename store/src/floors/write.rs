//! What a step of the floors writes: ends first, because a unique index allows one standing version of a key.

use sqlx::PgConnection;

use super::{
    read::KeyColumns,
    step::{Begun, FloorVersions},
};

pub(super) async fn write(
    connection: &mut PgConnection,
    versions: &FloorVersions,
) -> Result<(), sqlx::Error> {
    end(connection, versions).await?;
    count(connection, versions).await?;
    begin(connection, &versions.begun).await
}

async fn end(connection: &mut PgConnection, versions: &FloorVersions) -> Result<(), sqlx::Error> {
    if versions.ended.is_empty() {
        return Ok(());
    }
    let columns = KeyColumns::of(versions.ended.iter().map(|(key, _, _)| key).enumerate());
    let positions: Vec<i64> = versions.ended.iter().map(|(_, position, _)| *position).collect();
    let listings: Vec<i64> = versions.ended.iter().map(|(_, _, listings)| *listings).collect();
    sqlx::query!(
        "update market.floors f set to_position = u.position, listings = u.listings
         from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[])
              as u(slug, kind, name, market, currency, position, listings)
         where f.slug = u.slug and f.kind = u.kind and f.name = u.name and f.market = u.market and f.currency = u.currency
             and f.to_position is null",
        &columns.slug,
        &columns.kind,
        &columns.name,
        &columns.market,
        &columns.currency,
        &positions,
        &listings
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn count(connection: &mut PgConnection, versions: &FloorVersions) -> Result<(), sqlx::Error> {
    if versions.counted.is_empty() {
        return Ok(());
    }
    let columns = KeyColumns::of(versions.counted.iter().map(|(key, _)| key).enumerate());
    let listings: Vec<i64> = versions.counted.iter().map(|(_, listings)| *listings).collect();
    sqlx::query!(
        "update market.floors f set listings = u.listings
         from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
              as u(slug, kind, name, market, currency, listings)
         where f.slug = u.slug and f.kind = u.kind and f.name = u.name and f.market = u.market and f.currency = u.currency
             and f.to_position is null",
        &columns.slug,
        &columns.kind,
        &columns.name,
        &columns.market,
        &columns.currency,
        &listings
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn begin(connection: &mut PgConnection, begun: &[Begun]) -> Result<(), sqlx::Error> {
    if begun.is_empty() {
        return Ok(());
    }
    let columns = KeyColumns::of(begun.iter().map(|begun| &begun.key).enumerate());
    let from: Vec<i64> = begun.iter().map(|begun| begun.from_position).collect();
    let to: Vec<Option<i64>> = begun.iter().map(|begun| begun.to_position).collect();
    let amount: Vec<i64> = begun.iter().map(|begun| begun.standing.lowest.amount).collect();
    let all_in: Vec<i64> = begun.iter().map(|begun| begun.standing.lowest.all_in_amount).collect();
    let at_least: Vec<bool> = begun.iter().map(|begun| begun.standing.lowest.all_in_at_least).collect();
    let position: Vec<i64> = begun.iter().map(|begun| begun.standing.lowest.ask_position).collect();
    let listings: Vec<i64> = begun.iter().map(|begun| begun.standing.listings).collect();
    sqlx::query!(
        "insert into market.floors (from_position, to_position, slug, kind, name, market, currency, amount, all_in_amount,
            all_in_at_least, listing_position, listings)
         select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[],
            $9::bigint[], $10::bool[], $11::bigint[], $12::bigint[])",
        &from,
        &to as &[Option<i64>],
        &columns.slug,
        &columns.kind,
        &columns.name,
        &columns.market,
        &columns.currency,
        &amount,
        &all_in,
        &at_least,
        &position,
        &listings
    )
    .execute(connection)
    .await?;
    Ok(())
}
