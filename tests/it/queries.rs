//! The committed cache of checked queries against the migrated database.
//!
//! The compiler checks each query against the cache. This asks the real database the same question, so a migration that
//! changes what a query returns cannot pass unseen. `./dev sqlx` renews the cache.

use std::path::Path;

use serde_json::Value;
use sqlx::{AssertSqlSafe, Executor as _, SqlSafeStr as _};

/// The description without what the query itself overrides: of a column named `x!` or `x?` it does not matter whether
/// the database takes it for nullable, and for outer joins that depends on the plan.
fn settled(mut description: Value) -> Value {
    let names: Vec<String> = description["columns"]
        .as_array()
        .expect("columns")
        .iter()
        .map(|column| column["name"].as_str().expect("a name").to_owned())
        .collect();
    for (index, _) in names.iter().enumerate().filter(|(_, name)| name.ends_with(['!', '?'])) {
        description["nullable"][index] = Value::Null;
    }
    description
}

#[tokio::test]
async fn every_cached_query_is_what_the_database_says() {
    let database = harness::database().await;
    let cache = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository").join(".sqlx");
    let mut checked = 0;
    let mut faults = Vec::new();
    for entry in std::fs::read_dir(cache).expect("the cache is committed") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a query of the cache");
        let cached: Value = serde_json::from_str(&text).expect("the cache is JSON");
        let sql = cached["query"].as_str().expect("a query").to_owned();
        let described = database.pool.describe(AssertSqlSafe(sql.clone()).into_sql_str()).await;
        let said =
            described.map(|described| serde_json::to_value(&described).expect("a description is JSON"));
        match said {
            Ok(said) if settled(said.clone()) == settled(cached["describe"].clone()) => {}
            Ok(said) => faults.push(format!("{sql}\n    cached {}\n    now    {said}", cached["describe"])),
            Err(error) => faults.push(format!("{sql}\n    {error}")),
        }
        checked += 1;
    }
    assert!(checked > 20, "the cache was found: {checked} queries");
    assert!(faults.is_empty(), "run ./dev sqlx; these differ:\n  {}", faults.join("\n  "));
}
