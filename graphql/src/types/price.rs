//! Prices: integers in the smallest unit, their text, and what they come to in another currency with the rate named.

use std::sync::Arc;

use async_graphql::{Enum, Object, SimpleObject};
use domain::{Currency, decimal::decimal_from_units};
use pricing::{Basis, Counted, Line, Rate, all_in::LineKind};

use super::words::FeeBasis;
use crate::{
    reading::Reading,
    refusal::{Fault, Refusal, RefusalCode},
    scalar::{Amount, DateTime, Position, clamp_seconds},
};

/// An amount of one currency.
pub(crate) struct Money {
    pub(crate) reading: Arc<Reading>,
    pub(crate) amount: i64,
    pub(crate) currency: String,
}

/// An amount as a reader sees it, such as `12.5 TON`.
pub(crate) fn money_text(amount: i64, currency: &str) -> String {
    match Currency::parse(currency).ok().and_then(|currency| currency.decimals()) {
        Some(decimals) => format!("{} {currency}", decimal_from_units(amount, decimals)),
        None => format!("{amount} of the smallest unit of {currency}"),
    }
}

fn decimals(currency: &str) -> Option<i32> {
    Currency::parse(currency).ok().and_then(|currency| currency.decimals()).map(i32::from)
}

/// Reads a currency's code from an argument.
pub(crate) fn currency_code(text: &str) -> Result<String, Refusal> {
    Currency::parse(text)
        .map(|currency| currency.code().to_owned())
        .map_err(|fault| Refusal::new(RefusalCode::BadInput, fault.to_string()))
}

/// An amount of money in one currency.
#[Object(serial)]
impl Money {
    /// The amount in the smallest unit of `currency`: nanoton (10^-9) for TON, 10^-6 for USDT and USD, whole Stars for XTR. Source: the market, unchanged.
    async fn amount(&self) -> Amount {
        Amount(self.amount)
    }

    /// The currency's code, as in `TON`. The TON network's coin reads `TON` whichever of its two names the source uses.
    async fn currency(&self) -> &str {
        &self.currency
    }

    /// Digits behind the point of one whole coin; null where not known, then the amount stays in the smallest unit.
    async fn decimals(&self) -> Option<i32> {
        decimals(&self.currency)
    }

    /// The amount in whole coins, exact, with the currency, as in `12.5 TON`.
    async fn text(&self) -> String {
        money_text(self.amount, &self.currency)
    }

    /// The amount in another currency by the latest observed rate, which is named with its age. Null when no such rate has been observed.
    async fn converted(
        &self,
        #[graphql(default_with = "\"USD\".to_owned()", desc = "The currency's code.")] to: String,
    ) -> async_graphql::Result<Option<ConvertedMoney>> {
        Ok(convert(&self.reading, self.amount, &self.currency, &to).await?)
    }
}

/// An amount converted by an observed rate.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct ConvertedMoney {
    /// The converted amount in the smallest unit of `currency`, rounded to the nearest, halves away from zero.
    amount: Amount,
    /// The currency it was converted to.
    currency: String,
    /// The converted amount in whole coins with the currency.
    text: String,
    /// The rate: millionths of one whole coin of `currency` for one whole coin of the original one.
    rate_micros: Amount,
    /// Who told the rate.
    rate_source: String,
    /// When the rate was observed, by its source.
    rate_at: DateTime,
    /// Seconds since then.
    rate_age_seconds: i32,
    /// Position of the event that told the rate.
    rate_position: Position,
}

pub(crate) async fn convert(
    reading: &Reading,
    amount: i64,
    from: &str,
    to: &str,
) -> Result<Option<ConvertedMoney>, Fault> {
    let to = currency_code(to)?;
    let rates = reading.rates().await?;
    let Some(row) = rates.iter().find(|rate| rate.base == from && rate.quote == to) else { return Ok(None) };
    let (Ok(base), Ok(quote)) = (Currency::parse(from), Currency::parse(&to)) else { return Ok(None) };
    let rate = Rate { base: base.clone(), quote, rate_micros: row.rate_micros, at_us: row.at_us };
    let Ok(converted) = rate.convert(amount, &base) else { return Ok(None) };
    Ok(Some(ConvertedMoney {
        amount: Amount(converted),
        text: money_text(converted, &to),
        currency: to,
        rate_micros: Amount(row.rate_micros),
        rate_source: row.source.clone(),
        rate_at: DateTime(row.at_us),
        rate_age_seconds: clamp_seconds(reading.now_us() - row.at_us),
        rate_position: Position(row.from_position),
    }))
}

/// A price as a market states it.
pub(crate) struct Price {
    pub(crate) money: Money,
    pub(crate) fee_basis: FeeBasis,
}

impl Price {
    pub(crate) fn of_domain(reading: &Arc<Reading>, price: &domain::Price) -> Self {
        let domain::Price { amount, currency, fee_basis } = price;
        Self {
            money: Money {
                reading: Arc::clone(reading),
                amount: *amount,
                currency: currency.code().to_owned(),
            },
            fee_basis: FeeBasis::of_domain(*fee_basis),
        }
    }
}

/// A price as a market states it: compare `feeBasis` before comparing markets, or compare `allIn`.
#[Object(serial)]
impl Price {
    /// The amount in the smallest unit of `currency`: nanoton (10^-9) for TON, 10^-6 for USDT, whole Stars for XTR. Source: the market, unchanged.
    async fn amount(&self) -> Amount {
        Amount(self.money.amount)
    }

    /// The currency's code, as in `TON`.
    async fn currency(&self) -> &str {
        &self.money.currency
    }

    /// Digits behind the point of one whole coin; null where not known.
    async fn decimals(&self) -> Option<i32> {
        decimals(&self.money.currency)
    }

    /// The amount in whole coins, exact, with the currency, as in `12.5 TON`.
    async fn text(&self) -> String {
        money_text(self.money.amount, &self.money.currency)
    }

    /// Whether the market's fee is inside the amount.
    async fn fee_basis(&self) -> FeeBasis {
        self.fee_basis
    }

    /// The amount in another currency by the latest observed rate, which is named with its age. Null when no such rate has been observed.
    async fn converted(
        &self,
        #[graphql(default_with = "\"USD\".to_owned()", desc = "The currency's code.")] to: String,
    ) -> async_graphql::Result<Option<ConvertedMoney>> {
        Ok(convert(&self.money.reading, self.money.amount, &self.money.currency, &to).await?)
    }
}

/// What a buyer pays until the gift is theirs to take, with every part.
pub(crate) struct AllInPrice {
    pub(crate) money: Money,
    pub(crate) is_at_least: bool,
    pub(crate) lines: String,
}

/// What a buyer pays until the gift is theirs to take: the market's price, its fee, the network's gas and the fee to get the gift out of custody.
#[Object(serial)]
impl AllInPrice {
    /// Sum of the lines that come on top, the ask included, in the smallest unit of `currency`. Source: the lines.
    async fn total(&self) -> Amount {
        Amount(self.money.amount)
    }

    /// The currency's code: that of the ask.
    async fn currency(&self) -> &str {
        &self.money.currency
    }

    /// True when some line is unknown or in another currency: the buyer pays `total` or more.
    async fn at_least(&self) -> bool {
        self.is_at_least
    }

    /// The total in whole coins, with `at least` in front where that holds.
    async fn text(&self) -> String {
        let text = money_text(self.money.amount, &self.money.currency);
        if self.is_at_least { format!("at least {text}") } else { text }
    }

    /// Every part of the total, the ask first, each with its source.
    async fn lines(&self) -> async_graphql::Result<Vec<AllInLine>> {
        let lines: Vec<Line> = serde_json::from_str(&self.lines)
            .map_err(|fault| async_graphql::Error::from(Fault::internal(fault)))?;
        let fees = &self.money.reading.state.fees;
        Ok(lines.into_iter().map(|line| AllInLine::of(fees, line)).collect())
    }

    /// The total in another currency by the latest observed rate, which is named with its age. Null when no such rate has been observed.
    async fn converted(
        &self,
        #[graphql(default_with = "\"USD\".to_owned()", desc = "The currency's code.")] to: String,
    ) -> async_graphql::Result<Option<ConvertedMoney>> {
        Ok(convert(&self.money.reading, self.money.amount, &self.money.currency, &to).await?)
    }
}

/// The ask as a market states it: the first of the lines that make an all-in price.
pub(crate) fn stated_ask(lines: &str) -> async_graphql::Result<Option<i64>> {
    let lines: Vec<Line> =
        serde_json::from_str(lines).map_err(|fault| async_graphql::Error::from(Fault::internal(fault)))?;
    Ok(lines.first().and_then(|line| line.amount))
}

/// What a line of an all-in price is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum AllInLineKind {
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum LineCounted {
    /// It comes on top and is in the total, as far as known.
    Added,
    /// It is inside the ask already.
    Inside,
    /// It comes on top in another currency and is not in the total.
    Apart,
}

/// One part of an all-in price.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct AllInLine {
    /// What it is.
    kind: AllInLineKind,
    /// In the smallest unit of `currency`; null when nobody says how much.
    amount: Option<Amount>,
    /// The currency's code.
    currency: String,
    /// The amount in whole coins with the currency; null when nobody says how much.
    text: Option<String>,
    /// How it stands to the total.
    counted: LineCounted,
    /// How the amount comes about, as in `5 % of what the buyer pays`.
    basis: String,
    /// Who says so.
    source: String,
    /// Where a reader can look; null where there is no page.
    source_url: Option<String>,
    /// Day of the source, `YYYY-MM-DD`; null for what the listing itself tells.
    source_date: Option<String>,
    /// Day on which the source was last read, `YYYY-MM-DD`; null for what the listing itself tells.
    checked_on: Option<String>,
    /// Id of the fee table's entry, where it is one.
    fee_id: Option<String>,
    /// What a reader should know besides.
    note: Option<String>,
}

impl AllInLine {
    fn of(fees: &pricing::FeeTable, line: Line) -> Self {
        let explained = fees.explain(&line);
        let Line { kind, amount, currency, counted, basis } = line;
        Self {
            kind: match kind {
                LineKind::MarketPrice => AllInLineKind::MarketPrice,
                LineKind::MarketFee => AllInLineKind::MarketFee,
                LineKind::Royalty => AllInLineKind::Royalty,
                LineKind::Gas => AllInLineKind::Gas,
                LineKind::CustodyExit => AllInLineKind::CustodyExit,
            },
            amount: amount.map(Amount),
            text: amount.map(|amount| money_text(amount, currency.code())),
            currency: currency.code().to_owned(),
            counted: match counted {
                Counted::Added => LineCounted::Added,
                Counted::Inside => LineCounted::Inside,
                Counted::Apart => LineCounted::Apart,
            },
            basis: explained.basis,
            source: explained.source,
            source_url: explained.source_url,
            source_date: explained.source_date,
            checked_on: explained.checked,
            fee_id: match basis {
                Basis::Fee(id) => Some(id),
                Basis::Ask | Basis::Told | Basis::Unsaid => None,
            },
            note: explained.note,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_in_whole_coins() {
        assert_eq!(money_text(12_500_000_000, "TON"), "12.5 TON");
        assert_eq!(money_text(250, "XTR"), "250 XTR");
        assert_eq!(money_text(5, "NOT"), "5 of the smallest unit of NOT");
    }
}
