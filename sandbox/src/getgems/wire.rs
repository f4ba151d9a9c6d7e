//! The JSON of GetGems' answers, and nothing else.

use serde::Serialize;
use serde_json::value::RawValue;

/// Every answer.
#[derive(Serialize)]
pub(super) struct Envelope<T> {
    pub(super) success: bool,
    pub(super) response: T,
}

pub(super) fn envelope<T>(response: T) -> axum::Json<Envelope<T>> {
    axum::Json(Envelope { success: true, response })
}

/// A page.
#[derive(Serialize)]
pub(super) struct List {
    pub(super) items: Vec<Box<RawValue>>,
    pub(super) cursor: Option<String>,
}

/// Items without a cursor.
#[derive(Serialize)]
pub(super) struct Items {
    pub(super) items: Vec<Item>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    pub(super) address: String,
    pub(super) kind: &'static str,
    pub(super) collection_address: Option<String>,
    pub(super) owner_address: String,
    pub(super) actual_owner_address: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) image: String,
    pub(super) image_sizes: ImageSizes,
    pub(super) attributes: Vec<Attribute>,
    pub(super) sale: Option<Sale>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) warning: Option<Warning>,
}

/// An item of the usernames collection, as recorded: fewer fields.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UsernameItem {
    pub(super) address: String,
    pub(super) collection_address: String,
    pub(super) owner_address: String,
    pub(super) actual_owner_address: String,
    pub(super) image: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) attributes: Vec<Attribute>,
    pub(super) sale: AuctionSale,
}

#[derive(Serialize)]
pub(super) struct ImageSizes {
    #[serde(rename = "96")]
    pub(super) small: String,
    #[serde(rename = "352")]
    pub(super) large: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attribute {
    pub(super) trait_type: &'static str,
    pub(super) value: String,
}

#[derive(Serialize)]
pub(super) struct Warning {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) reason: &'static str,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Sale {
    Fixed(FixedSale),
    Auction(AuctionSale),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FixedSale {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) full_price: String,
    pub(super) currency: &'static str,
    pub(super) marketplace_fee: String,
    pub(super) marketplace_fee_address: String,
    pub(super) royalty_address: String,
    pub(super) royalty_amount: String,
    pub(super) version: String,
    pub(super) contract_type: &'static str,
    pub(super) contract_address: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AuctionSale {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) currency: &'static str,
    pub(super) min_bid: String,
    pub(super) max_bid: Option<String>,
    pub(super) finish_at: String,
    pub(super) last_bid_amount: Option<String>,
    pub(super) last_bid_address: Option<String>,
    pub(super) last_bid_at: Option<String>,
    pub(super) marketplace_fee: String,
    pub(super) marketplace_fee_address: String,
    pub(super) royalty_address: String,
    pub(super) royalty_percent: RoyaltyPercent,
    pub(super) version: String,
    /// Both absent in the recorded username, present in the schema's types.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(super) contract: Option<Contract>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Contract {
    pub(super) contract_type: &'static str,
    pub(super) contract_address: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Offer {
    pub(super) nft_address: Option<String>,
    pub(super) collection_address: Option<String>,
    pub(super) full_price: String,
    pub(super) profit_price: String,
    pub(super) royalty_price: String,
    pub(super) fee_price: String,
    pub(super) currency: &'static str,
    pub(super) offer_address: String,
    /// Milliseconds since 1970.
    pub(super) finish_at: i64,
    pub(super) is_collection_offer: bool,
    pub(super) is_offchain: bool,
    pub(super) purchased_quantity: u32,
    pub(super) max_quantity: u32,
}

#[derive(Serialize)]
pub(super) struct RoyaltyPercent {
    pub(super) base: u32,
    pub(super) factor: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HistoryItem {
    pub(super) address: String,
    pub(super) name: String,
    pub(super) time: String,
    pub(super) timestamp: i64,
    pub(super) collection_address: Option<String>,
    pub(super) lt: String,
    pub(super) hash: String,
    pub(super) is_offchain: bool,
    pub(super) type_data: TypeData,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum TypeData {
    Mint,
    Transfer {
        old_owner: String,
        new_owner: String,
    },
    Sold {
        old_owner: String,
        new_owner: String,
        price: String,
        price_nano: String,
        currency: &'static str,
        reject_from_global_top: bool,
    },
    CancelSale {
        owner: String,
        price: String,
        price_nano: String,
        currency: &'static str,
    },
    PutUpForSale {
        owner: String,
        price: String,
        price_nano: String,
        currency: &'static str,
        is_price_change: Option<bool>,
    },
    PutUpForAuction {
        owner: String,
    },
    CancelAuction {
        owner: String,
    },
}

impl TypeData {
    /// The words of the `types` parameter.
    pub(super) const WORDS: [&str; 8] = [
        "mint",
        "transfer",
        "sold",
        "cancelSale",
        "putUpForSale",
        "putUpForAuction",
        "cancelAuction",
        "burn",
    ];
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Collection {
    pub(super) address: String,
    pub(super) owner_address: Option<String>,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) image: Option<String>,
    pub(super) image_sizes: Option<ImageSizes>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TopItem {
    pub(super) place: usize,
    pub(super) collection: Collection,
    pub(super) value: String,
    pub(super) floor_price: Box<RawValue>,
    pub(super) diff_percent: Box<RawValue>,
}

#[derive(Serialize)]
pub(super) struct BasicInfo {
    pub(super) contract_address: String,
    pub(super) name: String,
    pub(super) slug: String,
    pub(super) floor: Box<RawValue>,
    pub(super) volume: Box<RawValue>,
    pub(super) total_supply: usize,
    pub(super) sales_count: usize,
    pub(super) unique_owners: usize,
    pub(super) image_url: Option<String>,
    pub(super) discord_url: Option<String>,
    pub(super) twitter_url: Option<String>,
    pub(super) website_url: Option<String>,
    pub(super) description: Option<String>,
    pub(super) banner_image_url: Option<String>,
    pub(super) royalty_fees: u32,
    pub(super) getgems_url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stats {
    pub(super) floor_price: Option<Box<RawValue>>,
    pub(super) floor_price_nano: Option<String>,
    pub(super) items_count: usize,
    pub(super) total_volume_sold: String,
    pub(super) total_volume_sold_nano: String,
    pub(super) holders: usize,
}

#[derive(Serialize)]
pub(super) struct Attributes {
    pub(super) attributes: Vec<AttributeFloors>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AttributeFloors {
    pub(super) trait_type: &'static str,
    pub(super) values: Vec<AttributeFloor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AttributeFloor {
    pub(super) value: String,
    pub(super) count: usize,
    pub(super) min_price: Option<String>,
    pub(super) min_price_nano: Option<String>,
}
