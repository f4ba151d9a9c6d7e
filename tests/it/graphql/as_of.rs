//! Time travel: at every position the API says what a fold of the log up to there says.

use std::collections::{BTreeMap, BTreeSet};

use domain::{GiftId, LoggedEvent, Lot, LotId, MarketId, holding::Holding};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

use super::{
    api::{Api, api},
    scene::{offered, on, price, told},
};
use crate::facts::{delisted, happened, repriced, sold};

/// A random event about one of few gifts, so that much happens to each.
fn event(random: &mut StdRng, at_s: i64) -> domain::Event {
    let of = format!("plushpepe-{}", random.random_range(1..6));
    let market = ["getgems", "mrkt"][random.random_range(0..2)];
    let owner = ["alice", "bob", "carol"][random.random_range(0..3)];
    // Some are late: their time is before what is known.
    let at_s = at_s - random.random_range(0..4);
    on(
        market,
        match random.random_range(0..7) {
            0 | 1 => offered(&of, at_s, price(random.random_range(1..9), "TON")),
            2 => repriced(&of, at_s, random.random_range(1..9)),
            3 => delisted(&of, at_s),
            4 => sold(&of, at_s, random.random_range(1..9), owner),
            5 => happened(&of, at_s, domain::Fact::GiftTransferred { from: None, to: Some(owner.into()) }),
            _ => {
                let custody = [domain::Custody::Market, domain::Custody::Chain][random.random_range(0..2)];
                told(&of, at_s, ("Cozy", Some(15)), "Pine Green", owner, custody)
            }
        },
    )
}

/// What the log up to a position says, by the domain's own fold.
#[derive(Default)]
struct Model {
    lots: BTreeMap<(MarketId, LotId), (GiftId, Lot)>,
    gifts: BTreeMap<GiftId, Holding>,
}

impl Model {
    fn apply(&mut self, logged: &LoggedEvent) {
        let Some(gift) = &logged.event.gift else { return };
        if let Some((lot, _)) = logged.event.fact.lot() {
            let key = (logged.event.market.clone(), lot.clone());
            self.lots
                .entry(key)
                .or_insert_with(|| (gift.clone(), Lot::default()))
                .1
                .apply(logged.position, &logged.event);
        }
        self.gifts.entry(gift.clone()).or_default().apply(logged.position, &logged.event);
    }

    fn listings(&self) -> BTreeSet<String> {
        let open = self.lots.iter().filter_map(|((market, lot), (gift, state))| {
            state.open_price().map(|price| format!("{market} {lot} {gift} {}", price.amount))
        });
        open.collect()
    }

    fn gifts(&self) -> BTreeMap<String, (Value, Value, Value)> {
        let text = |value: Option<String>| value.map_or(Value::Null, Value::from);
        self.gifts
            .iter()
            .map(|(gift, holding)| {
                let owner = holding.owner.as_ref().map(|owner| owner.value.clone());
                let custody = holding.place.as_ref().map(|place| place.value.custody.as_str().to_uppercase());
                let model = holding.model.as_ref().map(|model| model.value.name.clone());
                (format!("gift_{gift}"), (text(owner), text(custody), text(model)))
            })
            .collect()
    }

    fn floor(&self) -> Option<i64> {
        self.lots.values().filter_map(|(_, lot)| lot.open_price().map(|price| price.amount)).min()
    }
}

async fn compare(api: &Api, model: &Model, position: i64) {
    let data = api
        .ask_with(
            r#"query($p: Position!) {
                listings(first: 100, asOf: $p) { totalCount asOf { position } nodes { market { id } lot gift { slug number } price { amount } event { price { amount } } } }
                gifts(first: 100, asOf: $p) { nodes { id owner { name } custody { kind } model { name } } }
                floors(asOf: $p, filter: {bestOnly: true}) { nodes { price { amount } } }
                ofAlice: gifts(first: 100, asOf: $p, filter: {owner: "alice"}) { nodes { id } }
            }"#,
            json!({ "p": position }),
        )
        .await;
    assert_eq!(data["listings"]["asOf"]["position"], position.to_string());
    let nodes = data["listings"]["nodes"].as_array().expect("nodes");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let listings: BTreeSet<String> = nodes
        .iter()
        .map(|node| {
            assert_eq!(node["event"]["price"], node["price"], "the ask's event tells the same price");
            let gift = &node["gift"];
            format!(
                "{} {} {}-{} {}",
                text(&node["market"]["id"]),
                text(&node["lot"]),
                text(&gift["slug"]),
                gift["number"],
                text(&node["price"]["amount"])
            )
        })
        .collect();
    assert_eq!(listings, model.listings(), "listings at {position}");
    assert_eq!(data["listings"]["totalCount"], json!(listings.len()));
    let gifts: BTreeMap<String, (Value, Value, Value)> = data["gifts"]["nodes"]
        .as_array()
        .expect("nodes")
        .iter()
        .map(|node| {
            (
                text(&node["id"]),
                (
                    node["owner"]["name"].clone(),
                    node["custody"]["kind"].clone(),
                    node["model"]["name"].clone(),
                ),
            )
        })
        .collect();
    assert_eq!(gifts, model.gifts(), "gifts at {position}");
    let alice: BTreeSet<String> = super::api::texts(&data["ofAlice"]["nodes"], "/id").into_iter().collect();
    let of_alice =
        gifts.iter().filter(|(_, (owner, _, _))| owner == "alice").map(|(id, _)| id.clone()).collect();
    assert_eq!(alice, of_alice, "alice's gifts at {position}");
    let floor = data["floors"]["nodes"]
        .pointer("/0/price/amount")
        .and_then(Value::as_str)
        .map(|text| text.parse::<i64>().expect("an amount"));
    assert_eq!(floor, model.floor(), "floor at {position}");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_every_position_the_answer_is_the_fold_of_the_log() {
    let api = api().await;
    let mut random = StdRng::seed_from_u64(11);
    let (mut at_s, mut head) = (1_000, 0);
    while head < 120 {
        let size = random.random_range(1..6);
        let events = (0..size)
            .map(|_| {
                at_s += 1;
                event(&mut random, at_s)
            })
            .collect();
        head = api.log(events).await;
    }
    let log = store::log::events_after(&api.pool, 0, 1_000).await.expect("the log");
    let mut model = Model::default();
    compare(&api, &model, 0).await;
    for logged in &log {
        model.apply(logged);
        compare(&api, &model, logged.position).await;
    }
    let (status, error) =
        api.refusal(&json!({"query": format!("{{ listings(asOf: {}) {{ totalCount }} }}", head + 1)})).await;
    assert_eq!((status, &error["extensions"]["code"]), (200, &json!("UNKNOWN_POSITION")));
    let (status, error) = api.refusal(&json!({"query": "{ listings(asOf: -1) { totalCount } }"})).await;
    assert_eq!((status, &error["extensions"]["code"]), (200, &json!("BAD_INPUT")));
}
