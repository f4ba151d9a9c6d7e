#![doc = include_str!("../README.md")]
//! (API agreed in PLAN.md; body being written)

use domain::{Custody, MarketId, Price, sighting::ToldFee};
use serde::{Deserialize, Serialize};

/// Fees by market.
#[derive(Debug, Clone)]
pub struct FeeTable {
    version: u32,
}

impl FeeTable {
    /// The committed table.
    #[must_use]
    pub fn built_in() -> Self {
        Self { version: 1 }
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }
}

/// An ask as far as its all-in price needs it.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Where.
    pub market: &'a MarketId,
    /// The ask.
    pub price: &'a Price,
    /// Fees the listing states.
    pub told_fee: Option<&'a ToldFee>,
    /// Where the gift lives.
    pub custody: Option<Custody>,
    /// How it is listed.
    pub contract_type: Option<&'a str>,
    /// When the ask was made, milliseconds since 1970.
    pub at_ms: i64,
}

/// A line of the all-in price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What for.
    pub kind: String,
}

/// The all-in price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllIn {
    /// Smallest unit of the ask's currency.
    pub total: i64,
    /// Whether a part is unknown.
    pub at_least: bool,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// The all-in price of an ask.
#[must_use]
pub fn all_in(_fees: &FeeTable, ask: &Ask<'_>) -> AllIn {
    AllIn { total: ask.price.amount, at_least: true, lines: Vec::new() }
}
