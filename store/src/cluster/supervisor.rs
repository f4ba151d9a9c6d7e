//! The thread that owns the server: starts it, sees it end, starts it again, gives up loudly.
//!
//! Invariant: a process id is signaled only under the lock and only while its process is not yet reaped, so a signal
//! can never reach a stranger that was given the same number.

use std::collections::VecDeque;
use std::process::ExitStatus;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use tokio::sync::{oneshot, watch};

use super::plan::Plan;
use super::server::Server;
use super::{ClusterError, ClusterOptions, ClusterState, folder, former, server, setup};

/// How many restarts within [`WINDOW`] are tried before giving up.
const RESTARTS_MAX: usize = 5;
const WINDOW: Duration = Duration::from_secs(60);
/// Wait before the first restart; it doubles with each one in the window.
const BACKOFF: Duration = Duration::from_millis(50);

/// What the thread and the handle share.
#[derive(Debug)]
pub(super) struct Shared {
    inner: Mutex<Inner>,
    wake: Condvar,
    state: watch::Sender<ClusterState>,
}

#[derive(Debug, Default)]
struct Inner {
    /// The server's process while it is not reaped.
    pid: Option<Pid>,
    /// The strongest signal asked for; `Some` means that the server shall end.
    stop: Option<Signal>,
}

/// Where the started cluster is.
#[derive(Debug)]
pub(super) struct Started {
    pub(super) socket_dir: std::path::PathBuf,
    pub(super) data_dir: std::path::PathBuf,
}

impl Shared {
    pub(super) fn new(state: watch::Sender<ClusterState>) -> Self {
        Self { inner: Mutex::default(), wake: Condvar::new(), state }
    }

    pub(super) fn pid(&self) -> Option<u32> {
        self.lock().pid.map(|pid| pid.as_raw_nonzero().get().unsigned_abs())
    }

    /// Asks for the end of the server; a server that is just being started gets the signal as soon as it is there.
    pub(super) fn ask_to_stop(&self, signal: Signal) {
        let mut inner = self.lock();
        inner.stop = Some(signal);
        if let Some(pid) = inner.pid {
            // It may have ended just now, which is what was asked for.
            let _ = kill_process(pid, signal);
        }
        self.wake.notify_all();
    }

    fn is_stopping(&self) -> bool {
        self.lock().stop.is_some()
    }

    /// Makes a new server known; one that shall already end is told so.
    fn adopt(&self, server: &Server) {
        let mut inner = self.lock();
        inner.pid = Some(Pid::from_child(&server.child));
        if let (Some(pid), Some(signal)) = (inner.pid, inner.stop) {
            let _ = kill_process(pid, signal);
        }
    }

    fn try_reap(&self, child: &mut std::process::Child) -> Option<ExitStatus> {
        let mut inner = self.lock();
        let status = child.try_wait().ok().flatten();
        if status.is_some() {
            inner.pid = None;
        }
        status
    }

    /// Waits out a pause; ends early when a stop is asked for.
    fn pause(&self, length: Duration) {
        let inner = self.lock();
        let waited = self.wake.wait_timeout_while(inner, length, |inner| inner.stop.is_none());
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic elsewhere leaves the two fields as they are, which is a valid state.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread's whole life: from a start to the end that was asked for, or to giving up.
pub(super) fn run(
    options: ClusterOptions,
    shared: &Shared,
    report: oneshot::Sender<Result<Started, ClusterError>>,
) {
    let began = Instant::now();
    let first = Plan::prepare(&options).and_then(|plan| Ok((start(&plan, shared)?, plan)));
    let (server, plan) = match first {
        Ok(first) => first,
        Err(error) => {
            shared.state.send_replace(ClusterState::Stopped);
            // The one who asked may have gone away; there is nobody else to tell.
            let _ = report.send(Err(error));
            return;
        }
    };
    tracing::info!(
        duration_ms = began.elapsed().as_millis() as u64,
        version = plan.binaries.version,
        account = plan.account.name,
        folder = %plan.pg.display(),
        "PostgreSQL takes connections"
    );
    let started = Started { socket_dir: plan.socket_dir.clone(), data_dir: plan.data_dir.clone() };
    if report.send(Ok(started)).is_err() {
        shared.ask_to_stop(Signal::INT);
    }
    let last = watch_over(&plan, server, shared);
    if folder::is_outside(&plan.socket_dir, &plan.data_dir) {
        let _ = std::fs::remove_dir(&plan.socket_dir);
    }
    // The lock goes before the word does, so that whoever waits for the word can start anew.
    drop(plan);
    shared.state.send_replace(last);
}

/// One start: clears what an earlier server left, makes the cluster when needed, waits for readiness.
fn start(plan: &Plan, shared: &Shared) -> Result<Server, ClusterError> {
    former::clear(&plan.pg, &plan.socket_dir, &plan.account, || shared.is_stopping())?;
    setup::ensure(plan, || shared.is_stopping())?;
    if shared.is_stopping() {
        return Err(ClusterError::Stopped);
    }
    let mut server = server::spawn(plan)?;
    shared.adopt(&server);
    match server.await_ready(plan, |child| shared.try_reap(child), || shared.is_stopping()) {
        Ok(()) => {
            shared.state.send_replace(ClusterState::Running { pid: server.child.id() });
            Ok(server)
        }
        Err(error) => {
            end(server, shared);
            Err(error)
        }
    }
}

/// Ends a server that is of no use and reaps it.
fn end(mut server: Server, shared: &Shared) {
    if shared.try_reap(&mut server.child).is_none() {
        let _ = server.child.kill();
        await_end(&mut server, shared);
    }
}

/// Blocks until the server ends. It is waited for without reaping first, so that its number stays its own until the
/// lock is held.
fn await_end(server: &mut Server, shared: &Shared) -> Option<ExitStatus> {
    let pid = Pid::from_child(&server.child);
    let ended = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while waitid(WaitId::Pid(pid), ended).is_err_and(|error| error == rustix::io::Errno::INTR) {}
    let status = shared.try_reap(&mut server.child);
    shared.lock().pid = None;
    status
}

fn watch_over(plan: &Plan, mut server: Server, shared: &Shared) -> ClusterState {
    let mut restarts: VecDeque<Instant> = VecDeque::new();
    loop {
        let status = await_end(&mut server, shared);
        if shared.is_stopping() {
            tracing::info!("PostgreSQL has stopped");
            return ClusterState::Stopped;
        }
        let mut reason = status.map_or_else(|| "ended".to_owned(), |status| status.to_string());
        tracing::error!(reason, "PostgreSQL ended unasked");
        server = loop {
            restarts.retain(|at| at.elapsed() < WINDOW);
            if restarts.len() >= RESTARTS_MAX {
                let reason =
                    format!("PostgreSQL ended {} times within a minute, last: {reason}", RESTARTS_MAX + 1);
                tracing::error!(reason, log = %plan.log.display(), "giving up on PostgreSQL");
                return ClusterState::Failed { reason };
            }
            restarts.push_back(Instant::now());
            let attempt = u32::try_from(restarts.len()).unwrap_or(u32::MAX);
            shared.state.send_replace(ClusterState::Restarting { attempt, reason: reason.clone() });
            shared.pause(BACKOFF * 2_u32.pow(attempt - 1));
            match start(plan, shared) {
                Ok(server) => break server,
                Err(ClusterError::Stopped) => return ClusterState::Stopped,
                Err(error) if shared.is_stopping() => {
                    tracing::info!(error = %error, "PostgreSQL was being started again when it was stopped");
                    return ClusterState::Stopped;
                }
                Err(error) if error.may_succeed_later() => {
                    reason = error.to_string();
                    tracing::error!(attempt, reason, "PostgreSQL did not start again");
                }
                Err(error) => return ClusterState::Failed { reason: error.to_string() },
            }
        };
        tracing::info!(pid = server.child.id(), "PostgreSQL takes connections again");
    }
}
