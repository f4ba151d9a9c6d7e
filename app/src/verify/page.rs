//! `verify page`: what a recorded response says, and what in it was not understood.

use adapters::Reader;
use adapters::metadata::{self, MetadataRegistration};
use adapters::rates::{self, RateRegistration};
use domain::{Exchange, MarketId, Origin, RequestRecord};
use serde_json::{Value, json};

use super::{Answer, Verdict};

/// What is given of the request beside the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) request: Option<&'a str>,
    pub(super) body: Option<&'a str>,
}

/// Reads a response: its bare body, or evidence as Ribbon keeps it.
pub(super) fn verify(market: &str, file: Vec<u8>, asked: Asked<'_>) -> Answer {
    if let Some(reader) = adapters::reader(market) {
        return of_market(reader, file, asked);
    }
    if let Some(source) = rates::find(market) {
        return of_rates(source, file, asked);
    }
    if let Some(source) = metadata::find(market) {
        return of_metadata(source, file, asked);
    }
    let known = adapters::MARKETS.iter().map(|market| market.id);
    let known = known.chain(rates::RATES.iter().map(|source| source.id));
    let known: Vec<&str> = known.chain(metadata::METADATA.iter().map(|source| source.id)).collect();
    let cut: String = market.chars().take(40).collect();
    Answer::bad_input(format!("`{cut}` is no market or other source: expected one of {}", known.join(", ")))
}

fn of_market(reader: &dyn Reader, file: Vec<u8>, asked: Asked<'_>) -> Answer {
    let exchange = match exchange(&reader.market(), file, asked, |body| reader.guess(body)) {
        Ok(exchange) => exchange,
        Err(why) => return Answer::bad_input(why),
    };
    match reader.read(&exchange) {
        Err(fault) => malformed(&fault).with("request", &exchange.request),
        Ok(page) => {
            let page = serde_json::to_value(&page).expect("a page is always JSON");
            let of_kind = |kinds: &[&str]| {
                let all = page["sightings"].as_array().cloned().unwrap_or_default();
                let is_of = |one: &Value| one["seen"].as_str().is_some_and(|seen| kinds.contains(&seen));
                all.into_iter().filter(is_of).collect::<Vec<_>>()
            };
            described(&exchange)
                .with("listings", of_kind(&["open"]))
                .with("happenings", of_kind(&["happened"]))
                .with("catalog", of_kind(&["collection", "attribute"]))
                .with("passed", &page["passed"])
                .with("unknown_fields", unknown_fields(&page["unknown_fields"]))
                .with("next_cursor", &page["cursor"])
        }
    }
}

fn of_rates(source: &RateRegistration, file: Vec<u8>, asked: Asked<'_>) -> Answer {
    let id = MarketId::parse(source.id).expect("a registered id is one");
    let request = source.fixtures.first().map(|fixture| fixture.exchange().request);
    let exchange = match exchange(&id, file, asked, |_| request.clone()) {
        Ok(exchange) => exchange,
        Err(why) => return Answer::bad_input(why),
    };
    match (source.read)(&exchange) {
        Err(fault) => malformed(&fault).with("request", &exchange.request),
        Ok(page) => {
            let rates: Vec<Value> = page
                .rates
                .iter()
                .map(|rate| {
                    json!({
                        "path": rate.path,
                        "base": rate.base.code(),
                        "rate_micros": rate.rate_micros,
                        "quote": rate.quote.code(),
                    })
                })
                .collect();
            let unknown =
                serde_json::to_value(&page.unknown_fields).expect("names and counts are always JSON");
            described(&exchange).with("rates", rates).with("unknown_fields", unknown_fields(&unknown))
        }
    }
}

fn of_metadata(source: &MetadataRegistration, file: Vec<u8>, asked: Asked<'_>) -> Answer {
    let id = MarketId::parse(source.id).expect("a registered id is one");
    let exchange = match exchange(&id, file, asked, source.guess) {
        Ok(exchange) => exchange,
        Err(why) => return Answer::bad_input(why),
    };
    match (source.read)(&exchange) {
        Err(fault) => malformed(&fault).with("request", &exchange.request),
        Ok(page) => {
            let unknown =
                serde_json::to_value(&page.unknown_fields).expect("names and counts are always JSON");
            described(&exchange)
                .with("gift", page.gift.to_string())
                .with("details", &page.details)
                .with("unknown_fields", unknown_fields(&unknown))
        }
    }
}

fn described(exchange: &Exchange) -> Answer {
    Answer::new(Verdict::Understood)
        .with("market", exchange.market.as_str())
        .with("request", &exchange.request)
        .with("evidence_hash", exchange.evidence_hash())
}

fn malformed(fault: &domain::Malformed) -> Answer {
    Answer::bad_input(fault)
        .with("path", &fault.path)
        .with("expected", &fault.expected)
        .with("found", &fault.found)
}

fn unknown_fields(pairs: &Value) -> Vec<Value> {
    let pairs = pairs.as_array().cloned().unwrap_or_default();
    pairs.iter().map(|pair| json!({ "path": pair[0], "times": pair[1] })).collect()
}

/// The response with its request: as given, as the file itself says, or as its shape tells.
fn exchange(
    market: &MarketId,
    file: Vec<u8>,
    asked: Asked<'_>,
    guess: impl FnOnce(&[u8]) -> Option<RequestRecord>,
) -> Result<Exchange, String> {
    let of_body = |request: RequestRecord, body: Vec<u8>| Exchange {
        market: market.clone(),
        request,
        status: 200,
        body,
        started_at_us: 0,
        received_at_us: 0,
        origin: Origin::Recorded,
    };
    if let Some(request) = asked.request {
        return Ok(of_body(parse_request(request, asked.body)?, file));
    }
    if let Ok(exchange) = Exchange::from_evidence(&file, 0, Origin::Recorded) {
        if exchange.market == *market {
            return Ok(exchange);
        }
        return Err(format!("the file is evidence of {}, not of {market}", exchange.market));
    }
    match guess(&file) {
        Some(request) => Ok(of_body(request, file)),
        None => {
            Err("what was asked cannot be told from the shape of this file: say it with --request 'METHOD \
                     TARGET', the target below the market's base URL, as in --request 'GET \
                     /v1/nfts/history/gifts?limit=100'"
                .into())
        }
    }
}

fn parse_request(text: &str, body: Option<&str>) -> Result<RequestRecord, String> {
    let parts = text.split_once(' ').filter(|(method, target)| {
        let is_method = (1..=16).contains(&method.len()) && method.bytes().all(|b| b.is_ascii_uppercase());
        is_method && target.starts_with('/') && !target.contains(char::is_whitespace)
    });
    let Some((method, target)) = parts else {
        let cut: String = text.chars().take(80).collect();
        return Err(format!(
            "--request is `{cut}`: expected METHOD and TARGET, as in GET /v1/gifts/collections"
        ));
    };
    Ok(RequestRecord { method: method.into(), target: target.into(), body: body.map(str::to_owned) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Asked<'_> = Asked { request: None, body: None };

    fn value(answer: &Answer) -> Value {
        serde_json::from_str(&answer.text()).unwrap()
    }

    proptest::proptest! {
        #[test]
        fn any_request_is_read_whole_or_refused(text in "\\PC{0,30}|[A-Z]{1,17} /[!-~]{0,20}", body in proptest::option::of("\\PC{0,9}")) {
            match parse_request(&text, body.as_deref()) {
                Ok(request) => {
                    proptest::prop_assert_eq!(format!("{} {}", request.method, request.target), text);
                    proptest::prop_assert_eq!(request.body, body);
                }
                Err(why) => proptest::prop_assert!(why.contains("expected METHOD and TARGET")),
            }
        }
    }

    #[test]
    fn every_fixture_is_understood_with_its_request_and_as_evidence() {
        for fixture in adapters::fixtures::all() {
            let exchange = fixture.exchange();
            let request = format!("{} {}", exchange.request.method, exchange.request.target);
            let asked = Asked { request: Some(&request), body: exchange.request.body.as_deref() };
            let with_request = verify(fixture.market, fixture.body.to_vec(), asked);
            assert_eq!(
                with_request.verdict,
                Verdict::Understood,
                "{}: {}",
                fixture.path(),
                with_request.text()
            );
            let as_evidence = verify(fixture.market, exchange.evidence_bytes(), NOTHING);
            assert_eq!(value(&as_evidence), value(&with_request), "{}", fixture.path());
        }
    }

    #[test]
    fn a_page_of_usernames_is_understood_and_has_no_listing() {
        let fixture =
            adapters::fixtures::all().find(|fixture| fixture.name == "nfts-on-sale-usernames").unwrap();
        let value = value(&verify("getgems", fixture.body.to_vec(), NOTHING));
        assert_eq!(value["listings"].as_array().unwrap().len(), 0);
        assert!(!value["passed"].as_array().unwrap().is_empty());
    }

    #[test]
    fn rates_are_understood() {
        let fixture = rates::RATES[0].fixtures[0];
        let answer = verify(fixture.market, fixture.body.to_vec(), NOTHING);
        assert_eq!(answer.verdict, Verdict::Understood, "{}", answer.text());
        assert_eq!(value(&answer)["rates"][0]["base"], "TON");
    }

    #[test]
    fn metadata_is_understood() {
        let fixture = metadata::METADATA[0].fixtures[0];
        let answer = verify(fixture.market, fixture.body.to_vec(), NOTHING);
        assert_eq!(answer.verdict, Verdict::Understood, "{}", answer.text());
        let value = value(&answer);
        assert_eq!(
            (&value["gift"], &value["details"]["attributes"][0]["name"]),
            (&json!("hexpot-14619"), &json!("Red Mirage"))
        );
    }

    #[test]
    fn what_is_no_page_says_why() {
        let listings = Some("GET /v1/nfts/on-sale/EQC6zjid8vJNEWqcXk10XjsdDLRKbcPZzbHusuEW6FokOWIm");
        for (market, file, request, why) in [
            ("nowhere", "{}", None, "is no market or other source"),
            ("getgems", "{}", None, "cannot be told from the shape"),
            ("getgems", "not json", listings, "expected"),
            ("getgems", "{\"success\":true}", listings, "/response"),
            ("getgems", "{}", Some("nonsense"), "expected METHOD and TARGET"),
            (
                "getgems",
                "{\"market\":\"mrkt\",\"method\":\"GET\",\"target\":\"/\",\"status\":200}\n{}",
                None,
                "is evidence of mrkt",
            ),
        ] {
            let answer = verify(market, file.as_bytes().to_vec(), Asked { request, body: None });
            assert_eq!(answer.verdict, Verdict::BadInput, "{}", answer.text());
            assert!(answer.text().contains(why), "{} should say {why}", answer.text());
        }
    }
}
