use proptest::prelude::*;

use super::*;
use crate::{
    event::{Cause, Event, Finality},
    exchange::Origin,
    gift::GiftId,
    sighting::{LotDetails, ScopeId},
};

fn event(position: i64, market: &str, at_s: i64, fact: Fact) -> LoggedEvent {
    LoggedEvent {
        position,
        event: Event {
            market: MarketId::parse(market).unwrap(),
            gift: Some(GiftId::parse("plushpepe-1").unwrap()),
            key: OrderKey::market(at_s * 1_000_000, fact.tie()),
            observed_at_us: at_s * 1_000_000,
            finality: Finality::Confirmed,
            cause: Cause::Feed,
            evidence: None,
            origin: Origin::Fetched,
            corrects: None,
            source_id: None,
            fact,
        },
    }
}

fn lot(market: &str) -> LotId {
    LotId::parse(if market == "fragment" { "plushpepe-1" } else { "EQitem" }).unwrap()
}

fn scope() -> ScopeId {
    ScopeId("all".into())
}

fn listed(position: i64, market: &str, at_s: i64, amount: i64) -> LoggedEvent {
    let fact = Fact::Listed { lot: lot(market), scope: scope(), price: Price::nanoton(amount) };
    event(position, market, at_s, fact)
}

fn seen(position: i64, market: &str, at_s: i64, custody: Custody, of_market: Option<&str>) -> LoggedEvent {
    let details = LotDetails {
        custody: Some(custody),
        of_market: of_market.map(|id| MarketId::parse(id).unwrap()),
        ..LotDetails::default()
    };
    event(position, market, at_s, Fact::MetadataSeen { lot: lot(market), scope: scope(), details })
}

fn sold(position: i64, market: &str, at_s: i64, amount: i64, transaction: Option<&str>) -> LoggedEvent {
    let fact = Fact::Sold {
        lot: lot(market),
        scope: scope(),
        price: Price::nanoton(amount),
        seller: None,
        buyer: None,
        transaction: transaction.map(str::to_owned),
        of_market: None,
    };
    event(position, market, at_s, fact)
}

fn exported(position: i64, market: &str, at_s: i64) -> LoggedEvent {
    event(position, market, at_s, Fact::Exported { address: Some("EQitem".into()) })
}

fn lines(events: &[LoggedEvent]) -> Vec<String> {
    provenance(events)
        .into_iter()
        .map(|step| {
            let inferred = if step.is_inferred { ", inferred" } else { "" };
            let beside: Vec<String> = step
                .witnesses
                .iter()
                .map(|one| format!("{}{}", one.source, if one.disagrees { "!" } else { "" }))
                .collect();
            let (at, market) = (step.at_us / 1_000_000, &step.market);
            format!("{at} {:?} {market} by {}{inferred} [{}]", step.kind, step.source, beside.join(" "))
        })
        .collect()
}

/// A gift leaves MRKT, is exported, listed and sold through the item contract, and comes to Portals.
fn life() -> Vec<LoggedEvent> {
    vec![
        seen(1, "mrkt", 10, Custody::Market, None),
        exported(2, "getgems", 20),
        exported(3, "tonapi", 21),
        seen(4, "getgems", 30, Custody::Chain, Some("fragment")),
        listed(5, "getgems", 31, 70),
        listed(6, "fragment", 32, 70),
        listed(7, "getgems", 33, 99),
        sold(8, "getgems", 40, 70, Some("aa")),
        sold(9, "fragment", 41, 70, None),
        seen(10, "portals", 50, Custody::Market, None),
    ]
}

#[test]
fn a_life_is_told_once() {
    assert_eq!(
        lines(&life()),
        [
            "10 FirstTold mrkt by mrkt []",
            "20 Exported getgems by getgems [tonapi]",
            "31 Listed fragment by getgems [fragment]",
            "33 Repriced fragment by getgems []",
            "41 Sold fragment by fragment [getgems]",
            "50 Returned portals by portals, inferred []",
        ]
    );
}

#[test]
fn an_inference_names_the_two_words_it_follows_from() {
    let steps = provenance(&life());
    let back = steps.iter().find(|step| step.kind == StepKind::Returned).unwrap();
    assert_eq!((back.before, back.position, back.custody), (Some(8), 10, Some(Custody::Market)));
    let shown = [seen(1, "mrkt", 1, Custody::Market, None), seen(2, "getgems", 2, Custody::Chain, None)];
    assert_eq!(lines(&shown)[1], "2 Exported getgems by getgems, inferred []");
}

#[test]
fn a_lesser_witness_moves_no_price_and_ends_no_listing() {
    let events = [
        seen(1, "getgems", 1, Custody::Chain, Some("fragment")),
        listed(2, "fragment", 2, 70),
        listed(3, "getgems", 3, 99),
        event(
            4,
            "getgems",
            4,
            Fact::Delisted { lot: lot("getgems"), scope: scope(), reason: DelistReason::Unseen },
        ),
        event(
            5,
            "fragment",
            5,
            Fact::Delisted { lot: lot("fragment"), scope: scope(), reason: DelistReason::Unseen },
        ),
    ];
    assert_eq!(
        lines(&events)[1..],
        ["2 Listed fragment by fragment [getgems! getgems!]", "5 Delisted fragment by fragment, inferred []"]
    );
}

proptest! {
    #[test]
    fn any_order_gives_the_same_life(events in Just(life()).prop_shuffle()) {
        prop_assert_eq!(lines(&events), lines(&life()));
    }
}
