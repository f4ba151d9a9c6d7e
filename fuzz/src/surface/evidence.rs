//! Evidence bytes, as `ribbon verify event` gets them from anybody: a line of JSON on the request, then the body.

use adapters::fixtures;
use domain::{Exchange, Origin};

pub(super) fn corpus() -> Vec<Vec<u8>> {
    fixtures::all().map(|fixture| fixture.exchange().evidence_bytes()).collect()
}

/// What is read back and written again is read back alike.
pub(super) fn run(bytes: &[u8]) {
    let Ok(exchange) = Exchange::from_evidence(bytes, 0, Origin::Fetched) else { return };
    let again = Exchange::from_evidence(&exchange.evidence_bytes(), 0, Origin::Fetched);
    assert_eq!(again.expect("our own evidence is read"), exchange);
    if let Some(reader) = adapters::reader(exchange.market.as_str()) {
        let _ = reader.read(&exchange);
    }
}
