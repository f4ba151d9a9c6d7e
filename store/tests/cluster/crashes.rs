//! kill -9 of everything that can be killed, and what it leaves behind.

use std::process::Stdio;
use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};
use store::cluster::{Cluster, ClusterState};

use crate::scene::{
    Parent, Scratch, add_row, as_owner_of, await_state, count_rows, is_root, kill, poll, spawn_parent,
    try_count_rows,
};

#[tokio::test]
async fn a_killed_server_comes_back_by_itself() {
    let scratch = Scratch::new("killed-server");
    let cluster = Cluster::start(scratch.options()).await.unwrap();
    add_row(&cluster.url()).await;
    let first = cluster.postmaster_pid().unwrap();
    let began = Instant::now();
    kill(first);
    let state = await_state(&cluster, |state| *state != ClusterState::Running { pid: first }).await;
    assert!(
        matches!(&state, ClusterState::Restarting { attempt: 1, reason } if reason.contains("signal: 9")),
        "{state:?}"
    );
    await_state(&cluster, |state| matches!(state, ClusterState::Running { .. })).await;
    println!("killed server: back after {} ms", began.elapsed().as_millis());
    assert_ne!(cluster.postmaster_pid(), Some(first));
    assert_eq!(count_rows(&cluster.url()).await, 1);
    cluster.stop().await;
}

#[tokio::test]
async fn a_killed_backend_breaks_connections_and_nothing_else() {
    let scratch = Scratch::new("killed-backend");
    let cluster = Cluster::start(scratch.options()).await.unwrap();
    add_row(&cluster.url()).await;
    let mut connection = PgConnection::connect(&cluster.url()).await.unwrap();
    let backend: i32 =
        sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut connection).await.unwrap();
    let postmaster = cluster.postmaster_pid();
    kill(u32::try_from(backend).unwrap());
    assert!(connection.ping().await.is_err());
    // The postmaster may still take connections for a moment before it hears of the death, and breaks them then.
    let began = Instant::now();
    while try_count_rows(&cluster.url()).await != Ok(1) {
        assert!(began.elapsed() < Duration::from_secs(30), "PostgreSQL recovers by itself");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(cluster.postmaster_pid(), postmaster, "the postmaster is the same");
    cluster.stop().await;
}

#[tokio::test]
async fn a_server_that_keeps_dying_is_given_up() {
    let scratch = Scratch::new("keeps-dying");
    let cluster = Cluster::start(scratch.options()).await.unwrap();
    for _ in 0..=5 {
        let state = await_state(&cluster, |state| matches!(state, ClusterState::Running { .. })).await;
        let ClusterState::Running { pid } = state else { unreachable!("it was waited for") };
        kill(pid);
        await_state(&cluster, |state| *state != ClusterState::Running { pid }).await;
    }
    let state = await_state(&cluster, |state| matches!(state, ClusterState::Failed { .. })).await;
    assert!(
        matches!(&state, ClusterState::Failed { reason } if reason.contains("6 times within a minute")),
        "{state:?}"
    );
    // The folder is free again, and what was written is there.
    let cluster = Cluster::start(scratch.options()).await.unwrap();
    cluster.stop().await;
}

#[tokio::test]
async fn a_killed_parent_takes_its_server_along_and_a_start_at_once_succeeds() {
    Parent::be_one_if_asked().await;
    let scratch = Scratch::new("killed-parent");
    let test = "crashes::a_killed_parent_takes_its_server_along_and_a_start_at_once_succeeds";
    kill_parent_amid_writes(&scratch, test).await;
}

/// In a container root often lacks the right to look at other users' processes; the old server must be seen all the
/// same, or its pid file would be taken away under it.
#[tokio::test]
async fn a_killed_parent_is_noticed_without_the_right_to_trace() {
    Parent::be_one_if_asked().await;
    let test = "crashes::a_killed_parent_is_noticed_without_the_right_to_trace";
    if std::env::var_os("RIBBON_TEST_UNTRACED").is_some() || !is_root() {
        let scratch = Scratch::new("untraced");
        kill_parent_amid_writes(&scratch, test).await;
        return;
    }
    let status = std::process::Command::new("setpriv")
        .args(["--bounding-set", "-sys_ptrace", "--inh-caps", "-sys_ptrace", "--"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("RIBBON_TEST_UNTRACED", "1")
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
}

#[tokio::test]
async fn a_server_without_its_parent_shuts_down_cleanly() {
    Parent::be_one_if_asked().await;
    let scratch = Scratch::new("orphan");
    let parent = Parent::run("crashes::a_server_without_its_parent_shuts_down_cleanly", &scratch.options());
    let mut client = PgConnection::connect(&parent.url).await.unwrap();
    client.ping().await.unwrap();
    parent.kill();
    // Although a client is connected; a clean shutdown takes the pid file away.
    let pid_file = scratch.options().data_dir.join("pg/postmaster.pid");
    poll("the server to shut down", || (!pid_file.exists()).then_some(()));
}

async fn kill_parent_amid_writes(scratch: &Scratch, test: &str) {
    let parent = Parent::run(test, &scratch.options());
    add_row(&parent.url).await;
    let writers: Vec<_> = (0..8).map(|_| tokio::spawn(write_until_the_end(parent.url.clone()))).collect();
    tokio::time::sleep(Duration::from_millis(100)).await;
    parent.kill();
    let began = Instant::now();
    let cluster = Cluster::start(scratch.options()).await.unwrap();
    println!("killed parent: ready after {} ms", began.elapsed().as_millis());
    let mut acknowledged = 1;
    for writer in writers {
        acknowledged += writer.await.unwrap();
    }
    assert!(acknowledged > 8, "the writers were at work: {acknowledged}");
    let kept = count_rows(&cluster.url()).await;
    // A commit whose answer was lost on the way may be there as well, one for each writer at most.
    assert!((acknowledged..=acknowledged + 8).contains(&kept), "{acknowledged} acknowledged, {kept} kept");
    cluster.stop().await;
}

/// Commits rows until the server goes away; how many it acknowledged.
async fn write_until_the_end(url: String) -> i64 {
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let mut acknowledged = 0;
    while sqlx::query("insert into kept values (now())").execute(&mut connection).await.is_ok() {
        acknowledged += 1;
    }
    acknowledged
}

#[tokio::test]
async fn a_killed_initdb_leaves_nothing_half_made() {
    Parent::be_one_if_asked().await;
    let scratch = Scratch::new("killed-initdb");
    let options = scratch.options();
    let mut parent = spawn_parent("crashes::a_killed_initdb_leaves_nothing_half_made", &options);
    // Amid its work: some of the files are there, the cluster is not.
    let fresh = options.data_dir.join("pg.new");
    poll("initdb at work", || fresh.join("base").exists().then_some(()));
    parent.kill().unwrap();
    parent.wait().unwrap();
    assert!(!options.data_dir.join("pg").exists(), "killed before it was whole");
    let cluster = Cluster::start(options).await.unwrap();
    assert!(!fresh.exists());
    add_row(&cluster.url()).await;
    cluster.stop().await;
}

/// After a restart of the machine or of a container the number in the pid file belongs to somebody else.
#[tokio::test]
async fn a_pid_that_was_used_again_does_not_block() {
    let scratch = Scratch::new("foreign-pid");
    let cluster = Cluster::start(scratch.options()).await.unwrap();
    add_row(&cluster.url()).await;
    let (pg, run) = (cluster.data_dir().join("pg"), cluster.socket_dir().to_owned());
    let pid_file = std::fs::read_to_string(pg.join("postmaster.pid")).unwrap();
    let lock_file = std::fs::read_to_string(run.join(".s.PGSQL.5432.lock")).unwrap();
    cluster.stop().await;

    // One that lives, one that is a zombie: both answer to signals, and both run as the server's account, for
    // PostgreSQL takes the processes of other users for strangers by itself.
    let mut alive = as_owner_of(&pg, "sleep").arg("600").spawn().unwrap();
    let mut zombie = as_owner_of(&pg, "true").spawn().unwrap();
    poll("a zombie", || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", zombie.id())).unwrap();
        stat.contains(") Z ").then_some(())
    });
    for pid in [alive.id(), zombie.id()] {
        let with_pid = |text: &str| format!("{pid}\n{}", text.split_once('\n').unwrap().1);
        std::fs::write(pg.join("postmaster.pid"), with_pid(&pid_file)).unwrap();
        std::fs::write(run.join(".s.PGSQL.5432.lock"), with_pid(&lock_file)).unwrap();
        let cluster = Cluster::start(scratch.options()).await.unwrap();
        assert_eq!(count_rows(&cluster.url()).await, 1);
        cluster.stop().await;
    }
    assert!(alive.try_wait().unwrap().is_none(), "the stranger was left alone");
    alive.kill().unwrap();
    alive.wait().unwrap();
    zombie.wait().unwrap();
}
