use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chain::boc::{Limits, parse_one};
use chain::cell::{Cell, CellBuilder};
use chain::collection::{content_uri, gift_collection_slug, parse_collection_data, parse_item_address};
use chain::contract::{GetgemsRole, ITEM_CODES, ItemCode, Network, NetworkId, address_of_state};
use chain::gift::ItemIndex;
use chain::stack::{StackValue, parse_stack};
use chain::{Address, Hash256};

use crate::{fixture, list, text};

#[test]
fn the_getgems_table_of_mainnet_is_the_recorded_one() {
    let recorded = fixture("onchain/getgems-code-hashes.json");
    let names = recorded["hex"].as_object().unwrap();
    let mainnet = Network::find(NetworkId::MAINNET).unwrap();
    assert_eq!(names.len(), mainnet.getgems_codes.len());
    for (name, hex) in names {
        let hash: Hash256 = hex.as_str().unwrap().parse().unwrap();
        assert_eq!(text(&recorded["base64"], name).parse(), Ok(hash));
        assert_eq!(hash.to_base64(), text(&recorded["base64"], name));
        let code = mainnet.getgems_code(&hash).unwrap_or_else(|| panic!("{name}"));
        let role = match code.role {
            GetgemsRole::FixedPriceSale => "fixprice",
            GetgemsRole::Auction => "auction",
            GetgemsRole::Offer => "offer",
            GetgemsRole::Item => "nft item",
            GetgemsRole::Collection => "nft collection",
        };
        assert_eq!(format!("{role} {}", code.version).trim_end(), name);
    }
    assert!(ITEM_CODES.iter().all(|code| mainnet.getgems_code(&code.code_hash).is_none()));
}

/// What the sandbox deploys is made of text of ours, and no other network takes it for GetGems'.
#[test]
fn the_sandboxs_own_codes_are_refused_on_mainnet() {
    let sandbox = Network::named("sandbox").unwrap();
    let mut tried = 0;
    for code in &sandbox.getgems_codes {
        let role = match code.role {
            GetgemsRole::FixedPriceSale => "fixed_price_sale",
            GetgemsRole::Auction => "auction",
            GetgemsRole::Offer => "offer",
            other => panic!("the sandbox has no {other:?}"),
        };
        let text = format!("ribbon sandbox {role} {}", code.version);
        let cell = CellBuilder::new().bytes(text.as_bytes()).build().unwrap();
        assert_eq!(cell.hash(), code.code_hash, "{text}");
        for network in Network::all().iter().filter(|network| network.id != sandbox.id) {
            assert_eq!(network.getgems_code(&code.code_hash), None, "{text} on {}", network.name);
        }
        tried += 1;
    }
    assert_eq!(tried, 3);
    let mainnet = Network::find(NetworkId::MAINNET).unwrap();
    assert!(mainnet.getgems_codes.iter().all(|code| sandbox.getgems_code(&code.code_hash).is_none()));
    assert!(sandbox.getgems_addresses.iter().all(|address| !mainnet.is_getgems(address)));
}

#[test]
fn the_item_code_table_is_the_recorded_one() {
    let recorded = fixture("onchain/gift-address-vectors.json");
    let mut found = 0;
    for code in list(&recorded, "item_code") {
        let hash: Hash256 = text(code, "item_code_hash").parse().unwrap();
        assert_eq!(hash.to_base64(), text(code, "base64"));
        // Usernames and numbers have no library: they are no gifts.
        let expected = code["library_hash"].as_str().map(|library| library.parse().unwrap());
        assert_eq!(ItemCode::find(&hash).map(|code| code.library_hash), expected);
        found += usize::from(expected.is_some());
    }
    assert_eq!(found, ITEM_CODES.len());
}

#[test]
fn proved_collections_are_the_recorded_ones() {
    let recorded = fixture("addresses/collections.json");
    let mut proved = 0;
    for collection in list(&recorded, "collections") {
        let address: Address = text(collection, "raw").parse().unwrap();
        let Some(code_hash) = collection["item_code_hash"].as_str() else { continue };
        let code = ItemCode::find(&code_hash.parse().unwrap()).unwrap();
        assert!(code.is_proved_for(&address), "{collection}");
        proved += 1;
    }
    assert_eq!(proved, 5);
    for known in ITEM_CODES.iter().flat_map(|code| code.collections_proved) {
        let row = list(&recorded, "collections").iter().find(|row| row["slug"] == known.slug).unwrap();
        assert_eq!(text(row, "raw"), known.address.to_raw());
    }
}

#[test]
fn recorded_collection_answers_are_read() {
    let recorded = fixture("onchain/tvm-get-methods.json");
    let answer = &recorded["get_collection_data Plush Pepes"];
    let boc = hex::decode(text(answer, "stack_boc_hex")).unwrap();
    let data = parse_collection_data(&boc).unwrap();
    assert_eq!(data.next_item_index, answer["next_item_index"].as_i64());
    assert_eq!(data.content_uri, text(answer, "content_uri"));
    assert_eq!(gift_collection_slug(&data.content_uri), Some("plushpepe"));
    assert_eq!(data.owner, None);

    let answer = &recorded["get_nft_address_by_index Plush Pepes plushpepe-298"];
    let boc = hex::decode(text(answer, "stack_boc_hex")).unwrap();
    assert_eq!(parse_item_address(&boc), Ok(text(answer, "result").parse().unwrap()));
}

/// A gift's own get-method: initialized, index, collection, owner, content.
#[test]
fn a_recorded_item_answer_agrees_with_its_name() {
    let recorded = fixture("onchain/gift-plushpepe-get-methods.json");
    let values = parse_stack(&hex::decode(text(&recorded, "get_nft_data_stack_boc_hex")).unwrap()).unwrap();
    let [
        StackValue::Integer(initialized),
        StackValue::Integer(index),
        StackValue::Slice(collection),
        StackValue::Slice(owner),
        StackValue::Cell(content),
    ] = &values[..]
    else {
        panic!("{values:?}");
    };
    assert_eq!(initialized.to_i64(), Some(-1));
    let expected = ItemIndex::of_token_name(text(&recorded, "token_name_in_contract"));
    assert_eq!(index.to_index(), Some(expected));
    assert_eq!(expected.to_hex(), text(&recorded, "index_is_sha256_of_token_name"));
    let collection = collection.reader().address().unwrap();
    assert_eq!(collection, Some(text(&recorded, "collection").parse().unwrap()));
    assert!(owner.reader().address().unwrap().is_some());
    assert_eq!(content_uri(content).unwrap(), text(&recorded, "item_uri"));

    for (field, uri) in
        [("collection_content_boc_hex", "collection_uri"), ("item_individual_content_boc_hex", "item_uri")]
    {
        let cell = parse_one(&hex::decode(text(&recorded, field)).unwrap(), Limits::ANSWER).unwrap();
        assert_eq!(content_uri(&cell).unwrap(), text(&recorded, uri));
    }
}

#[test]
fn a_usdt_wallet_follows_from_its_owner() {
    let wallet = &fixture("addresses/derivations.json")["usdt_jetton_wallet"];
    let code = Cell::library(text(wallet, "code_hash").parse().unwrap());
    assert_eq!(code.hash().to_hex(), text(wallet, "library_cell_hash"));
    let address = |text: &str| text.parse::<Address>().unwrap();
    let owner = address(text(&wallet["vector"], "owner"));
    let master = address(text(wallet, "master"));
    // Status 0 in four bits, balance 0 as a length of zero in four bits.
    let data = CellBuilder::new().uint(0, 8).address(Some(&owner)).address(Some(&master)).build().unwrap();
    let expected = address(text(&wallet["vector"], "wallet"));
    assert_eq!(address_of_state(0, code.digest(), data.digest()), expected);
}

#[test]
fn recorded_codes_have_their_known_hashes() {
    let derivations = fixture("addresses/derivations.json");
    let recorded = fixture("cells/codes.json");
    for code in list(&recorded, "codes") {
        let boc = STANDARD.decode(text(code, "code_boc_base64")).unwrap();
        let hash = parse_one(&boc, Limits::ANSWER).unwrap().hash().to_hex();
        let expected = match text(code, "name") {
            "telemint_collection_no_dns" => text(&derivations, "telemint_collection_no_dns_code_hash"),
            wallet => text(&derivations["wallet_code_hashes"], wallet),
        };
        assert_eq!(hash, expected);
    }
    let wallets = derivations["wallet_code_hashes"].as_object().unwrap().len();
    assert_eq!(list(&recorded, "codes").len(), wallets + 1);
}
