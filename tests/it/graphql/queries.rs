//! What the questions of a trader get.

use serde_json::{Value, json};
use store::Mark;

use super::{
    api::{Api, api, texts},
    scene::{on, play},
};
use crate::facts::{delisted, gift, happened, listed, scope, sold};

#[tokio::test(flavor = "multi_thread")]
async fn one_gift_on_every_market_side_by_side() {
    let api = api().await;
    let position = play(&api).await;
    let data = api
        .ask(
            r#"{ gift(slug: "Plush Pepe", number: 1) {
                id name slug number
                model { name rarityPerMille rarityTier position } symbol { name } backdrop { name }
                custody { kind market { id } since } owner { name } dates { exportableAt } address addressCandidates imageUrl
                collection { title address }
                listings {
                    id market { id name } lot price { amount currency decimals text feeBasis converted { text rateMicros rateSource } }
                    allIn { total atLeast text lines { kind text counted basis source } converted(to: "usd") { currency } }
                    linkUrl listedAt seenAt stale staleSince custody owner evidenceUrl origin event { position kind }
                    missing { field reason }
                }
                missing { field }
            } }"#,
        )
        .await;
    let found = &data["gift"];
    assert_eq!(found["id"], "gift_plushpepe-1");
    assert_eq!(found["name"], "Plush Pepe #1");
    assert_eq!(
        found["model"],
        json!({"name": "Cozy", "rarityPerMille": 15, "rarityTier": null, "position": "5"})
    );
    assert_eq!(
        found["custody"],
        json!({"kind": "CHAIN", "market": {"id": "getgems"}, "since": "1970-01-01T00:00:10Z"})
    );
    assert_eq!(found["owner"]["name"], "alice");
    assert_eq!(found["dates"]["exportableAt"], "2027-01-15T08:00:00Z");
    assert_eq!(found["addressCandidates"], json!(["EQCollection/plushpepe-1"]));
    assert_eq!(texts(&found["missing"], "/field"), ["address"]);
    let listings = &found["listings"];
    assert_eq!(texts(listings, "/market/id"), ["mrkt", "getgems"], "by all-in price, lowest first");
    assert_eq!(texts(listings, "/price/text"), ["9.5 TON", "10 TON"]);
    let getgems = &listings[1];
    assert_eq!(getgems["id"], "listing_getgems_lot-plushpepe-1");
    assert_eq!(
        getgems["price"]["converted"],
        json!({"text": "20 USD", "rateMicros": "2000000", "rateSource": "rates"})
    );
    assert_eq!(getgems["linkUrl"], "https://market.example/plushpepe-1");
    assert_eq!(getgems["listedAt"], "1970-01-01T00:00:11Z");
    assert_eq!((&getgems["stale"], &getgems["staleSince"]), (&json!(false), &Value::Null));
    assert_eq!(getgems["event"], json!({"position": "6", "kind": "LISTED"}));
    assert_eq!(getgems["evidenceUrl"], "/evidence/6");
    let lines = getgems["allIn"]["lines"].as_array().expect("lines");
    assert_eq!(lines[0]["kind"], "MARKET_PRICE");
    assert_eq!(
        lines[1],
        json!({
            "kind": "MARKET_FEE", "text": "0.5 TON", "counted": "INSIDE",
            "basis": "told by the listing for this price", "source": "the listing"
        })
    );
    // mrkt has told nothing of this gift's page: each null says why.
    assert_eq!(texts(&listings[0]["missing"], "/field"), ["custody", "owner", "linkUrl", "checkedAt"]);
    assert_eq!(listings[0]["missing"][0]["reason"], "MRKT has not told where the gift lives");
    let head = api.ask("{ log { position } }").await;
    assert_eq!(head["log"]["position"], position.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_filter_finds_its_listings_and_nothing_else() {
    let api = api().await;
    play(&api).await;
    let all = [
        "getgems lolpop-7",
        "getgems plushpepe-1",
        "getgems plushpepe-2",
        "mrkt lolpop-7",
        "mrkt plushpepe-1",
        "mrkt plushpepe-30",
    ];
    for (filter, expected) in [
        (json!(null), all.to_vec()),
        (json!({}), all.to_vec()),
        (json!({"collections": ["Lol Pop"]}), vec![all[0], all[3]]),
        (json!({"collections": ["lolpop", "plushpepe"]}), all.to_vec()),
        (json!({"collections": ["nosuch"]}), vec![]),
        (json!({"models": ["Cozy"]}), vec![all[1], all[4], all[5]]),
        (json!({"collections": ["plushpepe"], "models": ["Ninja", "Swirl"]}), vec![all[2]]),
        (json!({"symbols": ["Leaf"], "markets": ["mrkt"]}), vec![all[3], all[4], all[5]]),
        (json!({"backdrops": ["Pine  Green"]}), vec![all[0], all[1], all[3], all[4]]),
        (json!({"number": 7}), vec![all[0], all[3]]),
        (json!({"numberRange": {"from": 2, "to": 7}}), vec![all[0], all[2], all[3]]),
        (json!({"numberRange": {"from": 30}}), vec![all[5]]),
        (json!({"price": {"currency": "TON"}}), vec![all[1], all[2], all[3], all[4], all[5]]),
        (
            json!({"price": {"currency": "ton", "from": "9500000000", "to": "12000000000"}}),
            vec![all[1], all[4], all[5]],
        ),
        (json!({"price": {"currency": "USDT", "to": "30000000"}}), vec![all[0]]),
        (json!({"price": {"currency": "USDT", "to": "29999999"}}), vec![]),
        (json!({"price": {"currency": "TON", "of": "ALL_IN", "from": "20000000000"}}), vec![all[2]]),
        (json!({"markets": ["getgems"]}), vec![all[0], all[1], all[2]]),
        (json!({"custody": ["CHAIN"]}), vec![all[1]]),
        (json!({"custody": ["MARKET", "ACCOUNT"]}), vec![all[0], all[2], all[5]]),
        (json!({"owner": "alice"}), vec![all[1], all[5]]),
        (json!({"owner": "alice'; drop table market.listings; --"}), vec![]),
    ] {
        let data = api
            .ask_with(
                "query($f: ListingFilter) { listings(filter: $f, first: 50) { totalCount nodes { market { id } gift { slug number } } } }",
                json!({ "f": filter }),
            )
            .await;
        let mut found: Vec<String> = data["listings"]["nodes"]
            .as_array()
            .expect("nodes")
            .iter()
            .map(|node| {
                format!(
                    "{} {}-{}",
                    node["market"]["id"].as_str().expect("id"),
                    node["gift"]["slug"].as_str().expect("slug"),
                    node["gift"]["number"]
                )
            })
            .collect();
        found.sort();
        assert_eq!(found, expected, "{filter}");
        assert_eq!(data["listings"]["totalCount"], json!(expected.len()), "{filter}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn gifts_of_an_owner_and_with_an_attribute() {
    let api = api().await;
    play(&api).await;
    for (filter, expected) in [
        (json!(null), vec!["gift_lolpop-7", "gift_plushpepe-1", "gift_plushpepe-2", "gift_plushpepe-30"]),
        (json!({"owner": "alice"}), vec!["gift_plushpepe-1", "gift_plushpepe-30"]),
        (json!({"owner": "alice", "custody": ["MARKET"]}), vec!["gift_plushpepe-30"]),
        (json!({"custody": ["ACCOUNT", "CHAIN"]}), vec!["gift_lolpop-7", "gift_plushpepe-1"]),
        (json!({"models": ["Cozy"], "backdrops": ["Coral Red"]}), vec!["gift_plushpepe-30"]),
        (
            json!({"collections": ["plushpepe"], "numberRange": {"from": 2, "to": 29}}),
            vec!["gift_plushpepe-2"],
        ),
        (json!({"owner": "nobody"}), vec![]),
    ] {
        let query =
            "query($f: GiftFilter) { gifts(filter: $f) { totalCount nodes { id } asOf { position ageMs } } }";
        let data = api.ask_with(query, json!({ "f": filter })).await;
        assert_eq!(texts(&data["gifts"]["nodes"], "/id"), expected, "{filter}");
        assert_eq!(data["gifts"]["totalCount"], json!(expected.len()));
    }
    let data = api.ask(r#"{ gift(slug: "lolpop", number: 7) { model { name rarityPerMille } } none: gift(slug: "lolpop", number: 8) { id } }"#).await;
    assert_eq!(
        data["gift"]["model"],
        json!({"name": "Swirl", "rarityPerMille": 20}),
        "told by the collection's list"
    );
    assert_eq!(data["none"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn sales_activity_floors_and_rates() {
    let api = api().await;
    play(&api).await;
    api.log(vec![
        sold("plushpepe-2", 50, 19_000_000_000, "dave"),
        on("mrkt", sold("lolpop-7", 60, 5_000_000_000, "erin")),
        delisted("plushpepe-1", 61),
    ])
    .await;
    let data = api
        .ask(
            r#"{
                sales { nodes { id gift { id owner { name } } market { id } price { text } buyer seller soldAt transaction event { kind } } }
                ofDave: sales(filter: {buyer: "dave"}) { nodes { id } }
                early: sales(filter: {until: "1970-01-01T00:00:55Z", price: {currency: "TON", from: 19000000000}}) { nodes { id } }
                activity(filter: {kinds: [SOLD, DELISTED]}) { nodes { kind at gift { id } price { text } fact { __typename ... on Delisted { reason } ... on Sold { buyer } } } }
                ofGift: activity(filter: {collections: ["plushpepe"], number: 2}) { nodes { kind } }
                floors(filter: {collections: ["plushpepe"]}) { asOf { position } nodes { slug kind name market { id } currency price { text } listingsCount listing { id } event { kind } } }
                models: floors(filter: {collections: ["plushpepe"], kinds: [MODEL], bestOnly: true}) { nodes { name price { text } } }
                collection(slug: "plushpepe") { floors { market { id } price { text } } attributes(kind: MODEL) { name rarityPerMille } }
                rates { base quote text source position evidenceUrl }
            }"#,
        )
        .await;
    assert_eq!(texts(&data["sales"]["nodes"], "/buyer"), ["erin", "dave"], "newest first");
    assert_eq!(
        data["sales"]["nodes"][1]["gift"],
        json!({"id": "gift_plushpepe-2", "owner": {"name": "dave"}})
    );
    assert_eq!(data["sales"]["nodes"][1]["soldAt"], "1970-01-01T00:00:50Z");
    assert_eq!(data["ofDave"]["nodes"].as_array().map(Vec::len), Some(1));
    assert_eq!(data["early"]["nodes"], data["ofDave"]["nodes"]);
    assert_eq!(texts(&data["activity"]["nodes"], "/kind"), ["DELISTED", "SOLD", "SOLD"]);
    assert_eq!(
        data["activity"]["nodes"][0]["fact"],
        json!({"__typename": "Delisted", "reason": "CANCELLED"})
    );
    assert_eq!(texts(&data["ofGift"]["nodes"], "/kind"), ["SOLD", "LISTED", "METADATA_SEEN"]);
    let floors = &data["floors"]["nodes"];
    assert_eq!(
        texts(floors, "/price/text"),
        ["9.5 TON", "9.5 TON"],
        "over all, then mrkt; nothing is left on getgems"
    );
    assert_eq!(texts(floors, "/market/id"), ["null", "mrkt"]);
    assert_eq!(floors[0]["listing"]["id"], "listing_mrkt_lot-plushpepe-1");
    assert_eq!((&floors[0]["listingsCount"], &floors[0]["event"]["kind"]), (&json!(2), &json!("LISTED")));
    assert_eq!(data["models"]["nodes"], json!([{"name": "Cozy", "price": {"text": "9.5 TON"}}]));
    assert_eq!(texts(&data["collection"]["attributes"], "/name"), ["Ninja", "Cozy"], "the rarest first");
    assert_eq!(
        data["rates"][0],
        json!({"base": "TON", "quote": "USD", "text": "2", "source": "rates", "position": "3", "evidenceUrl": "/evidence/3"})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_market_says_what_it_covers_and_when_it_is_stale() {
    let api = api().await;
    play(&api).await;
    let quarantine = domain::Fact::MarketQuarantined {
        path: "/items/0/price".into(),
        why: "expected a number, found null".into(),
    };
    api.log(vec![super::scene::about("mrkt", 70, "q", domain::Cause::Watch, quarantine)]).await;
    let query = r#"{
        markets { id name siteUrl covers notCovered listingsCount quarantine { path why since position } status { state } }
        notCovered { name why }
        listings(filter: {number: 7}) { nodes { market { id } stale staleSince staleReason } }
    }"#;
    let data = api.ask(query).await;
    let mut registered: Vec<_> = adapters::MARKETS.iter().map(|market| market.id).collect();
    registered.sort_unstable();
    assert_eq!(texts(&data["markets"], "/id"), registered);
    for market in data["markets"].as_array().expect("markets") {
        assert!(market["covers"].as_array().is_some_and(|covers| !covers.is_empty()), "{market}");
    }
    let mrkt = |data: &Value| {
        let markets = data["markets"].as_array().expect("markets");
        markets.iter().find(|market| market["id"] == "mrkt").expect("MRKT").clone()
    };
    assert_eq!(mrkt(&data)["quarantine"]["path"], "/items/0/price");
    assert_eq!(mrkt(&data)["listingsCount"], 3, "the listings stay");
    assert!(texts(&data["notCovered"], "/name").contains(&"Telegram's own resale market".to_owned()));
    let nodes = data["listings"]["nodes"].as_array().expect("nodes");
    let of = |market: &str| nodes.iter().find(|node| node["market"]["id"] == market).expect("a listing");
    assert_eq!(of("mrkt")["stale"], true);
    assert_eq!(of("mrkt")["staleSince"], "1970-01-01T00:01:10Z");
    assert_eq!(
        of("mrkt")["staleReason"],
        "the market's pages cannot be read: at `/items/0/price` expected a number, found null"
    );
    assert_eq!(of("getgems")["stale"], false);
    let elsewhere = domain::Fact::MarketQuarantined {
        path: "/items/1/price".into(),
        why: "expected a number, found text".into(),
    };
    api.log(vec![super::scene::about("mrkt", 71, "s", domain::Cause::Watch, elsewhere)]).await;
    let quarantine = mrkt(&api.ask(query).await)["quarantine"].clone();
    assert_eq!(quarantine["path"], "/items/1/price");
    assert_eq!(quarantine["since"], "1970-01-01T00:01:10Z", "breaking elsewhere it is the same quarantine");
    api.log(vec![super::scene::about("mrkt", 72, "r", domain::Cause::Watch, domain::Fact::MarketReleased)])
        .await;
    assert_eq!(api.ask(query).await["listings"]["nodes"][0]["stale"], false);

    // A collection that the market no longer lists, so that nobody can look.
    let scan = Mark::Scan {
        market: crate::facts::getgems(),
        scope: scope(),
        slug: Some(gift("plushpepe-7").slug),
        started_us: 90_000_000,
        completed_us: 95_000_000,
        seen: 4,
    };
    api.write(Vec::new(), vec![scan]).await;
    let pictures = r#"{ listings(filter: {number: 7, markets: ["getgems"]}) { nodes { stale staleSince staleReason } }
        collections { nodes { slug pictures { market { id } slug scannedAt listingsSeen droppedAt } } } }"#;
    for (scopes, is_stale) in [(vec![scope()], false), (Vec::new(), true)] {
        store::status::note_scopes(&api.pool, &crate::facts::getgems(), &scopes).await.expect("noted");
        let data = api.ask(pictures).await;
        let node = &data["listings"]["nodes"][0];
        assert_eq!(node["stale"], is_stale, "{data}");
        assert_eq!(
            node["staleReason"].as_str().is_some_and(|why| why.contains("no longer lists its collection")),
            is_stale
        );
        let collections = data["collections"]["nodes"].as_array().expect("collections");
        let pepe = collections.iter().find(|node| node["slug"] == "plushpepe").expect("Plush Pepe");
        let picture = &pepe["pictures"][0];
        assert_eq!(picture["scannedAt"], "1970-01-01T00:01:30Z", "{data}");
        assert_eq!((picture["listingsSeen"].as_i64(), picture["droppedAt"].is_string()), (Some(4), is_stale));
    }
    store::status::note_scopes(&api.pool, &crate::facts::getgems(), &[scope()]).await.expect("noted");

    // A market that is simply not read any more.
    for (minutes, is_stale) in [(14, false), (16, true)] {
        sqlx::query(
            "insert into market.market_status (market, state, checked_at) values ('getgems', 'ok', clock_timestamp() - $1 * interval '1 minute')
             on conflict (market) do update set checked_at = excluded.checked_at",
        )
        .bind(minutes)
        .execute(&api.pool)
        .await
        .expect("the row");
        let data = api.ask(query).await;
        let nodes = data["listings"]["nodes"].as_array().expect("nodes");
        let getgems = nodes.iter().find(|node| node["market"]["id"] == "getgems").expect("a listing");
        assert_eq!(getgems["stale"], is_stale, "{minutes} minutes");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_tells_its_line_and_a_listing_when_it_was_looked_for() {
    let api = api().await;
    let market = crate::facts::getgems();
    let slug = gift("plushpepe-5").slug;
    let scan = Mark::Scan {
        market,
        scope: scope(),
        slug: Some(slug),
        started_us: 90_000_000,
        completed_us: 95_000_000,
        seen: 1,
    };
    let position = api.write(vec![listed("plushpepe-5", 80, 7)], vec![scan]).await;
    let data = api
        .ask_with(
            r#"query($p: Position!) {
                event(position: $p) { id kind line cause finality origin sourceId lot gift { id } listing { id } evidence { hash } corrects observedAt }
                listing(id: "listing_getgems_lot-plushpepe-5") { checkedAt ageSeconds seenAt askPosition sincePosition }
                gone: event(position: 99) { id }
            }"#,
            json!({ "p": position }),
        )
        .await;
    let line: Value = serde_json::from_str(data["event"]["line"].as_str().expect("a line")).expect("JSON");
    assert_eq!((&line["position"], &line["fact"]["kind"]), (&json!(position), &json!("listed")));
    assert_eq!(data["event"]["listing"]["id"], "listing_getgems_lot-plushpepe-5");
    assert_eq!(data["gone"], Value::Null);
    assert_eq!(data["listing"]["checkedAt"], "1970-01-01T00:01:30Z");
    assert_eq!(data["listing"]["askPosition"], position.to_string());
    assert!(data["listing"]["ageSeconds"].as_i64().is_some_and(|age| age > 1_000_000), "since 1970");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_fact_has_its_words() {
    let api = api().await;
    play(&api).await;
    let transferred = domain::Fact::GiftTransferred { from: Some("alice".into()), to: Some("frank".into()) };
    let exported = domain::Fact::Exported { address: Some("EQGift".into()) };
    let still = domain::Fact::StillListed {
        lot: crate::facts::lot("plushpepe-1"),
        scope: scope(),
        price: domain::Price::nanoton(3),
    };
    api.log(vec![
        happened("plushpepe-1", 80, transferred),
        happened("plushpepe-1", 81, exported),
        happened("plushpepe-1", 82, still),
        crate::facts::repriced("plushpepe-2", 83, 5),
    ])
    .await;
    let query = "{ activity(first: 50) { nodes { kind fact { __typename
        ... on Listed { lot scope price { text } } ... on Repriced { price { text } before { text } } ... on StillListed { price { text } }
        ... on GiftTransferred { from to } ... on Exported { address }
        ... on MetadataSeen { attributes { kind name rarityPerMille } custody owner toldFees { forAmount marketFee royalty } exportableAt imageUrl linkUrl }
        ... on CollectionSeen { slug title address } ... on AttributeSeen { slug attribute name rarityPerMille }
        ... on RateObserved { base rateMicros quote } } } } }";
    let data = api.ask(query).await;
    let nodes = data["activity"]["nodes"].as_array().expect("nodes");
    let fact = |name: &str| {
        nodes.iter().map(|node| &node["fact"]).find(|fact| fact["__typename"] == name).expect(name)
    };
    assert_eq!(fact("GiftTransferred")["to"], "frank");
    assert_eq!(fact("Exported")["address"], "EQGift");
    assert_eq!(fact("StillListed")["price"]["text"], "0.000000003 TON");
    assert_eq!(fact("MetadataSeen")["toldFees"]["marketFee"], "500000000");
    assert_eq!(fact("CollectionSeen")["address"], "EQCollection");
    assert_eq!(fact("RateObserved")["rateMicros"], "2000000");
    assert_eq!(fact("AttributeSeen")["rarityPerMille"], 20);
    let owner = api
        .ask(r#"{ gift(slug: "plushpepe", number: 1) { owner { name } address custody { kind } } }"#)
        .await;
    assert_eq!(
        owner["gift"],
        json!({"owner": {"name": "frank"}, "address": "EQGift", "custody": {"kind": "CHAIN"}})
    );
    assert_eq!(gift("plushpepe-1").number, 1);
}

async fn extension(api: &Api) -> Value {
    api.post(&json!({"query": "{ __typename }"})).await.1["extensions"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_names_its_position_and_age() {
    let api = api().await;
    assert_eq!(extension(&api).await["log"]["position"], "0");
    let position = play(&api).await;
    let told = extension(&api).await;
    assert_eq!(told["log"]["position"], position.to_string());
    assert!(told["log"]["ageMs"].as_i64().is_some_and(|age| (0..5_000).contains(&age)), "{told}");
    assert!(told["requestId"].as_str().is_some_and(|id| id.len() == 32));
    let data = api.ask("{ listings { asOf { position ageMs at } } past: listings(asOf: 3) { asOf { position at } nodes { id } } }").await;
    assert_eq!(data["listings"]["asOf"]["position"], position.to_string());
    assert_eq!(data["past"]["asOf"]["position"], "3");
    assert_eq!(data["past"]["nodes"], json!([]));
}
