//! Currencies and prices: an integer in the smallest unit of a named currency, and whether the market's fee is inside it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A currency by its code, as in `TON`. The TON network's coin has two spellings since 2026, `TON` and `GRAM`; both read as `TON`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency(String);

/// Why a currency code was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a currency code: expected 1 to 16 ASCII letters, digits, `_`, `-` or `.`")]
pub struct CurrencyFault {
    /// The refused text, cut to 40 characters.
    pub text: String,
}

impl Currency {
    /// The TON network's coin; smallest unit nanoton, 10^-9.
    #[must_use]
    pub fn ton() -> Self {
        Self("TON".into())
    }

    /// Telegram Stars; smallest unit one Star.
    #[must_use]
    pub fn stars() -> Self {
        Self("XTR".into())
    }

    /// US dollar as a unit of account for converted prices; smallest unit 10^-6.
    #[must_use]
    pub fn usd() -> Self {
        Self("USD".into())
    }

    /// Reads a code in any case.
    ///
    /// # Errors
    /// [`CurrencyFault`] when the text cannot be a code.
    pub fn parse(text: &str) -> Result<Self, CurrencyFault> {
        let fits = (1..=16).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
        if !fits {
            return Err(CurrencyFault { text: text.chars().take(40).collect() });
        }
        let code = text.to_ascii_uppercase();
        Ok(Self(if code == "GRAM" { "TON".into() } else { code }))
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0
    }

    /// Digits behind the point of one whole coin, where known. An unknown currency's amounts are shown in its smallest unit.
    #[must_use]
    pub fn decimals(&self) -> Option<u8> {
        match self.0.as_str() {
            "TON" => Some(9),
            "USDT" | "USD" => Some(6),
            "XTR" => Some(0),
            _ => None,
        }
    }

    /// Whether this is the TON network's coin.
    #[must_use]
    pub fn is_ton(&self) -> bool {
        self.0 == "TON"
    }
}

impl TryFrom<String> for Currency {
    type Error = CurrencyFault;

    fn try_from(text: String) -> Result<Self, CurrencyFault> {
        Self::parse(&text)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.0
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether the amount a market shows already holds its fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeBasis {
    /// What the buyer pays the market; the fee is inside.
    BuyerPays,
    /// What the seller receives; the buyer's fee comes on top.
    SellerReceives,
}

/// An asked or paid price as the market states it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Price {
    /// Amount in the smallest unit of `currency` (nanoton for TON); never negative.
    pub amount: i64,
    /// The currency.
    pub currency: Currency,
    /// Whether the market's fee is inside.
    pub fee_basis: FeeBasis,
}

impl Price {
    /// A price in nanoton that the buyer pays, fee inside.
    #[must_use]
    pub fn nanoton(amount: i64) -> Self {
        Self { amount, currency: Currency::ton(), fee_basis: FeeBasis::BuyerPays }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_code_reads_its_own_text(text in "\\PC{0,20}|[A-Za-z0-9_.-]{1,16}") {
            if let Ok(currency) = Currency::parse(&text) {
                prop_assert_eq!(Currency::parse(currency.code()), Ok(currency));
            }
        }
    }

    #[test]
    fn both_spellings_are_one_coin() {
        for text in ["TON", "ton", "GRAM", "Gram"] {
            assert_eq!(Currency::parse(text), Ok(Currency::ton()));
        }
        assert_eq!(Currency::parse("tsla.x").map(|c| c.code().to_owned()), Ok("TSLA.X".into()));
        assert!(Currency::parse("").is_err());
        assert!(Currency::parse("₿").is_err());
    }
}
