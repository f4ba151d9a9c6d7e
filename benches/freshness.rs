//! From a poll's answer received to a subscriber's socket, through two processes and the log between them.

pub(crate) mod client;

use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::{
    benches::Context,
    figure::{Bound, Budget, Outcome, number, percentile, spread},
    http::Http,
    process,
    ribbon::{Outside, Ribbon, ask},
    scratch::Scratch,
};
use client::{Plan, Told};

const DATABASE: &str = "bench_freshness";
/// Speed of the sandbox's world, as in `ribbon up`.
const SPEED: u32 = 30;
/// Events of feeds that the figures are of, at least: 2 in 200 are slower than the p99. With `--quick`, any.
const EVENTS_MIN: usize = 200;
/// How long the first picture may take.
const PICTURE_PATIENCE: Duration = Duration::from_secs(600);

/// Runs it.
pub(crate) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let gifts = context.gifts(20_000, 2_000);
    let rounds = context.rounds(3);
    let seconds = if context.is_quick { 15 } else { 60 };
    let scratch = Scratch::start(&context.folder, "freshness").await?;
    let pool = scratch.database(DATABASE, 2).await?;
    let outside = Outside::start(context, gifts, true, SPEED)?;
    let mut variables = outside.variables.clone();
    variables.push(("DATABASE_URL".into(), scratch.url(DATABASE)));
    let mut index = Ribbon::start(context, "index", &variables)?;
    index.await_line("Ribbon gathers")?;
    variables.push(("RIBBON_LISTEN".into(), "127.0.0.1:0".into()));
    let mut serve = Ribbon::start(context, "serve", &variables)?;
    let address = serve.await_serving("Ribbon serves at").await?;
    index.await_line_for("The first picture is complete", PICTURE_PATIENCE)?;
    let (mut ages_ms, mut p99) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let told: Told = process::client(context, "freshness", &Plan { address, seconds }).await?;
        p99.push(percentile(&told.ages_ms, 99));
        ages_ms.extend(told.ages_ms);
    }
    let (events, wanted) = (ages_ms.len(), if context.is_quick { 1 } else { EVENTS_MIN });
    anyhow::ensure!(events >= wanted, "only {events} events of feeds, and {wanted} are wanted");
    serve.stop().await?;
    index.stop().await?;
    pool.close().await;
    drop(outside);
    scratch.stop().await;
    Ok(Outcome {
        figures: vec![
            format!("{events} events of feeds at {SPEED} times real speed"),
            format!(
                "p50 {} ms, slowest {} ms",
                number(percentile(&ages_ms, 50)),
                number(percentile(&ages_ms, 100))
            ),
            format!("p99 of each round {} ms", spread(&p99)),
        ],
        budgets: vec![Budget {
            name: "p99 ms of all events",
            rounds: vec![percentile(&ages_ms, 99)],
            bound: Bound::AtMost(250.0),
        }],
        notes: vec![format!(
            "A sandbox of {gifts} gifts trades at {SPEED} times real speed in a process of its own; `ribbon index` gathers, `ribbon serve` \
             serves, both over the same server. The client is another process with one subscription to all events over \
             graphql-transport-ws. It takes its own time when a message has arrived whole, less each event's `observedAt`, which is when the \
             poll's answer was whole by the database's clock (same machine), of every event that a feed told, and checks that the positions \
             of all events follow each other without a gap. Rounds of {seconds} s."
        )],
    })
}

/// Asks until every market of the server has its first picture whole, and rests.
pub(crate) async fn await_picture(address: std::net::SocketAddr) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let mut http = Http::connect(address).await?;
    while began.elapsed() < PICTURE_PATIENCE {
        let answer = ask(&mut http, "{ markets { id status { state scopesTotal scopesDone } } }").await?;
        let markets = answer["markets"].as_array().context("markets")?;
        let is_whole = |market: &serde_json::Value| {
            let count =
                |name: &str| market.pointer(&format!("/status/{name}")).and_then(serde_json::Value::as_i64);
            count("scopesTotal").is_some_and(|total| total > 0) && count("scopesTotal") == count("scopesDone")
        };
        let is_market = |market: &&serde_json::Value| market["id"] != "tonapi";
        if markets.iter().any(|market| is_market(&market)) && markets.iter().filter(is_market).all(is_whole) {
            return Ok(began.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    anyhow::bail!("the picture is not whole within {PICTURE_PATIENCE:?}")
}
