//! The wire from outside: real requests over a socket.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{BOT, ask};
use crate::{
    FaultOrder, Running, SandboxOptions, TruthQuery,
    shape::differences,
    telegram::{Bot, User, init_data},
    testing::{Answer, open, options, send},
    truth::{Truth, TruthWhat},
};

const SEARCH: &str = include_str!("../../fixtures/portals/nfts-search-toybear-41771.json");

const BROWSER: [(&str, &str); 3] = [
    ("origin", "https://portal-market.com"),
    ("referer", "https://portal-market.com/"),
    ("user-agent", "Mozilla/5.0 (X11; Linux x86_64)"),
];

async fn request(running: &Running, path: &str, headers: &[(&str, &str)]) -> std::io::Result<Answer> {
    send(running.address(), "GET", &format!("/portals/api{path}"), headers, "").await
}

async fn ask_signed(running: &Running, path: &str) -> Answer {
    let signed = format!("tma {}", running.init_data("portals", &user()).unwrap());
    let headers = [&BROWSER[..], &[("authorization", signed.as_str())]].concat();
    request(running, path, &headers).await.expect("an answer")
}

async fn get(running: &Running, path: &str) -> Value {
    let answer = ask_signed(running, path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

/// All entries of a walk by offset, to the first empty page. One that stands on a page twice takes one place.
async fn walk(running: &Running, path: &str, list: &str) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    let mut offset = 0;
    for _ in 0..2_000 {
        let page = get(running, &format!("{path}&offset={offset}")).await;
        let Some(entries) = page[list].as_array() else {
            assert!(page[list].is_null(), "an empty list is null");
            return all;
        };
        offset += entries.iter().map(Value::to_string).collect::<BTreeSet<_>>().len();
        all.extend(entries.iter().cloned());
    }
    panic!("{path} never ends");
}

fn user() -> User {
    User { id: 42, first_name: "Reader".into(), username: None }
}

fn truth(running: &Running) -> Truth {
    running.truth("portals", &TruthQuery::default()).expect("Portals trades gifts")
}

fn nanoton(text: &Value) -> i64 {
    let text = text.as_str().expect("a price is text");
    // What a float makes of a price is nearer to it than half a nanoton.
    let tenths = domain::decimal::units_cut_from_decimal(text, 10).expect("a decimal");
    (tenths + 5) / 10
}

#[tokio::test]
async fn gifts_are_as_recorded() {
    let running = open(options(1)).await;
    let recorded: Value = serde_json::from_str(SEARCH).unwrap();
    let page = get(&running, "/nfts/search?limit=50&status=listed").await;
    let mut spellings = BTreeSet::new();
    for nft in page["results"].as_array().unwrap() {
        let found = differences(&recorded["results"][0], nft, &["/unlocks_at"]);
        let known = [
            // Only in answers of 2025, or only in those since.
            "/owner_id is missing",
            "/listed_at is missing",
            "/is_owned is new",
            "/is_crafted is new",
            "/bundle_id is new",
            "/premarket_data is new",
            "/ton_address is new",
        ];
        for line in found {
            let is_spelled =
                ["/tg_id was", "/price was", "/floor_price was"].iter().any(|start| line.starts_with(start));
            assert!(known.contains(&line.as_str()) || is_spelled, "{line}");
        }
        spellings.insert(nft["price"].as_str().unwrap().split('.').nth(1).map_or(0, str::len));
        assert!(domain::GiftId::parse(nft["tg_id"].as_str().unwrap()).is_ok());
    }
    assert!(spellings.iter().any(|digits| *digits > 9), "no price has the digits of a float: {spellings:?}");
}

/// Every collection's pages show exactly what the truth says, by number and by price alike.
#[tokio::test]
async fn scans_show_the_truth() {
    let running = open(options(4)).await;
    running.step(500);
    let truth = truth(&running);
    assert!(truth.lots.len() > 150 && truth.attributes.len() > 10_000, "{}", truth.lots.len());
    let mut shown: BTreeMap<String, Value> = BTreeMap::new();
    for collection in get(&running, "/collections?limit=500").await["collections"].as_array().unwrap() {
        let path = |sort: &str, limit: u32| {
            let id = collection["id"].as_str().unwrap();
            format!(
                "/nfts/search?limit={limit}&sort_by={sort}&status=listed&exclude_bundled=true&premarket_status=without_premarket&collection_ids={id}"
            )
        };
        let by_number = walk(&running, &path("external_collection_number+asc", 50), "results").await;
        let by_price = walk(&running, &path("price+desc", 7), "results").await;
        assert_eq!(
            (by_number.len(), collection["listed_count"].as_u64()),
            (by_price.len(), Some(by_price.len() as u64))
        );
        let numbers: Vec<_> =
            by_number.iter().map(|nft| nft["external_collection_number"].as_u64()).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b));
        let prices: Vec<_> = by_price.iter().map(|nft| nanoton(&nft["price"])).collect();
        assert!(prices.is_sorted_by(|a, b| a >= b));
        for nft in by_number {
            assert_eq!(nft["collection_id"], collection["id"]);
            assert!(shown.insert(nft["id"].as_str().unwrap().to_owned(), nft).is_none(), "shown twice");
        }
    }
    assert_eq!(shown.len(), truth.lots.len());
    for lot in &truth.lots {
        let nft = &shown[lot.lot.as_str()];
        assert_eq!(nanoton(&nft["price"]), lot.price.amount);
        assert_eq!(domain::GiftId::parse(nft["tg_id"].as_str().unwrap()).as_ref(), Ok(&lot.gift));
        let unlocks =
            nft["unlocks_at"].as_str().map(|text| domain::time::us_from_iso(text).unwrap().unwrap() / 1_000);
        assert_eq!(unlocks, lot.details.unlocks_at_ms);
        assert_eq!(nft["photo_url"].as_str(), lot.details.image_url.as_deref());
    }
    let cut = get(&running, "/nfts/search?limit=500").await;
    assert_eq!(cut["results"].as_array().map(Vec::len), Some(50), "cut without a word");
}

#[tokio::test]
async fn filters_take_lists_and_exact_names() {
    let running = open(SandboxOptions { gifts: 20_000, ..options(4) }).await;
    let count = |path: String| {
        let running = &running;
        async move { walk(running, &format!("/nfts/search?limit=50&{path}"), "results").await.len() }
    };
    let nft = get(&running, "/nfts/search?limit=1&sort_by=price+asc").await["results"][0].clone();
    let value = |at: usize| nft["attributes"][at]["value"].as_str().unwrap().replace(' ', "+");
    let id = nft["collection_id"].as_str().unwrap();
    let all = count(format!("collection_ids={id}")).await;
    assert!(all > 0);
    assert_eq!(
        count(format!("filter_by_collections={}", nft["name"].as_str().unwrap().replace(' ', "+"))).await,
        all
    );
    for filter in [
        format!("collection_ids={id}&filter_by_models={},Nothing", value(0)),
        format!("collection_ids={id}&filter_by_symbols={}", value(1)),
        format!("collection_ids={id}&filter_by_backdrops={}", value(2)),
        format!("collection_ids={id}&external_collection_number={}", nft["external_collection_number"]),
        format!("ids={},x", nft["id"].as_str().unwrap()),
        format!("collection_ids={id}&max_price={}", ask(1_000_000_000_000) / 1_000_000_000),
    ] {
        let found = count(filter.clone()).await;
        assert!((1..=all).contains(&found), "{filter}: {found}");
    }
    assert_eq!(count("max_price=0.000001".into()).await, 0);
    assert_eq!(count("status=auction".into()).await, 0);
    assert_eq!(count("filter_by_collections=Durov%E2%80%99s+Cap".into()).await, 0);
    assert!(count("filter_by_collections=Durov's+Cap".into()).await > 0);
}

#[tokio::test]
async fn what_happened_goes_back_to_the_beginning() {
    let running = open(options(2)).await;
    running.step(800);
    let truth = truth(&running);
    let actions = walk(&running, "/market/actions/?limit=50&sort_by=created_at+desc", "actions").await;
    assert_eq!(actions.len(), truth.happenings.len());
    let mut words = BTreeSet::new();
    for (action, told) in actions.iter().zip(truth.happenings.iter().rev()) {
        let at = domain::time::us_from_iso(action["created_at"].as_str().unwrap());
        assert_eq!(at, Ok(Some(told.at_us)));
        let id = action["nft"]["id"].as_str().unwrap();
        assert_eq!((id, told.source_id.clone()), (told.lot.as_str(), format!("{id}@{}", told.at_us)));
        assert!(action.get("id").is_none(), "a happening has no id");
        let (word, price) = match &told.what {
            TruthWhat::Listed { price } => ("listing", Some(price)),
            TruthWhat::Repriced { price } => ("price_update", Some(price)),
            TruthWhat::Sold { price, .. } => ("purchase", Some(price)),
            _ => ("unlisting", None),
        };
        assert_eq!(action["type"], word);
        assert!(price.is_none_or(|price| nanoton(&action["amount"]) == price.amount));
        words.insert(word);
    }
    assert_eq!(words.len(), 4);
    for (filter, word) in [("buy", "purchase"), ("sell", "purchase"), ("delist", "unlisting")] {
        let found =
            walk(&running, &format!("/market/actions/?limit=50&action_types={filter}"), "actions").await;
        assert!(!found.is_empty() && found.iter().all(|action| action["type"] == word), "{filter}");
    }
}

#[tokio::test]
async fn attributes_are_told_in_percent_and_twice_where_two_have_one_name() {
    let running = open(options(1)).await;
    let told = get(&running, "/collections/filters?short_names=santahat,toybear,nothing").await;
    let names: Vec<_> = told["collections"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["santahat", "toybear"]);
    let models = told["collections"]["santahat"]["models"].as_array().unwrap();
    let raves = models
        .iter()
        .filter(|model| model["name"] == "Rave")
        .map(|model| model["rarity_per_mille"].to_string());
    assert_eq!(raves.collect::<Vec<_>>(), ["0.2", "1"]);
    for list in ["models", "backdrops", "symbols"] {
        assert!(told["collections"]["toybear"][list].as_array().unwrap().len() > 10, "{list}");
        assert!(told["floor_prices"]["toybear"][list].is_object());
    }
    assert!(get(&running, "/collections/floors").await["floorPrices"].as_object().unwrap().len() > 30);
    assert_eq!(get(&running, "/market/config").await["commission"], "0.02");
}

#[tokio::test]
async fn who_is_no_browser_is_cut_off() {
    let running = open(options(1)).await;
    for missing in 0..BROWSER.len() {
        let mut headers = BROWSER.to_vec();
        headers.remove(missing);
        assert!(request(&running, "/collections?limit=1", &headers).await.is_err(), "{missing}");
    }
    let strange = [BROWSER[0], BROWSER[1], ("user-agent", "curl/8.0")];
    assert!(request(&running, "/collections?limit=1", &strange).await.is_err());
    assert_eq!(request(&running, "/collections?limit=1", &BROWSER).await.unwrap().status, 200);
}

#[tokio::test]
async fn init_data_must_be_fresh_where_it_is_given_and_given_where_happenings_are_told() {
    let running = open(options(1)).await;
    let now_s = running.now_us() / 1_000_000;
    let status = |path: &'static str, data: Option<String>| {
        let running = &running;
        async move {
            let signed = data.map(|data| format!("tma {data}"));
            let mut headers = BROWSER.to_vec();
            headers.extend(signed.as_ref().map(|signed| ("authorization", signed.as_str())));
            request(running, path, &headers).await.unwrap().status
        }
    };
    let (search, actions) = ("/nfts/search?limit=1", "/market/actions/?limit=1");
    assert_eq!((status(search, None).await, status(actions, None).await), (200, 401));
    let fresh = || Some(init_data(&user(), &BOT, now_s));
    assert_eq!((status(search, fresh()).await, status(actions, fresh()).await), (200, 200));
    let other = Bot { username: "other", token: "1:other" };
    for bad in [init_data(&user(), &BOT, now_s - 86_401), init_data(&user(), &other, now_s), String::new()] {
        assert_eq!((status(search, Some(bad.clone())).await, status(actions, Some(bad)).await), (401, 401));
    }
    let target = "/control/init-data?market=portals&person=3";
    let told = send(running.address(), "GET", target, &[], "").await.unwrap().json();
    assert_eq!(status(actions, told["initData"].as_str().map(str::to_owned)).await, 200);
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused() {
    let running = open(options(1)).await;
    for path in [
        "/nfts/search?sort_by=price",
        "/nfts/search?limit=0",
        "/nfts/search?offset=-1",
        "/nfts/search?min_price=x",
        "/nfts/search?premarket_status=some",
        "/market/actions/?action_types=gossip",
        "/market/actions/?sort_by=price+asc",
        "/collections?limit=x",
        "/collections/filters",
    ] {
        let answer = ask_signed(&running, path).await;
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.json()["message"].is_string());
    }
    assert_eq!(ask_signed(&running, "/nowhere").await.status, 404);
}

#[tokio::test]
async fn over_the_limit_comes_a_429() {
    let running = open(SandboxOptions { limits: true, speed_x1000: 1_000, ..options(1) }).await;
    for _ in 0..12 {
        assert_eq!(ask_signed(&running, "/nfts/search?limit=1").await.status, 200);
    }
    let answer = ask_signed(&running, "/nfts/search?limit=1").await;
    assert_eq!(answer.status, 429);
    assert!(answer.header("retry-after").is_some());
}

/// What a walk misses under page faults is what the truth calls withheld.
#[tokio::test]
async fn what_was_kept_back_is_told() {
    let running = open(options(6)).await;
    let order = FaultOrder {
        market: Some("portals".into()),
        endpoint: Some("actions".into()),
        mix: "torn-pages".into(),
        seed: 3,
        times: None,
    };
    running.order_faults(order).unwrap();
    let actions = walk(&running, "/market/actions/?limit=20", "actions").await;
    let seen: BTreeSet<String> = actions
        .iter()
        .map(|action| {
            let at_us = domain::time::us_from_iso(action["created_at"].as_str().unwrap()).unwrap().unwrap();
            format!("{}@{at_us}", action["nft"]["id"].as_str().unwrap())
        })
        .collect();
    let happenings = truth(&running).happenings;
    let all: BTreeSet<String> = happenings.iter().map(|told| told.source_id.clone()).collect();
    let missing: BTreeSet<String> =
        happenings.into_iter().filter(|told| told.withheld).map(|told| told.source_id).collect();
    assert!(!missing.is_empty());
    assert_eq!(&all - &seen, missing);
}

/// Scans by collection in overlapping pages of fifty, then everything that happened, then the attributes, at the documented pace.
#[test]
fn the_default_picture_fits_a_minute() {
    let options = SandboxOptions::default();
    let world =
        crate::world::World::make(options.seed, options.gifts, crate::testing::EPOCH_US, crate::MARKETS);
    let market = crate::MARKETS.iter().position(|market| market.id == "portals").unwrap();
    let shelf = world.shelves_of(market).next().unwrap();
    let listed = world.shelf_gifts(shelf).0.len();
    let pages = |lots: usize| 1 + lots.saturating_sub(10).div_ceil(45);
    let scans: usize = super::ids::listed().map(|(at, _, _)| pages(world.open_count(shelf, at))).sum();
    let actions = world.history(market).end() as usize / 50 + 2;
    let collections = super::ids::listed().count();
    println!(
        "{listed} for sale, {scans} pages, {actions} pages of what happened, {collections} of attributes"
    );
    let allowed_per_second = options.speed_x1000 as usize / 500;
    assert!(
        scans + actions + collections + 1 < allowed_per_second * 30,
        "half a minute is for everything else"
    );
}
