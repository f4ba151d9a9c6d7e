//! Many subscribers of one query: the server's CPU for each message, against a bare broadcast of the very same bytes.

pub(crate) mod client;
pub(crate) mod peer;

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use domain::{
    Cause, CollectionSlug, Event, Fact, Finality, GiftId, LotId, MarketId, OrderKey, Origin, Price, ScopeId,
    ports::Clock as _,
};
use store::{Batch, DbClock, Ingest, IngestOptions, Pool};
use tokio_util::sync::CancellationToken;

use crate::{
    benches::Context,
    figure::{Bound, Budget, Outcome, spread, whole},
    process::{self, Talker},
    ribbon::Ribbon,
    scratch::Scratch,
};
use client::{Plan, Told};

const DATABASE: &str = "bench_fanout";
/// Between two events; longer than the server waits to send events together, so each is a message.
const EVENT_EVERY: Duration = Duration::from_millis(100);

/// Runs it.
pub(crate) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let sockets = if context.is_quick { 20 } else { 500 };
    let seconds = if context.is_quick { 3 } else { 20 };
    let rounds = context.rounds(3);
    let scratch = Scratch::start(&context.folder, "fanout").await?;
    let pool = scratch.database(DATABASE, 4).await?;
    store::world::claim(&pool, "bench").await.context("the world is claimed")?;
    let stop = CancellationToken::new();
    let events = tokio::spawn(commit_events(pool.clone(), stop.clone()));
    let variables = [
        ("DATABASE_URL".to_owned(), scratch.url(DATABASE)),
        ("RIBBON_LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
    ];
    let mut serve = Ribbon::start(context, "serve", &variables)?;
    let address = serve.await_serving("Ribbon serves at").await?;
    let (mut ours_us, mut raw_us) = (Vec::new(), Vec::new());
    let mut messages = 0;
    for _ in 0..rounds {
        let plan = Plan { address, frame: None, sockets, seconds };
        let (told, us) = measure(context, &plan, serve.pid()).await?;
        ours_us.push(us);
        messages += told.messages;

        let peer_plan = peer::Plan { frame: told.sample.clone(), every_ms: 100 };
        let mut peer = Talker::start(context, "broadcast", &peer_plan)?;
        let address = peer.line().await?.parse().context("the peer's address")?;
        let plan = Plan { address, frame: Some(told.sample), sockets, seconds };
        let (_, us) = measure(context, &plan, peer.pid()?).await?;
        raw_us.push(us);
        peer.kill().await?;
    }
    serve.stop().await?;
    stop.cancel();
    events.await.context("the events end")??;
    pool.close().await;
    scratch.stop().await;
    Ok(Outcome {
        figures: vec![
            format!("{messages} messages to {sockets} sockets"),
            format!("ours {} us of CPU a message", spread(&ours_us)),
            format!("bare broadcast {} us", spread(&raw_us)),
        ],
        budgets: vec![Budget {
            name: "ratio",
            rounds: raw_us.iter().zip(&ours_us).map(|(raw, ours)| raw / ours).collect(),
            bound: Bound::AtLeast(0.8),
        }],
        notes: vec![format!(
            "{sockets} WebSockets in another process subscribe to all events with the same query, each under its own id; ten events a second \
             are committed, each its own message. CPU is user and system time of `ribbon serve` from /proc, reading the log, executing and \
             serializing included, divided by the messages that arrived. The client checks that every socket gets every position in order. The \
             peer is a bare axum server in a process of its own that broadcasts one of those messages, ready, as often. Rounds of {seconds} s."
        )],
    })
}

/// Opens the sockets and says what they got and what each message cost the process `server`, in microseconds.
async fn measure(context: &Context, plan: &Plan, server: u32) -> anyhow::Result<(Told, f64)> {
    let mut client = Talker::start(context, "fanout", plan)?;
    anyhow::ensure!(client.line().await? == client::READY, "the client says when it is ready");
    let before = process::cpu_us(server)?;
    let told: Told = serde_json::from_str(&client.line().await?).context("what the client says")?;
    let used_us = process::cpu_us(server)? - before;
    client.end().await?;
    Ok((told.clone(), used_us / whole(told.messages)))
}

/// One listing changes its price for ever.
async fn commit_events(pool: Pool, stop: CancellationToken) -> anyhow::Result<()> {
    let fees = Arc::new(pricing::FeeTable::bundled().clone());
    let clock = DbClock::start(pool.clone()).await.context("the database's clock")?;
    let (ingest, writer) = Ingest::spawn(pool, IngestOptions { fees, evidence_keep_days: 1 });
    let slug = CollectionSlug::from_title("Lol Pop")?;
    let lot = LotId::parse("bench").context("a lot")?;
    let mut ticks = tokio::time::interval(EVENT_EVERY);
    let mut amount = 1_000_000_000;
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        amount += 1;
        let now_us = clock.now_us();
        let scope = ScopeId("bench".into());
        let fact = Fact::Listed { lot: lot.clone(), scope, price: Price::nanoton(amount) };
        let event = Event {
            market: MarketId::parse("getgems")?,
            gift: Some(GiftId { slug: slug.clone(), number: 1 }),
            key: OrderKey::market(now_us, fact.tie()),
            observed_at_us: now_us,
            finality: Finality::Confirmed,
            cause: Cause::Feed,
            evidence: None,
            origin: Origin::Fetched,
            corrects: None,
            source_id: None,
            fact,
        };
        ingest
            .commit(Batch { events: vec![event], ..Batch::default() })
            .await
            .context("an event is committed")?;
    }
    drop(ingest);
    writer.await.context("the writer ends")
}
