//! Offers as they stand, and their versions.

use sqlx::PgConnection;

use super::{FoldFault, Touched};
use crate::{
    copy::{Row, Target, Type, copy},
    fold::{LotKey, rows::OfferRow},
    log::text,
};

static OFFER_LOTS: Target = Target {
    table: "market.offer_lots",
    columns: &[
        ("market", Type::Text),
        ("offer", Type::Text),
        ("slug", Type::Text),
        ("number", Type::Int8),
        ("scope", Type::Text),
        ("is_open", Type::Bool),
        ("registers", Type::Text),
        ("seen_us", Type::Int8),
        ("origin", Type::Text),
        ("position", Type::Int8),
    ],
};

static OFFERS: Target = Target {
    table: "market.offers",
    columns: &[
        ("from_position", Type::Int8),
        ("to_position", Type::Int8),
        ("market", Type::Text),
        ("offer", Type::Text),
        ("slug", Type::Text),
        ("number", Type::Int8),
        ("attribute", Type::Text),
        ("attribute_name", Type::Text),
        ("state", Type::Text),
        ("price_amount", Type::Int8),
        ("price_currency", Type::Text),
        ("fee_basis", Type::Text),
        ("seller_amount", Type::Int8),
        ("maker", Type::Text),
        ("quantity", Type::Int8),
        ("quantity_taken", Type::Int8),
        ("made_at_ms", Type::Int8),
        ("expires_at_ms", Type::Int8),
        ("seen_at_us", Type::Int8),
        ("link_url", Type::Text),
        ("price_position", Type::Int8),
        ("details_position", Type::Int8),
        ("end_position", Type::Int8),
        ("origin", Type::Text),
    ],
};

pub(super) async fn offers(connection: &mut PgConnection, touched: &Touched) -> Result<(), FoldFault> {
    let dirty: Vec<_> = touched
        .offers
        .iter()
        .filter(|(_, row)| row.dirty && row.lot.target.is_some())
        .map(|(key, row)| (key, &**row))
        .collect();
    if dirty.is_empty() {
        return Ok(());
    }
    let (market, offer): (Vec<String>, Vec<String>) =
        dirty.iter().map(|(key, _)| (key.0.as_str().to_owned(), key.1.as_str().to_owned())).unzip();
    sqlx::query!(
        "delete from market.offer_lots o using unnest($1::text[], $2::text[]) as u(market, offer)
         where o.market = u.market and o.offer = u.offer",
        &market,
        &offer
    )
    .execute(&mut *connection)
    .await?;
    copy(connection, &OFFER_LOTS, &dirty, write_offer).await?;
    end_versions(connection, touched).await?;
    begin_versions(connection, touched).await
}

fn write_offer(row: &mut Row<'_>, ((market, offer), held): &(&LotKey, &OfferRow)) {
    let target = held.lot.target.as_ref();
    row.text(market.as_str())
        .text(offer.as_str())
        .text(target.map_or("", |target| target.slug().as_str()))
        .int8(target.and_then(|target| target.gift()).map(|gift| i64::from(gift.number)))
        .text(held.lot.scope.as_ref().map(|scope| scope.0.as_str()))
        .bool(held.lot.open_price().is_some())
        .text(serde_json::to_string(&held.lot).unwrap_or_default().as_str())
        .int8(held.seen_us)
        .text(held.origin.as_ref().map(text).as_deref())
        .int8(held.position);
}

async fn end_versions(connection: &mut PgConnection, touched: &Touched) -> Result<(), FoldFault> {
    let ended = &touched.offer_versions.ended;
    if ended.is_empty() {
        return Ok(());
    }
    let market: Vec<String> = ended.keys().map(|key| key.0.as_str().to_owned()).collect();
    let offer: Vec<String> = ended.keys().map(|key| key.1.as_str().to_owned()).collect();
    let position: Vec<i64> = ended.values().copied().collect();
    sqlx::query!(
        "update market.offers o set to_position = u.position
         from unnest($1::text[], $2::text[], $3::bigint[]) as u(market, offer, position)
         where o.market = u.market and o.offer = u.offer and o.to_position is null",
        &market,
        &offer,
        &position
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn begin_versions(connection: &mut PgConnection, touched: &Touched) -> Result<(), FoldFault> {
    copy(connection, &OFFERS, &touched.offer_versions.begun, |row, (key, from, to, offer)| {
        let (target, terms) = (&offer.target, &offer.terms);
        let attribute = target.attribute();
        row.int8(*from)
            .int8(*to)
            .text(key.0.as_str())
            .text(key.1.as_str())
            .text(target.slug().as_str())
            .int8(target.gift().map(|gift| i64::from(gift.number)))
            .text(attribute.map(|(kind, _)| kind.as_str()))
            .text(attribute.map(|(_, name)| name))
            .text(offer.state)
            .int8(offer.price.amount)
            .text(offer.price.currency.code())
            .text(text(&offer.price.fee_basis).as_str())
            .int8(offer.seller_amount)
            .text(terms.maker.as_deref())
            .int8(terms.quantity.map(i64::from))
            .int8(terms.quantity_taken.map(i64::from))
            .int8(terms.made_at_ms)
            .int8(terms.expires_at_ms)
            .int8(offer.seen_at_us)
            .text(offer.link_url.as_deref())
            .int8(offer.price_position)
            .int8(offer.details_position)
            .int8(offer.end_position)
            .text(text(&offer.origin).as_str());
    })
    .await?;
    Ok(())
}
