//! Amounts as Fragment writes them: decimal, with a point before the fraction and a comma before every three digits.

use domain::{Currency, FeeBasis, Malformed, Price, decimal::units_from_decimal};

use super::{Element, malformed};

/// Digits behind the point of a TON.
const TON_DECIMALS: u8 = 9;

/// Classes that say what an amount is of. The TON network's coin is called Gram since 2026, so the class may come to be called so too.
const ICONS: [(&str, Coin); 4] =
    [("icon-ton", Coin::Ton), ("icon-gram", Coin::Ton), ("icon-star", Coin::Stars), ("icon-stars", Coin::Stars)];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Coin {
    Ton,
    Stars,
}

/// The price that an element shows: what the buyer pays.
pub(super) fn price(element: Element<'_>, path: &str) -> Result<Price, Malformed> {
    let mut coins = ICONS.iter().filter(|(icon, _)| element.has_class(icon)).map(|(_, coin)| *coin);
    let classes = || element.classes().collect::<Vec<_>>().join(" ");
    let coin = coins.next().ok_or_else(|| malformed(path, "the icon of a known coin", &classes()))?;
    if coins.any(|other| other != coin) {
        return Err(malformed(path, "the icon of one coin", &classes()));
    }
    let (currency, decimals) = match coin {
        Coin::Ton => (Currency::ton(), TON_DECIMALS),
        Coin::Stars => (Currency::stars(), 0),
    };
    let amount = amount(&element.text(), decimals, path)?;
    Ok(Price { amount, currency, fee_basis: FeeBasis::BuyerPays })
}

/// The amount of a text, in units of so many digits behind the point.
pub(super) fn amount(text: &str, decimals: u8, path: &str) -> Result<i64, Malformed> {
    let fault = || malformed(path, "an amount like 7,000 or 12.345678901", text);
    let plain = without_commas(text).ok_or_else(fault)?;
    units_from_decimal(&plain, decimals).map_err(|_| fault())
}

/// The digits without the commas, if these stand where they should or nowhere.
fn without_commas(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let groups: Vec<&str> = whole.split(',').collect();
    let (first, rest) = groups.split_first()?;
    let is_grouped = rest.is_empty() || (1..=3).contains(&first.len());
    let fits = is_number(first)
        && is_grouped
        && rest.iter().all(|group| group.len() == 3 && is_number(group))
        && fraction.is_none_or(is_number);
    fits.then(|| match fraction {
        Some(fraction) => format!("{}.{fraction}", groups.concat()),
        None => groups.concat(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_comma_is_no_point() {
        for (text, want) in [
            ("7,000", Some(7_000_000_000_000)),
            ("12.345678901", Some(12_345_678_901)),
            ("1,234,567.000000001", Some(1_234_567_000_000_001)),
            ("7000", Some(7_000_000_000_000)),
            ("5", Some(5_000_000_000)),
            ("9,007,199.254740993", Some(9_007_199_254_740_993)),
            ("0", Some(0)),
            ("7,00", None),
            ("7,0000", None),
            ("7000,000", None),
            (",700", None),
            ("7.000,5", None),
            ("1.2345678901", None),
            ("7.", None),
            (".5", None),
            ("-5", None),
            ("1e3", None),
            ("5 TON", None),
            ("", None),
            ("99999999999", None),
        ] {
            assert_eq!(amount(text, TON_DECIMALS, "").ok(), want, "{text}");
        }
        assert_eq!(amount("1,500", 0, "").ok(), Some(1_500));
        assert_eq!(amount("1.5", 0, "").ok(), None, "there is no part of a Star");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,30}|[0-9,.]{0,20}") {
            let _ = amount(&text, TON_DECIMALS, "");
        }
    }
}
