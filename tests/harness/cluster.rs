//! A server of one test alone, for tests that kill it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use store::cluster::{Cluster, ClusterOptions, ClusterState};

use crate::server;

static NEXT: AtomicU32 = AtomicU32::new(1);

/// A server with an empty, not migrated database `ribbon`. It ends with this value, and its folder goes with it.
#[derive(Debug)]
pub struct OwnCluster {
    cluster: Option<Cluster>,
    folder: PathBuf,
}

/// Starts a server in a new folder, in about half a second. It loses nothing when it is killed.
///
/// # Panics
/// When PostgreSQL cannot be started.
pub async fn own_cluster() -> OwnCluster {
    crate::install_tls();
    let (folder, boot) = server::slots_folder();
    sweep(&folder, &boot);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = folder.join(format!("{boot}-own-{}-{number}", std::process::id()));
    let mut options = ClusterOptions::new(&folder);
    options.pg_bin = std::env::var_os("RIBBON_PG_BIN").map(PathBuf::from);
    // What a killed process had written is with the kernel, so a kill shows all that it can without waiting for the disk.
    // The rest of durability stays: an acknowledged commit must have left the server's memory.
    options.settings = vec![("fsync".to_owned(), "off".to_owned())];
    let cluster = Cluster::start(options).await.unwrap_or_else(|fault| panic!("the test server: {fault}"));
    OwnCluster { cluster: Some(cluster), folder }
}

impl OwnCluster {
    /// `postgres://...` of its database.
    pub fn url(&self) -> String {
        self.handle().url()
    }

    /// The handle, to stop it or to look at its state.
    ///
    /// # Panics
    /// Never: only dropping takes the handle away.
    pub fn handle(&self) -> &Cluster {
        self.cluster.as_ref().expect("it is there until the drop")
    }

    /// kill -9 of the postmaster; returns when the server takes connections again.
    ///
    /// # Panics
    /// When none runs, or it is given up.
    pub async fn kill(&self) {
        let pid = self.handle().postmaster_pid().expect("a running server");
        let raw = i32::try_from(pid).ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(raw, Signal::KILL).expect("the signal is sent");
        let mut state = self.handle().state();
        let back = state.wait_for(|state| match state {
            ClusterState::Running { pid: now } => *now != pid,
            ClusterState::Failed { reason } => panic!("the server was given up: {reason}"),
            _ => false,
        });
        back.await.expect("the server comes back");
    }
}

impl Drop for OwnCluster {
    fn drop(&mut self) {
        let state = self.handle().state();
        drop(self.cluster.take());
        // A few milliseconds: it is a fast shutdown of a small server.
        let began = Instant::now();
        while !matches!(*state.borrow(), ClusterState::Stopped | ClusterState::Failed { .. }) {
            if began.elapsed() > Duration::from_secs(10) {
                return;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// Removes the folders of runs that are over.
fn sweep(folder: &Path, boot: &str) {
    let prefix = format!("{boot}-own-");
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let pid = name.strip_prefix(&prefix).and_then(|rest| rest.split('-').next());
        if pid.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
