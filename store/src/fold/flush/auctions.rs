//! Auction versions: ends of stored ones, then the new ones.

use sqlx::PgConnection;

use super::{FoldFault, Touched};
use crate::{
    copy::{Target, Type, copy},
    log::text,
};

static AUCTIONS: Target = Target {
    table: "market.auctions",
    columns: &[
        ("from_position", Type::Int8),
        ("to_position", Type::Int8),
        ("market", Type::Text),
        ("lot", Type::Text),
        ("slug", Type::Text),
        ("number", Type::Int8),
        ("model", Type::Text),
        ("symbol", Type::Text),
        ("backdrop", Type::Text),
        ("state", Type::Text),
        ("price_amount", Type::Int8),
        ("price_currency", Type::Text),
        ("fee_basis", Type::Text),
        ("seller_amount", Type::Int8),
        ("has_bid", Type::Bool),
        ("bid_min_amount", Type::Int8),
        ("bid_max_amount", Type::Int8),
        ("bid_amount", Type::Int8),
        ("bidder", Type::Text),
        ("bid_at_ms", Type::Int8),
        ("ends_at_ms", Type::Int8),
        ("seen_at_us", Type::Int8),
        ("owner", Type::Text),
        ("link_url", Type::Text),
        ("image_url", Type::Text),
        ("price_position", Type::Int8),
        ("terms_position", Type::Int8),
        ("end_position", Type::Int8),
        ("origin", Type::Text),
    ],
};

pub(super) async fn auctions(connection: &mut PgConnection, touched: &Touched) -> Result<(), FoldFault> {
    let ended = &touched.auctions.ended;
    if !ended.is_empty() {
        let market: Vec<String> = ended.keys().map(|key| key.0.as_str().to_owned()).collect();
        let lot: Vec<String> = ended.keys().map(|key| key.1.as_str().to_owned()).collect();
        let position: Vec<i64> = ended.values().copied().collect();
        sqlx::query!(
            "update market.auctions a set to_position = u.position
             from unnest($1::text[], $2::text[], $3::bigint[]) as u(market, lot, position)
             where a.market = u.market and a.lot = u.lot and a.to_position is null",
            &market,
            &lot,
            &position
        )
        .execute(&mut *connection)
        .await?;
    }
    copy(connection, &AUCTIONS, &touched.auctions.begun, |row, (key, from, to, auction)| {
        let bid = auction.bid.as_ref();
        row.int8(*from)
            .int8(*to)
            .text(key.0.as_str())
            .text(key.1.as_str())
            .text(auction.gift.slug.as_str())
            .int8(i64::from(auction.gift.number))
            .text(auction.model.as_deref())
            .text(auction.symbol.as_deref())
            .text(auction.backdrop.as_deref())
            .text(auction.state)
            .int8(auction.price.amount)
            .text(auction.price.currency.code())
            .text(text(&auction.price.fee_basis).as_str())
            .int8(auction.seller_amount)
            .bool(auction.has_bid)
            .int8(auction.bid_min_amount)
            .int8(auction.bid_max_amount)
            .int8(bid.map(|bid| bid.amount))
            .text(bid.and_then(|bid| bid.bidder.as_deref()))
            .int8(bid.and_then(|bid| bid.at_ms))
            .int8(auction.ends_at_ms)
            .int8(auction.seen_at_us)
            .text(auction.owner.as_deref())
            .text(auction.link_url.as_deref())
            .text(auction.image_url.as_deref())
            .int8(auction.price_position)
            .int8(auction.terms_position)
            .int8(auction.end_position)
            .text(text(&auction.origin).as_str());
    })
    .await?;
    Ok(())
}
