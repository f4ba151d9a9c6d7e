//! The adapters of the configured markets and other sources.

use std::sync::Arc;

use adapters::metadata::METADATA;
use adapters::rates::RATES;
use adapters::witnesses::WITNESSES;
use adapters::{MARKETS, Settings, SettingsFault};
use domain::ports::{ChainWitness, MarketSource, MetadataSource, RateSource};

use crate::config::markets::MarketsConfig;
use crate::exit::{Exit, Failure};

/// What can be gathered, and what cannot for want of a setting.
#[derive(Default)]
pub struct Sources {
    /// The markets.
    pub markets: Vec<Arc<dyn MarketSource>>,
    /// The sources of rates.
    pub rates: Vec<Arc<dyn RateSource>>,
    /// The sources of metadata.
    pub metadata: Vec<Arc<dyn MetadataSource>>,
    /// The witnesses of what stands on TON: those of sources that are gathered.
    pub witnesses: Vec<Arc<dyn ChainWitness>>,
    /// Markets and sources that are not configured: id and what is missing.
    pub missing: Vec<(&'static str, SettingsFault)>,
}

/// Builds the adapters; nothing is sent. A market that lacks a setting is left out, and said so; one that is set wrongly ends the start.
///
/// # Errors
/// Exit code 2, naming the variable.
pub fn build(config: &MarketsConfig) -> Result<Sources, Failure> {
    let lookup = |name: &str| config.own.get(name).map(str::to_owned);
    let settings = || Settings::new(&lookup).with_speed(config.speed_x1000);
    let mut sources = Sources::default();
    for registration in MARKETS {
        let id = registration.id;
        let is_unasked = config.unasked.contains(&id);
        if !is_unasked && !config.enabled.iter().any(|enabled| enabled.as_str() == id) {
            continue;
        }
        match (registration.build)(&settings()) {
            Ok(_) if is_unasked => {
                let enabled = config.enabled.iter().map(domain::MarketId::as_str);
                let named: Vec<&str> = enabled.chain([id]).collect();
                let mend = format!("set it to `{}` to gather {id} too", named.join(","));
                sources.leave_out(id, SettingsFault::Missing { variable: "RIBBON_MARKETS", mend })?;
            }
            Ok(source) => sources.markets.push(source),
            Err(fault) => sources.leave_out(registration.id, fault)?,
        }
    }
    for registration in WITNESSES {
        // It shares its source's settings and limit, so it is asked where the source is.
        if sources.markets.iter().any(|source| source.info().id.as_str() == registration.id) {
            match (registration.build)(&settings()) {
                Ok(witness) => sources.witnesses.push(witness),
                Err(fault) => sources.leave_out(registration.id, fault)?,
            }
        }
    }
    for id in &config.left_out {
        tracing::warn!(market = id, "Not gathered, though it is configured: RIBBON_MARKETS does not name it");
    }
    for registration in RATES {
        if !config.others.contains(&registration.id) {
            tracing::warn!(
                source = registration.id,
                "Not of the markets' world, so no rate is asked there: its base URL is not set, and theirs are"
            );
            continue;
        }
        match (registration.build)(&settings()) {
            Ok(source) => sources.rates.push(source),
            Err(fault) => sources.leave_out(registration.id, fault)?,
        }
    }
    for registration in METADATA {
        if !config.others.contains(&registration.id) {
            tracing::warn!(
                source = registration.id,
                "Not of the markets' world, so no metadata is asked there: its base URL is not set, and theirs are"
            );
            continue;
        }
        match (registration.build)(&settings()) {
            Ok(source) => sources.metadata.push(source),
            Err(fault) => sources.leave_out(registration.id, fault)?,
        }
    }
    if sources.markets.is_empty() {
        let missing: Vec<String> =
            sources.missing.iter().map(|(id, fault)| format!("{id}: {fault}")).collect();
        let text = format!("no market can be gathered. {}", missing.join(". "));
        return Err(Failure::new(Exit::BadInput, text));
    }
    Ok(sources)
}

impl Sources {
    fn leave_out(&mut self, id: &'static str, fault: SettingsFault) -> Result<(), Failure> {
        if fault.is_missing() {
            tracing::warn!(market = id, error = %fault, "Not configured, so it is not gathered");
            self.missing.push((id, fault));
            return Ok(());
        }
        Err(Failure { exit: Exit::BadInput, cause: anyhow::Error::from(fault) })
    }
}
