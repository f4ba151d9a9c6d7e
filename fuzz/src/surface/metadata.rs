//! The metadata of a gift.

use adapters::metadata::METADATA;
use domain::Exchange;

pub(super) fn corpus() -> Vec<Vec<u8>> {
    METADATA.iter().flat_map(|source| source.fixtures).map(|fixture| fixture.body.to_vec()).collect()
}

/// Metadata that is read is of the gift that was asked for and names each of its attributes once; what was asked is guessed as it is read.
pub(super) fn run(bytes: &[u8]) {
    for source in METADATA {
        let mut asked: Vec<_> = source.fixtures.iter().map(|fixture| fixture.exchange().request).collect();
        asked.extend((source.guess)(bytes));
        for request in asked {
            let exchange = Exchange { body: bytes.to_vec(), request, ..source.fixtures[0].exchange() };
            let Ok(page) = (source.read)(&exchange) else { continue };
            assert!(exchange.request.target.contains(&page.gift.to_string()), "{}", page.gift);
            let attributes = &page.details.attributes;
            assert!(
                !attributes.is_empty() && attributes.is_sorted_by(|a, b| a.kind < b.kind),
                "{attributes:?}"
            );
        }
    }
}
