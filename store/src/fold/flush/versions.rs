//! Listing and holding versions: ends of stored ones, then the new ones.

use sqlx::PgConnection;

use super::{FoldFault, Touched};
use crate::{
    copy::{Target, Type, copy},
    log::text,
};

pub(super) async fn end_listings(connection: &mut PgConnection, touched: &Touched) -> Result<(), FoldFault> {
    let ended = &touched.listings.ended;
    if ended.is_empty() {
        return Ok(());
    }
    let market: Vec<String> = ended.keys().map(|key| key.1.as_str().to_owned()).collect();
    let lot: Vec<String> = ended.keys().map(|key| key.2.as_str().to_owned()).collect();
    let slug: Vec<String> = ended.keys().map(|key| key.0.slug.as_str().to_owned()).collect();
    let number: Vec<i64> = ended.keys().map(|key| i64::from(key.0.number)).collect();
    let position: Vec<i64> = ended.values().copied().collect();
    sqlx::query!(
        "update market.listings l set to_position = u.position
         from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[]) as u(market, lot, position, slug, number)
         where l.market = u.market and l.lot = u.lot and l.slug = u.slug and l.number = u.number and l.to_position is null",
        &market,
        &lot,
        &position,
        &slug,
        &number
    )
    .execute(connection)
    .await?;
    Ok(())
}

static LISTINGS: Target = Target {
    table: "market.listings",
    columns: &[
        ("from_position", Type::Int8),
        ("to_position", Type::Int8),
        ("market", Type::Text),
        ("lot", Type::Text),
        ("slug", Type::Text),
        ("number", Type::Int8),
        ("model", Type::Text),
        ("model_per_mille", Type::Int8),
        ("symbol", Type::Text),
        ("backdrop", Type::Text),
        ("price_amount", Type::Int8),
        ("price_currency", Type::Text),
        ("fee_basis", Type::Text),
        ("all_in_amount", Type::Int8),
        ("all_in_at_least", Type::Bool),
        ("all_in_lines", Type::Text),
        ("listed_at_us", Type::Int8),
        ("seen_at_us", Type::Int8),
        ("custody", Type::Text),
        ("owner", Type::Text),
        ("link_url", Type::Text),
        ("image_url", Type::Text),
        ("ask_position", Type::Int8),
        ("details_position", Type::Int8),
        ("origin", Type::Text),
        ("source", Type::Text),
        ("source_lot", Type::Text),
        ("witnesses", Type::Text),
    ],
};

pub(super) async fn begin_listings(
    connection: &mut PgConnection,
    touched: &Touched,
) -> Result<(), FoldFault> {
    copy(connection, &LISTINGS, &touched.listings.begun, |row, (key, from, to, listing)| {
        row.int8(*from)
            .int8(*to)
            .text(key.1.as_str())
            .text(key.2.as_str())
            .text(listing.gift.slug.as_str())
            .int8(i64::from(listing.gift.number))
            .text(listing.model.as_deref())
            .int8(listing.model_per_mille)
            .text(listing.symbol.as_deref())
            .text(listing.backdrop.as_deref())
            .int8(listing.price_amount)
            .text(listing.price_currency.as_str())
            .text(text(&listing.fee_basis).as_str())
            .int8(listing.all_in_amount)
            .bool(listing.all_in_at_least)
            .text(listing.all_in_lines.as_str())
            .int8(listing.listed_at_us)
            .int8(listing.seen_at_us)
            .text(listing.custody.as_deref())
            .text(listing.owner.as_deref())
            .text(listing.link_url.as_deref())
            .text(listing.image_url.as_deref())
            .int8(listing.ask_position)
            .int8(listing.details_position)
            .text(text(&listing.origin).as_str())
            .text(listing.source.as_deref())
            .text(listing.source_lot.as_deref())
            .text(listing.witnesses.as_deref());
    })
    .await?;
    Ok(())
}

static HOLDINGS: Target = Target {
    table: "market.holdings",
    columns: &[
        ("slug", Type::Text),
        ("number", Type::Int8),
        ("from_position", Type::Int8),
        ("to_position", Type::Int8),
        ("custody", Type::Text),
        ("custody_market", Type::Text),
        ("owner", Type::Text),
        ("since_us", Type::Int8),
    ],
};

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
    copy(connection, &HOLDINGS, &touched.holdings.begun, |row, (gift, from, to, holding)| {
        row.text(gift.slug.as_str())
            .int8(i64::from(gift.number))
            .int8(*from)
            .int8(*to)
            .text(holding.custody.as_deref())
            .text(holding.custody_market.as_deref())
            .text(holding.owner.as_deref())
            .int8(holding.since_us);
    })
    .await?;
    Ok(())
}
