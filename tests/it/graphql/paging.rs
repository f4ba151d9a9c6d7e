//! Pages: every row once, in order, whatever the sort; cursors that cannot be misused.

use std::collections::BTreeSet;

use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

use super::{
    api::{Api, api},
    scene::{offered, on, price, told},
};

const MODELS: [(&str, Option<u16>); 4] =
    [("Cozy", Some(15)), ("Ninja", Some(5)), ("Swirl", None), ("Gold", Some(15))];

/// Sixty listings with many ties.
async fn play(api: &Api) {
    let mut random = StdRng::seed_from_u64(7);
    let mut events = Vec::new();
    for n in 0..60_i64 {
        let of = format!("{}-{}", ["plushpepe", "lolpop"][random.random_range(0..2)], n / 2 + 1);
        let market = ["getgems", "mrkt"][usize::try_from(n % 2).expect("0 or 1")];
        let model = MODELS[random.random_range(0..4)];
        events.push(on(market, told(&of, 100 + n, model, "Pine Green", "alice", domain::Custody::Market)));
        let currency = ["TON", "TON", "USDT"][random.random_range(0..3)];
        let listed_at = 200 + random.random_range(0..5);
        events.push(on(market, offered(&of, listed_at, price(random.random_range(1..6), currency))));
    }
    api.log(events).await;
}

/// All rows of a sort, page by page.
async fn walk(api: &Api, sort: &Value, first: i64) -> Vec<Value> {
    let query = "query($s: ListingSort, $n: Int!, $a: Cursor) { listings(sort: $s, first: $n, after: $a) {
        edges { cursor node { id sincePosition seenAt listedAt price { amount currency } allIn { total } gift { number model { rarityPerMille } } } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";
    let (mut rows, mut after) = (Vec::new(), Value::Null);
    loop {
        let data = api.ask_with(query, json!({"s": sort, "n": first, "a": after})).await;
        let page = &data["listings"];
        let edges = page["edges"].as_array().expect("edges");
        assert_eq!(page["pageInfo"]["hasPreviousPage"], json!(after != Value::Null));
        assert_eq!(
            page["pageInfo"]["startCursor"],
            edges.first().map_or(Value::Null, |edge| edge["cursor"].clone())
        );
        rows.extend(edges.iter().map(|edge| edge["node"].clone()));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            return rows;
        }
        assert_eq!(i64::try_from(edges.len()).expect("a length"), first);
    }
}

fn key(by: &str, node: &Value) -> (String, i64) {
    let number = |value: &Value| {
        value.as_str().and_then(|text| text.parse().ok()).or(value.as_i64()).unwrap_or(i64::MIN)
    };
    let currency = node["price"]["currency"].as_str().expect("a currency").to_owned();
    match by {
        "PRICE" => (currency, number(&node["price"]["amount"])),
        "ALL_IN" => (currency, number(&node["allIn"]["total"])),
        "NUMBER" => (String::new(), number(&node["gift"]["number"])),
        "LISTED" => (node["listedAt"].as_str().expect("a time").to_owned(), 0),
        _ => (String::new(), node["gift"]["model"]["rarityPerMille"].as_i64().unwrap_or(1_001)),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sort_both_ways_shows_every_row_once_and_in_order() {
    let api = api().await;
    play(&api).await;
    for by in ["PRICE", "ALL_IN", "NUMBER", "LISTED", "RARITY"] {
        let up = walk(&api, &json!({"by": by, "direction": "ASC"}), 7).await;
        let ids: BTreeSet<&str> = up.iter().map(|node| node["id"].as_str().expect("an id")).collect();
        assert_eq!((up.len(), ids.len()), (60, 60), "{by}");
        assert!(up.windows(2).all(|pair| key(by, &pair[0]) <= key(by, &pair[1])), "{by} ascends");
        let mut down = walk(&api, &json!({"by": by, "direction": "DESC"}), 100).await;
        down.reverse();
        assert_eq!(up, down, "{by}: one way is the other reversed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pinned_picture_does_not_move_while_it_is_read() {
    let api = api().await;
    play(&api).await;
    let before = walk(&api, &json!({}), 100).await;
    let query = "query($a: Cursor, $p: Position) { listings(first: 10, after: $a, asOf: $p) { nodes { id } pageInfo { endCursor hasNextPage } asOf { position } } }";
    let (mut rows, mut after, mut position) = (Vec::new(), Value::Null, Value::Null);
    for (turn, cheapest) in before.iter().enumerate() {
        let data = api.ask_with(query, json!({"a": after, "p": position})).await;
        let page = &data["listings"];
        rows.extend(page["nodes"].as_array().expect("nodes").iter().map(|node| node["id"].clone()));
        (after, position) = (page["pageInfo"]["endCursor"].clone(), page["asOf"]["position"].clone());
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
        // The market moves between the pages: the cheapest go, dearer ones come.
        let id = cheapest["id"].as_str().expect("an id");
        let (market, of) = id.trim_start_matches("listing_").split_once("_lot-").expect("market and gift");
        let at_s = 1_000 + i64::try_from(turn).expect("a turn");
        api.log(vec![
            on(market, crate::facts::delisted(of, at_s)),
            offered(&format!("new-{}", turn + 1), at_s, price(3, "TON")),
        ])
        .await;
    }
    let expected: Vec<Value> = before.iter().map(|node| node["id"].clone()).collect();
    assert_eq!(rows, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_fits_its_own_list_alone() {
    let api = api().await;
    play(&api).await;
    let data = api.ask("{ listings { pageInfo { endCursor } } gifts { pageInfo { endCursor } } activity { pageInfo { endCursor } } }").await;
    let cursor = data["listings"]["pageInfo"]["endCursor"].as_str().expect("a cursor").to_owned();
    let mut damaged = cursor.clone();
    let swapped = if damaged.ends_with('A') { 'B' } else { 'A' };
    damaged.replace_range(damaged.len() - 1.., &swapped.to_string());
    let gifts = data["gifts"]["pageInfo"]["endCursor"].as_str().expect("a cursor");
    for (field, after, message) in [
        ("listings(after: $a)", damaged.as_str(), "damaged"),
        ("listings(after: $a)", "", "damaged"),
        ("listings(after: $a)", "'; drop", "damaged"),
        ("listings(after: $a)", gifts, "another"),
        ("listings(after: $a, sort: {by: NUMBER})", &cursor, "another"),
        ("listings(after: $a, sort: {direction: DESC})", &cursor, "another"),
        ("listings(after: $a, filter: {markets: [\"mrkt\"]})", &cursor, "another"),
        ("gifts(after: $a)", &cursor, "another"),
        ("activity(after: $a)", &cursor, "another"),
        ("collections(after: $a)", &cursor, "another"),
        ("sales(after: $a)", &cursor, "another"),
        ("floors(after: $a)", &cursor, "another"),
    ] {
        let body = json!({"query": format!("query($a: Cursor) {{ {field} {{ __typename }} }}"), "variables": {"a": after}});
        let (status, error) = api.refusal(&body).await;
        assert_eq!((status, &error["extensions"]["code"]), (200, &json!("BAD_CURSOR")), "{body}");
        assert!(error["message"].as_str().is_some_and(|text| text.contains(message)), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_lists_page_as_well() {
    let api = api().await;
    play(&api).await;
    api.log(
        (1..=30).map(|n| crate::facts::sold(&format!("plushpepe-{n}"), 500 + n / 3, n, "dave")).collect(),
    )
    .await;
    for (field, id) in [
        ("gifts", "id"),
        ("sales", "id"),
        ("activity", "id"),
        ("floors", "slug kind name market { id } currency"),
    ] {
        let mut pages = Vec::new();
        for first in [4, 100] {
            let (mut rows, mut after) = (Vec::new(), Value::Null);
            loop {
                let query = format!(
                    "query($n: Int!, $a: Cursor) {{ list: {field}(first: $n, after: $a) {{ nodes {{ {id} }} pageInfo {{ hasNextPage endCursor }} }} }}"
                );
                let data = api.ask_with(&query, json!({"n": first, "a": after})).await;
                rows.extend(data["list"]["nodes"].as_array().expect("nodes").iter().map(Value::to_string));
                after = data["list"]["pageInfo"]["endCursor"].clone();
                if data["list"]["pageInfo"]["hasNextPage"] == json!(false) {
                    break;
                }
            }
            let distinct: BTreeSet<&String> = rows.iter().collect();
            assert_eq!(distinct.len(), rows.len(), "{field}: every row once");
            pages.push(rows);
        }
        assert!(pages[0].len() > 4, "{field} has several pages");
        assert_eq!(pages[0], pages[1], "{field}: short pages show what a long one shows");
    }
}
