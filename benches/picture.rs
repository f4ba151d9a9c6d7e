//! What a first full picture of a large world takes from each source: requests, time at the source's own rate, and what bounds it.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use serde_json::Value;

use crate::{
    benches::Context,
    figure::{Bound, Budget, Outcome, number},
    http::Http,
    ribbon::{Ribbon, ask},
    start::up_variables,
};

/// How many times faster than the real world everything runs.
const SPEED: u32 = 60;
/// A picture that is not whole by then is none.
const PATIENCE: Duration = Duration::from_secs(1_800);
/// A source that needs so much longer than its rate alone is bound by something else.
const OTHERWISE_BOUND: f64 = 1.25;

/// A source's picture when it was first seen to be whole.
struct Whole {
    name: String,
    listings: i64,
    /// Answers read by then, by walk.
    pages: BTreeMap<String, u64>,
    /// Since the start of the process, at speed 60.
    took: Duration,
    /// Requests a second of the real world.
    rate: f64,
}

impl Whole {
    fn requests(&self) -> u64 {
        self.pages.values().sum()
    }

    /// Seconds of the real world that the source's own rate alone asks for.
    fn rate_s(&self) -> f64 {
        self.requests() as f64 / self.rate
    }

    /// Seconds of the real world that it took.
    fn real_s(&self) -> f64 {
        self.took.as_secs_f64() * f64::from(SPEED)
    }

    fn ratio(&self) -> f64 {
        self.real_s() / self.rate_s()
    }

    fn line(&self) -> String {
        let walks: Vec<String> = self.pages.iter().map(|(walk, count)| format!("{count} {walk}")).collect();
        let bound = if self.ratio() <= OTHERWISE_BOUND { "its rate" } else { "this machine, or its waits" };
        format!(
            "{}: {} listings by {} requests ({}), {} min at its rate alone, {} min measured, bound by {bound}",
            self.name,
            self.listings,
            self.requests(),
            walks.join(", "),
            number(self.rate_s() / 60.0),
            number(self.real_s() / 60.0),
        )
    }
}

/// Runs `picture`.
pub(crate) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let gifts = context.gifts(100_000, 1_000);
    let mut variables = up_variables(&context.folder.join("picture"), gifts);
    variables.push(("RIBBON_SPEED".to_owned(), SPEED.to_string()));
    let mut up = Ribbon::start(context, "up", &variables)?;
    let address = up.await_serving("market page").await?;
    let began = Instant::now();
    let mut http = Http::connect(address).await?;
    let mut whole: BTreeMap<String, Whole> = BTreeMap::new();
    loop {
        anyhow::ensure!(began.elapsed() < PATIENCE, "the picture is not whole within {PATIENCE:?}");
        let answer = ask(
            &mut http,
            "{ markets { id name listingsCount requestBudget { requests windowSeconds } status { scopesTotal scopesDone } } }",
        )
        .await?;
        let markets = answer["markets"].as_array().context("markets")?;
        // What is no market has no budget: a source of rates.
        let asked: Vec<_> = markets.iter().filter(|market| !market["requestBudget"].is_null()).collect();
        for market in &asked {
            let id = market["id"].as_str().context("an id")?;
            if !whole.contains_key(id) && is_whole(market) {
                let took = began.elapsed();
                let pages = pages(&mut http, id).await?;
                whole.insert(id.to_owned(), seen(market, pages, took)?);
            }
        }
        if !asked.is_empty() && whole.len() == asked.len() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    up.stop().await?;
    Ok(Outcome {
        figures: whole.values().map(Whole::line).collect(),
        budgets: vec![Budget {
            name: "time over the time of the slowest source's rate alone",
            rounds: vec![slowest_ratio(&whole)],
            bound: Bound::None,
        }],
        notes: vec![format!(
            "`ribbon up` with a built-in sandbox of {gifts} gifts, everything {SPEED} times faster than the real world, the limits \
             too. A picture is whole when every scope was scanned to its end. Requests are the answers read until then, with the polls of the \
             feed that fell between; a minute is one of the real world, {SPEED} times the measured one."
        )],
    })
}

fn slowest_ratio(whole: &BTreeMap<String, Whole>) -> f64 {
    let slowest = whole.values().max_by(|a, b| a.rate_s().total_cmp(&b.rate_s()));
    slowest.map_or(0.0, Whole::ratio)
}

fn is_whole(market: &Value) -> bool {
    let count = |name: &str| market.pointer(&format!("/status/{name}")).and_then(Value::as_i64);
    count("scopesTotal").is_some_and(|total| total > 0) && count("scopesTotal") == count("scopesDone")
}

fn seen(market: &Value, pages: BTreeMap<String, u64>, took: Duration) -> anyhow::Result<Whole> {
    let number = |path: &str| {
        market.pointer(path).and_then(Value::as_i64).with_context(|| format!("a number at {path}"))
    };
    let (requests, window_s) = (number("/requestBudget/requests")?, number("/requestBudget/windowSeconds")?);
    Ok(Whole {
        name: market["name"].as_str().context("a name")?.to_owned(),
        listings: number("/listingsCount")?,
        pages,
        took,
        rate: requests as f64 / window_s as f64,
    })
}

/// Answers of a source that were read so far, by walk, as its metrics count them.
async fn pages(http: &mut Http, id: &str) -> anyhow::Result<BTreeMap<String, u64>> {
    let (status, body) = http.get("/metrics").await?;
    anyhow::ensure!(status == 200, "status {status} of the metrics");
    let text = std::str::from_utf8(body).context("metrics are text")?;
    let mut pages = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("indexer_pages_total{")) {
        let label = |name: &str| line.split(&format!("{name}=\"")).nth(1)?.split('"').next();
        if label("market") == Some(id) {
            let count = line.rsplit(' ').next().and_then(|count| count.parse().ok()).context("a count")?;
            pages.insert(label("walk").context("a walk")?.to_owned(), count);
        }
    }
    Ok(pages)
}
