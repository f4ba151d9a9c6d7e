//! What one start needs, resolved and checked before the server is touched.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::account::Account;
use super::find::{Binaries, Search};
use super::{ClusterError, ClusterOptions, folder};

/// Everything that is known about a cluster before its server runs. Holds the lock of the data folder.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) data_dir: PathBuf,
    /// The cluster itself, `<data>/pg`.
    pub(super) pg: PathBuf,
    pub(super) socket_dir: PathBuf,
    pub(super) log: PathBuf,
    pub(super) account: Account,
    pub(super) binaries: Binaries,
    pub(super) fsync: bool,
    pub(super) settings: Vec<(String, String)>,
    _lock: File,
}

impl Plan {
    pub(super) fn prepare(options: &ClusterOptions) -> Result<Self, ClusterError> {
        let data_dir = folder::resolve(&options.data_dir)?;
        let pg = data_dir.join("pg");
        let account = Account::choose(&pg)?;
        folder::check_parents(&data_dir, &account)?;
        let made_by = version_of(&pg)?;
        let cluster = made_by.as_deref().map(|version| (pg.as_path(), version));
        let binaries = Search::of_machine().find(options.pg_bin.as_deref(), cluster)?;
        if let Some(folder) = account.first_closed(&binaries.dir) {
            return Err(ClusterError::ProgramsClosed { folder, dir: binaries.dir, account: account.name });
        }
        folder::make(&data_dir, &account)?;
        let lock = folder::lock(&data_dir)?;
        let socket_dir = folder::open_socket_dir(&data_dir, &account)?;
        Ok(Self {
            log: data_dir.join("postgres.log"),
            pg,
            socket_dir,
            account,
            binaries,
            fsync: options.fsync,
            settings: options.settings.clone(),
            data_dir,
            _lock: lock,
        })
    }
}

/// The major version that made the cluster, or `None` when there is none yet.
fn version_of(pg: &Path) -> Result<Option<String>, ClusterError> {
    match fs::read_to_string(pg.join("PG_VERSION")) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(ClusterError::io("read PG_VERSION of", pg)(error))
        }
        Err(_) if pg.symlink_metadata().is_ok() => Err(ClusterError::NotACluster { path: pg.to_owned() }),
        Err(_) => Ok(None),
    }
}
