//! What stands beside a listing or a sale in its row: the words of the sources that do not lead.

use domain::{
    LotId, MarketId, Origin, Price,
    same_listing::{Told, Word},
    same_sale::Telling,
};
use serde::{Deserialize, Serialize};

/// What another source says of an open listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingWitness {
    /// Whose word it is.
    pub source: MarketId,
    /// The source's own id of the lot.
    pub lot: LotId,
    /// Whether it says that the listing is open.
    pub word: Word,
    /// Its ask as stated, where it says open.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub price: Option<Price>,
    /// The ask as the buyer pays it to the market, smallest unit of the price's currency.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub amount: Option<i64>,
    /// Who offers it, where the source says so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seller: Option<String>,
    /// When the word holds from: microseconds since 1970, by the source's clock or, for a scan, the scan's own.
    pub at_us: i64,
    /// Position of the event that said so.
    pub position: i64,
}

impl ListingWitness {
    /// What a lot says, where it speaks of the listing; `amount` is its ask as the buyer pays it.
    pub(crate) fn of(told: &Told<'_>, word: Word, amount: Option<i64>) -> Option<Self> {
        let lot = told.lot;
        let (key, position) = match word {
            Word::Open => lot.ask.as_ref().map(|ask| (ask.key, ask.position)),
            Word::Ended => lot.ended.as_ref().map(|ended| (ended.key, ended.position)),
            Word::Unseen => lot.unseen.as_ref().map(|unseen| (unseen.key, unseen.position)),
        }?;
        let is_open = word == Word::Open;
        Some(Self {
            source: told.source.clone(),
            lot: told.id.clone(),
            word,
            price: lot.open_price().filter(|_| is_open).cloned(),
            amount: amount.filter(|_| is_open),
            seller: lot.details.as_ref().filter(|_| is_open).and_then(|told| told.value.owner.clone()),
            at_us: key.at_us,
            position,
        })
    }

    /// The list in a row's column.
    ///
    /// # Errors
    /// What the reader of JSON says.
    pub fn list(column: Option<&str>) -> Result<Vec<Self>, serde_json::Error> {
        column.map_or_else(|| Ok(Vec::new()), serde_json::from_str)
    }
}

/// A telling of a sale, and where the source's answer came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleTelling {
    /// What was told.
    pub telling: Telling,
    /// Where the answer came from.
    pub origin: Origin,
}

impl SaleTelling {
    /// The list in a row's column; empty where the row's own columns are the only telling.
    ///
    /// # Errors
    /// What the reader of JSON says.
    pub fn list(column: Option<&str>) -> Result<Vec<Self>, serde_json::Error> {
        column.map_or_else(|| Ok(Vec::new()), serde_json::from_str)
    }
}
