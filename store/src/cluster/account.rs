//! Which account runs the server, and what that account may reach.
//!
//! PostgreSQL refuses to run as root, so root drops to the owner of an existing cluster, to `postgres`, or to `nobody`;
//! everybody else runs it as themselves. Names come from `/etc/passwd`, then from `getent` (LDAP and the like).

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{ClusterError, find};

/// The account that the server runs under. It always has a name: PostgreSQL does not start without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) name: String,
    /// Whether privileges are dropped to it, that is, whether this process is root.
    pub(super) dropped: bool,
    setpriv: PathBuf,
}

impl Account {
    /// The account for the cluster in `pg`, which need not exist yet.
    pub(super) fn choose(pg: &Path) -> Result<Self, ClusterError> {
        let setpriv = find_setpriv()?;
        let owner = pg.symlink_metadata().ok().map(|metadata| metadata.uid());
        let me = rustix::process::geteuid().as_raw();
        let make = |row: Row, dropped| Self { uid: row.uid, gid: row.gid, name: row.name, dropped, setpriv };
        let account = if me != 0 {
            make(look_up(&me.to_string()).ok_or(ClusterError::NamelessAccount { uid: me })?, false)
        } else {
            let row = match owner {
                Some(uid) if uid != 0 => {
                    look_up(&uid.to_string()).ok_or(ClusterError::NamelessAccount { uid })?
                }
                _ => look_up("postgres").or_else(|| look_up("nobody")).ok_or(ClusterError::NoAccount)?,
            };
            make(row, true)
        };
        match owner {
            Some(uid) if uid != account.uid => {
                let owner = look_up(&uid.to_string()).map_or_else(|| format!("user {uid}"), |row| row.name);
                Err(ClusterError::FolderForeign { path: pg.to_owned(), owner, account: account.name })
            }
            _ => Ok(account),
        }
    }

    /// A command that runs `program` as this account, with nothing of our environment but `PATH` (a stray `PGDATA` or
    /// `PGPORT` would reach the server) and with `death_signal` sent to it when the calling *thread* ends.
    pub(super) fn command(&self, program: &Path, death_signal: &str) -> Command {
        let mut command = Command::new(&self.setpriv);
        command.env_clear();
        for name in ["PATH", "LD_LIBRARY_PATH"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("LC_ALL", "C.UTF-8").current_dir("/").stdin(Stdio::null());
        command.args(["--pdeathsig", death_signal]);
        if self.dropped {
            let (uid, gid) = (self.uid.to_string(), self.gid.to_string());
            command.args(["--reuid", &uid, "--regid", &gid, "--clear-groups"]);
        }
        command.arg("--").arg(program);
        command
    }

    /// The first folder of `path` and its parents, from the root down, that this account may not enter.
    pub(super) fn first_closed(&self, path: &Path) -> Option<PathBuf> {
        let mut folders: Vec<&Path> = path.ancestors().collect();
        folders.reverse();
        folders.into_iter().find(|folder| !self.may_enter(folder)).map(Path::to_owned)
    }

    fn may_enter(&self, folder: &Path) -> bool {
        let Ok(metadata) = folder.metadata() else { return false };
        let mode = metadata.mode();
        let by_mode = if metadata.uid() == self.uid {
            mode & 0o100 != 0
        } else if metadata.gid() == self.gid {
            mode & 0o010 != 0
        } else {
            mode & 0o001 != 0
        };
        // The mode may say no where an access list or another group says yes; then the account itself is asked.
        by_mode || {
            let mut test = self.command(Path::new("test"), "KILL");
            test.arg("-x").arg(folder);
            test.status().is_ok_and(|status| status.success())
        }
    }
}

/// Name of the user who runs this process, mapped to the database user beside the account. `None` when it has none.
pub(super) fn own_name() -> Option<String> {
    look_up(&rustix::process::geteuid().as_raw().to_string()).map(|row| row.name)
}

#[derive(Debug, PartialEq, Eq)]
struct Row {
    name: String,
    uid: u32,
    gid: u32,
}

/// The passwd row of a name or of a user id in decimal.
fn look_up(key: &str) -> Option<Row> {
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    find_row(&passwd, key).or_else(|| {
        let output = Command::new("getent").args(["passwd", key]).stdin(Stdio::null()).output().ok()?;
        find_row(&String::from_utf8_lossy(&output.stdout), key)
    })
}

fn find_row(passwd: &str, key: &str) -> Option<Row> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, _password, uid, gid) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        if name.is_empty() || (name != key && uid != key) {
            return None;
        }
        Some(Row { name: name.to_owned(), uid: uid.parse().ok()?, gid: gid.parse().ok()? })
    })
}

fn find_setpriv() -> Result<PathBuf, ClusterError> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/bin"), PathBuf::from("/bin")])
        .map(|dir| dir.join("setpriv"))
        .find(|program| find::is_program(program))
        .ok_or(ClusterError::NoSetpriv)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn any_file_is_read_and_a_row_in_it_found(noise in "([a-z0-9:#]{0,20}\n){0,5}", uid in 70_000_u32.., gid: u32) {
            let text = format!("{noise}somebody-else:x:{uid}:{gid}::/:/bin/sh\n");
            let row = Row { name: "somebody-else".to_owned(), uid, gid };
            proptest::prop_assert_eq!(find_row(&text, "somebody-else"), Some(row));
            let _ = find_row(&noise, &uid.to_string());
        }
    }

    #[test]
    fn rows_are_found_by_name_or_id_and_broken_ones_skipped() {
        let passwd =
            "root:x:0:0:root:/root:/bin/bash\n# comment\nbroken\npostgres:x:101:104:x:/var:/bin/sh\n";
        let postgres = Row { name: "postgres".to_owned(), uid: 101, gid: 104 };
        for (key, expected) in
            [("postgres", Some(postgres)), ("10", None), ("broken", None), ("", None), ("x", None)]
        {
            assert_eq!(find_row(passwd, key), expected, "{key:?}");
        }
        assert_eq!(find_row(passwd, "0").map(|row| row.name), Some("root".to_owned()));
    }
}
