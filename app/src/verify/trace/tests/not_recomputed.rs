//! Traces with a message that is marked as not computable, so that it may say anything.

use chain::message::{Body, op};

use super::*;

/// Both ends of the message with this body changed alike.
fn change_message(value: &mut Value, body_hash: &str, change: &dyn Fn(&mut Value)) -> usize {
    match value {
        Value::Object(members) if members.get("body_hash").is_some_and(|hash| hash == body_hash) => {
            change(value);
            1
        }
        Value::Object(members) => {
            members.values_mut().map(|member| change_message(member, body_hash, change)).sum()
        }
        Value::Array(entries) => {
            entries.iter_mut().map(|entry| change_message(entry, body_hash, change)).sum()
        }
        _ => 0,
    }
}

/// The notice of a sale at 111 TON with another bid in it, its hash, and what it carries.
fn notice(text: &str, bid_nanoton: u64) -> [String; 3] {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let bytes = STANDARD.decode(text).unwrap();
    let told = chain::boc::parse_one(&bytes, chain::boc::Limits::ANSWER).unwrap();
    let Ok(Body::OwnershipAssigned { query_id, previous_owner, bid: Some(bid), .. }) = Body::parse(&told)
    else {
        panic!("{text}")
    };
    assert_eq!(bid.bid_nanoton, 111_000_000_000);
    let payload = chain::cell::CellBuilder::new()
        .uint(u64::from(op::TELEMINT_BID_INFO), 32)
        .coins(bid_nanoton)
        .uint(u64::from(bid.bid_at), 32)
        .build()
        .unwrap();
    let written = chain::cell::CellBuilder::new()
        .uint(u64::from(op::OWNERSHIP_ASSIGNED), 32)
        .uint(query_id, 64)
        .address(previous_owner.as_ref())
        .bit(false)
        .append(&payload)
        .build()
        .unwrap();
    let boc = |cell| STANDARD.encode(chain::boc::write(cell));
    [boc(&written), written.hash().to_base64(), boc(&payload)]
}

/// A message marked as not computable may say anything, and is not taken for recomputed.
#[test]
fn a_message_that_cannot_be_recomputed_proves_nothing() {
    const NOTICE: &str = "yhxKZE7CXwxqws3+9RZjlrZBXGk1jbD8XRr7g22FNAQ=";
    const TOLD: &str = "te6cckEBAQEAPQAAdgUTjZEAACbs/4RVQ4AYQ/V6ehl6tOjYLBsdBxtMkDfOpph5pxK4qCw3PC9BAEOBJ94VGdgdlgBlYiS2adUG8g==";
    const STATE: &str = "FfMEFuDlnafbJCEJE8RrvFN+SxoZbKBW8KGAoyhjto4=";
    let marks: [&dyn Fn(&mut Value); 2] =
        [&|message| message["init_state_hash"] = STATE.into(), &|message| {
            message["value_extra_currencies"] = json!({ "1": "1" })
        }];
    for path in ["trace-fragment-sale-username-mapps.json", "case-nft-fragment-purchase.json"] {
        for (marked, said) in
            [(None, 222), (Some(marks[0]), 222), (Some(marks[1]), 222), (Some(marks[0]), 111)]
        {
            let bid_nanoton = said * 1_000_000_000;
            // What the case claims of it is changed alike.
            let [_, _, payload] = notice(TOLD, bid_nanoton);
            let claimed = compact(text(path))
                .replace("\"price\":111000000000", &format!("\"price\":{bid_nanoton}"))
                .replace("te6cckEBAQEAEAAAGzgSfeFRnYHZYAZWIktoiLLaZw==", &payload);
            let mut value: Value = serde_json::from_str(&claimed).unwrap();
            let changed = change_message(&mut value, NOTICE, &|message| {
                let told = message["message_content"]["body"].as_str().unwrap();
                let [body, body_hash, _] = notice(told, bid_nanoton);
                message["message_content"]["body"] = body.into();
                message["body_hash"] = body_hash.into();
                if let Some(mark) = marked {
                    mark(message);
                }
            });
            assert_eq!(changed, 2);
            let (verdict, value) = judge(value.to_string().as_bytes());
            let hashes = value["checks"].as_array().unwrap().iter();
            let hashes = hashes.filter(|check| check["check"] == "every message has the hash of its fields");
            let hashes: Vec<&Value> = hashes.map(|check| &check["result"]).collect();
            let sale = &value["sales"][0];
            assert_eq!(sale["price"]["nanoton"], bid_nanoton);
            match marked {
                None => assert_eq!((verdict, hashes[0]), (Verdict::Refuted, &json!("fails"))),
                Some(_) => {
                    assert_eq!(
                        (verdict, hashes[0]),
                        (Verdict::CannotBeJudged, &json!("not_judged")),
                        "{value:#}"
                    );
                }
            }
            assert!(!value["sales"].to_string().contains("\"messages\""), "{value:#}");
            for given_by in [
                &sale["price"]["given_by"],
                &sale["buyer"]["given_by"],
                &sale["market"]["given_by"],
                &sale["fees"][0]["amount"]["given_by"],
                &sale["payout"]["amount"]["given_by"],
                &value["transfers"][0]["given_by"],
            ] {
                assert_eq!(given_by, "messages_not_recomputed", "{value:#}");
            }
        }
    }
}

/// What the extract says stays its own word alone where the messages that say the same were not recomputed.
#[test]
fn messages_that_were_not_recomputed_add_nothing_to_the_interfaces() {
    let path = "case-nft-getgems-purchase.json";
    let (_, fine) = judge(body(path));
    let sale = fine["sales"][0]["transaction"].as_str().unwrap();
    let mut value: Value = serde_json::from_slice(body(path)).unwrap();
    let mut transactions = value["transactions"].as_array_mut().unwrap().iter_mut();
    let transaction = transactions.find(|one| one["hash"].as_str().is_some_and(|hash| is_hash(hash, sale)));
    for message in transaction.unwrap()["messages"].as_array_mut().unwrap() {
        message["init_state_hash"] = message["body_hash"].clone();
    }
    let (verdict, value) = judge(value.to_string().as_bytes());
    let sale = &value["sales"][0];
    assert_eq!(verdict, Verdict::CannotBeJudged, "{value:#}");
    assert_eq!(
        (&fine["sales"][0]["seller"]["given_by"], &sale["seller"]["given_by"]),
        (&json!("both"), &json!("interfaces"))
    );
    assert_eq!(fine["sales"][0]["price"]["range_given_by"], "messages");
    assert_eq!(sale["price"]["range_given_by"], "messages_not_recomputed");
}

fn is_hash(one: &str, other: &str) -> bool {
    one.parse::<Hash256>().ok() == other.parse::<Hash256>().ok()
}
