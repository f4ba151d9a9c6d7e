//! Decimal text to integers, exactly: the one door through which a price written with a point enters.

/// Why a decimal text was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecimalFault {
    /// Not digits with at most one point.
    #[error("`{text}` is not a decimal number")]
    NotDecimal {
        /// The refused text, cut to 40 characters.
        text: String,
    },
    /// More digits behind the point than the unit has, and they are not zero.
    #[error("`{text}` has more than {decimals} digits behind the point")]
    TooFine {
        /// The refused text, cut to 40 characters.
        text: String,
        /// Digits the unit has.
        decimals: u8,
    },
    /// The amount does not fit 63 bits.
    #[error("`{text}` is too large")]
    TooLarge {
        /// The refused text, cut to 40 characters.
        text: String,
    },
}

/// Amount in the smallest unit of a decimal text: `units_from_decimal("12.5", 9)` is 12_500_000_000. An exponent as in
/// `1e-7` is accepted, because JSON numbers may carry one. Negative amounts are refused.
///
/// # Errors
/// A [`DecimalFault`]; nothing is rounded.
pub fn units_from_decimal(text: &str, decimals: u8) -> Result<i64, DecimalFault> {
    scale(text, decimals, Finer::Refused)
}

/// The same for a source whose numbers carry more digits than the unit, as binary floating point written out does: digits beyond
/// the unit's fall away, whatever they are, so the amount is never above what the text says.
///
/// # Errors
/// A [`DecimalFault`], never [`DecimalFault::TooFine`].
pub fn units_cut_from_decimal(text: &str, decimals: u8) -> Result<i64, DecimalFault> {
    scale(text, decimals, Finer::Cut)
}

/// The same for a price that a source computed in binary floating point: the nearest unit, and of two equally near ones the higher, so
/// that 1.0999999999999999 is 1.1 again.
///
/// # Errors
/// A [`DecimalFault`], never [`DecimalFault::TooFine`].
pub fn units_rounded_from_decimal(text: &str, decimals: u8) -> Result<i64, DecimalFault> {
    scale(text, decimals, Finer::Rounded)
}

/// What becomes of digits beyond the unit's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Finer {
    Refused,
    Cut,
    Rounded,
}

fn scale(text: &str, decimals: u8, finer: Finer) -> Result<i64, DecimalFault> {
    let cut = || text.chars().take(40).collect::<String>();
    let not_decimal = || DecimalFault::NotDecimal { text: cut() };
    if text.is_empty() || text.len() > 64 {
        return Err(not_decimal());
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| not_decimal())?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty())
        || !all_digits(whole)
        || !all_digits(fraction)
        || exponent.unsigned_abs() > 40
    {
        return Err(not_decimal());
    }
    let digits: String = whole.chars().chain(fraction.chars()).collect();
    let shift = i32::from(decimals) + exponent - i32::try_from(fraction.len()).unwrap_or(i32::MAX);
    let trimmed = digits.trim_start_matches('0');
    if trimmed.is_empty() {
        return Ok(0);
    }
    let too_large = || DecimalFault::TooLarge { text: cut() };
    if shift >= 0 {
        if trimmed.len() + usize::try_from(shift).unwrap_or(usize::MAX) > 19 {
            return Err(too_large());
        }
        let scaled = format!("{trimmed}{}", "0".repeat(usize::try_from(shift).unwrap_or(0)));
        return scaled.parse().map_err(|_| too_large());
    }
    let drop = usize::try_from(-shift).unwrap_or(usize::MAX);
    let (keep, dropped) = trimmed.split_at(trimmed.len().saturating_sub(drop));
    if finer == Finer::Refused && dropped.bytes().any(|b| b != b'0') {
        return Err(DecimalFault::TooFine { text: cut(), decimals });
    }
    // With zeros between the unit's last digit and the first one dropped, less than a tenth of a unit is dropped.
    let is_up =
        finer == Finer::Rounded && drop <= trimmed.len() && dropped.starts_with(|digit: char| digit >= '5');
    let kept: i64 = if keep.is_empty() { 0 } else { keep.parse().map_err(|_| too_large())? };
    kept.checked_add(i64::from(is_up)).ok_or_else(too_large)
}

/// The shortest decimal text of an amount: `decimal_from_units(12_500_000_000, 9)` is `12.5`.
#[must_use]
pub fn decimal_from_units(units: i64, decimals: u8) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", units.unsigned_abs(), width = usize::from(decimals) + 1);
    let (whole, fraction) = digits.split_at(digits.len() - usize::from(decimals));
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn exact_or_refused() {
        for (text, decimals, want) in [
            ("12.9", 9, Ok(12_900_000_000)),
            ("4.079999995", 9, Ok(4_079_999_995)),
            ("44", 9, Ok(44_000_000_000)),
            ("0.0000000010", 9, Ok(1)),
            ("1e-7", 9, Ok(100)),
            ("1.5E3", 0, Ok(1_500)),
            (".5", 1, Ok(5)),
            ("9223372036.854775807", 9, Ok(i64::MAX)),
            ("1e-40", 9, Err(DecimalFault::TooFine { text: "1e-40".into(), decimals: 9 })),
            ("1e-2147483648", 9, Err(DecimalFault::NotDecimal { text: "1e-2147483648".into() })),
            ("1e2147483647", 9, Err(DecimalFault::NotDecimal { text: "1e2147483647".into() })),
            ("0", 9, Ok(0)),
        ] {
            assert_eq!(units_from_decimal(text, decimals), want, "{text}");
        }
        for text in
            ["", ".", "-1", "1,5", "1.2.3", "NaN", "1e", "1e99", "9223372036.854775808", "0.0000000001", " 1"]
        {
            assert!(units_from_decimal(text, 9).is_err(), "{text}");
        }
    }

    #[test]
    fn finer_digits_fall_away_where_asked() {
        for (text, want) in [
            ("1.54", Ok(1_540_000)),
            ("1.3710752873163712", Ok(1_371_075)),
            ("2.9999999999999996", Ok(2_999_999)),
            ("0.00000099", Ok(0)),
            ("1.5e-3", Ok(1_500)),
            ("1.23456789e-7", Ok(0)),
            ("3", Ok(3_000_000)),
        ] {
            assert_eq!(units_cut_from_decimal(text, 6), want, "{text}");
        }
        for text in ["", "-1.5", "1.2.3", "null", "9223372036854.775808"] {
            assert!(units_cut_from_decimal(text, 6).is_err(), "{text}");
        }
    }

    #[test]
    fn the_nearest_unit_where_asked() {
        for (text, want) in [
            ("12.9", Ok(12_900_000_000)),
            ("1.0999999999999999", Ok(1_100_000_000)),
            ("9.950248756218905", Ok(9_950_248_756)),
            ("0.4999999995", Ok(500_000_000)),
            ("0.0000000005", Ok(1)),
            ("0.00000000049", Ok(0)),
            ("0.00000000005", Ok(0)),
            ("5e-10", Ok(1)),
            ("5e-11", Ok(0)),
            ("9223372036.8547758074", Ok(i64::MAX)),
            ("9223372036.8547758075", Err(DecimalFault::TooLarge { text: "9223372036.8547758075".into() })),
        ] {
            assert_eq!(units_rounded_from_decimal(text, 9), want, "{text}");
        }
        for text in ["", "-1.5", "1.2.3", "null"] {
            assert!(units_rounded_from_decimal(text, 9).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn rounding_is_off_by_half_a_unit_at_most(tenths in 0..1_000_000_000_i64) {
            let text = format!("{}.{}", tenths / 10, tenths % 10);
            prop_assert_eq!(units_rounded_from_decimal(&text, 0), Ok((tenths + 5) / 10));
        }

        #[test]
        fn a_cut_is_less_than_one_unit(whole in 0i64..1_000_000, micros in 0i64..1_000_000, tail in "[0-9]{0,12}") {
            let text = format!("{whole}.{micros:06}{tail}");
            prop_assert_eq!(units_cut_from_decimal(&text, 6), Ok(whole * 1_000_000 + micros));
        }
        #[test]
        fn no_text_panics(text in "\\PC{0,70}", decimals in 0u8..19) {
            let _ = units_from_decimal(&text, decimals);
            let _ = units_cut_from_decimal(&text, decimals);
            let _ = units_rounded_from_decimal(&text, decimals);
        }
        #[test]
        fn no_exponent_panics(text in "[0-9]{1,3}e-?[0-9]{1,11}|[0-9]{1,3}e(-2147483648|2147483647)") {
            let _ = units_from_decimal(&text, 9);
            let _ = units_cut_from_decimal(&text, 6);
            let _ = units_rounded_from_decimal(&text, 9);
        }
        #[test]
        fn there_and_back(units in 0..i64::MAX, decimals in 0u8..12) {
            prop_assert_eq!(units_from_decimal(&decimal_from_units(units, decimals), decimals), Ok(units));
        }
    }
}
