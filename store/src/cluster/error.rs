//! Everything that can stop a private cluster from starting, each with the way to mend it.

use std::path::PathBuf;

use super::find::{INSTALL_LINES, MAJOR_MIN};

/// Why the private cluster did not start. The text is for the operator: what is wrong, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No usable PostgreSQL on this machine.
    #[error(
        "no PostgreSQL {MAJOR_MIN} or newer was found (looked at {looked}). Install it as root:\n{INSTALL_LINES}\n\
         or set RIBBON_PG_BIN to the folder that holds `postgres` and `initdb`, \
         or DATABASE_URL to a server of your own"
    )]
    NotInstalled {
        /// The places that were searched.
        looked: String,
    },
    /// `RIBBON_PG_BIN` names a folder without the programs.
    #[error("RIBBON_PG_BIN={} holds no program `{missing}`: expected a folder with `postgres` and `initdb`", path.display())]
    PgBin {
        /// The value of the variable.
        path: PathBuf,
        /// The program that is not there.
        missing: &'static str,
    },
    /// The programs are there, but do not say which version they are.
    #[error("{} --version did not answer with a PostgreSQL version but with: {answer}", path.display())]
    NoVersion {
        /// The program asked.
        path: PathBuf,
        /// Its answer, or the reason there was none.
        answer: String,
    },
    /// Only versions older than the oldest supported one.
    #[error(
        "PostgreSQL {found} in {} is too old: {MAJOR_MIN} or newer is needed. Install it as root:\n{INSTALL_LINES}",
        path.display()
    )]
    TooOld {
        /// The folder of the programs.
        path: PathBuf,
        /// Their major version.
        found: u32,
    },
    /// The data folder was made by another major version and its programs are not here.
    #[error(
        "the cluster in {} was made by PostgreSQL {cluster}, and this machine has {available}. \
         Install PostgreSQL {cluster} (apt-get install postgresql-{cluster}) or set RIBBON_PG_BIN to its programs; \
         or give another RIBBON_DATA_DIR to begin anew. Nothing was changed",
        path.display()
    )]
    OtherMajor {
        /// The cluster's folder.
        path: PathBuf,
        /// The major version that made it.
        cluster: String,
        /// What was found instead.
        available: String,
    },
    /// The folder `pg` is there but is no cluster.
    #[error(
        "{} exists but has no PG_VERSION, so it is no PostgreSQL cluster. Move it away, or give another RIBBON_DATA_DIR",
        path.display()
    )]
    NotACluster {
        /// The folder at fault.
        path: PathBuf,
    },
    /// `setpriv` is missing.
    #[error("the program `setpriv` is not on PATH; it is part of util-linux (apt-get install util-linux)")]
    NoSetpriv,
    /// Started by root, and no account to drop to.
    #[error(
        "PostgreSQL refuses to run as root, and this machine has neither an account `postgres` nor `nobody` to run it as. \
         Make one (useradd --system postgres), or start ribbon as an ordinary user"
    )]
    NoAccount,
    /// The account has no name, which PostgreSQL does not accept.
    #[error(
        "user id {uid} has no name in the account database, and PostgreSQL refuses to run without one. \
         Add a line for it to /etc/passwd, or use an account that has one"
    )]
    NamelessAccount {
        /// The user id.
        uid: u32,
    },
    /// The data folder lies below a folder that the server's account may not enter.
    #[error(
        "{} is closed to the account `{account}`, which runs PostgreSQL, so the data folder {} cannot be used. \
         Open it (chmod o+x {}) or set RIBBON_DATA_DIR to a folder elsewhere, such as /var/lib/ribbon/main",
        folder.display(), data_dir.display(), folder.display()
    )]
    FolderClosed {
        /// The folder that is closed.
        folder: PathBuf,
        /// The data folder below it.
        data_dir: PathBuf,
        /// Name of the account.
        account: String,
    },
    /// The programs lie below a folder that the server's account may not enter.
    #[error(
        "{} is closed to the account `{account}`, which runs PostgreSQL, so the programs in {} cannot be run. \
         Open it (chmod o+x {}) or set RIBBON_PG_BIN to programs elsewhere",
        folder.display(), dir.display(), folder.display()
    )]
    ProgramsClosed {
        /// The folder that is closed.
        folder: PathBuf,
        /// The folder of the programs.
        dir: PathBuf,
        /// Name of the account.
        account: String,
    },
    /// The cluster belongs to somebody else.
    #[error(
        "{} belongs to {owner}, and this process runs PostgreSQL as `{account}`. Start ribbon as {owner}, \
         or set RIBBON_DATA_DIR to another folder",
        path.display()
    )]
    FolderForeign {
        /// The folder.
        path: PathBuf,
        /// Its owner, by name when it has one.
        owner: String,
        /// Name of the account in use.
        account: String,
    },
    /// The folder holds things that are not ours.
    #[error(
        "{} is not empty and carries no {}, so it is not a data folder of ribbon and nothing is put there. \
         Set RIBBON_DATA_DIR to an empty or a new folder",
        path.display(), super::MARKER_FILE
    )]
    FolderNotOurs {
        /// The folder.
        path: PathBuf,
    },
    /// Another process has this data folder.
    #[error(
        "another ribbon (process {pid}) is running on {}. Stop it, or set RIBBON_DATA_DIR to another folder", path.display()
    )]
    FolderInUse {
        /// The data folder.
        path: PathBuf,
        /// Process id of the other one, as it wrote it down.
        pid: String,
    },
    /// The short folder for the socket is not ours.
    #[error(
        "the socket folder {} {fault}. Remove it, or set RIBBON_DATA_DIR to a path of at most {} bytes, \
         which needs no folder elsewhere",
        path.display(), super::folder::SOCKET_DIR_BYTES_MAX - "/run".len()
    )]
    SocketFolder {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        fault: String,
    },
    /// `initdb` failed; nothing half-made is left in the place of the cluster.
    #[error("initdb failed for {}:\n{output}", path.display())]
    Initdb {
        /// The folder it worked in.
        path: PathBuf,
        /// The end of what it said.
        output: String,
    },
    /// Processes of an earlier server stay whatever is asked of them.
    #[error("an earlier PostgreSQL server still holds {} and does not end: processes {pids:?}. End them, then start again", path.display())]
    FormerServerStays {
        /// The cluster's folder.
        path: PathBuf,
        /// Their process ids.
        pids: Vec<i32>,
    },
    /// The server ended before it took connections.
    #[error("PostgreSQL ended during its start ({status}). The end of {}:\n{tail}", log.display())]
    ServerEnded {
        /// How it ended.
        status: String,
        /// The server's log file.
        log: PathBuf,
        /// The end of what it wrote since this start.
        tail: String,
    },
    /// The server lives but does not become ready.
    #[error("PostgreSQL did not become ready within {seconds} s. The end of {}:\n{tail}", log.display())]
    NotReady {
        /// How long it was awaited, in seconds.
        seconds: u64,
        /// The server's log file.
        log: PathBuf,
        /// The end of what it wrote since this start.
        tail: String,
    },
    /// A stop was asked for while the server was starting.
    #[error("PostgreSQL was stopped while it was starting")]
    Stopped,
    /// The server runs, but the database could not be looked up or made.
    #[error("the database `{name}` of the private cluster could not be opened or made: {source}")]
    Database {
        /// Its name.
        name: &'static str,
        /// What the server or the driver said.
        source: sqlx::Error,
    },
    /// The operating system refused something.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried, as a verb phrase.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// The refusal.
        source: std::io::Error,
    },
    /// No thread for the server.
    #[error("cannot start the thread that watches PostgreSQL: {source}")]
    Thread {
        /// The refusal.
        source: std::io::Error,
    },
}

impl ClusterError {
    /// Whether the same start may succeed later with nobody mending anything.
    pub fn may_succeed_later(&self) -> bool {
        match self {
            Self::FolderInUse { .. }
            | Self::FormerServerStays { .. }
            | Self::ServerEnded { .. }
            | Self::NotReady { .. }
            | Self::Stopped
            | Self::Database { .. }
            | Self::Io { .. }
            | Self::Thread { .. } => true,
            Self::NotInstalled { .. }
            | Self::PgBin { .. }
            | Self::NoVersion { .. }
            | Self::TooOld { .. }
            | Self::OtherMajor { .. }
            | Self::NotACluster { .. }
            | Self::NoSetpriv
            | Self::NoAccount
            | Self::NamelessAccount { .. }
            | Self::FolderClosed { .. }
            | Self::ProgramsClosed { .. }
            | Self::FolderForeign { .. }
            | Self::FolderNotOurs { .. }
            | Self::SocketFolder { .. }
            | Self::Initdb { .. } => false,
        }
    }

    /// Shorthand for `map_err`: an input or output fault with what was tried and where.
    pub(super) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
