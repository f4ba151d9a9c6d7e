//! `ribbon index --from-fixtures`: a database filled from recorded and constructed pages, labelled by which.

use harness::RibbonCommand;

#[tokio::test]
async fn fixtures_fill_a_world_of_their_own_once() {
    let database = harness::database().await;
    let fill = async || {
        let run =
            RibbonCommand::new("index --from-fixtures").env("DATABASE_URL", &database.url).run(b"").await;
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        String::from_utf8(run.stdout).expect("text")
    };
    let first = fill().await;
    assert!(!first.contains(" 0 new events"), "{first}");
    let second = fill().await;
    assert!(second.contains(" 0 new events"), "{second}");

    let origins: Vec<String> =
        sqlx::query_scalar("select distinct origin from market.events order by origin")
            .fetch_all(&database.pool)
            .await
            .expect("the origins");
    assert_eq!(origins, ["constructed", "recorded"], "every event is labelled by where its page came from");

    // The real world does not go into it.
    let other = RibbonCommand::new("index --once")
        .env("DATABASE_URL", &database.url)
        .env("RIBBON_WORLD", "somewhere")
        .env("RIBBON_MARKETS", "getgems")
        .env("RIBBON_GETGEMS_BASE_URL", "http://127.0.0.1:1/none")
        .run(b"")
        .await;
    assert_eq!(other.code, Some(2), "{}", other.stderr);
    assert!(other.stderr.contains("holds the world `fixtures`"), "{}", other.stderr);
}
