//! Processes of `ribbon`: started with a clean environment and a captured log, awaited by their own readiness, killed.
//!
//! A process never outlives the thread of the test that started it.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// How often something is looked at again.
const POLL: Duration = Duration::from_millis(10);
/// How long a process may take for anything that a test waits for.
const PATIENCE: Duration = Duration::from_secs(60);
/// Lines of the log that a failed test shows.
const TAIL_LINES: usize = 60;

/// A process of `ribbon` to be: the arguments and variables, nothing else from the environment of the test that could
/// change what it does.
#[derive(Debug)]
pub struct RibbonCommand(Command);

impl RibbonCommand {
    /// `ribbon <role>`, with further words allowed in `role`: `"index --once"`.
    ///
    /// # Panics
    /// When the executable is not there; it says which command builds it.
    pub fn new(role: &str) -> Self {
        let mut command = Self::of(executable());
        command.0.args(role.split_whitespace());
        command
    }

    /// A process of job workers that does what its jobs say; see [`crate::deeds`].
    ///
    /// # Panics
    /// When the executable is not there.
    pub fn deeds() -> Self {
        let path = executable().with_file_name("jobs-under-test");
        assert!(path.exists(), "{} is not there; `cargo test -p tests` builds it", path.display());
        Self::of(path)
    }

    fn of(executable: PathBuf) -> Self {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--"]).arg(executable);
        for (name, _) in std::env::vars_os() {
            let foreign =
                |name: &str| name.starts_with("RIBBON_") || name.starts_with("PG") || name == "DATABASE_URL";
            if name.to_str().is_some_and(foreign) {
                command.env_remove(name);
            }
        }
        Self(command)
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.0.arg(argument);
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    /// Starts it; what it says is kept.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start(mut self) -> Ribbon {
        self.0.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.0.spawn().expect("ribbon can be started");
        let log = Arc::default();
        keep(child.stdout.take(), &log);
        keep(child.stderr.take(), &log);
        Ribbon { child, log }
    }

    /// Runs it to its end, with `input` as its standard input.
    ///
    /// # Panics
    /// When it cannot be started or does not end within a minute.
    pub async fn run(mut self, input: &[u8]) -> Outcome {
        use std::io::Write as _;
        self.0.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.0.spawn().expect("ribbon can be started");
        let mut stdin = child.stdin.take().expect("a pipe");
        let input = input.to_vec();
        // It may end without reading all of it.
        let feeding = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let (stdout, stderr) = (collect(child.stdout.take()), collect(child.stderr.take()));
        let status = await_end(&mut child, PATIENCE).await;
        if status.is_none() {
            let _ = child.kill();
            let _ = child.wait();
        }
        let join = |thread: std::thread::JoinHandle<Vec<u8>>| thread.join().expect("the reader ends");
        let (stdout, stderr) = (join(stdout), join(stderr));
        feeding.join().expect("the writer ends");
        let stderr = String::from_utf8_lossy(&stderr).into_owned();
        let status = status.unwrap_or_else(|| panic!("ribbon did not end within {PATIENCE:?}:\n{stderr}"));
        Outcome { code: status.code(), stdout, stderr }
    }
}

/// How a process that ran to its end went.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code; `None` after a signal.
    pub code: Option<i32>,
    /// Standard output, whole.
    pub stdout: Vec<u8>,
    /// Standard error, whole.
    pub stderr: String,
}

impl Outcome {
    /// Standard output as one JSON value.
    ///
    /// # Panics
    /// When it is none; both outputs are shown.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| {
            panic!("no JSON ({error}):\n{}\n{}", String::from_utf8_lossy(&self.stdout), self.stderr)
        })
    }
}

/// A running process of `ribbon`. Dropping it kills it; a test that fails shows the end of its log.
#[derive(Debug)]
pub struct Ribbon {
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
}

impl Ribbon {
    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything it has said so far, both outputs as they came.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for a line that `wanted` takes, and returns what it makes of it.
    ///
    /// # Panics
    /// When the process ends first, or says no such thing within a minute.
    pub async fn line<T>(&mut self, what: &str, mut wanted: impl FnMut(&str) -> Option<T>) -> T {
        let mut read = 0;
        let began = Instant::now();
        loop {
            let ended = self.exit_status();
            let lines = self.log();
            if let Some(found) = lines[read..].iter().find_map(|line| wanted(line)) {
                return found;
            }
            read = lines.len();
            self.check_patience(what, began, ended);
            tokio::time::sleep(POLL).await;
        }
    }

    /// Waits until `<base>/ready` answers with success.
    ///
    /// # Panics
    /// When the process ends first, or is not ready within a minute.
    pub async fn ready(&mut self, base: &str) {
        let client = crate::http();
        let url = format!("{}/ready", base.trim_end_matches('/'));
        let began = Instant::now();
        loop {
            if client.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            let ended = self.exit_status();
            self.check_patience(&url, began, ended);
            tokio::time::sleep(POLL).await;
        }
    }

    /// How it ended, if it has.
    ///
    /// # Panics
    /// When the system does not say.
    pub fn exit_status(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("the state of a child")
    }

    /// kill -9; returns when the process is gone.
    ///
    /// # Panics
    /// When the system refuses.
    pub fn kill(&mut self) {
        // `kill` fails only for a process that has been waited for.
        let _ = self.child.kill();
        self.child.wait().expect("it is gone");
    }

    /// What Ctrl-C does; returns how the process ended.
    ///
    /// # Panics
    /// When it does not end within a minute.
    pub async fn interrupt(&mut self) -> ExitStatus {
        if self.exit_status().is_none() {
            kill_process(Pid::from_child(&self.child), Signal::INT).expect("the signal is sent");
        }
        let ended = await_end(&mut self.child, PATIENCE).await;
        ended.unwrap_or_else(|| panic!("ribbon did not stop within {PATIENCE:?}"))
    }

    fn check_patience(&self, what: &str, began: Instant, ended: Option<ExitStatus>) {
        assert!(ended.is_none(), "ribbon ended ({}) before {what}", ended.unwrap_or_default());
        assert!(began.elapsed() < PATIENCE, "waited {PATIENCE:?} for {what}");
    }
}

impl Drop for Ribbon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let lines = self.log();
            let mut text = format!("the end of the log of ribbon (process {}):\n", self.pid());
            for line in &lines[lines.len().saturating_sub(TAIL_LINES)..] {
                writeln!(text, "  {line}").expect("writing to a String cannot fail");
            }
            eprint!("{text}");
        }
    }
}

/// `ribbon-under-test` beside the folder of the test executables; for the benches `ribbon` beside themselves.
fn executable() -> PathBuf {
    let me = std::env::current_exe().expect("the path of this executable");
    let folder = me.parent().expect("a folder");
    let (path, build) = if folder.ends_with("deps") {
        let target = folder.parent().expect("the target folder");
        (target.join("ribbon-under-test"), "cargo test -p tests")
    } else {
        (folder.join("ribbon"), "cargo build --release -p app")
    };
    assert!(path.exists(), "{} is not there; `{build}` builds it", path.display());
    path
}

async fn await_end(child: &mut Child, patience: Duration) -> Option<ExitStatus> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("the state of a child") {
            return Some(status);
        }
        if began.elapsed() > patience {
            return None;
        }
        tokio::time::sleep(POLL).await;
    }
}

fn keep(output: Option<impl Read + Send + 'static>, log: &Arc<Mutex<Vec<String>>>) {
    let log = Arc::clone(log);
    let lines = BufReader::new(output.expect("a pipe")).lines();
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            log.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    });
}

fn collect(output: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<Vec<u8>> {
    let mut output = output.expect("a pipe");
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before a fault is what there is.
        let _ = output.read_to_end(&mut bytes);
        bytes
    })
}
