//! Decimal texts and numbers to integers, exactly.
//!
//! The rules: a price of at most nine digits behind the point is taken as it is written. One of more digits was computed in binary
//! floating point and is rounded to the nearest nanoton, halves up, so `4.0799999999999996` is 4.08 TON.

use domain::decimal::{DecimalFault, units_rounded_from_decimal};

/// Digits behind the point of a TON.
const TON_DECIMALS: u8 = 9;

/// Nanoton of a price in TON.
pub(super) fn nanoton(text: &str) -> Result<i64, DecimalFault> {
    units_rounded_from_decimal(text, TON_DECIMALS)
}

#[cfg(test)]
mod tests {
    use domain::decimal::units_cut_from_decimal;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn prices_are_exact_and_what_is_finer_is_rounded_to_the_nearest() {
        for (text, nano) in [
            ("44", 44_000_000_000),
            ("31.43", 31_430_000_000),
            ("4.079999995", 4_079_999_995),
            ("4.0799999999999996", 4_080_000_000),
            ("4.0800000000000001", 4_080_000_000),
            ("0.0000000005", 1),
            ("0.00000000049999", 0),
            ("9007199.254740993", 9_007_199_254_740_993),
            ("1e-3", 1_000_000),
        ] {
            assert_eq!(nanoton(text), Ok(nano), "{text}");
        }
        for text in ["", "-1", "1,5", "NaN", "9223372036.854775808"] {
            assert!(nanoton(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_price_or_a_fault(text in "\\PC{0,30}|[0-9]{0,12}\\.[0-9]{0,20}") {
            if let Ok(nano) = nanoton(&text) {
                // Never further than one nanoton from what the text says.
                let cut = units_cut_from_decimal(&text, 9).unwrap();
                prop_assert!((0..=1).contains(&(nano - cut)), "{} {}", nano, cut);
            }
        }
    }
}
