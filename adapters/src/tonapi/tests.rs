use domain::{Exchange, Malformed, Origin, RequestRecord, SourceFault, ports::RatePage};
use proptest::prelude::*;

use super::*;
use crate::{
    http::canned::{Canned, Reply, Ticks, install_tls},
    settings::Settings,
};

fn exchange(body: &str) -> Exchange {
    Exchange {
        market: source_id(),
        request: RequestRecord { method: "GET".into(), target: TARGET.into(), body: None },
        status: 200,
        body: body.into(),
        started_at_us: 1,
        received_at_us: 2,
        origin: Origin::Fetched,
    }
}

fn read(body: &str) -> Result<RatePage, Malformed> {
    parse::page(&exchange(body))
}

fn with_price(price: &str) -> String {
    format!(r#"{{"rates":{{"TON":{{"prices":{{"USD":{price}}}}}}}}}"#)
}

#[test]
fn every_fixture_is_read_whole() {
    for fixture in FIXTURES {
        let page = parse::page(&fixture.exchange()).unwrap();
        assert_eq!(page.unknown_fields, [], "{}", fixture.path());
        insta::assert_debug_snapshot!(page, @r#"
        RatePage {
            rates: [
                RateSeen {
                    path: "/rates/TON/prices/USD",
                    base: Currency(
                        "TON",
                    ),
                    rate_micros: 1540263,
                    quote: Currency(
                        "USD",
                    ),
                },
            ],
            unknown_fields: [],
        }
        "#);
    }
}

#[test]
fn a_price_is_cut_and_never_rounded() {
    for (price, micros) in [
        ("1.54", 1_540_000),
        ("1.3710752873163712", 1_371_075),
        ("2.9999999999999996", 2_999_999),
        ("1e0", 1_000_000),
        ("1.5E-3", 1_500),
        ("0.000001", 1),
        ("7", 7_000_000),
    ] {
        assert_eq!(read(&with_price(price)).unwrap().rates[0].rate_micros, micros, "{price}");
    }
}

#[test]
fn both_spellings_are_one_coin() {
    let gram = r#"{"rates":{"GRAM":{"prices":{"USD":2}}}}"#;
    let rate = &read(gram).unwrap().rates[0];
    assert_eq!((rate.base.code(), rate.path.as_str()), ("TON", "/rates/GRAM/prices/USD"));
    let both = r#"{"rates":{"GRAM":{"prices":{"USD":2}},"TON":{"prices":{"USD":3}}}}"#;
    assert_eq!(read(both).unwrap().rates[0].rate_micros, 3_000_000);
}

#[test]
fn what_is_no_rate_names_its_place() {
    for (body, path) in [
        (with_price("0"), "/rates/TON/prices/USD"),
        (with_price("0.0000009"), "/rates/TON/prices/USD"),
        (with_price("-1.5"), "/rates/TON/prices/USD"),
        (with_price("\"1.5\""), "/rates/TON/prices/USD"),
        (with_price("null"), "/rates/TON/prices/USD"),
        (with_price("[1.5]"), "/rates/TON/prices/USD"),
        (with_price("1e30"), "/rates/TON/prices/USD"),
        (r#"{"rates":{"TON":{"prices":{"EUR":1.5}}}}"#.into(), "/rates/TON/prices/USD"),
        (r#"{"rates":{"TON":{}}}"#.into(), "/rates/TON/prices"),
        (r#"{"rates":{"BTC":{"prices":{"USD":1.5}}}}"#.into(), "/rates"),
        (r#"{"rates":{}}"#.into(), "/rates"),
        (r#"{"error":"rate limit"}"#.into(), "/rates"),
        ("[]".into(), ""),
        ("{".into(), ""),
    ] {
        assert_eq!(read(&body).unwrap_err().path, path, "{body}");
    }
    let other = Exchange {
        request: RequestRecord { target: "/v2/accounts".into(), ..exchange("").request },
        ..exchange(&with_price("1"))
    };
    assert!(parse::page(&other).is_err());
    assert!(parse::page(&Exchange { status: 429, ..exchange(&with_price("1")) }).is_err());
}

#[test]
fn unknown_fields_are_counted() {
    let body =
        r#"{"rates":{"TON":{"prices":{"USD":1.5,"EUR":1.4},"trend":"up"},"BTC":{"prices":{}}},"next":1}"#;
    let unknown = read(body).unwrap().unknown_fields;
    let expected = ["/next", "/rates/BTC", "/rates/TON/prices/EUR", "/rates/TON/trend"];
    assert_eq!(unknown, expected.map(|path| (path.to_owned(), 1)));
}

#[tokio::test]
async fn the_key_goes_as_a_bearer_and_nowhere_else() {
    install_tls();
    for (key, sent) in [(Some("word"), true), (None, false)] {
        let server = Canned::start(vec![Reply::json(&with_price("1.54"))]).await;
        let base = server.base.clone();
        let lookup = |name: &str| match name {
            "RIBBON_TONAPI_BASE_URL" => Some(base.clone()),
            "RIBBON_TONAPI_KEY" => key.map(str::to_owned),
            _ => None,
        };
        let source = (REGISTRATION.build)(&Settings::new(&lookup)).unwrap();
        let exchange = source.fetch(&Ticks::default()).await.unwrap();
        assert_eq!(source.read(&exchange).unwrap().rates[0].rate_micros, 1_540_000);
        let request = &server.requests()[0];
        assert!(
            request.starts_with("GET /base/v2/rates?tokens=ton&currencies=usd HTTP/1.1\r\n"),
            "{request}"
        );
        assert_eq!(request.to_lowercase().contains("authorization: bearer word"), sent, "{request}");
        assert!(!String::from_utf8(exchange.evidence_bytes()).unwrap().contains("word"));
    }
}

#[tokio::test]
async fn a_refused_key_says_what_to_do() {
    install_tls();
    let server = Canned::start(vec![Reply::of(401, "", "{}")]).await;
    let base = server.base.clone();
    let lookup = |name: &str| (name == "RIBBON_TONAPI_BASE_URL").then(|| base.clone());
    let source = (REGISTRATION.build)(&Settings::new(&lookup)).unwrap();
    let fault = source.fetch(&Ticks::default()).await.unwrap_err();
    assert!(
        matches!(&fault, SourceFault::Refused { mend, .. } if mend.contains("RIBBON_TONAPI_KEY")),
        "{fault}"
    );
    let spaced = |name: &str| (name == "RIBBON_TONAPI_KEY").then(|| "two words".to_owned());
    let fault = (REGISTRATION.build)(&Settings::new(&spaced)).err().unwrap().to_string();
    assert!(fault.contains("RIBBON_TONAPI_KEY") && !fault.contains("two words"), "{fault}");
}

proptest! {
    #[test]
    fn no_body_panics(body in "\\PC{0,200}") { let _ = read(&body); }

    #[test]
    fn no_price_panics(price in "[-0-9.eE\"+]{0,70}") {
        if let Ok(page) = read(&with_price(&price)) {
            prop_assert!(page.rates[0].rate_micros > 0);
        }
    }
}
