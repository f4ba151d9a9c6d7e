//! The HTTP server as a part of a role: started, with an address, stopped in order.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use store::Pool;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::http::HttpConfig;
use crate::exit::{Blame as _, Exit, Failure};
use crate::web::{self, Server, Slot};

/// A server that answers: at first that it is starting, then with everything.
#[derive(Debug)]
pub struct Serving {
    address: SocketAddr,
    slot: Slot,
    pool: Pool,
    config: HttpConfig,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

/// A server whose address is taken, and that answers nothing yet.
#[derive(Debug)]
pub struct Bound(Server);

/// Takes the address before anything else is started: a port in use shall cost nothing.
///
/// # Errors
/// Exit code 3, naming the variable.
pub async fn bind(config: &HttpConfig) -> Result<Bound, Failure> {
    Ok(Bound(Server::bind(config.listen, config.variable).await.blame(Exit::NotNow)?))
}

impl Bound {
    /// Where it will answer.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// Begins to answer, with health and metrics until [`Serving::open`] brings the rest.
    #[must_use]
    pub fn serve(self, pool: Pool, config: &HttpConfig) -> Serving {
        let first = web::waiting(pool.clone(), config);
        self.begin(first, pool, config)
    }

    /// Answers with health and metrics alone.
    #[must_use]
    pub fn serve_health(self, pool: Pool, config: &HttpConfig) -> Serving {
        let all = web::health_alone(pool.clone(), config);
        self.begin(all, pool, config)
    }

    fn begin(self, first: Router, pool: Pool, config: &HttpConfig) -> Serving {
        web::metrics::install();
        let address = self.address();
        let stop = CancellationToken::new();
        let slot = Slot::new(first);
        let server = tokio::spawn(self.0.serve(slot.router(), stop.clone(), config.stop_timeout));
        let upkeep = tokio::spawn(web::metrics::upkeep(stop.clone()));
        Serving { address, slot, pool, config: config.clone(), stop, tasks: vec![server, upkeep] }
    }
}

impl Serving {
    /// Answers with everything from now on. `more` are the routes of GraphQL and the pages.
    pub fn open(&self, more: Router) {
        self.slot.put(web::router(self.pool.clone(), &self.config, more));
    }

    /// A token that is cancelled when the server begins to stop, for what streams without end.
    #[must_use]
    pub fn stop_token(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Where it answers.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// As in `http://127.0.0.1:8480`; an address that means every interface is shown as the local one.
    #[must_use]
    pub fn base_url(&self) -> String {
        let mut shown = self.address;
        if shown.ip().is_unspecified() {
            let local: std::net::IpAddr = match shown.ip() {
                std::net::IpAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
                std::net::IpAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
            };
            shown.set_ip(local);
        }
        format!("http://{shown}")
    }

    /// Lets open requests finish within the configured time, then closes what is left.
    pub async fn stop(self) {
        self.stop.cancel();
        // The server keeps to the configured time itself.
        let patience = self.config.stop_timeout + Duration::from_secs(2);
        for task in self.tasks {
            end(task, patience).await;
        }
    }
}

/// Waits for a task that was told to end; one that does not is ended.
pub async fn end(task: JoinHandle<()>, patience: Duration) {
    let handle = task.abort_handle();
    match tokio::time::timeout(patience, task).await {
        Ok(Ok(())) => {}
        Ok(Err(fault)) => tracing::error!(error = %fault, "A task fell"),
        Err(_) => {
            tracing::warn!("A task did not end in time and was ended");
            handle.abort();
        }
    }
}
