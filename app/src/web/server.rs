//! The listener: bounded connections, a bound on the time a client may take to say what it wants, and an end that lets open
//! requests finish within a stated time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Connections open at once, subscriptions included; one more waits in the system's queue.
const CONNECTIONS_MAX: usize = 12_000;
/// How long a client may take to send the head of a request, and how long a quiet connection stays open between two.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// What was sent and not taken for so long ends the connection. A stream only speaks, so that nobody is there would be noticed after a quarter
/// of an hour otherwise, when the system itself gives up.
const SEND_TIMEOUT: Duration = Duration::from_secs(60);
/// Pause after the system refuses a connection, as when it has no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A listener that is bound and not yet served.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    pub(super) head_timeout: Duration,
    pub(super) send_timeout: Duration,
}

impl Server {
    /// Binds the address; port 0 takes a free one. `variable` is who named it.
    ///
    /// # Errors
    /// Names the variable, the address and the system's reason.
    pub async fn bind(listen: SocketAddr, variable: &str) -> anyhow::Result<Self> {
        let bound = async {
            let listener = TcpListener::bind(listen).await?;
            let address = listener.local_addr()?;
            let (head_timeout, send_timeout) = (HEAD_TIMEOUT, SEND_TIMEOUT);
            Ok::<_, std::io::Error>(Self { listener, address, head_timeout, send_timeout })
        };
        bound.await.with_context(|| {
            format!("{variable} is `{listen}`, which cannot be listened on: stop what listens there, perhaps another ribbon, or give another address or port")
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop`, then takes no new connection, lets open requests finish for at most `patience`, and closes what is left.
    pub async fn serve(self, router: Router, stop: CancellationToken, patience: Duration) {
        let mut connections = JoinSet::new();
        let permits = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let mut builder = Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(self.head_timeout);
        loop {
            // Ended connections are let go of as they end, not all at the end.
            while connections.try_join_next().is_some() {}
            let accepted = stop.run_until_cancelled(async {
                let permit = permits.clone().acquire_owned().await;
                (self.listener.accept().await, permit)
            });
            let Some((accepted, permit)) = accepted.await else { break };
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(fault) => {
                    tracing::warn!(error = %fault, "A connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            // Small answers and pushes leave at once.
            let _ = stream.set_nodelay(true);
            give_up_after(&stream, self.send_timeout);
            let service = TowerToHyperService::new(router.clone());
            let connection = builder.serve_connection(TokioIo::new(stream), service).with_upgrades();
            let stop = stop.clone();
            connections.spawn(async move {
                let _held = permit;
                let mut connection = std::pin::pin!(connection);
                let ended = match stop.run_until_cancelled(connection.as_mut()).await {
                    Some(ended) => ended,
                    None => {
                        connection.as_mut().graceful_shutdown();
                        connection.await
                    }
                };
                if let Err(fault) = ended {
                    tracing::debug!(error = %fault, "A connection ended early");
                }
            });
        }
        drop(self.listener);
        let all_end = async { while connections.join_next().await.is_some() {} };
        if tokio::time::timeout(patience, all_end).await.is_err() {
            tracing::info!(
                connections = connections.len(),
                "Closing connections that did not finish in time"
            );
        }
        connections.shutdown().await;
    }
}

/// Tells the system how long to wait for the other side to take what was sent. One that cannot be told waits as it always does.
fn give_up_after(stream: &TcpStream, timeout: Duration) {
    #[cfg(target_os = "linux")]
    {
        let timeout_ms = u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX);
        let _ = rustix::net::sockopt::set_tcp_user_timeout(stream, timeout_ms);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (stream, timeout);
}
