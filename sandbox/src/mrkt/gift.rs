//! A gift as MRKT shows it.

use super::{ask, ids, wire::Gift};
use crate::{
    catalog::Trait,
    serve::list::iso,
    world::{GiftView, World},
};

/// MRKT's word for "no date".
pub(super) const NONE: &str = "0001-01-01T00:00:00";

/// What differs between a page of listings and an event about the same gift.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown {
    pub(super) on_sale: bool,
    /// What the buyer pays, nanoton.
    pub(super) price: i64,
    /// What the seller gets; 0 in events of listings and in the seller's own inventory.
    pub(super) without_fee: i64,
    /// How often the gift had been given into custody: a lot's id lasts from one deposit to the withdrawal.
    pub(super) deposits: u8,
}

impl Shown {
    /// As the gift stands now.
    pub(super) fn now(view: &GiftView<'_>) -> Self {
        let net = view.world.lot(view.index).map(|lot| lot.amount);
        Self {
            on_sale: net.is_some(),
            price: net.map_or(0, ask),
            without_fee: net.unwrap_or(0),
            deposits: view.gift.deposits,
        }
    }
}

/// Telegram's spelling: apostrophes as U+2019.
pub(super) fn as_telegram(name: &str) -> String {
    name.replace('\'', "\u{2019}")
}

/// The rarity that MRKT tells of a symbol: three in ten records lack it, as the recorded one does.
pub(super) fn symbol_rarity(view: &GiftView<'_>, symbol: Trait) -> Option<u16> {
    (view.gift.number % 10 >= 3).then_some(symbol.per_mille)
}

/// Sticker keys hide the names in hexadecimal: `4368696c6c20466c616d655f...` is "Chill Flame_...".
pub(super) fn sticker(folder: &str, collection: &str, name: &str, ending: &str) -> String {
    format!("gifts/{folder}/{}.{ending}", hex::encode(format!("{collection}_{name}")))
}

/// Key of the model's picture.
pub(super) fn thumbnail(view: &GiftView<'_>) -> String {
    let model = as_telegram(view.model().name);
    sticker("stickers/thumbnails", view.collection.title, &model, "webp")
}

fn date(second: Option<u32>) -> String {
    second.map_or_else(|| NONE.to_owned(), |second| iso(i64::from(second) * 1_000_000, 0))
}

/// How many of a collection have been upgraded: most of those that can be.
fn upgraded(supply: u32) -> u32 {
    supply / 4 * 3 + supply % 4
}

/// The lowest ask of a collection, nanoton.
pub(super) fn floor(world: &World, shelf: u8, collection: usize) -> Option<i64> {
    world.by_price(shelf, collection, None).next().map(|(net, _)| ask(net))
}

pub(super) fn gift(view: &GiftView<'_>, shelf: u8, mine: Option<u32>, shown: Shown) -> Gift {
    let (model, symbol, backdrop) = (view.model(), view.symbol(), view.backdrop());
    let colors = &view.world.catalog.backdrops[usize::from(backdrop.index)];
    let (title, dates) = (view.collection.title, view.dates());
    let (model_name, symbol_name) = (as_telegram(model.name), as_telegram(symbol.name));
    let collectible = ids::collectible(view.world, view.index);
    Gift {
        id: ids::lot(view.world, view.index, shown.deposits).to_string(),
        export_date: date(dates.export_s),
        received_date: date(Some(dates.received_s)),
        gift_id: collectible,
        gift_id_string: collectible.to_string(),
        max_upgraded_count: view.collection.supply,
        total_upgraded_count: upgraded(view.collection.supply),
        backdrop_colors_center_color: colors.center,
        backdrop_colors_edge_color: colors.edge,
        backdrop_colors_text_color: colors.text,
        backdrop_colors_symbol_color: colors.symbol,
        backdrop_name: as_telegram(backdrop.name),
        backdrop_rarity_per_mille: backdrop.per_mille,
        backdrop_rarity_name: None,
        model_rarity_per_mille: model.per_mille,
        model_rarity_name: None,
        model_sticker_key: sticker("stickers", title, &model_name, "json"),
        model_sticker_thumbnail_key: thumbnail(view),
        symbol_rarity_per_mille: symbol_rarity(view, symbol),
        symbol_rarity_name: None,
        symbol_sticker_key: sticker("symbols", title, &symbol_name, "webp"),
        symbol_sticker_thumbnail_key: sticker("symbols/thumbnails", title, &symbol_name, "webp"),
        name: format!("{}-{}", view.collection.prefix, view.gift.number),
        number: view.gift.number,
        title: title.to_owned(),
        collection_name: title.to_owned(),
        is_on_auction: false,
        is_on_sale: shown.on_sale,
        sale_price: shown.price,
        sale_price_without_fee: shown.without_fee,
        sales_count: view.gift.sales,
        promote_end_at: NONE,
        is_mine: mine == Some(view.gift.owner),
        is_giveaway_received: false,
        next_resale_date: date(dates.resale_s),
        next_transfer_date: date(dates.transfer_s),
        is_locked: false,
        is_locked_for_sale: false,
        unlock_date: date(dates.unlock_s),
        next_give_available_at: NONE,
        is_on_platform: true,
        premarket_status: "None",
        wait_gift_until: None,
        gifts_collection_id: None,
        gift_type: "Upgraded",
        collection_title: title.to_owned(),
        model_title: model_name.clone(),
        lucky_buy: view.gift.number % 3 == 1,
        regular_gift_validation: "None",
        validate_regular_gift_at: None,
        is_space_monkey: false,
        return_locked_until: None,
        return_lock_reason: None,
        space_monkeys_points: None,
        craftable: false,
        floor_by_collection: floor(view.world, shelf, usize::from(view.gift.collection)),
        floor_by_backdrop_model: None,
        is_crafted: false,
        tg_can_be_crafted: true,
        minted: false,
        staked: false,
        staked_by_me: false,
        model_name,
        symbol_name,
    }
}
