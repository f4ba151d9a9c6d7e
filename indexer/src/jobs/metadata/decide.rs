//! From a gift's metadata and what was known to the event that is new. Pure.

use domain::{
    Cause, Event, EvidenceRef, Exchange, Fact, Finality, GiftId, Lot, LotId, OrderKey, ports::MetadataPage,
    sighting::ScopeId,
};

/// Where all metadata stands: no scan shows it, and none can prove it gone.
const SCOPE: &str = "metadata";

/// The id under which a source of metadata holds a gift: the gift's name.
pub(super) fn lot(gift: &GiftId) -> LotId {
    LotId::parse(&gift.to_string()).expect("a gift's name is short and printable")
}

/// The fact that metadata states.
#[must_use]
pub fn fact(page: &MetadataPage) -> Fact {
    Fact::MetadataSeen { lot: lot(&page.gift), scope: ScopeId(SCOPE.into()), details: page.details.clone() }
}

/// The event of an answer, unless a later look is known. An answer tells no time, so it holds from the start of its request on the database's
/// clock. One that says what is known is an event too: left out, an older answer that says otherwise and comes later would hold. It is rare, for
/// nobody asks about a gift whose attributes are known.
#[must_use]
pub fn decide(exchange: &Exchange, page: &MetadataPage, held: Option<&Lot>) -> Option<Event> {
    let fact = fact(page);
    let key = OrderKey::scan(exchange.started_at_us, 0, exchange.started_at_us, fact.tie());
    let held = held.and_then(|held| held.details.as_ref());
    if held.is_some_and(|held| held.key >= key) {
        return None;
    }
    Some(Event {
        market: exchange.market.clone(),
        gift: Some(page.gift.clone()),
        key,
        observed_at_us: exchange.received_at_us,
        finality: Finality::Confirmed,
        cause: Cause::Metadata,
        evidence: Some(EvidenceRef { hash: exchange.evidence_hash(), path: page.path.clone() }),
        origin: exchange.origin,
        corrects: None,
        source_id: None,
        fact,
    })
}

#[cfg(test)]
mod tests {
    use domain::{Attribute, AttributeKind, LotDetails, MarketId, Origin, RequestRecord};

    use super::*;

    fn exchange(started_at_us: i64) -> Exchange {
        Exchange {
            market: MarketId::parse("nftfragment").unwrap(),
            request: RequestRecord {
                method: "GET".into(),
                target: "/gift/plushpepe-1.json".into(),
                body: None,
            },
            status: 200,
            body: b"{}".to_vec(),
            started_at_us,
            received_at_us: started_at_us + 7,
            origin: Origin::Fetched,
        }
    }

    fn page(model: &str) -> MetadataPage {
        let model = Attribute { kind: AttributeKind::Model, name: model.into(), rarity: None };
        MetadataPage {
            gift: GiftId::parse("plushpepe-1").unwrap(),
            path: String::new(),
            details: LotDetails { attributes: vec![model], ..LotDetails::default() },
            unknown_fields: Vec::new(),
        }
    }

    /// Whatever order the same answers come in, and however often, the last one holds.
    #[test]
    fn the_latest_answer_holds_in_any_order() {
        let answers = [(10, "Rave"), (20, "Noir"), (30, "Rave")];
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1], [2, 0, 1], [1, 0, 2]] {
            let mut held = Lot::default();
            for at in order.into_iter().chain([order[0]]) {
                let (at_us, model) = answers[at];
                let page = page(model);
                if let Some(event) = decide(&exchange(at_us), &page, Some(&held)) {
                    held.apply(1, &event);
                }
            }
            assert_eq!(held.details.unwrap().value, page("Rave").details, "{order:?}");
        }
    }

    #[test]
    fn the_same_answer_is_logged_once() {
        let page = page("Rave");
        let event = decide(&exchange(10), &page, None).unwrap();
        assert_eq!((event.observed_at_us, event.cause), (17, Cause::Metadata));
        let mut held = Lot::default();
        held.apply(1, &event);
        assert_eq!(decide(&exchange(10), &page, Some(&held)), None);
    }
}
