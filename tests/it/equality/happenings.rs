//! What happened: every entry of a market's history is one event of the log, told as the wire tells it.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Fact, Price, event::DelistReason};
use sandbox::{
    Truth,
    truth::{TruthHappening, TruthWhat},
};

use store::witness::SaleTelling;

use crate::world::World;

/// A happening in the words of both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    gift: String,
    at_us: i64,
    /// The lot; `None` for what is about the gift alone.
    lot: Option<String>,
    price: Option<Price>,
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Listed,
    Repriced,
    Cancelled,
    AuctionCancelled,
    Sold { seller: Option<String>, buyer: Option<String>, transaction: Option<String> },
    Transferred { from: Option<String>, to: Option<String> },
    Exported { address: Option<String> },
}

pub(super) async fn compare(world: &World, truth: &Truth, what: &str) {
    let rows: Vec<(String, String, i64, i64, String)> = sqlx::query_as(
        "select source_id, slug, number, key_at_us, fact from market.events
         where market = $1 and source_id is not null and number is not null and cause <> 'inference'",
    )
    .bind(&truth.market)
    .fetch_all(world.pool())
    .await
    .expect("the events");
    let mut held = BTreeMap::new();
    for (source_id, slug, number, at_us, fact) in rows {
        let fact: Fact = serde_json::from_str(&fact).expect("a fact");
        let told = of_fact(format!("{slug}-{number}"), at_us, fact)
            .unwrap_or_else(|| panic!("{what}: {source_id} is no happening"));
        // The market's own id is what stands last; before it, what makes the id one of the log.
        let id = source_id.rsplit(':').next().expect("at least one part").to_owned();
        assert!(held.insert(id, told).is_none(), "{what}: {source_id} stands twice");
    }
    let mut missing = Vec::new();
    for happening in &truth.happenings {
        let found = held.remove(&happening.source_id);
        match (of_truth(happening), found) {
            (Some(told), Some(held)) => assert_eq!(held, told, "{what}: {}", happening.source_id),
            (Some(told), None) if !happening.withheld => missing.push(told),
            (None, Some(held)) => panic!("{what}: logged although it is not followed: {held:?}"),
            (_, None) => {}
        }
    }
    assert!(missing.is_empty(), "{what}: of {} happenings missing {missing:?}", truth.happenings.len());
    assert!(held.is_empty(), "{what}: happenings that nobody told: {held:?}");
}

/// A happening of the wire; `None` for what is not followed.
fn of_truth(happening: &TruthHappening) -> Option<Told> {
    let (price, what) = match happening.what.clone() {
        TruthWhat::Listed { price } => (Some(price), What::Listed),
        TruthWhat::Repriced { price } => (Some(price), What::Repriced),
        TruthWhat::Cancelled => (None, What::Cancelled),
        TruthWhat::Sold { price, seller, buyer, transaction } => {
            (Some(price), What::Sold { seller, buyer, transaction })
        }
        TruthWhat::Transferred { from, to } => (None, What::Transferred { from, to }),
        TruthWhat::Exported => (None, What::Exported { address: Some(happening.lot.to_string()) }),
        TruthWhat::AuctionCancelled => (None, What::AuctionCancelled),
        // The wire tells no terms of it; the pages of what is for sale do.
        TruthWhat::AuctionStarted => return None,
    };
    let is_of_the_gift = matches!(what, What::Transferred { .. } | What::Exported { .. });
    Some(Told {
        gift: happening.gift.to_string(),
        at_us: happening.at_us,
        lot: (!is_of_the_gift).then(|| happening.lot.to_string()),
        price,
        what,
    })
}

/// A happening of the log; `None` for a fact that is none.
fn of_fact(gift: String, at_us: i64, fact: Fact) -> Option<Told> {
    let lot = fact.lot().map(|(lot, _)| lot.to_string());
    let price = fact.price().cloned();
    let what = match fact {
        Fact::Listed { .. } => What::Listed,
        Fact::Repriced { .. } => What::Repriced,
        Fact::Delisted { reason: DelistReason::Cancelled, .. } => What::Cancelled,
        Fact::AuctionEnded { reason: DelistReason::Cancelled, .. } => What::AuctionCancelled,
        Fact::Sold { seller, buyer, transaction, .. } => What::Sold { seller, buyer, transaction },
        Fact::GiftTransferred { from, to } => What::Transferred { from, to },
        Fact::Exported { address } => What::Exported { address },
        _ => return None,
    };
    Some(Told { gift, at_us, lot, price, what })
}

/// A sale as its own table holds it: lot, time, price, seller, buyer, transaction.
pub(super) type Sale = (String, i64, i64, Option<String>, Option<String>, Option<String>);
type SaleRow = (String, i64, i64, Option<String>, Option<String>, Option<String>, Option<String>, String);

/// What a source told of sales, by the tables of sales: as the word that leads or beside another.
pub(super) async fn told_sales(world: &World, source: &str) -> Vec<Sale> {
    let rows: Vec<(Sale, Option<String>, String)> = sqlx::query_as::<_, SaleRow>(
        "select lot, sold_at_us, price_amount, seller, buyer, ton_transaction, tellings, coalesce(source, market)
         from market.sales where to_position is null",
    )
    .fetch_all(world.pool())
    .await
    .expect("the sales")
    .into_iter()
    .map(|(a, b, c, d, e, f, tellings, source)| ((a, b, c, d, e, f), tellings, source))
    .collect();
    let mut told = Vec::new();
    for (sale, tellings, leads) in rows {
        let beside = SaleTelling::list(tellings.as_deref()).expect("tellings");
        if beside.is_empty() && leads == source {
            told.push(sale);
        }
        for SaleTelling { telling, .. } in
            beside.into_iter().filter(|one| one.telling.source.as_str() == source)
        {
            let domain::same_sale::Telling { lot, sold_at_us, price, seller, buyer, transaction, .. } =
                telling;
            told.push((lot.to_string(), sold_at_us, price.amount, seller, buyer, transaction));
        }
    }
    told
}

/// The sales are those of the history, each once.
pub(super) async fn compare_sales(world: &World, truth: &Truth, what: &str) {
    let rows = told_sales(world, &truth.market).await;
    let count = rows.len();
    let held: BTreeSet<Sale> = rows.into_iter().collect();
    assert_eq!(count, held.len(), "{what}: a sale stands twice");
    let mut told = BTreeSet::new();
    let mut withheld = BTreeSet::new();
    for happening in &truth.happenings {
        let TruthWhat::Sold { price, seller, buyer, transaction } = happening.what.clone() else { continue };
        let sale = (happening.lot.to_string(), happening.at_us, price.amount, seller, buyer, transaction);
        if happening.withheld {
            withheld.insert(sale)
        } else {
            told.insert(sale)
        };
    }
    // A sale on chain is one row by its transaction, whoever told of it first.
    let elsewhere: BTreeSet<String> = sqlx::query_scalar(
        "select ton_transaction from market.sales where market <> $1 and ton_transaction is not null",
    )
    .bind(&truth.market)
    .fetch_all(world.pool())
    .await
    .expect("the sales")
    .into_iter()
    .collect();
    let is_elsewhere =
        |sale: &Sale| sale.5.as_ref().is_some_and(|transaction| elsewhere.contains(transaction));
    let missing: Vec<_> = told.difference(&held).filter(|sale| !is_elsewhere(sale)).collect();
    let invented: Vec<_> =
        held.iter().filter(|sale| !told.contains(*sale) && !withheld.contains(*sale)).collect();
    assert!(invented.is_empty(), "{what}: sales that nobody told: {invented:?}");
    assert!(
        missing.is_empty(),
        "{what}: of {} sales, {} are missing: {missing:?}",
        told.len(),
        missing.len()
    );
}
