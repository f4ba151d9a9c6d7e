//! The outside: each configured market and rate source answers, takes our credentials, and sends pages that can be read.

use std::time::Duration;

use domain::SourceFault;
use domain::ports::{Clock, MarketSource, RateSource, Want};

use super::finding::Findings;
use crate::config::roles::UpConfig;
use crate::parts::{sources, world};

const PATIENCE: Duration = Duration::from_secs(30);

/// No database is needed to ask whether somebody answers.
struct MachineClock;

impl Clock for MachineClock {
    fn now_us(&self) -> i64 {
        chrono::Utc::now().timestamp_micros()
    }
}

pub(super) async fn check(config: &UpConfig, offline: bool, findings: &mut Findings) {
    if offline {
        return findings.skipped("sources", "nothing outside is asked with --offline");
    }
    if let Some(sandbox) = &config.sandbox {
        let url = format!("http://{}", sandbox.listen);
        return match world::ask_now(&url).await {
            Some(identity) => findings.fine("sandbox", format!("it answers at {url}: {identity}")),
            None => {
                findings.skipped("sandbox", format!("none answers at {url}; it runs while `ribbon up` does"))
            }
        };
    }
    let sources = match sources::build(&config.markets) {
        Ok(sources) => sources,
        Err(failure) => return findings.wrong("sources", failure.to_string(), "Set what the message names."),
    };
    for (id, fault) in &sources.missing {
        let mend = format!("Set it, or leave {id} out of RIBBON_MARKETS.");
        findings.wrong("sources", format!("{id} is not gathered: {fault}"), mend);
    }
    for market in &sources.markets {
        let name = market.info().id.clone();
        settle(name.as_str(), ask_market(market.as_ref()).await, findings);
    }
    for source in &sources.rates {
        settle(source.id().as_str(), ask_rates(source.as_ref()).await, findings);
    }
}

async fn ask_market(market: &dyn MarketSource) -> Result<String, SourceFault> {
    let exchange = within(market.fetch(&Want::Collections, None, &MachineClock)).await?;
    let page = market.read(&exchange)?;
    Ok(format!("it answers; {} entries on the first page of its collections", page.sightings.len()))
}

async fn ask_rates(source: &dyn RateSource) -> Result<String, SourceFault> {
    let exchange = within(source.fetch(&MachineClock)).await?;
    let page = source.read(&exchange)?;
    Ok(format!("it answers with {} rates", page.rates.len()))
}

async fn within<T>(asked: impl Future<Output = Result<T, SourceFault>>) -> Result<T, SourceFault> {
    tokio::time::timeout(PATIENCE, asked).await.unwrap_or_else(|_| {
        Err(SourceFault::Retry { why: format!("no answer within {} s", PATIENCE.as_secs()) })
    })
}

fn settle(id: &str, asked: Result<String, SourceFault>, findings: &mut Findings) {
    match asked {
        Ok(text) => findings.fine("sources", format!("{id}: {text}")),
        Err(SourceFault::Refused { why, mend }) => findings.wrong("sources", format!("{id}: {why}"), mend),
        Err(fault @ SourceFault::Malformed(_)) => {
            let mend =
                "The source has changed its pages: look for a newer ribbon. Until then it is quarantined.";
            findings.wrong("sources", format!("{id}: {fault}"), mend);
        }
        Err(fault @ SourceFault::Never { .. }) => {
            let mend = format!("Look at RIBBON_{}_BASE_URL.", id.to_uppercase());
            findings.wrong("sources", format!("{id}: {fault}"), mend);
        }
        Err(fault @ (SourceFault::Retry { .. } | SourceFault::RetryAfter { .. })) => {
            findings.not_now(
                "sources",
                format!("{id}: {fault}"),
                "Try again later; look at the network if it stays so.",
            );
        }
    }
}
