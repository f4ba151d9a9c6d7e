//! What an evidence file says was asked: a line with the market, one with method and target, and what was sent.

use adapters::fixtures;
use domain::{Exchange, RequestRecord};

pub(super) fn corpus() -> Vec<Vec<u8>> {
    let entry = |fixture: &fixtures::Fixture| {
        let request = fixture.request();
        let body = request.body.unwrap_or_default();
        format!("{}\n{} {}\n{body}", fixture.market, request.method, request.target).into_bytes()
    };
    fixtures::all().map(entry).collect()
}

/// Whatever was asked, a reader says which page of which scan it was, or that it was none, and reads no page as the answer to another.
pub(super) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut lines = text.splitn(3, '\n');
    let (market, asked, body) =
        (lines.next().unwrap_or_default(), lines.next().unwrap_or_default(), lines.next());
    let Some(reader) = adapters::reader(market) else { return };
    let (method, target) = asked.split_once(' ').unwrap_or((asked, ""));
    let request = RequestRecord {
        method: method.to_owned(),
        target: target.to_owned(),
        body: body.filter(|body| !body.is_empty()).map(str::to_owned),
    };
    if let Some(page) = reader.scan_page(&request) {
        assert_eq!(reader.scan_page(&request), Some(page), "told alike");
    }
    for fixture in fixtures::all().filter(|fixture| fixture.market == market) {
        let _ = reader.read(&Exchange { request: request.clone(), ..fixture.exchange() });
    }
}
