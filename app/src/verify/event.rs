//! `verify event`: recomputes an event from its evidence file. Each step is a check of its own, with what the event says beside
//! what the evidence gives.

mod absence;
mod metadata_file;
mod place;
mod recompute;
mod watch;

use adapters::{metadata, rates};
use domain::order_key::KeyRank;
use domain::{Cause, Event, EvidenceRef, Exchange, Fact, Finality, LoggedEvent};
use indexer::decide::ahead::check_times;
use serde_json::Value;

use super::Answer;
use super::report::{Checks, Finding};
use crate::evidence_file::{EvidenceFile, FORMAT, MANIFEST_METHOD};

/// Everything a check may look at.
struct Case<'a> {
    logged: &'a LoggedEvent,
    file: &'a EvidenceFile,
}

/// Judges an evidence file.
pub(super) fn verify(bytes: &[u8]) -> Answer {
    let file: EvidenceFile = match serde_json::from_slice(bytes) {
        Ok(file) => file,
        Err(fault) => return Answer::bad_input(format!("this is no evidence file of an event: {fault}")),
    };
    if file.format != FORMAT {
        let cut: String = file.format.chars().take(40).collect();
        return Answer::bad_input(format!("the file's format is `{cut}`: expected {FORMAT}"));
    }
    let logged: LoggedEvent = match serde_json::from_str(file.event.get()) {
        Ok(logged) => logged,
        Err(fault) => return Answer::bad_input(format!("`event` is no event: {fault}")),
    };
    let mut checks = Checks::default();
    let said: Value = serde_json::from_str(file.event.get()).unwrap_or_default();
    let read: Value = serde_json::from_str(&logged.line()).unwrap_or_default();
    checks.compare("the event is understood whole", &said, &read);
    let case = Case { logged: &logged, file: &file };
    if let Err(why) = case.judge(&mut checks) {
        return Answer::bad_input(why);
    }
    let verdict = checks.verdict();
    let answer = Answer::new(verdict)
        .with("position", logged.position)
        .with("event", said)
        .with("line_sha256", line_hash(&logged))
        .with("not_judged_here", not_judged(&logged.event))
        .with("checks", &checks);
    match &file.batch {
        Some(batch) => answer.with("batch", batch),
        None => answer,
    }
}

/// The members that no evidence can speak of, and what speaks of them.
fn not_judged(event: &Event) -> Value {
    let mut members = vec!["position", "observed_at_us", "origin", "corrects"];
    if event.key.rank == KeyRank::Scan {
        members.push("key");
    }
    serde_json::json!({
        "members": members,
        "because": "they are on the database's clock, or say what the log knew before",
        "instead": "find line_sha256 in an exported log and check that by `ribbon verify log`",
    })
}

/// Names the event's line, to find it in an exported log.
fn line_hash(logged: &LoggedEvent) -> String {
    domain::EvidenceHash::of(logged.line().as_bytes()).to_string()
}

impl Case<'_> {
    fn event(&self) -> &Event {
        &self.logged.event
    }

    /// Goes from the bytes to the fact; a step that fails makes the ones behind it pointless.
    ///
    /// # Errors
    /// A sentence, when the file itself is damaged.
    fn judge(&self, checks: &mut Checks) -> Result<(), String> {
        const EVIDENCE: &str = "there is evidence";
        if matches!(self.event().fact, Fact::Returned { .. }) {
            let note = "An inference of Ribbon's from two events: `provenance` of the gift names both, and each can be verified.";
            checks.note("a source told it", Finding::NotJudged, note);
            return Ok(());
        }
        let Some(evidence) = &self.event().evidence else {
            checks.note(EVIDENCE, Finding::NotJudged, self.why_without_evidence());
            return Ok(());
        };
        let kept = self.file.evidence.as_ref();
        let bytes = match kept.and_then(|kept| kept.bytes()) {
            Some(bytes) => bytes?,
            None => {
                let note = "The evidence is kept no longer, or was taken out of the file.";
                checks.note(EVIDENCE, Finding::NotJudged, note);
                return Ok(());
            }
        };
        checks.compare("hash of the evidence", evidence.hash, domain::EvidenceHash::of(&bytes));
        let exchange = match Exchange::from_evidence(&bytes, self.event().observed_at_us, self.event().origin)
        {
            Ok(exchange) => exchange,
            Err(fault) => {
                checks.require("the evidence is a request and its answer", false, fault.to_string());
                return Ok(());
            }
        };
        checks.compare("source of the evidence", &self.event().market, &exchange.market);
        self.judge_cause(&exchange, checks);
        if exchange.request.method == MANIFEST_METHOD {
            self.judge_absence(&exchange, checks)
        } else {
            self.judge_page(evidence, &exchange, checks);
            Ok(())
        }
    }

    /// What kind of evidence tells how we came to know, and what a market tells is final as far as that market goes.
    fn judge_cause(&self, exchange: &Exchange, checks: &mut Checks) {
        let event = self.event();
        let causes: &[Cause] = match (&event.fact, event.key.rank) {
            _ if exchange.request.method == MANIFEST_METHOD => &[Cause::Absence],
            (Fact::RateObserved { .. }, _) => &[Cause::Feed],
            (Fact::MarketQuarantined { .. } | Fact::MarketReleased, _) => &[Cause::Watch],
            (Fact::CollectionSeen { .. } | Fact::AttributeSeen { .. }, _) => &[Cause::Catalog],
            (Fact::MetadataSeen { .. }, _) if metadata::find(event.market.as_str()).is_some() => {
                &[Cause::Metadata]
            }
            (_, KeyRank::Market) => &[Cause::Feed, Cause::History],
            (_, KeyRank::Scan) => &[Cause::Scan],
        };
        let told = format!("{:?}, of {causes:?}", event.cause).to_lowercase();
        checks.require("the cause is one that such evidence has", causes.contains(&event.cause), told);
        // What happened is as final as its page says; see `judge_place`.
        if event.source_id.is_none() {
            checks.compare("finality", event.finality, Finality::Confirmed);
        }
    }

    fn why_without_evidence(&self) -> &'static str {
        match &self.event().fact {
            Fact::MarketReleased => "That a market can be read again is Ribbon's own word.",
            Fact::Delisted { .. } | Fact::AuctionEnded { .. } | Fact::OfferEnded { .. } => {
                "The event restates what a scan completed earlier did not show; that scan's pages were not kept for it."
            }
            _ => "The event refers to no evidence.",
        }
    }

    fn judge_page(&self, evidence: &EvidenceRef, exchange: &Exchange, checks: &mut Checks) {
        let market = self.event().market.as_str();
        if let (Fact::MetadataSeen { .. }, Some(source)) = (&self.event().fact, metadata::find(market)) {
            return self.judge_metadata(source, evidence, exchange, checks);
        }
        match (&self.event().fact, adapters::reader(market), rates::find(market)) {
            (Fact::RateObserved { .. }, _, Some(source)) => {
                self.judge_rate(source, evidence, exchange, checks)
            }
            (Fact::MarketQuarantined { path, why }, Some(reader), _) => {
                let read = reader.read(exchange);
                let read = read.and_then(|page| check_times(exchange, &page).map(|()| page));
                watch::judge_quarantine(&read, path, why, checks);
            }
            (_, Some(reader), _) => self.judge_place(reader, evidence, exchange, checks),
            (_, None, _) => {
                let note = format!("This version of ribbon has no reader for {market}.");
                checks.note("the evidence can be read", Finding::NotJudged, note);
            }
        }
    }
}

#[cfg(test)]
mod tests;
