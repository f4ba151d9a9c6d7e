//! What an earlier server left: its processes, its pid file, its socket.
//!
//! Invariant: nothing is deleted while a PostgreSQL process has the cluster as its working folder, for the backends of
//! a killed postmaster may still write. That folder is the only test of "ours": process ids are used again, and a
//! zombie still answers to signals.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use super::ClusterError;
use super::account::Account;

/// How often the processes are looked at again.
const POLL: Duration = Duration::from_millis(10);
/// When each stronger signal is due. The first asks a postmaster for a fast shutdown, which it usually has begun by
/// itself, since its parent's death sends the same signal; a second one changes nothing.
const ESCALATION: [(Duration, Signal); 3] = [
    (Duration::ZERO, Signal::INT),
    (Duration::from_secs(5), Signal::TERM),
    (Duration::from_secs(30), Signal::QUIT),
];
/// When to tell the operator instead.
const GIVE_UP: Duration = Duration::from_secs(60);

/// The lines of `postmaster.pid` that matter. Source: PostgreSQL 15, `src/include/utils/pidfile.h`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PidFile {
    pub(super) pid: i32,
    pub(super) socket_dir: PathBuf,
    /// Whether the server takes connections (line 8 says `ready`; `starting` during recovery).
    pub(super) ready: bool,
}

impl PidFile {
    /// `None` when the file is absent or not yet whole.
    pub(super) fn read(pg: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(pg.join("postmaster.pid")).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().collect();
        Some(Self {
            pid: lines.first()?.trim().parse().ok()?,
            socket_dir: PathBuf::from(lines.get(4).unwrap_or(&"")),
            ready: lines.get(7).is_some_and(|status| status.trim() == "ready"),
        })
    }
}

/// Waits until no earlier server works in `pg`, then removes what would keep the next one from starting. `socket_dir`
/// is this cluster's alone. `stopping` ends the wait early.
///
/// # Errors
/// [`ClusterError::FormerServerStays`] after a minute; [`ClusterError::Stopped`].
pub(super) fn clear(
    pg: &Path,
    socket_dir: &Path,
    account: &Account,
    stopping: impl Fn() -> bool,
) -> Result<(), ClusterError> {
    await_end(pg, account, stopping)?;
    let pid_file = pg.join("postmaster.pid");
    if let Some(found) = PidFile::read(pg) {
        // PostgreSQL itself handles the file of a dead process; of a living or unreaped one it says "is another
        // postmaster running?" and stops.
        if is_signalable(found.pid) {
            tracing::info!(
                pid = found.pid,
                "removing the pid file of a server that is gone; its number was used again"
            );
            remove(&pid_file)?;
        }
    }
    for name in [".s.PGSQL.5432", ".s.PGSQL.5432.lock"] {
        remove(&socket_dir.join(name))?;
    }
    Ok(())
}

/// Waits until no PostgreSQL process has `folder` as its working folder, asking with stronger signals over time.
pub(super) fn await_end(
    folder: &Path,
    account: &Account,
    stopping: impl Fn() -> bool,
) -> Result<(), ClusterError> {
    let began = Instant::now();
    let mut escalation = ESCALATION.iter().peekable();
    loop {
        let pids = processes_in(folder, account);
        if pids.is_empty() {
            return Ok(());
        }
        if stopping() {
            return Err(ClusterError::Stopped);
        }
        if began.elapsed() > GIVE_UP {
            return Err(ClusterError::FormerServerStays { path: folder.to_owned(), pids });
        }
        if let Some((_, signal)) = escalation.next_if(|(due, _)| began.elapsed() >= *due) {
            let postmaster = PidFile::read(folder).map(|file| file.pid).filter(|pid| pids.contains(pid));
            tracing::info!(?pids, ?signal, "an earlier server is still there; waiting for it to end");
            // A postmaster ends its children itself. Orphans get the signal one by one.
            for pid in postmaster.map_or(pids, |pid| vec![pid]) {
                if let Some(pid) = Pid::from_raw(pid) {
                    // It may have ended just now, which is what was wanted.
                    let _ = kill_process(pid, *signal);
                }
            }
        }
        std::thread::sleep(POLL);
    }
}

/// Whether the process is PostgreSQL at work in `folder`.
pub(super) fn is_alive(folder: &Path, pid: i32, account: &Account) -> bool {
    match place(folder, pid) {
        Place::Inside => true,
        Place::Outside => false,
        Place::Hidden => account.dropped && processes_seen_by(account, folder).contains(&pid),
    }
}

enum Place {
    Inside,
    Outside,
    /// The system does not let us look: another user's process, and no right to trace it.
    Hidden,
}

fn place(folder: &Path, pid: i32) -> Place {
    let process = PathBuf::from(format!("/proc/{pid}"));
    // An operator's shell in that folder is none of the server's processes.
    if !fs::read_to_string(process.join("comm")).is_ok_and(|name| name.trim() == "postgres") {
        return Place::Outside;
    }
    match fs::read_link(process.join("cwd")) {
        Ok(target) if target == folder => Place::Inside,
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Place::Hidden,
        Ok(_) | Err(_) => Place::Outside,
    }
}

/// Ids of the PostgreSQL processes whose working folder is `folder`.
fn processes_in(folder: &Path, account: &Account) -> Vec<i32> {
    let mut inside = Vec::new();
    let mut hidden = false;
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    for pid in entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()) {
        match place(folder, pid) {
            Place::Inside => inside.push(pid),
            Place::Outside => {}
            Place::Hidden => hidden = true,
        }
    }
    // In a container root often has no right to look at other users' processes; the account may look at its own.
    if hidden && account.dropped {
        inside = processes_seen_by(account, folder);
    }
    inside
}

fn processes_seen_by(account: &Account, folder: &Path) -> Vec<i32> {
    let mut find = account.command(Path::new("find"), "KILL");
    find.args(["/proc", "-mindepth", "2", "-maxdepth", "2", "-name", "cwd", "-printf", "%h %l\\n"]);
    let Ok(output) = find.output() else { return Vec::new() };
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| {
            let (process, target) = line.split_once(' ')?;
            let pid = process.strip_prefix("/proc/")?.parse().ok()?;
            let name = fs::read_to_string(Path::new(process).join("comm")).ok()?;
            (Path::new(target) == folder && name.trim() == "postgres").then_some(pid)
        })
        .collect()
}

fn is_signalable(pid: i32) -> bool {
    Pid::from_raw(pid).is_some_and(|pid| test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}

fn remove(path: &Path) -> Result<(), ClusterError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(ClusterError::io("remove", path)(error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn any_pid_file_is_read_or_refused(text in "([0-9a-z/ -]{0,12}\n){0,10}|\\PC{0,40}") {
            let first = text.lines().next().unwrap_or_default().trim().parse::<i32>().ok();
            proptest::prop_assert_eq!(PidFile::parse(&text).map(|file| file.pid), first);
        }
    }

    #[test]
    fn pid_file_is_read_whole_or_not_at_all() {
        let ready = "4711\n/data/pg\n1763720000\n5432\n/data/run\n\n  5432001         0\nready   \n";
        let parsed = PidFile { pid: 4711, socket_dir: PathBuf::from("/data/run"), ready: true };
        assert_eq!(PidFile::parse(ready), Some(parsed));
        for (text, is_ready) in [
            ("4711\n/data/pg\n1763720000\n5432\n/data/run\n\n", Some(false)),
            ("4711\n/data/pg\n1\n5432\n/data/run\n\n 1 0\nstarting\n", Some(false)),
            ("", None),
            ("not a number\n", None),
        ] {
            assert_eq!(PidFile::parse(text).map(|file| file.ready), is_ready, "{text:?}");
        }
    }
}
