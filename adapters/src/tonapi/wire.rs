//! TonAPI's JSON as it stands in its schema. Source: tonkeeper/opentonapi api/openapi.yml, `TokenRates`, commit f41c2cbf, 2026-08-21.

use serde::{Deserialize as _, Deserializer};
use serde_json::value::RawValue;

use crate::json::{At, Wire};

wire! {
    /// `GET /v2/rates`.
    RatesAnswer<'a> { rates: Coins<'a> = "rates" }
    unused []
}

wire! {
    /// By token as it was asked for, in capitals; both spellings of the one coin.
    Coins<'a> {
        ton: Option<CoinRates<'a>> = "TON",
        gram: Option<CoinRates<'a>> = "GRAM",
    }
    unused []
}

wire! {
    /// `TokenRates`. The differences are texts like `−1.28%` for people.
    CoinRates<'a> { prices: Prices<'a> = "prices" }
    unused ["diff_24h", "diff_7d", "diff_30d"]
}

wire! {
    /// By currency in capitals.
    Prices<'a> { usd: Number<'a> = "USD" }
    unused []
}

/// A JSON number as it is written. The source divides two binary floating-point numbers; ours begins with the digits it sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Number<'a>(pub(super) &'a str);

impl<'a> Wire<'a> for Number<'a> {
    fn read<D: Deserializer<'a>>(source: D, at: &At<'_>) -> Result<Self, D::Error> {
        let text = <&'a RawValue>::deserialize(source).map_err(|fault| at.note(fault))?.get();
        if text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
            return Ok(Self(text));
        }
        Err(at.refuse("a number", &crate::text::cut(text, 60)))
    }
}
