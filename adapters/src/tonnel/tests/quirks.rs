use super::*;

const CAP: &str = "page-gifts-durovscap";
const ODD: &str = "page-gifts-odd";
const SALES: &str = "sale-history";

#[test]
fn a_price_is_what_the_seller_receives() {
    let page = whole("page-gifts-toybear");
    let (gift, price, details) = open(&page, 0);
    assert_eq!((gift.as_str(), price), ("toybear-35531", &net(12_900_000_000, "TON")));
    // The fee is the table's to say: Tonnel tells none with a listing.
    assert_eq!(details.told_fee, None);
}

#[test]
fn prices_are_read_by_their_digits_and_rounded_to_the_nearest_unit() {
    let page = whole(CAP);
    let prices: Vec<_> = (0..4).map(|index| open(&page, index).1.amount).collect();
    assert_eq!(prices, [9_007_199_254_740_993, 846_500_000_000, 1_100_000_000, 867_000_000_000]);
    let page = whole("page-gifts-toybear-usdt");
    assert_eq!(open(&page, 0).1, &net(19_850_000, "USDT"));
    assert_eq!(open(&page, 1).1, &net(20_000_000, "USDT"), "0.0000004 is less than half a unit");
    for (told, expected) in [
        ("12.8999999996", 12_900_000_000),
        ("12.0000000005", 12_000_000_001),
        ("12.00000000049", 12_000_000_000),
        ("1e-9", 1),
        ("9007199254.740993", 9_007_199_254_740_993_000),
    ] {
        let page = replaced("page-gifts-toybear", "12.9", told).unwrap();
        assert_eq!(open(&page, 0).1.amount, expected, "{told}");
    }
    for told in ["-1", "\"\"", "\"12,9\"", "true", "[12.9]", "99999999999999999999"] {
        let fault = replaced("page-gifts-toybear", "12.9", told).unwrap_err();
        assert_eq!(fault.path, "/0/price", "{told}");
    }
}

#[test]
fn a_price_may_be_a_number_or_text() {
    let page = replaced("page-gifts-toybear", "12.9", "\"12.9\"").unwrap();
    assert_eq!(open(&page, 0).1.amount, 12_900_000_000);
}

#[test]
fn a_rarity_stands_inside_the_name() {
    let page = whole("page-gifts-toybear");
    let told: Vec<_> =
        open(&page, 0).2.attributes.iter().map(|a| (a.kind, a.name.as_str(), a.rarity)).collect();
    assert_eq!(
        told,
        [
            (AttributeKind::Model, "Zebra", Some(Rarity::PerMille(15))),
            (AttributeKind::Symbol, "Rabbit", Some(Rarity::PerMille(2))),
            (AttributeKind::Backdrop, "Burgundy", Some(Rarity::PerMille(20))),
        ]
    );
}

#[test]
fn a_name_may_lack_a_rarity_and_hold_brackets() {
    let page = whole(CAP);
    let model = |index: usize| (&*open(&page, index).2.attributes[0].name, open(&page, index).2.attributes[0].rarity);
    assert_eq!(model(1), ("Shadow", None));
    assert_eq!(model(3), ("Half (Moon)", Some(Rarity::PerMille(20))));
    // A quarter of a percent is no whole per mille: the nearest, halves up.
    assert_eq!(open(&page, 3).2.attributes[1].rarity, Some(Rarity::PerMille(3)));
}

#[test]
fn ids_beyond_53_bits_are_exact() {
    let page = whole(CAP);
    let Seen::Open { lot, details, .. } = &page.sightings[0].seen else { panic!() };
    assert_eq!(lot.as_str(), "9007199254740993");
    assert_eq!(
        details.link_url.as_deref(),
        Some("https://t.me/tonnel_network_bot/gift?startapp=9007199254740993")
    );
    for refused in [json!(4_840_785.5), json!("4840785"), json!(u64::MAX)] {
        let fault = changed("page-gifts-toybear", |body| body[0]["gift_id"] = refused).unwrap_err();
        assert_eq!(fault.path, "/0/gift_id");
    }
}

#[test]
fn both_apostrophes_name_one_collection() {
    let told = whole(CAP).sightings;
    let typographic = changed(CAP, |body| {
        for entry in body.as_array_mut().unwrap() {
            entry["name"] = json!("Durov\u{2019}s Cap");
        }
    });
    let gift = |seen: &domain::Sighting| match &seen.seen {
        Seen::Open { gift, .. } => gift.to_string(),
        other => panic!("{other:?}"),
    };
    let gifts: Vec<_> = told.iter().map(gift).collect();
    assert_eq!(gifts[0], "durovscap-9");
    assert_eq!(typographic.unwrap().sightings.iter().map(gift).collect::<Vec<_>>(), gifts);
}

#[test]
fn both_spellings_of_the_coin_are_one() {
    let page = whole(CAP);
    // `GRAM` on the page of what was asked for as `TON`.
    assert_eq!(open(&page, 2).1, &net(1_100_000_000, "TON"));
    let seen = &page.sightings[2].seen;
    assert_eq!(TonnelReader.scope_of(seen), Some(ScopeId("ton:durovscap".into())));
}

#[test]
fn an_empty_mark_is_none() {
    for field in ["auction", "auction_id", "dutchAuctionData", "bundleData", "buyer", "underLoan"] {
        let count = |value: Value| changed("page-gifts-toybear", |body| body[0][field] = value).unwrap().sightings.len();
        for empty in [json!({}), json!([]), json!(0), json!(""), json!(false), Value::Null] {
            assert_eq!(count(empty.clone()), 1, "{field} {empty}");
        }
        for full in [json!({"a": 1}), json!([1]), json!(7), json!("x"), json!(true)] {
            assert_eq!(count(full.clone()), 0, "{field} {full}");
        }
    }
}

#[test]
fn only_a_plain_listing_is_open() {
    let page = whole(ODD);
    assert_eq!(page.sightings.len(), 1);
    assert_eq!((open(&page, 0).0.as_str(), open(&page, 0).1.amount), ("toybear-1016", 11_250_000_000));
    let whys: Vec<_> = page.passed.iter().map(|passed| passed.why.as_str()).collect();
    assert_eq!(
        whys,
        [
            "auction: not followed yet",
            "auction: not followed yet",
            "a price that falls by itself: not followed yet",
            "pre-market: not followed yet",
            "stands in Telegram's own resale market: not followed",
            "is sold or was taken back",
            "is sold or was taken back",
            "is pledged for a loan",
            "is locked",
            "auction: not followed yet",
            "has the status `withdrawn`: not for sale",
            "is priced in `TONNEL`: not followed",
            "a price of 0",
            "a bundle of gifts: not followed yet",
        ]
    );
    assert_eq!(
        page.unknown_fields,
        [("/*/asset=TONNEL".to_owned(), 1), ("/*/status=withdrawn".to_owned(), 1)]
    );
}

#[test]
fn a_lot_that_was_not_asked_for_is_passed() {
    let page = replaced(CAP, "\"Durov's Cap\"", "\"Snow Mittens\"").unwrap();
    assert_eq!(page.passed[0].why, "belongs to another collection than the one asked for");
    let page = replaced(CAP, "\"GRAM\"", "\"USDT\"").unwrap();
    assert_eq!((page.passed[0].path.as_str(), page.sightings.len()), ("/2", 3));
    assert_eq!(page.passed[0].why, "is priced in another coin than the one asked for");
}

#[test]
fn no_recorded_pre_market_lot_is_open() {
    let page = whole("page-gifts-premarket-2025-10");
    assert_eq!((page.sightings.len(), page.passed.len()), (0, 6));
    assert!(page.passed.iter().all(|passed| passed.why == "pre-market: not followed yet"));
    assert_eq!(page.unknown_fields, []);
}

#[test]
fn a_gift_lies_with_the_market_until_its_date_of_export() {
    let page = whole("page-gifts-toybear");
    let details = open(&page, 0).2;
    assert_eq!((details.custody, details.exportable_at_ms), (Some(Custody::Market), Some(1_748_435_101_000)));
    assert_eq!((&details.owner, &details.address), (&None, &None));
    // The year one is no date, and a date without a zone is UTC.
    assert_eq!(open(&whole(CAP), 3).2.exportable_at_ms, None);
    let page = replaced("page-gifts-toybear", "12:25:01.000Z", "12:25:01").unwrap();
    assert_eq!(open(&page, 0).2.exportable_at_ms, Some(1_748_435_101_000));
    let fault = changed("page-gifts-toybear", |body| body[0]["export_at"] = json!("soon")).unwrap_err();
    assert_eq!(fault.path, "/0/export_at");
}

#[test]
fn sales_have_no_id_of_their_own() {
    let page = whole(SALES);
    let ids = page.sightings.iter().map(|sighting| match &sighting.seen {
        Seen::Happened { source_id, .. } => source_id.clone(),
        other => panic!("{other:?}"),
    });
    let ids: Vec<_> = ids.collect();
    assert_eq!(
        ids,
        ["sale:10390001-1796032798123", "sale:10390002-1796032720007", "sale:10390003-1796032700001"]
    );
    // The same sale under the other word for it is the same happening.
    let again = changed(SALES, |body| body[0]["type"] = json!("INTERNAL_SALE")).unwrap();
    let Seen::Happened { source_id, .. } = &again.sightings[0].seen else { panic!() };
    assert_eq!(*source_id, ids[0]);
}

#[test]
fn prices_of_the_history_are_kept_as_told() {
    let page = whole(SALES);
    let prices = page.sightings.iter().map(|sighting| match &sighting.seen {
        Seen::Happened { what: Happening::Sold { price, seller: None, buyer: None, transaction: None }, scope, .. } => {
            (price.clone(), scope.0.clone())
        }
        other => panic!("{other:?}"),
    });
    // 846.5, 19.85 and 10 divided by 1.005.
    assert_eq!(
        prices.collect::<Vec<_>>(),
        [
            (net(842_288_557_214, "TON"), "ton:durovscap".to_owned()),
            (net(19_751_244, "USDT"), "usdt:toybear".to_owned()),
            (net(9_950_248_756, "TON"), "ton:toybear".to_owned()),
        ]
    );
}

#[test]
fn bids_are_no_sales() {
    let page = whole(SALES);
    let whys: Vec<_> = page.passed.iter().map(|passed| passed.why.as_str()).collect();
    assert_eq!(
        whys,
        [
            "a bid in an auction: not followed yet",
            "a bid in an auction: not followed yet",
            "a bundle of gifts: not followed yet",
            "is priced in `TONNEL`: not followed",
            "an entry of the kind `SWAP`: not followed",
        ]
    );
    assert_eq!(
        page.unknown_fields,
        [("/*/asset=TONNEL".to_owned(), 1), ("/*/type=SWAP".to_owned(), 1)]
    );
}

#[test]
fn times_of_sales_are_texts_seconds_or_milliseconds() {
    for (told, expected) in [
        (json!("2026-11-30T09:59:58.123Z"), 1_796_032_798_123_000),
        (json!("2026-11-30T09:59:58.123"), 1_796_032_798_123_000),
        (json!("1796032798123"), 1_796_032_798_123_000),
        (json!(1_796_032_798_123_i64), 1_796_032_798_123_000),
        (json!(1_796_032_798), 1_796_032_798_000_000),
    ] {
        let page = changed(SALES, |body| body[0]["timestamp"] = told.clone()).unwrap();
        let Seen::Happened { at_us, .. } = &page.sightings[0].seen else { panic!() };
        assert_eq!(*at_us, expected, "{told}");
    }
    for refused in [json!("0001-01-01T00:00:00"), json!("yesterday"), json!(0), json!(-5), json!(i64::MAX)] {
        let fault = changed(SALES, |body| body[4]["timestamp"] = refused.clone()).unwrap_err();
        assert_eq!(fault.path, "/4/timestamp", "{refused}");
    }
}

#[test]
fn statistics_name_collections_and_models() {
    let told = |name: &str| {
        let page = whole(name);
        let told = page.sightings.into_iter().map(|sighting| match sighting.seen {
            Seen::Collection { slug, title, address: None, image_url: None } => format!("{slug}: {title}"),
            Seen::Attribute { slug, kind: AttributeKind::Model, name, rarity } => format!("{slug}: {name}, {rarity:?}"),
            other => panic!("{other:?}"),
        });
        (told.collect::<Vec<_>>(), page.unknown_fields)
    };
    let (sightings, unknown) = told("filter-stats");
    assert_eq!(
        sightings,
        [
            "durovscap: Durov's Cap",
            "durovscap: Captain, PerMille(10)",
            "jackinthebox: Jack-in-the-Box",
            "jackinthebox: Half (Moon), PerMille(20)",
            "santahat: Santa Hat",
            "santahat: Rave, PerMille(2)",
            "santahat: Rave, PerMille(10)",
            "toybear: Toy Bear",
            "toybear: Wizard, PerMille(15)",
            "toybear: Zebra, PerMille(15)",
        ]
    );
    assert_eq!(unknown, [("/data/total".to_owned(), 1)]);
}

#[test]
fn statistics_may_have_lost_their_rarities() {
    let page = whole("filter-stats-2026");
    let titles = page.sightings.iter().map(|sighting| match &sighting.seen {
        Seen::Collection { title, .. } => title.as_str(),
        other => panic!("{other:?}"),
    });
    assert_eq!(titles.collect::<Vec<_>>(), ["Fine Pen", "Toy Bear"]);
    assert_eq!(page.passed, []);
}

#[test]
fn a_missing_or_changed_required_field_is_located() {
    let bear = "page-gifts-toybear";
    for (name, pointer, other) in [
        (bear, "/0/gift_id", json!("4840785")),
        (bear, "/0/gift_num", json!(0)),
        (bear, "/0/name", json!("\u{2019}")),
        (bear, "/0/asset", json!(5)),
        (bear, "/0/price", json!({"value": 12.9})),
        (bear, "/0/status", json!(true)),
        (SALES, "/0/gift_id", json!(5.5)),
        (SALES, "/0/gift_num", json!("118")),
        (SALES, "/0/gift_name", json!("")),
        (SALES, "/0/price", json!(null)),
        (SALES, "/0/asset", json!(null)),
        (SALES, "/0/type", json!(1)),
        (SALES, "/0/timestamp", json!({})),
        ("filter-stats", "/status", json!("pending")),
        ("filter-stats", "/data", json!([])),
    ] {
        let fault = changed(name, |body| *body.pointer_mut(pointer).unwrap() = other).unwrap_err();
        assert_eq!(fault.path, pointer, "{fault}");
        let fault = changed(name, |body| {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            body.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key);
        });
        assert_eq!(fault.unwrap_err().path, pointer);
    }
    for optional in ["limited", "auction", "export_at", "model", "symbol", "backdrop"] {
        let page = changed(bear, |body| drop(body[0].as_object_mut().unwrap().remove(optional))).unwrap();
        assert_eq!(page.sightings.len(), 1, "{optional}");
    }
    let fault = changed(bear, |body| body[0]["limited"] = json!("no")).unwrap_err();
    assert_eq!(fault.path, "/0/limited");
}
