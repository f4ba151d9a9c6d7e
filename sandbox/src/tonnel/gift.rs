//! A gift as Tonnel spells it.

use super::{
    ids,
    wire::{Empty, Gift},
};
use crate::{
    catalog::Trait,
    serve::list::{decimal, decimal_number, iso},
    world::{GiftView, Lot},
};

/// Tonnel's spelling: ASCII apostrophes.
pub(super) fn as_tonnel(name: &str) -> String {
    name.replace('\u{2019}', "'")
}

/// A name with its rarity inside, as in `Zebra (1.5%)`.
pub(super) fn rated(value: Trait) -> String {
    format!("{} ({}%)", as_tonnel(value.name), decimal(i64::from(value.per_mille), 1))
}

/// When it may be exported: for a gift that always could be, when it came; seconds since 1970.
pub(super) fn export_s(view: &GiftView<'_>) -> u32 {
    let dates = view.dates();
    dates.export_s.unwrap_or(dates.received_s)
}

/// A number that an element is found by.
pub(super) fn gift_id(view: &GiftView<'_>) -> i64 {
    ids::gift_id(view.index, view.gift.deposits)
}

pub(super) fn export_at(view: &GiftView<'_>) -> String {
    iso(i64::from(export_s(view)) * 1_000_000, 3)
}

/// A listing as an element of a page.
pub(super) fn element(view: &GiftView<'_>, lot: &Lot) -> Gift {
    let model = view.model();
    Gift {
        gift_num: view.gift.number,
        custom_emoji_id: ids::sticker(view.gift.collection, model.index).to_string(),
        gift_id: Some(gift_id(view)),
        name: as_tonnel(view.collection.title),
        model: rated(model),
        asset: lot.coin.code(),
        symbol: rated(view.symbol()),
        backdrop: rated(view.backdrop()),
        availability_issued: 0,
        availability_total: 0,
        backdrop_data: Empty {},
        message_in_channel: 0,
        price: decimal_number(lot.amount, lot.coin.decimals()),
        status: "forsale",
        limited: false,
        auction: None,
        export_at: export_at(view),
    }
}
