//! One fee: when it holds, how much it is, and where that is known from.

use domain::{Currency, Custody, FeeBasis, MarketId, Price};
use serde::{Deserialize, Serialize};

use crate::all_in::Ask;

/// One basis point is 0.01 %.
const WHOLE_BPS: i128 = 10_000;

/// What a fee is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeKind {
    /// The market's own share.
    MarketFee,
    /// The creator's share.
    Royalty,
    /// What the network keeps of a purchase.
    Gas,
    /// What it costs to get a bought gift out of the market's custody.
    CustodyExit,
}

/// How sure a fee is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Stated by the market in its documentation.
    Documented,
    /// Read off a real answer or transaction.
    Recorded,
    /// Computed by us from a real purchase; another purchase may differ a little.
    Measured,
    /// Seen in somebody's client.
    Client,
}

/// How much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Charge {
    /// The same for every purchase.
    Flat {
        /// In the smallest unit of `currency`, not negative.
        amount: i64,
        /// The currency.
        currency: Currency,
    },
    /// A share of an amount, rounded to the nearest smallest unit.
    Rate {
        /// In basis points (1 bp = 0.01 %), below 10,000.
        bps: u32,
        /// Share of what.
        of: RateBase,
    },
    /// There is such a fee, or there may be one; nobody says how much.
    Unknown,
}

/// What a rate is a share of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateBase {
    /// What the buyer pays the market.
    BuyerAmount,
    /// What the seller receives.
    SellerAmount,
}

/// Which listings a fee is for. `None` means any; a condition on what a listing does not say is not met.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Where the gift lives.
    #[serde(default)]
    pub custody: Option<Custody>,
    /// The market's words for how it is listed.
    #[serde(default)]
    pub contract_types: Option<Vec<String>>,
    /// Currencies of the price.
    #[serde(default)]
    pub currencies: Option<Vec<Currency>>,
}

/// An entry of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fee {
    /// Its name for good, lower-case letters, digits and hyphens.
    pub id: String,
    /// Whose fee.
    pub market: MarketId,
    /// What for.
    pub kind: FeeKind,
    /// For which listings.
    pub when: Condition,
    /// How much.
    pub charge: Charge,
    /// How sure.
    pub grade: Grade,
    /// Where it is known from, in words.
    pub source: String,
    /// Where a reader can look, if there is such a place.
    pub source_url: Option<String>,
    /// Day or month of the source, `YYYY-MM-DD` or `YYYY-MM`, where it has one.
    pub source_date: Option<String>,
    /// Day on which the source was last read, `YYYY-MM-DD`.
    pub checked: String,
    /// It holds from then on; milliseconds since 1970. `None`: no beginning is known.
    pub valid_from_ms: Option<i64>,
    /// It holds until before then; milliseconds since 1970. `None`: no end is known.
    pub valid_to_ms: Option<i64>,
    /// What a reader should know besides.
    pub note: Option<String>,
}

/// Why an entry is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryFault {
    /// The id.
    #[error("an id is 1 to 64 lower-case letters, digits and hyphens")]
    Id,
    /// The source is empty.
    #[error("a fee without a source is no fee")]
    Source,
    /// A link that is not https.
    #[error("source_url is an https link, found {url:?}")]
    SourceUrl {
        /// The text found.
        url: String,
    },
    /// A day that is none.
    #[error("{field} is a day like 2026-11-21, found {text:?}")]
    Day {
        /// The field.
        field: &'static str,
        /// The text found.
        text: String,
    },
    /// The period ends before it begins.
    #[error("valid_to is not after valid_from")]
    Period,
    /// A flat fee below zero.
    #[error("a fee is not negative, found {amount}")]
    Amount {
        /// The amount found.
        amount: i64,
    },
    /// A rate of the whole or more.
    #[error("a rate is below 10000 basis points, found {bps}")]
    Rate {
        /// The rate found.
        bps: u32,
    },
    /// A rate where there is nothing to take a share of.
    #[error("gas and the exit from custody are flat or unknown, not a share of the price")]
    RateKind,
    /// An empty list would never be met.
    #[error("{field} is an empty list; leave it out to mean any")]
    EmptyCondition {
        /// The field.
        field: &'static str,
    },
}

/// An entry as the file spells it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) id: String,
    market: MarketId,
    kind: FeeKind,
    #[serde(default)]
    when: Condition,
    charge: Charge,
    grade: Grade,
    source: String,
    #[serde(default)]
    source_url: Option<String>,
    source_date: Option<String>,
    checked: String,
    valid_from: Option<String>,
    valid_to: Option<String>,
    #[serde(default)]
    note: Option<String>,
}

impl Row {
    pub(super) fn into_fee(self) -> Result<Fee, EntryFault> {
        let Self {
            id,
            market,
            kind,
            when,
            charge,
            grade,
            source,
            source_url,
            source_date,
            checked,
            valid_from,
            valid_to,
            note,
        } = self;
        let letters = id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !(1..=64).contains(&id.len()) || !letters {
            return Err(EntryFault::Id);
        }
        if source.trim().is_empty() {
            return Err(EntryFault::Source);
        }
        if let Some(url) = source_url.iter().find(|url| !url.starts_with("https://")) {
            return Err(EntryFault::SourceUrl { url: url.clone() });
        }
        check_charge(kind, &charge)?;
        check_condition(&when)?;
        if let Some(date) = &source_date {
            let month_only = date.len() == 7;
            day_ms("source_date", &if month_only { format!("{date}-01") } else { date.clone() })?;
        }
        day_ms("checked", &checked)?;
        let valid_from_ms = valid_from.map(|day| day_ms("valid_from", &day)).transpose()?;
        let valid_to_ms = valid_to.map(|day| day_ms("valid_to", &day)).transpose()?;
        if let (Some(from), Some(to)) = (valid_from_ms, valid_to_ms)
            && to <= from
        {
            return Err(EntryFault::Period);
        }
        Ok(Fee {
            id,
            market,
            kind,
            when,
            charge,
            grade,
            source,
            source_url,
            source_date,
            checked,
            valid_from_ms,
            valid_to_ms,
            note,
        })
    }
}

fn check_charge(kind: FeeKind, charge: &Charge) -> Result<(), EntryFault> {
    match charge {
        Charge::Flat { amount, .. } if *amount < 0 => Err(EntryFault::Amount { amount: *amount }),
        Charge::Rate { bps, .. } if *bps >= 10_000 => Err(EntryFault::Rate { bps: *bps }),
        Charge::Rate { .. } if matches!(kind, FeeKind::Gas | FeeKind::CustodyExit) => {
            Err(EntryFault::RateKind)
        }
        _ => Ok(()),
    }
}

fn check_condition(when: &Condition) -> Result<(), EntryFault> {
    if when.contract_types.as_ref().is_some_and(Vec::is_empty) {
        return Err(EntryFault::EmptyCondition { field: "contract_types" });
    }
    if when.currencies.as_ref().is_some_and(Vec::is_empty) {
        return Err(EntryFault::EmptyCondition { field: "currencies" });
    }
    Ok(())
}

/// Midnight UTC of a day like 2026-11-21, milliseconds since 1970.
fn day_ms(field: &'static str, text: &str) -> Result<i64, EntryFault> {
    let fault = || EntryFault::Day { field, text: text.chars().take(40).collect() };
    if text.len() != 10 {
        return Err(fault());
    }
    let us = domain::time::us_from_iso(&format!("{text}T00:00:00Z")).ok().flatten().ok_or_else(fault)?;
    Ok(domain::time::ms_from_us(us))
}

impl Fee {
    /// Whether it is for this ask, at the ask's time.
    pub(crate) fn holds_for(&self, ask: &Ask<'_>) -> bool {
        self.market == *ask.market
            && self.valid_from_ms.is_none_or(|from| from <= ask.at_ms)
            && self.valid_to_ms.is_none_or(|to| ask.at_ms < to)
            && self.when.custody.is_none_or(|custody| ask.custody == Some(custody))
            && self.when.contract_types.as_ref().is_none_or(|types| {
                ask.contract_type
                    .is_some_and(|contract_type| types.iter().any(|known| known == contract_type))
            })
            && self.when.currencies.as_ref().is_none_or(|known| known.contains(&ask.price.currency))
    }

    /// Whether there is a listing and a time for which both hold.
    pub(super) fn may_meet(&self, other: &Self) -> bool {
        fn share<T: PartialEq>(a: Option<&[T]>, b: Option<&[T]>) -> bool {
            match (a, b) {
                (Some(a), Some(b)) => a.iter().any(|item| b.contains(item)),
                _ => true,
            }
        }
        let (a, b) = (&self.when, &other.when);
        self.market == other.market
            && self.kind == other.kind
            && starts_before_end(self, other)
            && starts_before_end(other, self)
            && share(
                a.custody.as_ref().map(std::slice::from_ref),
                b.custody.as_ref().map(std::slice::from_ref),
            )
            && share(a.contract_types.as_deref(), b.contract_types.as_deref())
            && share(a.currencies.as_deref(), b.currencies.as_deref())
    }

    /// How much it is for this price: amount in the smallest unit, and the currency. `None` when nobody says.
    pub(crate) fn amount_for(&self, price: &Price) -> Option<(i64, Currency)> {
        match &self.charge {
            Charge::Flat { amount, currency } => Some((*amount, currency.clone())),
            Charge::Rate { bps, of } => Some((share_of(price, *bps, *of), price.currency.clone())),
            Charge::Unknown => None,
        }
    }
}

fn starts_before_end(a: &Fee, b: &Fee) -> bool {
    match (a.valid_from_ms, b.valid_to_ms) {
        (Some(from), Some(to)) => from < to,
        _ => true,
    }
}

/// The fee that a rate makes of a price, whichever of the two amounts the price states, to the nearest smallest unit.
fn share_of(price: &Price, bps: u32, of: RateBase) -> i64 {
    let (amount, bps) = (i128::from(price.amount), i128::from(bps));
    let fee = match (price.fee_basis, of) {
        (FeeBasis::BuyerPays, RateBase::BuyerAmount) | (FeeBasis::SellerReceives, RateBase::SellerAmount) => {
            nearest(amount * bps, WHOLE_BPS)
        }
        (FeeBasis::BuyerPays, RateBase::SellerAmount) => {
            amount - nearest(amount * WHOLE_BPS, WHOLE_BPS + bps)
        }
        (FeeBasis::SellerReceives, RateBase::BuyerAmount) => {
            nearest(amount * WHOLE_BPS, WHOLE_BPS - bps) - amount
        }
    };
    i64::try_from(fee).unwrap_or(i64::MAX)
}

/// `numerator / denominator` to the nearest whole, halves up; both not negative.
fn nearest(numerator: i128, denominator: i128) -> i128 {
    (numerator + denominator / 2).div_euclid(denominator)
}
