//! Short ways to say facts in tests.

use domain::{
    Attribute, AttributeKind, Cause, Custody, DelistReason, Event, Fact, Finality, GiftId, LotDetails, LotId,
    MarketId, OrderKey, Origin, Price, Rarity, ScopeId,
};

/// GetGems.
pub(crate) fn getgems() -> MarketId {
    MarketId::parse("getgems").expect("a market id")
}

/// The gift by its text.
pub(crate) fn gift(text: &str) -> GiftId {
    GiftId::parse(text).expect("a gift")
}

/// The lot id of a gift on the test market.
pub(crate) fn lot(text: &str) -> LotId {
    LotId::parse(&format!("lot-{text}")).expect("a lot id")
}

/// The one scope of the test market.
pub(crate) fn scope() -> ScopeId {
    ScopeId("offchain:test".into())
}

/// An event of the market's feed at a second, with its own id.
pub(crate) fn happened(of: &str, at_s: i64, fact: Fact) -> Event {
    let source_id = format!("{of} {at_s} {}", fact.kind().as_str());
    Event {
        market: getgems(),
        gift: Some(gift(of)),
        key: OrderKey::market(at_s * 1_000_000, 0),
        observed_at_us: at_s * 1_000_000 + 500,
        finality: Finality::Confirmed,
        cause: Cause::Feed,
        evidence: None,
        origin: Origin::Fetched,
        corrects: None,
        source_id: Some(source_id),
        fact,
    }
}

/// Offered at so many nanoton.
pub(crate) fn listed(of: &str, at_s: i64, nanoton: i64) -> Event {
    happened(of, at_s, Fact::Listed { lot: lot(of), scope: scope(), price: Price::nanoton(nanoton) })
}

/// Offered at another price.
pub(crate) fn repriced(of: &str, at_s: i64, nanoton: i64) -> Event {
    happened(
        of,
        at_s,
        Fact::Repriced { lot: lot(of), scope: scope(), price: Price::nanoton(nanoton), before: None },
    )
}

/// Taken back.
pub(crate) fn delisted(of: &str, at_s: i64) -> Event {
    happened(of, at_s, Fact::Delisted { lot: lot(of), scope: scope(), reason: DelistReason::Cancelled })
}

/// Sold.
pub(crate) fn sold(of: &str, at_s: i64, nanoton: i64, buyer: &str) -> Event {
    let fact = Fact::Sold {
        lot: lot(of),
        scope: scope(),
        price: Price::nanoton(nanoton),
        seller: None,
        buyer: Some(buyer.into()),
        transaction: None,
        of_market: None,
    };
    happened(of, at_s, fact)
}

/// What a page said of a gift.
pub(crate) fn described(of: &str, at_s: i64, model: &str, owner: &str) -> Event {
    let attribute = |kind, name: &str, per_mille| Attribute {
        kind,
        name: name.into(),
        rarity: Some(Rarity::PerMille(per_mille)),
    };
    let details = LotDetails {
        attributes: vec![
            attribute(AttributeKind::Model, model, 15),
            attribute(AttributeKind::Symbol, "Leaf", 4),
            attribute(AttributeKind::Backdrop, "Pine Green", 10),
        ],
        custody: Some(Custody::Market),
        owner: Some(owner.into()),
        ..LotDetails::default()
    };
    happened(of, at_s, Fact::MetadataSeen { lot: lot(of), scope: scope(), details })
}
