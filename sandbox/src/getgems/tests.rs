//! The wire from outside: real requests over a socket.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::API_KEY;
use crate::{
    FaultOrder, Running, SandboxOptions, TruthQuery,
    shape::differences,
    testing::{Answer, open, options, send},
    truth::{Truth, TruthWhat},
};

const KEY: (&str, &str) = ("authorization", API_KEY);
const RECORDED: &str = include_str!("../../fixtures/getgems/nfts-on-sale-usernames.json");
const SYNTHETIC: &str = include_str!("../../fixtures/getgems/offchain-gift-addresses.json");
const USERNAMES: &str = "/v1/nfts/on-sale/EQCA14o1-VWhS2efqoh_9M1b_A9DtKTuoqfmkn83AbJzwnPi";

async fn ask(running: &Running, target: &str) -> Answer {
    let target = format!("/getgems/public-api{target}");
    send(running.address(), "GET", &target, &[KEY], "").await.expect("an answer")
}

async fn json_of(running: &Running, target: &str) -> Value {
    let answer = ask(running, target).await;
    assert_eq!(answer.status, 200, "{target}: {}", answer.text());
    answer.json()
}

fn truth(running: &Running) -> Truth {
    running.truth("getgems", &TruthQuery::default()).expect("GetGems trades gifts")
}

/// All items of a walk, and how many pages it took.
async fn walk(running: &Running, target: &str, limit: usize) -> (Vec<Value>, usize) {
    let join = if target.contains('?') { '&' } else { '?' };
    let (mut items, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = json_of(running, &format!("{target}{join}limit={limit}{cursor}")).await;
        items.extend(page["response"]["items"].as_array().expect("items").iter().cloned());
        pages += 1;
        assert!(pages < 2_000, "{target} never ends");
        match page["response"]["cursor"].as_str() {
            Some(next) => cursor = format!("&after={next}"),
            None => return (items, pages),
        }
    }
}

/// The recorded page and ours have the same keys, types and spellings.
#[tokio::test]
async fn usernames_are_as_recorded() {
    let running = open(options(1)).await;
    let recorded: Value = serde_json::from_str(RECORDED).unwrap();
    let nullable = [
        "/response/items/*/sale/maxBid",
        "/response/items/*/sale/lastBidAmount",
        "/response/items/*/sale/lastBidAddress",
        "/response/items/*/sale/lastBidAt",
    ];
    let ours = json_of(&running, &format!("{USERNAMES}?limit=100")).await;
    assert_eq!(differences(&recorded, &ours, &nullable), Vec::<String>::new());
    assert_eq!(ours["response"]["items"].as_array().map(Vec::len), Some(100));
    let bids = ours["response"]["items"].as_array().unwrap();
    assert!(
        bids.iter().any(|item| item["sale"]["lastBidAt"].is_string() && item["sale"]["maxBid"].is_null())
    );
    let (all, pages) = walk(&running, USERNAMES, 20).await;
    let names: BTreeSet<_> = all.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!((names.len(), all.len(), pages), (130, 130, 7));
}

/// The rule behind the recorded synthetic addresses gives ours.
#[test]
fn synthetic_addresses_are_as_recorded() {
    let recorded: Value = serde_json::from_str(SYNTHETIC).unwrap();
    let catalog = crate::catalog::Catalog::get();
    for item in recorded["items"].as_array().unwrap() {
        let slug = item["slug"].as_str().unwrap();
        let known = &catalog.collections[catalog.by_slug(slug).unwrap()];
        let number = u32::try_from(item["number"].as_u64().unwrap()).unwrap();
        let ours = super::item::address(known, number, domain::Custody::Market);
        assert_eq!(Some(crate::world::friendly(&ours).as_str()), item["address"].as_str());
        assert_eq!(super::item::collection_address(known).as_deref(), item["collection_address"].as_str());
    }
}

/// Keys of an item by kind of sale, against the schema's types as markets.md 1.1 lists them.
#[tokio::test]
async fn items_have_the_schemas_fields() {
    let running = open(options(1)).await;
    let item = "address kind collectionAddress ownerAddress actualOwnerAddress name description image imageSizes attributes sale";
    let fixed = "type fullPrice currency marketplaceFee marketplaceFeeAddress royaltyAddress royaltyAmount version contractType contractAddress";
    let auction = "type currency minBid maxBid finishAt lastBidAmount lastBidAddress lastBidAt marketplaceFee marketplaceFeeAddress royaltyAddress royaltyPercent version contractType contractAddress";
    let mut seen = BTreeSet::new();
    for collection in collections(&running).await {
        for path in ["on-sale", "offchain/on-sale"] {
            for found in walk(&running, &format!("/v1/nfts/{path}/{collection}"), 100).await.0 {
                let mut found = found;
                found.as_object_mut().unwrap().remove("warning");
                assert_eq!(keys(&found), words(item));
                let sale = &found["sale"];
                let expected = if sale["type"] == "Auction" { auction } else { fixed };
                assert_eq!(keys(sale), words(expected));
                let owner_is_seller = found["ownerAddress"] == found["actualOwnerAddress"];
                assert_eq!(owner_is_seller, sale["contractType"] != "sale-contract");
                assert_eq!(found["kind"] == "OffchainNft", sale["contractType"] == "offchain");
                assert_eq!(found["attributes"].as_array().map(Vec::len), Some(3));
                seen.insert(format!("{} {} {}", sale["type"], sale["contractType"], sale["currency"]));
            }
        }
    }
    assert_eq!(seen.len(), 6, "{seen:?}");
}

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().expect("an object").keys().cloned().collect()
}

fn words(text: &str) -> BTreeSet<String> {
    text.split(' ').map(str::to_owned).collect()
}

async fn collections(running: &Running) -> Vec<String> {
    let (items, _) = walk(running, "/v1/gifts/collections", 30).await;
    items.iter().map(|item| item["address"].as_str().unwrap().to_owned()).collect()
}

/// A walk over every collection shows exactly what the truth says, and the pages over all off-chain gifts agree.
#[tokio::test]
async fn scans_show_the_truth() {
    let running = open(options(4)).await;
    running.step(500);
    let truth = truth(&running);
    let addresses = collections(&running).await;
    assert_eq!(addresses.len(), 79);
    let mut shown = BTreeMap::new();
    let mut offchain = BTreeSet::new();
    for collection in &addresses {
        for path in ["on-sale", "offchain/on-sale"] {
            let (items, _) = walk(&running, &format!("/v1/nfts/{path}/{collection}"), 7).await;
            for item in items {
                let address = item["address"].as_str().unwrap().to_owned();
                if path == "offchain/on-sale" {
                    offchain.insert(address.clone());
                }
                assert!(shown.insert(address, item).is_none(), "shown twice");
            }
        }
    }
    assert_eq!(shown.len(), truth.lots.len());
    assert!(truth.lots.len() > 500);
    for lot in &truth.lots {
        let item = &shown[lot.lot.as_str()];
        let price = if item["sale"]["type"] == "Auction" {
            let last = &item["sale"]["lastBidAmount"];
            if last.is_null() { &item["sale"]["minBid"] } else { last }
        } else {
            &item["sale"]["fullPrice"]
        };
        assert_eq!(price.as_str(), Some(lot.price.amount.to_string().as_str()));
        assert_eq!(domain::GiftId::parse(item["name"].as_str().unwrap()).as_ref(), Ok(&lot.gift));
        assert_eq!(item["actualOwnerAddress"].as_str(), lot.details.owner.as_deref());
        assert_eq!(item["sale"]["currency"].as_str(), Some(lot.price.currency.code()));
    }
    let (all, _) = walk(&running, "/v1/nfts/offchain/on-sale/gifts", 100).await;
    let all: BTreeSet<_> = all.iter().map(|item| item["address"].as_str().unwrap().to_owned()).collect();
    assert_eq!(all, offchain);
}

/// Backwards from the newest and forwards from the oldest are the same happenings; polling forward misses nothing.
#[tokio::test]
async fn history_walks_both_ways() {
    let running = open(options(2)).await;
    let hashes = |items: &[Value]| -> Vec<String> {
        items.iter().map(|item| item["hash"].as_str().unwrap().to_owned()).collect()
    };
    let (mut back, _) = walk(&running, "/v1/nfts/history/gifts", 100).await;
    back.reverse();
    let (forth, _) = walk(&running, "/v1/nfts/history/gifts?reverse=true", 100).await;
    assert_eq!(hashes(&back), hashes(&forth));
    let told: Vec<String> =
        truth(&running).happenings.into_iter().map(|happening| happening.source_id).collect();
    assert_eq!(hashes(&back), told);

    let newest = json_of(&running, "/v1/nfts/history/gifts?limit=1").await;
    assert_eq!(newest["response"]["items"][0]["hash"].as_str(), told.last().map(String::as_str));
    let cursor = newest["response"]["cursor"].as_str().unwrap().to_owned();
    let at_head = json_of(&running, &format!("/v1/nfts/history/gifts?reverse=true&after={cursor}")).await;
    assert_eq!(at_head["response"], json!({ "items": [], "cursor": null }));
    running.step(300);
    let (mut polled, mut cursor) = (Vec::new(), cursor);
    loop {
        let page =
            json_of(&running, &format!("/v1/nfts/history/gifts?reverse=true&limit=10&after={cursor}")).await;
        polled.extend(page["response"]["items"].as_array().unwrap().iter().cloned());
        match page["response"]["cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    let told_now: Vec<String> = truth(&running).happenings.into_iter().map(|h| h.source_id).collect();
    assert_eq!(hashes(&polled), told_now[told.len()..]);
    assert!(polled.len() > 50);
}

#[tokio::test]
async fn history_filters() {
    let running = open(options(2)).await;
    running.step(1_500);
    let truth = truth(&running);
    let all = walk(&running, "/v1/nfts/history/gifts?reverse=true", 100).await.0;
    let words: BTreeSet<_> = all.iter().map(|item| item["typeData"]["type"].as_str().unwrap()).collect();
    let expected = ["cancelSale", "mint", "putUpForAuction", "putUpForSale", "sold", "transfer"];
    assert!(expected.iter().all(|word| words.contains(word)), "{words:?}");
    for item in &all {
        let frame = "address name time timestamp collectionAddress lt hash isOffchain typeData";
        assert_eq!(keys(item), self::words(frame));
        let us = domain::time::us_from_iso(item["time"].as_str().unwrap()).unwrap().unwrap();
        assert_eq!(item["timestamp"].as_i64(), Some(us / 1_000));
    }
    let sold = walk(&running, "/v1/nfts/history/gifts?types=sold&types=mint", 100).await.0;
    let is = |what: &TruthWhat| matches!(what, TruthWhat::Sold { .. } | TruthWhat::Exported);
    assert_eq!(sold.len(), truth.happenings.iter().filter(|h| is(&h.what)).count());
    let (from, to) = (all[100]["timestamp"].as_i64().unwrap(), all[199]["timestamp"].as_i64().unwrap());
    let between = walk(&running, &format!("/v1/nfts/history/gifts?minTime={from}&maxTime={to}"), 30).await.0;
    assert_eq!(between.len(), 100);

    let item = &all[150];
    let (address, collection) =
        (item["address"].as_str().unwrap(), item["collectionAddress"].as_str().unwrap());
    let of_collection =
        walk(&running, &format!("/v1/collection/history/{collection}?reverse=true"), 50).await.0;
    let expected: Vec<_> = all.iter().filter(|i| i["collectionAddress"] == collection).cloned().collect();
    assert_eq!(of_collection, expected);
    let answer = ask(&running, &format!("/v1/nft/history/{address}?reverse=true&limit=100")).await;
    if answer.status == 200 {
        let items = answer.json()["response"]["items"].as_array().unwrap().clone();
        assert!(items.contains(item));
    } else {
        assert_eq!(answer.status, 404, "a gift that has left the market");
    }
}

#[tokio::test]
async fn items_are_found_by_address_and_owner() {
    let running = open(options(3)).await;
    let truth = truth(&running);
    let lots: Vec<_> = truth.lots.iter().step_by(97).collect();
    let addresses: Vec<&str> = lots.iter().map(|lot| lot.lot.as_str()).collect();
    let body = json!({ "addressList": addresses }).to_string();
    let headers = [KEY, ("content-type", "application/json")];
    let list =
        send(running.address(), "POST", "/getgems/public-api/v1/nfts/list", &headers, &body).await.unwrap();
    let items = list.json()["response"]["items"].as_array().unwrap().clone();
    let found: Vec<&str> = items.iter().map(|item| item["address"].as_str().unwrap()).collect();
    assert_eq!(found, addresses);
    for (lot, item) in lots.iter().zip(&items) {
        assert_eq!(&json_of(&running, &format!("/v1/nft/{}", lot.lot)).await["response"], item);
    }
    let owner = lots[0].details.owner.as_deref().unwrap();
    let (owned, _) = walk(&running, &format!("/v1/nfts/owner/{owner}"), 2).await;
    assert!(owned.iter().any(|item| item["address"] == lots[0].lot.as_str()));
    assert!(owned.iter().all(|item| item["actualOwnerAddress"] == owner));
    let nobody = "EQC-56PXuMBvlVIDLDiApWp0twKtiyJPQr-xrBwzvXGQgPYM";
    assert_eq!(ask(&running, &format!("/v1/nft/{nobody}")).await.status, 404);
    assert_eq!(walk(&running, &format!("/v1/nfts/owner/{nobody}"), 10).await.0.len(), 0);
}

#[tokio::test]
async fn collections_tell_their_floors() {
    let running = open(options(3)).await;
    let truth = truth(&running);
    let ton = |slug: &str| {
        let fixed =
            truth.lots.iter().filter(|lot| lot.gift.slug.as_str() == slug && lot.price.currency.is_ton());
        fixed.filter(|lot| lot.details.told_fee.is_some()).map(|lot| lot.price.amount).min().unwrap()
    };
    let floor = ton("lolpop");
    let address = "EQC6zjid8vJNEWqcXk10XjsdDLRKbcPZzbHusuEW6FokOWIm";
    let stats = json_of(&running, &format!("/v1/collection/stats/{address}")).await["response"].clone();
    assert_eq!(stats["floorPriceNano"].as_str(), Some(floor.to_string().as_str()));
    assert!(stats["floorPrice"].is_number() && stats["itemsCount"].as_u64() > Some(0));
    let names = "floorPrice floorPriceNano itemsCount totalVolumeSold totalVolumeSoldNano holders";
    assert_eq!(keys(&stats), words(names));
    let attributes =
        json_of(&running, &format!("/v1/collection/attributes/{address}")).await["response"].clone();
    let models = attributes["attributes"][0].clone();
    assert_eq!(models["traitType"], "Model");
    let nano = |value: &Value| value["minPriceNano"].as_str().and_then(|text| text.parse::<i64>().ok());
    assert_eq!(models["values"].as_array().unwrap().iter().filter_map(nano).min(), Some(floor));
    let info = json_of(&running, &format!("/v1/collection/basic-info/{address}")).await["response"].clone();
    assert_eq!((info["name"].as_str(), info["contract_address"].as_str()), (Some("Lol Pops"), Some(address)));
    let one = json_of(&running, &format!("/v1/collection/{address}")).await["response"].clone();
    assert_eq!(keys(&one), words("address ownerAddress name description image imageSizes"));
    for path in ["/v1/gifts/collections/top?kind=month&limit=5", "/v1/collections/top?kind=all&limit=5"] {
        let top = json_of(&running, path).await["response"]["items"].clone();
        assert_eq!(keys(&top[0]), words("place collection value floorPrice diffPercent"));
        assert_eq!(top[4]["place"], 5);
    }
}

#[tokio::test]
async fn refusals_are_spelled_as_clients_know_them() {
    let running = open(options(1)).await;
    let address = running.address();
    let path = "/getgems/public-api/v1/gifts/collections";
    for headers in [&[][..], &[("authorization", "wrong")]] {
        let answer = send(address, "GET", path, headers, "").await.unwrap();
        assert_eq!(
            (answer.status, answer.json()),
            (401, json!({ "success": false, "name": "Unauthorized" }))
        );
    }
    let bearer = format!("Bearer {API_KEY}");
    let answer = send(address, "GET", path, &[("authorization", &bearer)], "").await.unwrap();
    assert_eq!(answer.status, 200);
    for target in [
        "/v1/gifts/collections?limit=101",
        "/v1/gifts/collections?after=nonsense",
        "/v1/nfts/history/gifts?types=won",
        "/v1/nfts/on-sale/EQ-nonsense",
        "/v1/gifts/collections/top?kind=year",
    ] {
        let answer = ask(&running, target).await;
        let body = answer.json();
        assert_eq!(
            (answer.status, &body["name"], &body["status"]),
            (400, &json!("Logic Error"), &json!(400)),
            "{target}"
        );
        assert!(body["errors"][0]["message"].is_string() && body["errors"][0]["path"].is_string());
    }
    assert_eq!(ask(&running, "/v1/nonsense").await.status, 404);
}

#[tokio::test]
async fn over_the_limit_comes_a_page_of_html() {
    let running = open(SandboxOptions { limits: true, speed_x1000: 1_000, ..options(1) }).await;
    for _ in 0..400 {
        assert_eq!(ask(&running, "/v1/gifts/collections?limit=1").await.status, 200);
    }
    let answer = ask(&running, "/v1/gifts/collections?limit=1").await;
    assert_eq!((answer.status, answer.header("content-type")), (503, Some("text/html")));
    assert!(answer.text().starts_with("<html>"));
}

fn order(mix: &str, seed: u64) -> FaultOrder {
    FaultOrder { market: Some("getgems".into()), endpoint: None, mix: mix.into(), seed, times: None }
}

#[tokio::test]
async fn every_fault_shows_on_the_wire_and_ends_at_once() {
    let running = open(options(1)).await;
    let target = "/getgems/public-api/v1/nfts/history/gifts?limit=20";
    let fetch = || send(running.address(), "GET", target, &[KEY], "");
    let well = fetch().await.unwrap();
    for (mix, status, differs) in [
        ("retry-after", Some(429), true),
        ("too-many", Some(429), true),
        ("html", Some(200), true),
        ("gateway-html", Some(503), true),
        ("forbidden", Some(403), true),
        ("reset", None, true),
        ("truncated", None, true),
        ("cut-json", Some(200), true),
        ("slow", Some(200), false),
        ("field-added", Some(200), true),
        ("field-renamed", Some(200), true),
        ("field-missing", Some(200), true),
        ("field-retyped", Some(200), true),
        ("items-duplicated", Some(200), true),
        ("items-reordered", Some(200), true),
        ("items-missing", Some(200), true),
        ("pages-swapped", Some(200), true),
        ("page-missing", Some(200), true),
    ] {
        running.order_faults(order(mix, 5)).unwrap();
        let answer = fetch().await;
        assert_eq!(answer.as_ref().ok().map(|answer| answer.status), status, "{mix}");
        if let Ok(answer) = answer {
            assert_eq!(answer.body != well.body, differs, "{mix}");
            assert_eq!(answer.header("retry-after").is_some(), mix == "retry-after");
        }
        running.end_faults();
        assert_eq!(fetch().await.unwrap().body, well.body, "after {mix}");
    }
    running.order_faults(order("server-error", 1)).unwrap();
    let mut statuses = BTreeSet::new();
    for _ in 0..40 {
        statuses.insert(fetch().await.unwrap().status);
    }
    assert_eq!(statuses, BTreeSet::from([500, 502, 504]));
    assert_eq!(running.fault_counts().len(), 19);
}

/// What a walk misses under page faults is what the truth calls withheld, and a later quiet walk clears it.
#[tokio::test]
async fn what_was_kept_back_is_told() {
    let running = open(options(6)).await;
    running.order_faults(order("torn-pages", 9)).unwrap();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for item in walk(&running, "/v1/nfts/history/gifts?reverse=true", 20).await.0 {
        seen.insert(item["hash"].as_str().unwrap().to_owned());
    }
    let missing: BTreeSet<String> =
        truth(&running).happenings.into_iter().filter(|h| h.withheld).map(|h| h.source_id).collect();
    let all: BTreeSet<String> = truth(&running).happenings.into_iter().map(|h| h.source_id).collect();
    assert!(!missing.is_empty());
    assert_eq!(&all - &seen, missing);
    running.end_faults();
    walk(&running, "/v1/nfts/history/gifts", 100).await;
    assert!(truth(&running).happenings.iter().all(|h| !h.withheld));
}

/// Two sandboxes of one seed that made the same steps tell the same, word for word.
#[tokio::test]
async fn the_same_seed_and_steps_tell_the_same() {
    let (one, two, other) = (open(options(8)).await, open(options(8)).await, open(options(9)).await);
    for running in [&one, &two, &other] {
        running.step(400);
    }
    assert_eq!(truth(&one), truth(&two));
    assert_ne!(truth(&one).lots, truth(&other).lots);
    let page = |running| async move { ask(running, "/v1/nfts/offchain/on-sale/gifts?limit=100").await.body };
    assert_eq!(page(&one).await, page(&two).await);
    assert_eq!(one.identity().to_string(), two.identity().to_string());
}

/// The arithmetic of README.md, "How large a picture is": scopes by collection in pages of 100, then the history.
#[test]
fn the_default_picture_fits_a_minute() {
    let options = SandboxOptions::default();
    let world =
        crate::world::World::make(options.seed, options.gifts, crate::testing::EPOCH_US, crate::MARKETS);
    let market = crate::MARKETS.iter().position(|market| market.id == "getgems").unwrap();
    let mut listed = Vec::new();
    let mut pages = 1;
    for shelf in world.shelves_of(market) {
        listed.push(world.shelf_gifts(shelf).0.len());
        let addressed = (0..79).map(|at| world.open_count(shelf, at) / 100 + 1);
        pages += addressed.sum::<usize>();
    }
    let history = world.history(market).end() as usize / 100 + 1;
    println!("{listed:?} for sale, {pages} pages, {history} pages of history");
    let allowed_per_second = 400 * options.speed_x1000 as usize / 1_000 / 300;
    assert!(pages + history < allowed_per_second * 30, "half a minute is for everything else");
}
