//! How long `ribbon up` takes to be there, and what it weighs when nothing happens.

use std::{path::Path, time::Duration};

use anyhow::Context as _;

use crate::{
    benches::Context,
    figure::{Bound, Budget, Outcome, spread},
    freshness::await_picture,
    process::{self, Weight},
    ribbon::{Outside, Ribbon},
};

/// How long nothing happens before the scales are read.
const IDLE: Duration = Duration::from_secs(20);

/// Runs `start`: first start, warm starts.
pub(crate) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let gifts = context.gifts(20_000, 500);
    let rounds = context.rounds(5);
    let data_dir = context.folder.join("start");
    let variables = up_variables(&data_dir, gifts);
    let (ready, picture) = {
        let mut up = Ribbon::start(context, "up", &variables)?;
        let address = up.await_serving("market page").await?;
        let ready = up.began.elapsed();
        await_picture(address).await?;
        let picture = up.began.elapsed();
        up.stop().await?;
        (ready, picture)
    };
    let (mut warm, mut stop) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let mut up = Ribbon::start(context, "up", &variables)?;
        up.await_serving("market page").await?;
        warm.push(up.began.elapsed().as_secs_f64());
        stop.push(up.stop().await?.as_secs_f64());
    }
    Ok(Outcome {
        figures: vec![
            format!("first start ready after {:.1} s, picture of {gifts} gifts whole after {:.1} s", ready.as_secs_f64(), picture.as_secs_f64()),
            format!("stopped within {} s", spread(&stop)),
        ],
        budgets: vec![Budget { name: "warm start s", rounds: warm, bound: Bound::AtMost(3.0) }],
        notes: vec![
            "`ribbon up` with its built-in sandbox and private server, from the start of the process until `/ready` says 200 over HTTP; the \
             first start makes the server's files. A warm start finds the data of an orderly stop."
                .into(),
        ],
    })
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

fn up_variables(data_dir: &Path, gifts: usize) -> Vec<(String, String)> {
    [
        ("RIBBON_DATA_DIR", data_dir.display().to_string()),
        ("RIBBON_LISTEN", "127.0.0.1:0".into()),
        ("RIBBON_SANDBOX_LISTEN", "127.0.0.1:0".into()),
        ("RIBBON_SANDBOX_GIFTS", gifts.to_string()),
    ]
    .map(|(name, text)| (name.to_owned(), text))
    .to_vec()
}
