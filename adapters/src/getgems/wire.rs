//! GetGems' JSON as it comes, and nothing else. Source: the operator's read-api-en.md (2026-03-23) and response types that clients
//! generated from its OpenAPI schema. Money is text in the smallest unit of its currency.

use crate::json::{Loose, Nullable, Text};

/// The envelope of every answer.
macro_rules! enveloped {
    ($($name:ident($response:ident)),* $(,)?) => {
        $(wire! { $name<'a> { success: bool = "success", response: $response<'a> = "response" } unused [] })*
    };
}

enveloped!(
    ListingsPage(Listings),
    HappeningsPage(Happenings),
    OffersPage(Offers),
    CollectionsPage(Collections),
    AttributesPage(Attributes)
);

wire! {
    /// A list and where it goes on; `cursor` may be null though items came.
    Listings<'a> { items: Vec<Item<'a>> = "items", cursor: Option<Text<'a>> = "cursor" }
    unused []
}

wire! {
    /// An item (`NftItemFull`). `kind` is missing in the one recorded page.
    Item<'a> {
        address: Text<'a> = "address",
        kind: Option<Text<'a>> = "kind",
        collection_address: Option<Text<'a>> = "collectionAddress",
        actual_owner_address: Option<Text<'a>> = "actualOwnerAddress",
        name: Nullable<Text<'a>> = "name",
        image: Option<Text<'a>> = "image",
        attributes: Option<Vec<Trait<'a>>> = "attributes",
        sale: Nullable<Sale<'a>> = "sale",
    }
    unused ["ownerAddress", "description", "imageSizes", "warning"]
}

wire! {
    /// One attribute.
    Trait<'a> { trait_type: Text<'a> = "traitType", value: Text<'a> = "value" }
    unused []
}

wire! {
    /// A sale of any kind: the fields of a fixed price and those of an auction.
    Sale<'a> {
        kind: Text<'a> = "type",
        full_price: Option<Text<'a>> = "fullPrice",
        currency: Option<Text<'a>> = "currency",
        marketplace_fee: Option<Text<'a>> = "marketplaceFee",
        royalty_amount: Option<Text<'a>> = "royaltyAmount",
        contract_type: Option<Text<'a>> = "contractType",
        min_bid: Option<Text<'a>> = "minBid",
        max_bid: Option<Text<'a>> = "maxBid",
        finish_at: Option<Text<'a>> = "finishAt",
        last_bid_amount: Option<Text<'a>> = "lastBidAmount",
        last_bid_address: Option<Text<'a>> = "lastBidAddress",
        last_bid_at: Option<Text<'a>> = "lastBidAt",
        royalty_percent: Option<Share<'a>> = "royaltyPercent",
    }
    unused ["marketplaceFeeAddress", "royaltyAddress", "version", "contractAddress"]
}

wire! {
    /// A share: `factor` of `base`.
    Share<'a> { base: Loose<'a> = "base", factor: Loose<'a> = "factor" }
    unused []
}

wire! {
    /// Offers.
    Offers<'a> { items: Vec<Offer<'a>> = "items", cursor: Option<Text<'a>> = "cursor" }
    unused []
}

wire! {
    /// An offer for a gift or for any gift of a collection. No answer was recorded; the fields are those of clients' types.
    Offer<'a> {
        nft_address: Option<Text<'a>> = "nftAddress",
        full_price: Text<'a> = "fullPrice",
        profit_price: Option<Text<'a>> = "profitPrice",
        royalty_price: Option<Text<'a>> = "royaltyPrice",
        fee_price: Option<Text<'a>> = "feePrice",
        currency: Text<'a> = "currency",
        offer_address: Text<'a> = "offerAddress",
        finish_at: Option<Loose<'a>> = "finishAt",
        is_collection_offer: bool = "isCollectionOffer",
        purchased_quantity: Option<Loose<'a>> = "purchasedQuantity",
        max_quantity: Option<Loose<'a>> = "maxQuantity",
    }
    unused ["collectionAddress", "isOffchain"]
}

wire! {
    /// The history of all gifts.
    Happenings<'a> { items: Vec<Entry<'a>> = "items", cursor: Option<Text<'a>> = "cursor" }
    unused []
}

wire! {
    /// One thing that happened. `time` is ISO 8601, `timestamp` milliseconds since 1970. `lt` and `hash` make its id, so a page that leaves them out
    /// would tell it under another one: it is not read.
    Entry<'a> {
        address: Text<'a> = "address",
        name: Nullable<Text<'a>> = "name",
        time: Option<Text<'a>> = "time",
        timestamp: Option<Loose<'a>> = "timestamp",
        lt: Nullable<Loose<'a>> = "lt",
        hash: Nullable<Text<'a>> = "hash",
        what: What<'a> = "typeData",
    }
    unused ["collectionAddress", "isOffchain"]
}

wire! {
    /// What happened: the fields of every kind, each needed by its own.
    What<'a> {
        kind: Text<'a> = "type",
        price_nano: Option<Text<'a>> = "priceNano",
        currency: Option<Text<'a>> = "currency",
        is_price_change: Option<bool> = "isPriceChange",
        old_owner: Option<Text<'a>> = "oldOwner",
        new_owner: Option<Text<'a>> = "newOwner",
    }
    unused ["owner", "price", "rejectFromGlobalTop"]
}

wire! {
    /// Collections of gifts.
    Collections<'a> { items: Vec<Collection<'a>> = "items", cursor: Option<Text<'a>> = "cursor" }
    unused []
}

wire! {
    /// A collection (`NftCollectionFull`); its name is in the plural.
    Collection<'a> { address: Text<'a> = "address", name: Nullable<Text<'a>> = "name", image: Option<Text<'a>> = "image" }
    unused ["ownerAddress", "description", "imageSizes", "kind"]
}

wire! {
    /// Attributes of a collection with counts and floors; no rarity.
    Attributes<'a> { attributes: Vec<TraitFloors<'a>> = "attributes" }
    unused []
}

wire! {
    /// One kind of attribute. Its values have counts and floors, which we compute ourselves from listings.
    TraitFloors<'a> { trait_type: Text<'a> = "traitType" }
    unused ["values"]
}
