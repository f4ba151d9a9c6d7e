//! Where the database is, and how long evidence is kept.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use super::setting::{Fallback, Kind, Setting};
use super::values::Values;

/// The database of somebody else's server.
pub const DATABASE_URL: Setting = Setting {
    name: "DATABASE_URL",
    kind: Kind::Database,
    fallback: Fallback::Described("the private cluster in RIBBON_DATA_DIR"),
    unit: "",
    meaning: "PostgreSQL 15 or newer to use in place of the private cluster. The account must own the database.",
    is_secret: true,
};

/// The data folder.
pub const DATA_DIR: Setting = Setting {
    name: "RIBBON_DATA_DIR",
    kind: Kind::Path,
    fallback: Fallback::Described(
        "./.ribbon in a checkout; as root a folder under /var/lib/ribbon; else $XDG_DATA_HOME/ribbon",
    ),
    unit: "",
    meaning: "Folder of the private cluster and of the sandbox's credentials. Made when absent and marked; a folder that holds other things is refused.",
    is_secret: false,
};

/// The PostgreSQL programs.
pub const PG_BIN: Setting = Setting {
    name: "RIBBON_PG_BIN",
    kind: Kind::Path,
    fallback: Fallback::Described("the newest in /usr/lib/postgresql/*/bin, then PATH"),
    unit: "",
    meaning: "Folder with the programs `postgres` and `initdb` for the private cluster.",
    is_secret: false,
};

/// Size of the pool.
pub const CONNECTIONS_MAX: Setting = Setting {
    name: "RIBBON_DATABASE_CONNECTIONS_MAX",
    kind: Kind::Count { min: 4, max: 500 },
    fallback: Fallback::Described("four for each processor, at least 8 and at most 20"),
    unit: "connections",
    meaning: "Most connections that one process opens to the database. More of them than processors can serve wait for each \
              other with cold caches.",
    is_secret: false,
};

/// Four for each processor: on two of them, 8 connections answered 12 of 100 pages of listings more in a second than 20 did.
fn connections_default() -> u64 {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    u64::try_from(processors).unwrap_or(u64::MAX).saturating_mul(4).clamp(8, 20)
}

/// Age at which evidence is swept.
pub const EVIDENCE_KEEP_DAYS: Setting = Setting {
    name: "RIBBON_EVIDENCE_KEEP_DAYS",
    kind: Kind::Count { min: 1, max: 3_650 },
    fallback: Fallback::Value("30"),
    unit: "days",
    meaning: "How long raw responses are kept. Events stay for ever; their hashes still name what was seen.",
    is_secret: false,
};

/// The database.
#[derive(Debug, Clone)]
pub struct StorageConfig {
    /// A server of somebody else's; `None` for the private cluster.
    pub database_url: Option<SecretString>,
    /// The data folder.
    pub data_dir: PathBuf,
    /// The programs of the private cluster; `None` searches.
    pub pg_bin: Option<PathBuf>,
    /// Most connections of this process.
    pub connections_max: u32,
}

impl StorageConfig {
    /// The settings of this struct besides [`DATA_DIR`], which other roles read too.
    pub const SETTINGS: [Setting; 3] = [DATABASE_URL, PG_BIN, CONNECTIONS_MAX];

    /// Reads checked values.
    #[must_use]
    pub fn read(values: &Values) -> Self {
        Self {
            database_url: values.secret_given(&DATABASE_URL),
            data_dir: data_dir(values),
            pg_bin: values.path_given(&PG_BIN),
            connections_max: u32::try_from(
                values.count_given(&CONNECTIONS_MAX).unwrap_or_else(connections_default),
            )
            .unwrap_or(u32::MAX),
        }
    }
}

/// The data folder.
#[must_use]
pub fn data_dir(values: &Values) -> PathBuf {
    values.path_given(&DATA_DIR).unwrap_or_else(store::cluster::default_data_dir)
}

/// How long evidence is kept.
#[derive(Debug, Clone, Copy)]
pub struct EvidenceConfig {
    /// Age at which it is swept.
    pub keep: Duration,
}

impl EvidenceConfig {
    /// The settings of this struct.
    pub const SETTINGS: [Setting; 1] = [EVIDENCE_KEEP_DAYS];

    /// Reads checked values.
    #[must_use]
    pub fn read(values: &Values) -> Self {
        Self { keep: Duration::from_secs(values.count(&EVIDENCE_KEEP_DAYS) * 86_400) }
    }
}
