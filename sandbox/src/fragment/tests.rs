//! The wire from outside: real requests over a socket.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    FaultOrder, Running, SandboxOptions, TruthQuery,
    catalog::Catalog,
    shape::differences,
    testing::{Answer, EPOCH_US, open, options, send},
    truth::{Truth, TruthWay, TruthWhat},
};

const METADATA: &str = include_str!("../../fixtures/fragment/nft-metadata-hexpot-14619.json");
const QUOTED: &str = include_str!("../../fixtures/fragment/gifts-filter-and-price-snippet.html");
const SCRIPT: (&str, &str) = ("x-requested-with", "XMLHttpRequest");

/// A client with a session.
struct Client<'r> {
    running: &'r Running,
    cookie: String,
    hash: String,
}

impl<'r> Client<'r> {
    async fn open(running: &'r Running) -> Self {
        let front = send(running.address(), "GET", "/fragment", &[], "").await.unwrap();
        assert_eq!((front.status, front.header("content-type")), (200, Some("text/html; charset=utf-8")));
        let cookie = front.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let page = front.text();
        let hash =
            page.split_once(r#""apiUrl":"\/api?hash="#).unwrap().1.split('"').next().unwrap().to_owned();
        assert!(page.trim_end().ends_with("</html>") && page.contains(r#""tonRate":2.41"#), "{page}");
        assert!(cookie.starts_with("stel_ssid=") && hash.len() == 18, "{cookie} {hash}");
        Self { running, cookie, hash }
    }

    async fn api(&self, form: &str) -> Answer {
        let target = format!("/fragment/api?hash={}", self.hash);
        let headers =
            [SCRIPT, ("cookie", self.cookie.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        send(self.running.address(), "POST", &target, &headers, form).await.unwrap()
    }

    async fn search(&self, rest: &str) -> String {
        let answer = self.api(&format!("method=searchAuctions&type=gifts&query=&{rest}")).await;
        let answer = answer.json();
        assert_eq!(answer["ok"], true, "{rest}: {answer}");
        answer["html"].as_str().unwrap().to_owned()
    }

    /// Every entry of a list, in order.
    async fn walk(&self, rest: &str) -> (Vec<String>, usize) {
        let (mut all, mut offset, mut pages) = (Vec::new(), None::<String>, 0);
        loop {
            let form = offset.map_or_else(|| rest.to_owned(), |offset| format!("{rest}&offset={offset}"));
            let html = self.search(&form).await;
            all.extend(entries(&html));
            pages += 1;
            assert!(pages < 500, "{rest} never ends");
            offset = between(&html, "data-next-offset=\"", "\"").map(str::to_owned);
            if offset.is_none() {
                return (all, pages);
            }
        }
    }
}

fn entries(html: &str) -> Vec<String> {
    let entry = |text: &str| text.split("</a>").next().unwrap_or_default().to_owned();
    html.split("<a href=\"/gift/").skip(1).map(entry).collect()
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    text.split_once(start)?.1.split(end).next()
}

/// Name and price of an entry.
fn told(entry: &str) -> (String, String) {
    let name = entry.split('"').next().unwrap().to_owned();
    (name, between(entry, "icon-ton\">", "<").unwrap().to_owned())
}

fn truth(running: &Running) -> Truth {
    running.truth("fragment", &TruthQuery::default()).expect("Fragment trades gifts")
}

/// The quoted lines come out of the same code that writes ours.
#[test]
fn quoted_lines_are_written_alike() {
    let lines: Vec<&str> = QUOTED.lines().collect();
    assert_eq!(super::html::filter_item("plushpepe", "Plush Pepes", 2_473).trim_end(), lines[0]);
    assert_eq!(super::html::price_cell(7_000_000_000_000), lines[3]);
    assert!(super::html::popup_item("plushpepe", "Plush Pepes").starts_with(lines[2]));
    assert!(lines[1].contains(&super::html::escape("Durov\u{2019}s Caps")));
}

#[tokio::test]
async fn metadata_is_as_recorded_and_of_exported_gifts_alone() {
    let running = open(options(1)).await;
    let truth = truth(&running);
    let get = |target: String| {
        let address = running.address();
        async move { send(address, "GET", &target, &[], "").await.unwrap() }
    };
    let recorded: Value = serde_json::from_str(METADATA).unwrap();
    let gift = &truth.lots[0].gift;
    let ours = get(format!("/fragment/nft/gift/{gift}.json")).await.json();
    assert_eq!(differences(&recorded, &ours, &[]), Vec::<String>::new());
    let order = |value: &Value| -> Vec<String> {
        value["attributes"].as_array().unwrap().iter().map(|one| one["trait_type"].to_string()).collect()
    };
    assert_eq!(order(&ours), order(&recorded));
    let mrkt = running.truth("mrkt", &TruthQuery::default()).unwrap();
    for name in [mrkt.lots[0].gift.to_string(), "plushpepe-999999".into(), "x".into()] {
        assert_eq!(get(format!("/fragment/nft/gift/{name}.json")).await.status, 404, "{name}");
    }
}

#[tokio::test]
async fn a_session_opens_the_search_and_grows_old() {
    let running = open(SandboxOptions { speed_x1000: 1_000, ..options(1) }).await;
    let client = Client::open(&running).await;
    let form = "method=searchAuctions&type=gifts&filter=sale&sort=price_asc";
    assert_eq!(client.api(form).await.json()["ok"], true);
    let lost = |answer: Answer| {
        let answer = answer.json();
        assert_eq!((&answer["ok"], &answer["error"]), (&false.into(), &"Session expired".into()));
    };
    for stranger in [
        Client { cookie: "stel_ssid=1_2".into(), hash: client.hash.clone(), running: &running },
        Client { cookie: client.cookie.clone(), hash: "00".into(), running: &running },
    ] {
        lost(stranger.api(form).await);
    }
    let unframed = format!("/fragment/api?hash={}", client.hash);
    lost(send(running.address(), "POST", &unframed, &[("cookie", &client.cookie)], form).await.unwrap());
    assert_eq!(client.api("method=searchAuctions&type=stamps").await.json()["ok"], false);
    // Four steps a second: an hour and a bit.
    running.step(4 * 3_601);
    lost(client.api(form).await);
    assert_eq!(Client::open(&running).await.api(form).await.json()["ok"], true);
}

#[tokio::test]
async fn scans_show_the_truth() {
    let running = open(options(4)).await;
    running.step(500);
    let client = Client::open(&running).await;
    let truth = truth(&running);
    let (truth_sales, truth_auctions): (Vec<_>, Vec<_>) =
        truth.lots.iter().partition(|lot| lot.way == TruthWay::Fixed);
    assert!(truth_sales.len() > 100 && truth_auctions.iter().all(|lot| lot.way == TruthWay::Auction));
    let (bids, _) = client.walk("filter=auction&sort=price_asc&collection=").await;
    assert!(bids.iter().all(|entry| entry.contains("On auction")), "{bids:?}");
    let bids: BTreeMap<_, _> = bids.iter().map(|entry| told(entry)).collect();
    let expected =
        truth_auctions.iter().map(|lot| (lot.gift.to_string(), super::html::ton(lot.price.amount)));
    assert_eq!(bids, expected.collect());
    let mut shown = BTreeMap::new();
    for known in &Catalog::get().collections {
        let (entries, _) =
            client.walk(&format!("filter=sale&sort=price_asc&collection={}", known.slug)).await;
        for entry in entries {
            assert!(entry.contains("For sale") && entry.contains("item-num\">&nbsp;#"), "{entry}");
            let (name, price) = told(&entry);
            assert!(shown.insert(name, price).is_none(), "shown twice");
        }
    }
    let expected: BTreeMap<_, _> =
        truth_sales.iter().map(|lot| (lot.gift.to_string(), super::html::ton(lot.price.amount))).collect();
    assert_eq!(shown, expected);

    // All at once goes over several pages, by rising and by falling price alike.
    let (rising, pages) = client.walk("filter=sale&sort=price_asc&collection=").await;
    let (mut falling, _) = client.walk("filter=sale&sort=price_desc&collection=").await;
    falling.reverse();
    assert!(pages > 2 && rising == falling && rising.len() == expected.len());
    let nothing = client.search("filter=sale&sort=price_asc&collection=nosuchgift").await;
    assert!(nothing.contains("No gifts found"), "{nothing}");
    // GetGems shows the same, as another's.
    let getgems = running.truth("getgems", &TruthQuery::default()).unwrap();
    let there: BTreeSet<_> = getgems
        .lots
        .iter()
        .filter(|lot| lot.way == TruthWay::Elsewhere)
        .map(|lot| lot.gift.to_string())
        .collect();
    assert_eq!(there, expected.keys().cloned().collect());
}

#[tokio::test]
async fn sales_show_the_truth_newest_first() {
    let running = open(options(2)).await;
    running.step(2_000);
    let client = Client::open(&running).await;
    let truth = truth(&running);
    let (entries, pages) = client.walk("filter=sold&sort=ending&collection=").await;
    assert!(pages > 1 && truth.happenings.len() > 60, "{pages} pages");
    let shown: Vec<_> = entries
        .iter()
        .map(|entry| {
            assert!(entry.contains("Sold") && entry.contains("tm-status-unavail"), "{entry}");
            let (name, price) = told(entry);
            (name, price, between(entry, "datetime=\"", "\"").unwrap().to_owned())
        })
        .collect();
    let expected: Vec<_> = truth
        .happenings
        .iter()
        .rev()
        .map(|told| {
            let TruthWhat::Sold { price, .. } = &told.what else { panic!("{told:?}") };
            let time = crate::serve::list::iso(told.at_us, 0).replace('Z', "+00:00");
            (told.gift.to_string(), super::html::ton(price.amount), time)
        })
        .collect();
    assert_eq!(shown, expected);
    let ids: BTreeSet<_> = truth.happenings.iter().map(|told| &told.source_id).collect();
    assert_eq!(ids.len(), truth.happenings.len());
}

#[tokio::test]
async fn collections_stand_twice_in_the_plural() {
    let running = open(options(1)).await;
    let client = Client::open(&running).await;
    let get = |headers: Vec<(&'static str, &'static str)>| {
        let address = running.address();
        async move { send(address, "GET", "/fragment/gifts", &headers, "").await.unwrap() }
    };
    let framed = get(vec![SCRIPT]).await.json();
    let html = framed["h"].as_str().unwrap();
    assert_eq!(framed["s"]["type"], "gifts");
    assert_eq!(html.matches("js-choose-collection-item").count(), 79);
    assert_eq!(html.matches("tm-popup-filters-item").count(), 79);
    assert!(html.contains("Durov&#39;s Caps") && html.contains("Jacks-in-the-Box"));
    assert!(get(Vec::new()).await.text().contains("<!DOCTYPE html>"));

    let truth = truth(&running);
    let gift =
        send(running.address(), "GET", &format!("/fragment/gift/{}", truth.lots[0].gift), &[SCRIPT], "")
            .await;
    let gift = gift.unwrap().json();
    let html = gift["h"].as_str().unwrap();
    assert_eq!((html.matches("tm-rarity").count(), html.matches("For sale").count()), (3, 1));
    let none =
        send(running.address(), "GET", "/fragment/gift/plushpepe-999999", &[SCRIPT], "").await.unwrap();
    assert_eq!(none.json()["r"], "/gifts");
    drop(client);
}

#[tokio::test]
async fn faults_keep_to_the_wire() {
    let running = open(options(3)).await;
    running.step(1_000);
    let client = Client::open(&running).await;
    let order = |mix: &str| {
        let order = FaultOrder {
            market: Some("fragment".into()),
            endpoint: Some("search".into()),
            mix: mix.into(),
            seed: 5,
            times: None,
        };
        running.order_faults(order).unwrap();
    };
    order("items-missing");
    let short = client.search("filter=sold&sort=ending&collection=").await;
    assert!(entries(&short).len() < 60);
    assert!(truth(&running).happenings.iter().any(|told| told.withheld));
    // An offset stays a number whatever happens to the pages.
    order("pages-swapped");
    let whole = client.search("filter=sold&sort=ending&collection=").await;
    assert_eq!(between(&whole, "data-next-offset=\"", "\""), Some("60"));
    order("page-repeated");
    let again = client.search("filter=sold&sort=ending&collection=&offset=60").await;
    assert_eq!(between(&again, "data-next-offset=\"", "\"").unwrap_or("60"), "60");
    order("field-renamed");
    assert!(client.search("filter=sold&sort=ending&collection=").await.contains("-v2"));
}

/// Scans by collection, each down to an answer that nothing was found, then all sales, in pages of sixty, with the list of collections and a session, at the chosen pace.
#[test]
fn the_default_picture_fits_a_minute() {
    let options = SandboxOptions::default();
    let world = crate::world::World::make(options.seed, options.gifts, EPOCH_US, crate::MARKETS);
    let (_, shelf) = super::seller(&world).unwrap();
    let listed = |at: usize| {
        world
            .by_price(shelf, at, None)
            .filter(|(_, gift)| super::grid::stands(&world, *gift) == Some(super::html::Status::ForSale))
            .count()
    };
    let counts: Vec<usize> = super::catalog::collections(&world).map(|(at, _)| listed(at)).collect();
    let pages: usize = counts.iter().map(|count| count.div_ceil(super::ask::PAGE) + 1).sum();
    let sales = super::grid::sales(&world).count() / super::ask::PAGE + 1;
    println!("{} for sale, {pages} pages, {sales} pages of sales", counts.iter().sum::<usize>());
    let allowed_per_second = options.speed_x1000 as usize / 500;
    assert!(pages + sales + 2 < allowed_per_second * 30, "half a minute is for everything else");
    // A client that keeps to one request a second of the real world.
    assert!(pages + sales + 2 < options.speed_x1000 as usize / 1_000 * 30);
}
