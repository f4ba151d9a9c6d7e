//! Each role in a process of its own against one database: sandbox, index, serve, check, export, verify, migrate.

use harness::{Ribbon, RibbonCommand};
use serde_json::{Value, json};

use super::{Folder, metric};

/// A sandbox process and the settings it prints.
async fn sandbox(folder: &Folder) -> (Ribbon, Vec<(String, String)>) {
    let data_dir = folder.0.to_str().expect("a path of ours");
    let mut sandbox =
        RibbonCommand::new("sandbox --sandbox-gifts 300 --sandbox-listen 127.0.0.1:0 --speed 2000")
            .env("RIBBON_DATA_DIR", data_dir)
            .start();
    sandbox.line("its settings", |line| line.starts_with("RIBBON_SPEED=").then_some(())).await;
    let said = sandbox.log();
    let settings = said.iter().filter_map(|line| {
        let (name, value) = line.split_once('=').filter(|(name, _)| name.starts_with("RIBBON_"))?;
        Some((name.to_owned(), value.to_owned()))
    });
    // One market is enough here: `up` gathers from all.
    let settings = settings.chain([("RIBBON_MARKETS".to_owned(), "getgems".to_owned())]).collect();
    (sandbox, settings)
}

fn command(role: &str, url: &str, settings: &[(String, String)]) -> RibbonCommand {
    let command = RibbonCommand::new(role).env("DATABASE_URL", url).env("RIBBON_LOG", "warn");
    settings.iter().fold(command, |command, (name, value)| command.env(name, value))
}

#[tokio::test]
async fn roles_work_alone_and_agree() {
    let folder = Folder::new("roles");
    let database = harness::database().await;
    let (_sandbox, settings) = sandbox(&folder).await;
    assert!(settings.iter().any(|(name, _)| name == "RIBBON_GETGEMS_BASE_URL"), "{settings:?}");
    let url = database.url.as_str();

    let migrated = command("migrate", url, &[]).run(b"").await;
    assert_eq!(migrated.code, Some(0), "{}", migrated.stderr);

    // Started first, the server waits for whoever gathers.
    let mut served = command("serve --listen 127.0.0.1:0", url, &[]).start();
    let base = served
        .line("its address", |line| {
            Some(line.strip_prefix("Ribbon serves at ")?.trim_end_matches('/').to_owned())
        })
        .await;
    served.line("what it waits for", |line| line.contains("nobody has gathered").then_some(())).await;

    let gathered = command("index --once", url, &settings).run(b"").await;
    assert_eq!(gathered.code, Some(0), "{}", gathered.stderr);
    assert!(gathered.stderr.contains("The first picture is complete"), "{}", gathered.stderr);

    let client = harness::http();
    let query = json!({ "query": "{ log { position hash } listings(first: 1) { totalCount } }" });
    let mut answer = Value::Null;
    for _ in 0..600 {
        let response = client.post(format!("{base}/graphql")).json(&query).send().await.expect("an answer");
        if response.status().is_success() {
            answer = response.json().await.expect("JSON");
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(answer["data"]["log"]["hash"].is_string(), "{answer}");

    let checked = command("check --json", url, &settings).run(b"").await;
    assert_eq!(checked.code, Some(0), "{}\n{}", checked.json(), checked.stderr);
    for part in ["configuration", "database", "migrations", "log", "state", "listings", "floors", "sources"] {
        let all = checked.json()["findings"].clone();
        let found = all.as_array().expect("a list").iter().find(|one| one["part"] == part).cloned();
        assert_eq!(found.expect(part)["outcome"], "fine", "{all}");
    }

    let exported = command("export log", url, &[]).run(b"").await;
    assert_eq!(exported.code, Some(0), "{}", exported.stderr);
    let proven = RibbonCommand::new("verify log -").run(&exported.stdout).await;
    assert_eq!(proven.code, Some(0), "{}", proven.stderr);
    let proven = proven.json();
    let metrics =
        client.get(format!("{base}/metrics")).send().await.expect("metrics").text().await.expect("text");
    assert_eq!(proven["position"], metric(&metrics, "ribbon_log_position"));
    assert!(metrics.contains("ribbon_check_wrong{part=\"log\"} 0"), "{metrics}");
    assert!(metric(&metrics, "ribbon_check_timestamp_seconds") > 1_700_000_000, "{metrics}");
    assert_eq!(proven["head"], answer["data"]["log"]["hash"]);
    let hash = store::state::hash(&database.pool).await.expect("the state's hash");
    assert_eq!(proven["state_hash"], hash.as_str());

    let rebuilt = command("index --rebuild", url, &[]).run(b"").await;
    assert_eq!(rebuilt.code, Some(0), "{}", rebuilt.stderr);
    assert_eq!(store::state::hash(&database.pool).await.expect("the state's hash"), hash);

    // Beside a market that lives on, a check finds nothing wrong either.
    let mut living = command("index", url, &settings).start();
    living.line("it gathers", |line| line.starts_with("Ribbon gathers").then_some(())).await;
    for _ in 0..3 {
        let checked = command("check --json --offline", url, &settings).run(b"").await.json();
        let all = checked["findings"].as_array().expect("a list");
        assert!(all.iter().all(|one| one["outcome"] != "wrong"), "{checked}");
    }
    assert_eq!(living.interrupt().await.code(), Some(0));
    assert_eq!(served.interrupt().await.code(), Some(0));
}

#[tokio::test]
async fn a_check_names_what_is_wrong_and_how_to_mend_it() {
    let database = harness::database().await;
    let filled = command("index --from-fixtures", &database.url, &[]).run(b"").await;
    assert_eq!(filled.code, Some(0), "{}", filled.stderr);
    let check = async || command("check --json --offline", &database.url, &[]).run(b"").await;
    let fresh = check().await;
    assert_eq!(fresh.code, Some(0), "{}", fresh.json());

    let wrong = |outcome: &harness::Outcome| {
        let all = outcome.json()["findings"].as_array().expect("a list").clone();
        let wrong = all.into_iter().filter(|one| one["outcome"] == "wrong");
        wrong.map(|one| (one["part"].to_string(), one["mend"].to_string())).collect::<Vec<_>>()
    };
    let break_it = async |sql: &'static str| {
        sqlx::raw_sql(sql).execute(&database.pool).await.expect("the damage is done");
    };

    break_it("update market.floors set amount = amount + 1 where to_position is null").await;
    let broken = check().await;
    assert_eq!(broken.code, Some(1));
    assert!(
        wrong(&broken)[0].0.contains("floors") && wrong(&broken)[0].1.contains("--rebuild"),
        "{:?}",
        wrong(&broken)
    );

    for (damage, column) in [
        ("price_amount = price_amount + 1", "price"),
        ("number = number + 1", "number"),
        ("backdrop = 'Plaid'", "backdrop"),
        ("custody = case custody when 'chain' then 'market' else 'chain' end", "custody"),
    ] {
        let one = "where ctid = (select ctid from market.listings where to_position is null order by from_position limit 1)";
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("update market.listings set {damage} {one}")))
            .execute(&database.pool)
            .await
            .expect("the damage is done");
        let broken = check().await;
        let found = broken.json()["findings"].to_string();
        assert!(found.contains(&format!("{column}: the log gives")), "{found}");
        let rebuilt = command("index --rebuild", &database.url, &[]).run(b"").await;
        assert_eq!(rebuilt.code, Some(0), "{}", rebuilt.stderr);
    }

    break_it("delete from market.sales where position = (select min(position) from market.sales)").await;
    assert!(wrong(&check().await)[0].0.contains("state"));

    let rebuilt = command("index --rebuild", &database.url, &[]).run(b"").await;
    assert_eq!(rebuilt.code, Some(0), "{}", rebuilt.stderr);
    assert_eq!(check().await.code, Some(0), "a rebuild mends both");

    break_it("update market.events set observed_at_us = observed_at_us + 1 where position = 3").await;
    let broken = check().await;
    assert_eq!(broken.code, Some(1));
    assert!(
        wrong(&broken)[0].0.contains("log") && wrong(&broken)[0].1.contains("backup"),
        "{:?}",
        wrong(&broken)
    );
    let kept = store::checks::last(&database.pool).await.expect("the last check");
    let log = kept.iter().find(|check| check.part == "log").expect("the log's part");
    assert_eq!((log.outcome.as_str(), kept.len()), ("wrong", 9), "{kept:?}");
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let database = harness::database().await;
    sqlx::raw_sql(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (29990101000000, 'from the future', true, '\\x00', 1)",
    )
    .execute(&database.pool)
    .await
    .expect("a migration that this version does not know");
    let told = "the database is newer than this binary";
    for role in ["migrate", "index --from-fixtures", "serve --listen 127.0.0.1:0"] {
        let outcome = command(role, &database.url, &[]).run(b"").await;
        assert_eq!(outcome.code, Some(2), "{role}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(told), "{role}: {}", outcome.stderr);
    }
    let checked = command("check --json --offline", &database.url, &[]).run(b"").await;
    assert_eq!(checked.code, Some(1));
    assert!(checked.json().to_string().contains(told), "{}", checked.json());
}

/// Asks `/ready` until it answers with this status.
async fn until_ready_is(base: &str, status: u16) -> Value {
    let client = harness::http();
    let began = std::time::Instant::now();
    loop {
        let answer = client.get(format!("{base}/ready")).send().await.expect("the server itself stays");
        if answer.status().as_u16() == status {
            return answer.json().await.expect("JSON");
        }
        assert!(began.elapsed() < std::time::Duration::from_secs(60), "/ready did not become {status}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_database_that_goes_away_and_comes_back_is_waited_for() {
    let server = harness::own_cluster().await;
    let filled = command("index --from-fixtures", &server.url(), &[]).run(b"").await;
    assert_eq!(filled.code, Some(0), "{}", filled.stderr);
    let mut served = command("serve --listen 127.0.0.1:0", &server.url(), &[]).start();
    let base = served
        .line("its address", |line| {
            Some(line.strip_prefix("Ribbon serves at ")?.trim_end_matches('/').to_owned())
        })
        .await;
    until_ready_is(&base, 200).await;

    server.handle().stop().await;
    let away = until_ready_is(&base, 503).await;
    assert_eq!((&away["ready"], &away["parts"][0]["ok"]), (&json!(false), &json!(false)), "{away}");
    let live = harness::http().get(format!("{base}/live")).send().await.expect("it lives");
    assert!(live.status().is_success());
    let evidence = harness::http().get(format!("{base}/evidence/1")).send().await.expect("an answer");
    assert_eq!(evidence.status().as_u16(), 503);
    assert!(evidence.text().await.expect("text").contains("database_away"));

    let mut options = store::cluster::ClusterOptions::new(server.handle().data_dir());
    options.pg_bin = std::env::var_os("RIBBON_PG_BIN").map(std::path::PathBuf::from);
    let again = store::cluster::Cluster::start(options).await.expect("it comes back");
    until_ready_is(&base, 200).await;
    assert_eq!(served.interrupt().await.code(), Some(0));
    again.stop().await;
}
