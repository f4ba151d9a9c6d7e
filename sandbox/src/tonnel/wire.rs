//! The JSON of Tonnel's answers, and nothing else. Field order as recorded.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

/// An object without fields.
#[derive(Serialize)]
pub(super) struct Empty {}

/// An element of a page of listings.
#[derive(Serialize)]
pub(super) struct Gift {
    pub(super) gift_num: u32,
    #[serde(rename = "customEmojiId")]
    pub(super) custom_emoji_id: String,
    /// Left out where the address of the request names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) gift_id: Option<i64>,
    pub(super) name: String,
    pub(super) model: String,
    pub(super) asset: &'static str,
    pub(super) symbol: String,
    pub(super) backdrop: String,
    #[serde(rename = "availabilityIssued")]
    pub(super) availability_issued: u32,
    #[serde(rename = "availabilityTotal")]
    pub(super) availability_total: u32,
    #[serde(rename = "backdropData")]
    pub(super) backdrop_data: Empty,
    pub(super) message_in_channel: u32,
    pub(super) price: Box<RawValue>,
    pub(super) status: &'static str,
    pub(super) limited: bool,
    pub(super) auction: Option<Empty>,
    pub(super) export_at: String,
}

/// An entry of the history.
#[derive(Serialize)]
pub(super) struct Sale {
    pub(super) gift_id: i64,
    pub(super) gift_num: u32,
    pub(super) gift_name: String,
    pub(super) model: String,
    pub(super) backdrop: String,
    pub(super) symbol: String,
    pub(super) price: Box<RawValue>,
    pub(super) asset: &'static str,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    /// 0 for what is no auction.
    pub(super) bidder: u64,
    pub(super) timestamp: String,
}

/// The statistics by `Collection_Model`.
#[derive(Serialize)]
pub(super) struct Stats {
    pub(super) status: &'static str,
    pub(super) data: BTreeMap<String, Stat>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stat {
    pub(super) floor_price: Option<Box<RawValue>>,
    pub(super) how_many: u32,
}
