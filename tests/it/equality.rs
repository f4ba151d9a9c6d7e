//! What Ribbon holds is what the markets' wires disclosed: under every mix of faults, once the faults end, the world rests, and one full
//! scan has completed. What a wire does not disclose is null.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use domain::{Lot, LotDetails};
use sandbox::{
    FaultOrder, MIXES, Truth, TruthQuery,
    truth::{TruthLot, TruthWay, TruthWhat},
};

use crate::world::{World, until};

/// How long traders act under faults.
const UNREST: Duration = Duration::from_millis(2_500);
/// A mix that gave out fewer faults proves little.
const FAULTS_LEAST: u64 = 12;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_wrong_without_faults() {
    equal_after("none", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_after_every_mix_of_faults() {
    let usual = 1;
    let mut seeds = harness::long::seeds("equality", usual);
    while let Some(seed) = seeds.next() {
        for mix in MIXES {
            println!("seed {seed}, mix {}", mix.name);
            equal_after(mix.name, seed).await;
        }
        seeds.done(seed);
    }
}

async fn equal_after(mix: &str, seed: u64) {
    let gifts = u32::try_from(harness::long::count("GIFTS", 400)).expect("a number of gifts");
    let world = World::open(seed, gifts).await;
    let mut gathering = world.gather();
    if mix == "none" {
        gathering.filled().await;
    } else {
        let order = FaultOrder { market: None, endpoint: None, mix: mix.into(), seed, times: None };
        world.sandbox.order_faults(order).expect("a known mix");
    }
    tokio::time::sleep(UNREST).await;
    if mix != "none" {
        let given = || world.sandbox.fault_counts().iter().map(|count| count.count).sum::<u64>();
        until(Duration::from_secs(40), "enough faults", || async { given() >= FAULTS_LEAST }).await;
    }
    world.sandbox.pause();
    world.sandbox.end_faults();
    world.scanned_anew().await;
    compare(&world, &format!("after {mix}, seed {seed}")).await;
    let quarantined: Option<i64> =
        sqlx::query_scalar("select count(*) from market.quarantines where to_position is null")
            .fetch_one(world.pool())
            .await
            .expect("the quarantines");
    assert_eq!(quarantined, Some(0), "{mix}: every market has left quarantine");
    gathering.end().await;
}

/// Compares everything that each market's wire disclosed with what the database holds.
pub(crate) async fn compare(world: &World, when: &str) {
    for market in &world.markets {
        let truth = world.sandbox.truth(market, &TruthQuery::default()).expect("the truth");
        let what = format!("{market} {when}");
        compare_lots(world, &truth, &what).await;
        compare_sales(world, &truth, &what).await;
        compare_catalog(world, &truth, &what).await;
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct OpenLot {
    gift: String,
    amount: i64,
    currency: String,
    details: LotDetails,
}

async fn compare_lots(world: &World, truth: &Truth, what: &str) {
    let rows: Vec<(String, String, i64, String, i64, String)> = sqlx::query_as(
        "select l.lot, l.slug, l.number, l.registers, v.price_amount, v.price_currency
         from market.lots l join market.listings v on v.market = l.market and v.lot = l.lot and v.to_position is null
         where l.market = $1",
    )
    .bind(&truth.market)
    .fetch_all(world.pool())
    .await
    .expect("the lots");
    let held: BTreeMap<String, OpenLot> = rows
        .into_iter()
        .map(|(lot, slug, number, registers, amount, currency)| {
            let registers: Lot = serde_json::from_str(&registers).expect("registers");
            let mut details = registers.details.map(|details| details.value).unwrap_or_default();
            // The link is made by us, not told by the wire.
            assert!(details.link_url.take().is_some(), "{what}: lot {lot} has no link");
            (lot, OpenLot { gift: format!("{slug}-{number}"), amount, currency, details })
        })
        .collect();
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
    for (lot, told) in &told {
        let mut held = held[lot].clone();
        // A picture that the wire names by a key becomes an address at the market's own host; there is nothing on the wire to compare it with.
        if told.details.image_url.is_none() {
            held.details.image_url = None;
        }
        assert_eq!(&held, told, "{what}: lot {lot}");
    }
}

fn open(lot: &TruthLot) -> OpenLot {
    OpenLot {
        gift: lot.gift.to_string(),
        amount: lot.price.amount,
        currency: lot.price.currency.code().to_owned(),
        details: lot.details.clone(),
    }
}

async fn compare_sales(world: &World, truth: &Truth, what: &str) {
    let rows: Vec<(String, i64, i64, Option<String>, Option<String>)> = sqlx::query_as(
        "select lot, sold_at_us, price_amount, seller, buyer from market.sales where market = $1",
    )
    .bind(&truth.market)
    .fetch_all(world.pool())
    .await
    .expect("the sales");
    let count = rows.len();
    let held: BTreeSet<_> = rows.into_iter().collect();
    assert_eq!(count, held.len(), "{what}: a sale stands twice");
    let mut told = BTreeSet::new();
    let mut withheld = BTreeSet::new();
    for happening in &truth.happenings {
        let TruthWhat::Sold { price, seller, buyer, .. } = &happening.what else { continue };
        let sale = (happening.lot.to_string(), happening.at_us, price.amount, seller.clone(), buyer.clone());
        if happening.withheld {
            withheld.insert(sale)
        } else {
            told.insert(sale)
        };
    }
    let missing: Vec<_> = told.difference(&held).collect();
    let invented: Vec<_> =
        held.iter().filter(|sale| !told.contains(*sale) && !withheld.contains(*sale)).collect();
    assert!(invented.is_empty(), "{what}: sales that nobody told: {invented:?}");
    assert!(
        missing.is_empty(),
        "{what}: of {} sales, {} are missing: {missing:?}",
        told.len(),
        missing.len()
    );
}

async fn compare_catalog(world: &World, truth: &Truth, what: &str) {
    let rows: Vec<(String, String, Option<String>)> =
        sqlx::query_as("select slug, title, address from market.collections")
            .fetch_all(world.pool())
            .await
            .expect("collections");
    let held: BTreeMap<_, _> =
        rows.into_iter().map(|(slug, title, address)| (slug, (title, address))).collect();
    for told in &truth.collections {
        let (_, address) = held
            .get(told.slug.as_str())
            .unwrap_or_else(|| panic!("{what}: collection {} is missing", told.slug));
        if told.address.is_some() {
            assert_eq!(address, &told.address, "{what}: {}", told.slug);
        }
    }
    let rows: Vec<(String, String, String, Option<i64>)> =
        sqlx::query_as("select slug, kind, name, per_mille from market.attributes")
            .fetch_all(world.pool())
            .await
            .expect("attributes");
    let held: BTreeSet<_> = rows.into_iter().collect();
    for told in &truth.attributes {
        let domain::Rarity::PerMille(rarity) = told.rarity else { continue };
        let row = (
            told.slug.to_string(),
            told.kind.as_str().to_owned(),
            told.name.clone(),
            Some(i64::from(rarity)),
        );
        assert!(held.contains(&row), "{what}: attribute {row:?} is missing");
    }
}
