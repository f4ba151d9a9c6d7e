//! A served API over a fresh database, filled through the store's own way in.

use std::{net::SocketAddr, sync::Arc};

use domain::{Event, ports::Clock};
use graphql::{ApiOptions, ApiParts, ApiState};
use pricing::FeeTable;
use serde_json::{Value, json};
use store::{Batch, DbClock, Ingest, IngestOptions, Mark, Pool};
use tokio_util::sync::{CancellationToken, DropGuard};

/// A served API; it stops with the value.
pub(crate) struct Api {
    pub(crate) pool: Pool,
    pub(crate) ingest: Ingest,
    pub(crate) address: SocketAddr,
    pub(crate) client: reqwest::Client,
    state: ApiState,
    stop: DropGuard,
    _database: Option<harness::TestDatabase>,
}

/// The API with its documented options.
pub(crate) async fn api() -> Api {
    api_with(ApiOptions::default()).await
}

/// The API with other options.
pub(crate) async fn api_with(options: ApiOptions) -> Api {
    let database = harness::database().await;
    let mut api = api_on(database.pool.clone(), options).await;
    api._database = Some(database);
    api
}

/// The API on a migrated database.
pub(crate) async fn api_on(pool: Pool, options: ApiOptions) -> Api {
    store::world::claim(&pool, "test").await.expect("an unclaimed database");
    let fees = Arc::new(FeeTable::bundled().clone());
    let ingest_options = IngestOptions { fees: Arc::clone(&fees), evidence_keep_days: 30 };
    let (ingest, _writer) = Ingest::spawn(pool.clone(), ingest_options);
    let clock: Arc<dyn Clock> = Arc::new(DbClock::start(pool.clone()).await.expect("a clock"));
    let parts = ApiParts {
        pool: pool.clone(),
        clock,
        markets: adapters::MARKETS.iter().map(|market| (market.info)()).collect(),
        fees,
        address_candidates: |gift, collection| vec![format!("{collection}/{gift}")],
    };
    let stop = CancellationToken::new();
    let state = ApiState::start(parts, options, stop.clone()).await.expect("the API starts");
    let router = graphql::router(state.clone(), stop.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let ended = stop.clone();
    tokio::spawn(async move {
        let serving = axum::serve(listener, router).with_graceful_shutdown(ended.cancelled_owned());
        serving.await.expect("the server runs");
    });
    Api { pool, ingest, address, client: harness::http(), state, stop: stop.drop_guard(), _database: None }
}

impl Api {
    /// Logs events, brings the floors up to them, and waits until answers stand on them. Gives the position reached.
    pub(crate) async fn log(&self, events: Vec<Event>) -> i64 {
        self.write(events, Vec::new()).await
    }

    /// The same with workers' marks.
    pub(crate) async fn write(&self, events: Vec<Event>, marks: Vec<Mark>) -> i64 {
        let batch = Batch { events, marks, ..Batch::default() };
        let position = self.ingest.commit(batch).await.expect("a commit").position;
        while store::floors::advance(&self.pool).await.expect("floors").is_some() {}
        self.state.reach(position).await;
        position
    }

    /// Stops the server, as Ctrl-C does.
    pub(crate) fn stop(self) -> Option<harness::TestDatabase> {
        drop(self.stop);
        self._database
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// An answer with its status, whatever it says.
    pub(crate) async fn post(&self, body: &Value) -> (u16, Value) {
        let sent = self.client.post(self.url("/graphql")).json(body).send().await.expect("an answer");
        (sent.status().as_u16(), sent.json().await.expect("JSON"))
    }

    /// The data of a query that must succeed.
    pub(crate) async fn ask(&self, query: &str) -> Value {
        self.ask_with(query, json!({})).await
    }

    /// The data of a query with variables that must succeed.
    pub(crate) async fn ask_with(&self, query: &str, variables: Value) -> Value {
        let (status, answer) = self.post(&json!({"query": query, "variables": variables})).await;
        assert!(status == 200 && answer.get("errors").is_none(), "{status} {query}\n{answer:#}");
        answer["data"].clone()
    }

    /// The status and code of a request that must be refused as a whole or in its only field.
    pub(crate) async fn refusal(&self, body: &Value) -> (u16, Value) {
        let (status, answer) = self.post(body).await;
        let error =
            answer.pointer("/errors/0").cloned().unwrap_or_else(|| panic!("not refused: {body}\n{answer:#}"));
        (status, error)
    }
}

/// The strings at a path below each item of a list.
pub(crate) fn texts(list: &Value, path: &str) -> Vec<String> {
    let items = list.as_array().unwrap_or_else(|| panic!("a list, not {list}"));
    items.iter().map(|item| item.pointer(path).and_then(Value::as_str).unwrap_or("null").to_owned()).collect()
}
