//! `ribbon up` as a library: everything in one process, started in order, stopped in the opposite order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use indexer::Progress;
use store::cluster::ClusterState;
use store::{DbClock, Pool};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::markets::MarketsConfig;
use crate::config::roles::UpConfig;
use crate::database::{Database, Private, migrate};
use crate::exit::{Blame as _, Exit, Failure};
use crate::parts::serving::{self, Serving};
use crate::parts::working::{self, Working};
use crate::parts::{api, outside, sources, state, world};
use crate::progress::Step;

/// Everything that runs. [`Running::stop`] stops it in order; dropping it leaves the tasks to the runtime's end.
#[derive(Debug, Default)]
pub struct Running {
    world: String,
    working: Option<Working>,
    serving: Option<Serving>,
    sandbox: Option<Outside>,
    database: Option<Database>,
}

/// The built-in sandbox and the task that keeps its credentials fresh.
#[derive(Debug)]
struct Outside {
    running: Arc<sandbox::Running>,
    stop: CancellationToken,
    refresh: JoinHandle<()>,
}

/// Starts everything. When a step fails, what was started before is stopped again.
///
/// # Errors
/// Each names the variable, folder or address at fault; exit code 2 for what somebody has to mend, 3 for what may pass.
pub async fn start(config: UpConfig) -> Result<Running, Failure> {
    let mut running = Running::default();
    match running.begin(config).await {
        Ok(()) => Ok(running),
        Err(failure) => {
            running.stop().await;
            Err(failure)
        }
    }
}

impl Running {
    async fn begin(&mut self, mut config: UpConfig) -> Result<(), Failure> {
        // A missing credential or a port in use shall cost nothing, so these come before the database.
        let configured = config.sandbox.is_none().then(|| sources::build(&config.markets)).transpose()?;
        let bound = serving::bind(&config.http).await?;
        let pool = self.open_database(&config).await?;
        let serving = self.serving.insert(bound.serve(pool.clone(), &config.http));
        let stop = serving.stop_token();

        self.world = self.open_world(&mut config, &pool).await?;
        world::claim(&pool, &self.world).await?;
        state::make_current(&pool).await?;

        let clock = Arc::new(DbClock::start(pool.clone()).await.blame(Exit::NotNow)?);
        let routes = api::routes(pool.clone(), clock.clone(), &config.graphql, stop).await?;
        if let Some(serving) = &self.serving {
            serving.open(routes);
        }
        let sources = configured.map_or_else(|| sources::build(&config.markets), Ok)?;
        let notices = working::notices(&config.notices)?;
        let pace = working::pace(&config.markets);
        self.working = Some(working::start(pool, clock, sources, pace, config.evidence, notices));
        Ok(())
    }

    async fn open_database(&mut self, config: &UpConfig) -> Result<Pool, Failure> {
        let step = Step::begin("Database");
        let began = Instant::now();
        let database = Database::open(&config.storage, Private::Own, "up").await?;
        let pool = database.pool.clone();
        self.database = Some(database);
        migrate(&pool).await?;
        step.end(&format!("open after {} ms", began.elapsed().as_millis()));
        Ok(pool)
    }

    /// The world that is gathered from: the built-in sandbox, which is started here, or what the settings lead to.
    async fn open_world(&mut self, config: &mut UpConfig, pool: &Pool) -> Result<String, Failure> {
        let Some(sandbox) = &config.sandbox else { return world::identify(&config.markets).await };
        let step = Step::begin("Sandbox");
        let held = store::world::identity(pool).await.blame(Exit::NotNow)?;
        let MarketsConfig { speed_x1000, own, .. } = &mut config.markets;
        let running = Arc::new(outside::start(sandbox, *speed_x1000, held.as_deref()).await?);
        let data_dir = store::cluster::open_data_dir(&config.storage.data_dir)
            .map_err(|fault| Failure { exit: Exit::BadInput, cause: fault.into() })?;
        outside::put_behind(&running, &data_dir, own)?;
        step.end(&format!("{} gifts at {}", sandbox.gifts, running.base_url()));
        let identity = running.identity().to_string();
        let stop = CancellationToken::new();
        let refresh = tokio::spawn({
            let (running, stop) = (running.clone(), stop.clone());
            async move { outside::refresh_init_data(&running, &data_dir, stop).await }
        });
        self.sandbox = Some(Outside { running, stop, refresh });
        Ok(identity)
    }

    /// Where it answers.
    ///
    /// # Panics
    /// Never for what [`start`] gave.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.serving().address()
    }

    /// As in `http://127.0.0.1:8480`.
    ///
    /// # Panics
    /// Never for what [`start`] gave.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.serving().base_url()
    }

    /// The built-in sandbox, where there is one.
    #[must_use]
    pub fn sandbox(&self) -> Option<&sandbox::Running> {
        self.sandbox.as_ref().map(|outside| &*outside.running)
    }

    /// The world's name, as the database keeps it.
    #[must_use]
    pub fn world(&self) -> &str {
        &self.world
    }

    /// The pool.
    ///
    /// # Panics
    /// Never for what [`start`] gave.
    #[must_use]
    pub fn pool(&self) -> &Pool {
        &self.database.as_ref().expect("what was started has a database").pool
    }

    /// How far each market is.
    #[must_use]
    pub fn progress(&self) -> Vec<watch::Receiver<Progress>> {
        self.working.as_ref().map(Working::progress).unwrap_or_default()
    }

    /// Waits until the private cluster has given up; for ever with somebody else's server.
    pub async fn database_lost(&self) -> String {
        let Some(cluster) = self.database.as_ref().and_then(Database::cluster) else {
            return std::future::pending().await;
        };
        let mut states = cluster.state();
        let failed = states.wait_for(|state| matches!(state, ClusterState::Failed { .. })).await;
        match failed.as_deref() {
            Ok(ClusterState::Failed { reason }) => reason.clone(),
            _ => std::future::pending().await,
        }
    }

    /// Stops everything: first what answers, then what gathers, then the sandbox, then the database.
    pub async fn stop(self) {
        let Self { world: _, working, serving, sandbox, database } = self;
        if let Some(serving) = serving {
            serving.stop().await;
        }
        if let Some(working) = working {
            working.stop().await;
        }
        if let Some(outside) = sandbox {
            outside.stop().await;
        }
        if let Some(database) = database {
            database.close().await;
        }
    }

    fn serving(&self) -> &Serving {
        self.serving.as_ref().expect("what was started is served")
    }
}

impl Outside {
    async fn stop(self) {
        self.stop.cancel();
        // The task holds the other handle; without it the sandbox can be stopped as a whole.
        let _ = self.refresh.await;
        if let Some(running) = Arc::into_inner(self.running) {
            running.stop().await;
        }
    }
}
