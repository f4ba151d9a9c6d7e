//! The scratch server: a private PostgreSQL in its production setting, on the disk to be measured, gone afterwards.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;
use sqlx::{Connection as _, Executor as _, PgConnection};
use store::{
    Pool, PoolOptions,
    cluster::{Cluster, ClusterOptions},
};

const FOLDER: &str = "ribbon-bench-";
const TEMPLATE: &str = "bench_template";

/// An empty folder of this run; folders of runs that were killed are removed.
pub(crate) fn make_folder(parent: &Path) -> anyhow::Result<PathBuf> {
    for entry in fs::read_dir(parent).with_context(|| format!("{} is read", parent.display()))?.flatten() {
        let name = entry.file_name();
        let pid = name.to_str().and_then(|name| name.strip_prefix(FOLDER)).map(str::to_owned);
        if pid.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    let folder = parent.join(format!("{FOLDER}{}", std::process::id()));
    fs::create_dir(&folder).with_context(|| format!("{} is made", folder.display()))?;
    // As root the server runs as another account, which has to pass through.
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).context("the folder is opened")?;
    Ok(folder)
}

/// A server with a migrated template.
pub(crate) struct Scratch {
    cluster: Cluster,
}

impl Scratch {
    /// Starts it: every commit waits for the disk, settings are those of `ribbon up`.
    pub(crate) async fn start(folder: &Path, name: &str) -> anyhow::Result<Self> {
        let mut options = ClusterOptions::new(folder.join(name));
        options.pg_bin = std::env::var_os("RIBBON_PG_BIN").map(PathBuf::from);
        let cluster = Cluster::start(options).await.context("the scratch server starts")?;
        let scratch = Self { cluster };
        scratch.create(TEMPLATE, "template0").await?;
        let pool = scratch.pool(TEMPLATE, 2).await?;
        store::migrate(&pool).await.context("the template is migrated")?;
        pool.close().await;
        Ok(scratch)
    }

    /// A new migrated database.
    pub(crate) async fn database(&self, name: &str, connections_max: u32) -> anyhow::Result<Pool> {
        self.create(name, TEMPLATE).await?;
        self.pool(name, connections_max).await
    }

    /// Removes a database.
    pub(crate) async fn remove(&self, name: &str) -> anyhow::Result<()> {
        self.run(&format!("drop database {name} with (force)")).await
    }

    /// Writes everything to disk, so that no round pays for the one before.
    pub(crate) async fn settle(&self) -> anyhow::Result<()> {
        self.run("checkpoint").await
    }

    /// Whether every statement in this database is written to the server's log.
    pub(crate) async fn log_statements(&self, database: &str, is_logged: bool) -> anyhow::Result<()> {
        let value = if is_logged { "'all'" } else { "'none'" };
        self.run(&format!("alter system set log_statement = {value}")).await?;
        self.run("select pg_reload_conf()").await?;
        // The backends take it up between two statements; the log says so.
        let pool = self.pool(database, 1).await?;
        for _ in 0..200 {
            let now: String =
                sqlx::query_scalar("select current_setting('log_statement')").fetch_one(&pool).await?;
            if value.contains(&now) {
                tokio::time::sleep(Duration::from_millis(200)).await;
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        anyhow::bail!("the server does not take up log_statement = {value}")
    }

    /// Length of the server's log.
    pub(crate) fn log_bytes(&self) -> anyhow::Result<u64> {
        Ok(fs::metadata(self.log_path()).context("the server's log")?.len())
    }

    /// What was logged since it had that length.
    pub(crate) fn log_since(&self, from: u64) -> anyhow::Result<String> {
        let bytes = fs::read(self.log_path()).context("the server's log")?;
        let from = usize::try_from(from)?.min(bytes.len());
        Ok(String::from_utf8_lossy(&bytes[from..]).into_owned())
    }

    fn log_path(&self) -> PathBuf {
        self.cluster.data_dir().join("postgres.log")
    }

    /// A program of the server's own version.
    pub(crate) fn program(&self, name: &str) -> anyhow::Result<PathBuf> {
        let pid = self.cluster.postmaster_pid().context("a running server")?;
        let server = fs::read_link(format!("/proc/{pid}/exe")).context("the server's executable")?;
        let program = server.with_file_name(name);
        anyhow::ensure!(
            program.is_file(),
            "{} is not there: install the contrib programs",
            program.display()
        );
        Ok(program)
    }

    /// The URL of one of its databases.
    pub(crate) fn url(&self, database: &str) -> String {
        self.cluster.url_for(database)
    }

    /// Folder of the server's socket.
    pub(crate) fn socket_dir(&self) -> &Path {
        self.cluster.socket_dir()
    }

    /// Stops it.
    pub(crate) async fn stop(self) {
        self.cluster.stop().await;
    }

    async fn pool(&self, name: &str, connections_max: u32) -> anyhow::Result<Pool> {
        let options =
            PoolOptions { url: self.url(name), connections_max, application: "ribbon-bench".into() };
        store::connect(&options).await.with_context(|| format!("a pool on {name}"))
    }

    async fn create(&self, name: &str, template: &str) -> anyhow::Result<()> {
        self.run(&format!("create database {name} template {template}")).await
    }

    async fn run(&self, statement: &str) -> anyhow::Result<()> {
        let mut connection =
            PgConnection::connect(&self.url("postgres")).await.context("a connection to the server")?;
        connection
            .execute(sqlx::AssertSqlSafe(statement.to_owned()))
            .await
            .with_context(|| format!("`{statement}` runs"))?;
        connection.close().await.context("the connection is closed")
    }
}
