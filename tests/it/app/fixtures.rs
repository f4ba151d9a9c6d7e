//! `ribbon index --from-fixtures`: a database filled from recorded and constructed pages, labelled by which; and what a server says of it,
//! against the files.

use harness::RibbonCommand;
use serde_json::{Value, json};

// Files below `adapters/fixtures/`.
const GETGEMS_LOLPOP: &str = "getgems/constructed/nfts-on-sale-lolpop.json";
const GETGEMS_PLUSHPEPE: &str = "getgems/constructed/nfts-on-sale-plushpepe.json";
const GETGEMS_TOYBEAR: &str = "getgems/constructed/nfts-offchain-on-sale-toybear.json";
const MRKT_DUROVSCAP: &str = "mrkt/constructed/gifts-saling-durovscap.json";
const MRKT_FEED: &str = "mrkt/constructed/feed.json";
const MRKT_BY_IDS: &str = "mrkt/recorded/gifts-saling-by-ids.json";
const MRKT_FEED_ABRIDGED: &str = "mrkt/recorded/feed-abridged.json";
const TONNEL_TOYBEAR: &str = "tonnel/recorded/page-gifts-toybear.json";
const TONNEL_DUROVSCAP: &str = "tonnel/constructed/page-gifts-durovscap.json";
const TONNEL_ODD: &str = "tonnel/constructed/page-gifts-odd.json";
const TONNEL_USDT: &str = "tonnel/constructed/page-gifts-toybear-usdt.json";
const TONNEL_SALES: &str = "tonnel/constructed/sale-history.json";
const PORTALS_TOYBEAR: &str = "portals/recorded/nfts-search-toybear-41771.json";
const PORTALS_DUROVSCAP: &str = "portals/constructed/nfts-search-durovscap.json";
const PORTALS_LAST_PAGE: &str = "portals/constructed/nfts-search-durovscap-last-page.json";
const PORTALS_ACTIONS: &str = "portals/constructed/market-actions.json";
const GETGEMS_HISTORY: &str = "getgems/constructed/history-gifts.json";
const GETGEMS_NEWEST: &str = "getgems/constructed/history-gifts-newest.json";

const FRAGMENT_PEPE: &str = "fragment/constructed/search-sale-plushpepe.json";
const FRAGMENT_LAST: &str = "fragment/constructed/search-sale-plushpepe-last.json";
const FRAGMENT_CAP: &str = "fragment/constructed/search-sale-durovscap.json";
const FRAGMENT_SOLD: &str = "fragment/constructed/search-sold.json";

/// Somebody in two of them.
const BUYER: &str = "EQBsi0O-NAx40C2iLn3S2lGA1RVj_r07738ep1Nvr047C6dh";

async fn fill(url: &str) -> String {
    let run = RibbonCommand::new("index --from-fixtures").env("DATABASE_URL", url).run(b"").await;
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    String::from_utf8(run.stdout).expect("text")
}

#[tokio::test]
async fn fixtures_fill_a_world_of_their_own_once() {
    let database = harness::database().await;
    let first = fill(&database.url).await;
    assert!(!first.contains(" 0 new events"), "{first}");
    let second = fill(&database.url).await;
    assert!(second.contains(" 0 new events"), "{second}");

    let origins: Vec<String> =
        sqlx::query_scalar("select distinct origin from market.events order by origin")
            .fetch_all(&database.pool)
            .await
            .expect("the origins");
    assert_eq!(origins, ["constructed", "recorded"], "every event is labelled by where its page came from");

    // The real world does not go into it.
    let other = RibbonCommand::new("index --once")
        .env("DATABASE_URL", &database.url)
        .env("RIBBON_WORLD", "somewhere")
        .env("RIBBON_MARKETS", "getgems")
        .env("RIBBON_GETGEMS_BASE_URL", "http://127.0.0.1:1/none")
        .run(b"")
        .await;
    assert_eq!(other.code, Some(2), "{}", other.stderr);
    assert!(other.stderr.contains("holds the world `fixtures`"), "{}", other.stderr);
}

/// A row of a list: the file that it comes from, below `adapters/fixtures/`, what stands there, and what must be answered.
type Row = (&'static str, &'static str, Value);

/// Every open listing: market, gift, ask, all-in price.
fn listings() -> Vec<Row> {
    let row = |file, raw, market: &str, gift: &str, price: &str, all_in: &str| {
        let origin = if file_is_recorded(file) { "RECORDED" } else { "CONSTRUCTED" };
        (file, raw, json!([market, gift, price, all_in, origin]))
    };
    // What comes on top is measured on chain for a sale in TON: 0.012042695 through a sale contract, 0.005518025 through Fragment's.
    // Out of GetGems' custody a gift costs 0.14 TON and gas that nobody has measured, out of MRKT's a fee that nobody has told, out of
    // Portals' 0.35 TON, and one that is on TON already a fee that nobody has told. On Tonnel 6 % come on top, and 0.3 TON for the way out.
    vec![
        row(MRKT_BY_IDS, "4080000000", "mrkt", "chillflame-196993", "4.08 TON", "at least 4.08 TON"),
        row(
            MRKT_DUROVSCAP,
            "846580416000",
            "mrkt",
            "durovscap-5",
            "846.580416 TON",
            "at least 846.580416 TON",
        ),
        row(MRKT_FEED, "950640000000", "mrkt", "durovscap-6", "950.64 TON", "at least 950.64 TON"),
        row(MRKT_DUROVSCAP, "867000000000", "mrkt", "durovscap-77", "867 TON", "at least 867 TON"),
        row(MRKT_FEED, "918000000000", "mrkt", "durovscap-4242", "918 TON", "at least 918 TON"),
        row(GETGEMS_LOLPOP, "4290000000", "getgems", "lolpop-7", "4.29 TON", "4.302042695 TON"),
        // In dollars nobody has measured the gas.
        row(GETGEMS_LOLPOP, "12500000", "getgems", "lolpop-1024", "12.5 USDT", "at least 12.5 USDT"),
        row(GETGEMS_LOLPOP, "2000000000", "getgems", "lolpop-31337", "2 TON", "2.005518025 TON"),
        row(GETGEMS_LOLPOP, "1350000000", "getgems", "lolpop-242675", "1.35 TON", "1.362042695 TON"),
        row(
            GETGEMS_PLUSHPEPE,
            "9007199254740993",
            "getgems",
            "plushpepe-1",
            "9007199.254740993 TON",
            "9007199.260259018 TON",
        ),
        row(MRKT_FEED_ABRIDGED, "5100000000", "mrkt", "snowmittens-39798", "5.1 TON", "at least 5.1 TON"),
        row(GETGEMS_TOYBEAR, "18400000000", "getgems", "toybear-43552", "18.4 TON", "at least 18.54 TON"),
        row(TONNEL_TOYBEAR, "12.9", "tonnel", "toybear-35531", "12.9 TON", "13.974 TON"),
        row(
            TONNEL_DUROVSCAP,
            "9007199.254740993",
            "tonnel",
            "durovscap-9",
            "9007199.254740993 TON",
            "9547631.510025453 TON",
        ),
        row(TONNEL_DUROVSCAP, "846.5", "tonnel", "durovscap-118", "846.5 TON", "897.59 TON"),
        row(TONNEL_DUROVSCAP, "1.0999999999999999", "tonnel", "durovscap-6", "1.1 TON", "1.466 TON"),
        row(TONNEL_DUROVSCAP, "\"867\"", "tonnel", "durovscap-77", "867 TON", "919.32 TON"),
        row(TONNEL_ODD, "11.25", "tonnel", "toybear-1016", "11.25 TON", "12.225 TON"),
        // In dollars, and the way out in TON.
        row(TONNEL_USDT, "19.85", "tonnel", "toybear-43552", "19.85 USDT", "at least 21.041 USDT"),
        row(TONNEL_USDT, "20.0000004", "tonnel", "toybear-43553", "20 USDT", "at least 21.2 USDT"),
        row(FRAGMENT_CAP, "612.5", "fragment", "durovscap-11", "612.5 TON", "612.505518025 TON"),
        row(FRAGMENT_CAP, "640", "fragment", "durovscap-12", "640 TON", "640.005518025 TON"),
        row(FRAGMENT_PEPE, "7,000", "fragment", "plushpepe-42", "7000 TON", "7000.005518025 TON"),
        row(FRAGMENT_LAST, "9,200,000", "fragment", "plushpepe-77", "9200000 TON", "9200000.005518025 TON"),
        row(
            FRAGMENT_PEPE,
            "12.345678901",
            "fragment",
            "plushpepe-298",
            "12.345678901 TON",
            "12.351196926 TON",
        ),
        // In Stars nobody has told what comes on top.
        row(FRAGMENT_PEPE, "250,000", "fragment", "plushpepe-1001", "250000 XTR", "at least 250000 XTR"),
        row(
            FRAGMENT_PEPE,
            "9,007,199.254740993",
            "fragment",
            "plushpepe-2861",
            "9007199.254740993 TON",
            "9007199.260259018 TON",
        ),
        row(PORTALS_TOYBEAR, "\"44\"", "portals", "toybear-41771", "44 TON", "44.35 TON"),
        row(
            PORTALS_DUROVSCAP,
            "905.079999995",
            "portals",
            "durovscap-12",
            "905.079999995 TON",
            "905.429999995 TON",
        ),
        // Beyond the ninth digit it is rounded to the nearest.
        row(
            PORTALS_DUROVSCAP,
            "1024.0799999999999996",
            "portals",
            "durovscap-345",
            "1024.08 TON",
            "1024.43 TON",
        ),
        row(PORTALS_DUROVSCAP, "\"1200\"", "portals", "durovscap-678", "1200 TON", "at least 1200 TON"),
        row(PORTALS_ACTIONS, "\"930\"", "portals", "durovscap-777", "930 TON", "930.35 TON"),
        row(PORTALS_DUROVSCAP, "\"950\"", "portals", "durovscap-5100", "950 TON", "950.35 TON"),
        row(
            PORTALS_DUROVSCAP,
            "9007199.254740993",
            "portals",
            "durovscap-9007",
            "9007199.254740993 TON",
            "9007199.604740993 TON",
        ),
        row(PORTALS_LAST_PAGE, "915.5", "portals", "durovscap-31000", "915.5 TON", "915.85 TON"),
    ]
}

/// Every sale, newest first: market, gift, price, seller, buyer, when.
fn sales() -> Vec<Row> {
    let row = |file, raw, market: &str, gift: &str, price: &str, people: [Option<&str>; 2], at: &str| {
        let origin = if file_is_recorded(file) { "RECORDED" } else { "CONSTRUCTED" };
        (file, raw, json!([market, gift, price, people[0], people[1], at, origin]))
    };
    let pepe = [
        Some("EQB5jP13JUORIiMXAkrSQ78Ty35cqyU5wRd-WbltJq1JH0Q5"),
        // Spelled UQ... in the file: the same person.
        Some("EQD-eJHdN4pe_BCZjiMhXYdQAkPX5qAkVZlrLPw_zGpVjgAl"),
    ];
    let float = [Some("EQAA8odc51bao9t9XojPPDhhUYNntJ3P16jdcB-FeDQYEIz5"), Some(BUYER)];
    let lol = [Some("EQBZnO_1QIj7kLZopyydkv3iqznj0LSLeKDQT4NzKd0QIuYU"), Some(BUYER)];
    let nobody = [None, None];
    vec![
        row(
            FRAGMENT_SOLD,
            "6,950.5",
            "fragment",
            "plushpepe-42",
            "6950.5 TON",
            nobody,
            "2026-11-30T11:58:07Z",
        ),
        // Told in another zone there.
        row(FRAGMENT_SOLD, "1.1", "fragment", "lolpop-242675", "1.1 TON", nobody, "2026-11-30T11:41:00Z"),
        row(
            TONNEL_SALES,
            "842.2885572139304",
            "tonnel",
            "durovscap-120",
            "842.288557214 TON",
            nobody,
            "2026-11-30T09:59:58.123Z",
        ),
        row(
            TONNEL_SALES,
            "19.75124378109453",
            "tonnel",
            "toybear-31",
            "19.751244 USDT",
            nobody,
            "2026-11-30T09:58:40.007Z",
        ),
        row(
            TONNEL_SALES,
            "9.950248756218906",
            "tonnel",
            "toybear-32",
            "9.950248756 TON",
            nobody,
            "2026-11-30T09:58:20.001Z",
        ),
        row(FRAGMENT_SOLD, "1,500", "fragment", "hexpot-14619", "1500 XTR", nobody, "2026-11-29T08:00:00Z"),
        row(
            MRKT_FEED,
            "846580416000",
            "mrkt",
            "durovscap-5",
            "846.580416 TON",
            nobody,
            "2026-11-21T09:29:58.123456Z",
        ),
        row(MRKT_FEED, "5100000000", "mrkt", "snowmittens-39798", "5.1 TON", nobody, "2026-11-21T09:29:57Z"),
        row(
            GETGEMS_HISTORY,
            "12500000",
            "getgems",
            "poolfloat-162345",
            "12.5 USDT",
            float,
            "2026-11-21T09:01:03.500Z",
        ),
        row(
            GETGEMS_HISTORY,
            "7200000000000",
            "getgems",
            "plushpepe-298",
            "7200 TON",
            pepe,
            "2026-11-21T09:01:03.500Z",
        ),
        row(
            PORTALS_ACTIONS,
            "3.079999995",
            "portals",
            "icecream-45374",
            "3.079999995 TON",
            nobody,
            "2026-11-21T08:58:09.500Z",
        ),
        row(
            PORTALS_ACTIONS,
            "\"4\"",
            "portals",
            "icecream-46000",
            "4 TON",
            nobody,
            "2026-11-21T08:54:05.123456Z",
        ),
        row(GETGEMS_NEWEST, "1200000000", "getgems", "lolpop-242675", "1.2 TON", lol, "2026-11-21T08:59:59Z"),
        row(
            MRKT_FEED_ABRIDGED,
            "33639600000",
            "mrkt",
            "genielamp-6500",
            "33.6396 TON",
            nobody,
            "2026-09-06T14:15:23.009076Z",
        ),
    ]
}

fn file_is_recorded(file: &str) -> bool {
    file.contains("/recorded/")
}

/// The answers of a list as rows, against those expected.
fn compare(what: &str, expected: Vec<Row>, mut answered: Vec<Value>) {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../adapters/fixtures");
    for (file, raw, row) in &expected {
        let text = std::fs::read_to_string(format!("{root}/{file}")).expect(file);
        assert!(text.contains(raw), "{file} has no {raw}");
        let at = answered.iter().position(|answer| answer == row);
        let at = at.unwrap_or_else(|| panic!("{what}: {row} of {file} is not in {answered:#?}"));
        answered.remove(at);
    }
    assert!(answered.is_empty(), "{what} that stand in no file: {answered:#?}");
}

fn gift_of(node: &Value) -> String {
    node["gift"]["id"].as_str().expect("an id").trim_start_matches("gift_").to_owned()
}

/// A server in a process of its own on a filled database.
struct Served {
    _ribbon: harness::Ribbon,
    base: String,
    client: reqwest::Client,
}

impl Served {
    async fn start(url: &str) -> Self {
        let mut ribbon = RibbonCommand::new("serve --listen 127.0.0.1:0").env("DATABASE_URL", url).start();
        let address =
            |line: &str| Some(line.strip_prefix("Ribbon serves at ")?.trim_end_matches('/').to_owned());
        let base = ribbon.line("its address", address).await;
        let served = Self { _ribbon: ribbon, base, client: harness::http() };
        // Until its routes are there it answers that it is starting.
        let began = std::time::Instant::now();
        while served.post("{ __typename }").await["data"].is_null() {
            assert!(began.elapsed() < std::time::Duration::from_secs(60), "it does not serve");
            tokio::task::yield_now().await;
        }
        served
    }

    async fn post(&self, query: &str) -> Value {
        let sent = self.client.post(format!("{}/graphql", self.base)).json(&json!({ "query": query }));
        sent.send().await.expect("an answer").json().await.expect("JSON")
    }

    async fn ask(&self, query: &str) -> Value {
        let answer = self.post(query).await;
        assert!(answer.get("errors").is_none() && answer["data"].is_object(), "{query}\n{answer:#}");
        answer["data"].clone()
    }

    async fn nodes(&self, query: &str) -> Vec<Value> {
        let answer = self.ask(query).await;
        let fields = answer.as_object().expect("an object");
        let page = fields.values().next().expect("one field");
        assert_eq!(page["pageInfo"]["hasNextPage"], false, "one page holds it all");
        page["nodes"].as_array().expect("nodes").clone()
    }
}

#[tokio::test]
async fn what_is_served_is_what_stands_in_the_files() {
    let database = harness::database().await;
    fill(&database.url).await;
    let served = Served::start(&database.url).await;

    let nodes = served
        .nodes(
            "{ listings(first: 100) { pageInfo { hasNextPage } nodes { market { id } gift { id } price { text } allIn { text } origin } } }",
        )
        .await;
    let row = |node: &Value| {
        json!([
            node["market"]["id"],
            gift_of(node),
            node["price"]["text"],
            node["allIn"]["text"],
            node["origin"]
        ])
    };
    compare("listings", listings(), nodes.iter().map(row).collect());

    let nodes = served
        .nodes(
            "{ sales(first: 100) { pageInfo { hasNextPage } nodes { market { id } gift { id } price { text } seller buyer soldAt origin missing { field } } } }",
        )
        .await;
    let row = |node: &Value| {
        json!([
            node["market"]["id"],
            gift_of(node),
            node["price"]["text"],
            node["seller"],
            node["buyer"],
            node["soldAt"],
            node["origin"]
        ])
    };
    compare("sales", sales(), nodes.iter().map(row).collect());
    assert_eq!(nodes[0]["missing"][0]["field"], "seller", "Fragment names nobody");

    the_lines_of_a_price(&served).await;
    the_rarities(&served).await;
    the_collections(&served).await;
    no_username_is_a_gift(&served).await;
}

/// `mrkt/recorded/gifts-saling-by-ids.json`: 4.08 TON of which 0.08 are the market's; `getgems/constructed/nfts-on-sale-lolpop.json`: 4.29 TON of
/// which 0.0858 are the market's and 0.2145 the creator's; `tonnel/recorded/page-gifts-toybear.json`: 12.9 TON, to which the fee table adds 6 %.
async fn the_lines_of_a_price(served: &Served) {
    let lines = |slug: &str, number: u32| {
        let query = format!(
            "{{ gift(slug: \"{slug}\", number: {number}) {{ listings {{ allIn {{ lines {{ kind text counted }} }} }} }} }}"
        );
        async move { served.ask(&query).await["gift"]["listings"][0]["allIn"]["lines"].clone() }
    };
    let line =
        |kind: &str, text: Value, counted: &str| json!({"kind": kind, "text": text, "counted": counted});
    assert_eq!(
        lines("chillflame", 196_993).await,
        json!([
            line("MARKET_PRICE", json!("4.08 TON"), "ADDED"),
            line("MARKET_FEE", json!("0.08 TON"), "INSIDE"),
            line("GAS", json!("0 TON"), "ADDED"),
            line("CUSTODY_EXIT", Value::Null, "ADDED"),
        ])
    );
    assert_eq!(
        lines("lolpop", 7).await,
        json!([
            line("MARKET_PRICE", json!("4.29 TON"), "ADDED"),
            line("MARKET_FEE", json!("0.0858 TON"), "INSIDE"),
            line("ROYALTY", json!("0.2145 TON"), "INSIDE"),
            line("GAS", json!("0.012042695 TON"), "ADDED"),
            line("CUSTODY_EXIT", json!("0 TON"), "ADDED"),
        ])
    );
    assert_eq!(
        lines("toybear", 35_531).await,
        json!([
            line("MARKET_PRICE", json!("12.9 TON"), "ADDED"),
            line("MARKET_FEE", json!("0.774 TON"), "ADDED"),
            line("GAS", json!("0 TON"), "ADDED"),
            line("CUSTODY_EXIT", json!("0.3 TON"), "ADDED"),
        ])
    );
}

/// Of a gift: `mrkt/recorded/gifts-saling-by-ids.json`, where the symbol's is null. Of collections: `mrkt/recorded/gifts-models.json` and
/// `mrkt/constructed/gifts-models-crafted.json`, where `Ghost` has none and `Rave` stands twice.
async fn the_rarities(served: &Served) {
    let attribute = "{ name rarityPerMille rarityTier }";
    let data = served
        .ask(&format!(
            "{{ gift(slug: \"chillflame\", number: 196993) {{ model {attribute} symbol {attribute} backdrop {attribute} missing {{ field }} }}
                pen: collection(slug: \"finepen\") {{ attributes {attribute} }}
                hat: collection(slug: \"santahat\") {{ attributes {attribute} }}
                cap: collection(slug: \"durovscap\") {{ attributes(kind: MODEL) {attribute} }} }}"
        ))
        .await;
    let told = |name: &str, per_mille: Option<u16>, tier: Option<&str>| json!({"name": name, "rarityPerMille": per_mille, "rarityTier": tier});
    assert_eq!(data["gift"]["model"], told("Spring Grove", Some(30), None));
    assert_eq!(data["gift"]["backdrop"], told("Pine Green", Some(15), None));
    assert_eq!(data["gift"]["symbol"], told("Horned Helm", None, None));
    let missing = data["gift"]["missing"].as_array().expect("a list");
    assert!(missing.contains(&json!({"field": "symbol.rarityPerMille"})), "{missing:?}");
    assert_eq!(
        data["pen"]["attributes"],
        json!([told("Coin Mint", Some(5), None), told("Redacted", Some(5), None)])
    );
    assert_eq!(data["hat"]["attributes"], json!([told("Rave", Some(2), None), told("Rave", Some(10), None)]));
    // The others stand on the pages of gifts, `mrkt/constructed/gifts-saling-durovscap.json` and `tonnel/constructed/page-gifts-durovscap.json`.
    let cap = [
        told("Shadow", None, Some("LEGENDARY")),
        told("Captain", Some(10), None),
        told("Patriot", Some(15), None),
        told("Half (Moon)", Some(20), None),
    ];
    assert_eq!(data["cap"]["attributes"], json!(cap));
}

/// Addresses: `getgems/constructed/gifts-collections.json`, one of them in raw form there. Without one: `mrkt/recorded/gifts-collections-2026-08-item.json`.
async fn the_collections(served: &Served) {
    let nodes = served
        .nodes("{ activity(first: 100, filter: {kinds: [COLLECTION_SEEN], collections: [\"lolpop\", \"poolfloat\", \"durovscap\", \"finepen\"]}) {
            pageInfo { hasNextPage } nodes { market { id } origin collection { slug title address } } } }")
        .await;
    let row = |node: &Value| {
        let collection = &node["collection"];
        json!([
            node["market"]["id"],
            collection["slug"],
            collection["title"],
            collection["address"],
            node["origin"]
        ])
    };
    let rows: Vec<Value> = nodes.iter().map(row).collect();
    for expected in [
        json!([
            "getgems",
            "lolpop",
            "Lol Pop",
            "EQC6zjid8vJNEWqcXk10XjsdDLRKbcPZzbHusuEW6FokOWIm",
            "CONSTRUCTED"
        ]),
        json!([
            "getgems",
            "poolfloat",
            "Pool Float",
            "EQD1YFp12AGEgX6C3uiWh751EcRxPZo6GtBmHziY29jcbQzS",
            "CONSTRUCTED"
        ]),
        json!([
            "mrkt",
            "durovscap",
            "Durov's Cap",
            "EQD9ikZq6xPgKjzmdBG0G0S80RvUJjbwgHrPZXDKc_wsE84w",
            "RECORDED"
        ]),
        json!(["mrkt", "finepen", "Fine Pen", null, "RECORDED"]),
    ] {
        assert!(rows.contains(&expected), "{expected} is not in {rows:#?}");
    }
}

/// `getgems/recorded/nfts-on-sale-usernames.json`: an auction of @notpixelroyale. Nothing of it is a gift, and whoever asks what the page says is told so.
async fn no_username_is_a_gift(served: &Served) {
    let file = "getgems/recorded/nfts-on-sale-usernames.json";
    let gifts =
        served.nodes("{ gifts(first: 100) { pageInfo { hasNextPage } nodes { slug number } } }").await;
    assert_eq!(gifts.len(), 43, "those of the other files: {gifts:#?}");
    let data = served
        .ask(
            "{ gift(slug: \"notpixelroyale\", number: 1) { id } collection(slug: \"notpixelroyale\") { slug }
                activity(first: 100, filter: {collections: [\"notpixelroyale\"]}) { totalCount: nodes { id } }
                events: activity(first: 100, filter: {markets: [\"getgems\"]}) { nodes { origin line } } }",
        )
        .await;
    assert_eq!(
        (&data["gift"], &data["collection"], &data["activity"]["totalCount"]),
        (&Value::Null, &Value::Null, &json!([]))
    );
    for event in data["events"]["nodes"].as_array().expect("events") {
        assert_eq!(
            event["origin"], "CONSTRUCTED",
            "GetGems' only recorded page is that of usernames: {event}"
        );
    }
    let page =
        std::fs::read(format!("{}/../adapters/fixtures/{file}", env!("CARGO_MANIFEST_DIR"))).expect(file);
    let said = RibbonCommand::new("verify page getgems -").run(&page).await.json();
    assert_eq!(
        (&said["listings"], &said["happenings"], &said["catalog"]),
        (&json!([]), &json!([]), &json!([]))
    );
    assert_eq!(
        said["passed"],
        json!([{"path": "/response/items/0", "why": "`@notpixelroyale` is no gift's name"}])
    );
}
