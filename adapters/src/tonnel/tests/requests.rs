use super::*;

/// An adapter and its server.
struct Stand {
    source: Arc<dyn MarketSource>,
    server: Canned,
    file: Option<std::path::PathBuf>,
}

impl Stand {
    async fn start(replies: Vec<Reply>) -> Self {
        Self::start_with(replies, None).await
    }

    async fn start_with(replies: Vec<Reply>, init_data: Option<&str>) -> Self {
        install_tls();
        let server = Canned::start(replies).await;
        let file = init_data.map(|text| {
            let port = server.base.rsplit(':').next().unwrap().replace('/', "-");
            let file = std::env::temp_dir().join(format!("ribbon-tonnel-{}-{port}", std::process::id()));
            std::fs::write(&file, text).unwrap();
            file
        });
        let (base, path) = (server.base.clone(), file.as_ref().map(|file| file.display().to_string()));
        let lookup = move |variable: &str| match variable {
            "RIBBON_TONNEL_BASE_URL" => Some(base.clone()),
            "RIBBON_TONNEL_INIT_DATA_FILE" => path.clone(),
            _ => None,
        };
        let source = (REGISTRATION.build)(&Settings::new(&lookup).with_speed(60_000)).unwrap();
        Self { source, server, file }
    }

    async fn fetch(&self, want: &Want, cursor: Option<&str>) -> Result<Exchange, SourceFault> {
        self.source.fetch(want, cursor, &Ticks::default()).await
    }

    /// Bodies of the requests so far, each after its path.
    fn asked(&self) -> Vec<(String, String)> {
        let split = |request: String| {
            let (head, body) = request.split_once("\r\n\r\n").unwrap();
            let line = head.lines().next().unwrap().replace(" HTTP/1.1", "");
            (line.replace("POST /base", ""), body.to_owned())
        };
        self.server.requests().into_iter().map(split).collect()
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            drop(std::fs::remove_file(file));
        }
    }
}

fn reply(name: &str) -> Reply {
    Reply::of(200, "content-type: application/json\r\n", fixture(name).0.body)
}

fn build(values: &[(&str, &str)]) -> Result<Arc<dyn MarketSource>, SettingsFault> {
    install_tls();
    let lookup =
        |variable: &str| values.iter().find(|(name, _)| *name == variable).map(|(_, text)| (*text).to_owned());
    (REGISTRATION.build)(&Settings::new(&lookup))
}

#[tokio::test]
async fn a_collection_is_asked_for_as_the_market_spells_it_once_for_each_coin() {
    let stand = Stand::start(vec![reply("filter-stats"), reply("page-gifts-durovscap")]).await;
    let known = [collection("Durov's Cap"), collection("Not There")];
    // Before the list was read nothing is left out.
    assert_eq!(stand.source.scopes(&known).len(), 4);
    let [ton, usdt] = &stand.source.scopes(&known)[..2] else { panic!() };
    let exchange = stand.fetch(&Want::Scan(ton.clone()), None).await.unwrap();
    stand.fetch(&Want::Scan(usdt.clone()), Some("9007199254740993")).await.unwrap();
    let asked = stand.asked();
    let paths: Vec<_> = asked.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["/api/filterStats", "/api/pageGifts", "/api/pageGifts"]);
    assert!(asked[1].1.contains(r#"\"gift_name\":\"Durov's Cap\",\"asset\":\"TON\"}"#), "{}", asked[1].1);
    assert!(asked[2].1.contains(r#"\"asset\":\"USDT\",\"gift_id\":{\"$lt\":9007199254740993}}"#));
    assert_eq!(exchange.request.body.as_deref(), Some(asked[1].1.as_str()));
    let ids: Vec<_> = stand.source.scopes(&known).into_iter().map(|scope| scope.id.0).collect();
    assert_eq!(ids, ["ton:durovscap", "usdt:durovscap"]);
    for request in stand.server.requests() {
        let request = request.to_lowercase();
        assert!(request.contains("\r\norigin: https://market.tonnel.network\r\n"), "{request}");
        assert!(request.contains("\r\nreferer: https://market.tonnel.network/\r\n"), "{request}");
        assert!(!request.contains("\r\nforwarded:"), "{request}");
    }
}

#[tokio::test]
async fn what_is_no_scope_and_what_is_not_listed_is_never_asked_for() {
    let stand = Stand::start(vec![reply("filter-stats")]).await;
    stand.fetch(&Want::Collections, None).await.unwrap();
    let (bear, other) = (collection("Toy Bear"), collection("Not There"));
    let scan = |id: &str, collection: &KnownCollection| {
        Want::Scan(Scope { id: ScopeId(id.into()), collection: collection.clone() })
    };
    for (want, cursor) in [
        (scan("ton:notthere", &other), None),
        (scan("tonnel:toybear", &bear), None),
        (scan("ton:toybear", &bear), Some("x")),
        (Want::Attributes(vec![bear.clone()]), None),
        (FEED, Some("no cursor of ours")),
        (Want::History, Some("no cursor of ours")),
    ] {
        let fault = stand.fetch(&want, cursor).await.unwrap_err();
        assert!(matches!(fault, SourceFault::Never { .. }), "{fault:?}");
    }
    assert_eq!(stand.asked().len(), 1);
}

const FEED: Want = Want::Feed;

#[tokio::test]
async fn sales_are_signed_and_the_signature_is_not_kept() {
    let stand = Stand::start_with(vec![reply("sale-history")], Some("query_id=1&hash=secret-1\n")).await;
    let exchange = stand.fetch(&FEED, None).await.unwrap();
    let sent = &stand.asked()[0];
    assert_eq!(sent.0, "/api/saleHistory");
    assert_eq!(
        sent.1,
        r#"{"authData":"query_id=1&hash=secret-1","page":1,"limit":50,"type":"ALL","filter":{"timestamp":{"$gte":"2024-01-01T00:00:00.000Z"}},"sort":{"timestamp":-1,"gift_id":-1}}"#
    );
    let kept = exchange.request.body.clone().unwrap();
    assert_eq!(kept, sent.1.replace("query_id=1&hash=secret-1", ""));
    let whole = String::from_utf8(exchange.evidence_bytes()).unwrap() + &format!("{exchange:?}");
    assert!(!whole.contains("secret-1"));
    // It is read again by itself.
    std::fs::write(stand.file.as_ref().unwrap(), "hash=secret-2").unwrap();
    stand.fetch(&Want::Collections, None).await.unwrap();
    assert_eq!(stand.asked()[1].1, r#"{"authData":"hash=secret-2"}"#);
}

#[tokio::test]
async fn without_initdata_sales_are_asked_for_unsigned() {
    let stand = Stand::start(vec![reply("sale-history")]).await;
    stand.fetch(&Want::History, None).await.unwrap();
    assert!(stand.asked()[0].1.starts_with(r#"{"authData":"","page":1,"#));
    let stand = Stand::start_with(vec![reply("sale-history")], Some(" \n")).await;
    let fault = stand.fetch(&Want::History, None).await.unwrap_err();
    assert!(matches!(fault, SourceFault::Refused { .. }), "{fault:?}");
    assert_eq!(stand.asked().len(), 0);
}

#[tokio::test]
async fn an_error_in_words_is_no_page() {
    let replies = vec![
        Reply::json(r#"{"status":"error","message":"Authentication failed"}"#),
        Reply::json(r#"{"status":"error","message":"Please try again in a minute"}"#),
        Reply::json(r#"{"error":"limit is too big"}"#),
        Reply::of(400, "content-type: application/json\r\n", r#"{"error":"Invalid gift filter"}"#),
        Reply::of(401, "content-type: application/json\r\n", "{}"),
    ];
    let stand = Stand::start_with(replies, Some("hash=1")).await;
    let fault = stand.fetch(&FEED, None).await.unwrap_err();
    let SourceFault::Refused { why, mend } = fault else { panic!("{fault:?}") };
    assert_eq!(why, "POST /api/saleHistory was answered: Authentication failed");
    assert!(mend.contains("RIBBON_TONNEL_INIT_DATA_FILE"), "{mend}");
    let fault = stand.fetch(&FEED, None).await.unwrap_err();
    assert!(matches!(fault, SourceFault::RetryAfter { after_ms: 1_000, .. }), "{fault:?}");
    for told in ["limit is too big", "Invalid gift filter"] {
        let fault = stand.fetch(&FEED, None).await.unwrap_err();
        let SourceFault::Never { why } = fault else { panic!("{fault:?}") };
        assert!(why.ends_with(told), "{why}");
    }
    let fault = stand.fetch(&FEED, None).await.unwrap_err();
    assert!(matches!(fault, SourceFault::Refused { .. }), "{fault:?}");
}

#[tokio::test]
async fn a_page_of_the_gate_is_a_pause() {
    let gate = "<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>";
    let html = "content-type: text/html; charset=UTF-8\r\n";
    let stand =
        Stand::start(vec![Reply::of(403, html, gate), Reply::of(429, html, gate), Reply::of(200, html, gate)])
            .await;
    for _ in 0..3 {
        let fault = stand.fetch(&FEED, None).await.unwrap_err();
        assert!(matches!(fault, SourceFault::RetryAfter { after_ms: 1_000, .. }), "{fault:?}");
    }
}

#[test]
fn tonnel_itself_is_asked_through_a_proxy_alone() {
    for base in [&[][..], &[("RIBBON_TONNEL_BASE_URL", "https://gifts3.tonnel.network")]] {
        let fault = build(base).err().expect("a fault");
        assert!(fault.is_missing() && fault.to_string().starts_with("RIBBON_TONNEL_PROXY_URL is not set"), "{fault}");
    }
    assert!(build(&[("RIBBON_TONNEL_BASE_URL", "http://127.0.0.1:9")]).is_ok());
    assert!(build(&[("RIBBON_TONNEL_PROXY_URL", "http://127.0.0.1:9")]).is_ok());
    let fault = build(&[("RIBBON_TONNEL_PROXY_URL", "socks5://127.0.0.1:9")]).err().expect("a fault");
    assert!(!fault.is_missing() && fault.to_string().starts_with("RIBBON_TONNEL_PROXY_URL is `"), "{fault}");
}

#[tokio::test]
async fn a_proxy_is_told_whom_to_ask() {
    install_tls();
    let server = Canned::start(vec![reply("filter-stats")]).await;
    let proxy = server.base.clone();
    let source = build(&[("RIBBON_TONNEL_PROXY_URL", &proxy)]).unwrap();
    let exchange = source.fetch(&Want::Collections, None, &Ticks::default()).await.unwrap();
    assert_eq!(exchange.request.target, "/api/filterStats");
    let request = server.requests()[0].to_lowercase();
    assert!(request.starts_with("post /base/api/filterstats "), "{request}");
    assert!(request.contains("\r\nforwarded: host=\"gifts2.tonnel.network\";proto=https\r\n"), "{request}");
}

#[tokio::test]
async fn without_initdata_a_refusal_stops_neither_the_market_nor_its_scans() {
    let json = "content-type: application/json\r\n";
    let words = || Reply::json(r#"{"status":"error","message":"Authentication failed"}"#);
    let stand = Stand::start(vec![
        words(),
        Reply::of(401, json, "{}"),
        Reply::of(403, json, "{}"),
        words(),
        reply("page-gifts-durovscap"),
        Reply::of(200, json, "[]"),
        Reply::of(403, json, "{}"),
        Reply::of(401, json, "{}"),
    ])
    .await;
    for want in [FEED, Want::History, Want::Collections] {
        let fault = stand.fetch(&want, None).await.unwrap_err();
        let SourceFault::Never { why } = fault else { panic!("{fault:?}") };
        assert!(why.contains("RIBBON_TONNEL_INIT_DATA_FILE"), "{why}");
    }
    let fault = stand.fetch(&Want::Collections, None).await.unwrap_err();
    assert!(matches!(fault, SourceFault::Never { .. }), "{fault:?}");
    // Collections are asked for by their titles, and the list is not asked for before each page.
    let scopes = stand.source.scopes(&[collection("Durov's Cap")]);
    let want = Want::Scan(scopes[0].clone());
    let exchange = stand.fetch(&want, None).await.unwrap();
    let page = stand.source.read(&exchange).unwrap();
    assert!(stand.asked()[4].1.contains(r#"\"gift_name\":\"Durov's Cap\""#));
    // A name that may be another than Tonnel's shows nothing either, and so nothing follows until it has shown something.
    let empty = stand.fetch(&want, None).await.unwrap();
    let empty = stand.source.read(&empty).unwrap();
    assert_eq!(stand.source.step(&want, None, &empty), Step::Gap(None));
    assert!(matches!(stand.source.step(&want, None, &page), Step::Continue(_)));
    assert_eq!(stand.source.step(&want, None, &empty), Step::Done(None));
    // Not even a pause, though listings were told before.
    let fault = stand.fetch(&FEED, None).await.unwrap_err();
    assert!(matches!(fault, SourceFault::Never { .. }), "{fault:?}");
    // What needs no signature and is refused all the same is the market's.
    let fault = stand.fetch(&want, None).await.unwrap_err();
    assert!(matches!(fault, SourceFault::Refused { .. }), "{fault:?}");
}
