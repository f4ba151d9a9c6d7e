//! Makes a new cluster and writes its settings.
//!
//! `initdb` works in `pg.new`, which is renamed to `pg` when it is whole: killed at any moment, it leaves nothing that
//! looks like a cluster.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::Command;

use super::plan::Plan;
use super::settings::{self, Given};
use super::{ClusterError, account, folder, former};

const RIBBON_CONF: &str = "ribbon.conf";
/// How much of a failed program's output is shown, in bytes.
const OUTPUT_BYTES: usize = 2_000;

/// Makes the cluster when there is none, and brings its settings up to date. Idempotent.
pub(super) fn ensure(plan: &Plan, stopping: impl Fn() -> bool) -> Result<(), ClusterError> {
    if plan.pg.join("PG_VERSION").exists() {
        return write_settings(plan, &plan.pg);
    }
    let fresh = plan.data_dir.join("pg.new");
    if fresh.symlink_metadata().is_ok() {
        former::await_end(&fresh, &plan.account, stopping)?;
        fs::remove_dir_all(&fresh).map_err(ClusterError::io("remove the unfinished cluster", &fresh))?;
    }
    folder::make_private(&fresh, &plan.account)?;
    initdb(plan, &fresh)?;
    include_ribbon_conf(&fresh)?;
    write_settings(plan, &fresh)?;
    if plan.fsync {
        sync(&fresh)?;
    }
    fs::rename(&fresh, &plan.pg).map_err(ClusterError::io("rename to `pg` the new cluster", &fresh))?;
    if plan.fsync {
        sync(&plan.data_dir)?;
    }
    Ok(())
}

fn initdb(plan: &Plan, fresh: &Path) -> Result<(), ClusterError> {
    // KILL: an `initdb` without a parent would only make what the next start throws away.
    let mut command = plan.account.command(&plan.binaries.dir.join("initdb"), "KILL");
    command.args(["-U", "ribbon", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"]);
    command.args(["--auth-local=peer", "--auth-host=reject"]);
    if !plan.fsync {
        command.arg("--no-sync");
    }
    command.arg("-D").arg(fresh);
    let output = command.output().map_err(ClusterError::io("run initdb for", fresh))?;
    if output.status.success() {
        return Ok(());
    }
    let mut said = output.stdout;
    said.extend_from_slice(&output.stderr);
    Err(ClusterError::Initdb { path: fresh.to_owned(), output: tail_of(&said) })
}

/// The end of what a program said, at a line's beginning where possible.
pub(super) fn tail_of(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(&said[said.len().saturating_sub(OUTPUT_BYTES)..]).into_owned();
    let cut = said.len() > OUTPUT_BYTES;
    let whole_lines = text.split_once('\n').filter(|_| cut).map(|(_, rest)| rest.to_owned());
    whole_lines.unwrap_or(text).trim_end().to_owned()
}

/// `initdb` finds out what this machine can do (kind of shared memory), so its file stays; ours comes after it.
fn include_ribbon_conf(fresh: &Path) -> Result<(), ClusterError> {
    let path = fresh.join("postgresql.conf");
    OpenOptions::new()
        .append(true)
        .open(&path)
        .and_then(|mut file| writeln!(file, "\ninclude_if_exists = '{RIBBON_CONF}'"))
        .map_err(ClusterError::io("append to", path))
}

fn write_settings(plan: &Plan, pg: &Path) -> Result<(), ClusterError> {
    let earlier = fs::read_to_string(pg.join(RIBBON_CONF)).unwrap_or_default();
    let version = plan.binaries.version.as_str();
    let lz4 = settings::known_lz4(&earlier, version).unwrap_or_else(|| probe_lz4(plan, pg));
    let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory_bytes = settings::memory_bytes(&meminfo);
    let own_name = account::own_name().filter(|name| *name != plan.account.name);
    let names: Vec<&str> =
        [Some(plan.account.name.as_str()), own_name.as_deref()].into_iter().flatten().collect();
    write_owned(plan, &pg.join(RIBBON_CONF), &settings::ribbon_conf(&Given { version, memory_bytes, lz4 }))?;
    write_owned(plan, &pg.join("pg_hba.conf"), settings::PG_HBA)?;
    write_owned(plan, &pg.join("pg_ident.conf"), &settings::pg_ident(&names))
}

/// Asks the programs themselves: a build without lz4 refuses the value.
fn probe_lz4(plan: &Plan, pg: &Path) -> bool {
    let mut command: Command = plan.account.command(&plan.binaries.dir.join("postgres"), "KILL");
    command.arg("-D").arg(pg).args(["-c", "wal_compression=lz4", "-C", "wal_compression"]);
    command.output().is_ok_and(|output| output.status.success())
}

/// Replaces a file of the cluster and gives it to the account. Through a new file and a rename: the folder is the
/// account's, so a name in it could be a link to somewhere else, and this process may be root.
fn write_owned(plan: &Plan, path: &Path, text: &str) -> Result<(), ClusterError> {
    if fs::read_to_string(path).is_ok_and(|present| present == text) {
        return Ok(());
    }
    let fresh = path.with_extension("conf.new");
    let _ = fs::remove_file(&fresh);
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
        give(plan, &file)?;
        file.write_all(text.as_bytes())?;
        fs::rename(&fresh, path)
    };
    write().map_err(ClusterError::io("write", path))
}

/// Gives an open file to the account.
pub(super) fn give(plan: &Plan, file: &File) -> std::io::Result<()> {
    if plan.account.dropped {
        std::os::unix::fs::fchown(file, Some(plan.account.uid), Some(plan.account.gid))?;
    }
    file.set_permissions(Permissions::from_mode(0o600))
}

fn sync(dir: &Path) -> Result<(), ClusterError> {
    File::open(dir)
        .and_then(|file| file.sync_all())
        .map_err(ClusterError::io("write to disk the folder", dir))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tail_begins_at_a_line() {
        assert_eq!(tail_of(b"short\n"), "short");
        let long = format!("{}\nlast line\n", "x".repeat(3_000));
        assert_eq!(tail_of(long.as_bytes()), "last line");
        assert_eq!(tail_of("x".repeat(3_000).as_bytes()).len(), OUTPUT_BYTES);
    }
}
