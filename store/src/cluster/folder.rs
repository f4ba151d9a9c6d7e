//! The data folder: where it is by default, its marker, its lock, the socket folder.
//!
//! Nothing is put into a folder that is neither empty nor marked, so removing a marked folder removes only ours.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Component, Path, PathBuf};

use rustix::fs::OFlags;
use sha2::{Digest as _, Sha256};

use super::ClusterError;
use super::account::Account;

/// Name of the file that says what a data folder is. `./dev clean` removes a folder only if it carries this file.
pub const MARKER_FILE: &str = "ribbon.marker";

/// First line of [`MARKER_FILE`].
pub const MARKER_LINE: &str = "ribbon data folder";

/// Longest path of a socket folder, in bytes: PostgreSQL takes socket paths of at most 107, `/.s.PGSQL.5432` included.
pub(super) const SOCKET_DIR_BYTES_MAX: usize = 93;

const LOCK_FILE: &str = "ribbon.lock";

/// The data folder used when `RIBBON_DATA_DIR` is not set.
///
/// Inside a checkout: `.ribbon` at its root, as root `/var/lib/ribbon/<name>-<hash of its path>`, since the server's
/// account could not enter a checkout below `/root`. Elsewhere, for an installed binary: `$XDG_DATA_HOME/ribbon` (or
/// `~/.local/share/ribbon`), as root `/var/lib/ribbon/main`.
pub fn default_data_dir() -> PathBuf {
    let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
    let variable =
        |name| std::env::var_os(name).map(PathBuf::from).filter(|value: &PathBuf| value.is_absolute());
    let share =
        || variable("XDG_DATA_HOME").or_else(|| variable("HOME").map(|home| home.join(".local/share")));
    default_data_dir_of(rustix::process::geteuid().is_root(), find_checkout(&here), share(), &here)
}

fn default_data_dir_of(root: bool, checkout: Option<&Path>, share: Option<PathBuf>, here: &Path) -> PathBuf {
    match (root, checkout) {
        (true, Some(checkout)) => {
            let name = checkout.file_name().map_or_else(|| "checkout".into(), |name| name.to_string_lossy());
            Path::new("/var/lib/ribbon").join(format!("{name}-{}", short_hash(checkout)))
        }
        (true, None) => PathBuf::from("/var/lib/ribbon/main"),
        (false, Some(checkout)) => checkout.join(".ribbon"),
        (false, None) => share.map_or_else(|| here.join(".ribbon"), |share| share.join("ribbon")),
    }
}

fn find_checkout(here: &Path) -> Option<&Path> {
    here.ancestors().find(|folder| {
        ["dev", "Cargo.lock", "migrations", "store"].iter().all(|entry| folder.join(entry).exists())
    })
}

/// The first 8 hexadecimal digits of the path's SHA-256: tells the folders of two checkouts of one name apart.
fn short_hash(path: &Path) -> String {
    let mut hash = hex::encode(Sha256::digest(path.as_os_str().as_bytes()));
    hash.truncate(8);
    hash
}

/// Makes the data folder when it is absent, marks it, and returns it absolute with symbolic links resolved. Idempotent;
/// call it before anything else writes there. [`super::Cluster::start`] calls it itself.
///
/// As root a new folder belongs to the account that will run the server.
///
/// # Errors
/// [`ClusterError::FolderClosed`] when a parent is closed to that account, [`ClusterError::FolderNotOurs`] when the
/// folder holds something and no marker, [`ClusterError::Io`] when the system refuses.
pub fn open_data_dir(path: &Path) -> Result<PathBuf, ClusterError> {
    let path = resolve(path)?;
    let account = Account::choose(&path.join("pg"))?;
    check_parents(&path, &account)?;
    make(&path, &account)?;
    Ok(path)
}

/// Whether the account can reach a resolved path, or where it would be made.
pub(super) fn check_parents(path: &Path, account: &Account) -> Result<(), ClusterError> {
    match account.first_closed(existing_part(path)) {
        None => Ok(()),
        Some(folder) => Err(ClusterError::FolderClosed {
            folder,
            data_dir: path.to_owned(),
            account: account.name.clone(),
        }),
    }
}

fn existing_part(path: &Path) -> &Path {
    path.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"))
}

/// Makes the folder at a resolved path for the account, and marks it. Idempotent.
pub(super) fn make(path: &Path, account: &Account) -> Result<(), ClusterError> {
    let existing = existing_part(path);
    let mut missing: Vec<&Path> = path.ancestors().take_while(|folder| *folder != existing).collect();
    while let Some(folder) = missing.pop() {
        if missing.is_empty() {
            make_private(folder, account)?;
        } else {
            // Whatever the umask: the account has to pass through.
            DirBuilder::new().create(folder).map_err(ClusterError::io("make the folder", folder))?;
            fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
                .map_err(ClusterError::io("open to others the folder", folder))?;
        }
    }
    mark(path)
}

/// The absolute path with symbolic links resolved, of which only a beginning need exist.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, ClusterError> {
    let absolute = std::path::absolute(path).map_err(ClusterError::io("make absolute the path", path))?;
    // `..` below a folder that does not exist yet cannot be resolved by the system, so it is by name.
    let mut plain = PathBuf::new();
    for component in absolute.components() {
        match component {
            Component::ParentDir => drop(plain.pop()),
            other => plain.push(other),
        }
    }
    for existing in plain.ancestors() {
        match existing.canonicalize() {
            Ok(real) => {
                let rest = plain.strip_prefix(existing).expect("an ancestor is a prefix");
                return Ok(if rest.as_os_str().is_empty() { real } else { real.join(rest) });
            }
            // A closed folder is named later, by `check_parents`.
            Err(error)
                if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied) => {}
            Err(error) => return Err(ClusterError::io("resolve the path", existing)(error)),
        }
    }
    Ok(plain)
}

/// Makes a folder that only the account may enter.
pub(super) fn make_private(path: &Path, account: &Account) -> Result<(), ClusterError> {
    DirBuilder::new().mode(0o700).create(path).map_err(ClusterError::io("make the folder", path))?;
    if account.dropped {
        std::os::unix::fs::lchown(path, Some(account.uid), Some(account.gid))
            .map_err(ClusterError::io("give to the server's account the folder", path))?;
    }
    Ok(())
}

fn mark(data_dir: &Path) -> Result<(), ClusterError> {
    let marker = data_dir.join(MARKER_FILE);
    if let Ok(text) = fs::read_to_string(&marker)
        && text.lines().next() == Some(MARKER_LINE)
    {
        return Ok(());
    }
    let mut entries = fs::read_dir(data_dir).map_err(ClusterError::io("read the folder", data_dir))?;
    if entries.next().is_some() {
        return Err(ClusterError::FolderNotOurs { path: data_dir.to_owned() });
    }
    let text = format!(
        "{MARKER_LINE}\n\nEverything here was made by `ribbon` and belongs to it: the PostgreSQL cluster in `pg`, its \
         socket in `run`,\nits log in `postgres.log`, and the files of other parts. `./dev clean` in the checkout \
         removes a folder\nthat carries this file, with all it holds; do not copy the file elsewhere.\n"
    );
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o644)
        .open(&marker)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(ClusterError::io("write the marker", marker))
}

/// Takes the data folder for this process. The system lets go of it when the process ends, however it ends.
pub(super) fn lock(data_dir: &Path) -> Result<File, ClusterError> {
    let path = data_dir.join(LOCK_FILE);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o644)
        .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
        .open(&path)
        .map_err(ClusterError::io("open the lock", &path))?;
    match file.try_lock() {
        Ok(()) => {
            let pid = format!("{}\n", std::process::id());
            file.set_len(0)
                .and_then(|()| file.write_all(pid.as_bytes()))
                .map_err(ClusterError::io("write the lock", &path))?;
            Ok(file)
        }
        Err(fs::TryLockError::WouldBlock) => {
            let mut pid = String::new();
            let _ = file.read_to_string(&mut pid);
            Err(ClusterError::FolderInUse { path: data_dir.to_owned(), pid: pid.trim().to_owned() })
        }
        Err(fs::TryLockError::Error(source)) => Err(ClusterError::io("lock", &path)(source)),
    }
}

/// The folder for the server's socket: `run` in the data folder when its path is short enough, else a short one named
/// by a hash. Made when absent; a folder in a place that others may write to must prove to be the account's own.
pub(super) fn open_socket_dir(data_dir: &Path, account: &Account) -> Result<PathBuf, ClusterError> {
    let path = socket_dir_of(data_dir, account);
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => make_private(&path, account)?,
        Err(error) => return Err(ClusterError::io("look at the folder", path)(error)),
        Ok(_) => {}
    }
    let metadata = path.symlink_metadata().map_err(ClusterError::io("look at the folder", &path))?;
    let fault = if !metadata.is_dir() {
        "is no folder".to_owned()
    } else if metadata.uid() != account.uid {
        format!("belongs to user {}, not to `{}`", metadata.uid(), account.name)
    } else if metadata.mode() & 0o077 != 0 {
        format!("is open to others (mode {:04o}, expected 0700)", metadata.mode() & 0o7777)
    } else {
        return Ok(path);
    };
    Err(ClusterError::SocketFolder { path, fault })
}

fn socket_dir_of(data_dir: &Path, account: &Account) -> PathBuf {
    let inside = data_dir.join("run");
    if inside.as_os_str().len() <= SOCKET_DIR_BYTES_MAX {
        inside
    } else if account.dropped {
        PathBuf::from(format!("/run/ribbon-{}", short_hash(data_dir)))
    } else {
        Path::new("/tmp").join(format!("ribbon-{}-{}", account.uid, short_hash(data_dir)))
    }
}

/// Whether the socket folder lies outside the data folder, so that a stop should take it away.
pub(super) fn is_outside(socket_dir: &Path, data_dir: &Path) -> bool {
    !socket_dir.starts_with(data_dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_folder_depends_on_user_and_checkout() {
        let share = || Some(PathBuf::from("/home/ann/.local/share"));
        let (checkout, here) = (Path::new("/home/ann/ribbon"), Path::new("/home/ann"));
        for (root, checkout, share, expected) in [
            (false, Some(checkout), share(), "/home/ann/ribbon/.ribbon"),
            (false, None, share(), "/home/ann/.local/share/ribbon"),
            (false, None, None, "/home/ann/.ribbon"),
            (true, None, share(), "/var/lib/ribbon/main"),
            // printf %s /home/ann/ribbon | sha256sum
            (true, Some(checkout), share(), "/var/lib/ribbon/ribbon-1deb06f6"),
        ] {
            assert_eq!(default_data_dir_of(root, checkout, share, here), Path::new(expected));
        }
    }

    #[test]
    fn paths_resolve_before_they_exist() {
        let base = std::env::temp_dir().canonicalize().unwrap();
        let link = base.join(format!("ribbon-link-{}", std::process::id()));
        let _ = fs::remove_file(&link);
        std::os::unix::fs::symlink(&base, &link).unwrap();
        assert_eq!(resolve(&link.join("no/such/../folder")).unwrap(), base.join("no/folder"));
        assert_eq!(resolve(&link).unwrap(), base);
        fs::remove_file(link).unwrap();
    }
}
