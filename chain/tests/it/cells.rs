use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chain::boc::{Limits, parse_one, write};
use chain::cell::{Cell, CellKind};
use chain::collection::content_uri;

use crate::{fixture, list, text};

/// Every distinct cell of a tree, by hash.
fn cells_of(root: &Cell) -> HashMap<String, Cell> {
    let mut cells = HashMap::new();
    let mut left = vec![root.clone()];
    while let Some(cell) = left.pop() {
        if cells.insert(cell.hash().to_hex(), cell.clone()).is_none() {
            left.extend_from_slice(cell.references());
        }
    }
    cells
}

#[test]
fn real_transactions_have_their_hashes_and_survive_writing() {
    let transactions = fixture("cells/transactions.json");
    for transaction in list(&transactions, "transactions") {
        let boc = STANDARD.decode(text(transaction, "tx_boc_base64")).unwrap();
        let cell = parse_one(&boc, Limits::ANSWER).unwrap();
        assert_eq!(cell.hash().to_hex(), text(transaction, "tx_hash"));
        assert_eq!(parse_one(&write(&cell), Limits::ANSWER), Ok(cell));
    }
}

#[test]
fn real_accounts_have_their_hashes_and_survive_writing() {
    let accounts = fixture("cells/accounts.json");
    for account in list(&accounts, "accounts") {
        let boc = STANDARD.decode(text(account, "shard_account_boc_base64")).unwrap();
        let cell = parse_one(&boc, Limits::ANSWER).unwrap();
        assert_eq!(cell.hash().to_hex(), text(account, "shard_account_root_hash"));
        assert_eq!(cell.references()[0].hash().to_hex(), text(account, "account_root_hash"));
        assert_eq!(parse_one(&write(&cell), Limits::ANSWER), Ok(cell));
    }
}

/// The mint of Pool Float 203698 carries the state of the new item: its code is the library cell of the delayed item.
#[test]
fn a_real_mint_carries_the_item_code_as_a_library_cell() {
    let library_hash = chain::contract::ITEM_CODES[1].library_hash;
    let transactions = fixture("cells/transactions.json");
    let minted = list(&transactions, "transactions").iter().any(|transaction| {
        let boc = STANDARD.decode(text(transaction, "tx_boc_base64")).unwrap();
        let cells = cells_of(&parse_one(&boc, Limits::ANSWER).unwrap());
        cells.values().any(|cell| cell.kind() == CellKind::Library(library_hash))
    });
    assert!(minted);
}

#[test]
fn recorded_contents_are_read_or_refused() {
    let contents = fixture("cells/tep64.json");
    for vector in list(&contents, "tongo_tep64_vectors") {
        let boc = hex::decode(text(vector, "boc_hex")).unwrap();
        let cell = parse_one(&boc, Limits::ANSWER).unwrap();
        match text(&vector["expected"], "layout") {
            "offchain" => assert_eq!(content_uri(&cell).unwrap(), text(&vector["expected"], "uri")),
            _ => assert!(content_uri(&cell).is_err()),
        }
    }
}
