//! `ribbon up`: in this process, so that what it is made of can be looked at; and as a process, for what only a process can show.

use std::time::{Duration, Instant};

use app::config::roles::UpConfig;
use app::config::{Concern, Inputs, load};
use app::up::{self, Running};
use harness::RibbonCommand;
use serde_json::Value;

use super::{Folder, metric};

const VARIABLES: [(&str, &str); 6] = [
    ("RIBBON_LISTEN", "127.0.0.1:0"),
    ("RIBBON_SANDBOX_LISTEN", "127.0.0.1:0"),
    ("RIBBON_SANDBOX_GIFTS", "400"),
    ("RIBBON_SPEED", "2000"),
    ("RIBBON_STOP_TIMEOUT_MS", "2000"),
    ("RIBBON_LOG", "warn"),
];

fn config(folder: &Folder) -> UpConfig {
    let mut environment: Vec<_> = VARIABLES.iter().map(|(name, value)| (name.into(), value.into())).collect();
    environment.push(("RIBBON_DATA_DIR".into(), folder.0.clone().into_os_string()));
    environment.extend(std::env::var_os("RIBBON_PG_BIN").map(|bin| ("RIBBON_PG_BIN".into(), bin)));
    let inputs = Inputs { environment, flags: Vec::new(), folder: folder.0.clone() };
    let values = load(&inputs, &Concern::ALL).expect("the configuration is sound");
    UpConfig::read(&values).expect("its values go together")
}

async fn picture(running: &Running) {
    for mut market in running.progress() {
        let filled = market.wait_for(indexer::Progress::is_filled);
        let filled = tokio::time::timeout(Duration::from_secs(90), filled).await;
        filled.expect("the first picture is complete in time").expect("the worker lives");
    }
}

/// Waits until a scan of each of these markets has missed a lot: they tell of no withdrawal, so an end of theirs is proven by all pages of a
/// scan, each market's walk being another.
async fn absences(base: &str) {
    for market in ["fragment", "tonnel"] {
        let query = format!(
            "{{ activity(filter: {{ markets: [\"{market}\"], kinds: [DELISTED] }}, first: 100) {{ nodes {{ cause }} }} }}"
        );
        let body = serde_json::json!({ "query": query }).to_string();
        let began = Instant::now();
        loop {
            let asked =
                harness::http().post(format!("{base}/graphql")).header("content-type", "application/json");
            let answer =
                asked.body(body.clone()).send().await.expect("an answer").text().await.expect("a body");
            if answer.contains("ABSENCE") {
                break;
            }
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "no scan of {market} has missed a lot: {answer}"
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

async fn text(url: &str) -> String {
    let answer = harness::http().get(url).send().await.expect("an answer");
    assert!(answer.status().is_success(), "{url}: {}", answer.status());
    answer.text().await.expect("a body")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_starts_is_filled_and_comes_back_with_its_data() {
    harness::install_tls();
    let folder = Folder::new("up");
    let running = up::start(config(&folder)).await.unwrap_or_else(|failure| panic!("{failure}"));
    picture(&running).await;
    let base = running.base_url();
    absences(&base).await;

    let ready: Value = serde_json::from_str(&text(&format!("{base}/ready")).await).expect("JSON");
    assert_eq!(ready["ready"], true, "{ready}");
    assert!(text(&format!("{base}/")).await.contains("<html"));
    let metrics = text(&format!("{base}/metrics")).await;
    let position = metric(&metrics, "ribbon_log_position");
    assert!(position > 100, "{position} events");
    assert!(metrics.contains("ribbon_log_head_info{position=\""), "{metrics}");
    assert!(metrics.contains("ribbon_picture_age_seconds{market=\"getgems\",collection=\""), "{metrics}");

    // Every number can be checked by the reader: the log as a whole, and events of several kinds by their files.
    let log = text(&format!("{base}/log")).await;
    let mut kinds = std::collections::BTreeMap::new();
    for line in log.lines() {
        let value: Value = serde_json::from_str(line).expect("a line is JSON");
        // An event that restates what an earlier one has shown carries no evidence of its own, and says so.
        if !value["evidence"].is_object() {
            continue;
        }
        if let (Some(kind), Some(at)) = (value["fact"]["kind"].as_str(), value["position"].as_i64()) {
            kinds.insert((value["market"].to_string(), kind.to_owned(), value["cause"].to_string()), at);
        }
    }
    assert!(kinds.len() >= 6, "{kinds:?}");
    for ((market, kind, cause), at) in kinds {
        let file = text(&format!("{base}/evidence/{at}")).await;
        let answer = app::verify::event_file(file.as_bytes());
        assert_eq!(
            answer.verdict,
            app::verify::Verdict::Proven,
            "{market} {kind} {cause}: {}",
            answer.text()
        );
    }

    let (world, url) = (running.world().to_owned(), format!("{base}/live"));
    running.stop().await;
    assert!(harness::http().get(&url).send().await.is_err(), "nobody answers any more");

    let began = Instant::now();
    let again = up::start(config(&folder)).await.unwrap_or_else(|failure| panic!("{failure}"));
    let metrics = text(&format!("{}/metrics", again.base_url())).await;
    assert!(began.elapsed() < Duration::from_secs(20), "a warm start took {:?}", began.elapsed());
    assert_eq!(again.world(), world);
    assert!(metric(&metrics, "ribbon_log_position") >= position);
    again.stop().await;
}

#[tokio::test]
async fn a_second_one_on_the_same_folder_is_told_so_and_a_killed_one_is_in_nobodys_way() {
    let folder = Folder::new("twice");
    let command = || {
        let data_dir = folder.0.to_str().expect("a path of ours");
        VARIABLES
            .iter()
            .fold(RibbonCommand::new("up"), |command, (name, value)| command.env(name, value))
            .env("RIBBON_DATA_DIR", data_dir)
    };
    let open = |line: &str| line.starts_with("Ribbon is open").then_some(());
    let mut first = command().start();
    first.line("the first is open", open).await;

    let second = command().run(b"").await;
    assert_eq!(second.code, Some(3), "{}", second.stderr);
    assert!(
        second.stderr.contains(&format!("another ribbon (process {})", first.pid())),
        "{}",
        second.stderr
    );

    first.kill();
    let mut third = command().start();
    third.line("the third is open", open).await;
    let ended = third.interrupt().await;
    assert_eq!(ended.code(), Some(0), "Ctrl-C ends it cleanly");
}
