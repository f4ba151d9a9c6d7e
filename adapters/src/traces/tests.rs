//! Every recorded trace read whole, and the reader fed with what nobody should send.

use std::{collections::BTreeSet, fs, path::Path};

use chain::trace::{consistency, meaning};
use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn toncenter(path: &str) -> RecordedTrace {
    let fixture = FIXTURES.iter().find(|fixture| fixture.path.ends_with(path)).unwrap();
    match read(fixture.body).unwrap() {
        Recorded::Toncenter(trace) => *trace,
        other => panic!("{other:?}"),
    }
}

fn tonapi(path: &str) -> ActionList {
    let fixture = FIXTURES.iter().find(|fixture| fixture.path.ends_with(path)).unwrap();
    match read(fixture.body).unwrap() {
        Recorded::Tonapi(list) => *list,
        other => panic!("{other:?}"),
    }
}

fn raw(text: &str) -> Address {
    text.parse().unwrap()
}

#[test]
fn every_file_is_embedded() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut found = BTreeSet::new();
    for folder in ["toncenter/traces", "tonapi/actions"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            found.insert(format!("{folder}/{}", entry.unwrap().file_name().into_string().unwrap()));
        }
    }
    assert_eq!(found, FIXTURES.iter().map(|fixture| fixture.path.to_owned()).collect());
}

#[test]
fn every_recorded_trace_is_known_whole_and_agrees_with_itself() {
    let mut recomputed = 0;
    for fixture in FIXTURES {
        match read(fixture.body).unwrap() {
            Recorded::Toncenter(recorded) => {
                assert_eq!(recorded.unknown_fields, [], "{}", fixture.path);
                let found = consistency::check(&recorded.trace);
                assert_eq!((found.faults, found.unreceived), (vec![], 0), "{}", fixture.path);
                assert!(recorded.trace.is_complete, "{}", fixture.path);
                recomputed += found.hashes_recomputed;
                let computable = found.messages - found.hashes_not_computable;
                assert_eq!(found.hashes_recomputed, computable, "{}", fixture.path);
                assert_eq!(meaning::read(&recorded.trace).unread, [], "{}", fixture.path);
            }
            Recorded::Tonapi(list) => assert_eq!(list.unknown_fields, [], "{}", fixture.path),
        }
    }
    assert!(recomputed > 100, "{recomputed} hashes");
}

#[test]
fn both_forms_of_a_trace_say_the_same() {
    for (plain, case, actions) in [
        ("trace-fragment-sale-username-mapps.json", "case-nft-fragment-purchase.json", 1),
        ("trace-getgems-auction-nekohelmet-5385.json", "case-nft-getgems-auction-purchase.json", 1),
        ("trace-getgems-sale-lolpop-242675.json", "case-nft-getgems-purchase.json", 2),
    ] {
        let (plain, case) = (toncenter(plain), toncenter(case));
        assert_eq!(plain.trace, case.trace);
        assert_eq!((plain.case, plain.expected), (None, None));
        assert!(case.case.is_some());
        let expected = case.expected.unwrap();
        assert_eq!(expected.len(), actions);
        assert!(expected.iter().all(|action| action.unread.is_empty() && action.claims.len() > 8));
    }
}

#[test]
fn numbers_of_get_methods_are_exact_through_floating_point() {
    let recorded = toncenter("trace-getgems-sale-lolpop-242675.json");
    let sale = recorded.trace.extract.values().find_map(|said| said.sale.clone()).unwrap();
    assert_eq!(sale.full_price_nanoton, Some(1_350_000_000));
    let fixture = FIXTURES.iter().find(|fixture| fixture.path.contains("trace-getgems-sale")).unwrap();
    let text = std::str::from_utf8(fixture.body).unwrap();
    assert!(text.contains("1350000000.0"));
    let fault = |price: &str| read(text.replace("1350000000.0", price).as_bytes()).unwrap_err();
    for (price, expected) in [
        ("1350000000.5", "whole number"),
        ("9007199254740994.0", "floating point holds exactly"),
        ("1e30", "whole number"),
        ("-1", "a number from 0 on"),
        ("\"\"", "a number from 0 on"),
        ("true", "a number from 0 on"),
    ] {
        let fault = fault(price);
        assert!(fault.path.ends_with("/NftSale/full_price"), "{price}: {fault}");
        assert!(fault.expected.contains(expected), "{price}: {fault}");
    }
    assert!(read(text.replace("1350000000.0", "\"9007199254740994\"").as_bytes()).is_ok());
}

#[test]
fn what_is_no_trace_says_so() {
    for body in ["", "[]", "{}", "<html>", "{\"trace\":{}}", "5"] {
        let fault = read(body.as_bytes()).unwrap_err();
        assert!(fault.expected.contains("`transactions`"), "{body}: {fault}");
    }
    let large = vec![b' '; TRACE_BYTES_MAX + 1];
    assert!(read(&large).unwrap_err().expected.contains("16 MB"));
    let half = r#"{"transactions":[],"trace":{"trace_id":"x","state":"complete"}}"#;
    assert_eq!(read(half.as_bytes()).unwrap_err().path, "/trace/trace_id");
    let half = r#"{"Actions":[{"Type":"NftPurchase","Success":true,"BaseTransactions":[]}],"Accounts":[]}"#;
    assert_eq!(read(half.as_bytes()).unwrap_err().path, "/Actions/0");
}

/// The prices are those that the files hold; of two of them no balance agrees, and `ribbon verify trace` says so.
#[test]
fn decoded_actions_are_read_as_they_are_said() {
    let list = tonapi("buy-nft-on-fragment.json");
    let [sale] = &list.purchases[..] else { panic!("{list:?}") };
    assert_eq!(sale.price_nanoton, Some(4_500_000_000_000));
    assert_eq!(sale.through, "DNS.tg");
    let seller = raw("0:6e9ae2fdb2c10e52b6711a64e0798e6a6c7187d42c1e1fbfdb2b2e9d1173e0c1");
    assert_eq!(sale.seller, seller);
    assert_eq!(sale.buyer, raw("0:d8cd999fb2b1b384e6ca254c3883375e23111a8b78c015b886286c31bf11e29d"));
    let amounts: Vec<u64> = list.payments.iter().map(|payment| payment.amount_nanoton).collect();
    assert_eq!(amounts, [224_999_000_000, 4_274_977_607_063]);
    assert_eq!(list.balances[&seller].change_nanoton, 4_274_976_616_018);
    for path in ["getgems-nft-purchase.json", "getgems-nft-purchase-v4.json"] {
        let list = tonapi(path);
        let [sale] = &list.purchases[..] else { panic!("{list:?}") };
        assert_eq!((sale.price_nanoton, &*sale.through), (Some(1_200_000_000), "getgems"), "{path}");
        assert_eq!(sale.transactions.len(), 4);
    }
    let list = tonapi("telemint-deploy.json");
    assert_eq!(list.bids[0].amount_nanoton, Some(7_000_000_000_000));
    assert_eq!(list.others, ["ContractDeploy"]);
    let list = tonapi("getgems-cancel-sale.json");
    assert_eq!((list.transfers.len(), list.purchases.len()), (1, 0));
}

#[test]
fn the_extracts_owner_may_be_a_later_one() {
    let recorded = toncenter("trace-getgems-auction-nekohelmet-5385.json");
    let sale = meaning::read(&recorded.trace).sales.remove(0);
    let said = recorded.trace.extract[&sale.item.item].item.clone().unwrap();
    assert!(said.owner.is_some() && said.owner != sale.buyer.value());
    assert_eq!(sale.buyer.interfaces, None);
}

#[test]
fn no_recorded_trace_tells_a_code_hash() {
    let mut traces = 0;
    for fixture in FIXTURES {
        if let Recorded::Toncenter(recorded) = read(fixture.body).unwrap() {
            assert!(recorded.trace.extract.values().all(|said| said.code_hash.is_none()), "{}", fixture.path);
            traces += 1;
        }
    }
    assert_eq!(traces, 10);
}

#[test]
fn balances_come_to_nothing() {
    let mut lists = 0;
    for fixture in FIXTURES {
        if let Recorded::Tonapi(list) = read(fixture.body).unwrap() {
            let sum: i64 = list.balances.values().map(|one| one.change_nanoton + one.fee_nanoton).sum();
            assert_eq!(sum, 0, "{}", fixture.path);
            assert!(list.balances.len() > 2);
            lists += 1;
        }
    }
    assert_eq!(lists, 5);
}

/// Every number and every text of a document, by pointer.
fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                leaves(value, &format!("{path}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(entries) => {
            for (index, value) in entries.iter().enumerate() {
                leaves(value, &format!("{path}/{index}"), found);
            }
        }
        _ => found.push(path.to_owned()),
    }
}

/// What a message says, changed in any one place, contradicts the message's hash.
#[test]
fn no_field_of_a_message_can_be_changed_unseen() {
    let fields = [
        "source",
        "destination",
        "value",
        "fwd_fee",
        "created_lt",
        "created_at",
        "bounce",
        "bounced",
        "ihr_disabled",
        "msg_hash",
        "body_hash",
        "opcode",
        "body",
        "direction",
    ];
    let fixture = FIXTURES.iter().find(|fixture| fixture.path.contains("trace-getgems-sale")).unwrap();
    let document: Value = serde_json::from_slice(fixture.body).unwrap();
    let mut paths = Vec::new();
    leaves(&document["transactions"], "/transactions", &mut paths);
    let mut tried = 0;
    for path in paths.iter().filter(|path| path.contains("/messages/")) {
        if !fields.iter().any(|field| path.ends_with(&format!("/{field}"))) {
            continue;
        }
        let mut changed = document.clone();
        let place = changed.pointer_mut(path).unwrap();
        *place = match &*place {
            Value::Number(number) if path.ends_with("/opcode") => (number.as_i64().unwrap() ^ 1).into(),
            Value::Number(number) => (number.as_u64().unwrap() + 1).into(),
            Value::Bool(truth) => (!truth).into(),
            Value::String(text) if text == "in" => "out".into(),
            Value::String(text) if text == "out" => "in".into(),
            Value::String(text) if text.starts_with("0:") => format!("0:{}", "1".repeat(64)).into(),
            Value::String(text) if path.ends_with("/body") => {
                let other = if text.starts_with("te6cckEBAQEAAgAA") {
                    "te6cckEBAQEABgAACAAAAZZrgwSo"
                } else {
                    "te6cckEBAQEAAgAAAEysuc0="
                };
                other.into()
            }
            Value::String(_) => format!("{}=", "A".repeat(43)).into(),
            _ => continue,
        };
        tried += 1;
        match read(changed.to_string().as_bytes()) {
            Ok(Recorded::Toncenter(recorded)) => {
                assert!(consistency::check(&recorded.trace).fault_count > 0, "{path}");
            }
            Ok(other) => panic!("{path}: {other:?}"),
            Err(fault) => assert!(fault.path.starts_with("/transactions/"), "{path}: {fault}"),
        }
    }
    assert!(tried > 100, "{tried} places");
}

/// A fixture with some of its values replaced and some bytes cut.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let edit = (any::<prop::sample::Index>(), any::<prop::sample::Index>());
    let edits = prop::collection::vec(edit, 1..6);
    (0..FIXTURES.len(), edits, prop::option::of(any::<prop::sample::Index>())).prop_map(
        |(fixture, edits, cut)| {
            let mut document: Value = serde_json::from_slice(FIXTURES[fixture].body).unwrap();
            let mut paths = Vec::new();
            leaves(&document, "", &mut paths);
            let values = [
                Value::Null,
                0.into(),
                u64::MAX.into(),
                i64::MIN.into(),
                serde_json::json!(1.5e300),
                "".into(),
                "te6cckEBAQEAAgAAAEysuc0=".into(),
                "0:64E8AD529A81CB4149955482CEFDD50C53A8280A8FF202CCDA074BFC9B91E623".into(),
                "te6cckEBAQEAVgAAp1/MPRQAAAAAAAAAAIAXNPucMoY2rAiEqY0wsdG4I/2LgOw72oK8cN98lpwi3rAC5p9zhlDG1YEQlTGmFjo3BH+xcB2He1BXjhvvktOEW9SAOThwCKvAE94=".into(),
                true.into(),
                serde_json::json!([]),
                serde_json::json!({}),
                serde_json::json!([{}]),
            ];
            for (place, value) in edits {
                // An edit before may have taken the place away.
                if let Some(place) = document.pointer_mut(&paths[place.index(paths.len())]) {
                    *place = value.get(&values).clone();
                }
            }
            let mut bytes = document.to_string().into_bytes();
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            bytes
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_damaged_trace_is_read_or_refused_in_bounded_time(body in damaged()) {
        let started = std::time::Instant::now();
        if let Ok(Recorded::Toncenter(recorded)) = read(&body) {
            let found = consistency::check(&recorded.trace);
            let meaning = meaning::read(&recorded.trace);
            let messages: usize = recorded.trace.transactions.iter().map(|one| one.messages.len()).sum();
            prop_assert_eq!(found.messages, messages);
            prop_assert!(meaning.sales.len() <= meaning.transfers.len());
            prop_assert!(meaning.transfers.len() <= recorded.trace.transactions.len());
            prop_assert!(meaning.auction_steps.len() <= 2 * recorded.trace.transactions.len());
        }
        prop_assert!(started.elapsed() < std::time::Duration::from_secs(20));
    }

    #[test]
    fn no_text_panics(body in "\\PC{0,60}|\\{\"transactions\":.{0,60}|\\{\"Actions\":\\[.{0,60}") {
        prop_assert!(read(body.as_bytes()).is_err());
    }
}
