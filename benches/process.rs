//! The other half of a bench in a process of its own, and what processes weigh.

use std::{collections::BTreeMap, fs, process::Stdio, time::Duration};

use anyhow::Context as _;
use serde::{Serialize, de::DeserializeOwned};
use tokio::io::AsyncBufReadExt as _;

use crate::benches::Context;

/// Longest run of a client.
const CLIENT_PATIENCE: Duration = Duration::from_secs(300);

/// Runs this executable as the client `name`, gives it the plan, and reads what it found out.
pub(crate) async fn client<T: DeserializeOwned>(
    context: &Context,
    name: &str,
    plan: &impl Serialize,
) -> anyhow::Result<T> {
    let mut command = command(context, name, plan)?;
    let output = tokio::time::timeout(CLIENT_PATIENCE, command.output()).await;
    let output = output.context("the client ends in time")?.context("the client runs")?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "the client found a fault: {}", complaint.trim());
    serde_json::from_slice(&output.stdout).context("what the client says")
}

/// A client that is talked with line by line. Dropping it kills it.
pub(crate) struct Talker {
    child: tokio::process::Child,
    lines: tokio::io::Lines<tokio::io::BufReader<tokio::process::ChildStdout>>,
}

impl Talker {
    /// Starts this executable as the client `name`.
    pub(crate) fn start(context: &Context, name: &str, plan: &impl Serialize) -> anyhow::Result<Self> {
        let mut child =
            command(context, name, plan)?.stdout(Stdio::piped()).spawn().context("a client starts")?;
        let stdout = child.stdout.take().context("its standard output")?;
        Ok(Self { child, lines: tokio::io::BufReader::new(stdout).lines() })
    }

    /// Its next line.
    pub(crate) async fn line(&mut self) -> anyhow::Result<String> {
        let line = tokio::time::timeout(CLIENT_PATIENCE, self.lines.next_line()).await;
        line.context("the client speaks in time")?
            .context("its line is read")?
            .context("the client ended early")
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> anyhow::Result<u32> {
        self.child.id().context("a running client")
    }

    /// Waits for its end.
    pub(crate) async fn end(mut self) -> anyhow::Result<()> {
        let status = tokio::time::timeout(CLIENT_PATIENCE, self.child.wait()).await;
        let status = status.context("the client ends in time")?.context("its end is awaited")?;
        anyhow::ensure!(status.success(), "the client ended with {status}");
        Ok(())
    }

    /// Ends it.
    pub(crate) async fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill().await.context("the client is ended")
    }
}

fn command(context: &Context, name: &str, plan: &impl Serialize) -> anyhow::Result<tokio::process::Command> {
    let path = context.folder.join(format!("{name}-plan.json"));
    fs::write(&path, serde_json::to_vec(plan)?).context("the plan is written")?;
    let mut command = tokio::process::Command::new(std::env::current_exe().context("our own path")?);
    command.args(["client", name]).arg(&path).stdin(Stdio::null()).kill_on_drop(true);
    Ok(command)
}

/// User and system time of a process so far, in microseconds; the kernel counts in hundredths of a second.
pub(crate) fn cpu_us(pid: u32) -> anyhow::Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("a process's times")?;
    let rest = stat.rsplit_once(") ").context("a process's times")?.1;
    let ticks = |index: usize| rest.split(' ').nth(index).and_then(|text| text.parse::<f64>().ok());
    let ticks = ticks(11).zip(ticks(12)).map(|(user, system)| user + system);
    Ok(ticks.context("a process's times")? * 10_000.0)
}

/// Memory of a process in MiB.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Weight {
    /// Resident, shared pages counted whole.
    pub(crate) resident_mib: f64,
    /// Shared pages counted by share.
    pub(crate) proportional_mib: f64,
}

/// What a process weighs.
pub(crate) fn weigh(pid: u32) -> anyhow::Result<Weight> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).context("a process's memory")?;
    let mib = |key: &str| {
        let line = rollup.lines().find(|line| line.starts_with(key));
        let kib: Option<f64> = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
        kib.map(|kib| kib / 1_024.0).context("a figure of memory")
    };
    Ok(Weight { resident_mib: mib("Rss:")?, proportional_mib: mib("Pss:")? })
}

/// The processes below this one, itself left out.
pub(crate) fn descendants(pid: u32) -> anyhow::Result<Vec<u32>> {
    let mut parents = BTreeMap::new();
    for entry in fs::read_dir("/proc").context("/proc is read")?.flatten() {
        let Some(child) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        // The name in brackets may hold anything; what follows the last bracket does not.
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
        let parent = stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(1)?.parse::<u32>().ok());
        parents.extend(parent.map(|parent| (child, parent)));
    }
    let is_below = |child: u32| {
        let line = std::iter::successors(Some(child), |child| parents.get(child).copied());
        child != pid && line.take(32).any(|one| one == pid)
    };
    Ok(parents.keys().copied().filter(|child| is_below(*child)).collect())
}
