use super::*;

#[test]
fn the_rate_moves_slowly_within_a_tenth() {
    for seed in [1, 2, 3] {
        let mut before = usd_per_ton_x10000(seed, 0);
        for minute in 1..20_000 {
            let now = usd_per_ton_x10000(seed, minute * 60_000);
            assert!((now - before).abs() <= 10, "{minute}: {before} {now}");
            assert!((13_800..17_000).contains(&now), "{now}");
            before = now;
        }
    }
    assert_ne!(usd_per_ton_x10000(1, DAY_MS), usd_per_ton_x10000(2, DAY_MS));
}

#[test]
fn changes_are_spelled_as_recorded() {
    for (now, then, text) in [
        (10_052, 10_000, "+0.52%"),
        (9_622, 10_000, "\u{2212}3.78%"),
        (7, 7, "0.00%"),
        (21_234, 10_000, "+112.34%"),
    ] {
        assert_eq!(change(now, then), text);
    }
}

use serde_json::Value;

use crate::testing::{Answer, open, options, send as send_raw};

async fn ask(running: &crate::Running, target: &str) -> Answer {
    send_raw(running.address(), "GET", &format!("/tonapi{target}"), &[], "").await.expect("an answer")
}

/// The items of a collection of which some are for sale.
async fn busy_collection(running: &crate::Running) -> Value {
    let all = ask(running, "/v2/nfts/collections?limit=1000").await.json();
    for collection in texts(&all["nft_collections"], "/address") {
        let listed =
            ask(running, &format!("/v2/nfts/collections/{collection}/items?limit=1000")).await.json();
        let items = listed["nft_items"].as_array().unwrap();
        let for_sale = items.iter().filter(|item| item["sale"].is_object()).count();
        if for_sale > 0 && for_sale < items.len() {
            return listed;
        }
    }
    panic!("nothing is for sale anywhere")
}

fn texts(list: &Value, pointer: &str) -> Vec<String> {
    let one = |entry: &Value| entry.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    list.as_array().expect("a list").iter().filter_map(one).collect()
}

#[tokio::test]
async fn an_item_stands_alike_wherever_it_is_asked_for() {
    let running = open(options(1)).await;
    let listed = busy_collection(&running).await;
    let items = listed["nft_items"].as_array().unwrap();
    let first = &items[0];
    let address = first["address"].as_str().unwrap();
    assert_eq!(ask(&running, &format!("/v2/nfts/{address}")).await.json(), *first);
    let owner = first["sale"]["owner"]["address"].as_str().or(first["owner"]["address"].as_str()).unwrap();
    let of_owner =
        ask(&running, &format!("/v2/accounts/{owner}/nfts?indirect_ownership=true&limit=1000")).await.json();
    assert!(texts(&of_owner["nft_items"], "/address").contains(&address.to_owned()));
    let body = serde_json::json!({ "account_ids": [address] }).to_string();
    let json = [("content-type", "application/json")];
    let bulk =
        send_raw(running.address(), "POST", "/tonapi/v2/nfts/_bulk", &json, &body).await.unwrap().json();
    assert_eq!(bulk["nft_items"][0], *first);
}

#[tokio::test]
async fn the_code_of_a_contract_hashes_to_what_the_sandboxes_network_knows() {
    let running = open(options(1)).await;
    let listed = busy_collection(&running).await;
    let contract = texts(&listed["nft_items"], "/sale/address").remove(0);
    let account = ask(&running, &format!("/v2/blockchain/accounts/{contract}")).await.json();
    let boc = hex::decode(account["code"].as_str().unwrap()).unwrap();
    let code = chain::boc::parse_one(&boc, chain::boc::Limits::ANSWER).unwrap();
    for network in chain::contract::Network::all() {
        assert_eq!(
            network.getgems_code(&code.hash()).is_some(),
            network.name == "sandbox",
            "{}",
            network.name
        );
    }
}

#[tokio::test]
async fn the_history_of_an_account_is_paged_by_logical_time() {
    let running = open(options(2)).await;
    running.step(300);
    let mut found = None;
    for number in 0..100 {
        let resident = running.resident_wallet(number);
        let all = ask(&running, &format!("/v2/accounts/{resident}/nfts/history?limit=1000")).await.json();
        let operations = all["operations"].as_array().unwrap();
        let lts: Vec<u64> = operations.iter().map(|one| one["lt"].as_u64().unwrap()).collect();
        if lts.len() > 2 {
            found = Some((resident, lts));
            break;
        }
    }
    let (resident, lts) = found.expect("somebody trades");
    assert!(lts.iter().rev().is_sorted());
    let page = ask(&running, &format!("/v2/accounts/{resident}/nfts/history?limit=2")).await.json();
    let next = page["next_from"].as_u64().unwrap();
    assert_eq!(next, lts[1]);
    let rest = ask(&running, &format!("/v2/accounts/{resident}/nfts/history?limit=1000&before_lt={next}"))
        .await
        .json();
    assert_eq!(rest["operations"].as_array().unwrap().len(), lts.len() - 2);
    let events = ask(&running, &format!("/v2/accounts/{resident}/events?limit=100")).await.json();
    assert!(events["events"].as_array().unwrap().iter().all(|event| event["actions"][0]["status"] == "ok"));
}

#[tokio::test]
async fn refusals_are_in_its_own_words() {
    let running = open(options(1)).await;
    let nowhere = "0:0000000000000000000000000000000000000000000000000000000000000001";
    for (target, status) in [
        (format!("/v2/nfts/{nowhere}"), 404),
        (format!("/v2/nfts/collections/{nowhere}"), 404),
        ("/v2/nfts/x".to_owned(), 400),
        (format!("/v2/accounts/{nowhere}/nfts/history"), 400),
    ] {
        let answer = ask(&running, &target).await;
        assert_eq!(answer.status, status, "{target}");
        assert!(answer.json()["error"].is_string());
    }
    let headers = [("authorization", "Bearer other")];
    let refused =
        send_raw(running.address(), "GET", "/tonapi/v2/nfts/collections", &headers, "").await.unwrap();
    assert_eq!(refused.status, 401);
}
