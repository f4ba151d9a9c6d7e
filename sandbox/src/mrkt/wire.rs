//! The JSON of MRKT's answers, and nothing else. Field order as recorded.

use serde::Serialize;
use serde_json::value::RawValue;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SignedIn {
    pub(super) token: String,
    pub(super) is_first_time: bool,
    pub(super) gift_id: Option<i64>,
    pub(super) profile: Option<()>,
}

/// A page of listings.
#[derive(Serialize)]
pub(super) struct Saling {
    pub(super) gifts: Vec<Box<RawValue>>,
    pub(super) cursor: Option<String>,
    pub(super) total: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Gift {
    pub(super) id: String,
    pub(super) export_date: String,
    pub(super) received_date: String,
    pub(super) gift_id: i64,
    pub(super) gift_id_string: String,
    pub(super) max_upgraded_count: u32,
    pub(super) total_upgraded_count: u32,
    pub(super) backdrop_colors_center_color: u32,
    pub(super) backdrop_colors_edge_color: u32,
    pub(super) backdrop_colors_text_color: u32,
    pub(super) backdrop_colors_symbol_color: u32,
    pub(super) backdrop_name: String,
    pub(super) backdrop_rarity_per_mille: u16,
    pub(super) backdrop_rarity_name: Option<String>,
    pub(super) model_name: String,
    pub(super) model_rarity_per_mille: u16,
    pub(super) model_rarity_name: Option<String>,
    pub(super) model_sticker_key: String,
    pub(super) model_sticker_thumbnail_key: String,
    pub(super) symbol_name: String,
    pub(super) symbol_rarity_per_mille: Option<u16>,
    pub(super) symbol_rarity_name: Option<String>,
    pub(super) symbol_sticker_key: String,
    pub(super) symbol_sticker_thumbnail_key: String,
    pub(super) name: String,
    pub(super) number: u32,
    pub(super) title: String,
    pub(super) collection_name: String,
    pub(super) is_on_auction: bool,
    pub(super) is_on_sale: bool,
    pub(super) sale_price: i64,
    pub(super) sale_price_without_fee: i64,
    pub(super) sales_count: u8,
    pub(super) promote_end_at: &'static str,
    pub(super) is_mine: bool,
    pub(super) is_giveaway_received: bool,
    pub(super) next_resale_date: String,
    pub(super) next_transfer_date: String,
    pub(super) is_locked: bool,
    pub(super) is_locked_for_sale: bool,
    pub(super) unlock_date: String,
    pub(super) next_give_available_at: &'static str,
    pub(super) is_on_platform: bool,
    pub(super) premarket_status: &'static str,
    pub(super) wait_gift_until: Option<String>,
    pub(super) gifts_collection_id: Option<String>,
    pub(super) gift_type: &'static str,
    pub(super) collection_title: String,
    pub(super) model_title: String,
    pub(super) lucky_buy: bool,
    pub(super) regular_gift_validation: &'static str,
    pub(super) validate_regular_gift_at: Option<String>,
    pub(super) is_space_monkey: bool,
    pub(super) return_locked_until: Option<String>,
    pub(super) return_lock_reason: Option<String>,
    pub(super) space_monkeys_points: Option<u32>,
    pub(super) craftable: bool,
    #[serde(rename = "floorPriceNanoTONsByCollection")]
    pub(super) floor_by_collection: Option<i64>,
    #[serde(rename = "floorPriceNanoTONsByBackdropModel")]
    pub(super) floor_by_backdrop_model: Option<i64>,
    pub(super) is_crafted: bool,
    pub(super) tg_can_be_crafted: bool,
    pub(super) minted: bool,
    pub(super) staked: bool,
    pub(super) staked_by_me: bool,
}

/// A page of events.
#[derive(Serialize)]
pub(super) struct Feed {
    pub(super) items: Vec<Box<RawValue>>,
    pub(super) cursor: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Event {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) id: String,
    pub(super) amount: i64,
    pub(super) date: String,
    pub(super) gift: Gift,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Collection<'a> {
    pub(super) name: &'a str,
    pub(super) title: &'a str,
    pub(super) model_sticker_thumbnail_key: &'a str,
    pub(super) original_image_key: String,
    pub(super) thumbnail_image_key: String,
    pub(super) created_at: &'a str,
    pub(super) floor_price_nano_tons: i64,
    pub(super) floor_price_for_games_nano_tons: i64,
    pub(super) volume: i64,
    pub(super) is_new: bool,
    pub(super) craftable: bool,
    pub(super) is_hidden: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Model {
    pub(super) collection_name: String,
    pub(super) collection_title: String,
    pub(super) model_name: String,
    pub(super) model_title: String,
    pub(super) model_sticker_thumbnail_key: String,
    pub(super) created_at: String,
    pub(super) rarity_per_mille: u16,
    pub(super) rarity_name: Option<String>,
    pub(super) volume: Option<i64>,
    pub(super) floor_price_nano_tons: Option<i64>,
    pub(super) cashback_coef: Option<u32>,
}

#[derive(Serialize)]
pub(super) struct PutUp {
    pub(super) ids: Vec<String>,
    pub(super) prices: Vec<i64>,
}
