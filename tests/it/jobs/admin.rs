//! `ribbon admin jobs`: what an operator sees of dead letters, and how they run again.

use harness::{Outcome, RibbonCommand};
use serde_json::Value;

use super::*;

async fn admin(url: &str, words: &str) -> Outcome {
    RibbonCommand::new(&format!("admin jobs {words}")).env("DATABASE_URL", url).run(b"").await
}

async fn told(url: &str, words: &str) -> Value {
    let outcome = admin(url, words).await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    outcome.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_listed_shown_and_run_again() {
    let database = harness::database().await;
    let (pool, url) = (&database.pool, database.url.as_str());
    let empty = told(url, "list").await;
    assert_eq!(
        (empty["kinds"].as_array().unwrap().len(), &empty["dead_letters"]),
        (0, &serde_json::json!([]))
    );

    deeds::prepare(pool).await;
    deeds::add(pool, &[deeds::job(Deed::Fail, 7), ("old".into(), br#"{"of":"1.0"}"#.to_vec())]).await;
    let lanes = Lanes::start(pool).await;
    settled(pool, 0, 2).await;
    lanes.end().await;

    let list = told(url, "list --kind deeds").await;
    assert_eq!((&list["kinds"][0]["dead"], &list["kinds"][0]["waiting"]), (&2.into(), &0.into()));
    assert_eq!(list["dead_letters"].as_array().unwrap().len(), 2);
    let old = told(url, "show old").await;
    assert_eq!(
        (&old["state"], &old["payload"]["of"], &old["attempts"]),
        (&"dead".into(), &"1.0".into(), &1.into())
    );
    assert!(old["told"].as_str().unwrap().contains("it was written by another"), "{old}");

    assert_eq!(told(url, "retry 7").await["run_again"], 1);
    assert_eq!(told(url, "show 7").await["state"], "waiting");
    assert_eq!(told(url, "retry --all").await["run_again"], 1);
    assert_eq!(told(url, "list").await["kinds"][0]["waiting"], 2);
    for (words, why) in [
        ("retry 7", "is no dead letter: it is waiting"),
        ("show nothing", "`nothing` is no job"),
        ("add history", "expected rebuild or metadata"),
        ("add metadata", "name it"),
    ] {
        let refused = admin(url, words).await;
        assert_eq!(refused.code, Some(2), "{words}: {}", refused.stderr);
        assert!(refused.stderr.contains(why), "{words}: {}", refused.stderr);
    }

    // A rebuild that somebody asks for waits once, and is done by whoever gathers.
    assert_eq!(told(url, "add rebuild").await["added"], true);
    let again = told(url, "add rebuild").await;
    assert_eq!((&again["added"], &again["state"]), (&false.into(), &"waiting".into()));
}
