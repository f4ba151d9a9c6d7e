//! The wire from outside: real requests over a socket.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{ask, gift::NONE};
use crate::{
    FaultOrder, Running, SandboxOptions, TruthQuery,
    shape::differences,
    telegram::{User, init_data},
    testing::{Answer, open, options, send},
    truth::{Truth, TruthWhat},
};

const BY_IDS: &str = include_str!("../../fixtures/mrkt/gifts-saling-by-ids.json");
const FEED: &str = include_str!("../../fixtures/mrkt/feed-abridged.json");
const MODELS: &str = include_str!("../../fixtures/mrkt/gifts-models.json");
const SALE: &str = include_str!("../../fixtures/mrkt/gifts-sale.json");
const COLLECTIONS: &str = include_str!("../../fixtures/mrkt/gifts-collections-2026-08-item.json");
const COLLECTIONS_2025: &str = include_str!("../../fixtures/mrkt/gifts-collections-2025-11.json");

/// A client that is signed in.
struct Client<'r> {
    running: &'r Running,
    cookie: String,
}

async fn request(
    running: &Running,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let target = format!("/mrkt/api/v1{path}");
    let headers = [&[("content-type", "application/json")], headers].concat();
    send(running.address(), method, &target, &headers, body).await.expect("an answer")
}

async fn sign_in<'r>(running: &'r Running, user: &User) -> Client<'r> {
    let data = running.init_data("mrkt", user).unwrap();
    let answer =
        request(running, "POST", "/auth", &[], &json!({ "data": data, "appId": null }).to_string()).await;
    let token = answer.json();
    assert_eq!(keys(&token), words("token isFirstTime giftId profile"));
    Client { running, cookie: format!("a=b; access_token={}", token["token"].as_str().unwrap()) }
}

impl Client<'_> {
    async fn ask(&self, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        request(self.running, method, path, &[("cookie", &self.cookie)], &body).await
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.ask("POST", path, body).await;
        assert_eq!(answer.status, 200, "{path} {body}: {}", answer.text());
        answer.json()
    }

    /// All items of a walk and how many pages it took; the list's name is the answer's.
    async fn walk(&self, path: &str, body: &Value, list: &str) -> (Vec<Value>, usize) {
        let (mut items, mut body, mut pages) = (Vec::new(), body.clone(), 0);
        loop {
            let page = self.post(path, &body).await;
            items.extend(page[list].as_array().unwrap().iter().cloned());
            pages += 1;
            assert!(pages < 2_000, "{path} never ends");
            if page["cursor"].is_null() {
                return (items, pages);
            }
            body["cursor"] = page["cursor"].clone();
        }
    }
}

fn user() -> User {
    User { id: 42, first_name: "Reader".into(), username: None }
}

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().expect("an object").keys().cloned().collect()
}

fn words(text: &str) -> BTreeSet<String> {
    text.split(' ').map(str::to_owned).collect()
}

fn truth(running: &Running) -> Truth {
    running.truth("mrkt", &TruthQuery::default()).expect("MRKT trades gifts")
}

/// The long body, with these fields changed.
fn long_body(changes: Value) -> Value {
    let nulls = "availableForStaking craftable forGame giftType isCrafted isNew isPremarket isTransferable luckyBuy \
                 maxPrice minPrice number query removeSelfSales tgCanBeCraftedFrom mintable";
    let mut body: Map<String, Value> =
        nulls.split_whitespace().map(|name| (name.to_owned(), Value::Null)).collect();
    for name in ["collectionNames", "modelNames", "backdropNames", "symbolNames"] {
        body.insert(name.to_owned(), json!([]));
    }
    let rest =
        json!({ "count": 20, "cursor": "", "ordering": "Price", "lowToHigh": true, "promotedFirst": false });
    body.extend(rest.as_object().unwrap().clone());
    body.extend(changes.as_object().unwrap().clone());
    Value::Object(body)
}

/// Fields of a gift that are null in the recorded one and have a documented type, or the other way round.
const NULLABLE: &[&str] = &["/symbolRarityPerMille", "/floorPriceNanoTONsByCollection"];

fn compare_gift(recorded: &Value, ours: &Value) {
    let mut ours = ours.clone();
    for date in ["exportDate", "nextResaleDate", "nextTransferDate", "unlockDate"] {
        if ours[date] == NONE {
            ours[date] = recorded[date].clone();
        }
    }
    if ours["symbolRarityPerMille"].is_u64() {
        ours["symbolRarityPerMille"] = Value::Null;
    }
    assert_eq!(differences(recorded, &ours, NULLABLE), Vec::<String>::new());
}

#[tokio::test]
async fn gifts_are_as_recorded() {
    let running = open(options(1)).await;
    let client = sign_in(&running, &user()).await;
    let recorded: Value = serde_json::from_str(BY_IDS).unwrap();
    let page = client.post("/gifts/saling", &long_body(json!({}))).await;
    assert_eq!(keys(&page), words("gifts cursor total"));
    let gifts = page["gifts"].as_array().unwrap();
    let ids: Vec<&Value> = gifts.iter().map(|gift| &gift["id"]).collect();
    let by_ids = client.post("/gifts/saling/by-ids", &json!({ "ids": ids })).await;
    assert_eq!(&by_ids, &page["gifts"]);
    for gift in gifts {
        compare_gift(&recorded[0], gift);
        let (price, net) =
            (gift["salePrice"].as_i64().unwrap(), gift["salePriceWithoutFee"].as_i64().unwrap());
        assert_eq!(price, ask(net));
        let id = gift["giftId"].as_i64().unwrap();
        assert!(id > 1 << 53);
        assert_eq!(gift["giftIdString"].as_str(), Some(id.to_string().as_str()));
        let path = format!("/gifts/gift/{}", gift["id"].as_str().unwrap());
        assert_eq!(&client.ask("GET", &path, &Value::Null).await.json(), gift);
    }
    let symbols = gifts.iter().map(|gift| gift["symbolRarityPerMille"].is_null());
    assert_eq!(symbols.collect::<BTreeSet<_>>().len(), 2);
    assert_eq!(
        super::gift::sticker("stickers", "Chill Flame", "Spring Grove", "json"),
        recorded[0]["modelStickerKey"].as_str().unwrap()
    );
}

#[tokio::test]
async fn the_feed_is_as_recorded() {
    let running = open(options(1)).await;
    let client = sign_in(&running, &user()).await;
    let recorded: Value = serde_json::from_str(FEED).unwrap();
    let whole: Value = serde_json::from_str(BY_IDS).unwrap();
    let mut page = client.post("/feed", &json!({ "count": 20, "cursor": "" })).await;
    for item in page["items"].as_array_mut().unwrap() {
        compare_gift(&whole[0], &item["gift"]);
        // The publisher abridged the gifts: each recorded field has to be ours too.
        for recorded in recorded["items"].as_array().unwrap() {
            assert!(keys(&recorded["gift"]).is_subset(&keys(&item["gift"])));
        }
        item["gift"] = recorded["items"][0]["gift"].clone();
    }
    assert_eq!(differences(&recorded, &page, &[]), Vec::<String>::new());
}

#[tokio::test]
async fn collections_and_models_are_as_recorded() {
    let running = open(options(1)).await;
    let client = sign_in(&running, &user()).await;
    let ours = client.ask("GET", "/gifts/collections", &Value::Null).await.json();
    let recorded: Value = serde_json::from_str(COLLECTIONS).unwrap();
    let found = differences(&recorded, &ours, &[]);
    // A base gift's name is a number, and two recorded times have fewer digits of a second.
    let expected = |line: &String| line.starts_with("/*/name was") || line.starts_with("/*/createdAt was");
    assert!(found.iter().all(expected), "{found:#?}");
    let older: Value = serde_json::from_str(COLLECTIONS_2025).unwrap();
    let (rows, older) = (ours.as_array().unwrap(), older.as_array().unwrap());
    assert_eq!(rows.len(), older.len() + 1);
    for (ours, older) in rows.iter().zip(older) {
        for name in ["name", "title", "modelStickerThumbnailKey", "createdAt", "volume"] {
            assert_eq!(ours[name], older[name]);
        }
    }
    assert!(rows.iter().any(|row| row["name"] == "Durov\u{2019}s Cap"));

    let names: Vec<&Value> =
        rows.iter().map(|row| &row["name"]).filter(|name| *name != "Witch Hat").take(9).collect();
    let hat = json!("Santa Hat");
    let names = [names, vec![&hat]].concat();
    let models = client.post("/gifts/models", &json!({ "collections": names })).await;
    let recorded: Value = serde_json::from_str(MODELS).unwrap();
    assert_eq!(differences(&recorded, &models, &["/*/floorPriceNanoTons"]), Vec::<String>::new());
    let raves = models.as_array().unwrap().iter().filter(|model| model["modelName"] == "Rave");
    assert_eq!(raves.map(|model| model["rarityPerMille"].as_u64().unwrap()).collect::<Vec<_>>(), [2, 10]);
    let many: Vec<&Value> = rows.iter().map(|row| &row["name"]).take(11).collect();
    assert_eq!(client.ask("POST", "/gifts/models", &json!({ "collections": many })).await.status, 400);
}

/// The price sent is the seller's, the price answered the buyer's.
#[tokio::test]
async fn putting_up_adds_the_fee_as_recorded() {
    let running = open(options(1)).await;
    let recorded: Value = serde_json::from_str(SALE).unwrap();
    let price = recorded["request"]["price"].as_i64().unwrap();
    assert_eq!(ask(price), recorded["response"]["prices"][0].as_i64().unwrap());
    assert_eq!(ask(4_000_000_000), 4_080_000_000);
    let (owner, id) = {
        // Somebody who owns a gift that lies with MRKT and is not for sale.
        let world = crate::world::World::make(1, 2_000, crate::testing::EPOCH_US, crate::MARKETS);
        let at = crate::MARKETS.iter().position(|market| market.id == "mrkt").unwrap();
        let gift = world.shelf_gifts(world.shelves_of(at).next().unwrap()).1[0];
        let entry = &world.gifts[gift as usize];
        (entry.owner, super::ids::lot(&world, gift, entry.deposits).to_string())
    };
    let body = json!({ "ids": [id], "price": price });
    let stranger = sign_in(&running, &user()).await;
    assert_eq!(stranger.ask("POST", "/gifts/sale", &body).await.status, 400);
    let owner = sign_in(&running, &running.resident(owner)).await;
    let answer = owner.post("/gifts/sale", &body).await;
    assert_eq!(differences(&recorded["response"], &answer, &[]), Vec::<String>::new());
    assert_eq!(answer, json!({ "ids": [id], "prices": [ask(price)] }));
    let gift = owner.post("/gifts/saling/by-ids", &json!({ "ids": [id] })).await[0].clone();
    assert_eq!(
        (&gift["isOnSale"], &gift["isMine"], gift["salePrice"].as_i64()),
        (&json!(true), &json!(true), Some(ask(price)))
    );
    assert_eq!(owner.ask("POST", "/gifts/sale", &body).await.status, 400, "for sale already");
}

/// Every collection's pages show exactly what the truth says, by price and by number alike.
#[tokio::test]
async fn scans_show_the_truth() {
    let running = open(options(4)).await;
    running.step(500);
    let client = sign_in(&running, &user()).await;
    let truth = truth(&running);
    assert!(truth.lots.len() > 300 && truth.attributes.len() > 4_000);
    let mut shown: BTreeMap<String, Value> = BTreeMap::new();
    for known in crate::catalog::Catalog::get().collections.iter().filter(|known| known.models.len() > 0) {
        let walk = |changes: Value| {
            let client = &client;
            async move { client.walk("/gifts/saling", &long_body(changes), "gifts").await.0 }
        };
        let by_price = walk(json!({ "collectionNames": [known.title], "count": 50 })).await;
        let mut by_number = walk(
            json!({ "collectionNames": [known.title], "ordering": "Number", "lowToHigh": false, "count": 7 }),
        )
        .await;
        let prices: Vec<_> = by_price.iter().map(|gift| gift["salePrice"].as_i64().unwrap()).collect();
        assert!(prices.is_sorted());
        let numbers: Vec<_> = by_number.iter().map(|gift| gift["number"].as_i64().unwrap()).collect();
        assert!(numbers.is_sorted_by(|a, b| a > b));
        by_number.sort_by_key(|gift| (gift["salePrice"].as_i64(), gift["number"].as_i64()));
        assert_eq!(by_number.len(), by_price.len());
        for gift in by_price {
            assert!(shown.insert(gift["id"].as_str().unwrap().to_owned(), gift).is_none(), "shown twice");
        }
    }
    assert_eq!(shown.len(), truth.lots.len());
    for lot in &truth.lots {
        let gift = &shown[lot.lot.as_str()];
        assert_eq!(gift["salePrice"].as_i64(), Some(lot.price.amount));
        assert_eq!(domain::GiftId::parse(gift["name"].as_str().unwrap()).as_ref(), Ok(&lot.gift));
        let date = |name: &str| {
            domain::time::us_from_iso(gift[name].as_str().unwrap()).unwrap().map(|us| us / 1_000)
        };
        assert_eq!(date("unlockDate"), lot.details.unlocks_at_ms);
        assert_eq!(date("exportDate"), lot.details.exportable_at_ms);
    }
    let all = client.post("/gifts/saling", &long_body(json!({ "count": 100 }))).await;
    assert_eq!(all["gifts"].as_array().map(Vec::len), Some(20), "cut without a word");
    assert_eq!(all["total"].as_u64(), Some(truth.lots.len() as u64));
}

#[tokio::test]
async fn filters_take_exact_names() {
    let running = open(SandboxOptions { gifts: 60_000, ..options(4) }).await;
    let client = sign_in(&running, &user()).await;
    let total = |changes: Value| {
        let client = &client;
        async move { client.post("/gifts/saling", &long_body(changes)).await["total"].as_u64().unwrap() }
    };
    let cap = total(json!({ "collectionNames": ["Durov\u{2019}s Cap"] })).await;
    assert!(cap > 0);
    assert_eq!(total(json!({ "collectionNames": ["Durov's Cap"] })).await, 0);
    let gift = client.post("/gifts/saling", &long_body(json!({}))).await["gifts"][0].clone();
    let (price, number) = (gift["salePrice"].as_i64().unwrap(), gift["number"].clone());
    let collection = json!([gift["collectionName"]]);
    for (changes, least) in [
        (
            json!({ "collectionNames": collection, "modelNames": [gift["modelName"]], "backdropNames": [gift["backdropName"]] }),
            1,
        ),
        (json!({ "collectionNames": collection, "symbolNames": [gift["symbolName"]], "number": number }), 1),
        (json!({ "minPrice": price, "maxPrice": price }), 1),
        (json!({ "query": gift["title"] }), 1),
    ] {
        assert!(total(changes.clone()).await >= least, "{changes}");
    }
    assert_eq!(total(json!({ "maxPrice": 1 })).await, 0);
    assert_eq!(total(json!({ "isCrafted": true })).await, 0);
}

/// The order of `None` begins anew every ten seconds of the market's time.
#[tokio::test]
async fn nobody_can_rely_on_the_order_of_none() {
    let running = open(SandboxOptions { speed_x1000: 40_000, ..options(4) }).await;
    let client = sign_in(&running, &user()).await;
    let body = long_body(json!({ "ordering": "None" }));
    let first = client.post("/gifts/saling", &body).await["gifts"].clone();
    assert_eq!(client.post("/gifts/saling", &body).await["gifts"], first);
    running.step(40);
    assert_ne!(client.post("/gifts/saling", &body).await["gifts"], first);
}

#[tokio::test]
async fn the_feed_goes_back_to_the_beginning() {
    let running = open(options(2)).await;
    running.step(800);
    let client = sign_in(&running, &user()).await;
    let truth = truth(&running);
    let (items, _) = client
        .walk("/feed", &json!({ "count": 99, "cursor": null, "type": [], "ordering": "Latest" }), "items")
        .await;
    assert_eq!(items.len(), truth.happenings.len());
    let mut words = BTreeSet::new();
    for (item, told) in items.iter().zip(truth.happenings.iter().rev()) {
        assert_eq!(item["id"].as_str(), Some(told.source_id.as_str()));
        assert_eq!(domain::time::us_from_iso(item["date"].as_str().unwrap()), Ok(Some(told.at_us)));
        assert_eq!(item["gift"]["id"].as_str(), Some(told.lot.as_str()));
        let (word, price) = match &told.what {
            TruthWhat::Listed { price } => ("listing", Some(price)),
            TruthWhat::Repriced { price } => ("change_price", Some(price)),
            TruthWhat::Sold { price, .. } => ("sale", Some(price)),
            _ => ("unlisting", None),
        };
        assert_eq!(item["type"], word);
        assert!(price.is_none_or(|price| item["amount"].as_i64() == Some(price.amount)));
        let listing_has_no_net = item["gift"]["salePriceWithoutFee"] == 0;
        assert_eq!(listing_has_no_net, word == "listing");
        words.insert(word);
    }
    assert_eq!(words.len(), 4);
    let sales = client.walk("/feed", &json!({ "count": 20, "type": ["sale"] }), "items").await.0;
    assert!(!sales.is_empty() && sales.iter().all(|item| item["type"] == "sale"));
}

#[tokio::test]
async fn only_the_cookie_counts_and_tokens_end() {
    let running = open(options(1)).await;
    let client = sign_in(&running, &user()).await;
    let token = client.cookie.rsplit('=').next().unwrap().to_owned();
    let get = |headers: Vec<(&'static str, String)>| {
        let running = &running;
        async move {
            let headers: Vec<(&str, &str)> =
                headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            request(running, "GET", "/gifts/collections", &headers, "").await.status
        }
    };
    assert_eq!(get(vec![("authorization", token.clone())]).await, 401);
    assert_eq!(get(vec![]).await, 401);
    assert_eq!(get(vec![("cookie", "access_token=00000000-0000-4000-8000-000000000000".into())]).await, 401);
    assert_eq!(get(vec![("cookie", client.cookie.clone())]).await, 200);
    let elsewhere = vec![("cookie", client.cookie.clone()), ("origin", "https://api.tgmrkt.io".into())];
    assert_eq!(get(elsewhere).await, 403);
    let home = vec![("cookie", client.cookie.clone()), ("origin", "https://cdn.tgmrkt.io".into())];
    assert_eq!(get(home).await, 200);
    // 26 hours at ten thousand times the speed are 9.4 seconds: 38 steps of the logical clock.
    running.step(37);
    assert_eq!(get(vec![("cookie", client.cookie.clone())]).await, 200);
    running.step(1);
    assert_eq!(get(vec![("cookie", client.cookie.clone())]).await, 401);
}

#[tokio::test]
async fn init_data_must_be_fresh_and_signed() {
    let running = open(options(1)).await;
    let now_s = running.now_us() / 1_000_000;
    let status = |data: String| {
        let running = &running;
        async move { request(running, "POST", "/auth", &[], &json!({ "data": data }).to_string()).await.status }
    };
    assert_eq!(status(init_data(&user(), &super::BOT, now_s)).await, 200);
    assert_eq!(status(init_data(&user(), &super::BOT, now_s - 86_401)).await, 403);
    let other = crate::telegram::Bot { username: "other", token: "1:other" };
    assert_eq!(status(init_data(&user(), &other, now_s)).await, 403);
    assert_eq!(status(String::new()).await, 403);
    assert_eq!(request(&running, "POST", "/auth", &[], "{}").await.status, 400);
    let target = "/control/init-data?market=mrkt&person=3";
    let told = send(running.address(), "GET", target, &[], "").await.unwrap().json();
    assert_eq!(status(told["initData"].as_str().unwrap().to_owned()).await, 200);
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused() {
    let running = open(options(1)).await;
    let client = sign_in(&running, &user()).await;
    for ordering in ["ModelRarity", "Date", "Latest", "price"] {
        let body = long_body(json!({ "ordering": ordering }));
        assert_eq!(client.ask("POST", "/gifts/saling", &body).await.status, 400, "{ordering}");
    }
    let short =
        json!({ "collectionNames": [], "count": 20, "cursor": "", "ordering": "Price", "lowToHigh": true });
    assert_eq!(client.ask("POST", "/gifts/saling", &short).await.status, 400);
    for (path, body) in [
        ("/gifts/saling", long_body(json!({ "cursor": "nonsense" }))),
        ("/gifts/saling", long_body(json!({ "count": 0 }))),
        ("/gifts/saling", json!([])),
        ("/feed", json!({ "count": 20, "cursor": "nonsense" })),
        ("/feed", json!({ "count": 20, "type": ["gossip"] })),
        ("/feed", json!({ "count": 20, "ordering": "Price" })),
        ("/gifts/saling/by-ids", json!({ "ids": ["nonsense"] })),
        ("/gifts/models", json!({})),
    ] {
        assert_eq!(client.ask("POST", path, &body).await.status, 400, "{path} {body}");
    }
    let nobody = "/gifts/gift/00000000-0000-4000-8000-000000000000";
    assert_eq!(client.ask("GET", nobody, &Value::Null).await.status, 404);
    assert_eq!(client.ask("GET", "/nowhere", &Value::Null).await.status, 404);
}

#[tokio::test]
async fn over_the_limit_comes_rps_wait() {
    let running = open(SandboxOptions { limits: true, speed_x1000: 1_000, ..options(1) }).await;
    let client = sign_in(&running, &user()).await;
    for _ in 0..11 {
        assert_eq!(client.ask("GET", "/gifts/collections", &Value::Null).await.status, 200);
    }
    let answer = client.ask("GET", "/gifts/collections", &Value::Null).await;
    assert_eq!((answer.status, answer.text().as_str()), (429, "RPS_WAIT"));
    assert!(answer.header("retry-after").is_some());
}

/// What a walk misses under page faults is what the truth calls withheld.
#[tokio::test]
async fn what_was_kept_back_is_told() {
    let running = open(options(6)).await;
    let client = sign_in(&running, &user()).await;
    let order = FaultOrder {
        market: Some("mrkt".into()),
        endpoint: Some("feed".into()),
        mix: "torn-pages".into(),
        seed: 3,
        times: None,
    };
    running.order_faults(order).unwrap();
    let items = client.walk("/feed", &json!({ "count": 20, "cursor": "" }), "items").await.0;
    let seen: BTreeSet<String> = items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
    let happenings = truth(&running).happenings;
    let all: BTreeSet<String> = happenings.iter().map(|told| told.source_id.clone()).collect();
    let missing: BTreeSet<String> =
        happenings.into_iter().filter(|told| told.withheld).map(|told| told.source_id).collect();
    assert!(!missing.is_empty());
    assert_eq!(&all - &seen, missing);
}

/// Scans by collection in pages of twenty, then the whole feed, then the models, at the documented pace.
#[test]
fn the_default_picture_fits_a_minute() {
    let options = SandboxOptions::default();
    let world =
        crate::world::World::make(options.seed, options.gifts, crate::testing::EPOCH_US, crate::MARKETS);
    let market = crate::MARKETS.iter().position(|market| market.id == "mrkt").unwrap();
    let shelf = world.shelves_of(market).next().unwrap();
    let listed = world.shelf_gifts(shelf).0.len();
    let catalog = crate::catalog::Catalog::get();
    let pages: usize = (0..catalog.collections.len()).map(|at| world.open_count(shelf, at) / 20 + 1).sum();
    let feed = world.history(market).end() as usize / 20 + 1;
    println!("{listed} for sale, {pages} pages, {feed} pages of the feed");
    let allowed_per_second = options.speed_x1000 as usize / 833;
    assert!(pages + feed + 13 < allowed_per_second * 30, "half a minute is for everything else");
}
