//! Data folders that cannot be used, each with its message, and one whose path is too long for a socket.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use store::cluster::{Cluster, ClusterError, ClusterOptions, open_data_dir};

use crate::scene::{Scratch, add_row, count_rows, is_root};

#[tokio::test]
async fn a_cluster_of_another_major_version_is_left_alone() {
    let scratch = Scratch::new("other-major");
    let cluster = Cluster::start(scratch.options()).await.unwrap();
    let version_file = cluster.data_dir().join("pg/PG_VERSION");
    cluster.stop().await;
    for version in ["13", "99"] {
        fs::write(&version_file, format!("{version}\n")).unwrap();
        let error = Cluster::start(scratch.options()).await.unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, ClusterError::OtherMajor { .. }), "{text}");
        assert!(
            text.contains(&format!("was made by PostgreSQL {version}, and this machine has PostgreSQL ")),
            "{text}"
        );
        assert!(text.contains("RIBBON_PG_BIN") && text.contains("RIBBON_DATA_DIR"), "{text}");
        assert_eq!(fs::read_to_string(&version_file).unwrap().trim(), version, "nothing was changed");
    }
}

#[tokio::test]
async fn a_closed_parent_is_named() {
    let scratch = Scratch::new("closed");
    let closed = scratch.path().join("closed");
    fs::create_dir_all(closed.join("inside")).unwrap();
    // As root the server runs under another account, so a folder of root's alone is closed to it.
    fs::set_permissions(&closed, fs::Permissions::from_mode(if is_root() { 0o700 } else { 0o600 })).unwrap();
    let error =
        Cluster::start(ClusterOptions::new(closed.join("inside/data"))).await.unwrap_err().to_string();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(error.starts_with(&format!("{} is closed to the account `", closed.display())), "{error}");
    assert!(error.contains(&format!("chmod o+x {}", closed.display())), "{error}");
    assert!(!closed.join("inside/data").exists(), "nothing was made");
    Cluster::start(ClusterOptions::new(closed.join("inside/data"))).await.unwrap().stop().await;
}

#[tokio::test]
async fn a_long_path_gets_a_short_socket_folder_that_goes_with_the_server() {
    let scratch = Scratch::new("long");
    // Spaces, a comma and a percent sign: all of them mean something to some part on the way.
    let data_dir = scratch.path().join(format!("{} a, b%20c", "x".repeat(90))).join("data");
    let cluster = Cluster::start(ClusterOptions::new(&data_dir)).await.unwrap();
    let socket_dir = cluster.socket_dir().to_owned();
    assert!(
        socket_dir.as_os_str().len() <= 93 && !socket_dir.starts_with(&data_dir),
        "{}",
        socket_dir.display()
    );
    add_row(&cluster.url()).await;
    cluster.stop().await;
    assert!(!socket_dir.exists());

    // Somebody else was there first.
    fs::create_dir(&socket_dir).unwrap();
    fs::set_permissions(&socket_dir, fs::Permissions::from_mode(0o755)).unwrap();
    let error = Cluster::start(ClusterOptions::new(&data_dir)).await.unwrap_err();
    fs::remove_dir(&socket_dir).unwrap();
    assert!(matches!(error, ClusterError::SocketFolder { .. }), "{error}");
    symlink(scratch.path(), &socket_dir).unwrap();
    let error = Cluster::start(ClusterOptions::new(&data_dir)).await.unwrap_err().to_string();
    fs::remove_file(&socket_dir).unwrap();
    assert!(error.contains("is no folder"), "{error}");
}

#[tokio::test]
async fn the_longest_path_that_fits_keeps_its_socket_inside() {
    let scratch = Scratch::new("fits");
    let base = scratch.path().as_os_str().len();
    let data_dir = scratch.path().join("x".repeat(93 - "/run".len() - base - 1));
    let cluster = Cluster::start(ClusterOptions::new(&data_dir)).await.unwrap();
    assert_eq!(cluster.socket_dir(), data_dir.join("run"));
    assert_eq!(cluster.socket_dir().as_os_str().len(), 93);
    cluster.stop().await;
}

#[tokio::test]
async fn a_path_with_spaces_commas_and_quotes_works() {
    let scratch = Scratch::new("odd");
    let options = ClusterOptions::new(scratch.path().join("a, \"b\" & c%2F"));
    let cluster = Cluster::start(options.clone()).await.unwrap();
    add_row(&cluster.url()).await;
    cluster.stop().await;
    let cluster = Cluster::start(options).await.unwrap();
    assert_eq!(count_rows(&cluster.url()).await, 1);
    assert_eq!(Cluster::find_running(cluster.data_dir()), Some(cluster.url()));
    let link = scratch.path().join("link");
    std::os::unix::fs::symlink(cluster.data_dir(), &link).unwrap();
    assert_eq!(Cluster::find_running(&link), Some(cluster.url()), "whatever the folder is called");
    cluster.stop().await;
}

#[tokio::test]
async fn a_folder_with_other_things_in_it_is_not_touched() {
    let scratch = Scratch::new("not-ours");
    let home = scratch.path().join("home");
    fs::create_dir(&home).unwrap();
    fs::write(home.join("diary.txt"), "dear diary").unwrap();
    let error = Cluster::start(ClusterOptions::new(&home)).await.unwrap_err();
    assert!(matches!(error, ClusterError::FolderNotOurs { .. }), "{error}");
    assert!(error.to_string().contains("is not empty and carries no ribbon.marker"), "{error}");
    assert_eq!(fs::read_dir(&home).unwrap().count(), 1, "nothing was added");

    fs::remove_file(home.join("diary.txt")).unwrap();
    assert_eq!(open_data_dir(&home).unwrap(), home.canonicalize().unwrap(), "an empty one is taken");
    fs::write(home.join("evidence"), "ours").unwrap();
    assert_eq!(open_data_dir(&home).unwrap(), home, "and stays ours");
}

#[tokio::test]
async fn a_folder_pg_that_is_no_cluster_is_named() {
    let scratch = Scratch::new("no-cluster");
    let data_dir = open_data_dir(&scratch.path().join("data")).unwrap();
    let pg = data_dir.join("pg");
    fs::create_dir(&pg).unwrap();
    if is_root() {
        // Else the owner is what is wrong with it, which the next test is about.
        use std::os::unix::fs::MetadataExt as _;
        let owner = data_dir.metadata().unwrap();
        std::os::unix::fs::chown(&pg, Some(owner.uid()), Some(owner.gid())).unwrap();
    }
    let error = Cluster::start(ClusterOptions::new(&data_dir)).await.unwrap_err().to_string();
    assert!(error.contains(&format!("{} exists but has no PG_VERSION", pg.display())), "{error}");
}

#[tokio::test]
async fn a_cluster_of_somebody_else_is_named_with_its_owner() {
    if !is_root() {
        // Only root can give a folder away; the other half, as seen by an ordinary user, is any folder of root's.
        let error = Cluster::start(ClusterOptions::new("/ribbon")).await.unwrap_err().to_string();
        assert!(error.contains("cannot make the folder /ribbon: Permission denied"), "{error}");
        return;
    }
    let scratch = Scratch::new("foreign");
    let data_dir = open_data_dir(&scratch.path().join("data")).unwrap();
    fs::create_dir(data_dir.join("pg")).unwrap();
    let error = Cluster::start(ClusterOptions::new(&data_dir)).await.unwrap_err().to_string();
    assert!(error.contains("/pg belongs to root, and this process runs PostgreSQL as `"), "{error}");
}

#[tokio::test]
async fn programs_given_by_folder_are_used_or_named() {
    let scratch = Scratch::new("programs");
    let mut options = scratch.options();
    options.pg_bin = Some(scratch.path().to_owned());
    let error = Cluster::start(options).await.unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("RIBBON_PG_BIN={} holds no program", scratch.path().display())),
        "{error}"
    );
    assert!(!scratch.path().join("data").exists(), "nothing was made");
}

#[tokio::test]
async fn a_server_that_cannot_start_shows_its_own_words() {
    let scratch = Scratch::new("words");
    let mut options = scratch.options();
    options.settings = vec![("shared_buffers".to_owned(), "a lot".to_owned())];
    let error = Cluster::start(options).await.unwrap_err();
    assert!(matches!(error, ClusterError::ServerEnded { .. }), "{error}");
    assert!(
        error.to_string().contains("invalid value for parameter \"shared_buffers\": \"a lot\""),
        "{error}"
    );
}
