//! One thing once: what several sources show or tell is one row, and counts, floors and volume have it once.

use std::collections::{BTreeMap, BTreeSet};

use graphql::ApiOptions;
use sandbox::{
    FaultOrder, Truth, TruthQuery,
    truth::{TruthWay, TruthWhat},
};

use super::happenings::told_sales;
use crate::{graphql::api::api_on, store_log::state_rows, world::World};

pub(super) async fn compare(world: &World, when: &str) {
    let truths: BTreeMap<String, Truth> = world
        .markets
        .iter()
        .map(|market| {
            ((*market).to_owned(), world.sandbox.truth(market, &TruthQuery::default()).expect("the truth"))
        })
        .collect();
    listings(world, &truths, when).await;
    sales(world, &truths, when).await;
    state(world, when).await;
}

/// The listings as the world has them: each market's own, and what one shows of another's not again.
fn own_listings(truths: &BTreeMap<String, Truth>) -> BTreeSet<(String, String)> {
    truths
        .iter()
        .flat_map(|(market, truth)| truth.lots.iter().map(move |lot| (market, lot)))
        .filter(|(_, lot)| lot.way == TruthWay::Fixed)
        .map(|(market, lot)| (market.clone(), lot.gift.to_string()))
        .collect()
}

/// Gifts for sale at a fixed price that more than one source shows: a gift has one place, so it is the same listing.
fn shown_by_several(truths: &BTreeMap<String, Truth>) -> BTreeSet<String> {
    let mut tellers: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (market, truth) in truths {
        for lot in truth.lots.iter().filter(|lot| lot.way != TruthWay::Auction) {
            tellers.entry(lot.gift.to_string()).or_default().insert(market);
        }
    }
    tellers.into_iter().filter(|(_, markets)| markets.len() > 1).map(|(gift, _)| gift).collect()
}

async fn listings(world: &World, truths: &BTreeMap<String, Truth>, when: &str) {
    let rows: Vec<(String, String, i64, Option<String>)> = sqlx::query_as(
        "select market, slug, number, witnesses from market.listings where to_position is null",
    )
    .fetch_all(world.pool())
    .await
    .expect("the listings");
    let held: BTreeSet<(String, String)> =
        rows.iter().map(|(market, slug, number, _)| (market.clone(), format!("{slug}-{number}"))).collect();
    assert_eq!(held.len(), rows.len(), "{when}: a listing stands twice");
    assert_eq!(held, own_listings(truths), "{when}: the listings");
    let seen_by_several: BTreeSet<String> = rows
        .iter()
        .filter(|(.., witnesses)| witnesses.is_some())
        .map(|(_, slug, number, _)| format!("{slug}-{number}"))
        .collect();
    assert_eq!(
        seen_by_several,
        shown_by_several(truths),
        "{when}: what several sources show has its witnesses"
    );
    let elsewhere = truths["getgems"].lots.iter().filter(|lot| lot.way == TruthWay::Elsewhere).count();
    assert!(elsewhere > 5, "{when}: {elsewhere} prove little");
    let floors: Option<i64> = sqlx::query_scalar(
        "select sum(listings)::bigint from market.floors where to_position is null and kind = 'collection' and market = ''",
    )
    .fetch_one(world.pool())
    .await
    .expect("the floors");
    if let Some(counted) = floors {
        let rows = i64::try_from(rows.len()).expect("a count");
        assert!(counted <= rows, "{when}: floors count {counted} of {rows} listings");
    }
    let api = api_on(world.pool().clone(), ApiOptions::default()).await;
    let data = api
        .ask("{ listings(first: 1) { totalCount nodes { disagreement } } markets { id listingsCount } }")
        .await;
    assert_eq!(data["listings"]["totalCount"], rows.len(), "{when}: {data}");
    let of_markets: i64 = data["markets"]
        .as_array()
        .expect("markets")
        .iter()
        .filter_map(|one| one["listingsCount"].as_i64())
        .sum();
    assert_eq!(usize::try_from(of_markets).ok(), Some(rows.len()), "{when}: {data}");
}

/// Every sale once: as many, and as much, as happened.
async fn sales(world: &World, truths: &BTreeMap<String, Truth>, when: &str) {
    let mut told = BTreeMap::new();
    for (market, truth) in truths {
        let withheld: BTreeSet<i64> =
            truth.happenings.iter().filter(|one| one.withheld).map(|one| one.at_us).collect();
        for happening in truth.happenings.iter().filter(|one| !withheld.contains(&one.at_us)) {
            let TruthWhat::Sold { price, .. } = &happening.what else { continue };
            // Fragment's wire tells seconds; the same sale at GetGems has milliseconds.
            let second = happening.at_us.div_euclid(1_000_000);
            told.insert((happening.gift.to_string(), second, price.amount), market.clone());
        }
    }
    let rows: Vec<(String, i64, i64, i64)> = sqlx::query_as(
        "select slug, number, sold_at_us, price_amount from market.sales where to_position is null",
    )
    .fetch_all(world.pool())
    .await
    .expect("the sales");
    let held: BTreeSet<(String, i64, i64)> = rows
        .iter()
        .map(|(slug, number, at_us, amount)| {
            (format!("{slug}-{number}"), at_us.div_euclid(1_000_000), *amount)
        })
        .collect();
    assert_eq!(held.len(), rows.len(), "{when}: a sale stands twice");
    let missing: Vec<_> = told.keys().filter(|sale| !held.contains(*sale)).collect();
    assert!(missing.is_empty(), "{when}: sales that are not held: {missing:?}");
    let of_fragment = told_sales(world, "fragment").await.len();
    let joined: i64 = sqlx::query_scalar(
        "select count(*) from market.sales where to_position is null and market = 'fragment' and tellings is not null",
    )
    .fetch_one(world.pool())
    .await
    .expect("a count");
    assert!(joined > 5, "{when}: {joined} of {of_fragment} sales of Fragment are told by GetGems too");
}

/// The state folded again is the same, whose word leads included.
async fn state(world: &World, when: &str) {
    let before = store::state::hash(world.pool()).await.expect("the state");
    let rows = state_rows(world.pool()).await;
    store::state::rebuild(world.pool(), pricing::FeeTable::bundled(), |_, _| {}).await.expect("a rebuild");
    assert_eq!(store::state::hash(world.pool()).await.expect("the state"), before, "{when}: folded again");
    let again = state_rows(world.pool()).await;
    assert_eq!(differences(&rows, &again), Vec::<String>::new(), "{when}: folded again, row by row");
}

/// The first rows that only one of two states has.
pub(crate) fn differences(before: &[String], after: &[String]) -> Vec<String> {
    let (old, new): (BTreeSet<&String>, BTreeSet<&String>) =
        (before.iter().collect(), after.iter().collect());
    let lost = old.difference(&new).map(|row| format!("- {row}"));
    let come = new.difference(&old).map(|row| format!("+ {row}"));
    lost.take(4).chain(come.take(4)).collect()
}

/// GetGems tells every price a tenth too high. Fragment's own word leads for what is Fragment's, who says otherwise is shown, and nothing is
/// counted twice or averaged.
#[tokio::test(flavor = "multi_thread")]
async fn a_poisoned_source_is_outvoted_and_shown() {
    let world = World::open(7, 400).await;
    let order = FaultOrder {
        market: Some("getgems".into()),
        endpoint: None,
        mix: "poisoned".into(),
        seed: 7,
        times: None,
    };
    world.sandbox.order_faults(order).expect("a known fault");
    let mut gathering = world.gather();
    gathering.filled().await;
    world.sandbox.pause();
    world.scanned_anew().await;
    let truth = world.sandbox.truth("fragment", &TruthQuery::default()).expect("the truth");
    let rows: Vec<(String, i64, i64, Option<String>)> = sqlx::query_as(
        "select slug, number, price_amount, source from market.listings where to_position is null and market = 'fragment'",
    )
    .fetch_all(world.pool())
    .await
    .expect("the listings");
    let held: BTreeMap<String, i64> =
        rows.iter().map(|(slug, number, amount, _)| (format!("{slug}-{number}"), *amount)).collect();
    assert_eq!(held.len(), rows.len(), "each once");
    let fixed = truth.lots.iter().filter(|lot| lot.way != TruthWay::Auction);
    let told: BTreeMap<String, i64> = fixed.map(|lot| (lot.gift.to_string(), lot.price.amount)).collect();
    assert_eq!(held, told, "Fragment's own prices");
    let api = api_on(world.pool().clone(), ApiOptions::default()).await;
    let data = api
        .ask("{ listings(first: 100, filter: {markets: [\"fragment\"]}) { nodes { source { id } disagreement witnesses { source { id } leads } } } }")
        .await;
    let nodes = data["listings"]["nodes"].as_array().expect("nodes");
    let disputed = nodes
        .iter()
        .filter(|node| node["disagreement"].as_str().is_some_and(|text| text.contains("GetGems says")))
        .count();
    assert!(disputed > 5, "{disputed} of {}: {data:#}", nodes.len());
    let leads = |node: &serde_json::Value| node["source"]["id"].as_str().map(str::to_owned);
    assert!(
        nodes.iter().all(|node| leads(node).is_some_and(|id| id == "fragment" || id == "toncenter")),
        "{data:#}"
    );
    let twice: Vec<(String, i64, i64)> = sqlx::query_as(
        "select slug, number, sold_at_us / 1000000 from market.sales where to_position is null group by 1, 2, 3 having count(*) > 1",
    )
    .fetch_all(world.pool())
    .await
    .expect("the sales");
    assert!(twice.is_empty(), "sold twice in one second: {twice:?}");
    gathering.end().await;
}
