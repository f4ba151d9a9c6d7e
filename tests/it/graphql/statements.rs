//! How many SQL statements a query costs: by its shape alone, never by how much it finds.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::json;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use super::{
    api::{Api, api},
    scene::{collection, offered, on, price, told},
    socket::Socket,
};

/// Hears of every statement that this thread sends.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<Vec<String>>>);

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if matches!(field.name(), "summary" | "db.statement") {
            self.0.push_str(&format!("{value:?} "));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &value);
    }
}

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(text.0);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

impl Statements {
    /// The statements heard since the last call, without those by which the tail follows the log, and the notice that the writer sends it.
    fn take(&self) -> Vec<String> {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_of_the_tail = |text: &String| {
            ["market.log_head", "select h.position", "pg_notify"].iter().any(|words| text.contains(words))
        };
        std::mem::take(&mut *heard).into_iter().filter(|text| !is_of_the_tail(text)).collect()
    }

    /// How often this thread sent a statement with these words since the last call.
    fn count(&self, words: &str) -> usize {
        self.take().iter().filter(|text| text.contains(words)).count()
    }
}

/// Hears this thread's statements as long as the guard lives.
fn listen() -> (Statements, impl Drop) {
    let heard = Statements::default();
    // With one subscriber in the process, `tracing` asks the thread that first meets a statement whether anybody cares for it, and
    // that may be another test's. With two it asks both.
    static SECOND: OnceLock<tracing::Dispatch> = OnceLock::new();
    SECOND.get_or_init(|| tracing::Dispatch::new(Statements::default()));
    let guard = tracing::subscriber::set_default(heard.clone());
    tracing::callsite::rebuild_interest_cache();
    (heard, guard)
}

async fn fill(api: &Api, gifts: i64) {
    let mut events = vec![collection("Plush Pepe", 1)];
    for n in 1..=gifts {
        let of = format!("plushpepe-{n}");
        for market in ["getgems", "mrkt"] {
            events.push(on(
                market,
                told(&of, n, ("Cozy", None), "Pine Green", "alice", domain::Custody::Market),
            ));
            events.push(on(market, offered(&of, n, price(n, "TON"))));
        }
    }
    api.log(events).await;
}

/// One thread, so that the server's statements are heard.
#[tokio::test]
async fn a_query_costs_as_many_statements_as_its_shape_has_levels() {
    let (heard, _guard) = listen();
    let mut counts: Vec<Vec<usize>> = Vec::new();
    let mut faults: Vec<String> = Vec::new();
    for gifts in [1, 60] {
        let api = api().await;
        fill(&api, gifts).await;
        let mut of_size = Vec::new();
        for (query, most) in [
            ("{ __typename limits { depth } notCovered { name } }", 0),
            (
                "{ listings(first: 50) { nodes { id price { text } allIn { text lines { source } } market { name } gift { slug number } } asOf { position ageMs } } }",
                1,
            ),
            ("{ listings(first: 50) { totalCount nodes { id } } }", 2),
            (
                "{ listings(first: 50) { nodes { gift { model { name rarityPerMille } symbol { name } owner { name } custody { kind } } } } }",
                3,
            ),
            (
                "{ listings(first: 50) { nodes { stale ageSeconds checkedAt missing { field } event { position } price { converted { text } } } } }",
                6,
            ),
            (
                "{ gifts(first: 50) { nodes { name listings { id gift { listings { id } } } sales { id } history { kind } } } }",
                5,
            ),
            ("{ gifts(first: 50) { nodes { missing { field reason } } } }", 4),
            (
                "{ activity(first: 50) { nodes { kind gift { name } price { text } listing { id } collection { title } } } }",
                3,
            ),
            (
                "{ collections { nodes { title floors { price { text } listing { id } event { kind } } attributes { name } } } }",
                6,
            ),
            ("{ markets { status { state } listingsCount quarantine { why } } }", 3),
            (
                "{ a: listings(first: 5) { nodes { gift { name } } } b: listings(first: 9) { nodes { gift { name } } } }",
                3,
            ),
        ] {
            heard.take();
            api.ask(query).await;
            let statements = heard.take();
            if statements.len() != most {
                faults.push(format!(
                    "{query}: {} statements, expected {most}\n{statements:#?}",
                    statements.len()
                ));
            }
            of_size.push(statements.len());
        }
        counts.push(of_size);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(counts[0], counts[1], "the number of rows does not change the number of statements");
    assert_eq!(json!(counts[0].len()), json!(11));
}

/// The gift's name is read from the collection once per execution, so that statement counts executions.
#[tokio::test]
async fn equal_subscriptions_are_executed_once_for_all() {
    let (heard, _guard) = listen();
    let api = api().await;
    api.log(vec![collection("Plush Pepe", 1)]).await;
    let mut sockets = Vec::new();
    for n in 0..10 {
        let mut socket = Socket::open(&api).await;
        for id in ["a", "b", "c"] {
            // Spelled differently, with a variable that is each one's own.
            let query = format!(
                "subscription($after: Cursor) {{{} events(after: $after) {{ ... on EventsBatch {{ events {{ gift {{ name }} }}, cursor }} }} # {n}\n}}",
                " ".repeat(n)
            );
            socket.subscribe(id, &query, json!({ "after": null })).await;
            socket.next(id).await;
        }
        sockets.push(socket);
    }
    let other = "subscription { events { ... on EventsBatch { events { gift { name id } } } } }";
    let mut alone = Socket::open(&api).await;
    alone.subscribe("o", other, json!({})).await;
    alone.next("o").await;
    heard.take();
    api.log(vec![offered("plushpepe-1", 5, price(1, "TON"))]).await;
    for socket in &mut sockets {
        let mut ids = Vec::new();
        for _ in 0..3 {
            let (id, data) = socket.any().await;
            assert_eq!(data["events"]["events"][0]["gift"]["name"], "Plush Pepe #1");
            ids.push(id);
        }
        ids.sort();
        assert_eq!(ids, ["a", "b", "c"]);
    }
    alone.next("o").await;
    assert_eq!(heard.count("from market.collections"), 2, "thirty equal ones and another are two executions");
}
