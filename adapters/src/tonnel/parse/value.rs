//! What listings and sales have in common: the gift, its attributes, its price.

use domain::{
    Attribute, AttributeKind, CollectionSlug, Currency, FeeBasis, GiftId, LotId, Malformed, Price, Rarity,
    decimal::{DecimalFault, units_rounded_from_decimal},
};

use super::{Skip, malformed, passed};
use crate::{
    json::{Notes, Text},
    text::{cut, tidy},
    tonnel::{ask::Asset, wire::Amount},
};

/// The lot's id: Tonnel's own number of the gift while it lies there.
pub(super) fn lot(id: i64, index: usize) -> Result<LotId, Malformed> {
    let text = id.to_string();
    LotId::parse(&text).ok_or_else(|| malformed(&format!("/{index}/gift_id"), "an id", &text))
}

/// The gift, by its collection and Telegram's number.
pub(super) fn gift((title, field): (&str, &str), number: i64, index: usize) -> Result<GiftId, Malformed> {
    let slug = CollectionSlug::from_title(title).map_err(|fault| {
        malformed(&format!("/{index}/{field}"), "a collection's name", &fault.to_string())
    })?;
    let number = u32::try_from(number).ok().filter(|number| *number > 0).ok_or_else(|| {
        malformed(&format!("/{index}/gift_num"), "a number from 1 to 4294967295", &number.to_string())
    })?;
    Ok(GiftId { slug, number })
}

/// Up to three attributes, in the order in which they are kept.
pub(super) fn attributes(
    model: Option<Text<'_>>,
    symbol: Option<Text<'_>>,
    backdrop: Option<Text<'_>>,
) -> Vec<Attribute> {
    let told = [
        (AttributeKind::Model, model),
        (AttributeKind::Symbol, symbol),
        (AttributeKind::Backdrop, backdrop),
    ];
    let told = told.into_iter().filter_map(|(kind, text)| {
        let (name, rarity) = name_and_rarity(text.as_deref()?);
        Some(Attribute { kind, name: tidy(name)?, rarity })
    });
    told.collect()
}

/// `Zebra (1.5%)` is Zebra with 15 per mille. A name without a percentage has no rarity that is told (crafted models, 2026), and one
/// that is none gives none.
pub(super) fn name_and_rarity(text: &str) -> (&str, Option<Rarity>) {
    let split = text.trim_end().strip_suffix("%)").and_then(|head| head.rsplit_once('('));
    let Some((name, percent)) = split else { return (text, None) };
    match Rarity::from_percent(percent.trim()) {
        Ok(rarity) => (name, rarity),
        Err(DecimalFault::TooFine { .. } | DecimalFault::TooLarge { .. }) => (name, None),
        Err(DecimalFault::NotDecimal { .. }) => (text, None),
    }
}

/// The coin of a price, if it is one that is followed.
pub(super) fn asset(code: &str, path: &str, notes: &Notes) -> Result<(Asset, Currency), Skip> {
    let currency = Currency::parse(code).ok();
    if let Some(found) = currency.and_then(|currency| Some((Asset::of(&currency)?, currency))) {
        return Ok(found);
    }
    notes.count_word(path, code);
    Err(passed(format!("is priced in `{}`: not followed", cut(code, 40))))
}

/// A price in the smallest unit of its coin. **Rounding rule: the nearest unit, of two equally near ones the higher**, because Tonnel computes
/// with binary floating point: 1.0999999999999999 is 1.1, and a price of its history has up to 16 digits. What the seller receives: the
/// buyer's fee comes on top.
pub(super) fn price(
    amount: &Amount<'_>,
    (asset, currency): (Asset, Currency),
    index: usize,
) -> Result<Price, Skip> {
    let expected = "a price of at most 63 bits, never negative";
    let units = units_rounded_from_decimal(amount.0, asset.decimals());
    let units = units.map_err(|_| malformed(&format!("/{index}/price"), expected, amount.0))?;
    if units == 0 {
        return Err(passed("a price of 0"));
    }
    Ok(Price { amount: units, currency, fee_basis: FeeBasis::SellerReceives })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_hold_their_rarity() {
        for (text, name, per_mille) in [
            ("Zebra (1.5%)", "Zebra ", Some(15)),
            ("Satin Gold (2%)", "Satin Gold ", Some(20)),
            ("Rabbit (0.2%)", "Rabbit ", Some(2)),
            ("Rabbit (2.0%)", "Rabbit ", Some(20)),
            ("Half (Moon) (10%)", "Half (Moon) ", Some(100)),
            ("Half (Moon)", "Half (Moon)", None),
            ("Cyclone", "Cyclone", None),
            ("Fine (0.25%)", "Fine ", Some(3)),
            ("None (0%)", "None ", None),
            ("Much (101%)", "Much ", None),
            ("Odd (a%)", "Odd (a%)", None),
            ("(%)", "(%)", None),
        ] {
            assert_eq!(name_and_rarity(text), (name, per_mille.map(Rarity::PerMille)), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_name_panics(text in "\\PC{0,30}|[a-z ]{0,5}\\([0-9.]{0,5}%\\) ?") {
            let _ = name_and_rarity(&text);
        }
    }
}
