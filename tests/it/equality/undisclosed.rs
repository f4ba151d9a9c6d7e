//! What a wire does not disclose: null in what GraphQL answers, and the reason beside it.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
};

use graphql::ApiOptions;
use sandbox::{TruthQuery, truth::TruthWay};
use serde_json::{Value, json};

use crate::{
    graphql::api::{Api, api_on},
    world::World,
};

const DATES: [(&str, &str); 4] = [
    ("transferable_at_ms", "transferableAt"),
    ("exportable_at_ms", "exportableAt"),
    ("resellable_at_ms", "resellableAt"),
    ("unlocks_at_ms", "unlocksAt"),
];

/// What the log holds but for the lists of attributes, which are the bulk and are compared by themselves.
const KINDS: &str = "LISTED, REPRICED, STILL_LISTED, DELISTED, SOLD, GIFT_TRANSFERRED, EXPORTED, METADATA_SEEN, COLLECTION_SEEN";

/// Looks up every field that a market says it never tells. A new one breaks this test until it is looked up here.
pub(super) async fn compare(world: &World, when: &str) {
    let api = api_on(world.pool().clone(), ApiOptions::default()).await;
    let answers = Answers::read(world, &api).await;
    let query = TruthQuery { without_happenings: true, ..TruthQuery::default() };
    let truths: Vec<_> =
        world.markets.iter().map(|market| world.sandbox.truth(market, &query).expect("the truth")).collect();
    let lots = || truths.iter().flat_map(|truth| &truth.lots);
    let elsewhere: BTreeSet<_> =
        lots().filter(|lot| lot.way == TruthWay::Elsewhere).map(|lot| &lot.gift).collect();
    for truth in &truths {
        let is_shown_elsewhere =
            !truth.lots.is_empty() && truth.lots.iter().all(|lot| elsewhere.contains(&lot.gift));
        for undisclosed in &truth.undisclosed {
            let what = format!("{} {when}: {}", truth.market, undisclosed.field);
            let of = Of { answers: &answers, market: &truth.market, is_shown_elsewhere, what };
            of.check(undisclosed.field);
        }
    }
}

/// Everything that GraphQL tells of the world.
struct Answers {
    gifts: Vec<Value>,
    listings: Vec<Value>,
    sales: Vec<Value>,
    collections: Vec<Value>,
    /// Oldest first.
    events: Vec<Value>,
    /// The markets that have told details of a gift, by its id.
    tellers: BTreeMap<String, BTreeSet<String>>,
    /// Which market lists attributes of which kind.
    listers: BTreeSet<(String, String)>,
    description: String,
}

impl Answers {
    async fn read(world: &World, api: &Api) -> Self {
        let attribute = "{ rarityPerMille rarityTier }";
        let gift = format!(
            "id model {attribute} symbol {attribute} backdrop {attribute} owner {{ position }} address
             dates {{ transferableAt exportableAt resellableAt unlocksAt }}
             missing {{ field reason }}"
        );
        let event = "position kind market { id } gift { id } lot price { amount } fact {
            ... on Repriced { before { amount } } ... on CollectionSeen { address } ... on Sold { seller buyer transaction }
            ... on MetadataSeen { attributes { kind rarityPerMille rarityTier } owner address transferableAt exportableAt resellableAt
                                  unlocksAt contractType } }";
        let filter = format!("filter: {{kinds: [{KINDS}]}}, ");
        let mut events = filtered_pages(api, "activity", &filter, event).await;
        events.reverse();
        let mut tellers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for event in events.iter().filter(|event| event["kind"] == "METADATA_SEEN") {
            tellers.entry(text(&event["gift"]["id"])).or_default().insert(text(&event["market"]["id"]));
        }
        let listers: Vec<(String, String)> = sqlx::query_as(
            "select distinct market, fact::jsonb ->> 'attribute' from market.events where kind = 'attribute_seen'",
        )
        .fetch_all(world.pool())
        .await
        .expect("the events");
        let described = api.ask("{ __type(name: \"MetadataSeen\") { description } }").await;
        Self {
            gifts: pages(api, "gifts", &gift).await,
            listings: pages(api, "listings", "id market { id } source { id } sourcesCount owner missing { field reason }").await,
            sales: pages(api, "sales", "id market { id } source { id } sourcesCount seller buyer transaction missing { field reason }")
                .await,
            collections: pages(api, "collections", "id address missing { field reason }").await,
            events,
            tellers,
            listers: listers.into_iter().collect(),
            description: text(&described["__type"]["description"]),
        }
    }
}

/// All nodes of a connection, page by page.
async fn pages(api: &Api, field: &str, selection: &str) -> Vec<Value> {
    filtered_pages(api, field, "", selection).await
}

async fn filtered_pages(api: &Api, field: &str, filter: &str, selection: &str) -> Vec<Value> {
    let query = format!(
        "query($after: Cursor) {{ {field}({filter}first: 100, after: $after) {{ nodes {{ {selection} }} pageInfo {{ endCursor hasNextPage }} }} }}"
    );
    let (mut nodes, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = api.ask_with(&query, json!({ "after": after })).await[field].take();
        nodes.extend(page["nodes"].as_array().expect("nodes").iter().cloned());
        if page["pageInfo"]["hasNextPage"] != true {
            return nodes;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// One field that one market does not tell.
struct Of<'a> {
    answers: &'a Answers,
    market: &'a str,
    /// Another market shows each of this one's listings too, so that none of its gifts need be its alone.
    is_shown_elsewhere: bool,
    what: String,
}

impl Of<'_> {
    fn check(&self, field: &str) {
        match field {
            "attributes" => {
                for event in self.events("METADATA_SEEN") {
                    assert_eq!(event["fact"]["attributes"], json!([]), "{}: {event}", self.what);
                }
            }
            "attributes/rarity" => self.rarities(),
            "attributes/symbol/rarity" => self.symbol_rarity(),
            "owner" => {
                self.never_told("owner");
                self.all(&self.answers.listings, "owner");
            }
            "address" => self.address(),
            "contract_type" => {
                self.never_told("contractType");
                // Nothing but the event shows it, and the event's type says what null means there.
                assert!(self.answers.description.contains("Null is what it does not say"), "{}", self.what);
            }
            "collections/address" => self.collection_address(),
            "happenings/details" => self.happenings_details(),
            "happenings/transaction" => self.some_transactions(),
            "happenings/sold/seller" => self.never_sold_with("seller"),
            "happenings/sold/buyer" => self.never_sold_with("buyer"),
            "happenings/sold/transaction" => self.never_sold_with("transaction"),
            "happenings/exported/owner" => self.exported_owner(),
            "happenings/repriced/before" => self.repriced_before(),
            date => {
                let (_, name) = DATES
                    .into_iter()
                    .find(|(known, _)| *known == date)
                    .unwrap_or_else(|| panic!("{}: not looked up yet", self.what));
                self.never_told(name);
                self.of_its_own(|gift| match &gift["dates"] {
                    Value::Null => self.reason(gift, "dates"),
                    // It tells other dates.
                    told => assert_eq!(told[name], Value::Null, "{}: {gift}", self.what),
                });
            }
        }
    }

    /// Null, with its reason.
    fn null(&self, node: &Value, field: &str, reason: &str) {
        assert_eq!(node[field], Value::Null, "{}: {node}", self.what);
        self.reason(node, reason);
    }

    fn reason(&self, node: &Value, field: &str) {
        let missing = node["missing"].as_array().expect("a list");
        let has_reason = missing.iter().any(|one| {
            one["field"] == field && one["reason"].as_str().is_some_and(|reason| reason.len() > 10)
        });
        assert!(has_reason, "{}: `{field}` is null without a reason: {node}", self.what);
    }

    /// Null with its reason in each of this market's nodes of which no other source told.
    fn all(&self, nodes: &[Value], field: &str) {
        let own: Vec<_> = nodes.iter().filter(|node| node["market"]["id"] == self.market).collect();
        assert!(!own.is_empty(), "{}: nothing to look at", self.what);
        for node in own {
            if node["sourcesCount"] == 1 && node["source"]["id"] == self.market {
                self.null(node, field, field);
            }
        }
    }

    /// A field of a sale that no telling of this market's has.
    fn never_sold_with(&self, field: &str) {
        assert!(self.events("SOLD").count() > 0, "{}: nothing to look at", self.what);
        for event in self.events("SOLD") {
            assert_eq!(event["fact"].get(field), Some(&Value::Null), "{}: {event}", self.what);
        }
        self.all(&self.answers.sales, field);
    }

    /// This market's events of a kind.
    fn events<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        let own = |event: &&Value| event["market"]["id"] == self.market;
        self.answers.events.iter().filter(own).filter(move |event| event["kind"] == kind)
    }

    /// Null in each telling of this market's pages.
    fn never_told(&self, field: &str) {
        assert!(self.events("METADATA_SEEN").count() > 20, "{}: little to look at", self.what);
        for event in self.events("METADATA_SEEN") {
            assert_eq!(event["fact"].get(field), Some(&Value::Null), "{}: {event}", self.what);
        }
    }

    /// Looks at each gift of which no other market has told details.
    fn of_its_own(&self, check: impl Fn(&Value)) {
        let is_own = |tellers: &BTreeSet<String>| tellers.iter().all(|teller| teller == self.market);
        let own: Vec<_> = self
            .answers
            .gifts
            .iter()
            .filter(|gift| self.answers.tellers.get(&text(&gift["id"])).is_some_and(is_own))
            .collect();
        assert!(self.is_shown_elsewhere || !own.is_empty(), "{}: no gift is this market's alone", self.what);
        own.into_iter().for_each(check);
    }

    /// Whether the rarity of a gift's attribute is null; then it has its reason.
    fn rarity(&self, gift: &Value, kind: &str) -> bool {
        let attribute = &gift[kind];
        let is_null = attribute["rarityPerMille"].is_null() && attribute["rarityTier"].is_null();
        if is_null {
            self.reason(gift, &format!("{kind}.rarityPerMille"));
        }
        is_null
    }

    fn rarities(&self) {
        for event in self.events("METADATA_SEEN") {
            for told in event["fact"]["attributes"].as_array().expect("attributes") {
                assert!(
                    told["rarityPerMille"].is_null() && told["rarityTier"].is_null(),
                    "{}: {event}",
                    self.what
                );
            }
        }
        // Another market's list, or the page of another gift, may have told it.
        let untold = Cell::new(0);
        self.of_its_own(|gift| {
            let kinds = ["model", "symbol", "backdrop"];
            untold.set(untold.get() + kinds.into_iter().filter(|kind| self.rarity(gift, kind)).count());
        });
        assert!(untold.get() > 0 || self.is_listed_elsewhere(), "{}: every rarity is known", self.what);
    }

    /// Whether other markets list attributes of each kind.
    fn is_listed_elsewhere(&self) -> bool {
        let elsewhere = self.answers.listers.iter().filter(|(market, _)| market != self.market);
        elsewhere.map(|(_, kind)| kind).collect::<BTreeSet<_>>().len() == 3
    }

    fn symbol_rarity(&self) {
        let is_untold = |told: &&Value| told["kind"] == "SYMBOL" && told["rarityPerMille"].is_null();
        let attributes = |event: &Value| event["fact"]["attributes"].as_array().expect("attributes").clone();
        let untold = self
            .events("METADATA_SEEN")
            .filter(|event| attributes(event).iter().any(|told| is_untold(&told)));
        assert!(untold.count() > 0, "{}: it is always told", self.what);
        self.of_its_own(|gift| {
            self.rarity(gift, "symbol");
        });
    }

    /// A gift has an address where a page or an export has told one, and nowhere else.
    fn address(&self) {
        let told: BTreeSet<String> = self
            .answers
            .events
            .iter()
            .filter(|event| event["kind"] == "EXPORTED" || event["fact"]["address"].is_string())
            .map(|event| text(&event["gift"]["id"]))
            .collect();
        self.of_its_own(|gift| {
            if !told.contains(&text(&gift["id"])) {
                self.null(gift, "address", "address");
            }
        });
    }

    fn collection_address(&self) {
        assert!(self.events("COLLECTION_SEEN").count() > 20, "{}: little to look at", self.what);
        for event in self.events("COLLECTION_SEEN") {
            assert_eq!(event["fact"]["address"], Value::Null, "{}: {event}", self.what);
        }
        let untold: Vec<_> =
            self.answers.collections.iter().filter(|collection| collection["address"].is_null()).collect();
        assert!(!untold.is_empty(), "{}: no collection is this market's alone", self.what);
        for collection in untold {
            self.reason(collection, "address");
        }
    }

    /// A gift that is known from a history alone has no attributes.
    fn happenings_details(&self) {
        for gift in &self.answers.gifts {
            if !self.answers.tellers.contains_key(&text(&gift["id"])) {
                for field in ["model", "symbol", "backdrop"] {
                    self.null(gift, field, field);
                }
            }
        }
    }

    fn some_transactions(&self) {
        let own = self.answers.sales.iter().filter(|sale| sale["market"]["id"] == self.market);
        let (untold, told): (Vec<_>, Vec<_>) = own.partition(|sale| sale["transaction"].is_null());
        // A sale on chain is one row, which a chain source may have told of first.
        let is_told =
            !told.is_empty() || self.answers.sales.iter().any(|sale| !sale["transaction"].is_null());
        assert!(!untold.is_empty() && is_told, "{}: {} and {}", self.what, untold.len(), told.len());
        for sale in untold {
            self.reason(sale, "transaction");
        }
    }

    /// An export leaves the owner as whoever told it last.
    fn exported_owner(&self) {
        let exports: BTreeSet<String> =
            self.events("EXPORTED").map(|event| text(&event["position"])).collect();
        for gift in &self.answers.gifts {
            assert!(!exports.contains(&text(&gift["owner"]["position"])), "{}: {gift}", self.what);
        }
    }

    /// What an ask was before is what this log knew of the lot, and nothing else.
    fn repriced_before(&self) {
        let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for event in &self.answers.events {
            if event["market"]["id"] != self.market || event["price"].is_null() {
                continue;
            }
            let prices = known.entry(text(&event["lot"])).or_default();
            let before = &event["fact"]["before"];
            if !before.is_null() {
                assert!(prices.contains(&text(&before["amount"])), "{}: {event}", self.what);
            }
            prices.insert(text(&event["price"]["amount"]));
        }
    }
}
