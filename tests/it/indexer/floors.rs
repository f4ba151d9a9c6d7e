//! The floors follow the log and equal the rule over the open listings, now and as of any position.

use std::collections::BTreeMap;

use domain::{CollectionSlug, Currency, MarketId};
use pricing::{FloorKey, OpenListing, floors};

use super::{Stage, pace, until};

type Floors = BTreeMap<(String, String, String), (i64, i64)>;

async fn ruled(stage: &Stage, position: i64) -> Floors {
    let rows: Vec<(String, String, Option<String>, Option<String>, Option<String>, i64, i64, i64)> = sqlx::query_as(
        "select slug, market, model, symbol, backdrop, price_amount, all_in_amount, ask_position from market.listings
         where from_position <= $1 and (to_position is null or to_position > $1)",
    )
    .bind(position)
    .fetch_all(stage.pool())
    .await
    .expect("the listings");
    let open: Vec<OpenListing> = rows
        .into_iter()
        .map(|(slug, market, model, symbol, backdrop, amount, all_in_amount, position)| OpenListing {
            slug: CollectionSlug::from_title(&slug).unwrap(),
            model,
            symbol,
            backdrop,
            market: MarketId::parse(&market).unwrap(),
            currency: Currency::ton(),
            amount,
            all_in_amount,
            all_in_at_least: false,
            position,
        })
        .collect();
    floors(&open)
        .into_iter()
        .map(|(FloorKey { slug, kind, name, market, .. }, floor)| {
            let market = market.map(|market| market.as_str().to_owned()).unwrap_or_default();
            (
                (slug.as_str().to_owned(), format!("{}{name}", kind.as_str()), market),
                (floor.amount, floor.position),
            )
        })
        .collect()
}

async fn stored(stage: &Stage, position: i64) -> Floors {
    let rows: Vec<(String, String, String, String, i64, i64)> = sqlx::query_as(
        "select slug, kind, name, market, amount, listing_position from market.floors
         where from_position <= $1 and (to_position is null or to_position > $1)",
    )
    .bind(position)
    .fetch_all(stage.pool())
    .await
    .expect("the floors");
    rows.into_iter()
        .map(|(slug, kind, name, market, amount, position)| {
            ((slug, format!("{kind}{name}"), market), (amount, position))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn floors_are_the_lowest_open_listings_at_every_position() {
    let stage = Stage::new().await;
    let (getgems, mrkt) = (stage.market("getgems"), stage.market("mrkt"));
    for number in 1..=9 {
        getgems.set("Plush Pepe", number, Some(100 - i64::from(number)), false);
        mrkt.set("Plush Pepe", number, Some(90 + i64::from(number)), false);
    }
    let mut running = stage.start(&[&getgems, &mrkt], pace());
    running.filled().await;
    for number in (1..=9).rev() {
        getgems.set("Plush Pepe", number, None, true);
        mrkt.set("Plush Pepe", number, Some(200 - i64::from(number)), true);
    }
    getgems.set("Toy Bear", 4, Some(7), true);
    until("the feed is in", async || {
        stage.listings("getgems").await == getgems.truth() && stage.listings("mrkt").await == mrkt.truth()
    })
    .await;
    running.end().await;
    indexer::project::catch_up(stage.pool()).await.unwrap();
    let head = stage.head().await;
    assert_eq!(store::read::floors_position(stage.pool()).await.unwrap(), Some(head));
    for position in 1..=head {
        assert_eq!(stored(&stage, position).await, ruled(&stage, position).await, "at position {position}");
    }
    let listings: i64 = sqlx::query_scalar(
        "select listings from market.floors where to_position is null and slug = 'plushpepe' and market = ''",
    )
    .fetch_one(stage.pool())
    .await
    .unwrap();
    assert_eq!(listings, 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn floors_made_again_are_the_same() {
    let stage = Stage::new().await;
    let market = stage.market("getgems");
    for number in 1..=9 {
        market.set("Plush Pepe", number, Some(100 - i64::from(number)), true);
    }
    market.set("Plush Pepe", 9, None, true);
    let mut running = stage.start(&[&market], pace());
    running.filled().await;
    running.end().await;
    indexer::project::catch_up(stage.pool()).await.unwrap();
    let rows = "select to_jsonb(f)::text from market.floors f order by 1";
    let before: Vec<String> = sqlx::query_scalar(rows).fetch_all(stage.pool()).await.unwrap();
    assert!(!before.is_empty());
    let fees = pricing::FeeTable::bundled();
    store::state::rebuild(stage.pool(), fees, |_, _| {}).await.unwrap();
    indexer::project::catch_up(stage.pool()).await.unwrap();
    let after: Vec<String> = sqlx::query_scalar(rows).fetch_all(stage.pool()).await.unwrap();
    assert_eq!(after, before);
}
