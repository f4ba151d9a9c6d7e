//! The wire from outside: real requests over a socket.

use std::collections::{BTreeMap, BTreeSet};

use domain::decimal::units_rounded_from_decimal;
use serde_json::{Value, json};

use super::ask;
use crate::{
    FaultOrder, Running, SandboxOptions, TruthQuery,
    shape::differences,
    telegram::User,
    testing::{Answer, open, options, send},
    truth::{Truth, TruthWhat},
};

const BEAR: &str = include_str!("../../fixtures/tonnel/pageGifts-toybear-35531.json");
const PREMARKET: &str = include_str!("../../fixtures/tonnel/premarket-cheapest-by-gift-2025-10-13.json");

async fn send_from(running: &Running, origin: &str, path: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json"), ("origin", origin)];
    let target = format!("/tonnel{path}");
    send(running.address(), "POST", &target, &headers, &body.to_string()).await.expect("an answer")
}

async fn ask_for(running: &Running, path: &str, body: &Value) -> Answer {
    send_from(running, "https://market.tonnel.network", path, body).await
}

fn signature(running: &Running) -> String {
    let user = User { id: 42, first_name: "Reader".into(), username: None };
    running.init_data("tonnel", &user).unwrap()
}

/// The body of the site itself, with these conditions too.
fn on_sale(more: Value, page: usize) -> Value {
    let mut filter = json!({
        "price": {"$exists": true}, "refunded": {"$ne": true}, "buyer": {"$exists": false}, "export_at": {"$exists": true},
        "asset": "TON",
    });
    filter.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({
        "page": page, "limit": 30, "sort": r#"{"price":1,"gift_id":-1}"#, "filter": filter.to_string(), "ref": 0,
        "price_range": null, "user_auth": "",
    })
}

async fn listings(running: &Running, body: &Value) -> Vec<Value> {
    let answer = ask_for(running, "/api/pageGifts", body).await;
    assert_eq!(answer.status, 200, "{body}: {}", answer.text());
    answer.json().as_array().expect("a list").clone()
}

fn history(running: &Running, filter: Value, page: usize) -> Value {
    json!({
        "authData": signature(running), "page": page, "limit": 50, "type": "ALL", "filter": filter,
        "sort": {"timestamp": -1, "gift_id": -1},
    })
}

async fn sales(running: &Running, body: &Value) -> Vec<Value> {
    let answer = ask_for(running, "/api/saleHistory", body).await;
    assert_eq!(answer.status, 200, "{body}: {}", answer.text());
    answer.json().as_array().unwrap_or_else(|| panic!("{}", answer.text())).clone()
}

fn truth(running: &Running) -> Truth {
    running.truth("tonnel", &TruthQuery::default()).expect("Tonnel trades gifts")
}

/// A whole price is written without a point, as no recorded one is.
fn is_whole_price(line: &str) -> bool {
    line.starts_with("/*/price was") && line.ends_with("(Some(Integer))")
}

#[tokio::test]
async fn listings_are_as_recorded() {
    let running = open(options(1)).await;
    let recorded: Value = serde_json::from_str(BEAR).unwrap();
    let page = listings(&running, &on_sale(json!({}), 1)).await;
    assert_eq!(page.len(), 30);
    let found = differences(&recorded, &json!(page), &[]);
    assert!(found.iter().all(|line| is_whole_price(line)), "{found:#?}");
    // The pre-market's elements have the same fields and three more; those of a plain listing are all ours.
    let premarket: Value = serde_json::from_str(PREMARKET).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    for element in premarket.as_object().unwrap().values() {
        let more = &keys(&element["gift_data"]) - &keys(&page[0]);
        assert_eq!(more.into_iter().collect::<Vec<_>>(), ["premarket", "premarketData", "premarketStage"]);
    }
    let id = page[0]["gift_id"].as_i64().unwrap();
    let path = format!("/api/giftData/{id}");
    let mut one = ask_for(&running, &path, &json!({ "authData": signature(&running) })).await.json();
    assert_eq!(one.get("gift_id"), None);
    one["gift_id"] = id.into();
    assert_eq!(one, page[0]);
}

#[test]
fn the_buyer_pays_six_per_cent_more() {
    assert_eq!(ask(100_000_000_000), 106_000_000_000);
    assert_eq!(ask(12_900_000_000), 13_674_000_000);
    assert_eq!(ask(49), 51);
}

/// By page and by id alike, each coin shows exactly what the truth says.
#[tokio::test]
async fn scans_show_the_truth() {
    let running = open(options(4)).await;
    running.step(500);
    let truth = truth(&running);
    assert!(truth.lots.len() > 150 && truth.attributes.is_empty());
    let mut shown: BTreeMap<String, Value> = BTreeMap::new();
    for asset in ["TON", "USDT"] {
        let mut by_page = Vec::new();
        for page in 1.. {
            let gifts = listings(&running, &on_sale(json!({ "asset": asset }), page)).await;
            by_page.extend(gifts.iter().cloned());
            if gifts.len() < 30 {
                break;
            }
        }
        let (mut by_id, mut below) = (Vec::new(), i64::MAX);
        loop {
            let mut body = on_sale(json!({ "asset": asset, "gift_id": { "$lt": below } }), 1);
            body["sort"] = json!(r#"{"gift_id":-1}"#);
            let gifts = listings(&running, &body).await;
            let Some(last) = gifts.last() else { break };
            below = last["gift_id"].as_i64().unwrap();
            by_id.extend(gifts);
        }
        assert!(by_id.iter().map(|gift| gift["gift_id"].as_i64()).is_sorted_by(|a, b| a > b));
        assert!(by_page.iter().map(|gift| gift["price"].as_f64().unwrap()).is_sorted());
        let id = |gift: &Value| gift["gift_id"].as_i64();
        by_page.sort_by_key(|gift| std::cmp::Reverse(id(gift)));
        assert_eq!(by_page, by_id);
        for gift in by_id {
            assert!(shown.insert(id(&gift).unwrap().to_string(), gift).is_none(), "shown twice");
        }
    }
    assert_eq!(shown.len(), truth.lots.len());
    for lot in &truth.lots {
        let gift = &shown[lot.lot.as_str()];
        let decimals = lot.price.currency.decimals().unwrap();
        let net = units_rounded_from_decimal(&gift["price"].to_string(), decimals).unwrap();
        assert_eq!(ask(net), lot.price.amount);
        assert_eq!(gift["asset"], lot.price.currency.code());
        let name = format!("{} #{}", gift["name"].as_str().unwrap(), gift["gift_num"]);
        assert_eq!(domain::GiftId::parse(&name).as_ref(), Ok(&lot.gift));
        let date = domain::time::us_from_iso(gift["export_at"].as_str().unwrap()).unwrap().unwrap();
        assert_eq!(Some(date / 1_000), lot.details.exportable_at_ms);
        let model = &lot.details.attributes[0];
        let Some(domain::Rarity::PerMille(per_mille)) = model.rarity else { panic!("{model:?}") };
        let percent = format!("{}.{}", per_mille / 10, per_mille % 10);
        let told = format!("{} ({}%)", model.name, percent.trim_end_matches(".0"));
        assert_eq!(gift["model"], told);
    }
}

#[tokio::test]
async fn filters_take_exact_names() {
    let running = open(SandboxOptions { gifts: 60_000, ..options(4) }).await;
    let count = |more: Value| {
        let running = &running;
        async move { listings(running, &on_sale(more, 1)).await.len() }
    };
    assert!(count(json!({ "gift_name": "Durov's Cap" })).await > 0);
    assert_eq!(count(json!({ "gift_name": "Durov\u{2019}s Cap" })).await, 0);
    let gift = listings(&running, &on_sale(json!({}), 1)).await[0].clone();
    let (name, model) = (gift["name"].clone(), gift["model"].as_str().unwrap());
    let plain = model.split(" (").next().unwrap();
    assert!(count(json!({ "gift_name": name, "model": model })).await > 0);
    assert_eq!(count(json!({ "gift_name": name, "model": plain })).await, 0, "the percentage belongs to it");
    let expression = format!("^{plain} \\(");
    assert!(count(json!({ "gift_name": name, "model": { "$regex": expression } })).await > 0);
    assert_eq!(count(json!({ "gift_id": { "$in": [gift["gift_id"]] } })).await, 1);
    assert_eq!(count(json!({ "auction_id": { "$exists": true } })).await, 0);
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused() {
    let running = open(options(1)).await;
    let mut big = on_sale(json!({}), 1);
    big["limit"] = json!(50);
    let mut sorted = on_sale(json!({}), 1);
    sorted["sort"] = json!(r#"{"luck":1}"#);
    let mut oldest = history(&running, json!({}), 1);
    oldest["limit"] = json!(51);
    for (path, body, told) in [
        ("/api/pageGifts", big, r#"{"error":"limit is too big"}"#),
        (
            "/api/pageGifts",
            on_sale(json!({ "gift_num": { "$in": [1] } }), 1),
            r#"{"error":"Invalid gift filter"}"#,
        ),
        ("/api/pageGifts", sorted, r#"{"error":"Invalid sort"}"#),
        ("/api/pageGifts", json!({}), r#"{"error":"Invalid request"}"#),
        ("/api/saleHistory", oldest, r#"{"error":"limit is too big"}"#),
        ("/api/filterStats", json!({}), r#"{"error":"authData is required"}"#),
    ] {
        let answer = ask_for(&running, path, &body).await;
        assert_eq!((answer.status, answer.text().as_str()), (400, told), "{path} {body}");
    }
    let nobody = ask_for(&running, "/api/giftData/5", &json!({ "authData": signature(&running) })).await;
    assert_eq!(nobody.status, 404);
}

#[tokio::test]
async fn who_is_not_signed_in_is_told_so_with_success() {
    let running = open(options(1)).await;
    let told = json!({ "status": "error", "message": "Authentication failed" });
    for auth_data in ["", "user=1&hash=00"] {
        let mut body = history(&running, json!({}), 1);
        body["authData"] = json!(auth_data);
        let answer = ask_for(&running, "/api/saleHistory", &body).await;
        assert_eq!((answer.status, answer.json()), (200, told.clone()));
        let answer = ask_for(&running, "/api/filterStats", &json!({ "authData": auth_data })).await;
        assert_eq!((answer.status, answer.json()), (200, told.clone()));
    }
}

#[tokio::test]
async fn the_gate_lets_the_site_alone_through() {
    let running = open(options(1)).await;
    let answer =
        send_from(&running, "https://elsewhere.example", "/api/pageGifts", &on_sale(json!({}), 1)).await;
    assert_eq!(answer.status, 403);
    assert!(answer.text().starts_with("<!DOCTYPE"), "{}", answer.text());
}

#[tokio::test]
async fn over_the_limit_comes_a_page_of_the_gate() {
    let running = open(SandboxOptions { limits: true, speed_x1000: 1_000, ..options(1) }).await;
    for _ in 0..20 {
        assert_eq!(ask_for(&running, "/api/pageGifts", &on_sale(json!({}), 1)).await.status, 200);
    }
    let answer = ask_for(&running, "/api/pageGifts", &on_sale(json!({}), 1)).await;
    assert_eq!(answer.status, 429);
    assert!(answer.text().starts_with("<!DOCTYPE") && answer.header("retry-after").is_some());
}

#[tokio::test]
async fn statistics_name_every_model_without_its_rarity() {
    let running = open(options(1)).await;
    let stats =
        ask_for(&running, "/api/filterStats", &json!({ "authData": signature(&running) })).await.json();
    assert_eq!(stats["status"], "success");
    let data = stats["data"].as_object().unwrap();
    assert!(
        data.len() > 3_000 && data.contains_key("Durov's Cap_Shadow") && data.contains_key("Santa Hat_Rave")
    );
    assert!(data.keys().all(|key| !key.contains('%')));
    let titles: BTreeSet<&str> = data.keys().filter_map(|key| Some(key.split_once('_')?.0)).collect();
    assert_eq!(titles.len(), truth(&running).collections.len());
    let many: u64 = data.values().map(|stat| stat["howMany"].as_u64().unwrap()).sum();
    let in_ton = truth(&running).lots.iter().filter(|lot| lot.price.currency.is_ton()).count();
    assert_eq!(many, in_ton as u64);
    for stat in data.values() {
        assert_eq!(stat["floorPrice"].is_null(), stat["howMany"] == 0, "{stat}");
    }
}

/// All sales of a span of time, page by page.
async fn all_sales(running: &Running) -> Vec<Value> {
    let mut all = Vec::new();
    for page in 1.. {
        let filter = json!({ "timestamp": { "$gte": "2024-01-01T00:00:00.000Z" } });
        let sales = sales(running, &history(running, filter, page)).await;
        if sales.is_empty() {
            break;
        }
        all.extend(sales);
    }
    all
}

#[tokio::test]
async fn the_history_tells_every_sale() {
    let running = open(options(2)).await;
    running.step(2_000);
    let truth = truth(&running);
    assert!(truth.happenings.len() > 60, "{}", truth.happenings.len());
    let all = all_sales(&running).await;
    assert_eq!(all.len(), truth.happenings.len());
    let mut kinds = BTreeSet::new();
    for (sale, told) in all.iter().zip(truth.happenings.iter().rev()) {
        let at_us = domain::time::us_from_iso(sale["timestamp"].as_str().unwrap()).unwrap().unwrap();
        assert_eq!(at_us, told.at_us);
        assert_eq!(format!("{}-{}", sale["gift_id"], at_us / 1_000), told.source_id);
        let TruthWhat::Sold { price, .. } = &told.what else { panic!("{told:?}") };
        let decimals = price.currency.decimals().unwrap();
        assert_eq!(units_rounded_from_decimal(&sale["price"].to_string(), decimals), Ok(price.amount));
        assert_eq!(sale["asset"], price.currency.code());
        assert_eq!(sale.as_object().unwrap().get("_id"), None, "no id of its own");
        kinds.insert(sale["type"].as_str().unwrap().to_owned());
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["INTERNAL_SALE", "SALE"]);
    let ids: BTreeSet<&str> = truth.happenings.iter().map(|told| told.source_id.as_str()).collect();
    assert_eq!(ids.len(), truth.happenings.len(), "gift and moment name one sale");
    // A span's two ends belong to it.
    let moment = all[3]["timestamp"].clone();
    let filter = json!({ "timestamp": { "$gte": moment, "$lte": moment } });
    assert_eq!(sales(&running, &history(&running, filter, 1)).await, [all[3].clone()]);
    // Without any filter the order is not the one that was asked for.
    let first = sales(&running, &history(&running, json!({}), 1)).await[0].clone();
    assert_eq!(first, *all.last().unwrap());
    let mut internal = history(&running, json!({ "gift_name": first["gift_name"] }), 1);
    internal["type"] = json!("BID");
    assert_eq!(sales(&running, &internal).await, Vec::<Value>::new());
}

/// What a walk misses under page faults is what the truth calls withheld.
#[tokio::test]
async fn what_was_kept_back_is_told() {
    for (mix, is_missing) in [("items-missing", true), ("pages-swapped", true), ("page-repeated", false)] {
        let running = open(options(6)).await;
        running.step(4_000);
        let order = FaultOrder {
            market: Some("tonnel".into()),
            endpoint: Some("sale-history".into()),
            mix: mix.into(),
            seed: 3,
            times: None,
        };
        running.order_faults(order).unwrap();
        let (mut seen, mut to) = (BTreeSet::new(), "2100-01-01T00:00:00.000Z".to_owned());
        for _ in 0..100 {
            let filter = json!({ "timestamp": { "$lte": to } });
            let page = sales(&running, &history(&running, filter, 1)).await;
            for sale in &page {
                let at_us = domain::time::us_from_iso(sale["timestamp"].as_str().unwrap()).unwrap().unwrap();
                seen.insert(format!("{}-{}", sale["gift_id"], at_us / 1_000));
            }
            let times = page.iter().map(|sale| sale["timestamp"].as_str().unwrap().to_owned());
            match times.min() {
                Some(oldest) if oldest < to => to = oldest,
                _ => break,
            }
        }
        let happenings = truth(&running).happenings;
        let all: BTreeSet<String> = happenings.iter().map(|told| told.source_id.clone()).collect();
        let missing: BTreeSet<String> =
            happenings.into_iter().filter(|told| told.withheld).map(|told| told.source_id).collect();
        assert_eq!(!missing.is_empty(), is_missing, "{mix}");
        assert_eq!(&all - &seen, missing, "{mix}");
    }
}

/// Scans by collection and coin down to the page without a listing, then the whole history and the list of collections.
#[test]
fn the_default_picture_fits_half_a_minute() {
    let options = SandboxOptions::default();
    let world =
        crate::world::World::make(options.seed, options.gifts, crate::testing::EPOCH_US, crate::MARKETS);
    let market = crate::MARKETS.iter().position(|market| market.id == "tonnel").unwrap();
    let shelf = world.shelves_of(market).next().unwrap();
    let listed = world.shelf_gifts(shelf).0.len();
    let mut pages = 0;
    for at in 0..world.catalog.peopled {
        for coin in [crate::market::Coin::Ton, crate::market::Coin::Usdt] {
            let lots = world.by_price(shelf, at, None);
            let count = lots.filter(|(_, gift)| world.lot(*gift).is_some_and(|lot| lot.coin == coin)).count();
            pages += count.div_ceil(30) + 1;
        }
    }
    let sold =
        world.history(market).from(0).filter(|(_, told)| told.kind == crate::world::Kind::Sold).count();
    let history = sold.div_ceil(50) + 1;
    println!("{listed} for sale, {pages} pages, {history} pages of the history");
    let allowed_per_second = options.speed_x1000 as usize / 1_000;
    assert!(pages + history + 1 < allowed_per_second * 30, "half a minute is for everything else");
}
