//! A gift as Portals shows it.

use serde_json::value::RawValue;

use super::{
    ask, ids,
    wire::{Attribute, Nft},
};
use crate::{
    catalog::{Collection, Trait},
    serve::list::{decimal, decimal_number, iso},
    world::{GiftView, World},
};

/// What differs between a page of listings and a happening about the same gift.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown {
    /// What the buyer pays, nanoton; `None` while it is not for sale.
    pub(super) price: Option<i64>,
    /// When it was put up, where that is shown; microseconds since 1970.
    pub(super) listed_us: Option<i64>,
    /// How often the gift had been given into custody: an id lasts from one deposit to the withdrawal.
    pub(super) deposits: u8,
}

impl Shown {
    /// As the gift stands now. One listing in ten has no time.
    pub(super) fn now(view: &GiftView<'_>) -> Self {
        let lot = view.world.lot(view.index);
        let has_time = view.gift.number % 10 != 3;
        Self {
            price: lot.map(|lot| ask(lot.amount)),
            listed_us: lot.map(|lot| lot.listed_us).filter(|_| has_time),
            deposits: view.gift.deposits,
        }
    }
}

/// A title as Portals writes it: the ASCII apostrophe.
pub(super) fn title(collection: &Collection) -> String {
    collection.title.replace('\u{2019}', "'")
}

/// A price in TON. One in eleven has the digits of a float: 4.08 is written 4.0799999999999996.
pub(super) fn price(nanoton: i64) -> String {
    const HUNDREDTH: i64 = 10_000_000;
    if nanoton % HUNDREDTH == 0 && nanoton / HUNDREDTH % 11 == 5 {
        return format!("{}9999996", decimal(nanoton - 1, 9));
    }
    decimal(nanoton, 9)
}

/// A rarity in percent: 15 per mille is 1.5.
pub(super) fn percent(per_mille: u16) -> Box<RawValue> {
    decimal_number(i64::from(per_mille), 1)
}

/// The lowest ask of a collection, nanoton.
pub(super) fn floor(world: &World, shelf: u8, collection: usize) -> Option<i64> {
    world.by_price(shelf, collection, None).next().map(|(typed, _)| ask(typed))
}

/// The picture of a gift.
pub(super) fn picture(view: &GiftView<'_>) -> String {
    asset(view, "large.jpg")
}

fn asset(view: &GiftView<'_>, ending: &str) -> String {
    format!("https://nft.fragment.com/gift/{}-{}.{ending}", view.collection.slug, view.gift.number)
}

pub(super) fn nft(view: &GiftView<'_>, shelf: u8, mine: Option<u32>, shown: Shown) -> Nft {
    let attribute = |kind, Trait { name, per_mille, .. }: Trait| Attribute {
        kind,
        value: name,
        rarity_per_mille: percent(per_mille),
    };
    Nft {
        id: ids::nft(view.world, view.index, shown.deposits).to_string(),
        tg_id: format!("{}-{}", view.collection.prefix, view.gift.number),
        collection_id: ids::collection(view.collection).unwrap_or_default(),
        external_collection_number: view.gift.number,
        name: title(view.collection),
        photo_url: picture(view),
        price: shown.price.map(price),
        attributes: [
            attribute("model", view.model()),
            attribute("symbol", view.symbol()),
            attribute("backdrop", view.backdrop()),
        ],
        listed_at: shown.listed_us.map(|at_us| iso(at_us, 6)),
        status: if shown.price.is_some() { "listed" } else { "unlisted" },
        animation_url: asset(view, "lottie.json"),
        emoji_id: ids::emoji(view.world, view.index),
        has_animation: true,
        floor_price: floor(view.world, shelf, usize::from(view.gift.collection)).map(price),
        unlocks_at: view.dates().unlock_s.map(|second| iso(i64::from(second) * 1_000_000, 0)),
        is_owned: mine == Some(view.gift.owner),
        is_crafted: false,
        bundle_id: None,
        premarket_data: None,
        ton_address: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_have_the_digits_of_floats_now_and_then() {
        for (nanoton, text) in [
            (44_000_000_000, "44"),
            (4_079_999_995, "4.079999995"),
            (4_000_000_000, "4"),
            (4_010_000_000, "4.0099999999999996"),
            (50_000_000, "0.0499999999999996"),
        ] {
            assert_eq!(price(nanoton), text);
        }
        assert_eq!((ask(4_140_000_000), ask(4_080_000_000)), (4_140_000_000, 4_080_000_000));
        let changed: Vec<i64> =
            (1..1_000).map(|at| at * 10_000_000).filter(|typed| ask(*typed) != *typed).collect();
        assert_eq!(changed.len(), 143);
        assert_eq!(percent(15).get(), "1.5");
        assert_eq!(percent(20).get(), "2");
    }
}
