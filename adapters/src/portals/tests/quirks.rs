use domain::FeeBasis;

use super::*;

const TOY_BEAR: &str = "nfts-search-toybear-41771";
const CAP: &str = "nfts-search-durovscap";

fn open(page: &Page, index: usize) -> (String, i64, &LotDetails) {
    let Seen::Open { gift, price, details, .. } = &page.sightings[index].seen else { panic!() };
    assert_eq!((price.currency.code(), price.fee_basis), ("TON", FeeBasis::BuyerPays));
    (gift.to_string(), price.amount, details)
}

fn amounts(page: &Page) -> Vec<(String, i64)> {
    (0..page.sightings.len()).map(|index| open(page, index)).map(|(gift, amount, _)| (gift, amount)).collect()
}

#[test]
fn the_price_is_what_the_buyer_pays_and_no_fee_is_told_with_it() {
    let page = changed(TOY_BEAR, |_| {}).unwrap();
    let (gift, amount, details) = open(&page, 0);
    assert_eq!((gift.as_str(), amount), ("toybear-41771", 44_000_000_000));
    assert_eq!((&details.told_fee, page.unknown_fields.len()), (&None, 0));
}

#[test]
fn prices_with_the_digits_of_a_float_are_read_exactly_or_rounded_to_the_nearest() {
    let page = changed(CAP, |_| {}).unwrap();
    let amounts = amounts(&page);
    assert!(amounts.contains(&("durovscap-12".into(), 905_079_999_995)), "{amounts:?}");
    assert!(amounts.contains(&("durovscap-345".into(), 1_024_080_000_000)), "{amounts:?}");
}

#[test]
fn amounts_beyond_53_bits_are_exact() {
    let page = changed(CAP, |_| {}).unwrap();
    assert!(amounts(&page).contains(&("durovscap-9007".into(), 9_007_199_254_740_993)));
    // A number of Portals' own is no identity, however long it is.
    let page = changed(TOY_BEAR, |body| body["results"][0]["tg_id"] = json!(u64::MAX)).unwrap();
    assert_eq!(open(&page, 0).0, "toybear-41771");
}

#[test]
fn a_price_that_is_no_text_in_ton_is_located() {
    for refused in [json!(44), json!("44 TON"), json!("-1"), json!("4,5"), json!("")] {
        let fault = changed(TOY_BEAR, |body| body["results"][0]["price"] = refused).unwrap_err();
        assert_eq!(fault.path, "/results/0/price");
    }
    let page = changed(TOY_BEAR, |body| body["results"][0]["price"] = json!("99999999999")).unwrap();
    assert_eq!(page.passed[0].why, "a price that does not fit 63 bits");
}

#[test]
fn a_rarity_called_per_mille_is_a_percent() {
    let page = changed(TOY_BEAR, |_| {}).unwrap();
    let told: Vec<_> =
        open(&page, 0).2.attributes.iter().map(|a| (a.kind, a.name.as_str(), a.rarity)).collect();
    assert_eq!(
        told,
        [
            (AttributeKind::Model, "Wizard", Some(Rarity::PerMille(15))),
            (AttributeKind::Symbol, "Champagne", Some(Rarity::PerMille(2))),
            (AttributeKind::Backdrop, "Silver Blue", Some(Rarity::PerMille(20))),
        ]
    );
    // Of a crafted model it is 0, and a float has its own digits here too.
    let page = changed(CAP, |_| {}).unwrap();
    let crafted = open(&page, 2).2;
    assert_eq!(crafted.attributes[0].rarity, None);
    assert_eq!(crafted.attributes[2].rarity, Some(Rarity::PerMille(15)));
}

#[test]
fn attributes_have_percents_or_tiers_and_two_models_may_have_one_name() {
    let page = changed("collections-filters-jellybunny", |_| {}).unwrap();
    let told = page.sightings.iter().filter_map(|sighting| match &sighting.seen {
        Seen::Attribute { slug, kind, name, rarity } => Some((slug.as_str(), *kind, name.as_str(), *rarity)),
        _ => None,
    });
    let told: Vec<_> = told.collect();
    let of = |kind, name, rarity| ("jellybunny", kind, name, rarity);
    assert_eq!(
        told,
        [
            of(AttributeKind::Model, "Berry", Rarity::PerMille(2)),
            of(AttributeKind::Model, "Berry", Rarity::PerMille(10)),
            of(AttributeKind::Model, "Shadow", Rarity::Legendary),
            of(AttributeKind::Model, "Cold Flame", Rarity::PerMille(15)),
            of(AttributeKind::Symbol, "Snowflake", Rarity::PerMille(5)),
            of(AttributeKind::Backdrop, "Ivory White", Rarity::PerMille(15)),
            of(AttributeKind::Backdrop, "Onyx Black", Rarity::PerMille(20)),
        ]
    );
    let whys: Vec<_> =
        page.passed.iter().map(|passed| (passed.path.as_str(), passed.why.as_str())).collect();
    assert_eq!(
        whys,
        [
            ("/collections/jellybunny/models/3", "`Ghost` has no rarity we can read"),
            ("/collections/jellybunny/symbols/1", "`Bell` has no rarity we can read"),
        ]
    );
}

#[test]
fn only_what_is_for_sale_by_itself_at_a_fixed_price_is_open() {
    let page = changed(CAP, |_| {}).unwrap();
    let opens: Vec<_> = amounts(&page).into_iter().map(|(gift, _)| gift).collect();
    assert_eq!(opens, ["durovscap-12", "durovscap-345", "durovscap-678", "durovscap-5100", "durovscap-9007"]);
    let passed: Vec<_> =
        page.passed.iter().map(|passed| (passed.path.as_str(), passed.why.as_str())).collect();
    assert_eq!(
        passed,
        [
            ("/results/3", "auction: not followed yet"),
            ("/results/4", "part of a bundle: not for sale by itself"),
            ("/results/5", "pre-market (listed): not followed yet"),
            ("/results/6", "is not for sale: unlisted"),
            ("/results/7", "a gift of the status `raffle`: not followed"),
            ("/results/8", "a price of 0"),
            ("/results/9", "is not for sale: withdrawn"),
        ]
    );
    assert_eq!(page.unknown_fields, [("/results/*/status=raffle".to_owned(), 1)]);
}

#[test]
fn a_gift_of_another_collection_than_the_one_asked_for_is_passed() {
    let page = changed(CAP, |body| {
        body["results"][0]["collection_id"] = json!("0009551d-bdd4-40ee-a276-b6e01fa4d327");
        body["results"][1]["collection_id"] = Value::Null;
    })
    .unwrap();
    assert_eq!(page.passed[0].why, "belongs to another collection than the one asked for");
    assert_eq!(open(&page, 0).0, "durovscap-345");
}

#[test]
fn both_apostrophes_are_one_collection() {
    let page = changed(CAP, |body| body["results"][0]["name"] = json!("Durov\u{2019}s Cap")).unwrap();
    assert_eq!(open(&page, 0).0, "durovscap-12");
    let page = changed("collections", |_| {}).unwrap();
    assert!(matches!(&page.sightings[0].seen, Seen::Collection { title, .. } if title == "Durov's Cap"));
}

#[test]
fn a_telegram_name_must_say_the_same_and_a_number_says_nothing() {
    let fault = changed(CAP, |body| body["results"][0]["tg_id"] = json!("DurovsCap-13")).unwrap_err();
    assert_eq!(fault.path, "/results/0/tg_id");
    let fault = changed(CAP, |body| body["results"][0]["name"] = json!("Snow Mittens")).unwrap_err();
    assert_eq!(fault.path, "/results/0/tg_id");
    for nothing in [json!("294992"), json!(294_992), Value::Null] {
        let page = changed(CAP, |body| body["results"][0]["tg_id"] = nothing).unwrap();
        assert_eq!(open(&page, 0).0, "durovscap-12");
    }
}

#[test]
fn a_gift_in_custody_has_no_address_and_an_exported_one_has() {
    let page = changed(CAP, |_| {}).unwrap();
    let held = open(&page, 0).2;
    assert_eq!((held.custody, &held.address, &held.owner), (Some(Custody::Market), &None, &None));
    let exported = open(&page, 2).2;
    assert_eq!(exported.custody, Some(Custody::Chain));
    assert_eq!(exported.address.as_deref(), Some("EQBsi0O-NAx40C2iLn3S2lGA1RVj_r07738ep1Nvr047C6dh"));
    // Workchain 7 is no place on TON, and what is no address is counted.
    for none in ["EQf_tg_gift_______________________8V9WjCAACqIPY6", "soon"] {
        let page = changed(CAP, |body| body["results"][2]["ton_address"] = json!(none)).unwrap();
        let details = open(&page, 2).2;
        assert_eq!((details.custody, &details.address), (Some(Custody::Market), &None));
        assert!(page.unknown_fields.iter().any(|(path, _)| path.starts_with("/results/*/ton_address=")));
    }
}

#[test]
fn a_lock_has_an_end_and_the_year_one_is_none() {
    let page = changed(TOY_BEAR, |_| {}).unwrap();
    assert_eq!(open(&page, 0).2.unlocks_at_ms, Some(1_741_604_666_000));
    let page = changed(CAP, |_| {}).unwrap();
    assert_eq!(open(&page, 1).2.unlocks_at_ms, None);
    let page = changed("nfts-search-durovscap-last-page", |_| {}).unwrap();
    assert_eq!(open(&page, 2).2.unlocks_at_ms, None);
    // A date without a zone is one in UTC.
    let page = changed(CAP, |body| body["results"][0]["unlocks_at"] = json!("2026-12-02T09:30:00")).unwrap();
    assert_eq!(open(&page, 0).2.unlocks_at_ms, Some(1_796_203_800_000));
    let fault = changed(CAP, |body| body["results"][0]["unlocks_at"] = json!("soon")).unwrap_err();
    assert_eq!(fault.path, "/results/0/unlocks_at");
}

#[test]
fn the_time_on_a_listings_page_is_not_believed() {
    let told = changed(TOY_BEAR, |_| {}).unwrap().sightings;
    for moved in [json!("2025-06-13T16:28:05.550053Z"), Value::Null] {
        let page = changed(TOY_BEAR, |body| body["results"][0]["listed_at"] = moved);
        assert_eq!(page.unwrap().sightings, told);
    }
}

#[test]
fn the_sellers_telegram_id_is_not_read() {
    let page = changed(TOY_BEAR, |body| body["results"][0]["owner_id"] = json!(488_711)).unwrap();
    assert_eq!(open(&page, 0).2.owner, None);
    assert!(!format!("{page:?}").contains("488711"));
}

#[test]
fn a_listing_has_a_link_to_itself() {
    let page = changed(TOY_BEAR, |_| {}).unwrap();
    let link = open(&page, 0).2.link_url.clone();
    let expected = "https://t.me/portals/market?startapp=gift_65c83c42-0ab7-42cc-a46d-6158057a7216";
    assert_eq!(link.as_deref(), Some(expected));
    let page = changed(TOY_BEAR, |body| body["results"][0]["id"] = json!("a&b=c")).unwrap();
    assert_eq!(open(&page, 0).2.link_url, None);
}

#[test]
fn a_list_that_is_empty_is_null() {
    for (name, list) in [(CAP, "results"), ("market-actions", "actions"), ("collections", "collections")] {
        let page = changed(name, |body| body[list] = Value::Null).unwrap();
        assert_eq!((page.sightings.len(), page.passed.len(), page.cursor), (0, 0, None));
        let fault = changed(name, |body| drop(body.as_object_mut().unwrap().remove(list))).unwrap_err();
        assert_eq!(fault.path, format!("/{list}"));
    }
}

#[test]
fn the_count_of_all_is_not_believed() {
    let told = changed(CAP, |_| {}).unwrap();
    for count in [json!(0), json!(9_999), Value::Null] {
        assert_eq!(changed(CAP, |body| body["total_count"] = count).unwrap(), told);
    }
}

#[test]
fn a_collection_in_pre_market_is_passed() {
    let page = changed("collections", |_| {}).unwrap();
    assert_eq!(page.passed[0].why, "torch is in pre-market: its gifts are not upgraded yet");
    let listed = parse::listed(&serde_json::to_vec(&fixture("collections").1).unwrap()).unwrap();
    let called: Vec<_> =
        listed.iter().map(|(slug, listed)| (slug.as_str(), listed.short_name.as_str())).collect();
    assert_eq!(called, [("durovscap", "durovscap"), ("jellybunny", "jellybunny"), ("toybear", "toybear")]);
}

#[test]
fn happenings_are_told_in_other_words_than_the_filters() {
    let page = changed("market-actions", |_| {}).unwrap();
    let told: Vec<_> = page
        .sightings
        .iter()
        .map(|sighting| match &sighting.seen {
            Seen::Happened { source_id, gift, what, .. } => {
                let kind = serde_json::to_value(what).unwrap()["kind"].as_str().unwrap().to_owned();
                let price = match what {
                    Happening::Listed { price } | Happening::Repriced { price } | Happening::Sold { price, .. } => {
                        Some(price.amount)
                    }
                    _ => None,
                };
                assert!(source_id.starts_with(&format!("{kind}:a0000000-")), "{source_id}");
                (kind, gift.to_string(), price)
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let row = |kind: &str, gift: &str, price| (kind.to_owned(), gift.to_owned(), price);
    assert_eq!(
        told,
        [
            row("repriced", "durovscap-345", Some(1_024_080_000_000)),
            row("sold", "icecream-45374", Some(3_079_999_995)),
            row("listed", "durovscap-777", Some(930_000_000_000)),
            row("delisted", "hexpot-14619", None),
            row("delisted", "hexpot-20001", None),
            row("sold", "icecream-46000", Some(4_000_000_000)),
        ]
    );
    let whys: Vec<_> = page.passed.iter().map(|passed| passed.why.as_str()).collect();
    assert_eq!(
        whys,
        [
            "a happening of the kind `offer`: not followed",
            "a happening of the kind `bundle_purchase`: not followed",
            "a happening of the kind `lucky_buy`: not followed",
            "a happening of the kind `gossip`: not followed",
            "names no gift",
            "part of a bundle: not for sale by itself",
            "tells no price",
        ]
    );
    assert_eq!(page.unknown_fields, [("/actions/*/type=gossip".to_owned(), 1)]);
}

#[test]
fn a_happening_has_no_id_and_is_told_by_its_gift_its_moment_and_what_it_was() {
    let id = |kind: &str| {
        let page = changed("market-actions", |body| body["actions"][1]["type"] = json!(kind)).unwrap();
        let Seen::Happened { source_id, at_us, scope, .. } = &page.sightings[1].seen else { panic!() };
        assert_eq!((*at_us, scope.0.as_str()), (1_795_251_489_500_000, "search:icecream"));
        source_id.clone()
    };
    let told = id("purchase");
    assert!(told.starts_with("sold:") && told.ends_with("@1795251489500000"), "{told}");
    // Other words for one sale give no second one.
    for word in ["buy", "sell", "sale"] {
        assert_eq!(id(word), told);
    }
}

#[test]
fn a_gift_that_left_the_market_is_in_nobodys_custody() {
    let page = changed("market-actions", |_| {}).unwrap();
    let custody = |index: usize| match &page.sightings[index].seen {
        Seen::Happened { details: Some(details), .. } => details.custody,
        other => panic!("{other:?}"),
    };
    assert_eq!((custody(1), custody(5)), (Some(Custody::Market), None));
}

#[test]
fn a_missing_or_changed_required_field_is_located() {
    for (name, pointer, other) in [
        (CAP, "/results", json!("none")),
        (CAP, "/results/0/id", json!(7)),
        (CAP, "/results/0/external_collection_number", json!("12")),
        (CAP, "/results/0/name", json!("\u{2019}")),
        (CAP, "/results/0/price", json!(5)),
        (CAP, "/results/0/status", json!([])),
        ("market-actions", "/actions", json!({})),
        ("market-actions", "/actions/0/type", Value::Null),
        ("market-actions", "/actions/0/created_at", json!("0001-01-01T00:00:00")),
        ("market-actions", "/actions/0/amount", json!("-5")),
        ("market-actions", "/actions/0/nft", json!("x")),
        ("market-actions", "/actions/0/nft/id", json!("")),
        ("market-actions", "/actions/0/nft/external_collection_number", json!(0)),
        ("collections", "/collections/0/id", json!(1)),
        ("collections", "/collections/0/name", json!("\u{2019}")),
        ("collections-filters-jellybunny", "/collections/jellybunny/models/0/name", json!(" ")),
    ] {
        let fault = changed(name, |body| *body.pointer_mut(pointer).unwrap() = other).unwrap_err();
        assert_eq!(fault.path, pointer, "{fault}");
        let gone = changed(name, |body| {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            body.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key);
        });
        assert_eq!(gone.unwrap_err().path, pointer);
    }
    let fault = changed("collections-filters-jellybunny", |body| {
        body["collections"]["jellybunny"]["models"][0]["rarity_per_mille"] = json!("0.2");
    });
    assert_eq!(fault.unwrap_err().path, "/collections/jellybunny/models/0/rarity_per_mille");
    let fault = changed("collections-filters-jellybunny", |body| body["collections"] = Value::Null);
    assert_eq!(fault.unwrap_err().path, "/collections");
}

#[test]
fn ids_that_cannot_be_kept_stop_the_page() {
    for bad in ["a\0b", "a\nb", &"9".repeat(129)] {
        let fault = changed(TOY_BEAR, |body| body["results"][0]["id"] = json!(bad)).unwrap_err();
        assert_eq!(fault.path, "/results/0/id", "{bad:?}");
        let fault = changed("market-actions", |body| body["actions"][0]["nft"]["id"] = json!(bad)).unwrap_err();
        assert_eq!(fault.path, "/actions/0/nft/id", "{bad:?}");
    }
}

#[test]
fn offers_are_told_whole_and_those_that_are_over_are_no_offers() {
    let page = changed("collection-offers-toybear", |_| {}).unwrap();
    let told: Vec<_> = page
        .sightings
        .iter()
        .map(|one| {
            let Seen::Offered { target, price, details, .. } = &one.seen else { panic!("{one:?}") };
            assert_eq!(target.slug().as_str(), "toybear");
            let terms = details.offer.as_deref().unwrap();
            (price.amount, terms.quantity, terms.quantity_taken, terms.expires_at_ms.is_some())
        })
        .collect();
    assert_eq!(
        told,
        [(29_080_000_000, Some(3), Some(1), true), (28_500_000_000, Some(1), Some(0), false)]
    );
    let why: Vec<_> = page.passed.iter().map(|passed| passed.why.as_str()).collect();
    assert_eq!(why, ["stands no longer: completed"]);
    let fault = changed("collection-offers-toybear", |body| body[0]["amount"] = json!("dear")).unwrap_err();
    assert_eq!(fault.path, "/0/amount");
}
