//! From an answer and what was logged to the events that are new. Pure.

use std::collections::HashMap;

use domain::{
    Cause, Currency, Event, EvidenceRef, Exchange, Fact, Finality, OrderKey,
    ports::{RatePage, RateSeen},
};

/// What was logged last of a pair of currencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Millionths of one whole coin of the quote.
    pub rate_micros: i64,
    /// When it was observed; microseconds since 1970.
    pub at_us: i64,
}

impl Told {
    /// What an event tells, by its pair; `None` when it is about no rate.
    #[must_use]
    pub fn by(event: &Event) -> Option<((Currency, Currency), Self)> {
        let Fact::RateObserved { base, rate_micros, quote } = &event.fact else { return None };
        let told = Self { rate_micros: *rate_micros, at_us: event.key.at_us };
        Some(((base.clone(), quote.clone()), told))
    }
}

/// The events of an answer: of each rate that is not the logged one, or whose logged telling is `restate_us` old.
#[must_use]
pub fn decide(
    exchange: &Exchange,
    page: &RatePage,
    known: &HashMap<(Currency, Currency), Told>,
    restate_us: i64,
) -> Vec<Event> {
    let is_new = |rate: &&RateSeen| {
        known.get(&(rate.base.clone(), rate.quote.clone())).is_none_or(|told| {
            told.rate_micros != rate.rate_micros || exchange.started_at_us - told.at_us >= restate_us
        })
    };
    page.rates.iter().filter(is_new).map(|rate| event(exchange, rate)).collect()
}

/// The event of a rate. An answer tells no time, so it holds from the start of its request on the database's clock.
#[must_use]
pub fn event(exchange: &Exchange, rate: &RateSeen) -> Event {
    let RateSeen { path, base, rate_micros, quote } = rate;
    let fact = Fact::RateObserved { base: base.clone(), rate_micros: *rate_micros, quote: quote.clone() };
    Event {
        market: exchange.market.clone(),
        gift: None,
        key: OrderKey::scan(exchange.started_at_us, 0, exchange.started_at_us, fact.tie()),
        observed_at_us: exchange.received_at_us,
        finality: Finality::Confirmed,
        cause: Cause::Feed,
        evidence: Some(EvidenceRef { hash: exchange.evidence_hash(), path: path.clone() }),
        origin: exchange.origin,
        corrects: None,
        source_id: None,
        fact,
    }
}

#[cfg(test)]
mod tests {
    use domain::{MarketId, Origin, RequestRecord};

    use super::*;

    const MINUTE_US: i64 = 60_000_000;

    fn exchange(started_at_us: i64) -> Exchange {
        Exchange {
            market: MarketId::parse("rates").unwrap(),
            request: RequestRecord { method: "GET".into(), target: "/rates".into(), body: None },
            status: 200,
            body: b"{}".to_vec(),
            started_at_us,
            received_at_us: started_at_us + 7,
            origin: Origin::Fetched,
        }
    }

    fn page(rate_micros: i64) -> RatePage {
        let rate = RateSeen { path: "/p".into(), base: Currency::ton(), rate_micros, quote: Currency::usd() };
        RatePage { rates: vec![rate], unknown_fields: Vec::new() }
    }

    #[test]
    fn only_what_is_new_or_old_is_logged() {
        let told = |rate_micros, at_us| {
            HashMap::from([((Currency::ton(), Currency::usd()), Told { rate_micros, at_us })])
        };
        for (known, rate_micros, at_us, is_logged) in [
            (HashMap::new(), 1_540_000, 0, true),
            (told(1_540_000, 0), 1_540_000, MINUTE_US, false),
            (told(1_540_000, 0), 1_540_001, 1, true),
            (told(1_540_000, 0), 1_540_000, 10 * MINUTE_US - 1, false),
            (told(1_540_000, 0), 1_540_000, 10 * MINUTE_US, true),
        ] {
            let events = decide(&exchange(at_us), &page(rate_micros), &known, 10 * MINUTE_US);
            assert_eq!(!events.is_empty(), is_logged, "{known:?} {rate_micros} {at_us}");
        }
    }

    #[test]
    fn an_event_says_where_it_was_seen() {
        let exchange = exchange(5);
        let event = event(&exchange, &page(3).rates[0]);
        assert_eq!((event.key.at_us, event.observed_at_us), (5, 12));
        let told = Told::by(&event).unwrap();
        assert_eq!(told, ((Currency::ton(), Currency::usd()), Told { rate_micros: 3, at_us: 5 }));
        let evidence = event.evidence.unwrap();
        assert_eq!((evidence.hash, evidence.path.as_str()), (exchange.evidence_hash(), "/p"));
    }
}
