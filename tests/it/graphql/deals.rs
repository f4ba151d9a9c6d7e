//! Auctions and offers over the API: how they stand, who has the best of them, and what they were at any position.

use domain::{
    AttributeKind, AuctionTerms, Bid, Cause, Custody, DelistReason, Event, Fact, LotDetails, LotId,
    OfferTarget, OfferTerms, Price, ScopeId, sighting::ToldFee,
};
use serde_json::{Value, json};

use super::{
    api::{Api, api},
    scene::{about, collection, told},
};
use crate::facts::{gift, happened, lot, scope, sold};

/// Far in the future, and long ago; milliseconds since 1970.
const LATER_MS: i64 = 4_000_000_000_000;
const PAST_MS: i64 = 1_000_000_000_000;

/// What an auction's page says.
fn terms(of: &str, at_s: i64, bid: Option<(i64, &str)>, ends_at_ms: i64) -> Event {
    let last_bid =
        bid.map(|(amount, who)| Bid { amount, bidder: Some(who.into()), at_ms: Some(1_700_000_000_000) });
    let auction = AuctionTerms {
        bid_min: Some(bid.map_or(5_000_000_000, |(amount, _)| amount + 1_000_000_000)),
        has_bid: Some(bid.is_some()),
        last_bid,
        ends_at_ms: Some(ends_at_ms),
        ..AuctionTerms::default()
    };
    let amount = bid.map_or(5_000_000_000, |(amount, _)| amount);
    let told_fee = ToldFee { for_amount: amount, market_fee: Some(0), royalty: Some(amount / 20) };
    let details = LotDetails {
        auction: Some(Box::new(auction)),
        told_fee: Some(told_fee),
        owner: Some("alice".into()),
        ..LotDetails::default()
    };
    happened(of, at_s, Fact::MetadataSeen { lot: lot(of), scope: scope(), details })
}

fn auction(of: &str, at_s: i64, nanoton: i64) -> Event {
    let price = Price::nanoton(nanoton);
    happened(of, at_s, Fact::AuctionStarted { lot: lot(of), scope: scope(), price })
}

fn bid(of: &str, at_s: i64, nanoton: i64, who: &str) -> Event {
    let (price, bidder) = (Price::nanoton(nanoton), Some(who.into()));
    let fact = Fact::BidPlaced { lot: lot(of), scope: scope(), price, bidder, before: None };
    happened(of, at_s, fact)
}

fn offers_scope() -> ScopeId {
    ScopeId("offers:plushpepe".into())
}

fn of_collection() -> OfferTarget {
    OfferTarget::Collection { slug: gift("plushpepe-1").slug }
}

fn of_model(name: &str) -> OfferTarget {
    OfferTarget::Attribute {
        slug: gift("plushpepe-1").slug,
        attribute: AttributeKind::Model,
        name: name.into(),
    }
}

/// An offer with what its page says, and its price.
fn offer(id: &str, at_s: i64, target: &OfferTarget, price: Price, expires_at_ms: i64) -> [Event; 2] {
    let (offer, scope) = (LotId::parse(id).expect("an id"), offers_scope());
    let offered =
        OfferTerms { expires_at_ms: Some(expires_at_ms), quantity: Some(3), ..OfferTerms::default() };
    let details = LotDetails { offer: Some(Box::new(offered)), ..LotDetails::default() };
    let (seen, made) = (offer.clone(), target.clone());
    let fact = Fact::OfferSeen { offer: seen, scope: scope.clone(), target: made, details };
    let seen = about("getgems", at_s, &format!("{id} {at_s} seen"), Cause::Feed, fact);
    let fact = Fact::OfferMade { offer, scope, target: target.clone(), price };
    let made = about("getgems", at_s, &format!("{id} {at_s} made"), Cause::Feed, fact);
    [seen, made].map(|event| Event { gift: target.gift().cloned(), ..event })
}

fn gone(id: &str, at_s: i64, target: &OfferTarget) -> Event {
    let fact = Fact::OfferEnded {
        offer: LotId::parse(id).expect("an id"),
        scope: offers_scope(),
        target: target.clone(),
        reason: DelistReason::Unseen,
    };
    about("getgems", at_s, &format!("{id} {at_s} gone"), Cause::Absence, fact)
}

const AUCTIONS: &str = "query($asOf: Position, $filter: AuctionFilter) { auctions(asOf: $asOf, filter: $filter) { nodes {
    state hasBid price { text } bidMin { text } bidStep { text } bidder sellerReceives { text } isPastEnd outcome
    sale { price { text } buyer } gift { number } missing { field } } } }";

async fn auctions(api: &Api, variables: Value) -> Vec<Value> {
    let found = api.ask_with(AUCTIONS, variables).await;
    found["auctions"]["nodes"].as_array().expect("nodes").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auction_is_bid_up_and_won_once() {
    let api = api().await;
    let started = api
        .log(vec![
            collection("Plush Pepe", 1),
            terms("plushpepe-1", 10, None, LATER_MS),
            auction("plushpepe-1", 10, 5_000_000_000),
        ])
        .await;
    let raised = api
        .log(vec![
            terms("plushpepe-1", 20, Some((6_000_000_000, "bob")), LATER_MS),
            bid("plushpepe-1", 20, 6_000_000_000, "bob"),
        ])
        .await;
    api.log(vec![sold("plushpepe-1", 30, 6_000_000_000, "bob")]).await;
    let first = &auctions(&api, json!({ "asOf": started.to_string() })).await[0];
    assert_eq!(first["state"], "OPEN");
    assert_eq!((&first["hasBid"], &first["price"]["text"]), (&json!(false), &json!("5 TON")));
    assert_eq!(first["sellerReceives"]["text"], "4.75 TON");
    assert_eq!((&first["isPastEnd"], &first["outcome"]), (&json!(false), &Value::Null));
    let second = &auctions(&api, json!({ "asOf": raised.to_string() })).await[0];
    assert_eq!((&second["price"]["text"], &second["bidder"]), (&json!("6 TON"), &json!("bob")));
    assert_eq!(second["bidStep"]["text"], "1 TON");
    assert!(auctions(&api, json!({})).await.is_empty(), "none is open any more");
    let won = &auctions(&api, json!({ "filter": { "states": ["WON"] } })).await[0];
    assert_eq!(won["sale"], json!({ "price": { "text": "6 TON" }, "buyer": "bob" }));
    assert_eq!(won["outcome"], "Won: the lot was sold.");
    let sales = api.ask_with("{ sales { nodes { lot } } }", json!({})).await;
    assert_eq!(sales["sales"]["nodes"].as_array().map(Vec::len), Some(1), "the sale stands once");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auction_past_its_end_says_that_its_outcome_is_not_seen() {
    let api = api().await;
    api.log(vec![
        collection("Plush Pepe", 1),
        terms("plushpepe-1", 10, None, PAST_MS),
        auction("plushpepe-1", 10, 5_000_000_000),
        terms("plushpepe-2", 11, None, LATER_MS),
        auction("plushpepe-2", 11, 7_000_000_000),
    ])
    .await;
    let found = auctions(&api, json!({})).await;
    let numbers: Vec<_> = found.iter().map(|auction| auction["gift"]["number"].clone()).collect();
    assert_eq!(numbers, [json!(1), json!(2)], "the soonest end first");
    assert_eq!(found[0]["isPastEnd"], json!(true));
    assert_eq!(found[0]["outcome"], "Past its end; the outcome is not seen yet.");
    let gone = Fact::AuctionEnded { lot: lot("plushpepe-1"), scope: scope(), reason: DelistReason::Unseen };
    api.log(vec![happened("plushpepe-1", 20, gone)]).await;
    let gone = &auctions(&api, json!({ "filter": { "states": ["UNSEEN"] } })).await[0];
    assert_eq!(gone["outcome"], "Ended; no bid was seen.");
}

const OFFERS: &str = "query($asOf: Position) {
    collection(slug: \"plushpepe\", asOf: $asOf) { bestOffers { price { text } quantityLeft isExpired } }
    gift(slug: \"plushpepe\", number: 1, asOf: $asOf) {
        model { bestOffers { price { text } } } bestOffers { target price { text } } offers(first: 2) { price { text } } } }";

fn words(offers: &Value) -> Vec<String> {
    let list = offers.as_array().expect("offers");
    list.iter().map(|offer| offer["price"]["text"].as_str().expect("a price").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_best_offer_is_per_currency_and_of_those_that_stand() {
    let api = api().await;
    let usdt = |amount| Price {
        currency: domain::Currency::parse("USDT").expect("a code"),
        ..Price::nanoton(amount)
    };
    let ton = Price::nanoton;
    let mut events = vec![
        collection("Plush Pepe", 1),
        told("plushpepe-1", 5, ("Cozy", Some(15)), "Pine Green", "alice", Custody::Chain),
    ];
    events.extend(offer("a", 10, &of_collection(), ton(5_000_000_000), LATER_MS));
    events.extend(offer("b", 11, &of_collection(), ton(4_000_000_000), LATER_MS));
    events.extend(offer("lapsed", 12, &of_collection(), ton(9_000_000_000), PAST_MS));
    events.extend(offer("c", 13, &of_collection(), usdt(90_000_000), LATER_MS));
    events.extend(offer("d", 14, &of_model("Cozy"), ton(6_000_000_000), LATER_MS));
    events.extend(offer("e", 15, &of_model("Ninja"), ton(8_000_000_000), LATER_MS));
    let target = OfferTarget::Gift { gift: gift("plushpepe-1") };
    events.extend(offer("f", 16, &target, ton(5_500_000_000), LATER_MS));
    let whole = api.log(events).await;
    api.log(vec![gone("a", 20, &of_collection())]).await;
    let then = api.ask_with(OFFERS, json!({ "asOf": whole.to_string() })).await;
    assert_eq!(words(&then["collection"]["bestOffers"]), ["5 TON", "90 USDT"]);
    assert_eq!(then["collection"]["bestOffers"][0]["quantityLeft"], 3);
    let now = api.ask_with(OFFERS, json!({})).await;
    assert_eq!(words(&now["collection"]["bestOffers"]), ["4 TON", "90 USDT"]);
    assert_eq!(words(&now["gift"]["model"]["bestOffers"]), ["6 TON"]);
    assert_eq!(words(&now["gift"]["bestOffers"]), ["6 TON", "90 USDT"]);
    assert_eq!(now["gift"]["bestOffers"][0]["target"], "ATTRIBUTE");
    assert_eq!(words(&now["gift"]["offers"]), ["6 TON", "5.5 TON", "90 USDT"]);
    let listed = api
        .ask_with(
            "{ all: offers(first: 3) { nodes { price { text } } pageInfo { endCursor hasNextPage } }
               gone: offers(filter: { states: [UNSEEN] }) { nodes { offer state } }
               models: offers(filter: { targets: [ATTRIBUTE], names: [\"Cozy\"] }) { nodes { offer attribute attributeName } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        words(&listed["all"]["nodes"]),
        ["90 USDT", "9 TON", "8 TON"],
        "currencies one after the other"
    );
    assert_eq!(listed["gone"]["nodes"], json!([{ "offer": "a", "state": "UNSEEN" }]));
    assert_eq!(
        listed["models"]["nodes"],
        json!([{ "offer": "d", "attribute": "MODEL", "attributeName": "Cozy" }])
    );
    let after = listed["all"]["pageInfo"]["endCursor"].clone();
    let query = "query($after: Cursor) { offers(first: 3, after: $after) { nodes { price { text } } } }";
    let next = api.ask_with(query, json!({ "after": after })).await;
    assert_eq!(words(&next["offers"]["nodes"]), ["6 TON", "5.5 TON", "4 TON"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_gives_the_same_auctions_and_offers() {
    let api = api().await;
    let mut events = vec![
        collection("Plush Pepe", 1),
        terms("plushpepe-1", 10, Some((6_000_000_000, "bob")), LATER_MS),
        auction("plushpepe-1", 10, 6_000_000_000),
        terms("plushpepe-2", 11, None, LATER_MS),
        auction("plushpepe-2", 11, 7_000_000_000),
        sold("plushpepe-2", 12, 7_000_000_000, "carol"),
    ];
    events.extend(offer("a", 13, &of_collection(), Price::nanoton(5), LATER_MS));
    events.push(gone("a", 14, &of_collection()));
    api.log(events).await;
    let tables = async || {
        let mut rows = Vec::new();
        for table in ["auctions", "offers", "offer_lots", "lots"] {
            let query = format!("select to_jsonb(t) from market.{table} t order by to_jsonb(t)::text");
            let found: Vec<Value> =
                sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_all(&api.pool).await.expect("rows");
            rows.push(found);
        }
        rows
    };
    let (before, hash) = (tables().await, store::state::hash(&api.pool).await.expect("a hash"));
    assert!(before.iter().all(|rows| !rows.is_empty()), "{before:?}");
    store::state::rebuild(&api.pool, pricing::FeeTable::bundled(), |_, _| {}).await.expect("a rebuild");
    assert_eq!(tables().await, before);
    assert_eq!(store::state::hash(&api.pool).await.expect("a hash"), hash);
}
