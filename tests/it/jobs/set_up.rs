//! The queue's schema: its own history, beside ours, and what is told where it cannot be had.

use harness::RibbonCommand;
use store::migrate::{MigrateFault, migrate, standing};

/// apalis' last migration; it replaces a function, and so may be applied again.
const LAST: i64 = 20_260_902_075_949;

#[tokio::test]
async fn no_notice_is_sent_for_a_job_and_a_second_set_up_changes_nothing() {
    let database = harness::database().await;
    let pool = &database.pool;
    let trigger = async || {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "select t.tgname::text, t.tgenabled::text from pg_catalog.pg_trigger t
             where t.tgrelid = 'apalis.jobs'::regclass and not t.tgisinternal",
        )
        .fetch_all(pool)
        .await
        .unwrap();
        rows
    };
    let off = vec![("notify_workers".to_owned(), "D".to_owned())];
    assert_eq!(trigger().await, off);
    let history = async || {
        let rows: Vec<(i64, String)> = sqlx::query_as(
            "select version, installed_on::text from apalis._sqlx_migrations order by version",
        )
        .fetch_all(pool)
        .await
        .unwrap();
        rows
    };
    let before = history().await;
    migrate(pool).await.unwrap();
    assert_eq!((history().await, trigger().await), (before, off.clone()));
    // A later version of the library may bring it back.
    sqlx::query("alter table apalis.jobs enable trigger notify_workers").execute(pool).await.unwrap();
    migrate(pool).await.unwrap();
    assert_eq!(trigger().await, off);
}

#[tokio::test]
async fn an_older_schema_is_brought_up_and_a_newer_one_left_alone() {
    let database = harness::database().await;
    let pool = &database.pool;
    let forgotten =
        sqlx::query("delete from apalis._sqlx_migrations where version = $1").bind(LAST).execute(pool).await;
    assert_eq!(forgotten.unwrap().rows_affected(), 1);
    assert_eq!(standing(pool).await.unwrap().pending, [LAST]);
    migrate(pool).await.unwrap();
    assert!(standing(pool).await.unwrap().is_current().is_ok());

    sqlx::query(
        "insert into apalis._sqlx_migrations (version, description, success, checksum, execution_time)
         values (30000101000000, 'of tomorrow', true, ''::bytea, 0)",
    )
    .execute(pool)
    .await
    .unwrap();
    let fault = migrate(pool).await.unwrap_err();
    assert!(matches!(fault, MigrateFault::Newer { version: 30_000_101_000_000 }), "{fault}");
    let refused = RibbonCommand::new("migrate").env("DATABASE_URL", &database.url).run(b"").await;
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains("newer than this binary"), "{}", refused.stderr);
}

#[tokio::test]
async fn a_role_without_the_right_is_told_what_its_owner_must_run() {
    let database = harness::database().await;
    let pool = &database.pool;
    let taken: String = sqlx::query_scalar("select current_database()::text").fetch_one(pool).await.unwrap();
    let (name, role) = (format!("{taken}_bare"), format!("{taken}_poor"));
    let bare = database.url.replacen(&taken, &name, 1);
    let run = async |pool: &store::Pool, sql: String| {
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(pool).await.unwrap();
    };
    run(pool, format!("create database {name}")).await;
    run(pool, format!("create role {role}")).await;
    let options =
        store::PoolOptions { url: bare.clone(), connections_max: 2, application: "ribbon-test".into() };
    let owner = store::connect(&options).await.unwrap();
    run(&owner, format!("grant all on schema public to {role}")).await;
    let join = if bare.contains('?') { '&' } else { '?' };
    let url = format!("{bare}{join}options=-c%20role%3D{role}");
    let refused = RibbonCommand::new("migrate").env("DATABASE_URL", &url).run(b"").await;
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    let told = [
        "the job queue needs the extension hstore".to_owned(),
        format!("the role \"{role}\" may not create it in the database \"{name}\""),
        "create extension if not exists hstore; create extension if not exists pgcrypto;".to_owned(),
        format!("grant create on database \"{name}\" to \"{role}\";"),
    ];
    for told in told {
        assert!(refused.stderr.contains(&told), "{} should say {told}", refused.stderr);
    }

    // What it is told is enough.
    run(&owner, format!("grant create on database {name} to {role}")).await;
    let mended = RibbonCommand::new("migrate").env("DATABASE_URL", &url).run(b"").await;
    owner.close().await;
    run(pool, format!("drop database {name} with (force)")).await;
    run(pool, format!("drop role {role}")).await;
    assert_eq!(mended.code, Some(0), "{}", mended.stderr);
}
