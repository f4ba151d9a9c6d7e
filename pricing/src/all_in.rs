//! The all-in price: what a buyer pays until the gift is theirs to take, as lines that can each be traced.
//!
//! What nobody says is a line without an amount, and makes the total "at least". Currencies never mix: a line in another
//! currency stands apart from the total.

mod explain;

pub use explain::Explanation;

use domain::{Currency, Custody, FeeBasis, MarketId, Price, sighting::ToldFee};
use serde::{Deserialize, Serialize};

use crate::fee::{FeeKind, FeeTable};

/// An open listing as far as its price goes.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Where it is listed.
    pub market: &'a MarketId,
    /// The ask.
    pub price: &'a Price,
    /// Fees that the listing itself tells.
    pub told_fee: Option<&'a ToldFee>,
    /// Where the gift lives, if told.
    pub custody: Option<Custody>,
    /// The market's word for how it is listed, if told.
    pub contract_type: Option<&'a str>,
    /// The time whose fees hold; milliseconds since 1970.
    pub at_ms: i64,
}

/// What a buyer pays in the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllIn {
    /// Sum of the known lines that come on top, the ask included; smallest unit of `currency`.
    pub total: i64,
    /// The currency of the ask and of the total.
    pub currency: Currency,
    /// Some line is unknown or in another currency: the buyer pays the total or more.
    pub at_least: bool,
    /// Always first the ask, then the market's fee, the royalty where anything says of one, the gas, the exit.
    pub lines: Vec<Line>,
}

/// One part of an all-in price. Compact, because every listing keeps its lines; [`FeeTable::explain`] says the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What it is.
    pub kind: LineKind,
    /// In the smallest unit of `currency`; `None` when nobody says.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub amount: Option<i64>,
    /// The currency.
    pub currency: Currency,
    /// Whether it is in the total.
    pub counted: Counted,
    /// Where the amount comes from.
    pub basis: Basis,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// The ask.
    MarketPrice,
    /// The market's share.
    MarketFee,
    /// The creator's share.
    Royalty,
    /// What the network keeps of the purchase.
    Gas,
    /// What it costs to get the gift out of the market's custody.
    CustodyExit,
}

/// How a line stands to the total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// It comes on top and is in the total, as far as known.
    Added,
    /// It is inside the ask already.
    Inside,
    /// It comes on top in another currency and is not in the total.
    Apart,
}

/// Where a line's amount comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The ask.
    Ask,
    /// The listing tells it.
    Told,
    /// An entry of the fee table, by its id.
    Fee(String),
    /// Neither the listing nor the table says.
    Unsaid,
}

/// The all-in price of an ask.
#[must_use]
pub fn all_in(table: &FeeTable, ask: &Ask<'_>) -> AllIn {
    let currency = ask.price.currency.clone();
    let mut lines = vec![Line {
        kind: LineKind::MarketPrice,
        amount: Some(ask.price.amount),
        currency: currency.clone(),
        counted: Counted::Added,
        basis: Basis::Ask,
    }];
    // Fees told for another price say nothing about this one.
    let told = ask.told_fee.filter(|told| told.for_amount == ask.price.amount);
    let share = match ask.price.fee_basis {
        FeeBasis::BuyerPays => Counted::Inside,
        FeeBasis::SellerReceives => Counted::Added,
    };
    let line = |kind, told: Option<i64>, counted| line(table, ask, kind, told, counted);
    lines.push(line(FeeKind::MarketFee, told.and_then(|told| told.market_fee), share));
    let royalty = line(FeeKind::Royalty, told.and_then(|told| told.royalty), share);
    if royalty.basis != Basis::Unsaid {
        lines.push(royalty);
    }
    lines.push(line(FeeKind::Gas, None, Counted::Added));
    lines.push(line(FeeKind::CustodyExit, None, Counted::Added));
    sum(currency, lines)
}

fn line(table: &FeeTable, ask: &Ask<'_>, kind: FeeKind, told: Option<i64>, counted: Counted) -> Line {
    let currency = ask.price.currency.clone();
    let kind_of_line = LineKind::from(kind);
    if let Some(amount) = told {
        return Line { kind: kind_of_line, amount: Some(amount), currency, counted, basis: Basis::Told };
    }
    let Some(fee) = table.fee_for(kind, ask) else {
        return Line { kind: kind_of_line, amount: None, currency, counted, basis: Basis::Unsaid };
    };
    let basis = Basis::Fee(fee.id.clone());
    match fee.amount_for(ask.price) {
        None => Line { kind: kind_of_line, amount: None, currency, counted, basis },
        // Nothing is nothing in any currency.
        Some((0, _)) => Line { kind: kind_of_line, amount: Some(0), currency, counted, basis },
        Some((amount, in_currency)) => {
            let counted = if in_currency == currency { counted } else { Counted::Apart };
            Line { kind: kind_of_line, amount: Some(amount), currency: in_currency, counted, basis }
        }
    }
}

fn sum(currency: Currency, lines: Vec<Line>) -> AllIn {
    let mut total = 0_i64;
    let mut at_least = false;
    for line in &lines {
        match (line.counted, line.amount) {
            (Counted::Inside, _) => {}
            (Counted::Added, Some(amount)) => match total.checked_add(amount) {
                Some(sum) => total = sum,
                None => (total, at_least) = (i64::MAX, true),
            },
            (Counted::Added, None) | (Counted::Apart, _) => at_least = true,
        }
    }
    AllIn { total, currency, at_least, lines }
}

impl AllIn {
    /// What the buyer pays the market: the ask and the market's shares that come on top of it, as far as known; smallest
    /// unit of `currency`. The amount by which floors compare markets with different habits.
    #[must_use]
    pub fn market_amount(&self) -> i64 {
        let of_market =
            |kind| matches!(kind, LineKind::MarketPrice | LineKind::MarketFee | LineKind::Royalty);
        self.lines
            .iter()
            .filter(|line| of_market(line.kind) && line.counted == Counted::Added)
            .filter_map(|line| line.amount)
            .fold(0, i64::saturating_add)
    }
}

impl From<FeeKind> for LineKind {
    fn from(kind: FeeKind) -> Self {
        match kind {
            FeeKind::MarketFee => Self::MarketFee,
            FeeKind::Royalty => Self::Royalty,
            FeeKind::Gas => Self::Gas,
            FeeKind::CustodyExit => Self::CustodyExit,
        }
    }
}

#[cfg(test)]
mod tests;
