use serde_json::Value;

use super::*;
use crate::testing::{open, options, send};

async fn ask(running: &crate::Running, target: &str) -> crate::testing::Answer {
    let target = format!("/toncenter/api/v3{target}");
    send(running.address(), "GET", &target, &[("x-api-key", API_KEY)], "").await.expect("an answer")
}

#[tokio::test]
async fn what_is_for_sale_stands_at_the_address_the_item_names() {
    let running = open(options(1)).await;
    let collections = ask(&running, "/nft/collections?limit=1000").await.json();
    let (mut contracts, mut own) = (0, 0);
    for collection in collections["nft_collections"].as_array().unwrap() {
        let address = collection["address"].as_str().unwrap();
        let items =
            ask(&running, &format!("/nft/items?collection_address={address}&limit=1000")).await.json();
        let items = items["nft_items"].as_array().unwrap();
        let indexes: Vec<String> = items.iter().map(|item| text(&item["index"])).collect();
        assert!(indexes.iter().map(|index| (index.len(), index)).is_sorted(), "{address}");
        for item in items {
            let held = item.get("sale_contract_address").or_else(|| item.get("auction_contract_address"));
            let at = held.unwrap_or(&item["address"]).as_str().unwrap();
            let sales = ask(&running, &format!("/nft/sales?address={at}")).await.json();
            let sale = &sales["nft_sales"][0];
            assert_eq!(sale["address"], at);
            match held {
                Some(_) => {
                    contracts += 1;
                    assert_eq!(
                        (&sale["nft_address"], &sale["nft_item"]["owner_address"]),
                        (&item["address"], &sale["address"])
                    );
                }
                None => own += usize::from(sale["details"]["max_bid"] != "0"),
            }
        }
        if contracts > 20 && own > 20 {
            return;
        }
    }
    panic!("{contracts} and {own} prove little");
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn actions_are_paged_by_logical_time_either_way() {
    let running = open(options(2)).await;
    running.step(300);
    let all = ask(&running, "/actions?limit=1000&sort=asc").await.json();
    let all: Vec<u64> = all["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| text(&one["trace_end_lt"]).parse().unwrap())
        .collect();
    assert!(all.len() > 100 && all.is_sorted());
    let middle = all[all.len() / 2];
    let later = ask(&running, &format!("/actions?limit=1000&sort=asc&start_lt={middle}")).await.json();
    let earlier = ask(&running, &format!("/actions?limit=1000&sort=desc&end_lt={middle}")).await.json();
    let count = |answer: &Value| answer["actions"].as_array().unwrap().len();
    assert_eq!(count(&later) + count(&earlier), all.len() + 1, "the one in the middle stands on both");
    assert_eq!(text(&later["actions"][0]["trace_end_lt"]), middle.to_string());
    let only = ask(&running, "/actions?limit=1000&action_type=nft_mint").await.json();
    assert!(only["actions"].as_array().unwrap().iter().all(|one| one["type"] == "nft_mint"));
    let transfers = ask(&running, "/nft/transfers?limit=1000&sort=asc").await.json();
    let to: Vec<_> =
        transfers["nft_transfers"].as_array().unwrap().iter().map(|one| one["new_owner"].clone()).collect();
    assert!(!to.is_empty() && to.iter().all(Value::is_string));
}

#[tokio::test]
async fn limits_and_refusals_are_as_documented() {
    let running = open(crate::SandboxOptions { limits: true, speed_x1000: 1_000, ..options(3) }).await;
    let send = |target: &'static str, headers: &'static [(&str, &str)]| {
        let address = running.address();
        async move { send(address, "GET", target, headers, "").await.expect("an answer") }
    };
    let target = "/toncenter/api/v3/nft/collections?limit=1";
    assert_eq!(send(target, &[]).await.status, 200);
    let refused = send(target, &[]).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, None));
    assert_eq!(refused.json(), serde_json::json!({ "ok": false, "result": "Ratelimit exceed", "code": 429 }));
    assert_eq!(send(target, &[("x-api-key", "other")]).await.status, 401);
    for _ in 0..3 {
        assert_eq!(send(target, &[("x-api-key", API_KEY)]).await.status, 200);
    }
    for bad in [
        "/toncenter/api/v3/nft/items?limit=1001",
        "/toncenter/api/v3/nft/sales",
        "/toncenter/api/v3/nft/items?index=5",
    ] {
        let refused = send(bad, &[("x-api-key", API_KEY)]).await;
        assert_eq!(refused.status, 422, "{bad}: {}", refused.text());
        assert!(refused.json()["error"].is_string());
    }
}
