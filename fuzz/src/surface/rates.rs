//! The answer of a source of currency rates.

use adapters::rates::RATES;
use domain::Exchange;

pub(super) fn corpus() -> Vec<Vec<u8>> {
    RATES.iter().flat_map(|source| source.fixtures).map(|fixture| fixture.body.to_vec()).collect()
}

/// A rate that is read is above zero, and no pair is told twice.
pub(super) fn run(bytes: &[u8]) {
    for source in RATES {
        for fixture in source.fixtures {
            let Ok(page) = (source.read)(&Exchange { body: bytes.to_vec(), ..fixture.exchange() }) else {
                continue;
            };
            assert!(page.rates.iter().all(|rate| rate.rate_micros > 0), "{:?}", page.rates);
            for (index, rate) in page.rates.iter().enumerate() {
                let is_again = page.rates[..index]
                    .iter()
                    .any(|other| (&other.base, &other.quote) == (&rate.base, &rate.quote));
                assert!(!is_again, "{rate:?} is told twice");
            }
        }
    }
}
