//! One thing once: seven sources that overlap, in any order, and one of them poisoned. Counts, floors and volume have each thing once,
//! the better witness leads, and who says otherwise is shown.

use domain::{Custody, Event, Fact, LotDetails, LotId, MarketId, OrderKey, Price, event::DelistReason};
use futures_util::TryStreamExt as _;
use rand::{SeedableRng, seq::SliceRandom};
use serde_json::{Value, json};
use store::log::fold::LogReader;

use crate::{
    facts::{happened, scope},
    graphql::api::{Api, api, texts},
    store_log::state_rows,
};

const TON: i64 = 1_000_000_000;
/// The transaction of the sale on chain.
const HASH: &str = "25a4c2e585379af593ec3ec86a6c380963c7edc0a648c69f730fa85542b30073";

/// An event of a source about its lot, by its own clock.
fn said(source: &str, gift: &str, at_s: i64, fact: Fact) -> Event {
    let mut event = happened(gift, at_s, fact);
    event.market = MarketId::parse(source).expect("a market id");
    event.key = OrderKey::market(at_s * 1_000_000, event.fact.tie());
    event
}

fn lot(id: &str) -> LotId {
    LotId::parse(id).expect("a lot id")
}

fn listed(source: &str, id: &str, gift: &str, at_s: i64, ton: i64) -> Event {
    let fact = Fact::Listed { lot: lot(id), scope: scope(), price: Price::nanoton(ton * TON) };
    said(source, gift, at_s, fact)
}

fn sold(source: &str, id: &str, gift: &str, at_s: i64, ton: i64, transaction: Option<&str>) -> Event {
    let fact = Fact::Sold {
        lot: lot(id),
        scope: scope(),
        price: Price::nanoton(ton * TON),
        seller: None,
        buyer: None,
        transaction: transaction.map(str::to_owned),
        of_market: None,
    };
    said(source, gift, at_s, fact)
}

fn shown(source: &str, id: &str, gift: &str, at_s: i64, custody: Custody, of_market: Option<&str>) -> Event {
    let details = LotDetails {
        custody: Some(custody),
        of_market: of_market.map(|id| MarketId::parse(id).expect("a market id")),
        ..LotDetails::default()
    };
    said(source, gift, at_s, Fact::MetadataSeen { lot: lot(id), scope: scope(), details })
}

/// | gift | fragment | getgems | tonapi | toncenter | mrkt | portals | tonnel |
/// |---|---|---|---|---|---|---|---|
/// | 1, through its own contract | 70 | poisoned: 7 | | | | | |
/// | 2, through GetGems' contract | | 50 | 50 | poisoned: 5 | | | |
/// | 3, in custody | | | | | 30 | | |
/// | 4, in custody of two at once | | | | | | 40 | 41 |
/// | 5, sold on chain, told by four | sold 20 | sold 20 | sold 20 | sold 20 | | | |
fn overlapping() -> Vec<Event> {
    let chain = Custody::Chain;
    vec![
        shown("fragment", "plushpepe-1", "plushpepe-1", 10, chain, None),
        listed("fragment", "plushpepe-1", "plushpepe-1", 10, 70),
        shown("getgems", "EQone", "plushpepe-1", 11, chain, Some("fragment")),
        listed("getgems", "EQone", "plushpepe-1", 12, 7),
        shown("getgems", "EQtwo", "plushpepe-2", 10, chain, None),
        listed("getgems", "EQtwo", "plushpepe-2", 11, 50),
        shown("tonapi", "EQtwo", "plushpepe-2", 9, chain, Some("getgems")),
        listed("tonapi", "EQtwo", "plushpepe-2", 13, 50),
        shown("toncenter", "EQtwo", "plushpepe-2", 9, chain, Some("getgems")),
        listed("toncenter", "EQtwo", "plushpepe-2", 12, 5),
        shown("mrkt", "m-3", "plushpepe-3", 10, Custody::Market, None),
        listed("mrkt", "m-3", "plushpepe-3", 11, 30),
        shown("portals", "p-4", "plushpepe-4", 10, Custody::Market, None),
        listed("portals", "p-4", "plushpepe-4", 11, 40),
        shown("tonnel", "t-4", "plushpepe-4", 12, Custody::Market, None),
        listed("tonnel", "t-4", "plushpepe-4", 13, 41),
        shown("mrkt", "m-5", "plushpepe-5", 2, Custody::Market, None),
        said("getgems", "plushpepe-5", 5, Fact::Exported { address: Some("EQfive".into()) }),
        said("tonapi", "plushpepe-5", 6, Fact::Exported { address: Some("EQfive".into()) }),
        sold("fragment", "plushpepe-5", "plushpepe-5", 21, 20, None),
        sold("getgems", "EQfive", "plushpepe-5", 20, 20, Some(HASH)),
        sold("tonapi", "EQfive", "plushpepe-5", 19, 20, Some(HASH)),
        sold("toncenter", "EQfive", "plushpepe-5", 19, 20, Some(HASH)),
        shown("portals", "p-5", "plushpepe-5", 30, Custody::Market, None),
        said(
            "mrkt",
            "plushpepe-3",
            8,
            Fact::Delisted { lot: lot("m-3"), scope: scope(), reason: DelistReason::Unseen },
        ),
    ]
}

/// What a reader sees: listings, floors and sales, without positions and times.
async fn seen(api: &Api) -> Value {
    let data = api
        .ask(
            "{ listings(sort: {by: NUMBER}) { totalCount nodes { gift { name } market { id } source { id } marketPrice { text }
                 sourcesCount onChain disagreement witnesses { source { id } leads word marketPrice { text } differs } } }
               floors(filter: {collections: [\"plushpepe\"]}) { nodes { market { id } price { text } listingsCount } }
               sales { nodes { gift { name } market { id } source { id } price { text } transaction sourcesCount disagreement } }
               markets { id listingsCount shownCount } }",
        )
        .await;
    let mut data = data;
    // Equal rows follow in the order of the log.
    for list in ["/listings/nodes", "/floors/nodes", "/sales/nodes"] {
        let nodes = data.pointer_mut(list).and_then(Value::as_array_mut).expect("nodes");
        nodes.sort_by_key(ToString::to_string);
    }
    data
}

#[tokio::test(flavor = "multi_thread")]
async fn seven_sources_in_any_order_are_one_picture() {
    let mut pictures: Vec<(String, Value)> = Vec::new();
    for seed in 0..4_u64 {
        let api = api().await;
        let mut events = overlapping();
        if seed > 0 {
            events.shuffle(&mut rand::rngs::StdRng::seed_from_u64(seed));
        }
        for chunk in events.chunks(1 + usize::try_from(seed).expect("small") * 4) {
            api.log(chunk.to_vec()).await;
            api.log(chunk.to_vec()).await;
        }
        let hash = store::state::hash(&api.pool).await.expect("a hash");
        assert_eq!(exported_hash(&api).await, hash, "seed {seed}: the exported log gives the same state");
        pictures.push((hash, seen(&api).await));
        let before = state_rows(&api.pool).await;
        store::state::rebuild(&api.pool, pricing::FeeTable::bundled(), |_, _| {}).await.expect("a rebuild");
        assert_eq!(before, state_rows(&api.pool).await, "seed {seed}: the same rows, versions included");
    }
    for (seed, picture) in pictures.iter().enumerate() {
        assert_eq!(picture, &pictures[0], "seed {seed}");
    }
    check(&pictures[0].1);
}

async fn exported_hash(api: &Api) -> String {
    let chunks: Vec<String> =
        store::log::export::export(api.pool.clone(), 0).try_collect().await.expect("an export");
    let mut reader = LogReader::default();
    for line in chunks.concat().lines() {
        reader.take(line).expect("a line of our own");
    }
    reader.end().expect("a whole log").state_hash()
}

/// Each thing once, led by the better witness.
fn check(seen: &Value) {
    let listing = |listing: &Value| {
        let of = |path: &str| listing.pointer(path).and_then(Value::as_str).unwrap_or("-").to_owned();
        format!(
            "{} {} by {} at {}, {} sources, on chain {}, {}",
            of("/gift/name"),
            of("/market/id"),
            of("/source/id"),
            of("/marketPrice/text"),
            listing["sourcesCount"],
            of("/onChain"),
            of("/disagreement")
        )
    };
    let listings: Vec<String> =
        seen["listings"]["nodes"].as_array().expect("nodes").iter().map(listing).collect();
    let mut listings = listings;
    listings.sort();
    assert_eq!(
        listings,
        [
            "plushpepe #1 fragment by fragment at 70 TON, 2 sources, on chain UNCHECKED, GetGems says 7 TON, not 70 TON.",
            "plushpepe #2 getgems by tonapi at 50 TON, 3 sources, on chain DISPUTED, toncenter says 5 TON, not 50 TON.",
            "plushpepe #3 mrkt by mrkt at 30 TON, 1 sources, on chain -, -",
            "plushpepe #4 portals by portals at 40 TON, 1 sources, on chain -, -",
            "plushpepe #4 tonnel by tonnel at 41 TON, 1 sources, on chain -, -",
        ]
    );
    assert_eq!(seen["listings"]["totalCount"], 5);
    let over_all = seen["floors"]["nodes"]
        .as_array()
        .expect("floors")
        .iter()
        .find(|floor| floor["market"].is_null())
        .expect("the floor over all markets");
    assert_eq!((&over_all["price"]["text"], &over_all["listingsCount"]), (&json!("30 TON"), &json!(5)));
    let sales = seen["sales"]["nodes"].as_array().expect("sales");
    assert_eq!(sales.len(), 1, "{sales:?}");
    assert_eq!(
        (
            &sales[0]["market"]["id"],
            &sales[0]["source"]["id"],
            &sales[0]["sourcesCount"],
            &sales[0]["transaction"]
        ),
        (&json!("fragment"), &json!("tonapi"), &json!(4), &json!(HASH))
    );
    let getgems = seen["markets"]
        .as_array()
        .expect("markets")
        .iter()
        .find(|market| market["id"] == "getgems")
        .expect("GetGems");
    assert_eq!((&getgems["listingsCount"], &getgems["shownCount"]), (&json!(1), &json!(2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_life_is_one_query_and_two_custodians_are_a_conflict() {
    let api = api().await;
    api.log(overlapping()).await;
    let data = api
        .ask(
            "{ gift(slug: \"plushpepe\", number: 5) { provenance { isWhole steps { kind isInferred market { id } source { id } position
                 evidenceUrl event { kind } before witnesses { source { id } disagrees evidenceUrl } price { text } custody } }
                 custody { kind market { id } } }
               conflicted: gift(slug: \"plushpepe\", number: 4) { custody { kind conflict claims { market { id } agrees } } }
               one: gift(slug: \"plushpepe\", number: 1) { custody { conflict } } }",
        )
        .await;
    let steps = &data["gift"]["provenance"]["steps"];
    assert_eq!(texts(steps, "/kind"), ["FIRST_TOLD", "EXPORTED", "SOLD", "RETURNED"], "{steps:#}");
    assert_eq!(data["gift"]["provenance"]["isWhole"], true);
    assert_eq!(texts(&steps[1]["witnesses"], "/source/id"), ["tonapi"]);
    assert_eq!(texts(&steps[2]["witnesses"], "/source/id"), ["toncenter", "fragment", "getgems"]);
    assert_eq!((&steps[3]["isInferred"], &steps[3]["custody"]), (&json!(true), &json!("MARKET")));
    assert!(steps[3]["before"].is_string(), "{steps:#}");
    assert_eq!(data["gift"]["custody"]["kind"], "MARKET");
    let conflict = data["conflicted"]["custody"]["conflict"].as_str().expect("a conflict");
    assert!(conflict.contains("with Tonnel") && conflict.contains("Portals lists it"), "{conflict}");
    assert_eq!(data["one"]["custody"]["conflict"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_is_logged_once_as_an_inference_in_any_order() {
    for seed in 0..3_u64 {
        let api = api().await;
        let mut events = overlapping();
        events.shuffle(&mut rand::rngs::StdRng::seed_from_u64(seed));
        for event in events {
            api.log(vec![event]).await;
            indexer::returns::log_due(&api.pool, &api.ingest, 99).await.expect("a look");
        }
        let hash = store::state::hash(&api.pool).await.expect("a hash");
        assert_eq!(indexer::returns::log_due(&api.pool, &api.ingest, 99).await.expect("a look"), 0, "once");
        assert_eq!(store::state::hash(&api.pool).await.expect("a hash"), hash);
        let last = store::log::head(&api.pool).await.expect("the head").position;
        let facts: Vec<(String, String, String)> = sqlx::query_as(
            "select cause, market, fact from market.events where kind = 'returned' and slug = 'plushpepe' and number = 5 order by position",
        )
        .fetch_all(&api.pool)
        .await
        .expect("the events");
        let (cause, market, fact) = facts.last().expect("it came back");
        assert_eq!((cause.as_str(), market.as_str()), ("inference", "portals"), "seed {seed}, log of {last}");
        let fact: Value = serde_json::from_str(fact).expect("a fact");
        assert_eq!((&fact["custody"], &fact["shown_by"]), (&json!("market"), &json!("portals")), "{fact}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_source_finds_its_listing_and_the_past_stays_as_it_was() {
    let api = api().await;
    let before = api
        .log(vec![
            shown("getgems", "EQone", "plushpepe-1", 11, Custody::Chain, Some("fragment")),
            listed("getgems", "EQone", "plushpepe-1", 12, 7),
            sold("getgems", "EQfive", "plushpepe-5", 20, 20, Some(HASH)),
        ])
        .await;
    api.log(vec![
        listed("fragment", "plushpepe-1", "plushpepe-1", 10, 70),
        sold("fragment", "plushpepe-5", "plushpepe-5", 21, 20, None),
    ])
    .await;
    let query = "query($at: Position) {
        a: listing(id: \"listing_fragment_plushpepe-1\", asOf: $at) { id marketPrice { text } source { id } }
        b: listing(id: \"listing_getgems_EQone\", asOf: $at) { id }
        c: listing(id: \"listing_fragment_EQone\", asOf: $at) { id }
        sales(asOf: $at) { nodes { market { id } sourcesCount } } }";
    let now = api.ask_with(query, Value::Null).await;
    let is = json!("listing_fragment_plushpepe-1");
    assert_eq!((&now["a"]["id"], &now["b"]["id"]), (&is, &is), "{now:#}");
    assert_eq!(now["a"]["marketPrice"]["text"], "70 TON");
    assert_eq!(now["sales"]["nodes"], json!([{"market": {"id": "fragment"}, "sourcesCount": 2}]));
    let then = api.ask_with(query, json!({"at": before.to_string()})).await;
    assert_eq!(
        (&then["b"]["id"], &then["c"]["id"]),
        (&json!("listing_fragment_EQone"), &json!("listing_fragment_EQone"))
    );
    assert_eq!(then["a"], Value::Null, "{then:#}");
    assert_eq!(then["sales"]["nodes"], json!([{"market": {"id": "getgems"}, "sourcesCount": 1}]));
}
