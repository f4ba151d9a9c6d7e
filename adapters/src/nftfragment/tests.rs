use domain::{AttributeKind, Exchange, Malformed, Origin, ports::MetadataPage};
use proptest::prelude::*;

use super::*;
use crate::{
    http::canned::{Canned, Reply, Ticks, install_tls},
    settings::Settings,
};

fn exchange(target: &str, body: &str) -> Exchange {
    Exchange {
        market: source_id(),
        request: domain::RequestRecord { method: "GET".into(), target: target.into(), body: None },
        status: 200,
        body: body.into(),
        started_at_us: 1,
        received_at_us: 2,
        origin: Origin::Fetched,
    }
}

fn read(body: &str) -> Result<MetadataPage, Malformed> {
    parse::page(&exchange("/gift/plushpepe-298.json", body))
}

fn with_traits(traits: &str) -> String {
    format!(
        r#"{{"name":"Plush Pepe #298","image":"https://nft.fragment.com/gift/plushpepe-298.webp","attributes":[{traits}]}}"#
    )
}

fn names(page: &MetadataPage) -> Vec<(AttributeKind, &str)> {
    page.details.attributes.iter().map(|one| (one.kind, one.name.as_str())).collect()
}

#[test]
fn every_fixture_is_read_whole() {
    for (fixture, gift, model) in
        [(&FIXTURES[0], "hexpot-14619", "Red Mirage"), (&FIXTURES[1], "durovscap-11", "Shadow")]
    {
        let page = parse::page(&fixture.exchange()).unwrap();
        assert_eq!(page.unknown_fields, [], "{}", fixture.path());
        assert_eq!((page.gift.to_string().as_str(), names(&page)[0].1), (gift, model));
        assert_eq!(page.details.attributes.len(), 3);
        assert_eq!(page.details.image_url, Some(format!("https://nft.fragment.com/gift/{gift}.webp")));
        assert_eq!(parse::guess(fixture.body), Some(fixture.exchange().request), "{}", fixture.path());
    }
}

#[test]
fn attributes_are_sorted_and_stand_once() {
    let symbol = r#"{"trait_type":"Symbol","value":"Eagle"}"#;
    let model = r#"{"trait_type":"Model","value":" Rave "}"#;
    let page = read(&with_traits(&format!("{symbol},{model}"))).unwrap();
    assert_eq!(names(&page), [(AttributeKind::Model, "Rave"), (AttributeKind::Symbol, "Eagle")]);
    assert!(page.details.attributes.iter().all(|one| one.rarity.is_none()));
    for (traits, path) in [
        (format!("{symbol},{symbol}"), "/attributes/1/trait_type"),
        (String::new(), "/attributes"),
        (r#"{"trait_type":"Model","value":" "}"#.into(), "/attributes/0/value"),
        (r#"{"trait_type":"Model"}"#.into(), "/attributes/0/value"),
    ] {
        assert_eq!(read(&with_traits(&traits)).unwrap_err().path, path, "{traits}");
    }
}

#[test]
fn an_unknown_trait_is_counted() {
    let page =
        read(&with_traits(r#"{"trait_type":"Model","value":"Rave"},{"trait_type":"Scent","value":"Rose"}"#));
    let page = page.unwrap();
    assert_eq!(names(&page), [(AttributeKind::Model, "Rave")]);
    assert_eq!(page.unknown_fields, [("/attributes/*/trait_type=Scent".to_owned(), 1)]);
}

#[test]
fn another_gift_is_not_read() {
    let body = with_traits(r#"{"trait_type":"Model","value":"Rave"}"#);
    for (target, path) in [
        ("/gift/plushpepe-299.json", "/name"),
        ("/gift/plushpepe-298.webp", ""),
        ("/gift/PlushPepe-298.json", ""),
        ("/gift/plushpepe-0298.json", ""),
        ("/", ""),
    ] {
        assert_eq!(parse::page(&exchange(target, &body)).unwrap_err().path, path, "{target}");
    }
    let cap = body.replace("Plush Pepe #298", "Durov\u{2019}s Cap #11");
    assert!(parse::page(&exchange("/gift/durovscap-11.json", &cap)).is_ok());
    let cap = body.replace("Plush Pepe #298", "Durov's Cap #11");
    assert!(parse::page(&exchange("/gift/durovscap-11.json", &cap)).is_ok());
    let elsewhere = body.replace("https://nft.fragment.com/", "https://example.org/");
    assert_eq!(read(&elsewhere).unwrap_err().path, "/image");
}

#[tokio::test]
async fn what_is_not_there_is_told_apart_from_what_failed() {
    use domain::{SourceFault, ports::MetadataSource as _};
    install_tls();
    let body = with_traits(r#"{"trait_type":"Model","value":"Rave"}"#);
    let html = "content-type: text/html\r\n";
    let canned = Canned::start(vec![
        Reply::json(&body),
        Reply::of(404, html, "<html>404</html>"),
        Reply::of(429, "retry-after: 7\r\n", ""),
        Reply::of(503, html, "<html></html>"),
        Reply::Hangup,
    ]);
    let canned = canned.await;
    let lookup = |name: &str| (name == BASE_URL.variable).then(|| canned.base.clone());
    let source = client::NftFragment::new(&Settings::new(&lookup)).unwrap();
    let gift = GiftId::parse("plushpepe-298").unwrap();
    let clock = Ticks::default();
    let exchange = source.fetch(&gift, &clock).await.unwrap();
    assert_eq!(source.read(&exchange).unwrap().gift, gift);
    assert!(matches!(source.fetch(&gift, &clock).await, Err(SourceFault::Never { .. })));
    assert!(matches!(
        source.fetch(&gift, &clock).await,
        Err(SourceFault::RetryAfter { after_ms: 7_000, .. })
    ));
    assert!(matches!(source.fetch(&gift, &clock).await, Err(SourceFault::Retry { .. })));
    assert!(matches!(source.fetch(&gift, &clock).await, Err(SourceFault::Retry { .. })));
    assert!(
        canned.requests()[0].starts_with("GET /base/gift/plushpepe-298.json "),
        "{:?}",
        canned.requests()
    );
}

proptest! {
    #[test]
    fn no_body_panics(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut exchange = exchange("/gift/plushpepe-298.json", "");
        exchange.body = body;
        let _ = parse::page(&exchange);
        let _ = parse::guess(&exchange.body);
    }

    #[test]
    fn a_torn_file_is_never_a_page_of_another_gift(cut in 0usize..400) {
        let whole = std::str::from_utf8(FIXTURES[0].body).unwrap();
        let cut: String = whole.chars().take(cut).collect();
        let mut exchange = FIXTURES[0].exchange();
        exchange.body = cut.into_bytes();
        if let Ok(page) = parse::page(&exchange) {
            prop_assert_eq!(page.gift.to_string(), "hexpot-14619");
            prop_assert_eq!(page.details.attributes.len(), 3);
        }
    }
}
