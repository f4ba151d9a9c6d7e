//! A bag of cells: an account's data, a message's body, a get-method's answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chain::boc::{self, Limits};
use chain::contract::Network;
use chain::message::Body;
use chain::{collection, sale_contract, stack};
use serde_json::Value;

/// Real cells, recorded; chain/fixtures/README.md says from where.
const RECORDED: [&str; 5] = [
    include_str!("../../../chain/fixtures/cells/accounts.json"),
    include_str!("../../../chain/fixtures/cells/codes.json"),
    include_str!("../../../chain/fixtures/cells/tep64.json"),
    include_str!("../../../chain/fixtures/cells/transactions.json"),
    include_str!("../../../chain/fixtures/onchain/gift-plushpepe-get-methods.json"),
];

pub(super) fn corpus() -> Vec<Vec<u8>> {
    let mut bags = Vec::new();
    for text in RECORDED {
        gather(&serde_json::from_str(text).expect("a fixture is JSON"), &mut bags);
    }
    assert!(bags.len() > 40, "the bags were found: {}", bags.len());
    bags
}

/// Every text that is a bag of cells in hexadecimal digits or in base64.
fn gather(value: &Value, bags: &mut Vec<Vec<u8>>) {
    match value {
        Value::Array(list) => list.iter().for_each(|entry| gather(entry, bags)),
        Value::Object(fields) => fields.values().for_each(|entry| gather(entry, bags)),
        Value::String(text) if text.starts_with("b5ee9c72") => bags.extend(hex::decode(text)),
        Value::String(text) if text.starts_with("te6c") => bags.extend(STANDARD.decode(text)),
        _ => {}
    }
}

/// A bag is refused, or is written and read again with the same hash; what is read from its cells is read within their bounds.
pub(super) fn run(bytes: &[u8]) {
    let _ = (
        stack::parse_stack(bytes),
        collection::parse_collection_data(bytes),
        collection::parse_item_address(bytes),
    );
    for code in Network::all().iter().flat_map(|network| &network.getgems_codes) {
        let _ = sale_contract::parse_data(code, bytes);
    }
    let Ok(roots) = boc::parse(bytes, Limits::ANSWER) else { return };
    for root in roots {
        let _ = (Body::parse(&root), collection::content_uri(&root));
        // A bag that shares cells may be larger when it is written by itself; within the limits it is the same.
        if let Ok(again) = boc::parse_one(&boc::write(&root), Limits::ANSWER) {
            assert_eq!(again.hash(), root.hash());
        }
    }
}
