//! The private server of this test process.
//!
//! `initdb` takes half a second and a warm start a tenth of that, so folders are kept and used again: slots below the
//! temporary folder, numbered from 0, of which a process takes the first that no other process has. A slot is taken
//! by its server's own lock, so everything that is still in it was left by a run that is over. A restart of the
//! machine makes slots useless (nothing in them waited for the disk), hence the boot in their names.

use std::collections::BTreeSet;
use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use store::PoolOptions;
use store::cluster::{Cluster, ClusterError, ClusterOptions};
use tokio::sync::{OnceCell, mpsc};

/// More test processes than this at once would mean that slots are not given back.
const SLOTS_MAX: u32 = 64;

static SERVER: OnceCell<Server> = OnceCell::const_new();

/// The server, its template, and the way to get rid of a database.
#[derive(Debug)]
pub(crate) struct Server {
    cluster: Cluster,
    template: String,
    dropped: mpsc::UnboundedSender<String>,
}

impl Server {
    /// The server of this process; the first call starts it. Fails, never skips: `./dev` installs PostgreSQL.
    pub(crate) async fn get() -> &'static Self {
        SERVER.get_or_init(Self::start).await
    }

    async fn start() -> Self {
        let cluster = start_in_a_slot().await;
        let mut connection = connect(&cluster.url_for("postgres")).await;
        let template = format!("template_{}", migrations_hash());
        let mut names = database_names(&mut connection).await;
        for keep in ["postgres", "ribbon", "template0", "template1"] {
            names.remove(keep);
        }
        if !names.remove(&template) {
            build_template(&cluster, &mut connection, &template).await;
        }
        // What is left belongs to dead runs, or to other migrations.
        let (dropped, queue) = mpsc::unbounded_channel();
        for name in names {
            let _ = dropped.send(name);
        }
        spawn_dropper(cluster.url_for("postgres"), queue);
        Self { cluster, template, dropped }
    }

    /// Makes a database from the template and returns its URL.
    pub(crate) async fn clone_template(&self, name: &str) -> String {
        let mut connection = connect(&self.cluster.url_for("postgres")).await;
        let create = format!("create database {name} template {}", self.template);
        connection.execute(AssertSqlSafe(create)).await.expect("a database from the template");
        self.cluster.url_for(name)
    }

    /// Removes a database some time soon, whoever is still connected to it.
    pub(crate) fn drop_later(&self, name: &str) {
        // Without a dropper it goes at the beginning of the next run.
        let _ = self.dropped.send(name.to_owned());
    }
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.expect("a connection to the test server")
}

async fn database_names(connection: &mut PgConnection) -> BTreeSet<String> {
    let names: Vec<String> = sqlx::query_scalar("select datname::text from pg_catalog.pg_database")
        .fetch_all(connection)
        .await
        .expect("the names of the databases");
    names.into_iter().collect()
}

/// Under another name first, so that a run killed amid the migrations leaves no template that lacks some.
async fn build_template(cluster: &Cluster, connection: &mut PgConnection, template: &str) {
    connection.execute("drop database if exists building with (force)").await.expect("the name is free");
    connection.execute("create database building").await.expect("the database for the template");
    let url = cluster.url_for("building");
    let options = PoolOptions { url, connections_max: 2, application: "ribbon-test".to_owned() };
    let pool = store::connect(&options).await.expect("a pool on the template");
    store::migrate(&pool).await.expect("the migrations");
    pool.close().await;
    let rename = format!("alter database building rename to {template}");
    connection.execute(AssertSqlSafe(rename)).await.expect("the template is whole");
}

/// Tells the schemas of two builds apart.
fn migrations_hash() -> String {
    let mut hash = Sha256::new();
    for (version, checksum) in store::migrate::versions() {
        hash.update(version.to_be_bytes());
        hash.update(&checksum);
    }
    let mut text = hex::encode(hash.finalize());
    text.truncate(16);
    text
}

/// A thread with a runtime of its own: databases go when a test ends, and so does the runtime of that test.
fn spawn_dropper(url: String, mut queue: mpsc::UnboundedReceiver<String>) {
    let work = async move {
        let Ok(mut connection) = PgConnection::connect(&url).await else { return };
        while let Some(name) = queue.recv().await {
            // A failure leaves the database to the next run.
            let sql = format!("drop database if exists \"{name}\" with (force)");
            let _ = connection.execute(AssertSqlSafe(sql)).await;
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let thread = std::thread::Builder::new().name("database-dropper".to_owned());
    thread.spawn(move || runtime.block_on(work)).expect("a thread");
}

async fn start_in_a_slot() -> Cluster {
    let (folder, boot) = slots_folder();
    remove_slots_of_other_boots(&folder, &boot);
    for number in 0..SLOTS_MAX {
        let slot = folder.join(format!("{boot}-{number}"));
        match start_in(&slot).await {
            Ok(cluster) => return cluster,
            Err(ClusterError::FolderInUse { .. }) => {}
            Err(fault) if slot.join("pg").exists() => {
                // Whatever broke it (another version of PostgreSQL, a half-removed folder), a new one costs little.
                let _ = std::fs::remove_dir_all(&slot);
                return start_in(&slot)
                    .await
                    .unwrap_or_else(|again| panic!("the test server: {fault}; anew: {again}"));
            }
            Err(fault) => panic!("the test server: {fault}"),
        }
    }
    panic!("all {SLOTS_MAX} slots in {} are taken", folder.display());
}

async fn start_in(slot: &Path) -> Result<Cluster, ClusterError> {
    let mut options = ClusterOptions::new(slot);
    options.pg_bin = std::env::var_os("RIBBON_PG_BIN").map(PathBuf::from);
    options.fsync = false;
    options.settings = vec![("max_connections".to_owned(), "300".to_owned())];
    Cluster::start(options).await
}

/// The folder of all test servers, and the prefix of those of this boot.
pub(crate) fn slots_folder() -> (PathBuf, String) {
    let uid = rustix::process::geteuid().as_raw();
    let folder = std::env::temp_dir().join(format!("ribbon-tests-{uid}"));
    let made = std::fs::create_dir(&folder).is_ok();
    let owner = folder.symlink_metadata().expect("the folder of the test servers").uid();
    assert_eq!(owner, uid, "{} belongs to somebody else; remove it or set TMPDIR", folder.display());
    if made {
        // Open to the account that a server of root's runs as, whatever the umask.
        std::fs::set_permissions(&folder, Permissions::from_mode(0o755))
            .expect("a folder of ours can be opened");
    }
    let mut boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").expect("the id of this boot");
    boot.truncate(8);
    (folder, boot)
}

fn remove_slots_of_other_boots(folder: &Path, boot: &str) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with(boot) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
