//! How long `ribbon up` takes to be there, and what it weighs when nothing happens.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::Context as _;
use sandbox::{Identity, SandboxOptions};
use serde_json::Value;
use store::{
    PoolOptions,
    cluster::{Cluster, ClusterOptions},
};

use crate::{
    benches::Context,
    figure::{Bound, Budget, Outcome, number, spread},
    freshness::await_picture,
    http::Http,
    process::{self, Weight},
    ribbon::{Outside, Ribbon, ask},
};

/// How long nothing happens before the scales are read.
const IDLE: Duration = Duration::from_secs(20);
/// How old an aged world is.
const AGE: Duration = Duration::from_secs(86_400);

/// Runs `start`: first start, warm starts, warm starts of a world that has gone on for a day.
pub(crate) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let gifts = context.gifts(20_000, 500);
    let rounds = context.rounds(5);
    let data_dir = context.folder.join("start");
    let variables = up_variables(&data_dir, gifts);
    let mut first = first_start(context, &variables).await?;
    let aged_dir = context.folder.join("start-aged");
    make_aged(&aged_dir, gifts).await?;
    let aged_variables = up_variables(&aged_dir, gifts);
    let mut aged_first = first_start(context, &aged_variables).await?;
    let (mut warm, mut aged, mut stop) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        for (variables, position, took) in [
            (&variables, &mut first.position, &mut warm),
            (&aged_variables, &mut aged_first.position, &mut aged),
        ] {
            let (up, now, ready) = warm_start(context, variables, *position).await?;
            took.push(ready.as_secs_f64());
            *position = now;
            stop.push(up.stop().await?.as_secs_f64());
        }
    }
    let seconds = |time: Duration| number(time.as_secs_f64());
    Ok(Outcome {
        figures: vec![
            format!(
                "first start ready after {} s, picture of {gifts} gifts whole after {} s",
                seconds(first.ready),
                seconds(first.picture)
            ),
            format!(
                "with a world a day old ready after {} s, picture whole after {} s",
                seconds(aged_first.ready),
                seconds(aged_first.picture)
            ),
            format!("stopped within {} s", spread(&stop)),
        ],
        budgets: vec![
            Budget { name: "warm start s", rounds: warm, bound: Bound::AtMost(3.0) },
            Budget { name: "warm start of a world a day old s", rounds: aged, bound: Bound::AtMost(3.0) },
        ],
        notes: vec![
            "`ribbon up` with its built-in sandbox and private server, from the start of the process until `/ready` says 200 over HTTP and \
             GraphQL tells a position of the log; the first start makes the server's files. A warm start finds the data of an orderly stop, \
             and ends with open listings at a position that is no earlier than the one before the stop. A world a day old began a day \
             before the first start by what its database says; at every start the sandbox makes all its traders' steps since then again. \
             The two kinds of warm start alternate."
                .into(),
        ],
    })
}

/// A first start, its picture whole.
struct First {
    ready: Duration,
    picture: Duration,
    /// Position of the log when it was last asked for.
    position: i64,
}

async fn first_start(context: &Context, variables: &[(String, String)]) -> anyhow::Result<First> {
    let mut up = Ribbon::start(context, "up", variables)?;
    let address = up.await_serving("market page").await?;
    let ready = up.began.elapsed();
    await_picture(address).await?;
    let picture = up.began.elapsed();
    let position = position(address).await?;
    up.stop().await?;
    Ok(First { ready, picture, position })
}

/// Starts again, and says where the log is now and how long it took to be ready.
async fn warm_start(
    context: &Context,
    variables: &[(String, String)],
    before: i64,
) -> anyhow::Result<(Ribbon, i64, Duration)> {
    let mut up = Ribbon::start(context, "up", variables)?;
    let address = up.await_serving("market page").await?;
    let ready = up.began.elapsed();
    let now = position(address).await?;
    anyhow::ensure!(now >= before, "position {now} after {before}");
    Ok((up, now, ready))
}

/// Position of the server's log; one without an open listing is a fault.
async fn position(address: SocketAddr) -> anyhow::Result<i64> {
    let mut http = Http::connect(address).await?;
    let data = ask(&mut http, "{ log { position } listings(first: 1) { totalCount } }").await?;
    let listings = data.pointer("/listings/totalCount").and_then(Value::as_i64).context("a count")?;
    let position = data.pointer("/log/position").and_then(Value::as_str).context("a position")?;
    let position = position.parse().context("a position")?;
    anyhow::ensure!(listings > 0 && position > 0, "{listings} open listings at position {position}");
    Ok(position)
}

/// A database that has been claimed for the sandbox's default world as it began a day ago, and holds nothing else.
async fn make_aged(data_dir: &Path, gifts: usize) -> anyhow::Result<()> {
    let mut options = ClusterOptions::new(data_dir);
    options.pg_bin = std::env::var_os("RIBBON_PG_BIN").map(PathBuf::from);
    let cluster = Cluster::start(options).await.context("a server starts")?;
    let options = PoolOptions { url: cluster.url(), connections_max: 1, application: "ribbon-bench".into() };
    let pool = store::connect(&options).await.context("a pool")?;
    store::migrate(&pool).await.context("the database is migrated")?;
    let SandboxOptions { seed, speed_x1000, .. } = SandboxOptions::default();
    let gifts = u32::try_from(gifts).context("that many gifts")?;
    let since = (SystemTime::now() - AGE).duration_since(UNIX_EPOCH).context("a time")?;
    let epoch_us = i64::try_from(since.as_micros()).context("a time")?;
    let identity = Identity { seed, gifts, speed_x1000, epoch_us };
    store::world::claim(&pool, &identity.to_string()).await.context("the world is claimed")?;
    pool.close().await;
    cluster.stop().await;
    Ok(())
}

/// Runs `memory`: idle memory with the sandbox in another process.
pub(crate) async fn run_memory(context: &Context) -> anyhow::Result<Outcome> {
    let gifts = context.gifts(20_000, 500);
    let outside = Outside::start(context, gifts, false, 30)?;
    let mut variables = outside.variables.clone();
    variables.push(("RIBBON_DATA_DIR".into(), context.folder.join("memory").display().to_string()));
    variables.push(("RIBBON_LISTEN".into(), "127.0.0.1:0".into()));
    let mut up = Ribbon::start(context, "up", &variables)?;
    let address = up.await_serving("market page").await?;
    await_picture(address).await?;
    let filled = process::weigh(up.pid())?;
    tokio::time::sleep(IDLE).await;
    let Weight { resident_mib, proportional_mib } = process::weigh(up.pid())?;
    let mut server_mib = 0.0;
    let below = process::descendants(up.pid())?;
    anyhow::ensure!(!below.is_empty(), "the private server is below `ribbon up`");
    for pid in &below {
        // One that has just ended weighs nothing.
        server_mib += process::weigh(*pid).unwrap_or_default().proportional_mib;
    }
    up.stop().await.context("`ribbon up` ends")?;
    Ok(Outcome {
        figures: vec![
            format!(
                "proportional {proportional_mib:.0} MiB; {:.0} MiB resident when the picture was just whole",
                filled.resident_mib
            ),
            format!("PostgreSQL apart: {server_mib:.0} MiB in {} processes", below.len()),
        ],
        budgets: vec![Budget {
            name: "idle MiB resident",
            rounds: vec![resident_mib],
            bound: Bound::AtMost(150.0),
        }],
        notes: vec![format!(
            "`ribbon up` has gathered a sandbox of {gifts} gifts that runs in another process with its traders paused, and goes on polling \
             it; read from /proc after {} s. PostgreSQL's memory is the sum over its processes with shared pages counted by share.",
            IDLE.as_secs()
        )],
    })
}

pub(crate) fn up_variables(data_dir: &Path, gifts: usize) -> Vec<(String, String)> {
    [
        ("RIBBON_DATA_DIR", data_dir.display().to_string()),
        ("RIBBON_LISTEN", "127.0.0.1:0".into()),
        ("RIBBON_SANDBOX_LISTEN", "127.0.0.1:0".into()),
        ("RIBBON_SANDBOX_GIFTS", gifts.to_string()),
    ]
    .map(|(name, text)| (name.to_owned(), text))
    .to_vec()
}
