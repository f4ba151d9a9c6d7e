//! Auctions and offers: what the wires say of those that stand is what the database holds, and a won auction is one sale.

use std::collections::BTreeMap;

use domain::{Deal, Lot, LotDetails};
use sandbox::{Truth, truth::TruthWay};

use crate::world::World;

/// What stands, by its id: about what, for how much, and what its page says besides.
type Standing = BTreeMap<String, (String, i64, String, LotDetails)>;

pub(super) async fn compare(world: &World, truth: &Truth, what: &str) {
    let told: Standing = truth
        .lots
        .iter()
        .filter(|lot| lot.way == TruthWay::Auction)
        .map(|lot| {
            let currency = lot.price.currency.code().to_owned();
            (lot.lot.to_string(), (lot.gift.to_string(), lot.price.amount, currency, lot.details.clone()))
        })
        .collect();
    assert_same(&auctions(world, truth).await, &told, &format!("{what}, auctions"));
    let told: Standing = truth
        .offers
        .iter()
        .map(|offer| {
            let target = serde_json::to_string(&offer.target).expect("a target");
            let currency = offer.price.currency.code().to_owned();
            (offer.offer.to_string(), (target, offer.price.amount, currency, offer.details.clone()))
        })
        .collect();
    assert_same(&offers(world, truth).await, &told, &format!("{what}, offers"));
    compare_winners(world, truth, what).await;
}

fn assert_same(held: &Standing, told: &Standing, what: &str) {
    let missing: Vec<_> = told.keys().filter(|id| !held.contains_key(*id)).collect();
    let extra: Vec<_> = held.keys().filter(|id| !told.contains_key(*id)).collect();
    assert!(missing.is_empty() && extra.is_empty(), "{what}: missing {missing:?}, extra {extra:?}");
    for (id, told) in told {
        assert_eq!(&held[id], told, "{what}: {id}");
    }
}

async fn auctions(world: &World, truth: &Truth) -> Standing {
    let rows: Vec<(String, String, i64, i64, String, String)> = sqlx::query_as(
        "select a.lot, a.slug, a.number, a.price_amount, a.price_currency, l.registers
         from market.auctions a join market.lots l on l.market = a.market and l.lot = a.lot
         where a.market = $1 and a.to_position is null and a.state = 'open'",
    )
    .bind(&truth.market)
    .fetch_all(world.pool())
    .await
    .expect("the auctions");
    rows.into_iter()
        .map(|(lot, slug, number, amount, currency, registers)| {
            let registers: Lot = serde_json::from_str(&registers).expect("registers");
            assert!(registers.standing(Deal::Auction).open_price().is_some(), "{lot}");
            let told = registers.auction.and_then(|auction| auction.told).expect("an auction has terms");
            let details = LotDetails { link_url: None, ..told.value };
            (lot, (format!("{slug}-{number}"), amount, currency, details))
        })
        .collect()
}

async fn offers(world: &World, truth: &Truth) -> Standing {
    let rows: Vec<(String, i64, String, String)> = sqlx::query_as(
        "select o.offer, o.price_amount, o.price_currency, l.registers
         from market.offers o join market.offer_lots l on l.market = o.market and l.offer = o.offer
         where o.market = $1 and o.to_position is null and o.state = 'open'",
    )
    .bind(&truth.market)
    .fetch_all(world.pool())
    .await
    .expect("the offers");
    rows.into_iter()
        .map(|(offer, amount, currency, registers)| {
            let registers: Lot = serde_json::from_str(&registers).expect("registers");
            let target = registers.target.as_ref().expect("an offer is for something");
            let target = serde_json::to_string(target).expect("a target");
            (offer, (target, amount, currency, registers.details.map(|told| told.value).unwrap_or_default()))
        })
        .collect()
}

/// Each won auction names the sale that ended it, and that sale stands once.
async fn compare_winners(world: &World, truth: &Truth, what: &str) {
    let orphans: Vec<(String, Option<i64>)> = sqlx::query_as(
        "select a.lot, a.end_position from market.auctions a
         left join market.sales s on s.to_position is null and s.slug = a.slug and s.number = a.number
              and (s.position = a.end_position or exists (
                  select from jsonb_array_elements(s.tellings::jsonb) as t
                  where (t -> 'telling' ->> 'position')::bigint = a.end_position))
         where a.market = $1 and a.to_position is null and a.state = 'won' and s.position is null",
    )
    .bind(&truth.market)
    .fetch_all(world.pool())
    .await
    .expect("the auctions");
    assert!(orphans.is_empty(), "{what}: auctions won without their sale: {orphans:?}");
}
