//! First start, warm start, stop, settings, who gets in.

use std::time::Instant;

use store::cluster::{Cluster, ClusterError, ClusterState, MARKER_FILE, MARKER_LINE};

use crate::scene::{Scratch, add_row, as_owner_of, count_rows, is_root, setting};

#[tokio::test]
async fn first_start_makes_a_cluster_and_a_warm_start_keeps_its_data() {
    let scratch = Scratch::new("warm");
    let cluster = Cluster::start(scratch.options()).await.unwrap();
    assert!(
        matches!(*cluster.state().borrow(), ClusterState::Running { pid } if Some(pid) == cluster.postmaster_pid())
    );
    let marker = std::fs::read_to_string(cluster.data_dir().join(MARKER_FILE)).unwrap();
    assert_eq!(marker.lines().next(), Some(MARKER_LINE));
    add_row(&cluster.url()).await;
    assert_eq!(Cluster::find_running(cluster.data_dir()), Some(cluster.url()));

    cluster.stop().await;
    assert_eq!(*cluster.state().borrow(), ClusterState::Stopped);
    assert_eq!(cluster.postmaster_pid(), None);
    assert_eq!(Cluster::find_running(cluster.data_dir()), None);
    cluster.stop().await;

    let began = Instant::now();
    let cluster = Cluster::start(scratch.options()).await.unwrap();
    println!("warm start: {} ms", began.elapsed().as_millis());
    assert_eq!(count_rows(&cluster.url()).await, 1);
    cluster.stop().await;
}

#[tokio::test]
async fn settings_are_durable_unless_a_test_asks_otherwise() {
    let scratch = Scratch::new("settings");
    let mut options = scratch.options();
    options.fsync = false;
    options.settings = vec![("max_connections".to_owned(), "23".to_owned())];
    let cluster = Cluster::start(options).await.unwrap();
    assert_eq!(setting(&cluster.url(), "fsync").await, "off");
    assert_eq!(setting(&cluster.url(), "max_connections").await, "23");
    sqlx_execute(&cluster.url(), "alter system set work_mem = '7MB'").await;
    cluster.stop().await;

    let cluster = Cluster::start(scratch.options()).await.unwrap();
    for (name, value) in [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("wal_level", "minimal"),
        ("max_connections", "60"),
        ("listen_addresses", ""),
        ("data_checksums", "on"),
        ("server_encoding", "UTF8"),
        ("lc_collate", "C.UTF-8"),
        ("cluster_name", "ribbon"),
        ("TimeZone", "UTC"),
        ("idle_in_transaction_session_timeout", "1min"),
        ("work_mem", "7MB"),
    ] {
        assert_eq!(setting(&cluster.url(), name).await, value, "{name}");
    }
    cluster.stop().await;
}

async fn sqlx_execute(url: &str, sql: &'static str) {
    use sqlx::Connection as _;
    let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
}

#[tokio::test]
async fn a_second_start_on_the_same_folder_is_refused_while_the_first_lives() {
    let scratch = Scratch::new("twice");
    let cluster = Cluster::start(scratch.options()).await.unwrap();
    let error = Cluster::start(scratch.options()).await.unwrap_err();
    assert!(matches!(error, ClusterError::FolderInUse { .. }), "{error}");
    assert!(
        error.to_string().contains(&format!("another ribbon (process {})", std::process::id())),
        "{error}"
    );
    assert!(error.may_succeed_later());
    add_row(&cluster.url()).await;
    cluster.stop().await;
}

#[tokio::test]
async fn a_dropped_cluster_lets_go_of_its_folder() {
    let scratch = Scratch::new("dropped");
    let cluster = Cluster::start(scratch.options()).await.unwrap();
    let mut state = cluster.state();
    drop(cluster);
    state.wait_for(|state| *state == ClusterState::Stopped).await.unwrap();
    Cluster::start(scratch.options()).await.unwrap().stop().await;
}

#[tokio::test]
async fn a_start_given_up_leaves_no_server() {
    let scratch = Scratch::new("given-up");
    let start = Cluster::start(scratch.options());
    let given_up = tokio::time::timeout(std::time::Duration::from_millis(30), start).await;
    assert!(given_up.is_err(), "a first start takes longer than that");
    // The thread still finishes what it began; then the folder is free, which is what the next start waits for.
    let cluster = loop {
        match Cluster::start(scratch.options()).await {
            Ok(cluster) => break cluster,
            Err(ClusterError::FolderInUse { .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    };
    cluster.stop().await;
}

#[tokio::test]
async fn strangers_stop_at_the_folder() {
    let scratch = Scratch::new("strangers");
    let cluster = Cluster::start(scratch.options()).await.unwrap();
    let socket = cluster.socket_dir().join(".s.PGSQL.5432");
    let owner = as_owner_of(cluster.socket_dir(), "test").arg("-S").arg(&socket).status().unwrap();
    assert!(owner.success(), "the account reaches its own socket");
    if is_root() {
        let mut nobody = std::process::Command::new("setpriv");
        nobody.args(["--reuid", "65534", "--regid", "65534", "--clear-groups", "--", "test", "-S"]);
        assert!(!nobody.arg(&socket).status().unwrap().success(), "another account does not");
    }
    cluster.stop().await;
}
