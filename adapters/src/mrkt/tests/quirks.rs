use domain::FeeBasis;

use super::*;

const SALING: &str = "gifts-saling-durovscap";
const BY_IDS: &str = "gifts-saling-by-ids";

fn open(page: &Page, index: usize) -> (String, i64, &LotDetails) {
    let Seen::Open { gift, price, details, .. } = &page.sightings[index].seen else { panic!() };
    assert_eq!((price.currency.code(), price.fee_basis), ("TON", FeeBasis::BuyerPays));
    (gift.to_string(), price.amount, details)
}

#[test]
fn the_buyers_fee_of_two_per_cent_is_inside_the_price() {
    let page = changed(BY_IDS, |_| {}).unwrap();
    let (gift, amount, details) = open(&page, 0);
    assert_eq!((gift.as_str(), amount), ("chillflame-196993", 4_080_000_000));
    let told = details.told_fee.as_ref().unwrap();
    assert_eq!((told.for_amount, told.market_fee), (4_080_000_000, Some(80_000_000)));
}

#[test]
fn a_net_price_of_zero_is_not_told() {
    let page = changed("gifts-saling-last-page", |_| {}).unwrap();
    assert_eq!(open(&page, 0).2.told_fee, None);
    let page = changed(BY_IDS, |body| body[0]["salePriceWithoutFee"] = json!(4_080_000_001_i64)).unwrap();
    assert_eq!(open(&page, 0).2.told_fee, None);
}

#[test]
fn rarity_is_whole_per_mille_may_be_missing_and_has_tiers() {
    let page = changed(BY_IDS, |_| {}).unwrap();
    let told: Vec<_> =
        open(&page, 0).2.attributes.iter().map(|a| (a.kind, a.name.as_str(), a.rarity)).collect();
    assert_eq!(
        told,
        [
            (AttributeKind::Model, "Spring Grove", Some(Rarity::PerMille(30))),
            (AttributeKind::Symbol, "Horned Helm", None),
            (AttributeKind::Backdrop, "Pine Green", Some(Rarity::PerMille(15))),
        ]
    );
    let page = changed(SALING, |_| {}).unwrap();
    assert_eq!(open(&page, 1).2.attributes[0].rarity, Some(Rarity::Legendary));
}

#[test]
fn two_models_may_have_one_name() {
    let page = changed("gifts-models-crafted", |_| {}).unwrap();
    let told = page.sightings.iter().filter_map(|sighting| match &sighting.seen {
        Seen::Attribute { name, rarity, .. } => Some((name.as_str(), *rarity)),
        _ => None,
    });
    let told: Vec<_> = told.collect();
    assert_eq!(
        told,
        [("Rave", Rarity::PerMille(2)), ("Rave", Rarity::PerMille(10)), ("Shadow", Rarity::Legendary)]
    );
    assert_eq!(page.passed[0].why, "`Ghost` has no rarity we can read");
}

#[test]
fn ids_and_amounts_beyond_53_bits_are_exact() {
    let page = changed(BY_IDS, |body| {
        body[0]["salePrice"] = json!(9_007_199_254_740_993_i64);
        body[0]["salePriceWithoutFee"] = json!(0);
        body[0]["giftId"] = json!(u64::MAX);
    })
    .unwrap();
    assert_eq!(open(&page, 0).1, 9_007_199_254_740_993);
    for refused in [json!(4.08e9), json!(4_080_000_000.5), json!("4080000000")] {
        let fault = changed(BY_IDS, |body| body[0]["salePrice"] = refused).unwrap_err();
        assert_eq!(fault.path, "/0/salePrice");
    }
}

#[test]
fn the_year_one_is_no_date() {
    let page = changed(BY_IDS, |_| {}).unwrap();
    let details = open(&page, 0).2;
    let day = Some(1_776_251_465_000);
    assert_eq!((details.transferable_at_ms, details.exportable_at_ms), (day, day));
    assert_eq!((details.resellable_at_ms, details.unlocks_at_ms), (day, day));
    let page = changed(SALING, |_| {}).unwrap();
    let details = open(&page, 1).2;
    assert_eq!(
        (details.transferable_at_ms, details.exportable_at_ms, details.unlocks_at_ms),
        (None, None, None)
    );
    let fault = changed(SALING, |body| body["gifts"][0]["exportDate"] = json!("soon")).unwrap_err();
    assert_eq!(fault.path, "/gifts/0/exportDate");
}

#[test]
fn only_a_lot_that_can_be_bought_is_open() {
    let page = changed(SALING, |_| {}).unwrap();
    let opens: Vec<_> = (0..page.sightings.len()).map(|index| open(&page, index).0).collect();
    assert_eq!(opens, ["durovscap-5", "durovscap-4242", "durovscap-77"]);
    let passed: Vec<_> =
        page.passed.iter().map(|passed| (passed.path.as_str(), passed.why.as_str())).collect();
    assert_eq!(
        passed,
        [
            ("/gifts/3", "is not on sale"),
            ("/gifts/4", "auction: not followed yet"),
            ("/gifts/5", "is locked"),
            ("/gifts/6", "is locked for sale"),
            ("/gifts/7", "pre-market (Active): not followed yet"),
            ("/gifts/8", "is not upgraded: it has no number"),
        ]
    );
}

#[test]
fn an_exported_gift_lives_on_chain_and_every_other_with_the_market() {
    let page = changed(SALING, |_| {}).unwrap();
    assert_eq!(open(&page, 0).2.custody, Some(Custody::Market));
    assert_eq!(open(&page, 2).2.custody, Some(Custody::Chain));
    assert_eq!((&open(&page, 2).2.address, &open(&page, 2).2.owner), (&None, &None));
}

#[test]
fn a_lot_has_an_unverified_link_by_its_uuid_without_hyphens() {
    let page = changed(BY_IDS, |_| {}).unwrap();
    let link = open(&page, 0).2.link_url.clone();
    assert_eq!(link.as_deref(), Some("https://t.me/mrkt/app?startapp=d9f8a69c308d49388cad19f9624e263e"));
}

#[test]
fn name_and_number_must_say_the_same() {
    let fault = changed(BY_IDS, |body| body[0]["name"] = json!("ChillFlame-196994")).unwrap_err();
    assert_eq!(fault.path, "/0/name");
    let page =
        changed(SALING, |body| body["gifts"][0]["collectionName"] = json!("Snow Mittens")).unwrap_err();
    assert_eq!(page.path, "/gifts/0/name");
}

#[test]
fn a_lot_of_another_collection_is_passed() {
    let page = changed(SALING, |body| {
        body["gifts"][0]["collectionName"] = json!("Snow Mittens");
        body["gifts"][0]["name"] = json!("SnowMittens-5");
        // The other spelling of the apostrophe is the same collection.
        body["gifts"][1]["collectionName"] = json!("Durov's Cap");
    })
    .unwrap();
    assert_eq!(page.passed[0].why, "belongs to another collection than the one asked for");
    assert_eq!(open(&page, 0).0, "durovscap-4242");
}

#[test]
fn a_base_gift_stands_under_its_type_id() {
    let page = changed("gifts-collections", |_| {}).unwrap();
    assert_eq!(page.passed[0].why, "`Gravestone` cannot be upgraded yet: its name is its type id");
    let page = changed("gifts-collections-2025-11", |_| {}).unwrap();
    assert_eq!(page.sightings.len() + page.passed.len(), 111);
    assert_eq!(page.unknown_fields, []);
}

#[test]
fn the_feed_tells_sales_lucky_buys_and_prices_with_the_markets_time() {
    let page = changed("feed-abridged", |_| {}).unwrap();
    let Seen::Happened { source_id, at_us, what, scope, gift, details, .. } = &page.sightings[0].seen else {
        panic!()
    };
    assert_eq!(source_id, "sale:03509717-0054-45a2-a0c4-8eb9e14c8ca0");
    assert_eq!(
        (*at_us, scope.0.as_str(), gift.to_string()),
        (1_788_704_123_009_076, "saling:genielamp", "genielamp-6500".into())
    );
    // What was paid is `amount`, not the gift's last ask.
    assert!(matches!(what, Happening::Sold { price, .. } if price.amount == 33_639_600_000));
    // An abridged gift tells less, and nothing is made up for it.
    let details = details.as_ref().unwrap();
    assert_eq!((details.custody, &details.told_fee, details.exportable_at_ms), (None, &None, None));

    let page = changed("feed", |_| {}).unwrap();
    let kinds = page.sightings.iter().map(|sighting| match &sighting.seen {
        Seen::Happened { what, .. } => {
            serde_json::to_value(what).unwrap()["kind"].as_str().unwrap().to_owned()
        }
        other => panic!("{other:?}"),
    });
    assert_eq!(kinds.collect::<Vec<_>>(), ["sold", "sold", "repriced", "listed", "delisted"]);
    let whys: Vec<_> = page.passed.iter().map(|passed| passed.why.as_str()).collect();
    assert_eq!(
        whys,
        [
            "is about a gift without a number: not upgraded",
            "a happening of the kind `auction_bid`: not followed",
            "names no gift",
        ]
    );
    assert_eq!(page.unknown_fields, [("/items/*/type=auction_bid".to_owned(), 1)]);
}

#[test]
fn a_missing_or_changed_required_field_is_located() {
    for (name, pointer, other) in [
        (SALING, "/gifts", json!("none")),
        (SALING, "/gifts/0/id", json!(7)),
        (SALING, "/gifts/0/number", json!("5")),
        (SALING, "/gifts/0/isOnSale", json!("yes")),
        (SALING, "/gifts/0/isOnAuction", json!(0)),
        (SALING, "/gifts/0/isLocked", json!([])),
        (SALING, "/gifts/0/isLockedForSale", Value::Null),
        (SALING, "/gifts/0/salePrice", json!(-1)),
        (SALING, "/gifts/0/collectionName", json!("\u{2019}")),
        ("feed", "/items", Value::Null),
        ("feed", "/items/0/type", Value::Null),
        ("feed", "/items/0/id", json!("")),
        ("feed", "/items/0/date", json!("0001-01-01T00:00:00")),
        ("feed", "/items/0/amount", json!(-5)),
        ("feed", "/items/0/gift", json!("x")),
        ("feed", "/items/0/gift/id", json!("")),
        ("gifts-collections", "/0/name", json!("\u{2019}")),
        ("gifts-models", "/0/modelName", json!("")),
        ("gifts-models", "/0/rarityPerMille", json!(1.5)),
    ] {
        let fault = changed(name, |body| *body.pointer_mut(pointer).unwrap() = other).unwrap_err();
        assert_eq!(fault.path, pointer, "{fault}");
        let is_gone = changed(name, |body| {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            body.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key);
        });
        match is_gone {
            Err(fault) => assert_eq!(fault.path, pointer, "{fault}"),
            // `title` says the same.
            Ok(_) => assert!(pointer.ends_with("/collectionName"), "{pointer}"),
        }
    }
}

#[test]
fn ids_and_cursors_that_cannot_be_kept_stop_the_page() {
    for bad in ["a\0b", "a\nb", &"9".repeat(2_001)] {
        let fault = changed("feed", |body| body["items"][3]["id"] = json!(bad)).unwrap_err();
        assert_eq!(fault.path, "/items/3/id", "{bad:?}");
        for name in ["feed", SALING] {
            let fault = changed(name, |body| body["cursor"] = json!(bad)).unwrap_err();
            assert_eq!(fault.path, "/cursor", "{name} {bad:?}");
        }
    }
}

#[test]
fn two_kinds_of_gift_id_and_neither_names_a_gift_or_a_lot() {
    let told = changed(BY_IDS, |_| {}).unwrap().sightings;
    // The id of the one collectible, and in its place the id of a type of gift.
    for id in [5_933_531_623_327_795_414_i64, 1] {
        let page = changed(BY_IDS, |body| {
            body[0]["giftId"] = json!(id);
            body[0]["giftIdString"] = json!(id.to_string());
        });
        assert_eq!(page.unwrap().sightings, told);
    }
    let Seen::Open { lot, gift, .. } = &told[0].seen else { panic!() };
    assert_eq!(gift.to_string(), "chillflame-196993");
    assert_eq!(lot.as_str().len(), 36, "the lot's own uuid");
}
