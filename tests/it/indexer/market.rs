//! A market in memory: a page is JSON of three rows, the feed goes forwards, the history backwards. Faults on demand, every request noted.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Instant,
};

use async_trait::async_trait;
use domain::{
    CollectionSlug, Exchange, GiftId, Happening, LotDetails, LotId, Malformed, MarketId, MarketInfo, Origin,
    Page, Price, RequestRecord, Seen, Sighting, SourceFault,
    market::{RequestBudget, SourceKind},
    ports::{Clock, KnownCollection, MarketSource, Scope, Step, Want},
    sighting::ScopeId,
};
use serde_json::{Value, json};

const ROWS: usize = 3;

/// What a request meets instead of its page.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    Answer(SourceFault),
    /// The body lacks what must be there.
    Drift,
    /// The walk ends here though there is more.
    CutShort,
    /// A whole list with nothing in it.
    Empty,
    /// The walk is sent back to its beginning.
    Back,
    /// The feed no longer reaches back to what was known, and begins anew behind its newest row; a scan's page does not join the one before.
    Gap,
}

type Faults = Box<dyn Fn(&str) -> Option<Fault> + Send>;

#[derive(Default)]
struct World {
    lots: BTreeMap<String, (GiftId, i64)>,
    feed: Vec<Value>,
    faults: Option<Faults>,
    requests: Vec<(Instant, String)>,
}

pub(super) struct FakeMarket {
    info: MarketInfo,
    clock: Arc<dyn Clock>,
    collections: Mutex<Vec<&'static str>>,
    world: Mutex<World>,
}

impl FakeMarket {
    pub(super) fn new(id: &'static str, clock: Arc<dyn Clock>) -> Self {
        let info = MarketInfo {
            id: MarketId::parse(id).unwrap(),
            name: "A market in memory",
            kind: SourceKind::Market,
            site_url: "",
            covers: &[],
            not_covered: &[],
            image_hosts: &[],
            budget: RequestBudget { requests: 200_000, window_ms: 200_000, spacing_ms: 0 },
            feed_interval_ms: 8_000,
        };
        Self { info, clock, collections: Mutex::new(vec!["Plush Pepe", "Toy Bear"]), world: Mutex::default() }
    }

    /// Gift `number` of a collection is listed, re-priced (listed again) or gone; the feed tells it if `is_told`.
    pub(super) fn set(&self, collection: &str, number: u32, price: Option<i64>, is_told: bool) {
        let gift = GiftId::parse(&format!("{collection} #{number}")).unwrap();
        let lot = format!("lot-{gift}");
        let mut world = self.world.lock().unwrap();
        let before = match price {
            Some(price) => world.lots.insert(lot.clone(), (gift.clone(), price)),
            None => world.lots.remove(&lot),
        };
        let what = match (price, &before) {
            (Some(_), None) => "listed",
            (Some(_), Some(_)) => "repriced",
            (None, _) => "sold",
        };
        let price = price.or(before.map(|(_, price)| price)).unwrap_or(1);
        let id = format!("{}", world.feed.len());
        if is_told {
            let at_us = self.clock.now_us();
            world.feed.push(
                json!({"id": id, "at_us": at_us, "lot": lot, "gift": gift, "what": what, "price": price}),
            );
        }
    }

    /// The feed tells this, whatever it is.
    pub(super) fn tell(&self, id: &str, gift: &str, at_us: i64) {
        let row = json!({"id": id, "at_us": at_us, "lot": format!("lot-{gift}"), "gift": gift, "what": "listed", "price": 1});
        self.world.lock().unwrap().feed.push(row);
    }

    /// Its list of collections is this from now on; what is not on it cannot be asked for.
    pub(super) fn list(&self, titles: &[&'static str]) {
        *self.collections.lock().unwrap() = titles.to_vec();
    }

    /// The feed's newest row was never told.
    pub(super) fn take_back(&self) {
        self.world.lock().unwrap().feed.pop();
    }

    pub(super) fn fail(&self, faults: impl Fn(&str) -> Option<Fault> + Send + 'static) {
        self.world.lock().unwrap().faults = Some(Box::new(faults));
    }

    pub(super) fn mend(&self) {
        self.world.lock().unwrap().faults = None;
    }

    /// Open lots as (lot, price), in order.
    pub(super) fn truth(&self) -> Vec<(String, i64)> {
        self.world.lock().unwrap().lots.iter().map(|(lot, (_, price))| (lot.clone(), *price)).collect()
    }

    /// When requests for targets that begin so were sent.
    pub(super) fn requests(&self, target: &str) -> Vec<Instant> {
        let world = self.world.lock().unwrap();
        world.requests.iter().filter(|(_, asked)| asked.starts_with(target)).map(|(at, _)| *at).collect()
    }

    fn body(&self, world: &World, target: &str, is_cut: bool) -> Value {
        let (path, from) = target.split_once("?from=").unwrap_or((target, "0"));
        let from: usize = from.parse().unwrap();
        let page = |rows: Vec<Value>| {
            let next = from + ROWS;
            let next = (next < rows.len() && !is_cut).then(|| next.to_string());
            json!({"rows": rows.into_iter().skip(from).take(ROWS).collect::<Vec<_>>(), "next": next})
        };
        match path {
            "/collections" => {
                page(self.collections.lock().unwrap().iter().map(|title| json!({"title": title})).collect())
            }
            "/feed" => page(world.feed.clone()),
            "/history" => page(world.feed.iter().rev().cloned().collect()),
            scan => {
                let slug = scan.trim_start_matches("/scan/");
                let rows = world.lots.iter().filter(|(_, (gift, _))| gift.slug.as_str() == slug);
                page(
                    rows.map(|(lot, (gift, price))| json!({"lot": lot, "gift": gift, "price": price}))
                        .collect(),
                )
            }
        }
    }
}

fn target(want: &Want, cursor: Option<&str>) -> String {
    let path = match want {
        Want::Collections => "/collections".to_owned(),
        Want::Attributes(_) => "/attributes".to_owned(),
        Want::Scan(scope) => format!("/scan/{}", scope.collection.slug),
        Want::Feed => "/feed".to_owned(),
        Want::History => "/history".to_owned(),
    };
    format!("{path}?from={}", cursor.unwrap_or("0"))
}

fn scope(slug: &CollectionSlug) -> ScopeId {
    ScopeId(format!("all:{slug}"))
}

#[async_trait]
impl MarketSource for FakeMarket {
    fn info(&self) -> &MarketInfo {
        &self.info
    }

    fn scopes(&self, collections: &[KnownCollection]) -> Vec<Scope> {
        let listed = self.collections.lock().unwrap();
        collections
            .iter()
            .filter(|collection| listed.iter().any(|title| *title == collection.title))
            .map(|collection| Scope { id: scope(&collection.slug), collection: collection.clone() })
            .collect()
    }

    fn attribute_batches(&self, _collections: &[KnownCollection]) -> Vec<Vec<KnownCollection>> {
        Vec::new()
    }

    async fn fetch(
        &self,
        want: &Want,
        cursor: Option<&str>,
        clock: &dyn Clock,
    ) -> Result<Exchange, SourceFault> {
        let target = target(want, cursor);
        let started_at_us = clock.now_us();
        let body = {
            let mut world = self.world.lock().unwrap();
            world.requests.push((Instant::now(), target.clone()));
            match world.faults.as_ref().and_then(|faults| faults(&target)) {
                Some(Fault::Answer(fault)) => return Err(fault),
                Some(Fault::Drift) => json!({"data": []}),
                Some(Fault::CutShort) => self.body(&world, &target, true),
                Some(Fault::Empty) => json!({"rows": [], "next": null}),
                Some(Fault::Back) => json!({"rows": [], "next": "0"}),
                Some(Fault::Gap) => json!({"rows": [], "next": "gap"}),
                None => self.body(&world, &target, false),
            }
        };
        Ok(Exchange {
            market: self.info.id.clone(),
            request: RequestRecord { method: "GET".into(), target, body: None },
            status: 200,
            body: serde_json::to_vec(&body).unwrap(),
            started_at_us,
            received_at_us: clock.now_us(),
            origin: Origin::Fetched,
        })
    }

    fn read(&self, exchange: &Exchange) -> Result<Page, Malformed> {
        let body: Value = serde_json::from_slice(&exchange.body).unwrap();
        let Some(rows) = body["rows"].as_array() else {
            return Err(Malformed {
                market: self.info.id.clone(),
                path: "/rows".into(),
                expected: "a list".into(),
                found: "nothing".into(),
            });
        };
        let sighting =
            |(index, row): (usize, &Value)| Sighting { path: format!("/rows/{index}"), seen: seen(row) };
        Ok(Page {
            sightings: rows.iter().enumerate().map(sighting).collect(),
            unknown_fields: vec![("/rows/*/surprise".into(), 1)],
            cursor: body["next"].as_str().map(str::to_owned),
            ..Page::default()
        })
    }

    fn step(&self, want: &Want, cursor: Option<&str>, page: &Page) -> Step {
        match (&page.cursor, want) {
            (Some(next), Want::Feed) if next == "gap" => {
                Step::Gap(Some(self.world.lock().unwrap().feed.len().to_string()))
            }
            (Some(next), Want::Scan(_)) if next == "gap" => Step::Gap(None),
            (Some(next), _) => Step::Continue(next.clone()),
            // Forwards: the next poll begins behind the last row seen.
            (None, Want::Feed) => {
                let from: usize = cursor.unwrap_or("0").parse().unwrap();
                Step::Done(Some((from + page.sightings.len()).to_string()))
            }
            (None, _) => Step::Done(None),
        }
    }
}

fn seen(row: &Value) -> Seen {
    let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
    if row["title"].is_string() {
        let title = text("title");
        return Seen::Collection {
            slug: CollectionSlug::from_title(&title).unwrap(),
            title,
            address: None,
            image_url: None,
        };
    }
    let (lot, gift) = (LotId::parse(&text("lot")).unwrap(), GiftId::parse(&text("gift")).unwrap());
    let price = Price::nanoton(row["price"].as_i64().unwrap());
    let what = match text("what").as_str() {
        "listed" => Happening::Listed { price },
        "repriced" => Happening::Repriced { price },
        "sold" => Happening::Sold { price, seller: None, buyer: None, transaction: None },
        _ => return Seen::Open { lot, gift, price, details: LotDetails::default() },
    };
    let at_us = row["at_us"].as_i64().unwrap();
    let scope = scope(&gift.slug);
    Seen::Happened { source_id: text("id"), at_us, lot, scope, gift, what, details: None }
}
