//! Open listings.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Lot, LotDetails, LotState};
use sandbox::{
    Truth,
    truth::{TruthLot, TruthWay},
};
use store::witness::ListingWitness;

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

/// What is held of each lot that is open by this market's own words: its registers, and its price where a listing shows it, as the
/// word that leads or beside another.
async fn held(world: &World, truth: &Truth, what: &str) -> BTreeMap<String, OpenLot> {
    let rows: Vec<(String, String, i64, String)> =
        sqlx::query_as("select lot, slug, number, registers from market.lots where market = $1 and is_open")
            .bind(&truth.market)
            .fetch_all(world.pool())
            .await
            .expect("the lots");
    let shown = shown(world, truth, what).await;
    rows.into_iter()
        .map(|(lot, slug, number, registers)| {
            let registers: Lot = serde_json::from_str(&registers).expect("registers");
            let LotState::Open { listed_at_ms, .. } = registers.state() else {
                panic!("{what}: lot {lot} is open and is not")
            };
            let mut details = registers.details.map(|details| details.value).unwrap_or_default();
            // The link is made by us, not told by the wire.
            assert!(details.link_url.take().is_some(), "{what}: lot {lot} has no link");
            let gift = format!("{slug}-{number}");
            let (amount, currency) =
                shown.get(&lot).unwrap_or_else(|| panic!("{what}: no listing shows lot {lot}")).clone();
            (lot, OpenLot { gift, amount, currency, listed_at_ms, details })
        })
        .collect()
}

/// The price of each of this market's lots as the buyer pays it, by the one listing that shows it.
async fn shown(world: &World, truth: &Truth, what: &str) -> BTreeMap<String, (i64, String)> {
    let rows: Vec<(String, String, i64, String, Option<String>)> = sqlx::query_as(
        "select coalesce(source, market), coalesce(source_lot, lot), price_amount, price_currency, witnesses
         from market.listings where to_position is null",
    )
    .fetch_all(world.pool())
    .await
    .expect("the listings");
    let mut shown = BTreeMap::new();
    let mut show = |lot: String, price: (i64, String)| {
        assert!(shown.insert(lot.clone(), price).is_none(), "{what}: two listings show lot {lot}");
    };
    for (source, lot, amount, currency, witnesses) in rows {
        if source == truth.market {
            show(lot, (amount, currency));
        }
        for beside in ListingWitness::list(witnesses.as_deref()).expect("witnesses") {
            if let (true, Some(price)) = (beside.source.as_str() == truth.market, beside.price) {
                let amount = beside.amount.expect("an amount beside a price");
                show(beside.lot.to_string(), (amount, price.currency.code().to_owned()));
            }
        }
    }
    shown
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
