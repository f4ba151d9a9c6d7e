//! Tonnel's JSON as it comes, and nothing else. Source: recorded elements of 2025-05 and 2025-10; for sales and statistics the types of public
//! clients, 2026. Prices are decimal numbers of whole coins and are read by their digits, never as floating point.

use std::fmt;

use serde::{
    Deserialize as _, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::json::{At, Key, Loose, Text, Wire};

wire! {
    /// An element of `/api/pageGifts`, a bare list. One that is no plain listing may lack most fields.
    Gift<'a> {
        id: i64 = "gift_id",
        number: Option<i64> = "gift_num",
        name: Option<Text<'a>> = "name",
        model: Option<Text<'a>> = "model",
        symbol: Option<Text<'a>> = "symbol",
        backdrop: Option<Text<'a>> = "backdrop",
        asset: Option<Text<'a>> = "asset",
        price: Option<Amount<'a>> = "price",
        status: Option<Text<'a>> = "status",
        is_locked: Option<bool> = "limited",
        is_premarket: Option<bool> = "premarket",
        is_of_telegram: Option<bool> = "telegramMarketplace",
        is_refunded: Option<bool> = "refunded",
        auction: Option<Mark> = "auction",
        auction_id: Option<Mark> = "auction_id",
        falling: Option<Mark> = "dutchAuctionData",
        bundle: Option<Mark> = "bundleData",
        buyer: Option<Mark> = "buyer",
        loan: Option<Mark> = "underLoan",
        export_at: Option<Text<'a>> = "export_at",
    }
    unused [
        "auctionEndTime", "availabilityIssued", "availabilityTotal", "backdropData", "backdropRarity", "bidHistory", "customEmojiId",
        "message_in_channel", "message_post_time", "mintable", "modelRarity", "premarketData", "premarketStage", "rarity", "seller",
        "symbolRarity",
    ]
}

wire! {
    /// An entry of `/api/saleHistory`, a bare list. Clients of different months spell the collection's field differently.
    Sale<'a> {
        id: i64 = "gift_id",
        number: Option<i64> = "gift_num",
        gift_name: Option<Text<'a>> = "gift_name",
        name: Option<Text<'a>> = "name",
        model: Option<Text<'a>> = "model",
        symbol: Option<Text<'a>> = "symbol",
        backdrop: Option<Text<'a>> = "backdrop",
        asset: Text<'a> = "asset",
        price: Amount<'a> = "price",
        kind: Text<'a> = "type",
        timestamp: Loose<'a> = "timestamp",
    }
    unused ["bidder", "customEmojiId", "rarity", "modelRarity", "symbolRarity", "backdropRarity"]
}

wire! {
    /// The answer of `/api/filterStats`.
    Stats<'a> { status: Text<'a> = "status", data: Names<'a> = "data" }
    unused []
}

/// A price as its digits are written, as a number or as text.
#[derive(Debug)]
pub(super) struct Amount<'a>(pub(super) &'a str);

impl<'a> Wire<'a> for Amount<'a> {
    fn read<D: Deserializer<'a>>(source: D, at: &At<'_>) -> Result<Self, D::Error> {
        let text = <&'a RawValue>::deserialize(source).map_err(|fault| at.note(fault))?.get();
        let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        if bare.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
            return Ok(Self(bare));
        }
        Err(at.refuse("a number", &crate::text::cut(text, 60)))
    }
}

/// Something whose presence says enough: whether it is there and neither `false` nor empty.
#[derive(Debug)]
pub(super) struct Mark(pub(super) bool);

impl<'a> Wire<'a> for Mark {
    fn read<D: Deserializer<'a>>(source: D, at: &At<'_>) -> Result<Self, D::Error> {
        let text = <&'a RawValue>::deserialize(source).map_err(|fault| at.note(fault))?.get();
        let is_bracketed = |open: char, close: char| {
            text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)).is_some_and(|inner| inner.trim().is_empty())
        };
        let is_empty = is_bracketed('"', '"') || is_bracketed('{', '}') || is_bracketed('[', ']');
        Ok(Self(!is_empty && !matches!(text, "null" | "false" | "0")))
    }
}

/// The keys of the statistics, `Collection_Model`, sorted, because an object has no order of its own. What stands under them, floors and counts, is not used.
#[derive(Debug)]
pub(super) struct Names<'a>(pub(super) Vec<Text<'a>>);

/// Entries of one answer; 119 collections have about sixty models each.
const NAMES_MAX: usize = 50_000;

impl<'a> Wire<'a> for Names<'a> {
    fn read<D: Deserializer<'a>>(source: D, at: &At<'_>) -> Result<Self, D::Error> {
        struct Keys<'p>(&'p At<'p>);

        impl<'a> Visitor<'a> for Keys<'_> {
            type Value = Vec<Text<'a>>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut names = Vec::new();
                while let Some(key) = map.next_key_seed(Key)? {
                    map.next_value::<IgnoredAny>()?;
                    if names.len() == NAMES_MAX {
                        return Err(self.0.refuse("at most 50000 entries", "more"));
                    }
                    if key.contains('_') {
                        names.push(key);
                    } else {
                        self.0.unknown(&key);
                    }
                }
                names.sort_unstable();
                Ok(names)
            }
        }

        source.deserialize_map(Keys(at)).map(Self).map_err(|fault| at.note(fault))
    }
}
