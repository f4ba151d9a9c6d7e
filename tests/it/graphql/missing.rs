//! A field that is null says why.

use domain::{AttributeKind, Cause, Custody, Event, Fact, Rarity};
use serde_json::{Value, json};

use super::{
    api::{api, texts},
    scene::{about, collection, offered, on, price, told},
};
use crate::facts::{gift, happened, lot, scope, sold};

/// What the collection's list tells of a model.
fn listed_model(name: &str, rarity: Rarity) -> Event {
    let fact = Fact::AttributeSeen {
        slug: gift("plushpepe-1").slug,
        attribute: AttributeKind::Model,
        name: name.into(),
        rarity,
    };
    about("mrkt", 2, &format!("{name} {rarity:?}"), Cause::Catalog, fact)
}

/// The reason that stands for a field.
fn reason<'a>(missing: &'a Value, field: &str) -> &'a str {
    let all = missing.as_array().expect("a list");
    let found = all.iter().find(|one| one["field"] == field).unwrap_or_else(|| panic!("{field}: {missing}"));
    found["reason"].as_str().expect("a reason")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rarity_is_shown_only_where_it_is_this_gifts() {
    let api = api().await;
    let model = |of: &str, name, rarity| told(of, 10, (name, rarity), "Pine Green", "alice", Custody::Market);
    api.log(vec![
        collection("Plush Pepe", 1),
        listed_model("Cozy", Rarity::PerMille(15)),
        listed_model("Twins", Rarity::PerMille(5)),
        listed_model("Twins", Rarity::PerMille(30)),
        listed_model("Crafted", Rarity::PerMille(7)),
        listed_model("Crafted", Rarity::Legendary),
        model("plushpepe-1", "Cozy", None),
        model("plushpepe-2", "Twins", None),
        model("plushpepe-3", "Twins", Some(30)),
        model("plushpepe-4", "Crafted", None),
        model("plushpepe-5", "Unlisted", None),
    ])
    .await;
    let query = "query($n: Int!) { gift(slug: \"plushpepe\", number: $n) {
        model { rarityPerMille rarityTier } missing { field reason } } }";
    let field = "model.rarityPerMille";
    for (number, rarity, why) in [
        (1, json!(15), None),
        (2, Value::Null, Some("several rarities of this name")),
        (3, json!(30), None),
        (4, Value::Null, Some("several rarities of this name")),
        (5, Value::Null, Some("has told it")),
    ] {
        let found = api.ask_with(query, json!({ "n": number })).await["gift"].clone();
        assert_eq!(found["model"], json!({"rarityPerMille": rarity, "rarityTier": null}), "{number}");
        match why {
            Some(why) => assert!(reason(&found["missing"], field).contains(why), "{number}: {found}"),
            None => assert!(!texts(&found["missing"], "/field").contains(&field.to_owned()), "{found}"),
        }
    }
    // Before the list told a second rarity there was no doubt.
    let early = "{ gifts(asOf: 7) { totalCount } gift(slug: \"plushpepe\", number: 2) { id } }";
    assert_eq!(api.ask(early).await["gifts"]["totalCount"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_null_of_a_sale_a_listing_and_a_collection_has_its_reason() {
    let api = api().await;
    let told_in_full = Fact::Sold {
        lot: lot("plushpepe-2"),
        scope: scope(),
        price: price(7, "TON"),
        seller: Some("bob".into()),
        buyer: Some("dave".into()),
        transaction: Some("ab".repeat(32)),
        of_market: None,
    };
    api.log(vec![
        collection("Plush Pepe", 1),
        offered("plushpepe-1", 2, price(5, "TON")),
        on("mrkt", sold("plushpepe-1", 3, 5, "x")),
        happened("plushpepe-2", 4, told_in_full),
    ])
    .await;
    let data = api
        .ask(
            "{ sales { nodes { seller buyer transaction missing { field reason } } }
               listings { nodes { imageUrl missing { field reason } } }
               collections { nodes { address imageUrl missing { field reason } } } }",
        )
        .await;
    let sales = &data["sales"]["nodes"];
    assert_eq!((&sales[0]["seller"], &sales[0]["missing"]), (&json!("bob"), &json!([])));
    assert_eq!(texts(&sales[1]["missing"], "/field"), ["seller", "transaction"]);
    assert_eq!(reason(&sales[1]["missing"], "seller"), "MRKT has not told who sold");
    assert!(reason(&sales[1]["missing"], "transaction").contains("inside a market"));
    assert_eq!(
        reason(&data["listings"]["nodes"][0]["missing"], "imageUrl"),
        "no source that spoke of the gift has told one"
    );
    let collection = &data["collections"]["nodes"][0];
    assert_eq!(texts(&collection["missing"], "/field"), ["imageUrl"], "its address is told");
}
