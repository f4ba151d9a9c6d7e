//! Open listings.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Lot, LotDetails};
use sandbox::{
    Truth,
    truth::{TruthLot, TruthWay},
};

use crate::world::World;

#[derive(Debug, Clone, PartialEq, Eq)]
struct OpenLot {
    gift: String,
    amount: i64,
    currency: String,
    /// In milliseconds, which is all that a listing keeps.
    listed_at_ms: Option<i64>,
    details: LotDetails,
}

pub(super) async fn compare(world: &World, truth: &Truth, what: &str) {
    let held = held(world, truth, what).await;
    let told: BTreeMap<String, OpenLot> = truth
        .lots
        .iter()
        .filter(|lot| lot.way != TruthWay::Auction)
        .map(|lot| (lot.lot.to_string(), open(lot)))
        .collect();
    let missing: Vec<_> = told.keys().filter(|lot| !held.contains_key(*lot)).collect();
    let extra: Vec<_> = held.keys().filter(|lot| !told.contains_key(*lot)).collect();
    assert!(
        missing.is_empty() && extra.is_empty(),
        "{what}: of {} lots missing {missing:?}, extra {extra:?}",
        told.len()
    );
    assert!(told.len() > 20, "{what}: {} lots prove little", told.len());
    let withheld: BTreeSet<String> = truth
        .happenings
        .iter()
        .filter(|happening| happening.withheld)
        .map(|happening| happening.lot.to_string())
        .collect();
    let missed: Vec<String> = sqlx::query_scalar(
        "select fact::jsonb ->> 'lot' from market.events where market = $1 and kind = 'delisted' and cause = 'absence'",
    )
    .bind(&truth.market)
    .fetch_all(world.pool())
    .await
    .expect("the events");
    for (lot, told) in &told {
        let mut held = held[lot].clone();
        // A picture that the wire names by a key becomes an address at the market's own host; there is nothing on the wire to compare it with.
        if told.details.image_url.is_none() {
            held.details.image_url = None;
        }
        // When it was put up stands in the history alone, and is not said of a lot that a scan has missed since: it may be another listing.
        if withheld.contains(lot) || held.listed_at_ms.is_none() && missed.contains(lot) {
            held.listed_at_ms = told.listed_at_ms;
        }
        assert_eq!(&held, told, "{what}: lot {lot}");
    }
}

async fn held(world: &World, truth: &Truth, what: &str) -> BTreeMap<String, OpenLot> {
    let rows: Vec<(String, String, i64, String, i64, String, Option<i64>)> = sqlx::query_as(
        "select l.lot, l.slug, l.number, l.registers, v.price_amount, v.price_currency, v.listed_at_us
         from market.lots l join market.listings v on v.market = l.market and v.lot = l.lot and v.to_position is null
         where l.market = $1",
    )
    .bind(&truth.market)
    .fetch_all(world.pool())
    .await
    .expect("the lots");
    rows.into_iter()
        .map(|(lot, slug, number, registers, amount, currency, listed_at_us)| {
            let registers: Lot = serde_json::from_str(&registers).expect("registers");
            let mut details = registers.details.map(|details| details.value).unwrap_or_default();
            // The link is made by us, not told by the wire.
            assert!(details.link_url.take().is_some(), "{what}: lot {lot} has no link");
            let gift = format!("{slug}-{number}");
            let listed_at_ms = listed_at_us.map(domain::time::ms_from_us);
            (lot, OpenLot { gift, amount, currency, listed_at_ms, details })
        })
        .collect()
}

fn open(lot: &TruthLot) -> OpenLot {
    OpenLot {
        gift: lot.gift.to_string(),
        amount: lot.price.amount,
        currency: lot.price.currency.code().to_owned(),
        listed_at_ms: lot.listed_at_us.map(domain::time::ms_from_us),
        details: lot.details.clone(),
    }
}
