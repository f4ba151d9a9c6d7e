//! Processes of `ribbon`: started with a clean environment, awaited by what they say, stopped in order.

use std::{
    io::{BufRead as _, BufReader, Read},
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::{benches::Context, http::Http};

/// How long a process may take to say that it is ready; a debug build is slow.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long it may take to end.
const END_PATIENCE: Duration = Duration::from_secs(30);

/// A running `ribbon`. Dropping it kills it.
pub(crate) struct Ribbon {
    child: Child,
    role: String,
    said: Receiver<String>,
    heard: Vec<String>,
    /// When it was started.
    pub(crate) began: Instant,
}

impl Ribbon {
    /// Starts `ribbon <role>` with these variables and none of ours that could change what it does.
    pub(crate) fn start(
        context: &Context,
        role: &str,
        variables: &[(String, String)],
    ) -> anyhow::Result<Self> {
        let executable = executable(context)?;
        // It shall not outlive this process, however that ends.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--"]).arg(&executable).args(role.split_whitespace());
        for (name, _) in std::env::vars() {
            let is_foreign = name.starts_with("RIBBON_") || name.starts_with("PG") || name == "DATABASE_URL";
            if is_foreign && name != "RIBBON_PG_BIN" {
                command.env_remove(name);
            }
        }
        command.current_dir(&context.folder).env("RIBBON_LOG", "warn");
        command.envs(variables.iter().map(|(name, text)| (name, text)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let began = Instant::now();
        let mut child = command.spawn().with_context(|| format!("{} starts", executable.display()))?;
        let (say, said) = channel();
        listen(child.stdout.take(), say.clone());
        listen(child.stderr.take(), say);
        Ok(Self { child, role: role.into(), said, heard: Vec::new(), began })
    }

    /// Waits for a line that holds `words`.
    pub(crate) fn await_line(&mut self, words: &str) -> anyhow::Result<String> {
        self.await_line_for(words, PATIENCE)
    }

    /// The same, for at most so long.
    pub(crate) fn await_line_for(&mut self, words: &str, patience: Duration) -> anyhow::Result<String> {
        if let Some(line) = self.heard.iter().find(|line| line.contains(words)) {
            return Ok(line.clone());
        }
        let until = Instant::now() + patience;
        loop {
            let wait = until.saturating_duration_since(Instant::now());
            match self.said.recv_timeout(wait) {
                Ok(line) => {
                    self.heard.push(line.clone());
                    if line.contains(words) {
                        return Ok(line);
                    }
                }
                Err(fault) => {
                    let why = match fault {
                        RecvTimeoutError::Timeout => format!("did not say `{words}` within {patience:?}"),
                        RecvTimeoutError::Disconnected => format!("ended before it said `{words}`"),
                    };
                    let tail = self.heard.iter().rev().take(8).rev().cloned().collect::<Vec<_>>();
                    anyhow::bail!("ribbon {} {why}:\n{}", self.role, tail.join("\n"));
                }
            }
        }
    }

    /// Where it serves, once it says so; and it is ready.
    pub(crate) async fn await_serving(&mut self, words: &str) -> anyhow::Result<SocketAddr> {
        let line = self.await_line(words)?;
        let address = line.split("http://").nth(1).context("a line with an address")?;
        let address: SocketAddr =
            address.split('/').next().unwrap_or_default().parse().with_context(|| line.clone())?;
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if is_ready(address).await {
                return Ok(address);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        anyhow::bail!("ribbon {} is not ready within {PATIENCE:?}", self.role)
    }

    /// Every line it has said so far.
    pub(crate) fn lines(&mut self) -> &[String] {
        self.heard.extend(self.said.try_iter());
        &self.heard
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ctrl-C, and waits for the end.
    pub(crate) async fn stop(mut self) -> anyhow::Result<Duration> {
        let began = Instant::now();
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).context("a process id")?;
        kill_process(pid, Signal::INT).context("the signal is sent")?;
        while began.elapsed() < END_PATIENCE {
            if let Some(status) = self.child.try_wait().context("its end is awaited")? {
                anyhow::ensure!(status.success(), "ribbon {} ended with {status}", self.role);
                return Ok(began.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        anyhow::bail!("ribbon {} did not end within {END_PATIENCE:?}", self.role)
    }
}

impl Drop for Ribbon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether it says so, and answers a query.
async fn is_ready(address: SocketAddr) -> bool {
    let Ok(mut http) = Http::connect(address).await else { return false };
    let is_well = http.get("/ready").await.is_ok_and(|(status, _)| status == 200);
    is_well && ask(&mut http, "{ log { position } }").await.is_ok()
}

/// Asks GraphQL; an answer with errors is one.
pub(crate) async fn ask(http: &mut Http, query: &str) -> anyhow::Result<Value> {
    let answer = http.post("/graphql", &json!({ "query": query }).to_string()).await?;
    let answer: Value = serde_json::from_slice(answer).context("an answer is JSON")?;
    anyhow::ensure!(answer.get("errors").is_none() && answer["data"].is_object(), "the answer is {answer}");
    Ok(answer["data"].clone())
}

fn listen(source: Option<impl Read + Send + 'static>, say: Sender<String>) {
    let Some(source) = source else { return };
    std::thread::spawn(move || {
        for line in BufReader::new(source).lines().map_while(Result::ok) {
            if say.send(line).is_err() {
                return;
            }
        }
    });
}

fn executable(context: &Context) -> anyhow::Result<PathBuf> {
    let path = match &context.ribbon {
        Some(path) => path.clone(),
        None => std::env::current_exe().context("our own path")?.with_file_name("ribbon"),
    };
    anyhow::ensure!(
        path.is_file(),
        "{} is not there: build it with `cargo build --release`, or name one with --ribbon",
        path.display()
    );
    // Roles run in another folder.
    path.canonicalize().with_context(|| path.display().to_string())
}

/// A sandbox in a process of its own, and the variables with which it is gathered from.
pub(crate) struct Outside {
    _ribbon: Ribbon,
    pub(crate) variables: Vec<(String, String)>,
}

impl Outside {
    /// Starts it. Its credentials go into a folder of the run.
    pub(crate) fn start(
        context: &Context,
        gifts: usize,
        is_trading: bool,
        speed: u32,
    ) -> anyhow::Result<Self> {
        let own = |name: &str, text: String| (name.to_owned(), text);
        let variables = [
            own("RIBBON_DATA_DIR", context.folder.join("outside").display().to_string()),
            own("RIBBON_SANDBOX_GIFTS", gifts.to_string()),
            own("RIBBON_SANDBOX_LISTEN", "127.0.0.1:0".into()),
            own("RIBBON_SANDBOX_TRADING", if is_trading { "on" } else { "off" }.into()),
            own("RIBBON_SPEED", speed.to_string()),
        ];
        let mut ribbon = Ribbon::start(context, "sandbox", &variables)?;
        // The last of the lines that tell how to gather from it.
        ribbon.await_line("RIBBON_SPEED=")?;
        let variables = ribbon.lines().iter().filter_map(|line| line.split_once('='));
        let variables = variables.filter(|(name, _)| name.starts_with("RIBBON_"));
        let variables = variables.map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
        Ok(Self { _ribbon: ribbon, variables })
    }
}
