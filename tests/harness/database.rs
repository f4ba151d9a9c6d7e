//! A fresh database per test, cloned from a template that the real migrations made, on one private server per test process.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{Connection, Executor, PgConnection};
use store::{Pool, PoolOptions, cluster::{Cluster, ClusterOptions}};
use tokio::sync::OnceCell;

static SERVER: OnceCell<Cluster> = OnceCell::const_new();
static NEXT: AtomicU32 = AtomicU32::new(1);
const TEMPLATE: &str = "ribbon_template";
const FOLDER: &str = "ribbon-test-";

/// A database of one test. The server goes with the process, and the folder with the next run.
#[derive(Debug)]
pub struct TestDatabase {
    /// `postgres://...` of this database.
    pub url: String,
    /// A pool on it.
    pub pool: Pool,
}

/// A fresh, migrated database. Fails, never skips, when no server can be started: `./dev` installs one.
///
/// # Panics
/// When PostgreSQL cannot be started or refuses; the message says why.
pub async fn database() -> TestDatabase {
    let server = SERVER.get_or_init(start).await;
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let mut connection = connect(server, "postgres").await;
    let create = format!("create database {name} template {TEMPLATE}");
    connection.execute(sqlx::AssertSqlSafe(create)).await.expect("a database from the template");
    let url = server.url_for(&name);
    let options = PoolOptions { url: url.clone(), connections_max: 8, application: "ribbon-test".into() };
    let pool = store::connect(&options).await.expect("a pool on the new database");
    TestDatabase { url, pool }
}

async fn connect(server: &Cluster, database: &str) -> PgConnection {
    PgConnection::connect(&server.url_for(database)).await.expect("a connection to the test server")
}

async fn start() -> Cluster {
    let root = std::env::temp_dir();
    sweep(&root);
    let mut options = ClusterOptions::new(root.join(format!("{FOLDER}{}", std::process::id())));
    options.pg_bin = std::env::var_os("RIBBON_PG_BIN").map(PathBuf::from);
    // The databases live no longer than the run, so no commit waits for the disk.
    options.fsync = false;
    options.settings = vec![("max_connections".into(), "300".into())];
    let server = Cluster::start(options).await.unwrap_or_else(|fault| panic!("the test server: {fault}"));
    let mut connection = connect(&server, "postgres").await;
    let create = format!("create database {TEMPLATE}");
    connection.execute(sqlx::AssertSqlSafe(create)).await.expect("the template database");
    let options =
        PoolOptions { url: server.url_for(TEMPLATE), connections_max: 2, application: "ribbon-test".into() };
    let pool = store::connect(&options).await.expect("a pool on the template");
    store::migrate(&pool).await.expect("the migrations");
    pool.close().await;
    server
}

/// Removes the folders of runs whose process is gone.
fn sweep(root: &Path) {
    let Ok(entries) = std::fs::read_dir(root) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.strip_prefix(FOLDER)) else { continue };
        if !Path::new("/proc").join(pid).exists() {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
