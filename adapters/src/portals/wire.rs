//! Portals' JSON as it comes, and nothing else. Source: a recorded answer of 2025-06, and the field lists of public clients of 2025 and
//! 2026. Prices are decimal texts in TON, sometimes with the digits of a binary floating-point number; rarity is a number.

use serde::{
    Deserialize as _, Deserializer,
    de::{Error as _, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::json::{At, Key, Loose, Nullable, Number, Text, Wire};

wire! {
    /// A page of a search; the list is null where nothing is found.
    Search<'a> { results: Nullable<Vec<Nft<'a>>> = "results" }
    unused ["total_count"]
}

wire! {
    /// A gift: a listing, or the subject of a happening, where more fields may be left out. `owner_id`, the seller's Telegram id, stood
    /// in answers of 2025 alone and is not read. `listed_at` moves without a new price.
    Nft<'a> {
        id: Text<'a> = "id",
        collection_id: Option<Text<'a>> = "collection_id",
        number: Option<i64> = "external_collection_number",
        name: Option<Text<'a>> = "name",
        tg_id: Option<Loose<'a>> = "tg_id",
        price: Option<Text<'a>> = "price",
        attributes: Option<Vec<Trait<'a>>> = "attributes",
        status: Option<Text<'a>> = "status",
        photo_url: Option<Text<'a>> = "photo_url",
        unlocks_at: Option<Text<'a>> = "unlocks_at",
        ton_address: Option<Text<'a>> = "ton_address",
        bundle_id: Option<Loose<'a>> = "bundle_id",
        premarket: Option<Premarket<'a>> = "premarket_data",
    }
    unused [
        "animation_url", "emoji_id", "floor_price", "has_animation", "import_source", "imported_at", "is_crafted", "is_owned",
        "listed_at", "owner_id",
    ]
}

wire! {
    /// One attribute; the number is a percent.
    Trait<'a> { kind: Text<'a> = "type", value: Text<'a> = "value", percent: Option<Number<'a>> = "rarity_per_mille" }
    unused ["floor"]
}

wire! {
    /// A sale of a gift that the market does not hold yet.
    Premarket<'a> { status: Option<Text<'a>> = "status" }
    unused [
        "buyer", "buyer_id", "created_at", "deposit_amount", "deposit_percent", "id", "listed_at", "nft", "nft_id", "price", "seller",
        "seller_id", "sold_at", "transfer_deadline", "unlock_date", "updated_at", "warning_until",
    ]
}

wire! {
    /// What happened, newest first.
    Actions<'a> { actions: Nullable<Vec<Action<'a>>> = "actions" }
    unused ["total_count"]
}

wire! {
    /// One thing that happened. It has no id of its own.
    Action<'a> {
        kind: Text<'a> = "type",
        amount: Option<Text<'a>> = "amount",
        created_at: Text<'a> = "created_at",
        nft: Nullable<Nft<'a>> = "nft",
    }
    unused ["bundle", "collection", "offer_id", "old_price"]
}

wire! {
    /// The collections.
    Collections<'a> { collections: Nullable<Vec<Collection<'a>>> = "collections" }
    unused ["floor_changes", "total_count", "volume_changes"]
}

wire! {
    /// A collection; `id` and `short_name` are what requests name it by.
    Collection<'a> {
        id: Text<'a> = "id",
        name: Text<'a> = "name",
        short_name: Option<Text<'a>> = "short_name",
        photo_url: Option<Text<'a>> = "photo_url",
        is_premarket: Option<bool> = "is_premarket",
    }
    unused [
        "created_at", "day_volume", "floor_price", "is_crafted", "is_favorite", "listed_count", "market_cap", "supply", "unlocks_in",
        "volume",
    ]
}

wire! {
    /// Attributes of the collections asked for, by short name. The floors beside them are ours to compute.
    Filters<'a> { collections: Blocks<'a> = "collections" }
    unused ["floor_prices"]
}

wire! {
    /// Attributes of one collection.
    Assets<'a> {
        models: Option<Vec<Asset<'a>>> = "models",
        symbols: Option<Vec<Asset<'a>>> = "symbols",
        backdrops: Option<Vec<Asset<'a>>> = "backdrops",
    }
    unused []
}

wire! {
    /// One attribute; the number is a percent, the word the tier of a crafted model.
    Asset<'a> {
        name: Text<'a> = "name",
        percent: Option<Number<'a>> = "rarity_per_mille",
        tier: Option<Text<'a>> = "crafted_rarity",
    }
    unused ["collection", "floor_price", "supply", "url"]
}

wire! {
    /// An offer for any gift of a collection. No answer was recorded; the fields are those that clients read.
    CollectionOffer<'a> {
        id: Text<'a> = "id",
        collection_id: Option<Text<'a>> = "collection_id",
        amount: Decimal<'a> = "amount",
        max_nfts: Option<i64> = "max_nfts",
        current_nfts: Option<i64> = "current_nfts",
        status: Option<Text<'a>> = "status",
        created_at: Option<Text<'a>> = "created_at",
        expires_at: Option<Text<'a>> = "expires_at",
    }
    unused ["collection", "sender_id", "updated_at"]
}

/// A price as its digits are written, as text or as a number.
#[derive(Debug)]
pub(super) struct Decimal<'a>(pub(super) &'a str);

impl<'a> Wire<'a> for Decimal<'a> {
    fn read<D: Deserializer<'a>>(source: D, at: &At<'_>) -> Result<Self, D::Error> {
        let text = <&'a RawValue>::deserialize(source).map_err(|fault| at.note(fault))?.get();
        let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        if bare.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
            return Ok(Self(bare));
        }
        Err(at.refuse("a price", &crate::text::cut(text, 60)))
    }
}

/// An object whose keys are short names of collections. What is no object stands for no collection and is counted.
#[derive(Debug)]
pub(super) struct Blocks<'a>(pub(super) Vec<(Text<'a>, Assets<'a>)>);

impl<'a> Wire<'a> for Blocks<'a> {
    fn read<D: Deserializer<'a>>(source: D, at: &At<'_>) -> Result<Self, D::Error> {
        struct Keyed<'p>(&'p At<'p>);

        impl<'a> Visitor<'a> for Keyed<'_> {
            type Value = Blocks<'a>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Blocks<'a>, A::Error> {
                let mut blocks = Vec::new();
                while let Some(key) = map.next_key_seed(Key)? {
                    crate::json::check_length::<A::Error>(blocks.len(), self.0)?;
                    let raw: &'a RawValue = map.next_value()?;
                    if !raw.get().starts_with('{') {
                        self.0.unknown(&key);
                        continue;
                    }
                    let mut block = serde_json::Deserializer::from_str(raw.get());
                    let assets = Assets::read(&mut block, &self.0.key(&key)).map_err(A::Error::custom)?;
                    blocks.push((key, assets));
                }
                Ok(Blocks(blocks))
            }
        }

        source.deserialize_map(Keyed(at)).map_err(|fault| at.note(fault))
    }
}

impl Nft<'_> {
    /// The word of a pre-market sale that is not over: such a gift is not with the market yet.
    pub(super) fn premarket_open(&self) -> Option<&str> {
        /// Words of a pre-market sale that is over.
        const OVER: [&str; 5] = ["cancelled", "completed", "deleted", "expired", "failed"];
        let status = self.premarket.as_ref()?.status.as_deref().unwrap_or("unknown");
        (!OVER.contains(&status)).then_some(status)
    }
}
