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

use super::plan::{Plan, PlannedPage, SHOWN};
use crate::{
    figure::{middle, percentile, whole},
    http::Http,
};

/// What the client found out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Told {
    /// Pages a second over all connections.
    pub(crate) per_second: f64,
    /// Middle of the time from when a page was to be asked for to its answer's last byte, in milliseconds.
    pub(crate) p50_ms: f64,
    /// 99 of 100 took at most so long.
    pub(crate) p99_ms: f64,
}

/// Asks as the plan says.
pub(crate) async fn run(plan: &Path) -> anyhow::Result<Told> {
    let plan: Plan = serde_json::from_slice(&std::fs::read(plan).context("the plan is read")?)?;
    let Plan { address, connections, seconds, per_second, pages } = plan;
    let began = Instant::now();
    let asking = Arc::new(Asking {
        address,
        pages,
        next: AtomicUsize::new(0),
        began,
        until: began + Duration::from_secs(seconds),
        every: per_second.map(|per_second| Duration::from_secs_f64(1.0 / per_second)),
    });
    let mut tasks = Vec::new();
    for _ in 0..connections {
        tasks.push(tokio::spawn(Arc::clone(&asking).ask()));
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

/// What all connections share.
struct Asking {
    address: SocketAddr,
    pages: Vec<PlannedPage>,
    next: AtomicUsize,
    began: Instant,
    until: Instant,
    /// Between two requests of all connections together.
    every: Option<Duration>,
}

impl Asking {
    /// One connection: how long each page took, in milliseconds. A request that has its time counts from then, also when every connection
    /// still waits for an answer: a user does not ask later because another one waits.
    async fn ask(self: Arc<Self>) -> anyhow::Result<Vec<f64>> {
        let Self { address, pages, next, began, until, every } = &*self;
        let requests: Vec<Vec<u8>> =
            pages.iter().map(|page| Http::post_bytes(*address, "/graphql", &page.body)).collect();
        let mut http = Http::connect(*address).await?;
        let mut times_ms = Vec::new();
        loop {
            let turn = next.fetch_add(1, Ordering::Relaxed);
            let asked = match every {
                Some(every) => *began + every.mul_f64(whole(turn)),
                None => Instant::now(),
            };
            if asked >= *until {
                return Ok(times_ms);
            }
            tokio::time::sleep_until(asked.into()).await;
            let index = turn % pages.len();
            let (status, body) = http.exchange(&requests[index]).await?;
            times_ms.push(asked.elapsed().as_secs_f64() * 1_000.0);
            anyhow::ensure!(status == 200, "status {status}: {}", String::from_utf8_lossy(body));
            check(&pages[index], body).with_context(|| pages[index].body.clone())?;
        }
    }
}

/// Whether the page is the one that was asked for: every listing, its ask, its all-in price, and their order.
pub(super) fn check(page: &PlannedPage, body: &[u8]) -> anyhow::Result<()> {
    let answer: Value = serde_json::from_slice(body).context("the answer is JSON")?;
    anyhow::ensure!(answer.get("errors").is_none(), "{}", answer["errors"]);
    let nodes =
        answer.pointer("/data/listings/nodes").and_then(Value::as_array).context("a list of nodes")?;
    let PlannedPage { body: _, nodes: planned, has_next } = page;
    anyhow::ensure!(nodes.len() == planned.len(), "{} nodes, not {}", nodes.len(), planned.len());
    for (at, (node, planned)) in nodes.iter().zip(planned).enumerate() {
        let shown = SHOWN.map(|pointer| {
            // A gift without a model has nothing below it.
            let value = node.pointer(pointer).unwrap_or(&Value::Null);
            value.as_str().map_or_else(|| value.to_string(), str::to_owned)
        });
        anyhow::ensure!(shown.as_slice() == planned, "node {at} is {shown:?}, not {planned:?}");
    }
    let shown = answer.pointer("/data/listings/pageInfo/hasNextPage").and_then(Value::as_bool);
    anyhow::ensure!(shown == Some(*has_next), "hasNextPage is {shown:?}, not {has_next}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_wrong_page_is_refused() {
        let node = |lot: &str, number: u32, amount: &str| {
            json!({
                "id": format!("listing_getgems_{lot}"),
                "gift": { "slug": "lolpop", "number": number, "model": null },
                "price": { "amount": amount },
                "allIn": { "total": "9" },
            })
        };
        let planned = |lot: &str, number: &str| {
            [&format!("listing_getgems_{lot}"), "lolpop", number, "null", "7", "9"]
                .map(str::to_owned)
                .to_vec()
        };
        let page = PlannedPage {
            body: String::new(),
            nodes: vec![planned("a", "1"), planned("b", "2")],
            has_next: false,
        };
        let is_right = |nodes: &[Value], has_next: bool| {
            let page_info = json!({ "hasNextPage": has_next });
            let answer = json!({ "data": { "listings": { "nodes": nodes, "pageInfo": page_info } } });
            check(&page, answer.to_string().as_bytes()).is_ok()
        };
        assert!(is_right(&[node("a", 1, "7"), node("b", 2, "7")], false));
        assert!(!is_right(&[node("b", 2, "7"), node("a", 1, "7")], false), "another order");
        assert!(!is_right(&[node("a", 1, "7"), node("b", 2, "8")], false), "another ask");
        assert!(!is_right(&[node("a", 1, "7")], false), "too few");
        assert!(!is_right(&[node("a", 1, "7"), node("b", 2, "7")], true), "more behind it");
    }
}
