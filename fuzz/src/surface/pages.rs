//! A market's answer to a request that we do send. The first two bytes choose the fixture whose request it was; the body follows.

use adapters::fixtures;
use domain::Exchange;

pub(super) fn corpus() -> Vec<Vec<u8>> {
    let entry = |(index, fixture): (usize, &fixtures::Fixture)| {
        let index = u16::try_from(index).expect("there are fewer fixtures than 65,536");
        [&index.to_be_bytes()[..], fixture.body].concat()
    };
    fixtures::all().enumerate().map(entry).collect()
}

/// A page is read or refused; what is read is the same each time, is no more than the bytes can hold, and reads alike from its evidence.
pub(super) fn run(bytes: &[u8]) {
    let Some((index, body)) = bytes.split_first_chunk::<2>() else { return };
    let index = usize::from(u16::from_be_bytes(*index)) % fixtures::all().count();
    let fixture = fixtures::all().nth(index).expect("the index is below their number");
    let reader = adapters::reader(fixture.market).expect("a fixture is a registered market's");
    let exchange = Exchange { body: body.to_vec(), ..fixture.exchange() };
    let page = reader.read(&exchange);
    if let Ok(page) = &page {
        assert!(
            page.sightings.len() <= body.len(),
            "{} sightings of {} bytes",
            page.sightings.len(),
            body.len()
        );
        for sighting in &page.sightings {
            let _ = reader.scope_of(&sighting.seen);
        }
        serde_json::to_vec(page).expect("a page is JSON");
        let evidence = exchange.evidence_bytes();
        let again = Exchange::from_evidence(&evidence, 0, exchange.origin).expect("evidence is read back");
        assert_eq!(reader.read(&again).as_ref(), Ok(page), "read from its evidence");
    } else {
        assert_eq!(reader.read(&exchange), page, "refused alike");
    }
    let _ = reader.guess(body);
}
