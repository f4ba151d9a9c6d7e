//! Decimal texts and numbers to integers, exactly.
//!
//! The rules: a price of at most nine digits behind the point is taken as it is written. One of more digits was computed in binary
//! floating point and is rounded to the nearest nanoton, halves up, so `4.0799999999999996` is 4.08 TON. A rarity is a percent and
//! becomes the nearest per mille, halves up; what would be 0 is none.

use domain::{
    Rarity,
    decimal::{DecimalFault, units_cut_from_decimal, units_rounded_from_decimal},
};

/// Digits behind the point of a TON.
const TON_DECIMALS: u8 = 9;

/// Nanoton of a price in TON.
pub(super) fn nanoton(text: &str) -> Result<i64, DecimalFault> {
    units_rounded_from_decimal(text, TON_DECIMALS)
}

/// The rarity that a percent says.
pub(super) fn rarity(percent: &str) -> Option<Rarity> {
    // In hundredths of a percent, of which ten are one per mille.
    let hundredths = units_cut_from_decimal(percent, 2).ok()?;
    let per_mille = hundredths / 10 + i64::from(hundredths % 10 >= 5);
    Rarity::per_mille(u64::try_from(per_mille).ok()?)
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn a_percent_becomes_the_nearest_per_mille() {
        for (percent, per_mille) in [
            ("1.5", Some(15)),
            ("0.2", Some(2)),
            ("2", Some(20)),
            ("1.4999999999999998", Some(15)),
            ("0.05", Some(1)),
            ("100", Some(1_000)),
            ("0", None),
            ("0.04", None),
            ("100.1", None),
            ("-1.5", None),
        ] {
            assert_eq!(rarity(percent), per_mille.map(Rarity::PerMille), "{percent}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_price_or_a_fault(text in "\\PC{0,30}|[0-9]{0,12}\\.[0-9]{0,20}") {
            let _ = rarity(&text);
            if let Ok(nano) = nanoton(&text) {
                // Never further than one nanoton from what the text says.
                let cut = units_cut_from_decimal(&text, 9).unwrap();
                prop_assert!((0..=1).contains(&(nano - cut)), "{} {}", nano, cut);
            }
        }
    }
}
