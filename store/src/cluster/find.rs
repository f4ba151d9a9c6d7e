//! Finds the PostgreSQL programs: a folder given, the newest of Debian's layout, or `PATH`.
//!
//! A cluster is opened only by the major version that made it, so the search may be told which one is wanted.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::ClusterError;

/// Oldest major version of PostgreSQL that is supported: Debian 12's.
pub const MAJOR_MIN: u32 = 15;

/// What installs PostgreSQL on Debian and Ubuntu, to be run as root, one command per line. The first two keep the
/// package from making and starting a server of its own; an existing one is never touched.
pub const INSTALL_LINES: &str = "  mkdir -p /etc/postgresql-common/createcluster.d\n  \
    echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.d/ribbon.conf\n  \
    apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql";

const PROGRAMS: [&str; 2] = ["postgres", "initdb"];

/// A folder of PostgreSQL programs of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    pub(super) dir: PathBuf,
    pub(super) major: u32,
    /// The whole answer of `postgres --version`; says when a build has changed.
    pub(super) version: String,
}

/// Where to look. A value of its own, so that tests can look at folders of theirs.
#[derive(Debug)]
pub(super) struct Search {
    /// Debian's root: `<root>/<major>/bin`.
    pub(super) versions_root: PathBuf,
    /// The value of `PATH`.
    pub(super) path: Option<OsString>,
}

impl Search {
    pub(super) fn of_machine() -> Self {
        Self { versions_root: PathBuf::from("/usr/lib/postgresql"), path: std::env::var_os("PATH") }
    }

    /// The newest usable programs, of major version `cluster_major` when that is given as cluster folder and version.
    pub(super) fn find(
        &self,
        pg_bin: Option<&Path>,
        cluster: Option<(&Path, &str)>,
    ) -> Result<Binaries, ClusterError> {
        let candidates = match pg_bin {
            Some(dir) => vec![examine_given(dir)?],
            None => self.candidates()?,
        };
        if candidates.is_empty() {
            return Err(ClusterError::NotInstalled { looked: self.describe() });
        }
        let Some((path, made_by)) = cluster else {
            let newest = candidates.into_iter().max_by_key(|binaries| binaries.major);
            let newest = newest.expect("the list was not empty");
            if newest.major < MAJOR_MIN {
                return Err(ClusterError::TooOld { path: newest.dir, found: newest.major });
            }
            return Ok(newest);
        };
        let mut available: Vec<u32> = candidates.iter().map(|binaries| binaries.major).collect();
        available.sort_unstable();
        candidates.into_iter().find(|binaries| binaries.major.to_string() == made_by).ok_or_else(|| {
            let available: Vec<String> = available.iter().map(u32::to_string).collect();
            ClusterError::OtherMajor {
                path: path.to_owned(),
                cluster: made_by.to_owned(),
                available: format!("PostgreSQL {}", available.join(", ")),
            }
        })
    }

    fn candidates(&self) -> Result<Vec<Binaries>, ClusterError> {
        let mut dirs: Vec<PathBuf> = std::fs::read_dir(&self.versions_root)
            .map(|entries| entries.flatten().map(|entry| entry.path().join("bin")).collect())
            .unwrap_or_default();
        if let Some(path) = &self.path {
            dirs.extend(std::env::split_paths(path).filter(|dir| dir.is_absolute()));
        }
        dirs.retain(|dir| missing_program(dir).is_none());
        dirs.iter().map(|dir| examine(dir)).collect()
    }

    fn describe(&self) -> String {
        let root = self.versions_root.display();
        format!("{root}/*/bin and PATH={}", self.path.clone().unwrap_or_default().display())
    }
}

fn examine_given(dir: &Path) -> Result<Binaries, ClusterError> {
    match missing_program(dir) {
        Some(missing) => Err(ClusterError::PgBin { path: dir.to_owned(), missing }),
        None => examine(dir),
    }
}

fn missing_program(dir: &Path) -> Option<&'static str> {
    PROGRAMS.into_iter().find(|program| !is_program(&dir.join(program)))
}

/// Whether `path` is a file that somebody may run.
pub(super) fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

fn examine(dir: &Path) -> Result<Binaries, ClusterError> {
    let program = dir.join("postgres");
    let answer = match Command::new(&program).arg("--version").output() {
        Ok(output) => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        Err(error) => error.to_string(),
    };
    match parse_major(&answer) {
        Some(major) => Ok(Binaries { dir: dir.to_owned(), major, version: answer }),
        None => Err(ClusterError::NoVersion { path: program, answer }),
    }
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, also `16beta2` and `18devel`.
fn parse_major(answer: &str) -> Option<u32> {
    let version = answer.strip_prefix("postgres (PostgreSQL) ")?;
    let digits = version.split(|character: char| !character.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn install(dir: &Path, version: &str) {
        fs::create_dir_all(dir).unwrap();
        for program in PROGRAMS {
            let path = dir.join(program);
            fs::write(&path, format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }

    proptest::proptest! {
        #[test]
        fn any_answer_is_read_or_refused(noise in "\\PC{0,40}", major in 1_u32..1_000, rest in "[^0-9]\\PC{0,10}") {
            let _ = parse_major(&noise);
            let answer = format!("postgres (PostgreSQL) {major}{rest}");
            proptest::prop_assert_eq!(parse_major(&answer), Some(major));
        }
    }

    fn scratch(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("ribbon-find-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).unwrap();
        dir
    }

    #[test]
    fn major_is_read_from_every_spelling() {
        for (answer, major) in [
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", Some(15)),
            ("postgres (PostgreSQL) 18beta2", Some(18)),
            ("postgres (PostgreSQL) 9.6.24", Some(9)),
            ("postgres (PostgreSQL) devel", None),
            ("bash: postgres: command not found", None),
            ("", None),
        ] {
            assert_eq!(parse_major(answer), major, "{answer:?}");
        }
    }

    #[test]
    fn the_newest_is_taken_unless_the_cluster_wants_its_own() {
        let root = scratch("newest");
        for version in ["9.6.24", "15.18", "17.2"] {
            let major = version.split('.').next().unwrap();
            install(&root.join(major).join("bin"), version);
        }
        // A version whose package was removed leaves an empty folder.
        fs::create_dir_all(root.join("18/bin")).unwrap();
        let on_path = root.join("elsewhere");
        install(&on_path, "16.1");
        let search = Search { versions_root: root.clone(), path: Some(on_path.clone().into()) };

        assert_eq!(search.find(None, None).unwrap().major, 17);
        let cluster = Path::new("/data/pg");
        assert_eq!(search.find(None, Some((cluster, "16"))).unwrap().dir, on_path);
        let error = search.find(None, Some((cluster, "13"))).unwrap_err().to_string();
        assert!(
            error.contains(
                "/data/pg was made by PostgreSQL 13, and this machine has PostgreSQL 9, 15, 16, 17"
            )
        );
        let error = search.find(Some(&on_path), Some((cluster, "15"))).unwrap_err().to_string();
        assert!(error.contains("made by PostgreSQL 15, and this machine has PostgreSQL 16"), "{error}");
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn nothing_usable_says_what_to_install() {
        let root = scratch("none");
        let search = Search { versions_root: root.join("absent"), path: None };
        let error = search.find(None, None).unwrap_err();
        assert!(
            error.to_string().contains("apt-get install -y --no-install-recommends postgresql"),
            "{error}"
        );
        assert!(!error.may_succeed_later());

        let error = search.find(Some(&root), None).unwrap_err().to_string();
        assert_eq!(
            error,
            format!(
                "RIBBON_PG_BIN={} holds no program `postgres`: expected a folder with `postgres` and `initdb`",
                root.display()
            )
        );

        install(&root.join("old"), "14.9");
        let error = search.find(Some(&root.join("old")), None).unwrap_err().to_string();
        assert!(error.contains("PostgreSQL 14 in") && error.contains("too old: 15 or newer"), "{error}");
        fs::remove_dir_all(root).unwrap();
    }
}
