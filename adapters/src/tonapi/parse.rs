//! From TonAPI's words to ours. Pure.
//!
//! A rate is an integer in millionths: **the digits behind the sixth place fall away, never rounded up**, so 2.9999999 is 2.999999.

use domain::{
    Currency, Exchange, Malformed,
    decimal::units_cut_from_decimal,
    ports::{RatePage, RateSeen},
};

use super::{source_id, wire::RatesAnswer};
use crate::{json::read_document, text::cut};

/// Digits kept behind the point.
const DECIMALS: u8 = 6;

/// Reads an answer.
///
/// # Errors
/// [`Malformed`] when it is no answer to our request, or has no price of the coin above zero.
pub(super) fn page(exchange: &Exchange) -> Result<RatePage, Malformed> {
    if !(200..300).contains(&exchange.status) {
        return Err(malformed("", "a status of success", &exchange.status.to_string()));
    }
    if exchange.request.target.split('?').next() != Some("/v2/rates") {
        return Err(malformed(
            "",
            "the answer to a request that we send to TonAPI",
            &exchange.request.target,
        ));
    }
    let (RatesAnswer { rates }, notes) = read_document::<RatesAnswer<'_>>(&exchange.body, &source_id())?;
    let (name, coin) = match (rates.ton, rates.gram) {
        (Some(ton), _) => ("TON", ton),
        (None, Some(gram)) => ("GRAM", gram),
        (None, None) => return Err(malformed("/rates", "a rate of TON or GRAM", "none")),
    };
    let path = format!("/rates/{name}/prices/USD");
    let text = coin.prices.usd.0;
    let rate_micros = units_cut_from_decimal(text, DECIMALS);
    let rate_micros =
        rate_micros.map_err(|_| malformed(&path, "a price above zero of at most 63 bits", text))?;
    // An unknown token is answered with the price 0.
    if rate_micros == 0 {
        return Err(malformed(&path, "a price of at least 0.000001", text));
    }
    let rate = RateSeen { path, base: Currency::ton(), rate_micros, quote: Currency::usd() };
    Ok(RatePage { rates: vec![rate], unknown_fields: notes.into_unknown() })
}

fn malformed(path: &str, expected: &str, found: &str) -> Malformed {
    Malformed { market: source_id(), path: path.into(), expected: expected.into(), found: cut(found, 60) }
}
