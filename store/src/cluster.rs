//! The private PostgreSQL cluster: one server that belongs to this process, in the data folder, on a private socket.
//!
//! Invariants: the server never outlives its parent unnoticed, a cluster is never initialized over another one, and
//! whatever a crash leaves behind (of the parent, of the server, of `initdb`, of the machine) does not block the next
//! start. Linux only: it reads `/proc` and lets `setpriv` (util-linux) drop privileges and set the parent-death signal.
//!
//! The parts: [`Cluster`] is the handle; `supervisor` is the thread that owns the server; `plan` resolves what a start
//! needs before anything is changed (`find` the programs, `account`, `folder`); `setup` makes a new cluster and writes
//! the `settings`; `former` clears what an earlier server left; `server` starts one and awaits it.

mod account;
mod error;
mod find;
mod folder;
mod former;
mod plan;
mod server;
mod settings;
mod setup;
mod supervisor;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::process::Signal;
use sqlx::{Connection, PgConnection};
use tokio::sync::{oneshot, watch};

pub use error::ClusterError;
pub use find::{INSTALL_LINES, MAJOR_MIN};
pub use folder::{MARKER_FILE, MARKER_LINE, default_data_dir, open_data_dir};

use supervisor::Shared;

/// The database that every role uses.
const DATABASE: &str = "ribbon";
/// How long a fast shutdown (INT) may take before an immediate one (QUIT) is asked for.
const STOP_FAST: Duration = Duration::from_secs(30);
/// How long an immediate shutdown may take before the server is killed; the next start then recovers.
const STOP_IMMEDIATE: Duration = Duration::from_secs(10);

/// What a start needs to know. Make it with [`ClusterOptions::new`] and change what differs.
#[derive(Debug, Clone)]
pub struct ClusterOptions {
    /// The data folder; the cluster is its subfolder `pg`. Absent, empty, or one that carries [`MARKER_FILE`].
    pub data_dir: PathBuf,
    /// The folder that holds `postgres` and `initdb` (`RIBBON_PG_BIN`); `None` searches
    /// `/usr/lib/postgresql/*/bin`, newest first, then `PATH`.
    pub pg_bin: Option<PathBuf>,
    /// Whether a commit waits for the disk. `false` is for databases that live no longer than a test run: after a
    /// crash of the *machine* such a cluster may be corrupt. It is given on the command line, so a later durable
    /// start of the same folder does not inherit it.
    pub fsync: bool,
    /// Settings on top of the module's own, as name and value; they win over everything in files.
    pub settings: Vec<(String, String)>,
}

impl ClusterOptions {
    /// A durable cluster in `data_dir` with the newest PostgreSQL of the machine.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self { data_dir: data_dir.into(), pg_bin: None, fsync: true, settings: Vec::new() }
    }
}

/// What the server is doing; seen through [`Cluster::state`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClusterState {
    /// The first start is under way, recovery included.
    Starting,
    /// The server takes connections; `pid` is its postmaster.
    Running {
        /// Process id of the postmaster.
        pid: u32,
    },
    /// The server ended unasked and is being started again. Readiness fails meanwhile.
    Restarting {
        /// Which restart this is within the last minute, from 1.
        attempt: u32,
        /// How the server ended, for the log and the status page.
        reason: String,
    },
    /// Stopped on request, or never started.
    Stopped,
    /// Given up: five restarts within a minute, or a start that failed for a reason that does not mend itself.
    Failed {
        /// What to tell the operator.
        reason: String,
    },
}

/// A running private cluster. Dropping it asks the server to shut down without waiting; [`Cluster::stop`] waits.
#[derive(Debug)]
pub struct Cluster {
    shared: Arc<Shared>,
    state: watch::Receiver<ClusterState>,
    socket_dir: PathBuf,
    data_dir: PathBuf,
}

impl Cluster {
    /// Makes the cluster when the folder has none, starts its server, waits until it takes connections and creates
    /// the database `ribbon`. Safe to repeat; the second start of one folder at the same time is refused.
    ///
    /// Takes about half a second the first time and 50 ms later; longer when there is something to recover. When the
    /// returned future is dropped, the server is stopped again.
    ///
    /// # Errors
    /// [`ClusterError`] names the path, variable or value at fault and how to mend it.
    pub async fn start(options: ClusterOptions) -> Result<Self, ClusterError> {
        let (sender, state) = watch::channel(ClusterState::Starting);
        let shared = Arc::new(Shared::new(sender));
        let (report, started) = oneshot::channel();
        // The parent-death signal fires when the *thread* that spawned the server ends, so the server gets a thread
        // that lives as long as it does; a runtime's blocking thread would end after ten idle seconds.
        let thread_shared = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("ribbon-postgres".to_owned())
            .spawn(move || supervisor::run(options, &thread_shared, report))
            .map_err(|source| ClusterError::Thread { source })?;
        let plan = started.await.map_err(|_| ClusterError::Stopped)??;
        let cluster = Self { shared, state, socket_dir: plan.socket_dir, data_dir: plan.data_dir };
        match create_database(&cluster.url_for("postgres")).await {
            Ok(()) => Ok(cluster),
            Err(source) => {
                cluster.stop().await;
                Err(ClusterError::Database { name: DATABASE, source })
            }
        }
    }

    /// The URL of the database `ribbon`, for `sqlx` and `psql` alike. It holds no secret: who may connect is decided
    /// by the socket folder (mode 0700) and by peer authentication.
    pub fn url(&self) -> String {
        self.url_for(DATABASE)
    }

    /// The URL of another database of this cluster; `database` is a name of ours (letters, digits, underscore).
    pub fn url_for(&self, database: &str) -> String {
        url(&self.socket_dir, database)
    }

    /// The URL of the database `ribbon` of the server that now runs on `data_dir`, started by another process; `None`
    /// when none takes connections there. Lets a one-shot role work beside a running `ribbon up`.
    pub fn find_running(data_dir: &Path) -> Option<String> {
        let pg = folder::resolve(data_dir).ok()?.join("pg");
        let pid_file = former::PidFile::read(&pg)?;
        let account = account::Account::choose(&pg).ok()?;
        (pid_file.ready && former::is_alive(&pg, pid_file.pid, &account))
            .then(|| url(&pid_file.socket_dir, DATABASE))
    }

    /// The folder of the server's socket; `psql -h <folder> -U ribbon` is the operator's shell.
    pub fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    /// The data folder as the server sees it: absolute, symbolic links resolved.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// Process id of the postmaster, or `None` while no server runs.
    pub fn postmaster_pid(&self) -> Option<u32> {
        self.shared.pid()
    }

    /// A channel of the server's state. A worker waits on it; readiness is `Running`.
    pub fn state(&self) -> watch::Receiver<ClusterState> {
        self.state.clone()
    }

    /// Stops the server and returns when it is gone and the folder is free for the next start. Close the pools first:
    /// a fast shutdown ends their connections and rolls back what they had open. Idempotent.
    pub async fn stop(&self) {
        let mut state = self.state.clone();
        for (signal, patience) in [(Signal::INT, STOP_FAST), (Signal::QUIT, STOP_IMMEDIATE)] {
            self.shared.ask_to_stop(signal);
            let ended = state.wait_for(is_final);
            if tokio::time::timeout(patience, ended).await.is_ok() {
                return;
            }
            tracing::warn!(signal = ?signal, "PostgreSQL did not stop in time");
        }
        self.shared.ask_to_stop(Signal::KILL);
        // An error means that the thread is gone, and with it the server.
        let _ = state.wait_for(is_final).await;
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.shared.ask_to_stop(Signal::INT);
    }
}

fn is_final(state: &ClusterState) -> bool {
    matches!(state, ClusterState::Stopped | ClusterState::Failed { .. })
}

fn url(socket_dir: &Path, database: &str) -> String {
    use std::fmt::Write as _;
    use std::os::unix::ffi::OsStrExt as _;

    let mut url = format!("postgres://ribbon@localhost/{database}?host=");
    for byte in socket_dir.as_os_str().as_bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => {
                url.push(char::from(*byte))
            }
            other => write!(url, "%{other:02X}").expect("writing to a String cannot fail"),
        }
    }
    url
}

async fn create_database(maintenance_url: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(maintenance_url).await?;
    let exists: bool =
        sqlx::query_scalar("select exists (select from pg_catalog.pg_database where datname = $1)")
            .bind(DATABASE)
            .fetch_one(&mut connection)
            .await?;
    if !exists {
        sqlx::query("create database ribbon").execute(&mut connection).await?;
    }
    connection.close().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_escapes_what_a_query_cannot_hold() {
        assert_eq!(
            url(Path::new("/srv/my data&more/run"), "ribbon"),
            "postgres://ribbon@localhost/ribbon?host=/srv/my%20data%26more/run"
        );
    }
}
