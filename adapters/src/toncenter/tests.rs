//! Quirks of toncenter, each by name, and the requests against a server that answers with prepared pages.

use chain::contract::Network;
use domain::{
    Custody, FeeBasis, Happening, Seen, SourceFault,
    ports::{KnownCollection, MarketSource, Scope, Step, Want},
};
use serde_json::{Value, json};

use super::*;
use crate::{
    http::canned::{Canned, Reply, Ticks, install_tls},
    settings::Settings,
};

const LOL_POPS: &str = "EQC6zjid8vJNEWqcXk10XjsdDLRKbcPZzbHusuEW6FokOWIm";

fn fixture(name: &str) -> (String, Value) {
    let fixture = FIXTURES.iter().find(|fixture| fixture.name == name).unwrap();
    (fixture.request().target, serde_json::from_slice(fixture.body).unwrap())
}

fn exchange(target: &str, body: &Value) -> Exchange {
    let request = RequestRecord { method: "GET".into(), target: target.into(), body: None };
    Exchange { request, body: serde_json::to_vec(body).unwrap(), ..FIXTURES[0].exchange() }
}

/// The page of a fixture after one change, as whoever reads evidence sees it.
fn changed(name: &str, change: impl FnOnce(&mut Value)) -> Result<Page, Malformed> {
    let (target, mut body) = fixture(name);
    change(&mut body);
    ToncenterReader.read(&exchange(&target, &body))
}

fn on(network: &str, name: &str) -> Page {
    let (target, body) = fixture(name);
    let network = Network::named(network).unwrap();
    rest::page(&exchange(&target, &body), rest::Networks::Only(network)).unwrap()
}

fn open(page: &Page) -> Vec<(String, String, i64)> {
    let open = page.sightings.iter().filter_map(|sighting| match &sighting.seen {
        Seen::Open { lot, gift, price, .. } => Some((gift.to_string(), lot.to_string(), price.amount)),
        _ => None,
    });
    open.collect()
}

fn why(page: &Page, path: &str) -> String {
    page.passed.iter().find(|passed| passed.path == path).map(|passed| passed.why.clone()).unwrap_or_default()
}

#[test]
fn a_contract_counts_by_its_code_on_its_network_alone() {
    let gifts = |page: &Page| open(page).into_iter().map(|(gift, ..)| gift).collect::<Vec<_>>();
    assert_eq!(gifts(&on("mainnet", "nft-sales")), ["lolpop-70007", "plushpepe-2098", "lolpop-80008"]);
    // An item's own contract follows from its address; GetGems' codes of the main network are nothing elsewhere.
    assert_eq!(gifts(&on("sandbox", "nft-sales")), ["lolpop-80008"]);
    assert_eq!(gifts(&on("testnet", "nft-sales")), ["lolpop-80008"]);
    assert!(why(&on("mainnet", "nft-sales"), "/nft_sales/2").contains("not on the list"));
    assert!(why(&on("testnet", "nft-sales"), "/nft_sales/0").contains("not on the list"));
}

#[test]
fn the_sandboxes_own_code_is_refused_on_mainnet() {
    let sandbox = Network::named("sandbox").unwrap();
    let (target, mut body) = fixture("nft-sales");
    let code = sandbox.getgems_codes.iter().find(|code| code.version == "sandbox-1").unwrap();
    body["nft_sales"][0]["code_hash"] = code.code_hash.to_base64().into();
    body["nft_sales"][0]["marketplace_address"] = sandbox.getgems_addresses[0].to_raw().into();
    let read = |name: &str| {
        let network = Network::named(name).unwrap();
        rest::page(&exchange(&target, &body), rest::Networks::Only(network)).unwrap()
    };
    assert!(open(&read("sandbox")).iter().any(|(gift, ..)| gift == "lolpop-70007"));
    for other in ["mainnet", "testnet"] {
        assert!(open(&read(other)).iter().all(|(gift, ..)| gift != "lolpop-70007"), "{other}");
        assert!(why(&read(other), "/nft_sales/0").contains("not on the list"), "{other}");
    }
}

#[test]
fn a_known_code_is_not_enough() {
    type Change = fn(&mut Value);
    let cases: [(Change, &str); 6] = [
        (|sale| sale["nft_item"]["owner_address"] = sale["nft_owner_address"].clone(), "another holds it"),
        (|sale| sale["details"]["is_complete"] = true.into(), "its sale is over"),
        (|sale| sale["marketplace_address"] = sale["nft_owner_address"].clone(), "Disagrees(Market)"),
        (|sale| sale["nft_address"] = sale["nft_owner_address"].clone(), "Disagrees(Item)"),
        (|sale| drop(sale.as_object_mut().unwrap().remove("marketplace_address")), "NotTold(Market)"),
        (|sale| sale["details"]["full_price"] = "0".into(), "not for sale in TON"),
    ];
    for (change, told) in cases {
        let page = changed("nft-sales", |body| change(&mut body["nft_sales"][0])).unwrap();
        assert!(why(&page, "/nft_sales/0").contains(told), "{told}: {}", why(&page, "/nft_sales/0"));
    }
}

#[test]
fn an_item_that_calls_itself_another_is_no_gift() {
    let uri = "https://nft.fragment.com/gift/plushpepe-1.json";
    let page =
        changed("nft-items-lolpop", |body| body["nft_items"][0]["content"]["uri"] = uri.into()).unwrap();
    assert!(why(&page, "/nft_items/0").contains("stands at another address"));
    let page =
        changed("nft-sales", |body| body["nft_sales"][0]["nft_item"]["content"]["uri"] = uri.into()).unwrap();
    assert!(why(&page, "/nft_sales/0").contains("stands at another address"));
    let page = changed("nft-sales", |body| body["nft_sales"][4]["details"]["token_name"] = "lolpop-9".into())
        .unwrap();
    assert!(why(&page, "/nft_sales/4").contains("stands at another address"));
    let page = changed("actions", |body| {
        for about in body["metadata"].as_object_mut().unwrap().values_mut() {
            about["token_info"][0]["name"] = "Lol Pop #1".into();
        }
    });
    assert_eq!(page.unwrap().sightings, []);
}

#[test]
fn lots_agree_with_the_market_whose_they_are() {
    let page = on("mainnet", "nft-sales");
    let lots = open(&page);
    assert_eq!(lots[0].1.len(), 48, "GetGems' lots are addresses");
    assert_eq!(lots[2], ("lolpop-80008".into(), "lolpop-80008".into(), 3_200_000_000));
    let markets = page.sightings.iter().filter_map(|sighting| match &sighting.seen {
        Seen::Open { details, price, .. } => {
            assert_eq!((details.custody, price.fee_basis), (Some(Custody::Chain), FeeBasis::BuyerPays));
            details.of_market.as_ref().map(|market| market.to_string())
        }
        _ => None,
    });
    assert_eq!(markets.collect::<Vec<_>>(), ["getgems", "getgems", "fragment"]);
}

#[test]
fn version_4_states_fees_in_parts_of_100_000() {
    let fees = on("mainnet", "nft-sales").sightings.into_iter().filter_map(|sighting| match sighting.seen {
        Seen::Open { details, .. } => details.told_fee.map(|fee| (fee.market_fee, fee.royalty)),
        _ => None,
    });
    let fees: Vec<_> = fees.collect();
    assert_eq!(fees[0], (Some(50_000_000), Some(125_000_000)), "2 % and 5 % of 2.5 TON");
    assert_eq!(fees[1], (Some(180_000_000_000), Some(450_000_000_000)), "nanoton");
    assert_eq!(fees[2], (None, Some(160_000_000)), "an item's own contract states a fraction");
}

#[test]
fn a_fixed_price_of_an_item_is_an_auction_whose_first_bid_is_its_last() {
    let page = on("mainnet", "nft-sales");
    assert_eq!(why(&page, "/nft_sales/5"), "not for sale");
    assert!(why(&page, "/nft_sales/6").contains("auction"));
}

#[test]
fn who_holds_an_item_is_told_for_sale_or_not() {
    let page = on("mainnet", "nft-items-lolpop");
    let held = page.sightings.iter().map(|sighting| match &sighting.seen {
        Seen::Held { gift, details, .. } => (gift.to_string(), details.custody, details.owner.clone()),
        other => panic!("{other:?}"),
    });
    let held: Vec<_> = held.collect();
    assert_eq!(held.len(), 2);
    assert!(held.iter().all(|(_, custody, owner)| *custody == Some(Custody::Chain) && owner.is_some()));
    let telegram = Network::named("sandbox").unwrap().telegram_addresses[0];
    let page = changed("nft-items-lolpop", |body| {
        for item in body["nft_items"].as_array_mut().unwrap() {
            item["owner_address"] = telegram.to_raw().into();
        }
    });
    for sighting in page.unwrap().sightings {
        let Seen::Held { details, .. } = sighting.seen else { panic!() };
        assert_eq!((details.custody, details.owner), (Some(Custody::Account), None), "it went back");
    }
}

#[test]
fn the_scan_asks_for_contracts_and_for_items_themselves() {
    let page = on("mainnet", "nft-items-lolpop");
    let Step::Continue(cursor) = walk::scan_step(None, &page) else { panic!() };
    let place = walk::scan_place(Some(&cursor)).unwrap();
    let asked: Vec<&str> = place.strip_prefix("sales:").unwrap().split(',').collect();
    assert_eq!(asked.len(), 3, "one contract, two items; the auction is not followed");
    let scope = Scope { id: scope_id(), collection: lol_pops() };
    let target = walk::target(&Want::Scan(scope), Some(&cursor)).unwrap();
    assert_eq!(
        ToncenterReader
            .scan_page(&RequestRecord { method: "GET".into(), target, body: None })
            .unwrap()
            .cursor,
        Some(place)
    );
}

fn lol_pops() -> KnownCollection {
    let slug = domain::CollectionSlug::from_title("Lol Pop").unwrap();
    KnownCollection { slug, title: "Lol Pop".into(), address: Some(LOL_POPS.into()) }
}

fn scope_id() -> ScopeId {
    ScopeId("chain:lolpop".into())
}

fn happened(page: &Page) -> Vec<(String, String, &Happening)> {
    let happened = page.sightings.iter().filter_map(|sighting| match &sighting.seen {
        Seen::Happened { gift, lot, what, .. } => Some((gift.to_string(), lot.to_string(), what)),
        _ => None,
    });
    happened.collect()
}

#[test]
fn a_sale_is_told_once_with_price_parties_and_transaction() {
    let page = changed("actions", |_| {}).unwrap();
    let sold: Vec<_> =
        happened(&page).into_iter().filter(|(_, _, what)| matches!(what, Happening::Sold { .. })).collect();
    assert_eq!(
        sold.iter().map(|(gift, ..)| gift.as_str()).collect::<Vec<_>>(),
        ["lolpop-242675", "lolpop-80008"]
    );
    let Happening::Sold { price, seller, buyer, transaction } = sold[0].2 else { panic!() };
    assert_eq!(price.amount, 1_350_000_000);
    let raw = |person: &Option<String>| crate::ton::account(person.as_deref().unwrap()).unwrap().to_raw();
    assert_eq!(raw(seller), "0:0d57780f9abf651acf690e6f37b2f8f9c61c4131a3968c5a555a18811cd2e7e4");
    assert_eq!(raw(buyer), "0:b9a7dce19431b56044254c69858e8dc11fec5c0761ded415e386fbe4b4e116f5");
    assert!(
        transaction
            .as_ref()
            .is_some_and(|hash| hash.len() == 64 && !hash.contains(|c: char| !c.is_ascii_hexdigit()))
    );
    assert_eq!(sold[1].1, "lolpop-80008", "a lot of Fragment's");
    assert!(why(&page, "/actions/1").contains("told by its own action"));
}

#[test]
fn a_listing_without_its_contracts_code_is_not_taken_from_an_action() {
    let page = changed("actions", |_| {}).unwrap();
    assert!(why(&page, "/actions/7").contains("code is not told"));
    let listed: Vec<_> =
        happened(&page).into_iter().filter(|(_, _, what)| matches!(what, Happening::Listed { .. })).collect();
    assert_eq!(listed.len(), 1, "an item's own contract follows from its address");
    assert_eq!(listed[0].1, "lolpop-80008");
}

#[test]
fn what_failed_or_has_no_name_or_is_no_gift_is_passed_over() {
    let page = changed("actions", |_| {}).unwrap();
    assert_eq!(why(&page, "/actions/10"), "it failed");
    assert!(why(&page, "/actions/11").contains("name is not told"));
    assert!(why(&page, "/actions/12").contains("none of gifts"));
}

#[test]
fn what_may_still_be_undone_is_asked_for_again() {
    let page = changed("actions", |body| body["actions"][3]["finality"] = "pending".into()).unwrap();
    assert!(page.is_final, "what is taken is final");
    assert!(why(&page, "/actions/3").contains("pending"));
    let lt = fixture("actions").1["actions"][3]["trace_end_lt"].as_str().unwrap().parse::<u64>().unwrap();
    let step = walk::step(&Want::Feed, Some("{\"lt\":5}"), &page, 0);
    assert_eq!(step, Step::Done(Some(format!("{{\"lt\":{lt}}}"))));
}

#[test]
fn a_collection_is_what_its_contract_says() {
    let page = changed("nft-collections", |_| {}).unwrap();
    let slugs = page.sightings.iter().filter_map(|sighting| match &sighting.seen {
        Seen::Collection { slug, title, .. } => Some(format!("{slug} {title}")),
        _ => None,
    });
    assert_eq!(slugs.collect::<Vec<_>>(), ["lolpop Lol Pop", "plushpepe Plush Pepe"]);
    let uri = "https://nft.fragment.com/collection/plushpepe.json";
    let page = changed("nft-collections", |body| {
        body["nft_collections"][0]["collection_content"]["uri"] = uri.into();
    });
    assert!(why(&page.unwrap(), "/nft_collections/0").contains("says that it is plushpepe"));
}

#[tokio::test]
async fn a_key_widens_the_budget_and_a_refusal_names_it() {
    install_tls();
    let collections = fixture("nft-collections").1.to_string();
    let over = Reply::of(429, "", r#"{"ok":false,"result":"Ratelimit exceed","code":429}"#);
    let unknown = Reply::of(401, "", r#"{"ok":false,"result":"API key does not exist","code":401}"#);
    let server = Canned::start(vec![Reply::json(&collections), over, unknown]).await;
    let built = |key: Option<&str>| {
        let lookup = |name: &str| match name {
            "RIBBON_TONCENTER_BASE_URL" => Some(server.base.clone()),
            "RIBBON_TONCENTER_KEY" => key.map(str::to_owned),
            _ => None,
        };
        client::Toncenter::new(&Settings::new(&lookup)).unwrap()
    };
    let (with, without) = (built(Some("k-1")), built(None));
    assert_eq!((with.info().budget.spacing_ms, without.info().budget.spacing_ms), (125, 1_100));
    let clock = Ticks::default();
    let exchange = with.fetch(&Want::Collections, None, &clock).await.unwrap();
    assert_eq!(with.read(&exchange).unwrap().sightings.len(), 2);
    assert!(server.requests()[0].contains("x-api-key: k-1"));
    let asked = with.fetch(&Want::Feed, Some("{\"lt\":7}"), &clock).await;
    assert!(matches!(asked, Err(SourceFault::RetryAfter { .. })), "{asked:?}");
    assert!(server.requests()[1].contains("start_lt=7&limit=200&sort=asc"));
    let refused = without.fetch(&Want::History, None, &clock).await;
    let Err(SourceFault::Refused { mend, .. }) = refused else { panic!("{refused:?}") };
    assert!(mend.contains("RIBBON_TONCENTER_KEY"));
    assert!(!server.requests()[2].contains("x-api-key"));
}

#[test]
fn an_unknown_network_is_refused_by_name() {
    let lookup = |name: &str| (name == "RIBBON_TONCENTER_NETWORK").then(|| "moonnet".to_owned());
    let fault = client::Toncenter::new(&Settings::new(&lookup)).err().unwrap().to_string();
    assert!(fault.contains("RIBBON_TONCENTER_NETWORK is `moonnet`"), "{fault}");
}

#[test]
fn a_missing_field_is_named() {
    for (name, pointer, path) in [
        ("nft-items-lolpop", "/nft_items/1", "index"),
        ("nft-items-lolpop", "/nft_items/0", "on_sale"),
        ("nft-sales", "/nft_sales/3", "details"),
        ("actions", "/actions/4", "finality"),
        ("actions", "/actions/0", "end_utime"),
        ("nft-collections", "/nft_collections/1", "address"),
    ] {
        let change =
            |body: &mut Value| drop(body.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(path));
        assert_eq!(changed(name, change).unwrap_err().path, format!("{pointer}/{path}"));
    }
    let (target, _) = fixture("actions");
    assert!(ToncenterReader.read(&exchange(&target, &json!({ "error": "x" }))).is_err());
}

/// A claim that agrees with the fixtures in everything, and the two answers.
fn claim(gift: &str, through: domain::ClaimedSale) -> (domain::ListingClaim, Vec<Exchange>) {
    let (_, sales) = fixture("nft-sales");
    let sale = &sales["nft_sales"][if gift == "lolpop-70007" { 0 } else { 4 }];
    let (_, mut items) = fixture("nft-items-lolpop");
    let uri = format!("https://nft.fragment.com/gift/{gift}.json");
    items["nft_items"].as_array_mut().unwrap().retain(|item| item["content"]["uri"] == uri.as_str());
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let item = text(&items["nft_items"][0]["address"]).unwrap();
    let price = if gift == "lolpop-70007" { 2_500_000_000 } else { 3_200_000_000 };
    let seller = text(&sale["nft_owner_address"]).or(text(&sale["details"]["beneficiary_address"]));
    let gift = domain::GiftId::parse(gift).unwrap();
    let answers = vec![
        exchange(&target::item(&crate::ton::account(&item).unwrap()), &items),
        exchange("/nft/sales?", &sales),
    ];
    (domain::ListingClaim { gift, item, through, seller, price_nanoton: Some(price) }, answers)
}

fn judged(claim: &domain::ListingClaim, answers: &[Exchange], network: &str) -> domain::Verdict {
    rest::witness::judge(claim, answers, Network::named(network).unwrap()).unwrap()
}

#[test]
fn a_witness_verifies_what_agrees_and_names_what_does_not() {
    use domain::{ClaimCheck, ClaimedSale, ListingClaim, Verdict};
    let refuted = |check| Verdict::Refuted { check };
    let (good, answers) = claim("lolpop-70007", ClaimedSale::GetgemsContract);
    let verdict = judged(&good, &answers, "mainnet");
    assert!(matches!(&verdict, Verdict::Verified { code, .. } if code == "v4r1"), "{verdict:?}");
    assert_eq!(judged(&good, &answers, "sandbox"), refuted(ClaimCheck::Code));
    assert_eq!(judged(&good, &answers, "testnet"), refuted(ClaimCheck::Code));
    for (claim, expected) in [
        (ListingClaim { price_nanoton: Some(1), ..good.clone() }, refuted(ClaimCheck::Price)),
        (ListingClaim { seller: Some(good.item.clone()), ..good.clone() }, refuted(ClaimCheck::Seller)),
        (ListingClaim { item: LOL_POPS.into(), ..good.clone() }, refuted(ClaimCheck::Item)),
        (
            ListingClaim { gift: domain::GiftId { number: 80_008, ..good.gift.clone() }, ..good.clone() },
            refuted(ClaimCheck::Item),
        ),
    ] {
        assert_eq!(judged(&claim, &answers, "mainnet"), expected);
    }
    let mut bought = answers.clone();
    let mut body: Value = serde_json::from_slice(&bought[0].body).unwrap();
    body["nft_items"][0]["owner_address"] = good.seller.clone().into();
    bought[0].body = serde_json::to_vec(&body).unwrap();
    assert_eq!(judged(&good, &bought, "mainnet"), refuted(ClaimCheck::ItemOwner));
    assert_eq!(judged(&good, &answers[..1], "mainnet"), Verdict::Untold { check: ClaimCheck::Code });

    let (own, answers) = claim("lolpop-80008", ClaimedSale::OwnContract);
    for network in ["mainnet", "sandbox"] {
        assert!(judged(&own, &answers, network).is_verified(), "an item's code follows from its address");
    }
    let dearer = ListingClaim { price_nanoton: Some(5), ..own.clone() };
    assert_eq!(judged(&dearer, &answers, "mainnet"), refuted(ClaimCheck::Price));
    let by_contract = ListingClaim { through: ClaimedSale::GetgemsContract, ..own };
    assert_eq!(judged(&by_contract, &answers, "mainnet"), refuted(ClaimCheck::ItemOwner));
}

#[tokio::test]
async fn a_witness_asks_twice() {
    install_tls();
    let (good, answers) = claim("lolpop-70007", domain::ClaimedSale::GetgemsContract);
    let replies = answers.iter().map(|answer| Reply::json(std::str::from_utf8(&answer.body).unwrap()));
    let server = Canned::start(replies.collect()).await;
    let lookup = |name: &str| (name == "RIBBON_TONCENTER_BASE_URL").then(|| server.base.clone());
    let witness = (crate::witnesses::WITNESSES[0].build)(&Settings::new(&lookup)).unwrap();
    let answers = witness.ask(&good, &Ticks::default()).await.unwrap();
    assert_eq!(answers.len(), 2);
    assert!(witness.judge(&good, &answers).unwrap().is_verified());
    let requests = server.requests();
    assert!(requests[0].contains("/nft/items?address=EQ") && requests[1].contains("/nft/sales?address=EQ"));
}
