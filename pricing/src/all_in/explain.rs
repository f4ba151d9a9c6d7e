//! A line in words, with its source: what a reader is shown beside the amount.

use domain::decimal::decimal_from_units;

use super::{Basis, Counted, Line};
use crate::fee::{Charge, Fee, FeeTable, Grade, RateBase};

/// What stands behind a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// How the amount comes about, one short sentence without a period.
    pub basis: String,
    /// Who says so, in words.
    pub source: String,
    /// Where a reader can look.
    pub source_url: Option<String>,
    /// Day or month of the source, `YYYY-MM-DD` or `YYYY-MM`. `None` for what the listing tells: its time is the listing's own.
    pub source_date: Option<String>,
    /// Day on which the source was last read, `YYYY-MM-DD`.
    pub checked: Option<String>,
    /// How sure it is; `None` for what the listing tells.
    pub grade: Option<Grade>,
    /// What a reader should know besides.
    pub note: Option<String>,
}

impl FeeTable {
    /// What stands behind a line that was made with this table or an earlier one.
    #[must_use]
    pub fn explain(&self, line: &Line) -> Explanation {
        match &line.basis {
            Basis::Ask => plain("the price asked", "the listing"),
            Basis::Told => plain("told by the listing for this price", "the listing"),
            Basis::Unsaid if line.counted == Counted::Inside => {
                plain("inside the price; the listing does not tell how much", "none")
            }
            Basis::Unsaid => plain("unknown", "none"),
            Basis::Fee(id) => match self.find(id) {
                Some(fee) => of_fee(fee),
                None => plain("an entry that this fee table does not hold", id),
            },
        }
    }
}

fn plain(basis: &str, source: &str) -> Explanation {
    Explanation {
        basis: basis.to_owned(),
        source: source.to_owned(),
        source_url: None,
        source_date: None,
        checked: None,
        grade: None,
        note: None,
    }
}

fn of_fee(fee: &Fee) -> Explanation {
    let basis = match &fee.charge {
        Charge::Flat { amount: 0, .. } => "nothing".to_owned(),
        Charge::Flat { amount, currency } => match currency.decimals() {
            Some(decimals) => {
                format!("{} {currency} for each purchase", decimal_from_units(*amount, decimals))
            }
            None => format!("{amount} of the smallest unit of {currency} for each purchase"),
        },
        Charge::Rate { bps, of } => {
            let of = match of {
                RateBase::BuyerAmount => "what the buyer pays",
                RateBase::SellerAmount => "what the seller receives",
            };
            format!("{} % of {of}", decimal_from_units(i64::from(*bps), 2))
        }
        Charge::Unknown => "unknown".to_owned(),
    };
    Explanation {
        basis,
        source: fee.source.clone(),
        source_url: fee.source_url.clone(),
        source_date: fee.source_date.clone(),
        checked: Some(fee.checked.clone()),
        grade: Some(fee.grade),
        note: fee.note.clone(),
    }
}
