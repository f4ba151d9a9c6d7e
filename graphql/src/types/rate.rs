//! Observed currency rates.

use async_graphql::SimpleObject;
use store::read::RateRow;

use crate::{
    reading::Reading,
    scalar::{Amount, DateTime, Position, clamp_seconds},
};

/// An observed rate: one whole coin of `base` is worth `rateMicros` millionths of one whole coin of `quote`.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct Rate {
    /// Code of the currency converted from.
    base: String,
    /// Code of the currency converted to.
    quote: String,
    /// Millionths of one whole coin of `quote`.
    rate_micros: Amount,
    /// The rate as a decimal text.
    text: String,
    /// Who told it.
    source: String,
    /// When it was observed, by its source.
    at: DateTime,
    /// Seconds since then.
    age_seconds: i32,
    /// Position of the event that told it.
    position: Position,
    /// Where the evidence can be downloaded, below this server's address.
    evidence_url: String,
}

impl Rate {
    pub(crate) fn of(reading: &Reading, row: &RateRow) -> Self {
        let RateRow { from_position, source, base, quote, rate_micros, at_us } = row;
        Self {
            base: base.clone(),
            quote: quote.clone(),
            rate_micros: Amount(*rate_micros),
            text: domain::decimal::decimal_from_units(*rate_micros, 6),
            source: source.clone(),
            at: DateTime(*at_us),
            age_seconds: clamp_seconds(reading.now_us() - at_us),
            position: Position(*from_position),
            evidence_url: super::event::evidence_url(*from_position),
        }
    }
}
