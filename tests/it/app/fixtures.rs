//! `ribbon index --from-fixtures`: a database filled from recorded and constructed pages, labelled by which; and what a server says of it,
//! against the files.

mod rows;

use harness::RibbonCommand;
use serde_json::{Value, json};

use rows::{Row, listings, sales};

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
    assert_eq!(gifts.len(), 49, "those of the other files: {gifts:#?}");
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
