//! TonAPI's JSON as it stands in its schema. Source: tonkeeper/opentonapi api/openapi.yml, `TokenRates`, commit f41c2cbf, 2026-08-21.

use crate::json::Number;

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
