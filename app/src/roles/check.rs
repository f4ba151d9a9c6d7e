//! `ribbon check`: looks at everything once, says what is wrong and how to mend it.

mod database;
mod finding;
mod replay;
mod sources;

use indexer::notice::{Notice, NoticeSink as _};
use serde_json::json;

use crate::answer;
use crate::config::roles::UpConfig;
use crate::config::{Concern, Values};
use crate::exit::{Exit, Failure};
use crate::webhook::Webhook;

pub use finding::{Finding, Findings, Outcome};

/// What is asked of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Findings as JSON.
    pub json: bool,
    /// Nothing outside this machine is asked.
    pub offline: bool,
}

/// Checks everything and prints the findings.
///
/// # Errors
/// Exit code 2 when the configuration cannot be used at all.
pub async fn run(values: &Values, asked: Asked) -> Result<Exit, Failure> {
    let mut findings = Findings::new(!asked.json);
    let config =
        UpConfig::read(values).map_err(|fault| Failure { exit: Exit::BadInput, cause: fault.into() })?;
    let settings: usize = Concern::ALL.into_iter().map(|concern| concern.settings().len()).sum();
    let file = values.file().map_or_else(|| "no file".to_owned(), |path| path.display().to_string());
    findings.fine("configuration", format!("{settings} settings hold ({file})"));
    let database = database::check(&config, &mut findings).await;
    sources::check(&config, asked.offline, &mut findings).await;
    if let Some(database) = database {
        // For /metrics, which is asked for when this process has ended.
        if let Err(fault) = store::checks::record(&database.pool, &findings.by_part()).await {
            tracing::warn!(error = %fault, "The outcome could not be kept for the metrics");
        }
        database.close().await;
    }
    tell_operators(&config, &findings).await;
    if asked.json {
        answer::json(&json!({ "ok": findings.exit() == Exit::Fine, "findings": findings.all() }));
    } else {
        answer::line(&findings.summary());
    }
    Ok(findings.exit())
}

async fn tell_operators(config: &UpConfig, findings: &Findings) {
    let faults: Vec<&Finding> = findings.all().iter().filter(|one| one.outcome == Outcome::Wrong).collect();
    for fault in &faults {
        tracing::warn!(part = fault.part, mend = fault.mend, "{}", fault.what);
    }
    let Some(webhook) = &config.notices.webhook else { return };
    let Some(first) = faults.first() else { return };
    let notice = Notice {
        code: "check_failed",
        market: None,
        path: None,
        what: format!("A check found {} faults, the first in {}: {}", faults.len(), first.part, first.what),
        mend: first.mend.clone(),
        at_ms: chrono::Utc::now().timestamp_millis(),
    };
    match Webhook::new(webhook) {
        Ok(webhook) => webhook.send(&notice).await,
        Err(fault) => tracing::error!(error = %fault, "No notice could be sent"),
    }
}
