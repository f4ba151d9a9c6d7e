//! The JSON of Portals' answers, and nothing else. Field order as recorded; an empty list is null.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

/// A page of a search. The count is not reliable.
#[derive(Serialize)]
pub(super) struct Search {
    pub(super) results: Option<Vec<Box<RawValue>>>,
    pub(super) total_count: usize,
}

#[derive(Serialize)]
pub(super) struct Nft {
    pub(super) id: String,
    pub(super) tg_id: String,
    pub(super) collection_id: &'static str,
    pub(super) external_collection_number: u32,
    pub(super) name: String,
    pub(super) photo_url: String,
    pub(super) price: Option<String>,
    pub(super) attributes: [Attribute; 3],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) listed_at: Option<String>,
    pub(super) status: &'static str,
    pub(super) animation_url: String,
    pub(super) emoji_id: String,
    pub(super) has_animation: bool,
    pub(super) floor_price: Option<String>,
    pub(super) unlocks_at: Option<String>,
    pub(super) is_owned: bool,
    pub(super) is_crafted: bool,
    pub(super) bundle_id: Option<u32>,
    pub(super) premarket_data: Option<()>,
    pub(super) ton_address: Option<String>,
}

/// The number is a percent, whatever the field is called.
#[derive(Serialize)]
pub(super) struct Attribute {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) value: &'static str,
    pub(super) rarity_per_mille: Box<RawValue>,
}

/// A page of what happened.
#[derive(Serialize)]
pub(super) struct Actions {
    pub(super) actions: Option<Vec<Box<RawValue>>>,
}

#[derive(Serialize)]
pub(super) struct Action {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) amount: Option<String>,
    pub(super) old_price: Option<String>,
    pub(super) created_at: String,
    pub(super) offer_id: Option<String>,
    pub(super) nft: Nft,
}

#[derive(Serialize)]
pub(super) struct Collections {
    pub(super) collections: Option<Vec<Collection>>,
    pub(super) floor_changes: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
pub(super) struct Collection {
    pub(super) id: &'static str,
    pub(super) name: String,
    pub(super) short_name: &'static str,
    pub(super) photo_url: String,
    pub(super) floor_price: String,
    pub(super) day_volume: String,
    pub(super) supply: u32,
    pub(super) listed_count: usize,
    pub(super) is_premarket: bool,
    pub(super) is_crafted: bool,
}

#[derive(Serialize)]
pub(super) struct Filters {
    pub(super) collections: BTreeMap<&'static str, Assets>,
    pub(super) floor_prices: BTreeMap<&'static str, Floors>,
}

#[derive(Serialize)]
pub(super) struct Assets {
    pub(super) models: Vec<Asset>,
    pub(super) backdrops: Vec<Asset>,
    pub(super) symbols: Vec<Asset>,
}

#[derive(Serialize)]
pub(super) struct Asset {
    pub(super) name: &'static str,
    pub(super) url: String,
    pub(super) rarity_per_mille: Box<RawValue>,
}

/// By name: two models of one name have one floor.
#[derive(Serialize, Default)]
pub(super) struct Floors {
    pub(super) models: BTreeMap<&'static str, String>,
    pub(super) backdrops: BTreeMap<&'static str, String>,
    pub(super) symbols: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AllFloors {
    pub(super) floor_prices: BTreeMap<&'static str, String>,
}

/// An offer for any gift of a collection.
#[derive(Serialize)]
pub(super) struct CollectionOffer {
    pub(super) id: String,
    pub(super) collection_id: &'static str,
    pub(super) amount: String,
    pub(super) max_nfts: u32,
    pub(super) current_nfts: u32,
    pub(super) status: &'static str,
    pub(super) created_at: String,
    pub(super) updated_at: Option<String>,
    pub(super) expires_at: String,
}

#[derive(Serialize)]
pub(super) struct Config {
    pub(super) commission: &'static str,
    pub(super) offer_fee: &'static str,
    pub(super) withdrawal_fee: &'static str,
}
