//! MRKT's JSON as it comes, and nothing else. Source: recorded answers of 2025-11 and 2026-08/09. Money is whole nanoton in a number, and
//! ids exceed 2^53: both are read as integers, never as floating point.

use crate::json::{Nullable, Text};

wire! {
    /// A page of listings.
    Saling<'a> { gifts: Vec<Gift<'a>> = "gifts", cursor: Option<Text<'a>> = "cursor" }
    unused ["total"]
}

wire! {
    /// A gift: a listing, or the subject of a happening, where most fields may be left out.
    Gift<'a> {
        id: Text<'a> = "id",
        name: Option<Text<'a>> = "name",
        number: Option<i64> = "number",
        title: Option<Text<'a>> = "title",
        collection_name: Option<Text<'a>> = "collectionName",
        gift_type: Option<Text<'a>> = "giftType",
        model_name: Option<Text<'a>> = "modelName",
        model_per_mille: Option<i64> = "modelRarityPerMille",
        model_tier: Option<Text<'a>> = "modelRarityName",
        symbol_name: Option<Text<'a>> = "symbolName",
        symbol_per_mille: Option<i64> = "symbolRarityPerMille",
        symbol_tier: Option<Text<'a>> = "symbolRarityName",
        backdrop_name: Option<Text<'a>> = "backdropName",
        backdrop_per_mille: Option<i64> = "backdropRarityPerMille",
        backdrop_tier: Option<Text<'a>> = "backdropRarityName",
        picture_key: Option<Text<'a>> = "modelStickerThumbnailKey",
        sale_price: Option<i64> = "salePrice",
        sale_price_without_fee: Option<i64> = "salePriceWithoutFee",
        is_on_sale: Option<bool> = "isOnSale",
        is_on_auction: Option<bool> = "isOnAuction",
        is_locked: Option<bool> = "isLocked",
        is_locked_for_sale: Option<bool> = "isLockedForSale",
        premarket_status: Option<Text<'a>> = "premarketStatus",
        is_minted: Option<bool> = "minted",
        is_on_platform: Option<bool> = "isOnPlatform",
        export_date: Option<Text<'a>> = "exportDate",
        next_resale_date: Option<Text<'a>> = "nextResaleDate",
        next_transfer_date: Option<Text<'a>> = "nextTransferDate",
        unlock_date: Option<Text<'a>> = "unlockDate",
    }
    unused [
        "backdropColorsCenterColor", "backdropColorsEdgeColor", "backdropColorsSymbolColor", "backdropColorsTextColor",
        "collectionTitle", "craftable", "floorPriceNanoTONsByBackdropModel", "floorPriceNanoTONsByCollection", "giftId",
        "giftIdString", "giftsCollectionId", "isCrafted", "isGiveawayReceived", "isMine", "isSpaceMonkey", "luckyBuy",
        "maxUpgradedCount", "modelStickerKey", "modelTitle", "nextGiveAvailableAt", "promoteEndAt", "receivedDate",
        "regularGiftValidation", "returnLockReason", "returnLockedUntil", "salesCount", "spaceMonkeysPoints", "staked",
        "stakedByMe", "symbolStickerKey", "symbolStickerThumbnailKey", "tgCanBeCrafted", "totalUpgradedCount",
        "validateRegularGiftAt", "waitGiftUntil",
    ]
}

wire! {
    /// A page of the feed, newest first.
    Feed<'a> { items: Vec<Entry<'a>> = "items", cursor: Option<Text<'a>> = "cursor" }
    unused []
}

wire! {
    /// One thing that happened; `amount` is nanoton.
    Entry<'a> {
        kind: Text<'a> = "type",
        id: Text<'a> = "id",
        amount: Option<i64> = "amount",
        date: Text<'a> = "date",
        gift: Nullable<Gift<'a>> = "gift",
    }
    unused []
}

wire! {
    /// A collection; `name` is what requests must spell, `title` is for people. A base gift's name is its type id.
    Collection<'a> {
        name: Text<'a> = "name",
        title: Option<Text<'a>> = "title",
        picture_key: Option<Text<'a>> = "thumbnailImageKey",
    }
    unused [
        "cashbackCoef", "craftable", "createdAt", "disabledCraftFrom", "floorPriceForGamesNanoTons", "floorPriceNanoTons",
        "isHidden", "isNew", "isNewDate", "modelStickerThumbnailKey", "originalImageKey", "previousDayFloorPriceNanoTons",
        "spaceMonkeyPoints", "spiceConvertPrice", "volume",
    ]
}

wire! {
    /// A model of a collection.
    Model<'a> {
        collection_name: Text<'a> = "collectionName",
        model_name: Text<'a> = "modelName",
        per_mille: Nullable<i64> = "rarityPerMille",
        tier: Option<Text<'a>> = "rarityName",
    }
    unused [
        "cashbackCoef", "collectionTitle", "createdAt", "floorPriceNanoTons", "modelStickerThumbnailKey", "modelTitle",
        "volume",
    ]
}

wire! {
    /// The answer to a sign-in.
    Signed<'a> { token: Text<'a> = "token" }
    unused ["isFirstTime", "giftId", "profile"]
}
