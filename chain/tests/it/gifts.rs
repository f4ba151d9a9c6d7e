use chain::cell::CellDigest;
use chain::getgems::{OFFCHAIN_PREFIX, OFFCHAIN_WORKCHAIN, OffchainGift, check_offchain_address};
use chain::gift::{ItemIndex, TokenName, candidates, item_address};
use chain::{Address, FriendlyFlags, NotOnChain};

use crate::{fixture, list, text};

#[test]
fn recorded_items_are_where_their_names_say() {
    let recorded = fixture("onchain/gift-address-vectors.json");
    for vector in list(&recorded, "vectors") {
        let index = ItemIndex::of_token_name(text(vector, "token_name"));
        assert_eq!(index.to_hex(), text(vector, "index_hex"));
        assert_eq!(index.to_decimal(), text(vector, "index_decimal"));
        assert_eq!(ItemIndex::from_decimal(text(vector, "index_decimal")), Ok(index));

        let collection: Address = text(vector, "collection_address").parse().unwrap();
        assert_eq!(collection.to_raw(), text(vector, "collection_raw"));
        let code = CellDigest {
            hash: text(vector, "item_code_hash").parse().unwrap(),
            depth: vector["item_code_depth"].as_u64().unwrap_or(0) as u16,
        };
        let item = item_address(&collection, &index, code);
        assert_eq!(item.to_raw(), text(vector, "nft_raw"));
        assert_eq!(item.to_friendly(FriendlyFlags::BOUNCEABLE), text(vector, "nft_address"));
    }
}

#[test]
fn a_gift_is_exactly_one_of_its_candidates() {
    let recorded = fixture("onchain/gift-address-vectors.json");
    let derived = fixture("addresses/derivations.json");
    let rows = list(&recorded, "vectors")
        .iter()
        .map(|vector| ("collection_raw", "nft_raw", "item_code_hash", vector))
        .chain(
            list(&derived["gift_item"], "vectors")
                .iter()
                .map(|vector| ("collection", "item", "library_hash", vector)),
        );
    let mut gifts = 0;
    for (collection, item, code, vector) in rows {
        // A username has no number and is no gift.
        let Ok(name) = text(vector, "token_name").parse::<TokenName>() else { continue };
        let collection: Address = text(vector, collection).parse().unwrap();
        let item: Address = text(vector, item).parse().unwrap();
        let [proved, other] = candidates(&collection, name.slug(), name.number()).unwrap();
        assert_eq!(proved.address, item, "{name}");
        assert_ne!(other.address, item, "{name}");
        assert!(proved.is_proved && !other.is_proved);
        let hashes = [proved.code.code_hash.to_hex(), proved.code.library_hash.to_hex()];
        assert!(hashes.contains(&text(vector, code).to_owned()), "{name}");
        let proof = proved.code.collections_proved.iter().find(|known| known.slug == name.slug()).unwrap();
        assert_eq!(proof.item, Some(name.as_str()));
        gifts += 1;
    }
    assert_eq!(gifts, 5);
}

#[test]
fn every_known_slug_makes_a_name() {
    let collections = fixture("addresses/collections.json");
    assert_eq!(list(&collections, "slugs").len(), 119);
    let mut hashes = std::collections::HashSet::new();
    for slug in list(&collections, "slugs") {
        let slug = slug.as_str().unwrap();
        assert!(TokenName::new(slug, 1).is_ok(), "{slug}");
        // No two known collections share the hash that a synthetic address carries.
        assert!(hashes.insert(OffchainGift::new(slug, 1).unwrap().slug_hash), "{slug}");
    }
}

#[test]
fn recorded_synthetic_addresses_name_their_gifts() {
    let recorded = fixture("getgems/offchain-gift-addresses.json");
    assert_eq!(hex::encode(OFFCHAIN_PREFIX), text(&recorded, "fixed_prefix_hex"));
    for item in list(&recorded, "items") {
        let address: Address = text(item, "address").parse().unwrap();
        assert_eq!(i64::from(address.workchain()), item["workchain"].as_i64().unwrap());
        assert_eq!(address.workchain(), OFFCHAIN_WORKCHAIN);
        assert_eq!(hex::encode(address.account_id()), text(item, "account_id_hex"));
        let (slug, number) = (text(item, "slug"), item["number"].as_u64().unwrap() as u32);
        assert_eq!(check_offchain_address(&address, slug, number), Ok(()));
        assert_eq!(OffchainGift::new(slug, number).unwrap().address(), address);
        assert_eq!(address.to_friendly(FriendlyFlags::BOUNCEABLE), text(item, "address"));
        assert_eq!(address.on_chain(), Err(NotOnChain::GetgemsOffchain));
        assert!(candidates(&address, slug, number).is_err());
        assert!(text(item, "collection_address").parse::<Address>().unwrap().on_chain().is_ok());
    }
}
