//! The recorded traces with their expected values, and what happens to them when a value is changed.

mod not_recomputed;

use adapters::traces::FIXTURES;

use super::*;

/// Accounts of the recorded traces.
const LOLPOP_SELLER: &str = "0:0d57780f9abf651acf690e6f37b2f8f9c61c4131a3968c5a555a18811cd2e7e4";
const LOLPOP_BUYER: &str = "0:b9a7dce19431b56044254c69858e8dc11fec5c0761ded415e386fbe4b4e116f5";
const NEKO_SELLER: &str = "0:cf5f6816ff80e52b61bdfca071f7fb5d061ecf46211dd8a627166050d126d5ba";
const NEKO_BUYER: &str = "0:35f782d3a9b8b1c15b369ee0f66e24830576d61acfa0d3fd4a43f133ac705643";
const MAPPS_SELLER: &str = "0:c21fabd3d0cbd5a746c160d8e838da6481be7534c3cd3895c54161b9e17a0802";
const MAPPS_BUYER: &str = "0:ded65af00fb7799ed490b803ed436914a7f0526bc6b8b4d30c35a936d734173d";
const ROYALTY: &str = "0:408da3b28b6c065a593e10391269baaa9c5f8caebc0c69d9f0aabbab2a99256b";

fn body(path: &str) -> &'static [u8] {
    FIXTURES.iter().find(|fixture| fixture.path.ends_with(path)).expect(path).body
}

fn text(path: &str) -> &'static str {
    std::str::from_utf8(body(path)).unwrap()
}

fn judge(bytes: &[u8]) -> (Verdict, Value) {
    let answer = verify(bytes, "mainnet");
    (answer.verdict, serde_json::from_str(&answer.text()).unwrap())
}

/// Names of the checks that failed.
fn failed(value: &Value) -> Vec<&str> {
    let checks = value["checks"].as_array().unwrap().iter();
    checks.filter(|check| check["result"] == "fails").filter_map(|check| check["check"].as_str()).collect()
}

#[test]
fn a_sale_through_a_contract_of_getgems() {
    for (path, verdict) in [
        ("trace-getgems-sale-lolpop-242675.json", Verdict::Understood),
        ("case-nft-getgems-purchase.json", Verdict::Proven),
    ] {
        let (found, value) = judge(body(path));
        assert_eq!(found, verdict, "{value:#}");
        assert_eq!(value["sales"].as_array().unwrap().len(), 1);
        let sale = &value["sales"][0];
        assert_eq!(sale["through"], "sale_contract");
        assert_eq!(sale["item"]["name"], "lolpop-242675");
        assert_eq!(sale["item"]["identity"], "computed");
        // The contract hands what it held on to the seller, so the messages give a range, and the interfaces the price.
        assert_eq!(sale["price"]["nanoton"], 1_350_000_000_u64);
        assert_eq!(
            (&sale["price"]["ton"], &sale["price"]["given_by"]),
            (&json!("1.35"), &json!("interfaces"))
        );
        let allowed = json!({ "at_least_nanoton": 1_349_992_677, "at_most_nanoton": 1_354_492_391 });
        assert_eq!(sale["price"]["messages_allow"], allowed);
        assert_eq!(sale["seller"]["address"]["raw"], LOLPOP_SELLER);
        assert_eq!(sale["seller"]["given_by"], "both");
        assert_eq!(sale["buyer"]["address"]["raw"], LOLPOP_BUYER);
        assert_eq!(sale["buyer"]["given_by"], "messages");
        assert_eq!(
            (&sale["market"]["name"], &sale["market"]["given_by"]),
            (&json!("getgems"), &json!("interfaces"))
        );
        assert_eq!(sale["fees"][0]["kind"], "market");
        assert_eq!(sale["fees_total"]["nanoton"], 0);
        assert_eq!(sale["payout"]["amount"]["nanoton"], 1_372_369_010);
        assert_eq!(sale["paid"]["nanoton"], 1_650_000_000);
        assert_eq!(sale["returned"]["nanoton"], 260_321_830);
        assert_eq!(sale["contract"]["standing"], "code_not_told");
        assert_eq!(sale["contract"]["is_verified"], false);
        assert_eq!(value["auctions"], json!([]));
        assert_eq!(value["transfers"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn an_auction_of_getgems() {
    for (path, verdict) in [
        ("trace-getgems-auction-nekohelmet-5385.json", Verdict::Understood),
        ("case-nft-getgems-auction-purchase.json", Verdict::Proven),
    ] {
        let (found, value) = judge(body(path));
        assert_eq!(found, verdict, "{value:#}");
        let sale = &value["sales"][0];
        assert_eq!(
            (&sale["through"], &sale["item"]["name"]),
            (&json!("auction_contract"), &json!("nekohelmet-5385"))
        );
        assert_eq!(
            (&sale["price"]["ton"], &sale["price"]["given_by"]),
            (&json!("37.97"), &json!("interfaces"))
        );
        assert_eq!(sale["price"]["messages_allow"]["at_least_nanoton"], 37_469_600_000_u64);
        assert_eq!(sale["seller"]["address"]["raw"], NEKO_SELLER);
        assert_eq!(sale["seller"]["given_by"], "both");
        assert_eq!(sale["buyer"]["address"]["raw"], NEKO_BUYER);
        assert_eq!((&sale["fees"], &sale["fees_total"]["nanoton"]), (&json!([]), &json!(0)));
        assert_eq!(value["auctions"][0]["step"], "won");
        assert_eq!(value["auctions"][0]["sale"], 0);
    }
}

#[test]
fn a_sale_of_fragment() {
    for (path, verdict) in [
        ("trace-fragment-sale-username-mapps.json", Verdict::Understood),
        ("case-nft-fragment-purchase.json", Verdict::Proven),
    ] {
        let (found, value) = judge(body(path));
        assert_eq!(found, verdict, "{value:#}");
        let sale = &value["sales"][0];
        assert_eq!((&sale["through"], &sale["item"]["name"]), (&json!("telemint_purchase"), &json!("mapps")));
        assert_eq!(sale["item"]["identity"], "computed");
        assert_eq!((&sale["price"]["ton"], &sale["price"]["given_by"]), (&json!("111"), &json!("messages")));
        assert_eq!(sale["seller"]["address"]["raw"], MAPPS_SELLER);
        assert_eq!(sale["buyer"]["address"]["raw"], MAPPS_BUYER);
        assert_eq!(
            (&sale["market"]["name"], &sale["market"]["given_by"]),
            (&json!("fragment"), &json!("messages"))
        );
        assert_eq!(sale["fees"][0]["kind"], "royalty");
        assert_eq!(sale["fees"][0]["recipient"]["raw"], ROYALTY);
        assert_eq!(sale["fees"][0]["amount"]["nanoton"], 5_549_000_000_u64);
        assert_eq!(sale["payout"]["amount"]["nanoton"], 105_430_430_142_u64);
        assert_eq!(sale["contract"]["is_verified"], true);
    }
}

#[test]
fn a_trace_without_a_sale_is_understood() {
    let (verdict, value) = judge(body("case-tonstakers-ts-withdrawal-request.json"));
    assert_eq!(verdict, Verdict::Proven, "{value:#}");
    assert_eq!((&value["sales"], value["transfers"].as_array().unwrap().len()), (&json!([]), 1));
    let kinds: Vec<&Value> =
        value["expected_actions"].as_array().unwrap().iter().map(|one| &one["kind"]).collect();
    assert_eq!(kinds, ["nft_mint", "stake_withdrawal_request", "nft_transfer"]);
    for path in [
        "case-jetton-mints-jetton-mint-0x15-1.json",
        "case-ton-transfers-simple-ton-transfer.json",
        "case-tonstakers-ts-withdrawal-via-nft-burn.json",
    ] {
        let (verdict, value) = judge(body(path));
        assert_eq!(verdict, Verdict::Understood, "{path}: {value:#}");
        assert_eq!((&value["sales"], &value["transfers"]), (&json!([]), &json!([])), "{path}");
    }
}

/// Where both speak and differ, it is refuted and named.
#[test]
fn a_changed_value_is_refuted_by_name() {
    const LOLPOP: &str = "case-nft-getgems-purchase.json";
    const MAPPS: &str = "case-nft-fragment-purchase.json";
    const HASHES: &str = "every message has the hash of its fields";
    for (path, from, to, check) in [
        (
            LOLPOP,
            "\"full_price\":1350000000.0",
            "\"full_price\":1360000000.0",
            "price of the interfaces is one that the messages allow",
        ),
        (LOLPOP, "\"price\":1350000000,", "\"price\":1350000001,", "price"),
        (LOLPOP, "\"payout_amount\":1372369010", "\"payout_amount\":1372369011", "payout"),
        (LOLPOP, "\"value\":1372369010", "\"value\":1372369011", HASHES),
        (LOLPOP, "\"query_id\":0", "\"query_id\":1", "query id"),
        (LOLPOP, "lolpop-242675.json", "lolpop-242676.json", "the item is what the interfaces call it"),
        (
            LOLPOP,
            "\"nft_owner_address\":\"0:0D57780F9ABF651ACF690E6F37B2F8F9C61C4131A3968C5A555A18811CD2E7E4\"",
            "\"nft_owner_address\":\"0:BEE7A3D7B8C06F9552032C3880A56A74B702AD8B224F42BFB1AC1C33BD719080\"",
            "seller",
        ),
        (
            LOLPOP,
            "\"nft_address\":\"0:5B305583F6F4C1ADCA54FD9EE6ADB8F065819F4A1D5D054B2E4B3677D90F5095\"",
            "\"nft_address\":\"0:BEE7A3D7B8C06F9552032C3880A56A74B702AD8B224F42BFB1AC1C33BD719080\"",
            "item that was for sale",
        ),
        (MAPPS, "\"price\":111000000000", "\"price\":111000000001", "price"),
        (MAPPS, "place\":\"fragment\"", "place\":\"getgems\"", "market"),
        (MAPPS, "\"value\":5549000000", "\"value\":5549000001", HASHES),
        (
            MAPPS,
            "\"forward_payload\":\"te6cckEBAQEAEAAAGzgSfeFRnYHZYAZWIktoiLLaZw==\"",
            "\"forward_payload\":\"te6cckEBAQEAAgAAAEysuc0=\"",
            "forward payload",
        ),
    ] {
        let compact = compact(text(path));
        assert!(compact.contains(from), "{path} has no {from}");
        let (verdict, value) = judge(compact.replace(from, to).as_bytes());
        assert_eq!(verdict, Verdict::Refuted, "{from}: {value:#}");
        assert!(failed(&value).contains(&check), "{from}: {:?}", failed(&value));
    }
}

/// Any contract may send the notice of a sale by an item itself; only Telegram's own sell through Fragment.
#[test]
fn a_contract_that_is_not_known_has_no_market() {
    for (path, verdict) in [
        ("trace-fragment-sale-username-mapps.json", Verdict::Understood),
        ("case-nft-fragment-purchase.json", Verdict::CannotBeJudged),
    ] {
        let mut value: Value = serde_json::from_slice(body(path)).unwrap();
        for said in value["interfaces"].as_object_mut().unwrap().values_mut() {
            if let Some(item) = said.get_mut("NftItem") {
                item["content"] = json!({ "uri": "https://example.org/gift.json" });
            }
        }
        let (found, value) = judge(value.to_string().as_bytes());
        assert_eq!(found, verdict, "{value:#}");
        let sale = &value["sales"][0];
        assert_eq!((&sale["through"], &sale["price"]["ton"]), (&json!("telemint_purchase"), &json!("111")));
        assert_eq!(
            (&sale["item"]["identity"], &sale["contract"]["is_verified"]),
            (&json!("not_judged"), &json!(false))
        );
        assert_eq!((&sale["market"]["name"], &sale["market"]["given_by"]), (&Value::Null, &Value::Null));
        assert_eq!(sale["market"]["note"], NO_MARKET);
    }
    let (_, value) = judge(body("trace-fragment-sale-username-mapps.json"));
    assert_eq!(value["sales"][0]["market"]["note"], Value::Null);
}

/// The same document without spaces.
fn compact(text: &str) -> String {
    let value: Box<serde_json::value::RawValue> = serde_json::from_str(text).unwrap();
    let mut inside = false;
    let mut escaped = false;
    value
        .get()
        .chars()
        .filter(|c| {
            if *c == '"' && !escaped {
                inside = !inside;
            }
            escaped = inside && *c == '\\' && !escaped;
            inside || !c.is_ascii_whitespace()
        })
        .collect()
}

#[test]
fn what_is_missing_cannot_be_judged() {
    let complete = text("trace-getgems-sale-lolpop-242675.json");
    let compact = compact(complete);
    let (verdict, _) = judge(compact.replace("\"state\":\"complete\"", "\"state\":\"pending\"").as_bytes());
    assert_eq!(verdict, Verdict::CannotBeJudged);
    let mut short: Value = serde_json::from_str(complete).unwrap();
    short["transactions"].as_array_mut().unwrap().pop();
    let (verdict, value) = judge(short.to_string().as_bytes());
    assert_eq!(verdict, Verdict::CannotBeJudged, "{value:#}");
}

/// Without the extract the messages still tell the trade, and a range for its price.
#[test]
fn without_interfaces_the_messages_speak_alone() {
    let mut value: Value = serde_json::from_slice(body("trace-getgems-sale-lolpop-242675.json")).unwrap();
    value["interfaces"] = json!({});
    let (verdict, value) = judge(value.to_string().as_bytes());
    assert_eq!(verdict, Verdict::Understood, "{value:#}");
    let sale = &value["sales"][0];
    assert_eq!((&sale["price"]["nanoton"], &sale["price"]["given_by"]), (&Value::Null, &Value::Null));
    assert_eq!(sale["price"]["messages_allow"]["at_least_nanoton"], 1_349_992_677);
    assert_eq!(
        (&sale["seller"]["address"]["raw"], &sale["seller"]["given_by"]),
        (&json!(LOLPOP_SELLER), &json!("messages"))
    );
    assert_eq!(sale["market"]["name"], Value::Null);
    assert_eq!(sale["item"]["identity"], "not_judged");
}

/// A sale contract counts only with a code that is known on the network asked about.
#[test]
fn a_sale_contract_counts_by_its_code_on_one_network() {
    let own = |network: &str, role: GetgemsRole| {
        let network = Network::named(network).unwrap();
        let code = network.getgems_codes.iter().find(|code| code.role == role).unwrap();
        code.code_hash.to_base64()
    };
    let with = |code_hash: &str| {
        let mut value: Value = serde_json::from_slice(body("trace-getgems-sale-lolpop-242675.json")).unwrap();
        let accounts = value["interfaces"].as_object_mut().unwrap();
        let sale = accounts.values_mut().find(|said| said.get("NftSale").is_some()).unwrap();
        sale["NftSale"]["code_hash"] = code_hash.into();
        value.to_string()
    };
    let sale = GetgemsRole::FixedPriceSale;
    for (code_hash, network, verdict, standing, is_verified) in [
        (own("mainnet", sale), "mainnet", Verdict::Understood, "verified: v1", true),
        // The sandbox's own is nothing on mainnet, where the contract claims to be GetGems'.
        (own("sandbox", sale), "mainnet", Verdict::Refuted, "code_unknown", false),
        (own("mainnet", GetgemsRole::Auction), "mainnet", Verdict::Refuted, "code_of_another_role", false),
        // And mainnet's is nothing in the sandbox, where GetGems' address is another, too.
        (own("mainnet", sale), "sandbox", Verdict::Understood, "code_unknown", false),
        (own("sandbox", sale), "sandbox", Verdict::Refuted, "disagrees: market", false),
    ] {
        let answer = verify(with(&code_hash).as_bytes(), network);
        let value: Value = serde_json::from_str(&answer.text()).unwrap();
        let contract = &value["sales"][0]["contract"];
        assert_eq!(
            (answer.verdict, &contract["standing"]),
            (verdict, &json!(standing)),
            "{network}: {value:#}"
        );
        assert_eq!(contract["is_verified"], is_verified);
    }
}

/// Two of the five lists carry a price that their publisher made up for a test, and the balances of the trade refute it.
#[test]
fn decoded_actions_are_held_against_the_balances() {
    for (path, verdict, price) in [
        ("buy-nft-on-fragment.json", Verdict::Understood, json!(4_500_000_000_000_u64)),
        ("getgems-nft-purchase.json", Verdict::Refuted, json!(1_200_000_000)),
        ("getgems-nft-purchase-v4.json", Verdict::Refuted, json!(1_200_000_000)),
        ("getgems-cancel-sale.json", Verdict::Understood, Value::Null),
        ("telemint-deploy.json", Verdict::Understood, Value::Null),
    ] {
        let (found, value) = judge(body(path));
        assert_eq!(found, verdict, "{path}: {value:#}");
        assert_eq!(value["sales"][0]["price"]["nanoton"], price, "{path}");
        if verdict == Verdict::Refuted {
            assert_eq!(failed(&value), ["price of the actions is one that the balances allow"]);
        }
    }
    let (_, value) = judge(body("buy-nft-on-fragment.json"));
    let sale = &value["sales"][0];
    assert_eq!(
        (&sale["market"]["name"], &sale["price"]["given_by"]),
        (&json!("fragment"), &json!("actions"))
    );
    assert_eq!(sale["fees"][0]["amount"]["nanoton"], 224_999_000_000_u64);
    let (_, value) = judge(body("telemint-deploy.json"));
    assert_eq!(value["auctions"][0]["amount"]["ton"], "7000");
    let changed = text("telemint-deploy.json").replace("\"Fee\": 12584000", "\"Fee\": 12584001");
    let (verdict, value) = judge(changed.as_bytes());
    assert_eq!((verdict, failed(&value).len()), (Verdict::Refuted, 1), "{value:#}");
}

/// A sum that comes to nothing only in 64 bits comes to something.
#[test]
fn balances_are_summed_without_an_end() {
    let mut value: Value = serde_json::from_slice(body("telemint-deploy.json")).unwrap();
    let accounts = value["Accounts"].as_array_mut().unwrap();
    for place in 1..=2 {
        let account = format!("0:{place:064x}");
        accounts.push(json!({ "Account": account, "Ton": i64::MAX, "Fee": 1, "Jettons": null }));
    }
    let (verdict, value) = judge(value.to_string().as_bytes());
    assert_eq!(verdict, Verdict::Refuted, "{value:#}");
    let sum = &value["checks"][0];
    assert_eq!((&sum["expected"], &sum["found"]), (&json!("0"), &json!("18446744073709551616")));

    let mut value: Value = serde_json::from_slice(body("buy-nft-on-fragment.json")).unwrap();
    let accounts = value["Accounts"].as_array_mut().unwrap();
    for place in 1..=2 {
        let account = format!("0:{place:064x}");
        accounts.push(json!({ "Account": account, "Ton": -i64::MAX, "Fee": 0, "Jettons": null }));
    }
    let (_, value) = judge(value.to_string().as_bytes());
    let allowed = &value["sales"][0]["price"]["balances_allow"];
    assert_eq!(allowed, &json!({ "at_least_nanoton": "0", "at_most_nanoton": "18446748573715391626" }));
}

#[test]
fn what_is_no_trace_is_bad_input() {
    for (bytes, network, told) in [
        (&b"{}"[..], "mainnet", "`transactions`"),
        (b"", "mainnet", "`transactions`"),
        (b"{\"transactions\":[{}]}", "mainnet", "/transactions/0/"),
        (body("telemint-deploy.json"), "atlantis", "--network is `atlantis`: expected one of mainnet"),
    ] {
        let answer = verify(bytes, network);
        assert_eq!(answer.verdict, Verdict::BadInput, "{}", answer.text());
        assert!(answer.text().contains(told), "{} should say {told}", answer.text());
    }
}

/// Every value of a document, by pointer.
fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(name, value)| leaves(value, &format!("{path}/{}", name.replace('/', "~1")), found)),
        Value::Array(entries) => entries
            .iter()
            .enumerate()
            .for_each(|(index, value)| leaves(value, &format!("{path}/{index}"), found)),
        _ => found.push(path.to_owned()),
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    /// Whatever is changed, there is an answer, in bounded time, whose code agrees with its checks.
    #[test]
    fn a_damaged_trace_has_an_answer(
        fixture in 0..FIXTURES.len(),
        edits in proptest::collection::vec(proptest::prelude::any::<(proptest::sample::Index, u64, bool)>(), 1..4),
    ) {
        let mut value: Value = serde_json::from_slice(FIXTURES[fixture].body).unwrap();
        let mut paths = Vec::new();
        leaves(&value, "", &mut paths);
        for (at, number, is_text) in edits {
            let place = value.pointer_mut(&paths[at.index(paths.len())]).unwrap();
            *place = match is_text {
                true => format!("0:{number:064x}").into(),
                false => number.into(),
            };
        }
        let started = std::time::Instant::now();
        let (verdict, answer) = judge(value.to_string().as_bytes());
        proptest::prop_assert!(started.elapsed().as_secs() < 20);
        match verdict {
            Verdict::BadInput => proptest::prop_assert!(answer["why"].is_string()),
            Verdict::Refuted => proptest::prop_assert!(!failed(&answer).is_empty()),
            _ => proptest::prop_assert!(failed(&answer).is_empty()),
        }
    }
}
