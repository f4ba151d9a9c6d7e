//! The database of a role: somebody else's server, the private cluster that already runs in the data folder, or the private
//! cluster started for as long as the role runs.

use std::path::Path;

use secrecy::ExposeSecret as _;
use store::cluster::{Cluster, ClusterError, ClusterOptions};
use store::pool::ConnectFault;
use store::{Pool, PoolOptions};

use crate::config::storage::StorageConfig;
use crate::exit::{Exit, Failure};

/// A database that takes connections, and the cluster behind it where this process runs one.
#[derive(Debug)]
pub struct Database {
    /// The pool.
    pub pool: Pool,
    cluster: Option<Cluster>,
}

/// Whose private cluster may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Private {
    /// Only one of this process: it owns the data folder.
    Own,
    /// The one that runs there, else one of this process.
    Any,
    /// The same, but nothing is made where nothing is: for roles that only look.
    Existing,
}

impl Database {
    /// Opens the database. `application` is what the server's list of connections shows.
    ///
    /// # Errors
    /// Each names the variable or folder at fault; exit code 2 for what somebody has to mend, 3 for what may pass.
    pub async fn open(config: &StorageConfig, private: Private, application: &str) -> Result<Self, Failure> {
        let connections_max = config.connections_max;
        let connect = async |url: String| {
            let application = format!("ribbon {application}");
            store::connect(&PoolOptions { url, connections_max, application }).await
        };
        if let Some(url) = &config.database_url {
            let pool = connect(url.expose_secret().to_owned()).await.map_err(of_connect)?;
            return Ok(Self { pool, cluster: None });
        }
        if private != Private::Own
            && let Some(url) = Cluster::find_running(&config.data_dir)
        {
            let pool = connect(url).await.map_err(of_connect)?;
            return Ok(Self { pool, cluster: None });
        }
        if private == Private::Existing && !has_cluster(&config.data_dir) {
            return Err(Failure::new(
                Exit::BadInput,
                format!(
                    "there is no database: DATABASE_URL is not set, and {} holds no cluster. Start `ribbon up` first, or \
                     set DATABASE_URL or RIBBON_DATA_DIR",
                    config.data_dir.display()
                ),
            ));
        }
        let mut options = ClusterOptions::new(&config.data_dir);
        options.pg_bin.clone_from(&config.pg_bin);
        let cluster = Cluster::start(options).await.map_err(of_cluster)?;
        match connect(cluster.url()).await {
            Ok(pool) => Ok(Self { pool, cluster: Some(cluster) }),
            Err(fault) => {
                cluster.stop().await;
                Err(of_connect(fault))
            }
        }
    }

    /// Opens the database and runs the migrations.
    ///
    /// # Errors
    /// Those of [`Database::open`] and [`migrate`].
    pub async fn open_migrated(
        config: &StorageConfig,
        private: Private,
        application: &str,
    ) -> Result<Self, Failure> {
        let database = Self::open(config, private, application).await?;
        match migrate(&database.pool).await {
            Ok(()) => Ok(database),
            Err(failure) => {
                database.close().await;
                Err(failure)
            }
        }
    }

    /// The cluster, where this process runs it.
    #[must_use]
    pub fn cluster(&self) -> Option<&Cluster> {
        self.cluster.as_ref()
    }

    /// Closes the pool, then stops the cluster, in this order: a server that stops first breaks what is still open.
    pub async fn close(self) {
        self.pool.close().await;
        if let Some(cluster) = self.cluster {
            cluster.stop().await;
        }
    }
}

/// Brings the database to this version.
///
/// # Errors
/// Exit code 2 for a database that this executable must not touch, 3 for one that refuses now.
pub async fn migrate(pool: &Pool) -> Result<(), Failure> {
    use store::jobs::QueueFault;
    use store::migrate::MigrateFault::{Changed, Dirty, Failed, Newer, Pending, Queue};
    store::migrate(pool).await.map_err(|fault| {
        let exit = match &fault {
            Newer { .. } | Changed { .. } | Dirty { .. } => Exit::BadInput,
            Queue(QueueFault::Failed(_) | QueueFault::Database(_)) | Pending { .. } | Failed(_) => {
                Exit::NotNow
            }
            Queue(_) => Exit::BadInput,
        };
        Failure { exit, cause: fault.into() }
    })
}

/// Runs `work` with the database and closes it whatever comes of it.
///
/// # Errors
/// Those of opening it, and those of `work`.
pub async fn with<T>(
    config: &StorageConfig,
    private: Private,
    application: &str,
    work: impl AsyncFnOnce(&Pool) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let database = Database::open(config, private, application).await?;
    let done = work(&database.pool).await;
    database.close().await;
    done
}

fn has_cluster(data_dir: &Path) -> bool {
    data_dir.join("pg").join("PG_VERSION").is_file()
}

fn of_connect(fault: ConnectFault) -> Failure {
    let exit = match &fault {
        ConnectFault::Url { .. } => Exit::BadInput,
        ConnectFault::Unreachable(_) => Exit::NotNow,
    };
    Failure { exit, cause: anyhow::Error::from(fault) }
}

fn of_cluster(fault: ClusterError) -> Failure {
    let exit = if fault.may_succeed_later() { Exit::NotNow } else { Exit::BadInput };
    Failure { exit, cause: fault.into() }
}
