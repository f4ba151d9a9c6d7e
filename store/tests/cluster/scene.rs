//! What the tests share: a scratch folder that the server's account can reach, a parent to kill, a row to look for.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use sqlx::{Connection, PgConnection};
use store::cluster::{Cluster, ClusterOptions, ClusterState};

/// Names the data folder for which this executable shall be the parent of a cluster.
const PARENT_OF: &str = "RIBBON_TEST_PARENT_OF";

/// A folder under the system's temporary one, removed at the end of a test that passed.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("ribbon-cluster-{}-{count}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A durable cluster's options: what a crash leaves is the point here.
    pub(crate) fn options(&self) -> ClusterOptions {
        ClusterOptions::new(self.0.join("data"))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}

/// Another process that has started a cluster and lives until it is killed.
pub(crate) struct Parent {
    child: Child,
    pub(crate) url: String,
}

impl Parent {
    /// Runs this executable again with only the test `test`, which must begin with [`Parent::be_one_if_asked`].
    pub(crate) fn run(test: &str, options: &ClusterOptions) -> Self {
        let mut child = spawn_parent(test, options);
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = lines
            .map_while(Result::ok)
            .find_map(|line| line.split_once("URL=").map(|(_, url)| url.to_owned()));
        Self { child, url: url.expect("the parent prints the URL of its cluster") }
    }

    /// The other side of [`Parent::run`].
    pub(crate) async fn be_one_if_asked() {
        let Some(data_dir) = std::env::var_os(PARENT_OF) else { return };
        let cluster = Cluster::start(ClusterOptions::new(data_dir)).await.unwrap();
        println!("URL={}", cluster.url());
        std::future::pending::<()>().await;
    }

    /// kill -9. It returns once the process is gone, not once its server is.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// The process of [`Parent::run`], without waiting for its cluster.
pub(crate) fn spawn_parent(test: &str, options: &ClusterOptions) -> Child {
    let me = std::env::current_exe().unwrap();
    let mut command = Command::new(me);
    command.args(["--exact", test, "--nocapture"]).env(PARENT_OF, &options.data_dir);
    command.stdout(Stdio::piped()).spawn().unwrap()
}

/// kill -9 of a process that is not a child of ours.
pub(crate) fn kill(pid: u32) {
    let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
}

/// Puts a row where a later [`count_rows`] finds it.
pub(crate) async fn add_row(url: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(
        "create table if not exists kept (at timestamptz not null); insert into kept values (now())",
    )
    .execute(&mut connection)
    .await
    .unwrap();
}

pub(crate) async fn count_rows(url: &str) -> i64 {
    try_count_rows(url).await.unwrap()
}

/// [`count_rows`] of a server that may be going down just now.
pub(crate) async fn try_count_rows(url: &str) -> Result<i64, String> {
    let count = async {
        let mut connection = PgConnection::connect(url).await?;
        sqlx::query_scalar("select count(*) from kept").fetch_one(&mut connection).await
    };
    count.await.map_err(|error: sqlx::Error| error.to_string())
}

/// The value of a setting as the server sees it.
pub(crate) async fn setting(url: &str, name: &str) -> String {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query_scalar("select current_setting($1)").bind(name).fetch_one(&mut connection).await.unwrap()
}

/// Waits for a state; a minute without it is a failure.
pub(crate) async fn await_state(
    cluster: &Cluster,
    wanted: impl FnMut(&ClusterState) -> bool,
) -> ClusterState {
    let mut state = cluster.state();
    let waited = tokio::time::timeout(Duration::from_secs(60), state.wait_for(wanted)).await;
    waited.expect("the state is reached within a minute").unwrap().clone()
}

/// Looks again and again until `found` answers, a minute at most.
pub(crate) fn poll<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(value) = found() {
            return value;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "waited a minute for {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A command that runs as the account which owns the cluster.
pub(crate) fn as_owner_of(path: &Path, program: &str) -> Command {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = path.metadata().unwrap();
    let mut command = Command::new("setpriv");
    if is_root() {
        let (uid, gid) = (metadata.uid().to_string(), metadata.gid().to_string());
        command.args(["--reuid", &uid, "--regid", &gid, "--clear-groups"]);
    }
    // Not our output: a child left behind by a failed test would keep its reader waiting.
    command.arg("--").arg(program).stdout(Stdio::null()).stderr(Stdio::null());
    command
}
