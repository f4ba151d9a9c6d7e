//! Times that have not come yet. A market's own time orders what it tells, so one from the far future would hold its lot until that time
//! comes, whatever is seen in between.

use domain::{Exchange, Malformed, Page, Seen};

/// How much later than its answer a happening may be, in microseconds: an hour, which is as far apart as clocks may be configured to be
/// (`RIBBON_MARKET_SKEW_MS`). The same everywhere, so that evidence alone tells whether a page was refused for it.
pub const AHEAD_US_MAX: i64 = 3_600_000_000;

/// Checks a page that was read. The reader knows no clock, so that it reads the same evidence alike for ever; this is asked before
/// a page is decided.
///
/// # Errors
/// [`Malformed`] at the first happening that is later than the answer by more than [`AHEAD_US_MAX`].
pub fn check_times(exchange: &Exchange, page: &Page) -> Result<(), Malformed> {
    let latest_us = exchange.received_at_us.saturating_add(AHEAD_US_MAX);
    for sighting in &page.sightings {
        if let Seen::Happened { at_us, .. } = &sighting.seen
            && *at_us > latest_us
        {
            return Err(Malformed {
                market: exchange.market.clone(),
                path: sighting.path.clone(),
                expected: "a time at most an hour ahead".into(),
                found: format!("{at_us} microseconds since 1970"),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::{GiftId, Happening, LotId, MarketId, Origin, RequestRecord, ScopeId, Sighting};

    use super::*;

    fn page_at(at_us: i64) -> Page {
        let seen = Seen::Happened {
            source_id: "1".into(),
            at_us,
            lot: LotId::parse("lot").unwrap(),
            scope: ScopeId("all:plushpepe".into()),
            gift: GiftId::parse("Plush Pepe #1").unwrap(),
            what: Happening::Delisted,
            details: None,
        };
        Page { sightings: vec![Sighting { path: "/items/0".into(), seen }], ..Page::default() }
    }

    #[test]
    fn a_time_that_has_not_come_is_refused_at_its_place() {
        let exchange = Exchange {
            market: MarketId::parse("getgems").unwrap(),
            request: RequestRecord { method: "GET".into(), target: "/".into(), body: None },
            status: 200,
            body: Vec::new(),
            started_at_us: 4,
            received_at_us: 5,
            origin: Origin::Fetched,
        };
        for at_us in [i64::MIN, 0, 5, 5 + AHEAD_US_MAX] {
            assert_eq!(check_times(&exchange, &page_at(at_us)), Ok(()), "{at_us}");
        }
        for at_us in [6 + AHEAD_US_MAX, i64::MAX] {
            let fault = check_times(&exchange, &page_at(at_us)).unwrap_err();
            assert_eq!(fault.path, "/items/0");
            assert_eq!(fault.found, format!("{at_us} microseconds since 1970"));
        }
    }
}
