//! The fee table: what each market takes on top of or out of a price, as data with source, date and validity.
//!
//! An entry is never changed or removed once a listing may name it; a new fee closes the old entry's period and opens its
//! own. For any market, kind, condition and time at most one entry holds.

mod entry;

use std::sync::LazyLock;

pub use entry::{Charge, Condition, EntryFault, Fee, FeeKind, Grade, RateBase};

use serde::Deserialize;

use crate::all_in::Ask;

/// The table that ships with the crate.
const BUNDLED: &str = include_str!("../fees.json");

static BUNDLED_TABLE: LazyLock<FeeTable> =
    LazyLock::new(|| FeeTable::parse(BUNDLED).expect("a test reads the bundled table"));

/// All fees known, of every market and time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeeTable {
    version: String,
    fees: Vec<Fee>,
}

/// Why a text is no fee table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeeTableFault {
    /// Not JSON of the expected shape.
    #[error("the fee table cannot be read: {reason}")]
    Json {
        /// What the reader says, with line and column.
        reason: String,
    },
    /// The version is empty.
    #[error("the fee table has no version")]
    Version,
    /// One entry is wrong.
    #[error("fee {id:?}: {fault}")]
    Entry {
        /// The entry's id.
        id: String,
        /// What is wrong with it.
        fault: EntryFault,
    },
    /// Two entries have one id.
    #[error("two fees have the id {id:?}")]
    DuplicateId {
        /// The id.
        id: String,
    },
    /// Two entries would hold for the same listing at the same time.
    #[error("the fees {first:?} and {second:?} may hold for the same listing at the same time")]
    Overlap {
        /// Id of the earlier entry.
        first: String,
        /// Id of the later entry.
        second: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    fees: Vec<entry::Row>,
}

impl FeeTable {
    /// The table that ships with the crate, `fees.json`.
    #[must_use]
    pub fn bundled() -> &'static Self {
        &BUNDLED_TABLE
    }

    /// Reads a table in the form of `fees.json`.
    ///
    /// # Errors
    /// [`FeeTableFault`] naming the entry.
    pub fn parse(json: &str) -> Result<Self, FeeTableFault> {
        let file: File =
            serde_json::from_str(json).map_err(|error| FeeTableFault::Json { reason: error.to_string() })?;
        if file.version.trim().is_empty() {
            return Err(FeeTableFault::Version);
        }
        let mut fees: Vec<Fee> = Vec::with_capacity(file.fees.len());
        for row in file.fees {
            let id = row.id.clone();
            let fee = row.into_fee().map_err(|fault| FeeTableFault::Entry { id, fault })?;
            for earlier in &fees {
                if earlier.id == fee.id {
                    return Err(FeeTableFault::DuplicateId { id: fee.id });
                }
                if earlier.may_meet(&fee) {
                    return Err(FeeTableFault::Overlap { first: earlier.id.clone(), second: fee.id });
                }
            }
            fees.push(fee);
        }
        Ok(Self { version: file.version, fees })
    }

    /// The table's version: the day of its last change.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// All entries, in the order of the file.
    #[must_use]
    pub fn fees(&self) -> &[Fee] {
        &self.fees
    }

    /// The entry with this id, also when its period has ended.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Fee> {
        self.fees.iter().find(|fee| fee.id == id)
    }

    /// The one entry of this kind that holds for this ask at its time.
    #[must_use]
    pub fn fee_for(&self, kind: FeeKind, ask: &Ask<'_>) -> Option<&Fee> {
        self.fees.iter().find(|fee| fee.kind == kind && fee.holds_for(ask))
    }
}

#[cfg(test)]
mod tests;
