//! Starts the server and awaits its readiness.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use rustix::fs::OFlags;

use super::former::PidFile;
use super::plan::Plan;
use super::{ClusterError, setup};

/// How often `postmaster.pid` is read while the server starts.
const POLL: Duration = Duration::from_millis(3);
/// How long a start may take, recovery of a full log included.
const READY: Duration = Duration::from_secs(600);
/// How often a long start is told of.
const PATIENCE: Duration = Duration::from_secs(5);
/// Size at which a start sets the server's log aside, in bytes.
const LOG_BYTES_MAX: u64 = 16 << 20;

/// A server just started, not yet ready.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) child: Child,
    /// Where in the log file this start begins.
    log_from: u64,
}

/// Starts the server. The parent-death signal is bound to the calling *thread*.
pub(super) fn spawn(plan: &Plan) -> Result<Server, ClusterError> {
    if plan.log.metadata().is_ok_and(|metadata| metadata.len() > LOG_BYTES_MAX) {
        let aside = plan.log.with_extension("log.1");
        fs::rename(&plan.log, &aside).map_err(ClusterError::io("set aside the log", &plan.log))?;
    }
    let log = open_log(plan).map_err(ClusterError::io("open the log", &plan.log))?;
    let log_from = log.metadata().map_or(0, |metadata| metadata.len());
    // INT is PostgreSQL's fast shutdown; TERM would wait for its clients.
    let mut command = plan.account.command(&plan.binaries.dir.join("postgres"), "INT");
    command.arg("-D").arg(&plan.pg);
    let socket_dir = quote_list_item(&plan.socket_dir.to_string_lossy());
    command.arg("-c").arg(format!("unix_socket_directories={socket_dir}"));
    command.args(["-c", "listen_addresses="]);
    if !plan.fsync {
        command.args(["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]);
    }
    for (name, value) in &plan.settings {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    // Its own process group: Ctrl-C in the terminal must reach us first, so that pools close before the server goes.
    command.process_group(0);
    let for_errors = log.try_clone().map_err(ClusterError::io("open the log", &plan.log))?;
    let child = command
        .stdout(log)
        .stderr(for_errors)
        .spawn()
        .map_err(ClusterError::io("run PostgreSQL for", &plan.pg))?;
    Ok(Server { child, log_from })
}

/// A file, for a pipe would break with its reader and block the server.
fn open_log(plan: &Plan) -> std::io::Result<File> {
    let no_follow = OFlags::NOFOLLOW.bits().cast_signed();
    let log =
        OpenOptions::new().create(true).append(true).mode(0o600).custom_flags(no_follow).open(&plan.log)?;
    setup::give(plan, &log)?;
    Ok(log)
}

/// The setting is a list separated by commas; an item in double quotes is taken as it is.
fn quote_list_item(item: &str) -> String {
    format!("\"{}\"", item.replace('"', "\"\""))
}

impl Server {
    /// Waits until the server takes connections. `reap` collects it when it has ended; `stopping` says whether that
    /// was asked for.
    pub(super) fn await_ready(
        &mut self,
        plan: &Plan,
        reap: impl Fn(&mut Child) -> Option<ExitStatus>,
        stopping: impl Fn() -> bool,
    ) -> Result<(), ClusterError> {
        let began = Instant::now();
        let mut told = PATIENCE;
        let pid = i32::try_from(self.child.id()).unwrap_or(i32::MAX);
        loop {
            if let Some(status) = reap(&mut self.child) {
                if stopping() {
                    return Err(ClusterError::Stopped);
                }
                let (log, tail) = (plan.log.clone(), self.log_tail(plan));
                return Err(ClusterError::ServerEnded { status: status.to_string(), log, tail });
            }
            if PidFile::read(&plan.pg).is_some_and(|file| file.pid == pid && file.ready) {
                return Ok(());
            }
            if began.elapsed() > READY {
                let (log, tail) = (plan.log.clone(), self.log_tail(plan));
                return Err(ClusterError::NotReady { seconds: READY.as_secs(), log, tail });
            }
            if began.elapsed() > told {
                told += PATIENCE;
                tracing::info!(
                    duration_ms = began.elapsed().as_millis() as u64,
                    "PostgreSQL is still starting"
                );
            }
            std::thread::sleep(POLL);
        }
    }

    fn log_tail(&self, plan: &Plan) -> String {
        let mut said = Vec::new();
        let read = File::open(&plan.log).and_then(|mut file| {
            file.seek(SeekFrom::Start(self.log_from))?;
            file.take(1 << 20).read_to_end(&mut said)
        });
        match read {
            Ok(_) => setup::tail_of(&said),
            Err(error) => format!("(the log cannot be read: {error})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_commas_is_one_item() {
        assert_eq!(quote_list_item("/srv/a, \"b\"/run"), "\"/srv/a, \"\"b\"\"/run\"");
    }
}
