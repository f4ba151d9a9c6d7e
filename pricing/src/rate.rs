//! Conversion by an observed rate. A converted amount is only ever shown with its rate and the rate's age.

use domain::Currency;

/// An observed rate: one whole coin of `base` is worth `rate_micros` millionths of one whole coin of `quote`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// The currency converted from.
    pub base: Currency,
    /// The currency converted to.
    pub quote: Currency,
    /// Millionths of one whole `quote`, above zero.
    pub rate_micros: i64,
    /// When it was observed; microseconds since 1970.
    pub at_us: i64,
}

/// Why an amount cannot be converted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConvertFault {
    /// The rate is for another currency.
    #[error("a rate from {base} does not convert {currency}")]
    Currency {
        /// Currency of the amount.
        currency: Currency,
        /// Currency the rate converts from.
        base: Currency,
    },
    /// No rate between the two was observed.
    #[error("no rate from {base} to {quote} is known")]
    NoRate {
        /// The currency converted from.
        base: Currency,
        /// The currency converted to.
        quote: Currency,
    },
    /// How many smallest units make one coin is not known.
    #[error("how {currency} is divided is not known")]
    Decimals {
        /// The currency.
        currency: Currency,
    },
    /// A rate of zero or below is none.
    #[error("a rate is above zero, found {rate_micros}")]
    Rate {
        /// The rate found, in millionths.
        rate_micros: i64,
    },
    /// The result does not fit 63 bits.
    #[error("the converted amount is too large")]
    TooLarge,
}

impl Rate {
    /// `amount` of `currency` in the smallest unit of `quote`, to the nearest, halves away from zero.
    ///
    /// # Errors
    /// [`ConvertFault`] when the rate does not fit the currency, or the result does not fit the type.
    pub fn convert(&self, amount: i64, currency: &Currency) -> Result<i64, ConvertFault> {
        if *currency != self.base {
            return Err(ConvertFault::Currency { currency: currency.clone(), base: self.base.clone() });
        }
        if self.rate_micros <= 0 {
            return Err(ConvertFault::Rate { rate_micros: self.rate_micros });
        }
        let decimals = |currency: &Currency| {
            currency.decimals().ok_or_else(|| ConvertFault::Decimals { currency: currency.clone() })
        };
        let (base, quote) = (decimals(&self.base)?, decimals(&self.quote)?);
        // Smallest units of base -> whole coins of base -> millionths of quote -> smallest units of quote.
        let numerator = i128::from(amount).unsigned_abs() * u128::from(self.rate_micros.unsigned_abs());
        let numerator = numerator.checked_mul(10_u128.pow(quote.into())).ok_or(ConvertFault::TooLarge)?;
        let denominator = 10_u128.pow(u32::from(base) + 6);
        let magnitude = i64::try_from((numerator + denominator / 2) / denominator);
        let magnitude = magnitude.map_err(|_| ConvertFault::TooLarge)?;
        Ok(if amount < 0 { -magnitude } else { magnitude })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rate(base: Currency, quote: Currency, rate_micros: i64) -> Rate {
        Rate { base, quote, rate_micros, at_us: 0 }
    }

    #[test]
    fn units_follow_the_currencies() {
        let cases = [
            // 1.5 TON at 2.345678 USD: 3.518517 USD.
            (rate(Currency::ton(), Currency::usd(), 2_345_678), 1_500_000_000, 3_518_517),
            // Nearest, halves away from zero: 0.000000001 TON at 1 USD is a thousandth of the smallest unit.
            (rate(Currency::ton(), Currency::usd(), 1_000_000), 499, 0),
            (rate(Currency::ton(), Currency::usd(), 1_000_000), 500, 1),
            (rate(Currency::ton(), Currency::usd(), 1_000_000), -500, -1),
            // 100 Stars at 0.013 USD.
            (rate(Currency::stars(), Currency::usd(), 13_000), 100, 1_300_000),
            // 1 USD at 0.4 TON.
            (rate(Currency::usd(), Currency::ton(), 400_000), 1_000_000, 400_000_000),
        ];
        for (rate, amount, expected) in cases {
            assert_eq!(rate.convert(amount, &rate.base), Ok(expected), "{rate:?}");
        }
    }

    #[test]
    fn refusals_name_what_is_wrong() {
        let not = Currency::parse("NOT").unwrap();
        let ton = Currency::ton();
        let to_usd = |base: &Currency, micros| rate(base.clone(), Currency::usd(), micros);
        let wrong = ConvertFault::Currency { currency: not.clone(), base: ton.clone() };
        assert_eq!(to_usd(&ton, 1).convert(1, &not), Err(wrong));
        assert_eq!(to_usd(&not, 1).convert(1, &not), Err(ConvertFault::Decimals { currency: not.clone() }));
        assert_eq!(to_usd(&ton, 0).convert(1, &ton), Err(ConvertFault::Rate { rate_micros: 0 }));
        assert_eq!(
            rate(Currency::stars(), ton, i64::MAX).convert(i64::MAX, &Currency::stars()),
            Err(ConvertFault::TooLarge)
        );
    }

    proptest! {
        #[test]
        fn never_panics_and_keeps_order(a: i64, b: i64, micros: i64) {
            let rate = rate(Currency::ton(), Currency::usd(), micros);
            let (a, b) = (a.min(b), a.max(b));
            if let (Ok(x), Ok(y)) = (rate.convert(a, &rate.base), rate.convert(b, &rate.base)) {
                prop_assert!(x <= y);
            }
        }
    }
}
