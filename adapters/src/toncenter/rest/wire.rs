//! toncenter's REST answers as they come, and nothing else. Source: github toncenter/ton-indexer ton-index-go/index/models (commit
//! eb9fbfa3, 2026-07-17). Amounts are text in nanoton, addresses raw with capital digits, hashes base64.

use crate::{
    json::{Nullable, Text},
    toncenter::wire::{Accounts, Figure, Metadata},
};

wire! {
    /// Items of a collection.
    ItemsPage<'a> { items: Vec<Item<'a>> = "nft_items" }
    unused ["address_book", "metadata"]
}

wire! {
    /// An item. What holds it while it is for sale is `sale` or `auction`; `real_owner` is who put it there.
    Item<'a> {
        address: Text<'a> = "address",
        index: Text<'a> = "index",
        collection: Nullable<Text<'a>> = "collection_address",
        owner: Nullable<Text<'a>> = "owner_address",
        content: Option<Metadata<'a>> = "content",
        is_on_sale: bool = "on_sale",
        sale: Option<Text<'a>> = "sale_contract_address",
        auction: Option<Text<'a>> = "auction_contract_address",
    }
    unused ["init", "last_transaction_lt", "code_hash", "data_hash", "collection", "real_owner"]
}

wire! {
    /// Sale contracts, and items that are sold through their own contract.
    SalesPage<'a> { sales: Vec<Sale<'a>> = "nft_sales" }
    unused ["address_book", "metadata"]
}

wire! {
    /// One of them.
    Sale<'a> {
        kind: Text<'a> = "type",
        address: Text<'a> = "address",
        item: Option<Text<'a>> = "nft_address",
        seller: Option<Text<'a>> = "nft_owner_address",
        market: Option<Text<'a>> = "marketplace_address",
        code_hash: Option<Text<'a>> = "code_hash",
        terms: Terms<'a> = "details",
        shown: Option<Item<'a>> = "nft_item",
    }
    unused ["created_at", "last_transaction_lt", "data_hash"]
}

wire! {
    /// What the contract says of itself: the fields of a fixed price and of an item's own contract, each needed by its own kind.
    Terms<'a> {
        is_complete: Option<bool> = "is_complete",
        full_price: Option<Figure<'a>> = "full_price",
        market_fee: Option<Figure<'a>> = "marketplace_fee",
        royalty: Option<Figure<'a>> = "royalty_amount",
        token_name: Option<Text<'a>> = "token_name",
        seller: Option<Text<'a>> = "beneficiary_address",
        first_bid_least: Option<Figure<'a>> = "initial_min_bid",
        bid_most: Option<Figure<'a>> = "max_bid",
        royalty_numerator: Option<i64> = "royalty_numerator",
        royalty_denominator: Option<i64> = "royalty_denominator",
    }
    unused [
        "marketplace_fee_address", "royalty_address", "end_flag", "end_time", "last_bid", "last_member", "min_step", "mp_fee_address",
        "mp_fee_factor", "mp_fee_base", "royalty_fee_address", "royalty_fee_factor", "royalty_fee_base", "min_bid", "last_bid_at",
        "is_canceled", "bidder_address", "bid", "bid_ts", "min_bid_step", "min_extend_time", "duration", "royalty_destination",
    ]
}

wire! {
    /// Actions that toncenter made out of traces.
    ActionsPage<'a> { actions: Vec<Action<'a>> = "actions", metadata: Accounts<'a, About<'a>> = "metadata" }
    unused ["address_book"]
}

wire! {
    /// One of them. Its own end and that of its trace differ where the trace goes on.
    Action<'a> {
        kind: Text<'a> = "type",
        is_success: Option<bool> = "success",
        end_lt: Figure<'a> = "end_lt",
        end_utime: i64 = "end_utime",
        trace_end_lt: Figure<'a> = "trace_end_lt",
        transactions: Vec<Text<'a>> = "transactions",
        finality: Text<'a> = "finality",
        details: Nullable<Details<'a>> = "details",
    }
    unused [
        "trace_id", "action_id", "start_lt", "start_utime", "trace_end_utime", "trace_mc_seqno_end", "trace_external_hash",
        "trace_external_hash_norm", "accounts", "transactions_full",
    ]
}

wire! {
    /// What an action is about: the fields of every kind, each needed by its own.
    Details<'a> {
        collection: Option<Text<'a>> = "nft_collection",
        item: Option<Text<'a>> = "nft_item",
        old_owner: Option<Text<'a>> = "old_owner",
        real_old_owner: Option<Text<'a>> = "real_old_owner",
        new_owner: Option<Text<'a>> = "new_owner",
        is_purchase: Option<bool> = "is_purchase",
        price: Option<Figure<'a>> = "price",
        market: Option<Text<'a>> = "marketplace_address",
        min_bid: Option<Figure<'a>> = "min_bid",
        max_bid: Option<Figure<'a>> = "max_bid",
    }
    unused [
        "nft_item_index", "nft_address", "owner", "source", "query_id", "response_destination", "custom_payload", "forward_payload",
        "forward_amount", "comment", "is_encrypted_comment", "marketplace", "payout_amount", "payout_address", "payout_comment",
        "payout_comment_encrypted", "payout_comment_encoded", "royalty_amount", "royalty_address", "listing_address", "sale_address",
        "sale_contract", "auction_address", "full_price", "marketplace_fee", "marketplace_fee_address", "marketplace_fee_factor",
        "marketplace_fee_base", "royalty_fee_base",
    ]
}

wire! {
    /// What is known of an address besides.
    About<'a> { tokens: Option<Vec<Token<'a>>> = "token_info" }
    unused ["is_indexed"]
}

wire! {
    /// An item's or a collection's own word.
    Token<'a> { name: Option<Text<'a>> = "name" }
    unused ["valid", "type", "symbol", "description", "image", "nft_index", "extra"]
}

wire! {
    /// Collections.
    CollectionsPage<'a> { collections: Vec<Collection<'a>> = "nft_collections" }
    unused ["address_book", "metadata"]
}

wire! {
    /// One of them.
    Collection<'a> { address: Text<'a> = "address", content: Option<Metadata<'a>> = "collection_content" }
    unused ["owner_address", "last_transaction_lt", "next_item_index", "data_hash", "code_hash"]
}
