//! The harness itself: what the other tests rely on.

use std::time::{Duration, Instant};

use harness::RibbonCommand;
use sqlx::{Connection as _, PgConnection};

#[tokio::test]
async fn databases_are_migrated_apart_and_removed() {
    let (first, second) = (harness::database().await, harness::database().await);
    sqlx::query("create table market.only_here ()").execute(&first.pool).await.expect("a table");
    let there: bool = sqlx::query_scalar("select to_regclass('market.only_here') is not null")
        .fetch_one(&second.pool)
        .await
        .expect("a look at the other database");
    assert!(!there, "the second database is not the first");
    let events: i64 = sqlx::query_scalar("select count(*) from market.events")
        .fetch_one(&second.pool)
        .await
        .expect("the migrations ran");
    assert_eq!(events, 0);

    let (gone, mut other) =
        (first.url.clone(), PgConnection::connect(&second.url).await.expect("a connection"));
    let name = gone.split(['/', '?']).find(|part| part.starts_with("test_")).expect("a name").to_owned();
    drop(first);
    let began = Instant::now();
    while exists(&mut other, &name).await {
        assert!(began.elapsed() < Duration::from_secs(60), "{name} is removed although a pool was open");
        tokio::task::yield_now().await;
    }
}

async fn exists(connection: &mut PgConnection, name: &str) -> bool {
    sqlx::query_scalar("select exists (select from pg_catalog.pg_database where datname = $1)")
        .bind(name)
        .fetch_one(connection)
        .await
        .expect("the names of the databases")
}

#[tokio::test]
async fn an_own_cluster_comes_back_with_its_data() {
    let server = harness::own_cluster().await;
    let mut connection = PgConnection::connect(&server.url()).await.expect("a connection");
    sqlx::raw_sql("create table kept ()").execute(&mut connection).await.expect("a table");
    server.kill().await;
    let mut connection = PgConnection::connect(&server.url()).await.expect("a connection again");
    sqlx::raw_sql("select from kept").execute(&mut connection).await.expect("the table is still there");
    let folder = server.handle().data_dir().to_owned();
    drop(server);
    assert!(!folder.exists());
}

#[tokio::test]
async fn the_executable_runs_and_says_how_it_ended() {
    let help = RibbonCommand::new("--help").run(b"").await;
    assert_eq!(help.code, Some(0), "{}", help.stderr);
    let text = String::from_utf8(help.stdout).expect("help is text");
    for role in ["up", "index", "serve", "migrate", "sandbox", "check", "verify"] {
        assert!(text.contains(role), "the help names the role {role}:\n{text}");
    }
    let unknown = RibbonCommand::new("no-such-role").run(b"").await;
    assert_eq!(unknown.code, Some(2), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("no-such-role"), "{}", unknown.stderr);
}
