//! The client: another process that asks, measures, and checks what it gets.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::plan::{Plan, PlannedPage};
use crate::{
    figure::{middle, percentile, whole},
    http::Http,
};

/// What the client found out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Told {
    /// Pages a second over all connections.
    pub(crate) per_second: f64,
    /// Middle of the time from the request's first byte to the answer's last, in milliseconds.
    pub(crate) p50_ms: f64,
    /// 99 of 100 took at most so long.
    pub(crate) p99_ms: f64,
}

/// Asks as the plan says.
pub(crate) async fn run(plan: &Path) -> anyhow::Result<Told> {
    let plan: Plan = serde_json::from_slice(&std::fs::read(plan).context("the plan is read")?)?;
    let Plan { address, connections, seconds, pages } = plan;
    let pages = Arc::new(pages);
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let until = began + Duration::from_secs(seconds);
    let mut tasks = Vec::new();
    for _ in 0..connections {
        tasks.push(tokio::spawn(ask(address, Arc::clone(&pages), Arc::clone(&next), until)));
    }
    let mut times_ms = Vec::new();
    for task in tasks {
        times_ms.extend(task.await.context("a connection's task")??);
    }
    let took = began.elapsed();
    Ok(Told {
        per_second: whole(times_ms.len()) / took.as_secs_f64(),
        p50_ms: middle(&times_ms),
        p99_ms: percentile(&times_ms, 99),
    })
}

async fn ask(
    address: SocketAddr,
    pages: Arc<Vec<PlannedPage>>,
    next: Arc<AtomicUsize>,
    until: Instant,
) -> anyhow::Result<Vec<f64>> {
    let requests: Vec<Vec<u8>> =
        pages.iter().map(|page| Http::post_bytes(address, "/graphql", &page.body)).collect();
    let mut http = Http::connect(address).await?;
    let mut times_ms = Vec::new();
    while Instant::now() < until {
        let index = next.fetch_add(1, Ordering::Relaxed) % pages.len();
        let began = Instant::now();
        let (status, body) = http.exchange(&requests[index]).await?;
        times_ms.push(began.elapsed().as_secs_f64() * 1_000.0);
        anyhow::ensure!(status == 200, "status {status}: {}", String::from_utf8_lossy(body));
        check(&pages[index], body).with_context(|| pages[index].body.clone())?;
    }
    Ok(times_ms)
}

/// Whether the page is the one that was asked for.
pub(super) fn check(page: &PlannedPage, body: &[u8]) -> anyhow::Result<()> {
    let answer: Value = serde_json::from_slice(body).context("the answer is JSON")?;
    anyhow::ensure!(answer.get("errors").is_none(), "{}", answer["errors"]);
    let nodes =
        answer.pointer("/data/listings/nodes").and_then(Value::as_array).context("a list of nodes")?;
    let PlannedPage { body: _, keys, key_pointer, slug, model } = page;
    anyhow::ensure!(nodes.len() == keys.len(), "{} nodes, not {}", nodes.len(), keys.len());
    for (node, key) in nodes.iter().zip(keys) {
        let shown = |pointer: &str| {
            let value = node.pointer(pointer).unwrap_or(&Value::Null);
            value.as_str().map_or_else(|| value.to_string(), str::to_owned)
        };
        if !key_pointer.is_empty() {
            anyhow::ensure!(shown(key_pointer) == *key, "{} where {key} belongs", shown(key_pointer));
        }
        if let Some(slug) = slug {
            anyhow::ensure!(shown("/gift/slug") == *slug, "a gift of {}", shown("/gift/slug"));
        }
        if let Some(model) = model {
            anyhow::ensure!(shown("/gift/model/name") == *model, "a {}", shown("/gift/model/name"));
        }
        anyhow::ensure!(shown("/allIn/total").bytes().all(|b| b.is_ascii_digit()), "an all-in price");
    }
    Ok(())
}
