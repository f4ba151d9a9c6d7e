#![doc = include_str!("README.md")]

mod backfill;
mod benches;
mod book;
mod fanout;
mod figure;
mod freshness;
mod http;
mod ingest;
mod listing;
mod machine;
mod pages;
mod peer;
mod picture;
mod process;
mod ribbon;
mod scratch;
mod start;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use clap::Parser;

use benches::{BENCHES, Bench, Context};

/// Measures Ribbon against raw peers in one run on this machine, and prints one line for each figure.
#[derive(Debug, Parser)]
#[command(name = "benches")]
struct Arguments {
    /// Benches to run, by name; without any, all of them.
    names: Vec<String>,
    /// Names the benches and ends.
    #[arg(long)]
    list: bool,
    /// Small worlds and single rounds: shows that a bench works, not how fast anything is.
    #[arg(long)]
    quick: bool,
    /// Gifts of the worlds, in place of each bench's own number.
    #[arg(long, value_name = "COUNT")]
    gifts: Option<usize>,
    /// Rounds, in place of each bench's own number.
    #[arg(long, value_name = "COUNT")]
    rounds: Option<usize>,
    /// Writes what was measured as a Markdown fragment.
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Folder for the scratch server and its data; on the disk that is to be measured.
    #[arg(long, value_name = "PATH", default_value_os_t = std::env::temp_dir())]
    dir: PathBuf,
    /// The executable `ribbon`; by default the one beside this executable.
    #[arg(long, value_name = "PATH")]
    ribbon: Option<PathBuf>,
}

fn main() -> ExitCode {
    // The other half of a bench: this executable again, as the client.
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [client, name, plan] = words.as_slice()
        && client == "client"
    {
        return finish(start(be_client(name, plan.as_ref())));
    }
    let arguments = Arguments::parse();
    if arguments.list {
        for Bench { name, compares, .. } in BENCHES {
            say(&format!("{name:10} {compares}"));
        }
        return ExitCode::SUCCESS;
    }
    // Without it the first HTTP client would panic. An error says that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    finish(start(run(&arguments)))
}

fn start(work: impl Future<Output = anyhow::Result<bool>>) -> anyhow::Result<bool> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.context("the runtime")?.block_on(work)
}

fn finish(outcome: anyhow::Result<bool>) -> ExitCode {
    match outcome {
        Ok(is_met) if is_met => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(fault) => {
            complain(&format!("benches: {fault:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn be_client(name: &str, plan: &std::path::Path) -> anyhow::Result<bool> {
    let told = match name {
        "listing" => serde_json::to_string(&listing::client::run(plan).await?)?,
        "freshness" => serde_json::to_string(&freshness::client::run(plan).await?)?,
        "fanout" => serde_json::to_string(&fanout::client::run(plan, say).await?)?,
        "broadcast" => return fanout::peer::run(plan, say).await.map(|()| true),
        other => anyhow::bail!("there is no client `{other}`"),
    };
    say(&told);
    Ok(true)
}

/// Runs what was asked for; whether every budget was met.
async fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    let wanted = choose(&arguments.names)?;
    if cfg!(debug_assertions) {
        complain("benches: this is a debug build; its figures say nothing about speed");
    }
    let context = Context {
        is_quick: arguments.quick,
        gifts: arguments.gifts,
        rounds: arguments.rounds,
        folder: scratch::make_folder(&arguments.dir)?,
        ribbon: arguments.ribbon.clone(),
    };
    let mut fragment = machine::describe()?;
    if arguments.quick {
        fragment.push_str(
            "Small worlds and single rounds (`--quick`): these figures say nothing about speed.\n\n",
        );
    }
    let mut is_met = true;
    for bench in wanted {
        match (bench.run)(&context).await {
            Ok(outcome) => {
                say(&outcome.line(bench.name));
                fragment.push_str(&outcome.markdown(bench));
                is_met &= outcome.is_met() != Some(false);
            }
            Err(fault) => {
                complain(&format!("{:10} failed: {fault:#}", bench.name));
                fragment.push_str(&format!("### {}\n\nFailed: {fault:#}\n\n", bench.name));
                is_met = false;
            }
        }
    }
    std::fs::remove_dir_all(&context.folder).context("the scratch folder is removed")?;
    if let Some(path) = &arguments.out {
        std::fs::write(path, fragment).with_context(|| format!("{} is written", path.display()))?;
        let path = path.canonicalize().unwrap_or_else(|_| path.clone());
        say(&format!("The fragment for docs/PERFORMANCE.md is {}", path.display()));
    }
    Ok(is_met)
}

fn choose(names: &[String]) -> anyhow::Result<Vec<&'static Bench>> {
    if names.is_empty() {
        return Ok(BENCHES.iter().collect());
    }
    let find = |name: &String| {
        let found = BENCHES.iter().find(|bench| bench.name == name);
        found.with_context(|| format!("there is no bench `{name}`; --list names them"))
    };
    names.iter().map(find).collect()
}

#[expect(clippy::print_stdout, reason = "the figures are this program's answer")]
fn say(line: &str) {
    println!("{line}");
}

fn complain(line: &str) {
    eprintln!("{line}");
}
