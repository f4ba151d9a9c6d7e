use domain::FeeBasis;

use super::*;

const LISTINGS: &str = "nfts-on-sale-lolpop";
const HISTORY: &str = "history-gifts";

fn opens(page: &Page) -> Vec<(&str, u32, i64, &str)> {
    let opens = page.sightings.iter().filter_map(|sighting| match &sighting.seen {
        Seen::Open { gift, price, .. } => {
            Some((gift.slug.as_str(), gift.number, price.amount, price.currency.code()))
        }
        _ => None,
    });
    opens.collect()
}

#[test]
fn prices_are_text_in_the_smallest_unit_and_the_buyers() {
    let page = changed(LISTINGS, |_| {}).unwrap();
    let Seen::Open { price, details, .. } = &page.sightings[1].seen else { panic!() };
    assert_eq!((price.amount, price.fee_basis), (4_290_000_000, FeeBasis::BuyerPays));
    let told = details.told_fee.as_ref().unwrap();
    assert_eq!(
        (told.for_amount, told.market_fee, told.royalty),
        (4_290_000_000, Some(85_800_000), Some(214_500_000))
    );
}

#[test]
fn amounts_beyond_53_bits_are_exact() {
    let page = changed("nfts-on-sale-plushpepe", |_| {}).unwrap();
    assert_eq!(opens(&page)[1], ("plushpepe", 1, 9_007_199_254_740_993, "TON"));
}

#[test]
fn gram_is_ton_and_other_currencies_stay_apart() {
    let page = changed(LISTINGS, |_| {}).unwrap();
    assert_eq!(opens(&page)[2], ("lolpop", 1_024, 12_500_000, "USDT"));
    assert_eq!(opens(&page)[3], ("lolpop", 31_337, 2_000_000_000, "TON"));
    let page =
        changed(LISTINGS, |body| body["response"]["items"][0]["sale"]["currency"] = json!("TSLAx")).unwrap();
    assert_eq!(opens(&page)[0].3, "TSLAX");
}

#[test]
fn a_page_of_usernames_has_no_gift_and_says_why() {
    let page = changed("nfts-on-sale-usernames", |_| {}).unwrap();
    assert!(page.sightings.is_empty());
    assert_eq!(page.passed[0].why, "`@notpixelroyale` is no gift's name");
    assert_eq!(page.unknown_fields, []);
}

#[test]
fn a_collection_is_known_by_its_address_not_by_its_plural() {
    let page = changed("gifts-collections", |_| {}).unwrap();
    let told = page.sightings.iter().map(|sighting| match &sighting.seen {
        Seen::Collection { slug, title, .. } => (slug.as_str(), title.as_str()),
        other => panic!("{other:?}"),
    });
    let told: Vec<_> = told.collect();
    assert_eq!(
        told,
        [
            ("lolpop", "Lol Pop"),
            ("plushpepe", "Plush Pepe"),
            ("toybear", "Toy Bear"),
            ("poolfloat", "Pool Float"),
            ("durovscap", "Durov's Cap"),
        ]
    );
    assert!(page.passed[0].why.contains("`Whip Cupcakes` is not known by its address"));
}

#[test]
fn an_item_without_a_kind_is_told_by_its_address() {
    let page = changed(LISTINGS, |body| {
        body["response"]["items"][0].as_object_mut().unwrap().remove("kind");
    });
    let Seen::Open { details, .. } = &page.unwrap().sightings[0].seen else { panic!() };
    assert_eq!(details.custody, Some(Custody::Chain));
}

#[test]
fn new_words_pass_and_are_counted() {
    let page = changed(LISTINGS, |body| {
        body["response"]["items"][0]["kind"] = json!("HologramItem");
        body["response"]["items"][1]["attributes"][0]["traitType"] = json!("Aura");
    })
    .unwrap();
    assert_eq!(page.passed[0].why, "a HologramItem is no gift");
    let unknown: Vec<_> = page.unknown_fields.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        unknown,
        [
            "/response/items/*/attributes/*/traitType=Aura",
            "/response/items/*/kind=HologramItem",
            "/response/items/*/sale/type=DutchAuctionSale",
        ]
    );
}

#[test]
fn the_seller_is_the_actual_owner_not_the_sale_contract() {
    let (_, body) = fixture(LISTINGS);
    let item = &body["response"]["items"][0];
    assert_ne!(item["ownerAddress"], item["actualOwnerAddress"]);
    let page = changed(LISTINGS, |_| {}).unwrap();
    let Seen::Open { details, .. } = &page.sightings[0].seen else { panic!() };
    assert_eq!(details.owner.as_deref(), item["actualOwnerAddress"].as_str());
}

#[test]
fn a_gift_in_custody_has_a_synthetic_address_that_is_never_told_as_one() {
    let page = changed("nfts-offchain-on-sale-toybear", |_| {}).unwrap();
    let Seen::Open { lot, details, .. } = &page.sightings[0].seen else { panic!() };
    assert_eq!(lot.as_str(), TOY_BEAR);
    assert_eq!((details.custody, &details.address), (Some(Custody::Market), &None));
    assert_eq!(GetGemsReader.scope_of(&page.sightings[0].seen), Some(ScopeId("offchain:toybear".into())));
}

#[test]
fn a_synthetic_address_of_another_gift_stops_the_page() {
    for name in ["Toy Bear #43553", "Lol Pop #43552"] {
        let fault = changed("nfts-offchain-on-sale-toybear", |body| {
            body["response"]["items"][0]["name"] = json!(name);
        });
        assert_eq!(fault.unwrap_err().path, "/response/items/0/address", "{name}");
    }
    // A shortened copy, as public tests carry it, is no address.
    let fault = changed("nfts-offchain-on-sale-toybear", |body| {
        body["response"]["items"][0]["address"] = json!(&TOY_BEAR[..45]);
    });
    assert_eq!(fault.unwrap_err().path, "/response/items/0/address");
}

#[test]
fn one_address_in_any_spelling_is_one_lot() {
    let lot = |address: &str| {
        let page =
            changed(LISTINGS, |body| body["response"]["items"][0]["address"] = json!(address)).unwrap();
        let Seen::Open { lot, .. } = &page.sightings[0].seen else { panic!() };
        lot.clone()
    };
    let told = lot("EQBbMFWD9vTBrcpU_Z7mrbjwZYGfSh1dBUsuSzZ32Q9QlcKv");
    assert_eq!(lot("EQBbMFWD9vTBrcpU/Z7mrbjwZYGfSh1dBUsuSzZ32Q9QlcKv"), told);
    assert_eq!(lot("0:5b305583f6f4c1adca54fd9ee6adb8f065819f4a1d5d054b2e4b3677d90f5095"), told);
}

#[test]
fn a_fragment_sale_that_getgems_shows_is_marked() {
    let page = changed(LISTINGS, |_| {}).unwrap();
    let Seen::Open { details, .. } = &page.sightings[3].seen else { panic!() };
    assert_eq!(details.contract_type.as_deref(), Some("telemint"));
}

#[test]
fn what_is_no_open_fixed_price_is_passed_with_the_reason() {
    let page = changed(LISTINGS, |_| {}).unwrap();
    let passed: Vec<_> =
        page.passed.iter().map(|passed| (passed.path.as_str(), passed.why.as_str())).collect();
    assert_eq!(
        passed,
        [
            ("/response/items/5", "is not for sale any more"),
            ("/response/items/6", "a price of 0: not for sale in this currency"),
            ("/response/items/7", "a sale of the kind `DutchAuctionSale`: not followed"),
        ]
    );
}

#[test]
fn an_auctions_price_is_its_highest_bid_and_else_the_least_that_the_first_must_be() {
    let terms = |edit: fn(&mut Value)| {
        let page = changed(LISTINGS, |body| edit(&mut body["response"]["items"][4]["sale"])).unwrap();
        let found = page.sightings.iter().find(|one| one.path == "/response/items/4").unwrap();
        let Seen::Open { price, details, .. } = &found.seen else { panic!("{found:?}") };
        (price.amount, details.told_fee.clone(), details.auction.as_deref().cloned().unwrap())
    };
    let (price, fee, auction) = terms(|_| {});
    assert_eq!((price, auction.has_bid(), auction.bid_min), (2_200_000_000, Some(false), Some(2_200_000_000)));
    assert_eq!(auction.ends_at_ms, Some(1_795_827_665_000));
    assert_eq!(fee.map(|fee| (fee.market_fee, fee.royalty)), Some((Some(0), Some(0))));
    // As in the recorded page: the next bid must be a tenth above the last.
    let (price, fee, auction) = terms(|sale| {
        sale["lastBidAmount"] = json!("2000000000");
        sale["lastBidAddress"] = json!("EQCch6yDUm-Ebhx5a2zmEI8U9igWvTkBS51RN99tXYbFJAA6");
        sale["lastBidAt"] = json!("2026-11-27T12:18:14.000Z");
        sale["royaltyPercent"] = json!({ "base": 100, "factor": 5 });
        sale["marketplaceFee"] = json!("7");
    });
    assert_eq!((price, auction.has_bid(), auction.bid_min), (2_000_000_000, Some(true), Some(2_200_000_000)));
    let bid = auction.last_bid.unwrap();
    assert_eq!(bid.bidder.as_deref(), Some("EQCch6yDUm-Ebhx5a2zmEI8U9igWvTkBS51RN99tXYbFJAA6"));
    // A fee other than none may be an amount or a share: it is not told.
    assert_eq!(fee.map(|fee| (fee.market_fee, fee.royalty)), Some((None, Some(100_000_000))));
}

#[test]
fn offers_are_for_the_collection_asked_for_and_say_what_the_seller_gets() {
    let page = changed("offers-collection-plushpepe", |_| {}).unwrap();
    let told: Vec<_> = page
        .sightings
        .iter()
        .map(|one| {
            let Seen::Offered { target, price, details, .. } = &one.seen else { panic!("{one:?}") };
            assert_eq!(target.slug().as_str(), "plushpepe");
            let terms = details.offer.as_deref().unwrap();
            let fees = details.told_fee.as_ref().map(|fee| fee.market_fee.unwrap() + fee.royalty.unwrap());
            (price.amount, price.currency.code().to_owned(), fees, terms.expires_at_ms, terms.quantity)
        })
        .collect();
    let end = Some(1_796_500_000_000);
    let ton = "TON".to_owned();
    assert_eq!(
        told,
        [
            (6_100_000_000_000, ton.clone(), Some(305_000_000_000), end, Some(3)),
            (5_900_000_000_000, ton, Some(354_000_000_000), end, Some(1)),
            (9_000_000, "USDT".to_owned(), Some(450_000), end, Some(1)),
        ]
    );
    let why: Vec<_> = page.passed.iter().map(|passed| passed.why.as_str()).collect();
    assert_eq!(why, ["for one gift on TON, whose address does not tell its number"]);
    let fault = changed("offers-collection-plushpepe", |body| {
        body["response"]["items"][1]["fullPrice"] = json!(5);
    });
    assert_eq!(fault.unwrap_err().path, "/response/items/1/fullPrice");
}

#[test]
fn a_missing_or_changed_required_field_is_located() {
    let item = |rest: &str| format!("/response/items/0{rest}");
    for (name, pointer, other) in [
        (LISTINGS, "/success".to_owned(), json!(false)),
        (LISTINGS, "/response".into(), Value::Null),
        (LISTINGS, "/response/items".into(), json!({})),
        (LISTINGS, item("/address"), json!(5)),
        (LISTINGS, item("/name"), json!(["x"])),
        (LISTINGS, item("/sale"), json!("FixPriceSale")),
        (LISTINGS, item("/sale/type"), Value::Null),
        (LISTINGS, item("/sale/fullPrice"), json!(4_290_000_000_u64)),
        (LISTINGS, item("/sale/fullPrice"), json!("4.29")),
        (LISTINGS, item("/sale/fullPrice"), json!("-1")),
        (LISTINGS, item("/sale/currency"), json!(7)),
        (HISTORY, item("/address"), json!("0:00")),
        (HISTORY, item("/time"), json!("yesterday")),
        (HISTORY, item("/lt"), json!({})),
        (HISTORY, item("/hash"), json!({})),
        (HISTORY, item("/typeData"), Value::Null),
        (HISTORY, item("/typeData/type"), json!(1)),
        (HISTORY, item("/typeData/priceNano"), json!(1_400_000_000)),
        (HISTORY, item("/typeData/currency"), json!({})),
        ("gifts-collections", item("/address"), json!("EQ")),
        ("collection-attributes", "/response/attributes".into(), json!("none")),
    ] {
        let fault = changed(name, |body| *body.pointer_mut(&pointer).unwrap() = other).unwrap_err();
        assert_eq!(fault.path, pointer, "{fault}");
        if pointer == "/success" {
            continue;
        }
        let is_gone = changed(name, |body| {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            body.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key);
        });
        match is_gone {
            Err(fault) => assert_eq!(fault.path, pointer, "{fault}"),
            // Another field says the same.
            Ok(_) => assert!(pointer.ends_with("/time"), "{pointer}"),
        }
    }
}

#[test]
fn a_renamed_sale_field_stops_the_page_instead_of_emptying_it() {
    let fault = changed(LISTINGS, |body| {
        for item in body["response"]["items"].as_array_mut().unwrap() {
            let sale = item.as_object_mut().unwrap().remove("sale").unwrap();
            item["saleInfo"] = sale;
        }
    });
    assert_eq!(fault.unwrap_err().path, "/response/items/0/sale");
}

#[test]
fn listing_times_come_from_the_history_and_a_price_change_is_told_apart() {
    let page = changed(HISTORY, |_| {}).unwrap();
    let happened = page.sightings.iter().map(|sighting| match &sighting.seen {
        Seen::Happened { what, at_us, scope, .. } => (what, *at_us, scope.0.as_str()),
        other => panic!("{other:?}"),
    });
    let happened: Vec<_> = happened.collect();
    assert!(
        matches!(happened[0], (Happening::Listed { price }, 1_795_251_600_000_000, "onchain:lolpop") if price.amount == 1_400_000_000)
    );
    assert!(matches!(happened[1], (Happening::Repriced { price }, _, _) if price.amount == 1_350_000_000));
    assert!(matches!(happened[2], (Happening::Listed { .. }, _, "offchain:toybear")));
}

#[test]
fn a_sale_has_both_sides_its_transaction_and_one_spelling_of_people() {
    let (_, body) = fixture(HISTORY);
    let sold = &body["response"]["items"][3]["typeData"];
    assert!(sold["newOwner"].as_str().unwrap().starts_with("UQ"));
    let page = changed(HISTORY, |_| {}).unwrap();
    let Seen::Happened { what: Happening::Sold { seller, buyer, transaction, .. }, .. } =
        &page.sightings[3].seen
    else {
        panic!()
    };
    assert_eq!(seller.as_deref(), sold["oldOwner"].as_str());
    assert!(buyer.as_ref().unwrap().starts_with("EQ"));
    assert_eq!(transaction.as_ref().map(String::len), Some(64));
}

#[test]
fn a_hash_of_a_sale_in_custody_names_no_transaction() {
    let page = changed(HISTORY, |body| {
        let hash = body["response"]["items"][3]["hash"].clone();
        body["response"]["items"][4]["hash"] = hash;
    });
    let Seen::Happened { source_id, what: Happening::Sold { transaction, .. }, .. } =
        &page.unwrap().sightings[4].seen
    else {
        panic!()
    };
    assert!(source_id.ends_with("LaTC5YU3mvWT7D7Iamw4CWPH7cCmSMafcw+oVUKzAHM="), "it tells happenings apart");
    assert_eq!(*transaction, None);
}

#[test]
fn a_mint_on_chain_is_an_export_and_in_custody_is_none() {
    let page = changed(HISTORY, |_| {}).unwrap();
    let exported = page.sightings.iter().filter_map(|sighting| match &sighting.seen {
        Seen::Happened { what: Happening::Exported { address }, gift, .. } => {
            Some((gift.to_string(), address.clone()))
        }
        _ => None,
    });
    let exported: Vec<_> = exported.collect();
    assert_eq!(exported.len(), 1);
    assert_eq!(exported[0].0, "lolpop-99");
    assert!(exported[0].1.as_ref().unwrap().starts_with("EQ"));
    assert!(page.passed.iter().any(|passed| passed.why.starts_with("toybear-11 came into GetGems' custody")));
}

#[test]
fn a_happening_has_the_same_id_in_both_directions_and_another_than_its_neighbor() {
    let ids = |page: &Page| -> Vec<String> {
        let ids = page.sightings.iter().filter_map(|sighting| match &sighting.seen {
            Seen::Happened { source_id, .. } => Some(source_id.clone()),
            _ => None,
        });
        ids.collect()
    };
    let forwards = ids(&changed(HISTORY, |_| {}).unwrap());
    let mut backwards =
        ids(&changed(HISTORY, |body| body["response"]["items"].as_array_mut().unwrap().reverse()).unwrap());
    backwards.reverse();
    assert_eq!(forwards, backwards);
    let different: std::collections::BTreeSet<_> = forwards.iter().collect();
    assert_eq!(different.len(), forwards.len());
    assert!(forwards[2].starts_with(&format!("{TOY_BEAR}:putUpForSale:1795251662000000")), "{}", forwards[2]);
}

#[test]
fn the_link_leads_to_the_very_listing() {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let page = changed(LISTINGS, |_| {}).unwrap();
    let Seen::Open { lot, details, .. } = &page.sightings[0].seen else { panic!() };
    let link = details.link_url.as_ref().unwrap();
    let path = link.strip_prefix("https://t.me/GetgemsNftBot/gems?startapp=").unwrap();
    let path = String::from_utf8(URL_SAFE_NO_PAD.decode(path).unwrap()).unwrap();
    assert_eq!(path, format!("/collection/{LOL_POPS}/{lot}"));
}

#[test]
fn an_item_of_another_collection_is_passed() {
    let page = changed(LISTINGS, |body| {
        body["response"]["items"][0]["collectionAddress"] =
            json!("EQBG-g6ahkAUGWpefWbx-D_9sQ8oWbvy6puuq78U2c4NUDFS");
        // The asked collection in another spelling is no other collection.
        body["response"]["items"][1]["collectionAddress"] =
            json!("0:bace389df2f24d116a9c5e4d745e3b1d0cb44a6dc3d9cdb1eeb2e116e85a2439");
    })
    .unwrap();
    assert_eq!(page.passed[0].path, "/response/items/0");
    assert_eq!(opens(&page)[0].1, 7);
}

#[test]
fn ids_and_cursors_that_cannot_be_kept_stop_the_page() {
    for bad in ["a\0b", "a\nb", &"9".repeat(2_001)] {
        let fault = changed(HISTORY, |body| body["response"]["items"][0]["lt"] = json!(bad)).unwrap_err();
        assert_eq!(fault.path, "/response/items/0/lt", "{bad:?}");
        for name in [HISTORY, LISTINGS, "gifts-collections"] {
            let fault = changed(name, |body| body["response"]["cursor"] = json!(bad)).unwrap_err();
            assert_eq!(fault.path, "/response/cursor", "{name} {bad:?}");
            assert!(!fault.found.chars().any(char::is_control));
        }
    }
    let long = changed(HISTORY, |body| body["response"]["cursor"] = json!("9".repeat(2_000))).unwrap();
    assert_eq!(long.cursor.unwrap().len(), 2_000);
}
